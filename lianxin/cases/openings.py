"""What is read of openings (紧急查阅): for whom one may be asked, who may decide, what waits, what the petitioner is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianxin.cases import walls
from lianxin.cases.models import Case, CaseNumber, Opening, State
from lianxin.cases.policies import (
    DECIDERS,
    OPENERS,
    REPORT_DECIDERS,
    REPORT_OPENERS,
    THERE,
    may_decide_opening,
    openable_by,
)
from lianxin.cases.walls import clear_of, has_walls
from lianxin.ledger import face
from lianxin.organs.actors import Actor
from lianxin.organs.chains import organs_of, others_near
from lianxin.organs.models import Organ

LISTED = 50


def may_ask_any(actor: Actor) -> bool:
    """Tell whether the officer may ask for openings at all."""
    return actor.has(*OPENERS, *REPORT_OPENERS)


def may_decide_any(actor: Actor) -> bool:
    """Tell whether the officer may be asked to decide on openings at all."""
    return actor.has(*DECIDERS, *REPORT_DECIDERS)


def case_to_open(actor: Actor, number: str) -> Case | None:
    """Return the case with this number if the officer may ask for its opening, else None. Two queries, whatever is found."""
    face.look_up(number)
    row = CaseNumber.objects.filter(number=number).first()
    face.name(row.case_id if row else 0)
    return _cases().filter(openable_by(actor), pk=row.case_id if row else 0).first()


def deciders(actor: Actor) -> list[Organ]:
    """Return the organs that may be asked to agree: in other chains of command than any post of this officer, and somebody
    is there to decide. Which of them a wall keeps from a case is not said before a case is named.
    """
    held = organs_of(actor.staff.pk, on=actor.on)
    roles = {
        *(DECIDERS if actor.has(*OPENERS) else ()),
        *(REPORT_DECIDERS if actor.has(*REPORT_OPENERS) else ()),
    }
    return others_near(held, roles, near=actor.organ, on=actor.on)


def is_clear(case: Case, organ: Organ, *, actor: Actor) -> bool:
    """Tell whether an organ stands in front of the walls of a case, so that it may be asked."""
    return bool(walls.clear_organs(case, [organ], on=actor.on))


def waiting_for(actor: Actor, *, at: datetime) -> list[Opening]:
    """Return the openings this officer is asked to decide on, oldest first. One query."""
    if not may_decide_any(actor):
        return []
    kinds = Q(kind="report") if actor.has(*REPORT_DECIDERS) else Q(kind=None)
    if actor.has(*DECIDERS):
        kinds |= ~Q(kind="report")
    rows = _rows().filter(
        kinds,
        clear_of(actor, "case_id"),
        decider=actor.organ,
        state=State.ASKED,
        asked_at__gt=at - Opening.WAITS,
    )
    return [one for one in rows.order_by("asked_at")[:LISTED] if one.staff_id != actor.staff.pk]


def asked_by(actor: Actor) -> list[Opening]:
    """Return the latest openings this officer has asked for in this organ, newest first. One query."""
    if not may_ask_any(actor):
        return []
    rows = _rows().filter(clear_of(actor, "case_id"), staff=actor.staff, organ=actor.organ)
    return list(rows.order_by("-asked_at")[:LISTED])


def opening_of(actor: Actor, case_id: int, seq: int) -> tuple[Opening, Case] | None:
    """Return an opening with its case for who asked or who is asked to decide, else None. Two queries, whatever is found."""
    opening = _rows().filter(clear_of(actor, "case_id"), case_id=case_id, seq=seq).first()
    mine = opening is not None and (opening.staff_id, opening.organ_id) == (actor.staff.pk, actor.organ.pk)
    if mine or (opening is not None and opening.decider_id == actor.organ.pk):
        face.name(case_id)
    case = _cases().filter(THERE, clear_of(actor), pk=case_id).first()
    if opening is None or case is None:
        return None
    return (opening, case) if mine or may_decide_opening(actor, case, opening) else None


def has_openings() -> Exists:
    """Return the annotation that tells with the case itself whether an opening was ever asked for."""
    return Exists(Opening.objects.filter(case_id=OuterRef("pk")))


def of_case(case: Case) -> Sequence[Opening]:
    """Return every opening asked for of a case, newest first, for its petitioner. No query for a case read with
    `has_openings` that has none."""
    if not getattr(case, "has_openings", True):
        return ()
    return list(_rows().filter(case_id=case.pk).order_by("-seq"))


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("holder__region").annotate(has_walls=has_walls())


def _rows() -> QuerySet[Opening]:
    return Opening.objects.select_related("organ", "staff", "decider", "decided_by")
