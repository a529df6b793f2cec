"""The only place that links two cases to each other (关联) and reads what a case is linked to; a link never merges them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef

from lianxin.cases.models import Case, Kind, Link
from lianxin.cases.walls import clear_of
from lianxin.ledger import face
from lianxin.organs.actors import Actor

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Linked:
    """A case linked to another one: its number, and how the two hang together."""

    number: str
    label: str


def link(case: Case, other: Case, kind: Link.Kind, *, reason: str) -> None:
    """Write the link in both directions. Called in the transaction that holds the version of both cases."""
    for one, to in ((case, other), (other, case)):
        last = Link.objects.filter(case_id=one.pk).aggregate(last=Max("seq"))["last"] or 0
        Link.objects.create(
            case_id=one.pk, seq=last + 1, other_id=to.pk, kind=kind, reason=reason[:REASON_LIMIT]
        )


def is_repeat(case: Case) -> bool:
    """Tell whether a case repeats an item that came in before it (重复信访); the first one does not. One query without links."""
    rows = Link.objects.filter(case_id=case.pk, kind=Link.Kind.REPEAT, undone_on=None)
    others = list(rows.values_list("other_id", flat=True))
    face.name(*others)
    return bool(others) and Case.objects.filter(pk__in=others, received_at__lt=case.received_at).exists()


def has_links(actor: Actor) -> Exists:
    """Return the annotation that tells with the case itself whether it is linked to any the officer may know of."""
    return Exists(Link.objects.filter(clear_of(actor, "other_id"), case_id=OuterRef("pk"), undone_on=None))


def linked_to(actor: Actor, case: Case) -> list[Linked]:
    """Return what a case is linked to, as far as the officer may know of it. One read with `has_links` costs queries only
    where there are links.

    A report is shown only on a report: its number beside another item would tell who has made it (Art 30).
    """
    if not getattr(case, "has_links", True):
        return []
    rows = list(Link.objects.filter(case_id=case.pk, undone_on=None).order_by("seq"))
    face.name(*(row.other_id for row in rows))
    others = Case.objects.filter(clear_of(actor), pk__in=[row.other_id for row in rows])
    if case.kind != Kind.REPORT:
        others = others.exclude(kind=Kind.REPORT)
    numbers = dict(others.values_list("pk", "number"))
    return [Linked(numbers[row.other_id], row.get_kind_display()) for row in rows if row.other_id in numbers]
