"""The only place that knows which days are working days (工作日), moved weekends included.

Days off and make-up days come from the notices in `rulebooks/calendar/` and from those an installation has loaded
since (`configure`). A year without a notice is counted with weekends only and called provisional by whoever computes
with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from lianxin.procedure.errors import BadDate, RulebookError
from lianxin.procedure.reading import read_toml

FOLDER = Path(__file__).resolve().parent.parent / "rulebooks" / "calendar"
FIRST = date(2000, 1, 1)
LAST = date(2050, 12, 31)
ONE = timedelta(days=1)


@dataclass(slots=True)
class _Loaded:
    """Where notices lie that came after this edition of the program; None where there is no such folder."""

    folder: Path | None = None


_loaded = _Loaded()


@dataclass(frozen=True, slots=True)
class Notice:
    """放假安排: what one year's notice says."""

    year: int
    source: str
    off: Mapping[date, str]
    work: frozenset[date]


class Calendar:
    """Working days from 2000 to 2050, kept as tables by day so that a deadline costs a few look-ups.

    `dates[i]`, `on_or_after[i]` and `on_or_before[i]` are days; `i` is the ordinal less `base`.
    `count[i]` working days lie before day `i`; `working[k]` is the k-th working day (from 0).
    """

    def __init__(self, notices: Iterable[Notice], *, first: date = FIRST, last: date = LAST) -> None:
        self.notices = {notice.year: notice for notice in notices}
        self.off = {day: name for notice in self.notices.values() for day, name in notice.off.items()}
        self.work = frozenset().union(*(notice.work for notice in self.notices.values()))
        self.base = first.toordinal()
        self.size = last.toordinal() - self.base + 1
        self.dates = [date.fromordinal(self.base + i) for i in range(self.size)]
        self._fill()
        self.announced_from, self.announced_to = self._announced_span()

    def _fill(self) -> None:
        off, work = self.off, self.work
        open_days = [day in work or (day.weekday() < 5 and day not in off) for day in self.dates]
        self.working: list[date] = []
        self.count: list[int] = []
        self.on_or_before: list[date] = []
        latest = self.dates[0]
        for day, is_open in zip(self.dates, open_days, strict=True):
            self.count.append(len(self.working))
            if is_open:
                self.working.append(day)
                latest = day
            self.on_or_before.append(latest)
        self.on_or_after: list[date] = [self.dates[-1]] * self.size
        following = self.dates[-1]
        for i in range(self.size - 1, -1, -1):
            if open_days[i]:
                following = self.dates[i]
            self.on_or_after[i] = following
        self.open_days = open_days

    def _announced_span(self) -> tuple[int, int]:
        """Return first and last ordinal of the longest run of announced years ending with the newest."""
        if not self.notices:
            return 1, 0
        newest = oldest = max(self.notices)
        while oldest - 1 in self.notices:
            oldest -= 1
        return date(oldest, 1, 1).toordinal(), date(newest, 12, 31).toordinal()

    def _index(self, day: date) -> int:
        i = day.toordinal() - self.base
        if not 0 <= i < self.size:
            raise BadDate(f"{day} 超出可计算的日期范围（{self.dates[0]} 至 {self.dates[-1]}）。请核对日期。")
        return i

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day."""
        return self.open_days[self._index(day)]

    def with_notice(self, notice: Notice) -> Calendar:
        """Return this calendar with one year's notice, in the place of an earlier one of that year."""
        return Calendar({**self.notices, notice.year: notice}.values())

    def without(self, year: int) -> Calendar:
        """Return this calendar with one year counted by weekends only."""
        return Calendar(notice for notice in self.notices.values() if notice.year != year)

    def announced(self, year: int) -> bool:
        """Tell whether the notice of `year` is loaded."""
        return year in self.notices

    def provisional(self, start: date, end: date) -> bool:
        """Tell whether a count from `start` to `end` touches a year without a notice."""
        if self.announced_from <= start.toordinal() and end.toordinal() <= self.announced_to:
            return False
        return any(year not in self.notices for year in range(start.year, end.year + 1))

    def next_working(self, day: date) -> date:
        """Return the first working day on or after `day`."""
        return self.on_or_after[self._index(day)]

    def previous_working(self, day: date) -> date:
        """Return the last working day on or before `day`."""
        return self.on_or_before[self._index(day)]

    def add_working(self, start: date, n: int) -> date:
        """Return the n-th working day after `start`; `start` itself is not counted."""
        i = self._index(start)
        k = self.count[i] + n - (0 if self.open_days[i] else 1)
        if n < 1 or k >= len(self.working):
            raise BadDate(f"不能从 {start} 起计算 {n} 个工作日。请核对日期和天数。")
        return self.working[k]

    def working_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`."""
        i, j = self._index(start), self._index(end)
        return self.count[j] + self.open_days[j] - self.count[i] - self.open_days[i]

    def rest_name(self, day: date) -> str:
        """Return why `day` is a rest day (春节, 周末), or an empty text for a working day."""
        if self.is_working(day):
            return ""
        return self.off.get(day) or "周末"


def read_notice(path: Path) -> Notice:
    """Return the notice of one year from its file; refuse what does not fit, naming the file."""
    table = read_toml(path, name=f"calendar/{path.name}")
    year = table.number("year")
    source = table.text("source")
    work = frozenset(table.days("work"))
    off: dict[date, str] = {}
    for entry in table.entries("off"):
        label, day, end = entry.text("label"), entry.day("from"), entry.day("to")
        entry.done()
        if end < day:
            raise entry.refuse("'to' lies before 'from'")
        while day <= end:
            off[day] = label
            day += ONE
    table.done()
    strangers = [str(day) for day in (*off, *work) if day.year != year]
    if strangers or path.stem != str(year):
        raise RulebookError(table.place, f"days of another year: {strangers or year}")
    if both := sorted(str(day) for day in work if day in off):
        raise RulebookError(table.place, f"both off and working: {both}")
    return Notice(year, source, off, work)


def configure(folder: Path | None) -> None:
    """Say where an installation keeps the notices it has loaded; one there goes before the packaged one of its year."""
    _loaded.folder = folder


def load_calendar() -> Calendar:
    """Return the calendar of every published year; a notice loaded meanwhile, also by another process, is in it."""
    folder = _loaded.folder
    try:
        changed = folder.stat().st_mtime_ns if folder is not None else 0
    except FileNotFoundError:
        changed = 0
    return _calendar(folder if changed else None, changed)


@lru_cache(maxsize=2)
def _calendar(folder: Path | None, changed: int) -> Calendar:
    """Return the calendar of both folders; `changed` tells a folder with a new notice from the one before."""
    paths = [*FOLDER.glob("*.toml"), *(folder.glob("*.toml") if folder is not None else ())]
    return Calendar(read_notice(path) for path in sorted(paths, key=lambda path: path.parent != FOLDER))
