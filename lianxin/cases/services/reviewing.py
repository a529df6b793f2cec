"""Review and re-check (复查、复核, Art 35, 36): asking for them, taking them on, and deciding them.

The organ that is asked holds the case from the request on; `handled_by` stays the organ whose handling it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from lianxin.cases import walls
from lianxin.cases.models import Case
from lianxin.cases.policies import NotYours, check_may, may_record_request
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, mark_told, perform
from lianxin.cases.services.approval import approved
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.papers import letter
from lianxin.cases.services.recusal import check_not_involved
from lianxin.cases.services.review_papers import names, number_of, opinion_of, printable, proof_of
from lianxin.cases.services.serving import METHODS, RECEIVERS
from lianxin.cases.services.stages import (
    RECHECK,
    REVIEW,
    Asked,
    Found,
    Service,
    Stage,
    begun_on,
    decided_by,
    earlier_marks,
    is_late,
    mark,
    organs_above,
    partner,
    was_late,
    window_of,
)
from lianxin.cases.texts import normalised, one_line
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.organs.selectors import officers, reviewing_organs
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.inquiry import VIA
from lianxin.procedure.routing import review_organs

REMANDS = frozenset({REVIEW.remand, RECHECK.remand})
OUTCOMES = ("uphold", "revoke", "change", "remand")
GROUNDS = {"out_of_time": "超过请求复查的期限，又没有正当理由", "new_matter": "提出的是新的信访事项"}


class Finding(Protocol):
    """A finding on one claim, as a draft opinion holds it."""

    @property
    def seq(self) -> int: ...
    @property
    def facts(self) -> str: ...
    @property
    def outcome(self) -> str: ...


def ask(
    loaded: Loaded, stage: Stage, *, asked: Asked, organ: Organ, actor: Actor | None, key: str, when: Moment
) -> Case:
    """Return the case as asked for review (复查) or re-check (复核) at `organ`, which holds it from now on.

    `actor` is None online, else the officer of a window who writes the petitioner's request down: of the organ that
    answered, or of one that may review. A late request needs a reason, which the organ asked decides upon.
    Raises NotYours, Refused (NO_UPPER_DEFINED, LEVEL_SKIP_REVIEW, WINDOW_MISSED, …), IncompletePaper, Stale.
    """
    on = asked.received_on or when.on
    below = decided_by(loaded, stage)
    organs = reviewing_organs(below, review_organs(loaded.book, below.rank), on=when.on)
    organs = walls.clear_organs(loaded.case, organs, on=when.on)
    if actor is not None and not may_record_request(actor, loaded.case, upper=[one.pk for one in organs]):
        raise NotYours(
            f"{stage.word}申请由作出意见的机关或者有权{stage.word}的机关的登记、分派人员录入",
            article=stage.article,
            instead="请告诉信访人可以向哪些机关提出。",
        )
    _check_asked(loaded, stage, asked, on=on, today=when.on, relayed=actor is not None)
    _check_organ(stage, organ, organs, below)
    late = is_late(loaded, stage, on=on, via=asked.via, postmark=asked.postmark)
    parts: dict[str, object] = {
        "organ": organ.code,
        "via": asked.via,
        "received_on": on.isoformat(),
        **({"review_organ": organ.rank} if stage is REVIEW else {"recheck_organ": organ.rank}),
        **({"handling_organ": below.rank} if stage is REVIEW else {"reviewing_organ": below.rank}),
    }
    if asked.postmark:
        parts["postmark"] = asked.postmark.isoformat()
    if late and one_line(asked.late_reason):
        parts |= {"late_reason": True, "code": "LATE_WITH_REASON"}
    reasons = printable(normalised(asked.reasons))
    if late and one_line(asked.late_reason):
        reasons = f"{reasons}\n没有赶上期限的原因：{printable(normalised(asked.late_reason))}"
    given = {
        "opinion_no": number_of(loaded.case, stage.below),
        "received_on": on.isoformat(),
        "claims": [printable(one_line(claim)) for claim in asked.claims if one_line(claim)],
        "reasons": reasons,
        "attachments": printable(normalised(asked.attachments)),
        "last_day": deadline(loaded.book, stage.clock, on, calendar=load_calendar()).legal.isoformat(),
    }
    paper = letter(
        loaded, stage.request_paper, organ=actor.organ if actor else organ, on=when.on, given=given
    )
    changes: dict[str, object] = {"holder": organ, "officer": None}
    if stage is REVIEW:
        changes["handled_by"] = below
    request = Request(stage.request, key, parts, role=PETITIONER, relayed=actor is not None)
    writing = Writing(changes, papers=[paper])
    return perform(loaded, request, actor=actor, when=Moment(on, when.at), writing=writing)


def accept(loaded: Loaded, stage: Stage, *, actor: Actor, ground: str, key: str, when: Moment) -> Case:
    """Return the case as under review or re-check, the officer who took it on answering for it.

    Raises NotYours, Refused (also for somebody who handled the case before), IncompletePaper, Stale.
    """
    check_may(actor, loaded.case, stage.accept)
    check_not_involved(loaded, stage, actor=actor)
    below = decided_by(loaded, stage)
    running = next((one for one in reversed(loaded.running()) if one.clock == stage.clock), None)
    parts = {
        "handling_organ": below.rank,
        "reviewing_organ": actor.organ.rank,
        "late_accepted": was_late(loaded, stage),
    }
    last_day = running.deadline.legal.isoformat() if running else ""
    given = {
        "opinion_no": number_of(loaded.case, stage.below),
        **nameless(loaded.case, {"ground": ground}),
        "next_step": f"由{actor.organ.name}{stage.word}，在下列最后一日以前作出{stage.word}意见，书面答复您。",
        "last_day": last_day,
    }
    paper = letter(loaded, f"{stage.name}_acceptance", organ=actor.organ, on=when.on, given=given)
    request = Request(stage.accept, key, parts, role=stage.role)
    writing = Writing({"officer": actor.staff}, papers=[paper])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def refuse(
    loaded: Loaded, *, actor: Actor, ground: str, reasons: str, approver: Staff | None, key: str, when: Moment
) -> Case:
    """Return the case as answered, back with the organ that handled it: its review is not taken on, with reasons.

    `ground` is a key of `GROUNDS`; a request inside its window is not out of time.
    The window goes on; the days the request was examined are given back.
    Raises NotYours, Refused, IncompletePaper, Stale.
    """
    case, reasons = loaded.case, normalised(reasons)
    if key in loaded.keys:
        return loaded.case
    check_may(actor, case, "refuse_review")
    check_not_involved(loaded, REVIEW, actor=actor, approver=approver)
    nameless(case, {"reasons": reasons})
    if ground not in GROUNDS or not reasons:
        raise GuardFailed("请选择不予受理的情形，并写明理由", article=REVIEW.article)
    if ground == "out_of_time" and not was_late(loaded, REVIEW):
        raise GuardFailed("这份申请在期限以内提出，没有逾期", article=REVIEW.article, instead="请受理复查。")
    parts = {
        "ground": ground,
        "reasons": reasons,
        **_consent(actor, REVIEW, approver, when),
    }
    going_on = (
        "可以就新的事项另行提出。"
        if ground == "new_matter"
        else "对同一意见不再复查；有新的事实的，可以另行提出。"
    )
    given = {
        "opinion_no": number_of(case, REVIEW.below),
        "ground": f"{GROUNDS[ground]}。{reasons}",
        "next_step": going_on,
        "remedy_organs": names(organs_above(loaded, actor.organ, on=when.on)),
    }
    paper = letter(loaded, "review_refusal", organ=actor.organ, on=when.on, given=given)
    request = Request("refuse_review", key, parts, role=_role(actor, REVIEW))
    back = walls.upper(case, case.handled_by, on=when.on) if case.handled_by else None
    writing = Writing({"holder": back, "officer": None}, papers=[paper])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def decide(
    loaded: Loaded,
    stage: Stage,
    *,
    actor: Actor,
    found: Found,
    service: Service,
    approver: Staff | None,
    key: str,
    when: Moment,
    publish: bool = False,
    consent: bool = False,
) -> Case:
    """Return the case with its review or re-check opinion made and served: upheld, revoked or changed.

    The window for re-check runs from `service.served_on` and needs its proof; a re-check opinion ends the matter.
    `publish` (re-check only) needs a hearing held in it and the petitioner's consent (Art 36).
    Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    event = stage.decision(found.outcome)
    check_may(actor, loaded.case, event)
    check_not_involved(loaded, stage, actor=actor, approver=approver)
    _check_found(stage, found)
    _check_service(loaded, stage, service, on=when.on)
    if publish and not (
        consent and any(a.event == "hold_hearing" and a.state == "rechecking" for a in loaded.acts)
    ):
        raise GuardFailed(
            "只有举行过复核听证、信访人也同意的，才可以公示复核意见",
            article="信访工作条例 第三十六条第二款",
            instead="请选择不公示。",
        )
    parts: dict[str, object] = {
        "outcome": found.outcome,
        "sound": found.outcome == "uphold",
        "proof_of_service": bool(one_line(service.proof)),
        "method": service.method,
        "refused": service.refused,
        **_consent(actor, stage, approver, when),
    }
    if stage is RECHECK:
        parts["published"] = publish
    paper = opinion_of(loaded, stage, found, organ=actor.organ, on=service.served_on, today=when.on)
    proof = proof_of(
        loaded, stage, service, organ=actor.organ, on=when.on, number=str(paper.fields["number"])
    )

    def told(seq: int) -> None:
        mark_told(loaded.case, seq, at=when.at)

    request = Request(event, key, parts, role=_role(actor, stage))
    writing = Writing(papers=[paper, proof], also=told)
    return perform(loaded, request, actor=actor, when=Moment(service.served_on, when.at), writing=writing)


