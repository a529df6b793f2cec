"""The only place that loads a new year's holiday notice: which open cases' days move, and the record of each move.

What moves an organ's duty moves both ways. A right of the petitioner is lengthened and never shortened: the day first
promised is kept. Loading may be stopped and run again; each case records one notice once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.models import Case, WorkItem
from lianxin.cases.selectors import WITH
from lianxin.cases.services.acts import SYSTEM, Request, perform
from lianxin.ledger import behind
from lianxin.organs.events import of_system
from lianxin.procedure.calendar import FOLDER, Calendar, Notice, load_calendar, read_notice
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.errors import Refused, Stale

BATCH = 500
TRIES = 3


@dataclass(frozen=True, slots=True)
class Move:
    """One clock of one case whose last day a notice moves: the old legal day, the new one, and the one that holds."""

    clock: str
    label: str
    started_on: date
    old: date
    new: date
    holds: date

    def facts(self) -> dict[str, str]:
        """Return the move as a step keeps it."""
        days = {"started_on": self.started_on, "old": self.old, "new": self.new, "holds": self.holds}
        return {
            "clock": self.clock,
            "label": self.label,
            **{name: day.isoformat() for name, day in days.items()},
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """An open case with the clocks that move."""

    loaded: Loaded
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Loading:
    """A notice that is to be loaded: its file, what it says, and the calendars without and with it."""

    path: Path
    notice: Notice
    mark: str
    old: Calendar
    new: Calendar


def examine(path: Path, *, folder: Path) -> Loading:
    """Return a notice ready to load. Raises RulebookError for a file that is no notice of the year in its name.

    Where the same notice was loaded before (a loading that was stopped), the old calendar is the one before it:
    with the notice it took the place of, loaded or packaged.
    """
    notice = read_notice(path)
    present, before = folder / path.name, folder / "before" / path.name
    old = load_calendar()
    if present.exists() and present.read_bytes() == path.read_bytes():
        earlier = before if before.exists() else FOLDER / path.name
        old = old.with_notice(read_notice(earlier)) if earlier.exists() else old.without(notice.year)
    mark = sha256(path.read_bytes()).hexdigest()[:16]
    return Loading(path, notice, mark, old, old.with_notice(notice))


def install(loading: Loading, *, folder: Path, when: Moment) -> None:
    """Put the notice where every process reads it, keep the one it takes the place of, and record it in the ledger.

    Raises LogBehind while acts must wait, and whatever keeps the ledger from being written; then nothing is loaded.
    """
    present, before = folder / loading.path.name, folder / "before" / loading.path.name
    if present.exists() and present.read_bytes() == loading.path.read_bytes():
        return
    behind.look(when.at)
    behind.check(when.at)
    notice = loading.notice
    with transaction.atomic():
        of_system("holidays.loaded", at=when.at, year=notice.year, mark=loading.mark, source=notice.source)
        before.parent.mkdir(parents=True, exist_ok=True)
        if present.exists():
            shutil.copyfile(present, before)
        waiting = folder / f"{loading.path.name}.new"
        shutil.copyfile(loading.path, waiting)
        waiting.replace(present)


def moved(loading: Loading) -> Iterator[Moved]:
    """Yield the open cases whose days move, in batches by id."""
    last = 0
    rows = WorkItem.objects.order_by("case_id").values_list("case_id", flat=True).distinct()
    while batch := list(rows.filter(case_id__gt=last)[:BATCH]):
        for case in Case.objects.select_related(*WITH).filter(pk__in=batch).order_by("pk"):
            loaded = load(case)
            if moves := moves_of(loaded, old=loading.old, new=loading.new):
                yield Moved(loaded, moves)
        last = batch[-1]


def moves_of(loaded: Loaded, *, old: Calendar, new: Calendar) -> tuple[Move, ...]:
    """Return the running clocks of a case that end on another day by the new calendar than by the old one."""
    before: Sequence[Running] = clocks(loaded.book, loaded.acts, calendar=old)
    after: Sequence[Running] = clocks(loaded.book, loaded.acts, calendar=new)
    found = []
    for was, now in zip(before, after, strict=True):
        days = was.deadline.legal, now.deadline.legal
        if now.stopped_on is None and days[0] != days[1]:
            rule = now.deadline.rule
            holds = max(days) if rule.owed_by == "petitioner" else days[1]
            found.append(Move(rule.id, rule.label, now.started_on, *days, holds))
    return tuple(found)


def record(one: Moved, loading: Loading, *, when: Moment) -> bool:
    """Write the move into the case; False where it is written already or the case came to an end meanwhile."""
    key = f"recount.{loading.notice.year}.{loading.mark}"
    loaded, moves = one.loaded, one.moves
    for _ in range(TRIES):
        if key in loaded.keys or not moves:
            return False
        parts = {
            "moved": [move.facts() for move in moves],
            "kept": {move.clock: move.holds.isoformat() for move in moves if move.holds > move.new},
            "reason": loading.notice.source,
        }
        try:
            perform(loaded, Request("recount", key, parts, role=SYSTEM), actor=None, when=when)
        except Stale:
            loaded = load(Case.objects.select_related(*WITH).get(pk=loaded.case.pk))
            moves = moves_of(loaded, old=loading.old, new=loading.new)
        except Refused:
            return False
        else:
            return True
    return False
