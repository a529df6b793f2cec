"""What withdrawal asks at the desk: how the wish came, how it was looked into, and what the petitioner said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.withdrawing import RELAYED_WAYS, WAYS
from lianxin.web.desk.acting import KeyForm

LONG = 2_000


def ways(label: object, missing: object, *, leave_out: str = "") -> forms.ChoiceField:
    """Return the field for how the petitioner was in touch, without `leave_out`."""
    listed = [(code, _(text)) for code, text in WAYS.items() if code in RELAYED_WAYS - {leave_out}]
    return forms.ChoiceField(
        label=label,  # type: ignore[arg-type]
        widget=forms.RadioSelect,
        choices=listed,
        error_messages={"required": missing},  # type: ignore[dict-item]
    )


def said(label: object, *, help_text: object) -> forms.CharField:
    """Return the field for what the petitioner said; no identity in it."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请写明信访人是怎么说的"), "max_length": _("最多 2000 字")},
    )


class AskForm(KeyForm):
    """How the petitioner asked to withdraw, and that it was the petitioner who did."""

    via = ways(_("信访人怎样提出的"), _("请选择信访人怎样提出的"))
    own = forms.BooleanField(
        label=_("是信访人自己明确提出的，不是工作人员要求或者劝说的"),
        error_messages={"required": _("只有信访人自己提出的，才可以登记撤回申请")},
    )


class ConfirmForm(KeyForm):
    """How the petitioner was asked again, by another contact, and the answer."""

    record = said(_("信访人怎样回答的"), help_text=_("会写进撤回确认；不写姓名、电话、住址。"))
    free = forms.BooleanField(
        label=_("信访人说明撤回是自愿的，没有人要求、劝说或者强迫"),
        error_messages={"required": _("不是自愿的不能撤回，请办理“撤回不成立，继续办理”")},
    )

    def __init__(self, data: Any = None, *, came_by: str) -> None:
        """Take how the wish came: the same way is not offered."""
        super().__init__(data)
        self.fields["contact"] = ways(
            gettext("换哪种方式核实的"), gettext("请选择核实的方式"), leave_out=came_by
        )
        self.order_fields(["contact", "record", "free"])


class KeepForm(KeyForm):
    """How the petitioner was reached, and that the case is to go on."""

    contact = said(_("怎样联系的，信访人怎么说"), help_text=_("写明方式和原意；不写姓名、电话、住址。"))
