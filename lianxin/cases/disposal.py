"""The end of keeping as it is read (保管期满): class and last day of a case, holds, proposals to erase, tombstones, and for whom.

What was done is told by events of the ledger; there is no table beside them that could say something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q

from lianxin.cases.history import Loaded, load_all
from lianxin.cases.models import Case, Step
from lianxin.cases.policies import disposal_of
from lianxin.ledger.models import Event
from lianxin.organs.actors import Actor
from lianxin.procedure.book import editions, load_book
from lianxin.procedure.retention import RetentionClass, class_of, load_classes

HOLD, LIFT = "keeping.hold", "keeping.lift"
PROPOSE, AGREE, DROP, ERASE = "erasure.propose", "erasure.agree", "erasure.drop", "erase"
KINDS = (HOLD, LIFT, PROPOSE, AGREE, DROP, ERASE)
PAGE = 50
BATCH = 500
MOST_READ = 5000
"""So many cases one page goes through at most."""
WIDE = ("holder__region", "place", "officer")


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a case is kept: its class, the day of its last act, and the last day of keeping (None: for good)."""

    rule: RetentionClass
    last_act: date
    until: date | None

    def over(self, on: date) -> bool:
        """Tell whether the time of keeping is over on a day."""
        return self.until is not None and on > self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the end of a case stands: the holds on it, the proposal that waits, the consent to it, the erasure."""

    holds: tuple[Event, ...] = ()
    proposal: Event | None = None
    consent: Event | None = None
    erased: Event | None = None
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Due:
    """A case whose time of keeping is over."""

    case: Case
    keeping: Keeping
    standing: Standing


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased case: its number and days, and the event that says by which rule, who agreed, and why."""

    case: Case
    event: Event


def mark_of(event: Event) -> str:
    """Return how a later event names this one."""
    return f"{event.organ_id}.{event.seq}"


def keeping_of(loaded: Loaded) -> Keeping | None:
    """Return how long a case is kept; None while it is open or has been erased."""
    case = loaded.case
    if case.erased_on is not None or not loaded.acts or not loaded.book.states[case.state].ends:
        return None
    rule = class_of(load_classes(settings.RETENTION_FILE), case.state, {act.event for act in loaded.acts})
    last = max(act.on for act in loaded.acts)
    return Keeping(rule, last, rule.until(last))


def standing_of(case_id: int) -> Standing:
    """Return where the end of a case stands. One query."""
    return standings([case_id]).get(case_id, Standing())


def standings(case_ids: Sequence[int]) -> dict[int, Standing]:
    """Return where the ends of cases stand, by id; those nothing was done to are left out. One query."""
    found: dict[int, list[Event]] = {}
    rows = Event.objects.filter(case_id__in=case_ids, kind__in=KINDS)
    for event in rows.order_by("at", "organ_id", "seq"):
        found.setdefault(event.case_id or 0, []).append(event)
    return {case_id: _standing(events) for case_id, events in found.items()}


def _standing(events: Sequence[Event]) -> Standing:
    """Return what is still standing: each event is ended by one that names it, whatever the clocks said."""
    ended = {str(one.facts.get("of", "")) for one in events if one.kind in (LIFT, DROP)}
    standing = [one for one in events if mark_of(one) not in ended]
    proposal = next((one for one in reversed(standing) if one.kind == PROPOSE), None)
    consents = [one for one in standing if one.kind == AGREE]
    return Standing(
        holds=tuple(one for one in standing if one.kind == HOLD),
        proposal=proposal,
        consent=next(
            (one for one in consents if proposal and one.facts.get("of") == mark_of(proposal)), None
        ),
        erased=next((one for one in standing if one.kind == ERASE), None),
        keys=frozenset(str(one.facts.get("key", "")) for one in events) - {""},
    )


def case_to_dispose(actor: Actor, case_id: int) -> Case | None:
    """Return a case whose end of keeping the officer looks after, erased or not, or None: not yours is not there."""
    return Case.objects.select_related(*WIDE).filter(disposal_of(actor), pk=case_id).first()


def due_for(actor: Actor, *, on: date, after: int = 0) -> tuple[list[Due], int]:
    """Return a page of the cases of the officer's own organ whose keeping is over, by their ids from beyond `after`, and the id
    after which to go on, 0 where nothing follows.

    A seldom page: it asks the cases themselves, as no list of closed work is kept. Cases of longer terms are passed over until a
    page is full or MOST_READ were read; the page may then be short, or empty, and still go on.
    """
    mine = Case.objects.select_related(*WIDE).filter(disposal_of(actor), ripe(on), holder=actor.organ)
    found: list[Due] = []
    for _ in range(MOST_READ // BATCH):
        cases = list(mine.filter(pk__gt=after).order_by("pk")[:BATCH])
        found += _due(cases, on=on)
        if len(found) > PAGE:
            return found[:PAGE], found[PAGE - 1].case.pk
        if len(cases) < BATCH:
            return found, 0
        after = cases[-1].pk
    return found, after


def tombstones_for(actor: Actor) -> list[Tombstone]:
    """Return the latest erased cases of the officer's own organ, newest first."""
    rows = Case.objects.filter(disposal_of(actor), holder=actor.organ, erased_on__isnull=False)
    cases = list(rows.order_by("-erased_on", "pk")[:PAGE])
    known = standings([case.pk for case in cases])
    return [Tombstone(case, event) for case in cases if (event := known[case.pk].erased) is not None]


def all_due(*, on: date) -> Iterator[Due]:
    """Yield every case whose keeping is over, in order of their ids, in batches. Nothing is changed."""
    last = 0
    while True:
        cases = list(Case.objects.select_related(*WIDE).filter(ripe(on), pk__gt=last).order_by("pk")[:BATCH])
        if not cases:
            return
        yield from _due(cases, on=on)
        last = cases[-1].pk


def agreed() -> list[int]:
    """Return the ids of the cases to whose erasure two persons have agreed and that are not erased yet, in order."""
    rows = Event.objects.filter(case_id__isnull=False, kind=AGREE).values_list("case_id", flat=True)
    found = standings(sorted({case_id for case_id in rows if case_id}))
    return [case_id for case_id, one in sorted(found.items()) if one.consent and not one.erased]


def ripe(on: date) -> Q:
    """Return the filter for cases that may be due: ended, not erased, and received before the shortest term began."""
    return Q(erased_on=None, received_on__lt=_before(on), state__in=_ends())


def _ends() -> list[str]:
    states = (state for name in editions() for state in load_book(name).states.values())
    return sorted({state.id for state in states if state.ends})


def _due(cases: Sequence[Case], *, on: date) -> list[Due]:
    """Return those of the cases whose keeping is over. At most three queries."""
    ids = [case.pk for case in cases]
    acted = set(Step.objects.filter(case_id__in=ids, on__gte=_before(on)).values_list("case_id", flat=True))
    over = [
        (one.case, keeping)
        for one in load_all(case for case in cases if case.pk not in acted)
        if (keeping := keeping_of(one)) is not None and keeping.over(on)
    ]
    known = standings([case.pk for case, _ in over]) if over else {}
    return [Due(case, keeping, known.get(case.pk, Standing())) for case, keeping in over]


def _before(on: date) -> date:
    """Return the day before which the last act of a case lies that may be due: by the shortest term."""
    shortest = min(one.years for one in load_classes(settings.RETENTION_FILE) if one.years is not None)
    return date(on.year - shortest, 1, 1)
