"""What raising and lifting a wall ask at the desk: who must not know of the case; which of them may again, why, and who agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Wall
from lianxin.cases.services.walls import LINE_LIMIT, NAMED_AT_MOST, Named, named_in
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.errors import GuardFailed
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField
from lianxin.web.desk.forms.routing import reasons

LONGEST = (LINE_LIMIT + 2) * NAMED_AT_MOST


def avoided(label: object, *, help_text: object, required: bool = False) -> forms.CharField:
    """Return the field for those who must not know, one a line."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("请写明应当回避的单位或者人员"),
            "max_length": _("最多 20 行，每行最多 100 字"),
        },
    )


def in_reason(typed: str, near: Organ, *, on: date) -> str:
    """Return what was typed. Raises ValidationError for more lines than can be looked after."""
    try:
        named_in(typed, near, on=on)
    except GuardFailed as failed:
        raise forms.ValidationError(failed.for_person()) from None
    return typed


class RaiseForm(KeyForm):
    """Who must not know of the case, one organ or officer a line."""

    def __init__(self, data: Any = None, *, near: Organ, on: date) -> None:
        """Take the organ in whose tree officers are looked for, and the day."""
        super().__init__(data)
        self.near, self.on = near, on
        self.fields["avoid"] = avoided(
            _("应当回避的单位和人员"),
            help_text=_(
                "一行写一个：单位写全称、简称或者代码，人员写姓名。单位连同下级一起回避，人员连同其负责的单位一起回避。"
            ),
            required=True,
        )

    def clean_avoid(self) -> str:
        """Return what was typed. Raises ValidationError for too many lines."""
        return in_reason(str(self.cleaned_data["avoid"]), self.near, on=self.on)

    def named(self) -> Named:
        """Return whom the valid form names; words that name nobody here are kept sealed."""
        return named_in(self.cleaned_data["avoid"], self.near, on=self.on)


class LiftForm(KeyForm):
    """Which walls fall, why, and which head above agreed."""

    def __init__(
        self, data: Any = None, *, walls: Sequence[Wall], above: Iterable[tuple[Staff, Organ]]
    ) -> None:
        """Take the walls that stand, and the heads who may consent."""
        super().__init__(data)
        above = list(above)
        self.above = {str(staff.pk): staff for staff, _organ in above}
        self.fields["walls"] = forms.MultipleChoiceField(
            label=_("不再回避的单位和人员"),
            choices=[(str(one.seq), str(one.organ or one.staff)) for one in walls],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("请至少选择一项"), "invalid_choice": _("请在名单里选择")},
        )
        self.fields["reasons"] = reasons(
            _("取消回避的理由"), help_text=_("会写进取消回避告知书，告知信访人；不写姓名。")
        )
        listed = [(str(staff.pk), f"{organ.name} {staff.name}") for staff, organ in above]
        choices = [("", gettext("请选择")), *listed]
        self.fields["approver"] = ConsentField(_("同意的上级机关负责人"), choices=choices)

    def chosen(self) -> list[int]:
        """Return the numbers of the walls chosen in the valid form."""
        return [int(one) for one in self.cleaned_data["walls"]]

    def approver(self) -> Staff | None:
        """Return the head who agreed, as chosen in the valid form."""
        return self.above.get(str(self.cleaned_data["approver"]))
