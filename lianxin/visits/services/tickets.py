"""Tickets: given out, called, called again, not there, turned over, and their outcome. One may do each from one state alone."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from lianxin.cases.history import Moment
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.visits.models import Booth, Ticket
from lianxin.visits.policies import check_receives
from lianxin.visits.queue import in_turn

ARTICLE = "信访工作条例 第十七条"
TRIES = 20
State, Outcome = Ticket.State, Ticket.Outcome
AT_WINDOW = (State.CALLED, State.SERVING)
CHANGED = "同事刚刚处理了这个号，您的操作没有保存。请看最新情况后再决定。"


def issue(*, actor: Actor, need: str, people: int, key: str, when: Moment) -> Ticket:
    """Return a new ticket with the next number of its row in the organ on this day; a repeated key finds the first one.

    Raises NotYours.
    """
    check_receives(actor)
    letter = Ticket.ORDINARY_LETTER if need == Ticket.Need.ORDINARY else Ticket.FIRST_LETTER
    rows = Ticket.objects.filter(organ=actor.organ, on=when.on, letter=letter)
    for _ in range(TRIES):
        if (known := Ticket.objects.filter(organ=actor.organ, key=key).first()) is not None:
            return known
        last = rows.order_by("-count").values_list("count", flat=True).first() or 0
        ticket = Ticket(
            organ=actor.organ,
            id=new_id(),
            on=when.on,
            letter=letter,
            count=last + 1,
            need=need,
            people=people,
            issued_at=when.at,
            key=key,
        )
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
        except IntegrityError:
            continue
        return ticket
    raise Stale("现在取号的人太多，请再按一次。")


def call_next(booth: Booth, *, actor: Actor, key: str, when: Moment) -> Ticket | None:
    """Return the ticket whose turn it is, called to a window; None where nobody waits. A repeated key finds the first one.

    Raises NotYours, GuardFailed while the window still has somebody.
    """
    check_receives(actor)
    today = list(Ticket.objects.filter(organ=actor.organ, on=when.on))
    if known := next((one for one in today if one.call_key == key), None):
        return known
    busy = next((one for one in today if one.booth_id == booth.id and one.state in AT_WINDOW), None)
    if busy is not None:
        raise GuardFailed(
            f"{booth.name}的 {busy.number} 号还没有处理完", article="", instead="请先接待、记下未到或者结束。"
        )
    for ticket in in_turn(today):
        if _moved(ticket, State.WAITING, **_called(booth, actor, when), call_key=key):
            return ticket
    return None


def call(ticket: Ticket, booth: Booth, *, actor: Actor, when: Moment) -> None:
    """Call a ticket once more, or one that was not there and has come back. Raises NotYours, Stale."""
    check_receives(actor)
    _move(ticket, State.CALLED, State.ABSENT, **_called(booth, actor, when))


def absent(ticket: Ticket, *, actor: Actor) -> None:
    """Say that nobody came; the number stays good for the day. Raises NotYours, Stale."""
    check_receives(actor)
    _move(ticket, State.CALLED, state=State.ABSENT)


def serve(ticket: Ticket, *, actor: Actor, when: Moment) -> None:
    """Begin to receive who was called. Raises NotYours, Stale."""
    check_receives(actor)
    _move(ticket, State.CALLED, state=State.SERVING, began_at=when.at, staff=actor.staff)


def finish(ticket: Ticket, *, actor: Actor, outcome: str, when: Moment) -> None:
    """End a ticket with what became of it. Raises NotYours, GuardFailed for an unknown outcome, Stale where it is over."""
    check_receives(actor)
    if outcome not in Outcome.values:
        raise GuardFailed("请选择这个号的去向", article=ARTICLE)
    left = [state for state in State if state != State.DONE]
    _move(ticket, *left, state=State.DONE, outcome=outcome, ended_at=when.at)


def _called(booth: Booth, actor: Actor, when: Moment) -> dict[str, Any]:
    return {
        "state": State.CALLED,
        "booth_id": booth.id,
        "staff": actor.staff,
        "called_at": when.at,
        "calls": F("calls") + 1,
    }


def _move(ticket: Ticket, *sources: Ticket.State, **changes: Any) -> None:
    if not _moved(ticket, *sources, **changes):
        raise Stale(CHANGED)


def _moved(ticket: Ticket, *sources: Ticket.State, **changes: Any) -> bool:
    """Write changes if the ticket is still in one of the states; tell whether it was, and read it again."""
    rows = Ticket.objects.filter(organ_id=ticket.organ_id, id=ticket.id)
    if not rows.filter(state__in=sources).update(**changes):
        return False
    ticket.refresh_from_db()
    return True
