"""The only place that counts what officers read (查看): how much one officer opened on a day, and who may be shown that.

It is about officers, never about petitioners: nothing is ranked, and nothing of a case is shown. Looks at a case that is
hidden from whoever asks are not there for them (`walls`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from lianxin.cases import walls
from lianxin.cases.history import BEIJING
from lianxin.cases.models import Wall, WorkItem
from lianxin.ledger import face
from lianxin.ledger.models import Event, Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Role, Staff

ALARMED = "reading.alarmed"
"""The event by which the auditors of an organ are told."""
OPENED = ("case", "progress")
IDENTITY = "identity."
PAGE = 100
TOLD_FOR = timedelta(days=60)
"""How long an alarm stands on the auditors' page; in the ledger it stays."""


@dataclass(frozen=True, slots=True)
class Read:
    """How much was read on a day: identity fields opened, and cases opened that lie on no worklist of the own organ."""

    identities: int = 0
    outside: int = 0

    def over(self) -> tuple[str, ...]:
        """Return the names of the limits that are passed."""
        most = limits()
        return tuple(name for name in ("identities", "outside") if getattr(self, name) > getattr(most, name))


@dataclass(frozen=True, slots=True)
class Seen:
    """One look as it is counted: from which organ, at which case, at what."""

    organ_id: int
    case_id: int
    what: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one officer looked on a day, by kind: identity fields, cases, papers and files."""

    staff: Staff
    identities: int
    cases: int
    others: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """警示: an officer read more on a day than the limits allow; `over` are the limits that were passed."""

    staff: Staff
    organ: Organ
    on: date
    over: tuple[str, ...]


def limits() -> Read:
    """Return how much an officer may read on a day before the auditors are told."""
    return Read(settings.READING_IDENTITIES, settings.READING_CASES)


def within(on: date) -> Q:
    """Return the filter for looks of a day in Beijing."""
    start = datetime.combine(on, time(), BEIJING)
    return Q(at__gte=start, at__lt=start + timedelta(days=1))


def perhaps_over(staff: Collection[int], *, on: date) -> list[int]:
    """Return which of these officers may have read too much on a day: here every case they opened counts. One statement."""
    most = limits()
    rows = (
        Look.objects.filter(within(on), staff_id__in=staff)
        .values("staff_id")
        .annotate(
            identities=Count("what", filter=Q(what__startswith=IDENTITY)),
            opened=Count("case_id", filter=Q(what__in=OPENED), distinct=True),
        )
        .filter(Q(identities__gt=most.identities) | Q(opened__gt=most.outside))
    )
    return sorted(row["staff_id"] for row in rows if row["staff_id"] is not None)


def looks_by(staff_id: int, *, on: date) -> list[Seen]:
    """Return what an officer opened on a day: identity fields and cases. One statement."""
    kinds = Q(what__startswith=IDENTITY) | Q(what__in=OPENED)
    rows = Look.objects.filter(within(on), kinds, staff_id=staff_id).values_list(
        "organ_id", "case_id", "what"
    )
    return [Seen(organ_id, case_id, what) for organ_id, case_id, what in rows if organ_id is not None]


def counted(looks: Sequence[Seen]) -> Read:
    """Return how much these looks are. A statement for each organ from which cases were opened."""
    opened: dict[int, set[int]] = defaultdict(set)
    for one in looks:
        if one.what in OPENED:
            opened[one.organ_id].add(one.case_id)
    outside = set[int]()
    for organ_id, cases in opened.items():
        items = WorkItem.objects.filter(organ_id=organ_id, case_id__in=cases)
        outside |= cases - set(items.values_list("case_id", flat=True))
    return Read(sum(one.what.startswith(IDENTITY) for one in looks), len(outside))


def known_to(organ: Organ, looks: Sequence[Seen], *, on: date) -> list[Seen]:
    """Return the looks at cases that are not kept from an organ: no more than these may be told to it."""
    rows = Wall.objects.filter(case_id__in={one.case_id for one in looks}, lifted_step=None)
    named: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    for case_id, organ_id, staff_id in rows.values_list("case_id", "organ_id", "staff_id"):
        named[case_id].append((organ_id, staff_id))
    hidden = {case_id for case_id, pairs in named.items() if walls.behind(pairs, on=on).organ(organ)}
    return [one for one in looks if one.case_id not in hidden]


def own(actor: Actor) -> Read:
    """Return how much the officer has read today, for the own account page."""
    return counted(looks_by(actor.staff.pk, on=actor.on))


# --- for auditors -------------------------------------------------------------------------------------------


def may_audit(actor: Actor) -> bool:
    """Tell whether the officer audits the own organ: sees who looked when at what kind of thing, and nothing of a case."""
    return actor.has(Role.AUDITOR)


def alarms(actor: Actor, *, at: datetime) -> list[Alarm]:
    """Return the alarms told to the auditors of the officer's organ lately, the latest day first, each once."""
    if not may_audit(actor):
        return []
    rows = list(alarms_of(actor.organ.pk).filter(at__gte=at - TOLD_FOR).order_by("-at")[:PAGE])
    staff = Staff.objects.in_bulk({row.staff_id for row in rows if row.staff_id})
    organs = Organ.objects.in_bulk({int(row.facts["organ"]) for row in rows})
    found: dict[tuple[int, date], Alarm] = {}
    for row in rows:
        if row.staff_id in staff:
            one = Alarm(
                staff[row.staff_id],
                organs[int(row.facts["organ"])],
                date.fromisoformat(row.facts["day"]),
                tuple(row.facts["over"]),
            )
            found.setdefault((one.staff.pk, one.on), one)
    return sorted(found.values(), key=lambda one: (-one.on.toordinal(), one.staff.name, one.staff.pk))


