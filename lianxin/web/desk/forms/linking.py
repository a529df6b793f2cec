"""What linking two cases asks, and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Link
from lianxin.organs.models import Staff
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField, ItemNumberField
from lianxin.web.desk.forms.routing import reasons
from lianxin.web.widgets import Hinted

KINDS = [
    (Link.Kind.SAME_MATTER.value, Hinted(_("同一事项"), _("不同的人，或者分几次，说的是同一件事"))),
    (Link.Kind.GROUP.value, Hinted(_("联名"), _("同一批人就同一件事分别提出"))),
    (Link.Kind.FOLLOW_UP.value, Hinted(_("后续"), _("前一件答复以后又有新的情况"))),
    (Link.Kind.REPEAT.value, Hinted(_("重复信访"), _("同一人、同一件事；要审核人员同意"))),
]


class LinkForm(KeyForm):
    """The other case by its number, how the two hang together, and why."""

    number = ItemNumberField(label=_("另一件的编号"), help_text=_("由本机构负责的信访件。"))
    kind = forms.ChoiceField(
        label=_("怎样关联"),
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择怎样关联")},
    )
    reasons = reasons(_("关联的理由"), help_text=_("两件的信访人都能看到。不写姓名，也不写编号。"))

    def __init__(self, data: Any = None, *, checkers: Callable[[], Iterable[Staff]] | None) -> None:
        """Take who gives the organ's checkers, asked only for drawing; None where the officer is one."""
        super().__init__(data)
        if checkers is not None:
            self.fields["approver"] = ConsentField(_("同意的审核人员"), checkers, judged_later=True)
            self.fields["approver"].required = False
            self.fields["approver"].help_text = gettext("只有选“重复信访”时才要。")

    def clean(self) -> dict[str, Any]:
        """Refuse a repeat without the checker who agreed."""
        data = super().clean() or self.cleaned_data
        if "approver" in self.fields and data.get("kind") == Link.Kind.REPEAT and not data.get("approver"):
            self.add_error("approver", gettext("认定重复信访要审核人员同意，请先请审核人员核对"))
        return data


class UnlinkForm(KeyForm):
    """Which link falls, and why."""

    def __init__(self, data: Any = None, *, links: Sequence[tuple[Link, str]]) -> None:
        """Take the links that stand, each with the number of the other case."""
        super().__init__(data)
        self.fields["link_seq"] = forms.TypedChoiceField(
            label=_("要解除的关联"),
            coerce=int,
            choices=[(str(one.seq), f"{number}（{one.get_kind_display()}）") for one, number in links],
            widget=forms.RadioSelect,
            error_messages={"required": _("请选择要解除的关联"), "invalid_choice": _("请在名单里选择")},
        )
        self.fields["reasons"] = reasons(
            _("解除关联的理由"), help_text=_("两件的信访人都能看到。不写姓名，也不写编号。")
        )
