"""Opening a sealed identity by two persons (紧急查阅): one asks, one in another chain of command agrees, then it is open for
half an hour to the one who asked. Each step is an event of the ledger before it counts; each field shown is a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lianxin.cases import openings
from lianxin.cases.models import Case, Opening, State
from lianxin.cases.policies import (
    DECIDERS,
    OPENERS,
    REPORT_DECIDERS,
    REPORT_OPENERS,
    NotYours,
    may_ask_opening,
    may_decide_opening,
    may_reveal,
    may_reveal_opened,
)
from lianxin.cases.services import consents
from lianxin.cases.services.acts import Moment
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import one_line
from lianxin.ledger import chain
from lianxin.organs.actors import Actor
from lianxin.organs.chains import apart, organs_of, same_person
from lianxin.organs.models import Organ
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第四十六条第（五）项"
REASON_LIMIT = 500
APPROVED = "opening.approved"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to open: on which ground, why in words, which fields of `vault.FIELDS`, and who is to decide."""

    why: str
    reason: str
    fields: Sequence[str]
    decider: Organ


def ask(case: Case, wanted: Wanted, *, actor: Actor, key: str, when: Moment) -> Opening:
    """Return the request, recorded: what nobody has agreed to within a day lapses. A repeated key finds the first one.

    Raises NotYours, GuardFailed for what is missing, for an organ that may not decide and for who has a request running,
    LogDown. That the reason holds no name is not tested: the answer would tell a name to whoever may not see it.
    """
    if not may_ask_opening(actor, case):
        raise NotYours("您不能对这一件申请紧急查阅", article=ARTICLE)
    opening = Opening(
        case_id=case.pk,
        number=case.number,
        kind=case.kind,
        organ=actor.organ,
        staff=actor.staff,
        role=_role(actor, REPORT_OPENERS if case.kind == "report" else OPENERS),
        asked_at=when.at,
        why=wanted.why,
        reason=needed(wanted.reason, "理由", article=ARTICLE),
        fields=[field for field in vault.FIELDS if field in wanted.fields],
        decider=wanted.decider,
        key=key,
    )
    if (twin := consents.first(opening)) is not None:
        return twin
    _check(case, opening, actor=actor, at=when.at)
    return consents.write(
        opening,
        kind="opening.asked",
        facts={
            "role": opening.role,
            "why": opening.why,
            "reason": chain.digest(f"{key}|{opening.reason}".encode()),
            "fields": opening.fields,
            "decider": opening.decider_id,
        },
    )


def decide(opening: Opening, case: Case, *, actor: Actor, agrees: bool, remark: str, when: Moment) -> Opening:
    """Return the opening as decided: open from now for half an hour to the officer who asked, or refused for good.

    Raises NotYours for the same person, the same chain of command, somebody behind a wall or without the post; GuardFailed
    where nothing waits any more; LogDown; Stale where somebody else was first.
    """
    _check_decider(opening, case, actor=actor)
    if not opening.waits(when.at):
        raise GuardFailed("这份申请已经有了决定，或者超过时间失效了", article=ARTICLE)
    consents.check_log(when.at)
    changes = {
        "decided_by": actor.staff,
        "decided_role": _role(actor, REPORT_DECIDERS if case.kind == "report" else DECIDERS),
        "decided_at": when.at,
        "remark": one_line(remark)[: consents.REMARK_LIMIT],
    }
    if not agrees:
        return consents.move(
            opening,
            State.REFUSED,
            kind="opening.refused",
            organ_id=actor.organ.pk,
            staff_id=actor.staff.pk,
            at=when.at,
            facts={"asked_by": opening.staff_id},
            **changes,
        )
    until = when.at + Opening.LASTS
    return consents.move(
        opening,
        State.AGREED,
        kind=APPROVED,
        organ_id=actor.organ.pk,
        staff_id=actor.staff.pk,
        at=when.at,
        facts=_approval(opening, until),
        until=until,
        **changes,
    )


