"""What the case page asks: which identity field to open, and for which purpose."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.petitioners.vault import FIELDS
from lianxin.web.desk.shown import field_label


class RevealForm(forms.Form):
    """One field of one party, with a purpose in the officer's words."""

    seq = forms.IntegerField(min_value=1, max_value=10_000, widget=forms.HiddenInput)
    field = forms.ChoiceField(label=_("要查看的信息"), error_messages={"required": _("请选择要查看哪一项")})
    purpose = forms.CharField(
        label=_("查看目的"),
        help_text=_("例如：打电话核实情况。信访人可以看到谁在什么时候为什么看过。"),
        max_length=200,
        min_length=2,
        error_messages={
            "required": _("请写明查看目的"),
            "min_length": _("请写明查看目的"),
            "max_length": _("最多 200 字"),
        },
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["field"].choices = [(name, field_label(name)) for name in FIELDS]  # type: ignore[attr-defined]
