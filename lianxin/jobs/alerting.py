"""The only place that keeps alerts (提醒): tells each organ once what the engine finds due, and settles what was seen to.

May be stopped at any moment and run again, also twice at once: an alert is one row by its mark. Cases nobody has,
those sent back twice and those of the top organ come first, the rest follow; none is skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from lianxin.cases.history import BEIJING, Loaded, Moment, act_of
from lianxin.cases.models import Alert, Case, Step, WorkItem
from lianxin.cases.policies import DESK
from lianxin.cases.services.acts import desks
from lianxin.cases.walls import has_walls, walled
from lianxin.ledger.models import Entry
from lianxin.organs.models import Organ
from lianxin.organs.selectors import path_ids
from lianxin.procedure.alerts import Alert as Due
from lianxin.procedure.alerts import alerts
from lianxin.procedure.book import editions, load_book
from lianxin.procedure.calendar import load_calendar

BATCH = 500
LATELY = timedelta(days=60)
"""Longer than any act is told."""
Key = tuple[int, int, str]
"""Organ, case, mark: what an alert is known by."""


@dataclass(slots=True)
class Alerted:
    """What a sweep did: cases looked at, alerts told, alerts settled."""

    looked_at: int = 0
    told: int = 0
    settled: int = 0


def alert(*, when: Moment) -> Alerted:
    """Tell what is due on `when.on` and settle what is no longer; return the counts."""
    done = Alerted()
    for case_ids in batches(when.on):
        _alert(case_ids, done, on=when.on)
    return done


def batches(on: date) -> Iterator[Sequence[int]]:
    """Yield the ids of the cases to look at, the most pressing passes first: those of which something was told lately."""
    since = datetime.combine(on - LATELY, time(), BEIJING)
    yield from _by_case(Entry.objects.filter(act__in=told_acts(), written_at__gte=since))
    due = Q(half_on__lte=on) | Q(warn_on__lte=on)
    passes = (Q(officer_id=None, turn="act"), Q(bounced__gte=2), Q(organ__parent=None), due)
    for place, wanted in enumerate(passes):
        rows = WorkItem.objects.filter(wanted)
        for earlier in passes[:place]:
            rows = rows.exclude(earlier)
        yield from _by_case(rows)
    yield from _by_case(Alert.objects.filter(settled_on=None))


def told_acts() -> list[str]:
    """Return the acts some rulebook has organs told of, by their names in the ledger."""
    books = (load_book(one) for one in editions())
    return sorted({f"case.{rule.event}" for book in books for rule in book.alerts.values() if rule.event})


def _by_case(rows: QuerySet[WorkItem] | QuerySet[Alert] | QuerySet[Entry]) -> Iterator[Sequence[int]]:
    last = 0
    while batch := list(
        rows.filter(case_id__gt=last).order_by("case_id").values_list("case_id", flat=True).distinct()[:BATCH]
    ):
        yield batch
        last = batch[-1]


def _alert(case_ids: Sequence[int], done: Alerted, *, on: date) -> None:
    """Bring the alerts of some cases up to a day: the kind they are hidden by, what is new, what is due again, what is over.

    Four statements, one for what is due again, one for what is over, and one for each case whose kind has changed.
    """
    known = {(one.organ_id, one.case_id, one.mark): one for one in Alert.objects.filter(case_id__in=case_ids)}
    wanted: dict[Key, Alert] = {}
    for loaded in _loaded(case_ids):
        done.looked_at += 1
        align_kind(loaded.case, [one for one in known.values() if one.case_id == loaded.case.pk])
        for one in due_alerts(loaded, on=on):
            wanted.setdefault((one.organ_id, one.case_id, one.mark), one)
    fresh = [one for key, one in wanted.items() if key not in known]
    Alert.objects.bulk_create(fresh, ignore_conflicts=True)
    again = [key for key in wanted if key in known and known[key].settled_on is not None]
    over = [key for key, one in known.items() if key not in wanted and one.settled_on is None]
    if again:
        Alert.objects.filter(pk__in=again).update(settled_on=None, raised_on=on)
    if over:
        Alert.objects.filter(pk__in=over).update(settled_on=on)
    done.told += len(fresh) + len(again)
    done.settled += len(over)


def align_kind(case: Case, rows: Iterable[Alert]) -> None:
    """Give the alerts of a case that was registered anew its kind: a report's are for the report desk alone."""
    if any(one.kind != case.kind for one in rows):
        Alert.objects.filter(case_id=case.pk).update(kind=case.kind)


def _loaded(case_ids: Sequence[int]) -> Iterator[Loaded]:
    """Yield the cases with their acts. Two statements."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(case_id__in=case_ids).order_by("case_id", "seq"):
        steps[step.case_id].append(step)
    cases = Case.objects.filter(pk__in=case_ids).select_related("holder", "offered_to", "arbiter")
    cases = cases.annotate(has_walls=has_walls())
    for case in cases.order_by("pk"):
        acts = tuple(act_of(step) for step in steps[case.pk])
        keys = frozenset(step.key for step in steps[case.pk])
        yield Loaded(case, acts, keys, load_book(case.rulebook))


def due_alerts(loaded: Loaded, *, on: date) -> Iterable[Alert]:
    """Yield the alerts of one case due on a day, one for each organ it is told to, unsaved."""
    owing = owing_organ(loaded)
    found = alerts(
        loaded.book,
        loaded.snapshot(),
        running=loaded.running(asof=on),
        on=on,
        calendar=load_calendar(),
        has_officer=loaded.case.officer_id is not None,
        at_top=owing.parent_id is None,
    )
    for due in found:
        for addressee in due.to:
            for organ_id, who in told_to(loaded.case, due, owing, addressee, on=on):
                yield _row(loaded.case, due, owing, organ_id, who, on=on)


def owing_organ(loaded: Loaded) -> Organ:
    """Return the organ whose move it is, else the one that answers for the case."""
    case = loaded.case
    acting = [organ_id for organ_id, turn in desks(case).items() if turn == WorkItem.Turn.ACT]
    organs = {organ.pk: organ for organ in (case.holder, case.offered_to, case.arbiter) if organ is not None}
    return organs[acting[0]] if acting else case.holder


def told_to(case: Case, due: Due, owing: Organ, addressee: str, *, on: date) -> Iterator[tuple[int, str]]:
    """Yield the organs an alert is told to, each with who in it is meant.

    What the petitioner says against those who have the case (`outside`) is told to the nearest organ above that has had
    nothing to do with it and stands behind none of its walls; where there is none, to the report desk of the topmost one alone.
    """
    above = path_ids(owing.path)
    if addressee == "asker":
        yield from ((int(one), "upper") for one in due.organs if one.isdigit())
    elif addressee == "outside":
        had = (case.holder_id, case.handled_by_id, case.offered_to_id, case.arbiter_id)
        roots = walled(case, on=on).roots
        clear = [one for place, one in enumerate(above, start=1) if roots.isdisjoint(above[:place])]
        free = [one for one in reversed(clear) if one != owing.pk and one not in had]
        yield (free[0], "upper") if free else (above[0], DESK)
    else:
        yield {"upper": owing.parent_id, "top": above[0]}.get(addressee) or owing.pk, addressee


def _row(case: Case, due: Due, owing: Organ, organ_id: int, addressee: str, *, on: date) -> Alert:
    return Alert(
        organ_id=organ_id,
        case_id=case.pk,
        mark=due.mark,
        rule=due.rule,
        addressee=addressee,
        about=owing,
        number=case.number,
        kind=case.kind,
        clock=due.clock,
        order=due.order,
        due_on=due.due_on,
        raised_on=on,
    )
