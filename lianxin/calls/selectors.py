"""What is read of calls, for whom. What became a case behind a wall is not there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lianxin.calls.models import Call, CallBack
from lianxin.cases.models import Case
from lianxin.cases.policies import content_of
from lianxin.cases.walls import clear_of
from lianxin.organs.actors import Actor

PAGE = 50
LATELY = timedelta(days=1)


def open_backs(actor: Actor, *, after: tuple[datetime, int] | None = None) -> tuple[list[CallBack], bool]:
    """Return a page of the organ's promised call-backs, what is due first in front, and whether more follow. One statement."""
    rows = CallBack.objects.filter(
        clear_of(actor, "became_id"), organ_id=actor.organ.pk, state=CallBack.State.OPEN
    )
    if after is not None:
        rows = rows.filter(due_at__gte=after[0]).exclude(due_at=after[0], id__lte=after[1])
    found = list(rows.select_related("staff").defer("box").order_by("due_at", "id")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def back(actor: Actor, back_id: int) -> CallBack | None:
    """Return one call-back of the organ, None where there is none for this officer. One statement."""
    rows = CallBack.objects.filter(clear_of(actor, "became_id"), organ_id=actor.organ.pk, id=back_id)
    return rows.select_related("staff").first()


def calls_lately(actor: Actor, *, at: datetime) -> list[Call]:
    """Return the consultations of the last day, the latest first. One statement."""
    rows = Call.objects.filter(organ_id=actor.organ.pk, kind=Call.Kind.CONSULTATION, at__gte=at - LATELY)
    return list(rows.order_by("-at", "id")[:10])


def cases_read(actor: Actor, case_ids: Iterable[int | None]) -> set[int]:
    """Return those of these cases the officer may open. One statement, none without cases."""
    wanted = {one for one in case_ids if one is not None}
    if not wanted:
        return set()
    return set(Case.objects.filter(content_of(actor), pk__in=wanted).values_list("pk", flat=True))