def remand(
    loaded: Loaded,
    stage: Stage,
    *,
    actor: Actor,
    found: Found,
    due_on: date,
    approver: Staff | None,
    key: str,
    when: Moment,
) -> Case:
    """Return the case as being handled again by the organ that handled it, until `due_on`, by the officer it had.

    Where that officer is no longer in post, a head of the organ has it and assigns it anew. The step keeps marks of
    the earlier findings for `check_not_repeated`. Raises NotYours, Refused, IncompletePaper, Stale.
    """
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, stage.remand)
    check_not_involved(loaded, stage, actor=actor, approver=approver)
    _check_found(stage, found)
    if due_on <= when.on:
        raise GuardFailed(f"重新办理的期限应当在今天（{when.on}）以后", article=stage.article)
    back = walls.upper(loaded.case, decided_by(loaded, REVIEW), on=when.on)
    handler = _handler_again(loaded, back, on=when.on)
    parts = {
        "due_on": due_on.isoformat(),
        "handler": handler.pk,
        "earlier": earlier_marks(loaded),
        **_consent(actor, stage, approver, when),
    }
    decision = f"请{back.name}在{due_on.isoformat()}以前重新办理，不得以同一事实和理由作出相同的意见。{found.decision}"
    ordered = Found(found.facts, found.reasons, "remand", decision)
    paper = opinion_of(loaded, stage, ordered, organ=actor.organ, on=when.on, today=when.on)
    request = Request(stage.remand, key, parts, role=_role(actor, stage))
    writing = Writing({"holder": back, "officer": handler}, papers=[paper])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def check_not_repeated(loaded: Loaded, findings: Iterable[Finding]) -> None:
    """Refuse a draft after a remand that finds the same facts and comes to the same outcome on every claim.

    Pure: reads the acts alone. Raises GuardFailed (信访工作条例 第三十五条).
    """
    ordered = loaded.latest(*REMANDS)
    kept = ordered.facts.get("earlier") if ordered else None
    marks = [mark(one.seq, one.facts, one.outcome) for one in findings]
    if isinstance(kept, Sequence) and marks and set(marks) <= set(kept):
        raise GuardFailed(
            "上级机关已经责令重新办理，不能以同一事实作出相同的意见",
            article=REVIEW.article,
            instead="请重新调查，写明这次查明的事实和理由。",
        )


