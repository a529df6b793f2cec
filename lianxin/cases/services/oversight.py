"""Urgent reports, supervision and the report on it (Art 25, 40): what goes up, what comes down, what goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from lianxin.cases.models import Case, Supervision
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.approval import approved, other_post
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.walls import upper_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.closing import supervisors
from lianxin.procedure.errors import GuardFailed

URGENT = "信访工作条例 第二十五条"
POSTS = ("head", "duty")
"""The posts an urgent report needs."""
SUPERVISION = "信访工作条例 第四十条"
LISTING = "信访工作条例 第三十九条、第四十条第一款"
TITLES = {"reminder": "催办函", "letter": "督办函", "listed": "挂牌督办通知书"}
"""The title of the paper, by how urgently it asks."""
TRIGGERS = {
    "no_reason_late": "无正当理由未按规定期限办结",
    "no_feedback": "未按规定反馈办理结果",
    "procedure": "未按规定程序办理",
    "not_carried_out": "办理意见不执行",
    "evasive": "收到督办后推诿、敷衍、拖延或者弄虚作假",
    "retaliation": "涉嫌打击报复信访人或者泄露检举控告材料",
    "safety": "涉及人身安全、生命健康",
    "other": "其他需要督办的情形",
}
"""督办情形 (Art 40(1)), the last three ours."""
LISTED_AT_ONCE = frozenset({"retaliation", "safety"})
"""For these a case is listed (挂牌督办) without an earlier letter."""


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
    form: str = Supervision.Form.LETTER,
) -> Case:
    """Return the case with a supervision letter (督办函): why (one of `TRIGGERS`), what is asked, and by which day to report.

    `form` says how urgently: a reminder (催办), a letter, or listed (挂牌督办), the last only after an earlier one was of no
    avail. For a supervisor of the organ that answers, or of one above it; state and other clocks stay, the report's clock
    ends on `report_due_on`, a day to come. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "supervise")
    if trigger not in TRIGGERS or form not in Supervision.Form.values:
        raise GuardFailed("请选择督办的情形和方式", article=SUPERVISION)
    _check_listed(loaded, form, trigger, on=when.on)
    if report_due_on <= when.on:
        raise GuardFailed("反馈日期应当在今天以后", article=SUPERVISION)
    given = {
        "trigger": TRIGGERS[trigger],
        "facts": needed(facts, "事实", article=SUPERVISION),
        "required": needed(required, "要求", article=SUPERVISION),
        "report_due_on": report_due_on.isoformat(),
    }
    nameless(loaded.case, given)
    title = str(TITLES[form])
    paper = papers.letter(
        loaded, "supervision_letter", organ=actor.organ, on=when.on, given=given, title=title
    )
    parts = {
        "trigger": TRIGGERS[trigger],
        "due_on": report_due_on.isoformat(),
        "to": loaded.case.holder.code,
        "form": form,
    }

    def enter(seq: int) -> None:
        case = loaded.case
        _running(case.pk).filter(organ=actor.organ).update(ended_on=when.on)
        Supervision.objects.create(
            organ=actor.organ,
            case_id=case.pk,
            seq=seq,
            form=form,
            about_id=case.holder_id,
            number=case.number,
            kind=case.kind,
            trigger=TRIGGERS[trigger],
            asked_on=when.on,
            due_on=report_due_on,
        )

    request = Request("supervise", key, parts, role="supervisor")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper], also=enter))


def _running(case_id: int) -> QuerySet[Supervision]:
    return Supervision.objects.filter(case_id=case_id, ended_on=None)


def _check_listed(loaded: Loaded, form: str, trigger: str, *, on: date) -> None:
    """Raise GuardFailed for a listing without an earlier supervision that was of no avail, unless somebody is in danger."""
    if form != Supervision.Form.LISTED or trigger in LISTED_AT_ONCE:
        return
    earlier = [act for act in loaded.acts if act.event == "supervise"]
    if not any(act.on < on for act in earlier):
        raise GuardFailed(
            "挂牌督办以前应当先督办过；涉及人身安全或者打击报复的除外",
            article=LISTING,
            instead="请先发出督办函。",
        )


def end_supervision(loaded: Loaded, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case with the supervisions of the officer's organ ended (销号), whose report has come in, and why that is enough.

    A report that is not enough is answered by a new supervision instead. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "end_supervision")
    if key not in loaded.keys and not supervisors(loaded.acts).get(str(actor.organ.pk)):
        raise GuardFailed("本机关的督办还没有收到反馈", article=SUPERVISION, instead="由发出督办的机关了结。")
    found = needed(reasons, "了结的理由", article=SUPERVISION)
    nameless(loaded.case, {"reasons": found})

    def end(seq: int) -> None:
        rows = _running(loaded.case.pk).filter(organ=actor.organ, reported_on__isnull=False)
        rows.update(ended_on=when.on)

    request = Request("end_supervision", key, {"reasons": found}, role="supervisor")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=end))


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

    def receive(seq: int) -> None:
        _running(loaded.case.pk).filter(reported_on=None).update(reported_on=when.on)

    request = Request("hand_in_report", key, parts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper], also=receive))


def _waiting_for_report(loaded: Loaded) -> list[str]:
    """Return the ids of the organs whose supervision has had no report yet, in the order of their letters."""
    asking: list[str] = []
    for act in loaded.acts:
        if act.event == "hand_in_report":
            asking = []
        elif act.event == "supervise" and act.organ not in asking:
            asking.append(act.organ)
    return asking
