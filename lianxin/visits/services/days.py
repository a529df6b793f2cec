"""Leaders' reception days: announced, booked, held; what was agreed stands in the case, its days are followed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from django.db import IntegrityError, transaction

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Case
from lianxin.cases.policies import NotYours, may_read_content
from lianxin.cases.services.acts import Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import one_line
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.visits.models import Booking, ReceptionDay, Ticket
from lianxin.visits.policies import RECEIVERS, check_plans, check_receives

ARTICLE = "信访工作条例 第十八条第二款"


@dataclass(frozen=True, slots=True)
class Planned:
    """A reception day as announced: whether people come ("here") or the leader goes ("out"), when, where, who, on what."""

    kind: str
    on: date
    opens: time
    closes: time
    leader: str
    place: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case on the day: the words, by when it will be done, and whether the leader answers for it (包案)."""

    agreed: str
    due_on: date | None = None
    charge: bool = False


def announce(planned: Planned, *, actor: Actor, key: str, when: Moment) -> ReceptionDay:
    """Return a new reception day; a repeated key finds the first one. Raises NotYours, GuardFailed."""
    check_plans(actor)
    known = ReceptionDay.objects.filter(organ=actor.organ, key=key).first()
    if known is not None:
        return known
    if planned.on < when.on:
        raise GuardFailed("接访日不能早于今天", article=ARTICLE)
    if planned.closes <= planned.opens:
        raise GuardFailed("结束时间应当晚于开始时间", article=ARTICLE)
    return ReceptionDay.objects.create(
        id=new_id(),
        organ=actor.organ,
        kind=planned.kind,
        on=planned.on,
        opens=planned.opens,
        closes=planned.closes,
        leader=needed(planned.leader, "领导姓名、职务", article=ARTICLE, line=True)[:60],
        place=needed(planned.place, "地点", article=ARTICLE, line=True)[:120],
        topic=one_line(planned.topic)[:200],
        staff=actor.staff,
        key=key,
    )


def cancel(day: ReceptionDay, *, actor: Actor, why: str, when: Moment) -> None:
    """Call a day off, with the reason that is published. Raises NotYours, GuardFailed for a day that is over."""
    check_plans(actor)
    if day.on < when.on:
        raise GuardFailed("这一天已经过去了", article=ARTICLE)
    reason = needed(why, "取消原因", article=ARTICLE, line=True)[:120]
    ReceptionDay.objects.filter(pk=day.pk).update(cancelled_why=reason)


def book(
    day: ReceptionDay,
    *,
    actor: Actor,
    case: Case | None = None,
    ticket: Ticket | None = None,
    key: str,
    when: Moment,
) -> Booking:
    """Return a booking of a case or a ticket for a day; a repeated key, or the same case again, finds the first one.

    Raises NotYours, GuardFailed for a day called off.
    """
    check_receives(actor)
    if day.cancelled_why:
        raise GuardFailed("这个接访日已经取消", article=ARTICLE, instead="请另选一天。")
    rows = Booking.objects.filter(organ=actor.organ)
    row = Booking(
        id=new_id(),
        organ=actor.organ,
        day_id=day.pk,
        ticket_id=ticket.id if ticket else None,
        became_id=case.pk if case else None,
        staff=actor.staff,
        booked_at=when.at,
        key=key,
    )
    same = rows.filter(key=key) | (rows.filter(day_id=day.pk, became_id=case.pk) if case else rows.none())
    if (known := same.first()) is not None:
        return known
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return same.get()
    return row


def hold(
    booking: Booking,
    day: ReceptionDay,
    loaded: Loaded,
    result: Result,
    *,
    actor: Actor,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with the leader's reception on it: leader, what was agreed, by when, 包案. State and clocks stay.

    Raises NotYours for an organ that does not answer for the case, GuardFailed, Stale.
    """
    check_receives(actor)
    if not may_read_content(actor, loaded.case) or actor.organ.pk != loaded.case.holder_id:
        raise NotYours(
            "这一件不由本机构负责", article=ARTICLE, instead="请告诉负责的机构，由它记录接访结果。"
        )
    if day.on > when.on:
        raise GuardFailed("还没有到接访日", article=ARTICLE)
    if result.due_on is not None and result.due_on < day.on:
        raise GuardFailed("答应的日期不能早于接访日", article=ARTICLE)
    given = nameless(
        loaded.case, {"agreed": needed(result.agreed, "接访的结果", article=ARTICLE), "leader": day.leader}
    )
    parts: dict[str, object] = {
        **given,
        "held_on": day.on.isoformat(),
        "due_on": result.due_on.isoformat() if result.due_on else None,
        "charge": result.charge,
    }

    def also(seq: int) -> None:
        held = {"held_on": day.on, "due_on": result.due_on, "charge_from": day.on if result.charge else None}
        if not Booking.objects.filter(pk=booking.pk, held_on=None).update(**held):
            raise Stale("同事刚刚记录了这一件的接访结果。")

    role = next(role for role in ("head", *RECEIVERS) if actor.has(role))
    request = Request("leader_receive", key, parts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=also))


def fulfil(booking: Booking, *, actor: Actor, on: date, when: Moment) -> None:
    """Say on which day what was promised was done. Raises NotYours, GuardFailed for a day to come, Stale."""
    check_receives(actor)
    if on > when.on or (booking.held_on and on < booking.held_on):
        raise GuardFailed("落实日期应当在接访以后、不晚于今天", article=ARTICLE)
    if not Booking.objects.filter(pk=booking.pk, done_on=None, held_on__isnull=False).update(done_on=on):
        raise Stale("同事刚刚记录了落实情况。")