# --- what each act checks, and what its papers say --------------------------------------------------------------


def _check_asked(loaded: Loaded, stage: Stage, asked: Asked, *, on: date, today: date, relayed: bool) -> None:
    """Refuse a request without claims or reasons, of a day that cannot be, or a second one on the same opinion."""
    if not any(map(one_line, asked.claims)) or not normalised(asked.reasons):
        raise GuardFailed(f"请写明请求{stage.word}的事项、事实和理由", article=stage.article)
    if asked.via not in VIA or (asked.via == "online") == relayed:
        raise GuardFailed("请写明申请是当面提交还是邮寄来的", article=stage.article)
    running = window_of(loaded, stage)
    served = running.started_on if running else loaded.case.received_on
    days = [day for day in (asked.postmark, on) if day is not None]
    if days != sorted(days) or not all(served <= day <= today for day in days):
        raise GuardFailed(
            f"收到申请的日期和邮戳日期应当在意见送达之日（{served}）和今天（{today}）之间，邮戳在前",
            article=stage.article,
        )
    events = [act.event for act in loaded.acts]
    last_served = len(events) - events[::-1].index("serve") if "serve" in events else 0
    if stage is REVIEW and {"review_uphold", "review_change"} & set(events[last_served:]):
        raise GuardFailed(
            "这份处理意见已经复查过",
            article=stage.article,
            instead="对复查意见不服的，请向上一级机关请求复核；没有赶上期限的，请到窗口说明原因。",
        )


