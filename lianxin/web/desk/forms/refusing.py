"""What the refusals at the registry ask, and the registration of a matter brought again with new facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ
from lianxin.procedure.book import Rulebook
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import DayField
from lianxin.web.desk.forms.leaving import LeavingForm, chosen, line, word
from lianxin.web.desk.forms.papered import PREFIX
from lianxin.web.desk.forms.register import RegisterForm


class InProgressForm(LeavingForm):
    """Where the same matter is in progress, why it is not accepted here, and what one may do."""

    number = line(
        _("正在办理的那一件的编号"),
        "",
        help_text=_("本系统里的，填编号就行：机关和期限由系统查出。"),
        limit=40,
        required=False,
    )
    organ = line(_("正在办理的机关"), "", help_text=_("不在本系统里的填写。"), limit=100, required=False)
    same = word(_("是同一信访事项"), _("不是同一事项，不能不予受理；请登记办理"))
    first = {
        "what_next": "请等待正在办理的机关答复；期限届满仍没有答复的，可以再次提出。"
        "对答复不同意的，可以在收到之日起30日内请求复查。"
    }

    def __init__(self, data: Any = None, *, book: Rulebook, **given: Any) -> None:
        super().__init__(data, rule=book.papers["non_acceptance_notice"], known=("organ_in_charge",), **given)
        self.fields["last_day"] = DayField(
            label=_("办理期限的最后一日"), help_text=_("不在本系统里的填写。"), required=False
        )
        self.order_fields(["key", "version", "number", "organ", "last_day", "same"])

    def clean(self) -> dict[str, Any]:
        """Ask for the number, or for organ and last day."""
        data = super().clean() or self.cleaned_data
        if not data.get("number") and not (data.get("organ") and data.get("last_day")):
            self.add_error("number", gettext("请填写编号；不在本系统里的，填写机关和期限的最后一日"))
        return data


class VisitForm(LeavingForm):
    """Which organ is competent for a visit, what the visitor is told, and that other ways were offered."""

    offered = word(
        _("已经告诉来访人：可以写信、网上或者打电话提出，不受级别限制"),
        _("请先告诉来访人其他渠道，再引导"),
    )
    first = {
        "what_happened": "您的来访已经登记。",
        "what_stays_possible": "可以随时通过书信、网上或者电话提出，不受级别限制；走访的，可以到有权处理的机关或者其上一级机关。",
    }

    def __init__(self, data: Any = None, *, book: Rulebook, organs: Sequence[Organ]) -> None:
        super().__init__(data, rule=book.papers["guidance_note"])
        self.organs = {str(one.pk): one for one in organs}
        self.fields["competent"] = chosen(
            _("有权处理的机关"),
            [(pk, one.name) for pk, one in self.organs.items()],
            _("请选择有权处理的机关"),
        )
        papers = [name for name in self.fields if name.startswith(PREFIX)]
        self.order_fields(["key", "version", "competent", *papers, "offered"])


class FinalForm(LeavingForm):
    """Number and day of the re-check opinion, and that facts and reasons are the same."""

    same = word(
        _("事实和理由与复核时相同，没有新的事实和理由"),
        _("有新的事实和理由的，不能不再受理；请登记办理"),
    )
    recheck_organ = line(
        _("作出复核意见的机关"), "", help_text=_("不在本系统里的填写。"), limit=100, required=False
    )
    lines = frozenset({"recheck_no"})
    first = {
        "same_facts": "您这次提出的事实和理由，与复核意见已经审查的相同。",
        "how_new_facts": "有新的事实和理由的，可以带上材料，通过书信、网上、电话或者走访重新提出，作为新的事项登记。",
    }

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        known = [f"{PREFIX}recheck_no", f"{PREFIX}recheck_served_on"]
        self.order_fields(["key", "version", *known, "recheck_organ"])


class SameAgainForm(FinalForm):
    """The same on the finally closed case itself, whose organ is known."""

    recheck_organ = None


class AgainForm(RegisterForm, KeyForm):
    """A new item after a final re-check: the registration's own fields, and what is new."""

    new_facts = forms.CharField(
        label=_("新的事实和理由"),
        help_text=_("与复核时相比，新在哪里；信访人看不到。"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": _("请写明新的事实和理由"), "max_length": _("最多 2000 字")},
    )
    confirmed = word(
        _("已经核对；口头提出的，已经读给信访人听，信访人确认无误"),
        _("请核对；口头提出的，请读给信访人听"),
    )
