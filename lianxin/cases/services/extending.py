"""More time for a case: the period extended with a reason, and the turn from the simple to the ordinary procedure (Art 34)."""

from __future__ import annotations

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.organs.actors import Actor
from lianxin.procedure.acts import Act
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.guards import EXTENDED

ARTICLE = "信访工作条例 第三十四条"
SIMPLE = "信访事项简易办理办法"


def period(loaded: Loaded) -> Running | None:
    """Return the running period that an extension would lengthen: handling, review or re-check; None where none runs."""
    return _running(loaded.running(), EXTENDED.get(loaded.case.state, "HANDLE"))


def lengthened(loaded: Loaded, *, days: int, when: Moment) -> Running | None:
    """Return that period as it would run after an extension by `days`, counted by the clock; None where none runs."""
    after = _after(loaded, "extend", {"extension_days": days}, when)
    return _running(after, EXTENDED.get(loaded.case.state, "HANDLE"))


def extend(loaded: Loaded, *, actor: Actor, days: int, reason: str, key: str, when: Moment) -> Case:
    """Return the case with its period lengthened by `days` calendar days, and the notice with the old and the new last day.

    The head decides, before the period is over, with a reason; all extensions together keep to the rule's most days.
    The notice to the petitioner is owed with the act. Raises NotYours, GuardFailed (EXT_…), Stale.
    """
    check_may(actor, loaded.case, "extend")
    reason = needed(reason, "延长的理由", article=ARTICLE)
    nameless(loaded.case, {"reason": reason})
    if days < 1:
        raise GuardFailed("延长的天数至少是 1 天", article=ARTICLE, instead="请写明延长几天。")
    parts = {
        "extension_days": days,
        "reason": reason,
        "petitioner_told": True,
        "told_by": "extension_notice",
    }
    before, after = period(loaded), lengthened(loaded, days=days, when=when)
    issued = []
    if before is not None and after is not None:
        given = {
            "old_last_day": before.deadline.legal.isoformat(),
            "new_last_day": after.deadline.legal.isoformat(),
            "reason": reason,
            "approved_by": f"{actor.organ.name}负责人{actor.staff.name}",
        }
        title = _title(loaded)
        issued.append(
            papers.letter(loaded, "extension_notice", organ=actor.organ, on=when.on, given=given, title=title)
        )
    request = Request("extend", key, parts, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=issued))


def ordinary_period(loaded: Loaded, *, when: Moment) -> Running | None:
    """Return the sixty days as they would run after the turn to the ordinary procedure, from the day of acceptance."""
    return _running(_after(loaded, "to_ordinary", {}, when), "HANDLE")


def to_ordinary(loaded: Loaded, *, actor: Actor, reason: str, key: str, when: Moment) -> Case:
    """Return the case in the ordinary procedure; the sixty days count from the simple acceptance, and the notice says so.

    Raises NotYours, GuardFailed where the simple procedure does not run, Stale.
    """
    check_may(actor, loaded.case, "to_ordinary")
    reason = needed(reason, "转入普通程序的理由", article=SIMPLE)
    nameless(loaded.case, {"reason": reason})
    issued = []
    if after := ordinary_period(loaded, when=when):
        given = {"reason": reason, "last_day": after.deadline.legal.isoformat()}
        issued.append(papers.letter(loaded, "ordinary_notice", organ=actor.organ, on=when.on, given=given))
    request = Request("to_ordinary", key, {"reason": reason}, note=reason, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=issued))


def _after(loaded: Loaded, event: str, facts: dict[str, object], when: Moment) -> tuple[Running, ...]:
    """Return the clocks as they would run after one more act that leaves the state as it is."""
    act = Act(event, loaded.case.state, when.on, str(loaded.case.holder_id), facts)
    return clocks(loaded.book, (*loaded.acts, act), calendar=load_calendar())


def _running(found: tuple[Running, ...], clock: str) -> Running | None:
    latest = next((one for one in reversed(found) if one.clock == clock), None)
    return latest if latest is not None and latest.stopped_on is None else None


def _title(loaded: Loaded) -> str | None:
    """Return the notice's name where the rulebook names it after review or re-check."""
    rules = loaded.book.steps.get("extend", ())
    rule = next((one for one in rules if one.leads_from(loaded.case.state)), None)
    return rule.document if rule else None