def reveal(opening: Opening, case: Case, *, actor: Actor, seq: int, field: str, when: Moment) -> str:
    """Return one named field of one party in clear, "" where it was not given; the look is recorded first.

    Raises NotYours for another person, case, field or time, LogDown where the consent stands in no ledger or the log does
    not stand, KeyError for an unknown party; the accused are none here.
    """
    if not may_reveal_opened(actor, case, opening, field, at=when.at):
        raise NotYours("现在不能用这份申请查看", article=ARTICLE, instead="过了时间的，请重新申请。")
    consents.check_log(when.at)
    approval = _approval(opening, opening.until)
    if not consents.is_recorded(opening, APPROVED, organ_id=opening.decider_id, facts=approval):
        raise consents.down()
    if seq not in {person.seq for person in parties(case)}:
        raise KeyError((case.pk, seq))
    return vault.reveal(
        case_id=case.pk,
        seq=seq,
        field=field,
        purpose=purpose(opening),
        reader=actor.reader(),
        at=when.at,
    )


def parties(case: Case) -> list[vault.Pseudonym]:
    """Return the parties an opening opens: all but the accused."""
    return [person for person in vault.parties(case.pk) if person.role != vault.ACCUSED]


def purpose(opening: Opening) -> str:
    """Return what the petitioner reads as the purpose of each look: the ground, and which organ agreed."""
    return f"紧急查阅：{Opening.Why(opening.why).label}；{opening.decider.name}同意"


def settle(*, when: Moment) -> int:
    """Write down which openings have lapsed or ended, and return how many. For the sweep; may be stopped and run twice."""
    waiting = Opening.objects.filter(state=State.ASKED, asked_at__lte=when.at - Opening.WAITS)
    over = Opening.objects.filter(state=State.AGREED, until__lte=when.at)
    rows = [*waiting.order_by("case_id", "seq"), *over.order_by("case_id", "seq")]
    return consents.lapse(rows, word="opening", at=when.at)


def _check(case: Case, opening: Opening, *, actor: Actor, at: datetime) -> None:
    if opening.why not in Opening.Why.values:
        raise GuardFailed("请选择事由", article=ARTICLE)
    if not opening.fields:
        raise GuardFailed("请选择要查看哪几项", article=ARTICLE)
    if len(opening.reason) > REASON_LIMIT:
        raise GuardFailed(f"理由最多 {REASON_LIMIT} 字", article=ARTICLE)
    if may_reveal(actor, case):
        raise GuardFailed("您本来就可以查看", article=ARTICLE, instead="请到这一件的页面查看。")
    near = {organ.pk for organ in openings.deciders(actor)}
    if opening.decider.pk not in near or not openings.is_clear(case, opening.decider, actor=actor):
        raise GuardFailed("这个机构不能决定这份申请", article=ARTICLE, instead="请另选一个机构。")
    mine = Opening.objects.filter(case_id=case.pk, staff=actor.staff)
    if any(one.waits(at) or one.is_open(at) for one in mine):
        raise GuardFailed("您对这一件已经有一份申请，还没有结束", article=ARTICLE)


def _check_decider(opening: Opening, case: Case, *, actor: Actor) -> None:
    if not may_decide_opening(actor, case, opening):
        raise NotYours("这份申请不由您决定", article=ARTICLE)
    if same_person(actor.staff, opening.staff):
        raise NotYours("申请和决定不能是同一个人", article=ARTICLE, instead="请另一位同事决定。")
    held = organs_of(actor.staff.pk, on=actor.on)
    if not apart(organs_of(opening.staff_id, on=actor.on), held):
        raise NotYours(
            "您和申请人在同一个指挥系统，不能决定这份申请", article=ARTICLE, instead="请不同系统的机构决定。"
        )


def _approval(opening: Opening, until: datetime | None) -> dict[str, object]:
    """Return what the event of the consent says; the row must say the same when it is used."""
    return {
        "asked_by": opening.staff_id,
        "organ": opening.organ_id,
        "fields": list(opening.fields),
        "until": until.astimezone(UTC).isoformat() if until else "",
    }


def _role(actor: Actor, roles: Sequence[str]) -> str:
    return next((role for role in roles if actor.has(role)), "")
