"""What is read of new query codes for lost ones (补发查询码): what waits in an organ, and one of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from lianxin.cases.models import Case, CodeRenewal, State
from lianxin.cases.policies import SECONDS, WINDOWS, progress_of
from lianxin.cases.walls import has_walls
from lianxin.organs.actors import Actor

LISTED = 50


def may_see_any(actor: Actor) -> bool:
    """Tell whether the officer has to do with lost query codes at all."""
    return actor.has(*SECONDS)


def waiting(actor: Actor, *, at: datetime) -> list[CodeRenewal]:
    """Return what was asked for or agreed to in the officer's organ in the last half hour, newest first. One query."""
    if not may_see_any(actor):
        return []
    rows = _rows(actor).filter(state__in=[State.ASKED, State.AGREED], asked_at__gt=at - 2 * CodeRenewal.LASTS)
    return [one for one in rows.order_by("-asked_at")[:LISTED] if one.waits(at) or one.is_open(at)]


def renewal_of(actor: Actor, case_id: int, seq: int) -> tuple[CodeRenewal, Case] | None:
    """Return a request of the officer's organ with its case, None for any other. Two queries, whatever is found."""
    found = _rows(actor).filter(case_id=case_id, seq=seq).first()
    case = case_to_renew(actor, case_id)
    return None if found is None or case is None or not may_see_any(actor) else (found, case)


def case_to_renew(actor: Actor, case_id: int) -> Case | None:
    """Return a case whose steps the officer may follow, or None."""
    rows = Case.objects.select_related("officer", "holder__region", "registrar__region", "place")
    return rows.annotate(has_walls=has_walls()).filter(progress_of(actor), pk=case_id).first()


def may_ask_any(actor: Actor) -> bool:
    """Tell whether the officer sits at a window."""
    return actor.has(*WINDOWS)


def _rows(actor: Actor) -> QuerySet[CodeRenewal]:
    """Return the requests of the officer's organ at cases the officer may follow."""
    seen = Exists(Case.objects.filter(progress_of(actor), pk=OuterRef("case_id")))
    rows = CodeRenewal.objects.filter(seen, organ=actor.organ)
    return rows.select_related("organ", "staff", "decided_by")
