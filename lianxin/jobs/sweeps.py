"""The only place for what time alone brings about: windows that end, drafts that are forgotten.

Every sweep may be stopped at any moment and run again, also twice at once: each case is its own transaction, with a
key that finds itself, on a version that only one can win.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.models import Case, WorkItem
from lianxin.cases.selectors import WITH
from lianxin.cases.services import serving
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import DRAFT_DAYS
from lianxin.procedure.errors import Refused, Stale

SERVED = "served"
WINDOW = "REVIEW_WIN"
FILED_KEPT = timedelta(minutes=30)
LYING_KEPT = timedelta(days=DRAFT_DAYS)
BATCH = 500


@dataclass(slots=True)
class Swept:
    """What a sweep did."""

    looked_at: int = 0
    closed: int = 0
    forgotten: int = 0


def sweep(*, when: Moment, told: Callable[[], object] = lambda: None) -> Swept:
    """Close the answered cases whose window for review is over, and forget old drafts. `told` is called per case."""
    done = Swept()
    for case_id in served_cases(when.on):
        done.looked_at += 1
        done.closed += close_if_over(case_id, when=when)
        told()
    done.forgotten = forget_drafts(when=when)
    return done


def served_cases(on: date) -> Iterator[int]:
    """Yield the ids of answered cases whose window for review is past by the worklists, in batches."""
    last = 0
    while True:
        rows = WorkItem.objects.filter(clock=WINDOW, sort_on__lt=on, case_id__gt=last)
        batch = list(rows.order_by("case_id").values_list("case_id", flat=True)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]


def close_if_over(case_id: int, *, when: Moment) -> bool:
    """Close one answered case if its window is over; False when it is not, or when somebody acted meanwhile."""
    case = Case.objects.select_related(*WITH).filter(pk=case_id, state=SERVED).first()
    if case is None:
        return False
    loaded = load(case)
    last_day = window_ends_on(loaded)
    if last_day is None or last_day >= when.on:
        return False
    try:
        serving.lapse(loaded, when=when)
    except (Refused, Stale):
        return False
    return True


def window_ends_on(loaded: Loaded) -> date | None:
    """Return the last day of the running window for review, or None when none runs."""
    return next(
        (one.deadline.legal for one in loaded.running() if one.clock == WINDOW and one.stopped_on is None),
        None,
    )


def forget_drafts(*, when: Moment) -> int:
    """Delete drafts that became cases half an hour ago, and those left lying for seven days; return how many."""
    filed = drafts.forget(filed_before=when.at - FILED_KEPT)
    return filed + drafts.forget(saved_before=when.at - LYING_KEPT)
