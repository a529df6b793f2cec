"""The only place for what time alone brings about: windows that end, alerts that fall due, drafts that are forgotten.

Every sweep may be stopped at any moment and run again, also twice at once: each case is its own transaction, with a
key that finds itself, on a version that only one can win.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import DatabaseError

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.models import Case, WorkItem
from lianxin.cases.selectors import WITH
from lianxin.cases.services import alarming, attaching, opening, renewing, serving, walls
from lianxin.jobs import alerting
from lianxin.jobs.alerting import Alerted
from lianxin.ledger import behind, log
from lianxin.ledger.log import LogDamaged, Sequenced
from lianxin.ledger.witness import Fork
from lianxin.organs.services import sign_in
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import DRAFT_DAYS
from lianxin.procedure.errors import Refused, Stale

WINDOWS = {"served": "REVIEW_WIN", "review_served": "RECHECK_WIN"}
"""The states that end with a window of the petitioner, and that window."""
FILED_KEPT = timedelta(minutes=30)
LYING_KEPT = timedelta(days=DRAFT_DAYS)
BATCH = 500
SUNDAY = 7
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Swept:
    """What a sweep did."""

    looked_at: int = 0
    closed: int = 0
    moved: int = 0
    forgotten: int = 0
    alerts: Alerted = field(default_factory=Alerted)
    reading: int = 0
    log: Sequenced = field(default_factory=Sequenced)
    alarm: str = ""


def sweep(*, when: Moment, told: Callable[[], object] = lambda: None) -> Swept:
    """Close the answered cases whose window is over, take cases out of the hands of those who must not know of them, tell
    what is due, forget old drafts. `told` is called per case."""
    done = Swept()
    behind.look(when.at)
    for case_id in served_cases(when.on):
        done.looked_at += 1
        done.closed += close_if_over(case_id, when=when)
        told()
    done.moved = walls.rehome(when=when)
    opening.settle(when=when)
    renewing.settle(when=when)
    done.alerts = alerting.alert(when=when)
    done.reading = alarming.sweep(when=when)
    done.log, done.alarm = grow_log(when)
    behind.look(when.at)
    done.forgotten = forget_drafts(when=when)
    sign_in.forget(at=when.at)
    attaching.rescan(when=when)
    attaching.clear_strays(when=when)
    return done


def grow_log(when: Moment) -> tuple[Sequenced, str]:
    """Bring the public log up to date, on Sundays looking through all rows; return what was done, and the alarm of a
    log that somebody changed or that cannot be written, which stops nothing else of the sweep."""
    try:
        return log.sequence(when, thorough=when.on.isoweekday() == SUNDAY), ""
    except (Fork, LogDamaged) as problem:
        return Sequenced(), str(problem)
    except DatabaseError as problem:
        logger.exception("the log could not be brought up to date")
        return (
            Sequenced(),
            f"数据库没有收下存证日志的新内容（{type(problem).__name__}），日志没有追加。请查看运行日志。",
        )


def served_cases(on: date) -> Iterator[int]:
    """Yield the ids of answered cases whose window is past by the worklists, in batches.

    Where a report on a supervision is owed the list is sorted by that one: those few are all looked at.
    """
    windows = sorted(WINDOWS.values())
    for rows in (
        WorkItem.objects.filter(clock__in=windows, sort_on__lt=on),
        WorkItem.objects.filter(state__in=sorted(WINDOWS)).exclude(clock__in=windows),
    ):
        last = 0
        while batch := list(
            rows.filter(case_id__gt=last)
            .order_by("case_id")
            .values_list("case_id", flat=True)
            .distinct()[:BATCH]
        ):
            yield from batch
            last = batch[-1]


def close_if_over(case_id: int, *, when: Moment) -> bool:
    """Close one answered case if its window is over; False when it is not, or when somebody acted meanwhile."""
    case = Case.objects.select_related(*WITH).filter(pk=case_id, state__in=WINDOWS).first()
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
    """Return the last day of the running window for review or re-check, or None when none runs."""
    window = WINDOWS.get(loaded.case.state)
    return next(
        (one.deadline.legal for one in loaded.running() if one.clock == window and one.stopped_on is None),
        None,
    )


def forget_drafts(*, when: Moment) -> int:
    """Delete drafts that became cases half an hour ago, and those left lying for seven days; return how many."""
    filed = drafts.forget(filed_before=when.at - FILED_KEPT)
    return filed + drafts.forget(saved_before=when.at - LYING_KEPT)