def _check_organ(stage: Stage, organ: Organ, organs: Sequence[Organ], below: Organ) -> None:
    """Refuse an organ that may not be asked; say so kindly where no text names one."""
    if not organs:
        raise GuardFailed(
            f"没有规定由哪个机关{stage.word}{below.name}的意见",
            article=stage.article,
            instead=f"请拨打{below.name}的电话{below.phone}询问，或者到窗口提出，由负责人研究以后答复您。",
            code="NO_UPPER_DEFINED",
        )
    if organ.pk not in {one.pk for one in organs}:
        raise GuardFailed(
            f"所选机关不能{stage.word}{below.name}的意见",
            article=stage.article,
            instead=f"请在这些机关中选择：{'、'.join(one.name for one in organs)}。",
            code="LEVEL_SKIP_REVIEW",
        )


def _check_found(stage: Stage, found: Found) -> None:
    """Refuse an opinion without facts or reasons, with no known outcome, or that changes without saying to what."""
    if found.outcome not in OUTCOMES:
        raise GuardFailed(f"请选择{stage.word}结论", article=stage.article)
    if not normalised(found.facts) or not normalised(found.reasons):
        raise GuardFailed(f"请写明{stage.word}查明的事实和理由", article=stage.article)
    if found.outcome in ("revoke", "change") and not normalised(found.decision):
        raise GuardFailed("撤销、变更的，请写明撤销什么、变更为什么", article=stage.article)


def _check_service(loaded: Loaded, stage: Stage, service: Service, *, on: date) -> None:
    """Refuse a service that is no service: an impossible day, no proof, a refusal nobody witnessed."""
    begun = begun_on(loaded, stage)
    if not begun <= service.served_on <= on:
        raise GuardFailed(
            f"送达日期应当在受理{stage.word}之日（{begun}）和今天（{on}）之间", article=stage.article
        )
    if service.method not in METHODS or service.receiver not in RECEIVERS:
        raise GuardFailed("请选择送达方式和签收人", article=stage.article)
    if not one_line(service.proof):
        raise GuardFailed(f"没有送达凭证，{stage.word}意见不能登记为已经送达", article=stage.article)
    if service.refused and not one_line(service.witness):
        raise GuardFailed("收件人拒收的，请写明见证人", article="民事诉讼法 第八十九条（参照）")


def _consent(actor: Actor, stage: Stage, approver: Staff | None, when: Moment) -> dict[str, object]:
    """Return the facts of the second person's consent; both persons may be one who holds both posts."""
    role = partner(actor, stage) or "head"
    return approved(actor, role, approver=approver, when=when, article=stage.article)


def _role(actor: Actor, stage: Stage) -> str:
    return stage.role if actor.has(stage.role) else "head"


def _handler_again(loaded: Loaded, organ: Organ, *, on: date) -> Staff:
    """Return the latest handler if still in post there, else a head, who then assigns somebody (改派)."""
    latest = next((act.facts["handler"] for act in reversed(loaded.acts) if act.facts.get("handler")), None)
    posts = Post.objects.held_on(on).filter(organ=organ, role="handler", staff__is_active=True)
    post = posts.filter(staff_id=latest).select_related("staff").first() if isinstance(latest, int) else None
    if post is not None and walls.clear_staff(loaded.case, [post.staff], on=on):
        return post.staff
    heads = walls.clear_staff(loaded.case, officers(organ, "head", on=on), on=on)
    if not heads:
        raise GuardFailed(
            f"{organ.name}现在没有承办人和负责人在岗，不能责令重新办理",
            article="信访工作条例 第三十五条",
            instead="请先联系该机关设置岗位。",
        )
    return heads[0]
