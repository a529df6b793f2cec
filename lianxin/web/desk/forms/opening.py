"""What an opening (紧急查阅) asks at the desk: of whom, why, which fields, who is to decide; and the decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Opening
from lianxin.cases.services.opening import REASON_LIMIT, Wanted
from lianxin.organs.models import Organ
from lianxin.petitioners.vault import FIELDS
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms import deciding
from lianxin.web.desk.forms.fields import ItemNumberField
from lianxin.web.desk.shown import field_label


class AskForm(forms.Form):
    """The number, the ground, the reason in words, the fields, and the organ that is to decide."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )
    number = ItemNumberField()
    why = forms.ChoiceField(
        label=_("事由"),
        help_text=_("只有这几种情况可以申请。"),
        widget=forms.RadioSelect,
        choices=Opening.Why.choices,
        error_messages={"required": _("请选择事由"), "invalid_choice": _("请在名单里选择")},
    )
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("写明出了什么情况，为什么现在必须知道。不写姓名、电话、住址。决定的机构会看到。"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请写明理由"), "max_length": _("最多 500 字")},
    )

    def __init__(self, data: Any = None, *, deciders: Iterable[Organ], number: str = "") -> None:
        """Take the organs that may decide, and a number that is known already."""
        super().__init__(data, initial={"number": number})
        self.deciders = {str(organ.pk): organ for organ in deciders}
        self.fields["fields"] = forms.MultipleChoiceField(
            label=_("要查看哪几项"),
            help_text=_("只选必须知道的。"),
            choices=[(name, field_label(name)) for name in FIELDS],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("请至少选择一项"), "invalid_choice": _("请在名单里选择")},
        )
        self.fields["decider"] = forms.ChoiceField(
            label=_("由哪个机构决定"),
            help_text=_(
                "与您不在同一个指挥系统的机构，由它的负责人或者审计人员决定。提交以后请打电话告诉它，不要在电话里说姓名。"
            ),
            choices=[
                ("", gettext("请选择")),
                *((pk, organ.name) for pk, organ in self.deciders.items()),
            ],
            error_messages={"required": _("请选择决定的机构"), "invalid_choice": _("请在名单里选择")},
        )
        self.order_fields(["number", "why", "reason", "fields", "decider"])

    def wanted(self) -> Wanted:
        """Return what the valid form asks for."""
        data = self.cleaned_data
        return Wanted(data["why"], data["reason"], data["fields"], self.deciders[data["decider"]])


class DecideForm(deciding.DecideForm):
    """Whether the second officer agrees, and why not."""

    remark_help = _("可以不填。申请人会看到；不写姓名、电话、住址。")


class FieldForm(forms.Form):
    """Which field of which party to show."""

    seq = forms.IntegerField(min_value=1, max_value=10_000)
    field = forms.ChoiceField(choices=[(name, name) for name in FIELDS])
