"""The only place that says which rights a petitioner has on a case now: open acts, the ladder, a wish to withdraw."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.models import Step
from lianxin.cases.selectors import Opened
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment
from lianxin.cases.services.evaluation import evaluated
from lianxin.cases.services.stages import (
    RECHECK,
    REVIEW,
    REVIEWED,
    Stage,
    is_late,
    organs_to_ask,
    stage_of,
    window_of,
)
from lianxin.cases.services.withdrawing import wish_of
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import offers
from lianxin.web.public.words import day_words, listed

Rung = dict[str, Any]
UNDER_WAY = {
    REVIEW.name: frozenset({"review_requested", "reviewing"}),
    RECHECK.name: frozenset({"recheck_requested", "rechecking"}),
}


def may(loaded: Loaded, when: Moment) -> dict[str, bool]:
    """Return which acts are open to the petitioner now: accept, evaluate, ask for review or re-check, withdraw.

    A late request stays open, because there may be a reason for it; `late` says that one is needed.
    """
    found = offers(loaded.book, loaded.snapshot(), roles=PETITIONER, on=when.on, calendar=load_calendar())
    known = {offer.event for offer in found}
    allowed = {offer.event for offer in found if offer.allowed}
    stage = stage_of(loaded)
    wish = waiting_wish(loaded, when)
    asks = stage.request in known and not (stage is REVIEW and reviewed(loaded))
    late = asks and is_late(loaded, stage, on=when.on)
    return {
        "accept": "accept_result" in allowed,
        "evaluate": "evaluate" in allowed and not evaluated(loaded),
        "review": asks and stage is REVIEW,
        "recheck": asks and stage is RECHECK,
        "late": late,
        "in_time": asks and not late,
        "withdraw": loaded.case.kind != "report"
        and (wish is not None or bool({"ask_to_withdraw", "withdraw"} & known)),
    }


def reviewed(loaded: Loaded) -> bool:
    """Tell whether the answer served last has been reviewed."""
    events = [act.event for act in loaded.acts]
    after = events[len(events) - events[::-1].index("serve") :] if "serve" in events else []
    return bool(REVIEWED.intersection(after))


def waiting_wish(loaded: Loaded, when: Moment) -> dict[str, Any] | None:
    """Return the wish to withdraw that waits: its day, the last day of waiting, and whether it may be confirmed today.

    Where the case stands at a step that allows no withdrawal it cannot be confirmed, but taken back at any time.
    """
    wish = wish_of(loaded)
    if wish is None or loaded.book.states[loaded.case.state].ends:
        return None
    withdraws = any(rule.leads_from(loaded.case.state) for rule in loaded.book.steps["withdraw"])
    return {
        "asked": day_words(wish.asked_on),
        "until": day_words(wish.waits_until),
        "ripe": withdraws and when.on > wish.waits_until,
    }


def rungs(opened: Opened, when: Moment) -> list[Rung]:
    """Return the ladder of rights once there is an answer: answer, review, re-check, each with organ and last day."""
    served = [step for step in opened.steps if step.event == "serve"]
    if not served:
        return []
    answer = _("%(organ)s，%(day)s送达。") % {
        "organ": served[-1].organ.name if served[-1].organ else "",
        "day": day_words(served[-1].on),
    }
    return [
        {"title": _("书面答复"), "state": "done", "text": answer},
        _rung(opened, REVIEW, when, after=served[-1].seq),
        _rung(opened, RECHECK, when, after=served[-1].seq),
    ]


def _rung(opened: Opened, stage: Stage, when: Moment, *, after: int) -> Rung:
    """Return one rung: decided, under way, open to be asked for, or still to come."""
    review = stage is REVIEW
    rung: Rung = {"title": _("复查") if review else _("复核")}
    decisions = REVIEWED if review else {"recheck_decide"}
    decided = next((s for s in reversed(opened.steps) if s.event in decisions and s.seq > after), None)
    if decided is not None:
        return rung | {"state": "done", "text": _decided(decided)}
    if opened.case.state in UNDER_WAY[stage.name]:
        return rung | {"state": "current", "text": _under_way(opened)} | _until(opened, stage.clock)
    open_ = may(opened.loaded, when)
    if open_["review" if review else "recheck"]:
        return rung | _open(opened, stage, when, late=open_["late"])
    if review:
        return rung | {"text": _("不同意答复的，可以书面请求复查。")}
    return rung | {"text": _("对复查意见仍不同意的，可以再向上一级机关请求复核。")}


def _open(opened: Opened, stage: Stage, when: Moment, *, late: bool) -> Rung:
    names = listed(organ.name for organ in organs_to_ask(opened.loaded, stage, on=when.on))
    words = {"organs": names or _("请拨打电话或者到窗口询问")}
    if stage is REVIEW:
        text = _("不同意答复的，可以书面请求复查。可以选择的机关：%(organs)s。") % words
        link = _("在网上请求复查")
    else:
        text = _("不同意复查意见的，可以书面请求复核。可以选择的机关：%(organs)s。") % words
        link = _("在网上请求复核")
    running = window_of(opened.loaded, stage)
    rung: Rung = {"text": text, "href": reverse("public:review"), "link_text": link}
    if running is not None:
        rung["until"] = running.deadline.legal
    if late:
        rung["link_text"] = _("期限已过，说明原因后提出")
    elif opened.case.state in ("served", "review_served"):
        rung["state"] = "current"
    return rung


def _until(opened: Opened, clock: str) -> Rung:
    running = next((one for one in reversed(opened.loaded.running()) if one.clock == clock), None)
    return {"until": running.deadline.legal} if running else {}


def _under_way(opened: Opened) -> str:
    holder = {"organ": opened.case.holder.name}
    return {
        "review_requested": _("%(organ)s正在决定是否受理。") % holder,
        "recheck_requested": _("%(organ)s正在决定是否受理。") % holder,
        "reviewing": _("%(organ)s正在复查。") % holder,
        "rechecking": _("%(organ)s正在复核。") % holder,
    }[opened.case.state]


def _decided(step: Step) -> str:
    """Return who decided what and when."""
    outcome = {"uphold": _("维持"), "revoke": _("撤销"), "change": _("变更")}.get(
        str(step.facts.get("outcome", ""))
    )
    words = {
        "organ": step.organ.name if step.organ else "",
        "day": day_words(step.on),
        "outcome": outcome or "",
    }
    if not outcome:
        return _("%(organ)s，%(day)s送达。") % words
    return _("%(organ)s，%(day)s送达，结论：%(outcome)s。") % words