def alarms_of(organ_id: int) -> QuerySet[Event]:
    """Return the alarms told to the auditors of an organ."""
    return Event.objects.filter(organ_id=organ_id, kind=ALARMED)


def tallies(actor: Actor, *, on: date) -> list[Tally]:
    """Return how often each officer of the own organ looked on a day, by name; those who did not look are left out."""
    if not may_audit(actor):
        return []
    rows = (
        Look.objects.filter(_of_own_organ(actor, on), staff_id__in=_staff_of(actor, on=on))
        .values("staff_id")
        .annotate(
            all=Count("what"),
            identities=Count("what", filter=Q(what__startswith=IDENTITY)),
            cases=Count("what", filter=Q(what__in=OPENED)),
        )
    )
    counts = {row["staff_id"]: row for row in rows if row["staff_id"] is not None}
    found = [
        Tally(one, row["identities"], row["cases"], row["all"] - row["identities"] - row["cases"])
        for one in Staff.objects.filter(pk__in=counts)
        for row in (counts[one.pk],)
    ]
    return sorted(found, key=lambda one: (one.staff.name, one.staff.pk))


def looks_of(actor: Actor, staff_id: int, *, on: date, page: int = 1) -> tuple[Staff, list[Look], int] | None:
    """Return an officer, a page of the officer's looks on a day, oldest first, and how many there are; None where the
    auditor has nothing to do with that officer.

    Neither the case nor the purpose the officer typed is read: both may tell what a petition is about.
    """
    staff = Staff.objects.filter(pk=staff_id).first() if may_audit(actor) else None
    if staff is None:
        return None
    told = [int(one.facts["organ"]) for one in _told(actor, staff_id, on)]
    if not told and staff_id not in _staff_of(actor, on=on):
        return None
    seen = Q(organ_id__in=[actor.organ.pk, *told])
    rows = Look.objects.filter(within(on), seen, walls.clear_of(actor, "case_id"), staff_id=staff_id)
    shown = rows.order_by("at", "case_id", "seq").only("at", "what", "role")
    with face.worn(face.SYSTEM):  # the looks of an organ below that was told of are nobody's own
        return staff, list(shown[(page - 1) * PAGE : page * PAGE]), rows.count()


def _of_own_organ(actor: Actor, on: date) -> Q:
    return within(on) & Q(organ_id=actor.organ.pk) & walls.clear_of(actor, "case_id")


def _told(actor: Actor, staff_id: int, on: date) -> Iterable[Event]:
    rows = alarms_of(actor.organ.pk).filter(staff_id=staff_id)
    return [row for row in rows if row.facts["day"] == on.isoformat()]


def _staff_of(actor: Actor, *, on: date) -> set[int]:
    """Return who held a post in the auditor's organ on a day."""
    posts = Post.objects.held_on(on).filter(organ=actor.organ)
    return set(posts.values_list("staff_id", flat=True))
