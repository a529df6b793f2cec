"""What a new query code for a lost one asks at the desk: the document, what stands on it, and the second officer's decision."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.renewing import DOCUMENTS, Shown
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms import deciding

OFF = {"autocomplete": "off", "spellcheck": "false"}


class AskForm(forms.Form):
    """Which document was shown, and the name and number on it, typed from the document."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )
    document = forms.ChoiceField(
        label=_("出示的证件"),
        widget=forms.RadioSelect,
        choices=[(code, _(label)) for code, label in DOCUMENTS.items()],
        error_messages={"required": _("请选择核对的证件"), "invalid_choice": _("请在名单里选择")},
    )
    name = forms.CharField(
        label=_("证件上的姓名"),
        help_text=_("照着证件录入。系统只比对是否一致，不显示登记的信息，也不保存这里录入的内容。"),
        max_length=60,
        widget=forms.TextInput(attrs=OFF),
        error_messages={"required": _("请填写证件上的姓名"), "max_length": _("最多 60 字")},
    )
    id_number = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        widget=forms.TextInput(attrs=OFF),
        error_messages={"required": _("请填写证件号码"), "max_length": _("最多 40 个字符")},
    )
    present = forms.BooleanField(
        label=_("本人在场，证件照片与本人一致"),
        error_messages={"required": _("只能当面给本人补发")},
    )

    def shown(self) -> Shown:
        """Return what the person has shown, from the valid form."""
        data = self.cleaned_data
        return Shown(data["document"], data["name"], data["id_number"])


class DecideForm(deciding.DecideForm):
    """Whether the second officer, who has seen person and document too, agrees."""

    agreed = _("当面核对过，同意补发")
