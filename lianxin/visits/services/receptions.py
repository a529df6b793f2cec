"""Receiving one visit: it begins with a called ticket, its needs are kept with it, it ends registered or with the reason why not.

What was said lies sealed in a draft of the registration (`petitioners.drafts`); here is nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from lianxin.cases.history import Moment
from lianxin.cases.services.naming import typed_in
from lianxin.cases.texts import one_line
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.procedure.book import book_for
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.procedure.questions import ask
from lianxin.visits.models import Reception, Ticket
from lianxin.visits.policies import check_receives
from lianxin.visits.services import tickets

ARTICLE = "信访工作条例 第十九条第一款"
GROUP_FROM = 2
"""From so many people on somebody speaks for the others."""
State = Reception.State


@dataclass(frozen=True, slots=True)
class Visit:
    """What the officer sees of a visit: needs of `Reception.Need`, how many came, who speaks for them and who elected these."""

    needs: Sequence[str] = ()
    language: str = ""
    people: int = 1
    representatives: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    electing: str = ""
    place_offered: bool = False


def begin(ticket: Ticket, *, actor: Actor, draft_id: int, when: Moment) -> Reception:
    """Return the reception of a called ticket, with the draft its words go to; one begun before gets the new draft.

    Raises NotYours, GuardFailed where it is over, Stale.
    """
    check_receives(actor)
    known = Reception.objects.filter(organ=actor.organ, ticket_id=ticket.id).first()
    if known is not None:
        return _taken_up(known, draft_id)
    row = Reception(
        organ=actor.organ,
        id=new_id(),
        ticket_id=ticket.id,
        staff=actor.staff,
        on=ticket.on,
        began_at=when.at,
        people=ticket.people,
        draft_id=draft_id,
    )
    try:
        with transaction.atomic():
            tickets.serve(ticket, actor=actor, when=when)
            row.save(force_insert=True)
    except IntegrityError:
        raise Stale(tickets.CHANGED) from None
    return row


def _taken_up(known: Reception, draft_id: int) -> Reception:
    rows = Reception.objects.filter(pk=known.pk, state=State.OPEN)
    if not rows.update(draft_id=draft_id):
        raise GuardFailed("这次接待已经结束了", article="")
    known.draft_id = draft_id
    return known


def keep(reception: Reception, visit: Visit, *, actor: Actor, when: Moment) -> None:
    """Keep what the visit needs and who speaks for a group. The item is registered whatever the group decides.

    Raises NotYours; GuardFailed for more than five representatives (Art 20(3), as the rulebook says), for representatives
    nobody is said to have elected, for words that hold a name; Stale where it is over.
    """
    check_receives(actor)
    chosen = sum(1 for one in visit.representatives if any(one.values()))
    check_group(people=visit.people, chosen=chosen, when=when)
    electing = one_line(visit.electing)[:200]
    if chosen and visit.people >= GROUP_FROM and not electing:
        raise GuardFailed(
            "请写明代表是怎样推选的",
            article="信访工作条例 第二十条第三款",
            instead="例如“在场 23 人举手推选”，不写姓名。",
        )
    if found := typed_in(f"{electing} {visit.language}", *visit.representatives):
        raise GuardFailed(
            f"推选情况里有代表的{found}", article="信访工作条例 第四十六条第（五）项", instead="请删去。"
        )
    rows = Reception.objects.filter(pk=reception.pk, state=State.OPEN)
    known = [need for need in Reception.Need.values if need in visit.needs]
    changes = {
        "needs": known,
        "language": one_line(visit.language)[:40],
        "people": visit.people,
        "chosen": chosen,
        "electing": electing,
        "place_offered": visit.place_offered,
    }
    if not rows.update(**changes):
        raise Stale(tickets.CHANGED)
    reception.refresh_from_db()


def check_group(*, people: int, chosen: int, when: Moment) -> None:
    """Raise GuardFailed where a group sends more representatives than the rulebook allows, or more than came."""
    facts = {"channel": "visit", "people": people, "representatives": chosen}
    answer = ask(book_for(when.on), "accept_reps", facts, calendar=load_calendar())
    if not answer.allowed:
        raise GuardFailed(answer.sentence, article=answer.article, code=answer.code, instead=answer.instead)
    if chosen > people:
        raise GuardFailed("代表比来访的人还多，请核对人数", article="")


def became(reception_id: int, *, organ_id: int, case_id: int, when: Moment) -> None:
    """Tie a reception to the case it was registered as, and end its ticket. Called in the transaction that writes the case."""
    rows = Reception.objects.filter(organ_id=organ_id, id=reception_id, state=State.OPEN)
    ticket_id = rows.values_list("ticket_id", flat=True).first()
    if rows.update(state=State.REGISTERED, became_id=case_id, ended_at=when.at):
        _end_ticket(organ_id, ticket_id, when)


def end(reception: Reception, *, actor: Actor, why: str, when: Moment) -> None:
    """End a reception in which nothing was put forward, with the reason. Raises NotYours, GuardFailed, Stale."""
    check_receives(actor)
    if why not in Reception.Why.values:
        raise GuardFailed("请选择为什么不登记", article=ARTICLE, instead="来访人提出了信访事项的，应当登记。")
    with transaction.atomic():
        rows = Reception.objects.filter(pk=reception.pk, state=State.OPEN)
        if not rows.update(state=State.ENDED, why=why, ended_at=when.at):
            raise Stale(tickets.CHANGED)
        _end_ticket(reception.organ_id, reception.ticket_id, when)


def _end_ticket(organ_id: int, ticket_id: int | None, when: Moment) -> None:
    rows = Ticket.objects.filter(organ_id=organ_id, id=ticket_id or 0).exclude(state=Ticket.State.DONE)
    rows.update(state=Ticket.State.DONE, outcome=Ticket.Outcome.RECEIVED, ended_at=when.at)
