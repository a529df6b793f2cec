"""What the petitioner's page says of openings of the sealed identity (紧急查阅): who asked, who agreed, when, on which ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, Opening, State
from lianxin.cases.services.naming import LABELS
from lianxin.organs.models import Role
from lianxin.web.public.words import instant_words, listed


def lines(case: Case, openings: Sequence[Opening], *, at: datetime) -> list[dict[str, str]]:
    """Return each opening that was asked for in two sentences, newest first. Of a report no organ is named: whoever holds
    the petitioner's telephone must not learn where it is.
    """
    report = case.kind == "report"
    return [
        {"asked": _asked(one, report=report), "answer": _answer(one, report=report, at=at)}
        for one in openings
    ]


def _asked(one: Opening, *, report: bool) -> str:
    return _("%(at)s，%(who)s申请查看您的%(fields)s。事由：%(why)s。") % {
        "at": instant_words(one.asked_at),
        "who": _who(one.organ.name, one.role, report=report),
        "fields": listed(_(LABELS[field]) for field in one.fields),
        "why": Opening.Why(one.why).label,
    }


def _answer(one: Opening, *, report: bool, at: datetime) -> str:
    if one.decided_at is None:
        if not one.waits(at):
            return _("没有人决定，已经失效，没有打开。")
        return _("等%(organ)s决定，还没有打开。") % {"organ": _("另一个机关") if report else one.decider.name}
    who = _who(one.decider.name, one.decided_role, report=report)
    told = {"at": instant_words(one.decided_at), "who": who}
    if one.state == State.REFUSED or one.until is None:
        return _("%(at)s，%(who)s没有同意，没有打开。") % told
    until = localtime(one.until).strftime("%H:%M")
    return _("%(at)s，%(who)s同意，到 %(until)s 为止可以打开；打开过什么，列在上面。") % {
        **told,
        "until": until,
    }


def _who(organ: str, role: str, *, report: bool) -> str:
    if report:
        return _("依法办理检举控告的工作人员")
    label = str(Role(role).label) if role in Role.values else role
    return _("%(organ)s（%(role)s）") % {"organ": organ, "role": label}
