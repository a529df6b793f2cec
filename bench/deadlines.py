"""Measure the engine against bare date arithmetic in the same run.

Run: python bench/deadlines.py [REPEATS]. The unit is one `day + timedelta(days=60)`; each row says how many
of them an operation costs. A deadline, holidays included, should stay within 10.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

from lianxin.procedure.acts import Act, Snapshot
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import clocks, deadline
from lianxin.procedure.engine import decide

DAYS = [date(2012, 1, 1) + timedelta(days=i) for i in range(5_000)]
ROUNDS = 5


def seconds_per_day(work: Callable[[list[date]], None], repeats: int) -> float:
    """Return the best time of one call of the loop body, over ROUNDS rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(repeats):
            work(DAYS)
        best = min(best, time.perf_counter() - began)
    return best / (repeats * len(DAYS))


def bare(days: list[date]) -> None:
    """Add sixty days, nothing else."""
    for day in days:
        day + timedelta(days=60)


def main(repeats: int) -> None:
    """Print one row per operation: time and ratio to bare arithmetic."""
    book, calendar = load_book("national_2022"), load_calendar()
    facts = {"text": "x"}
    acts = (
        Act("submit", "received", date(2026, 3, 2), "330102", facts),
        Act("register", "registered", date(2026, 3, 3), "330102"),
        Act("accept", "accepted", date(2026, 3, 9), "330102"),
        Act("assign", "handling", date(2026, 3, 10), "330102"),
    )
    case = Snapshot("signoff", date(2026, 3, 2), "online", "claim", "31.6", acts, "330102")
    complete = {"content_complete": True}

    def calendar_days(days: list[date]) -> None:
        for day in days:
            deadline(book, "HANDLE", day, calendar=calendar)

    def working_days(days: list[date]) -> None:
        for day in days:
            deadline(book, "OBJECTION", day, calendar=calendar)

    def decisions(days: list[date]) -> None:
        for day in days:
            decide(book, case, "sign_opinion", roles="head", on=day, parts=complete, calendar=calendar)

    def case_clocks(days: list[date]) -> None:
        for _ in days:
            clocks(book, acts, calendar=calendar)

    unit = seconds_per_day(bare, repeats)
    print(f"{'operation':<34}{'nanoseconds':>12}{'ratio':>8}")
    for label, work in (
        ("date + timedelta", bare),
        ("deadline, 60 calendar days", calendar_days),
        ("deadline, 5 working days", working_days),
        ("decide (sign_opinion)", decisions),
        ("clocks of a case with four acts", case_clocks),
    ):
        spent = seconds_per_day(work, repeats)
        print(f"{label:<34}{spent * 1e9:>12.0f}{spent / unit:>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
