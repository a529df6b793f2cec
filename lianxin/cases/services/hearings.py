"""Hearings, while a case is handled and in the re-check (Art 31(6), 36(2)): called by a notice, kept in a record.

A hearing is one event taken twice: the notice goes out first, the record follows. In the re-check the days from the
notice to the conclusion are left out of the period; while a case is handled the period runs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lianxin.cases.history import BEIJING
from lianxin.cases.models import Case, Notice
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, mark_told, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.organs.actors import Actor
from lianxin.procedure.acts import Act
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第三十一条第（六）项、第三十六条第二款"
OTHER_CHAIR = "认为主持人与本事项有直接利害关系的，可以在听证举行以前申请其回避。"
AGENT = "可以委托代理人参加听证。"


@dataclass(frozen=True, slots=True)
class Held:
    """What the record of a hearing keeps: who came (posts and sides, never names), what was said, shown and concluded."""

    attendance: str
    statements: str
    evidence: str
    conclusion: str
    closed_on: date


def called(loaded: Loaded) -> Act | None:
    """Return the notice of a hearing that has no record yet; the latest, None where there is none."""
    last = loaded.latest("hold_hearing")
    return last if last and last.facts.get("phase") == "notice" else None


def call_hearing(
    loaded: Loaded,
    *,
    actor: Actor,
    on: date,
    time: str,
    place: str,
    subject: str,
    weighty: bool,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with a hearing called (听证通知书) for the day `on`, today or later; the notice is owed.

    `weighty` says that the matter is major, complex or difficult. The chair has not worked on the case.
    Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "hold_hearing")
    check_chair(loaded, actor)
    if on < when.on:
        raise GuardFailed(f"听证日期 {on} 已经过去", article=ARTICLE, instead="请写今天或者以后的日期。")
    time = needed(time, "听证时间", article=ARTICLE, line=True)
    place = needed(place, "听证地点", article=ARTICLE, line=True)
    subject = needed(subject, "听证事项", article=ARTICLE)
    nameless(loaded.case, {"time": time, "place": place, "subject": subject})
    given = {
        "time": f"{on.isoformat()} {time}",
        "place": place,
        "subject": subject,
        "chair": actor.staff.name,
        "right_to_other_chair": OTHER_CHAIR,
        "right_to_agent": AGENT,
    }
    paper = papers.letter(loaded, "hearing_notice", organ=actor.organ, on=when.on, given=given)
    parts = {"phase": "notice", "weighty": weighty, "hearing_days": [on.isoformat()], "chair": actor.staff.pk}
    request = Request("hold_hearing", key, parts, role="chair")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def record_hearing(loaded: Loaded, *, actor: Actor, held: Held, key: str, when: Moment) -> Case:
    """Return the case with the record of the hearing that was called (听证笔录); in the re-check its days are left out.

    The petitioner must have been told of the hearing before (give_notice). Left out are the day of the notice to the
    day of the conclusion, both counted. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "hold_hearing")
    check_chair(loaded, actor)
    notice = called(loaded)
    if notice is None:
        raise GuardFailed("还没有发出听证通知", article=ARTICLE, instead="请先发听证通知书。")
    first, planned = notice.on, date.fromisoformat(str(_days(notice)[0]))
    told_at = _told_at(loaded, planned)
    if not max(first, planned) <= held.closed_on <= when.on:
        raise GuardFailed(
            f"听证结论作出之日应当在听证之日（{planned}）和今天（{when.on}）之间", article=ARTICLE
        )
    texts = {
        "attendance": needed(held.attendance, "到场人员", article=ARTICLE),
        "statements": needed(held.statements, "陈述", article=ARTICLE),
        "evidence": needed(held.evidence, "证据", article=ARTICLE),
        "conclusion": needed(held.conclusion, "结论", article=ARTICLE),
    }
    nameless(loaded.case, texts)
    days = {"opened_on": first.isoformat(), "closed_on": held.closed_on.isoformat()}
    paper = papers.letter(loaded, "hearing_record", organ=actor.organ, on=when.on, given={**texts, **days})
    parts: dict[str, object] = {"phase": "record", "weighty": True, "chair": actor.staff.pk}
    parts["hearing_days"] = list(days.values())
    if leaves_out(loaded):
        parts["excluded"] = [{"from": days["opened_on"], "to": days["closed_on"], "kind": "hearing"}]

    def told(seq: int) -> None:
        mark_told(loaded.case, seq, "hearing_notice", at=told_at)

    request = Request("hold_hearing", key, parts, role="chair")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper], also=told))


def leaves_out(loaded: Loaded) -> bool:
    """Tell whether the step of the rulebook in this state names a running clock (`pauses`) that leaves hearing days out."""
    rules = loaded.book.steps["hold_hearing"]
    rule = next((one for one in rules if one.leads_from(loaded.case.state)), None)
    return rule is not None and any("hearing" in loaded.book.clocks[clock].excludes for clock in rule.pauses)


def check_chair(loaded: Loaded, actor: Actor) -> None:
    """Raise GuardFailed for an officer who works or has worked on the case: the chair is not its investigator."""
    worked = {act.facts.get("handler") for act in loaded.acts if act.event in ("assign", "reassign")}
    if actor.staff.pk in worked or actor.staff.pk == loaded.case.officer_id:
        raise GuardFailed(
            "办理过本件的人员不能主持听证",
            article=ARTICLE,
            code="RECUSE",
            instead="请由没有办理过本件的主持人主持。",
        )


def _days(notice: Act) -> list[object]:
    days = notice.facts.get("hearing_days")
    return list(days) if isinstance(days, (list, tuple)) else []


def _told_at(loaded: Loaded, planned: date) -> datetime | None:
    """Return when the petitioner was told of the hearing. Raises GuardFailed where that is still owed, or came after it."""
    notice = Notice.objects.filter(case_id=loaded.case.pk, kind="hearing_notice").order_by("-seq").first()
    if notice is None or notice.state != Notice.State.TOLD:
        raise GuardFailed(
            "还没有记录已经把听证通知书告知信访人", article=ARTICLE, instead="请先办理“告知信访人”。"
        )
    if notice.told_at and notice.told_at.astimezone(BEIJING).date() > planned:
        raise GuardFailed(
            f"听证通知书在听证之日（{planned}）以后才告知信访人，这次听证不能作为依据",
            article=ARTICLE,
            instead="请另定日期，重新发出听证通知书。",
        )
    return notice.told_at
