"""Urgent reports, supervision and the report on it (Art 25, 40): what goes up, what comes down, what goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.approval import approved, other_post
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.walls import upper_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.errors import GuardFailed

URGENT = "信访工作条例 第二十五条"
POSTS = ("head", "duty")
"""The posts an urgent report needs."""
SUPERVISION = "信访工作条例 第四十条"
TRIGGERS = {
    "no_reason_late": "无正当理由未按规定期限办结",
    "no_feedback": "未按规定反馈办理结果",
    "procedure": "未按规定程序办理",
    "not_carried_out": "办理意见不执行",
    "evasive": "收到督办后推诿、敷衍、拖延或者弄虚作假",
    "other": "其他需要督办的情形",
}
"""督办情形 (Art 40(1)), the last one ours."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """What an urgent report says (Art 25): no names; people are counted and described."""

    seen_on: date
    time: str
    place: str
    people: str
    matter: str
    risk: str
    measures: str


def urgent_report(
    loaded: Loaded,
    *,
    actor: Actor,
    emergency: Emergency,
    approver: Staff | None,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with an urgent report (重大紧急信访信息报告) to the organ above, agreed by duty officer and head.

    `approver` holds the one of the two posts the officer does not hold. State and clocks of the case stay; the report
    clock stands at once. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "urgent_report")
    if emergency.seen_on > when.on:
        raise GuardFailed("发现日期不能晚于今天", article=URGENT)
    labels = {
        "time": "时间",
        "place": "地点",
        "people": "人员",
        "matter": "事由",
        "risk": "风险",
        "measures": "已采取的措施",
    }
    given = {
        name: needed(getattr(emergency, name), label, article=URGENT, line=name in ("time", "place"))
        for name, label in labels.items()
    }
    nameless(loaded.case, given)
    given["reporter"] = f"{actor.organ.name} {actor.staff.name}"
    paper = papers.letter(loaded, "urgent_report", organ=actor.organ, on=when.on, given=given)
    role = other_post(actor, *POSTS)
    parts: dict[str, object] = {
        "risk": given["risk"],
        "seen_on": emergency.seen_on.isoformat(),
        "to": upper_id(loaded.case, actor.organ, on=when.on),
        **(approved(actor, role, approver=approver, when=when, article=URGENT) if role else {}),
    }
    request = Request("urgent_report", key, parts, role="duty" if actor.has("duty") else "head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def supervise(
    loaded: Loaded,
    *,
    actor: Actor,
    trigger: str,
    facts: str,
    required: str,
    report_due_on: date,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with a supervision letter (督办函): why (one of `TRIGGERS`), what is asked, and by which day to report.

    For a supervisor of the organ that answers, or of one above it; state and other clocks stay, the report's clock ends
    on `report_due_on`, a day to come. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "supervise")
    if trigger not in TRIGGERS:
        raise GuardFailed("请选择督办的情形", article=SUPERVISION)
    if report_due_on <= when.on:
        raise GuardFailed("反馈日期应当在今天以后", article=SUPERVISION)
    given = {
        "trigger": TRIGGERS[trigger],
        "facts": needed(facts, "事实", article=SUPERVISION),
        "required": needed(required, "要求", article=SUPERVISION),
        "report_due_on": report_due_on.isoformat(),
    }
    nameless(loaded.case, given)
    paper = papers.letter(loaded, "supervision_letter", organ=actor.organ, on=when.on, given=given)
    parts = {"trigger": TRIGGERS[trigger], "due_on": report_due_on.isoformat(), "to": loaded.case.holder.code}
    request = Request("supervise", key, parts, role="supervisor")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def hand_in_report(
    loaded: Loaded, *, actor: Actor, given: Mapping[str, object], key: str, when: Moment
) -> Case:
    """Return the case with the report on its supervision (办结报告) handed in, to every organ that asked; the clocks stop.

    `given` are the contents of the paper by the keys of the rulebook. Raises NotYours, GuardFailed where no supervision
    waits, IncompletePaper, Stale.
    """
    check_may(actor, loaded.case, "hand_in_report")
    texts = nameless(loaded.case, given)
    paper = papers.letter(loaded, "closing_report", organ=actor.organ, on=when.on, given=texts)
    parts = {"report": True, "to": _waiting_for_report(loaded)}
    role = next(role for role in ("handler", "intake", "head", "") if not role or actor.has(role))
    request = Request("hand_in_report", key, parts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def _waiting_for_report(loaded: Loaded) -> list[str]:
    """Return the ids of the organs whose supervision has had no report yet, in the order of their letters."""
    asking: list[str] = []
    for act in loaded.acts:
        if act.event == "hand_in_report":
            asking = []
        elif act.event == "supervise" and act.organ not in asking:
            asking.append(act.organ)
    return asking
