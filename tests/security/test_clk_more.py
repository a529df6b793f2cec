"""CLK-03 to 06: legal days of any zone and year, leap days, moved working days, and clocks of two machines that differ."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lianxin.cases.history import BEIJING
from lianxin.cases.services.mapping import MESSAGES
from lianxin.config.cli import main
from lianxin.config.commands import serving
from lianxin.jobs import clocks
from lianxin.procedure.book import load_book, profiles
from lianxin.procedure.calendar import Calendar, Notice, load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.retention import load_classes
from tests.cast import Cast

ROOT = Path(__file__).parents[2]
BOOK = load_book("national_2022")
CALENDAR = load_calendar()
DAYS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from datetime import UTC, datetime
from django.utils import timezone
from lianxin.papers.printing import BEIJING as printed
from lianxin.web.clock import now
for at in ("2026-05-31T15:59:59", "2026-05-31T16:00:01", "1988-07-01T15:30:00"):
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    timezone.now = lambda: instant
    print(now().on, timezone.localtime(instant).date())
"""


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Urumqi", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"]
)
def test_clk_03_the_legal_day_is_the_same_on_a_server_of_any_zone(zone: str) -> None:
    """Half past twelve at night of 2 July 1988, when Beijing was nine hours ahead, is the second, not the first."""
    env = {**os.environ, "TZ": zone}
    done = subprocess.run(
        [sys.executable, "-c", DAYS], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    days = ["2026-05-31 2026-05-31", "2026-06-01 2026-06-01", "1988-07-02 1988-07-02"]
    assert done.stdout.splitlines() == days


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        ("1988-07-02 00:30", "1988-07-02", "1988-07-01T15:30"),
        ("1988-07-02 23:59", "1988-07-02", "1988-07-02T14:59"),
        ("1988年1月2日 00:30", "1988-01-02", "1988-01-01T16:30"),
        ("1991/9/14 23:30", "1991-09-14", "1991-09-14T14:30"),
        ("2026-07-02 00:30", "2026-07-02", "2026-07-01T16:30"),
    ],
)
def test_clk_03_old_items_keep_the_day_that_was_written_down(written: str, day: str, instant: str) -> None:
    on, at = MESSAGES.received(written.replace("日 ", "日"))
    assert on.isoformat() == day == at.astimezone(BEIJING).date().isoformat()
    assert at.astimezone(UTC) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


LEAPS = [
    ("REG_NOTICE", "2024-02-29", 0, "2024-03-15"),
    ("REVIEW_WIN", "2024-02-29", 0, "2024-03-30"),
    ("HANDLE", "2024-02-29", 0, "2024-04-29"),
    ("HANDLE", "2024-02-29", 30, "2024-05-29"),
    ("REG_NOTICE", "2028-02-29", 0, "2028-03-15"),
    ("REVIEW_WIN", "2028-02-29", 0, "2028-03-30"),
    ("HANDLE", "2028-02-29", 0, "2028-04-29"),
    ("HANDLE", "2028-02-29", 30, "2028-05-29"),
    ("REG_NOTICE", "2024-02-14", 0, "2024-02-29"),
    ("HANDLE", "2023-12-31", 0, "2024-02-29"),
    ("HANDLE", "2024-12-31", 0, "2025-03-01"),
    ("REG_NOTICE", "2024-12-31", 0, "2025-01-15"),
    ("REVIEW_WIN", "2023-01-31", 0, "2023-03-02"),
    ("REVIEW_WIN", "2024-01-31", 0, "2024-03-01"),
    ("LITIGATE", "2024-02-29", 0, "2024-08-29"),
    ("LITIGATE", "2023-08-31", 0, "2024-02-29"),
    ("LITIGATE", "2024-08-31", 0, "2025-02-28"),
    ("LITIGATE", "2025-10-31", 0, "2026-04-30"),
    ("LITIGATE", "2027-08-30", 0, "2028-02-29"),
]


@pytest.mark.parametrize(("clock", "start", "extension", "nominal"), LEAPS)
def test_clk_04_leap_days_ends_of_months_and_years(
    clock: str, start: str, extension: int, nominal: str
) -> None:
    found = deadline(BOOK, clock, date.fromisoformat(start), calendar=CALENDAR, extension_days=extension)
    assert found.nominal.isoformat() == nominal
    assert found.legal == CALENDAR.next_working(found.nominal)
    assert sum(line.days for line in found.lines) == (found.legal - found.start).days


@pytest.mark.parametrize("year", range(2004, 2049, 4))
def test_clk_04_every_clock_of_every_book_counts_from_around_a_leap_day(year: int) -> None:
    for name in ("national_2022", "national_2005", *profiles()):
        book = load_book(name)
        for clock in book.clocks.values():
            ends = []
            for start in (date(year, 2, 28), date(year, 2, 29), date(year, 3, 1), date(year, 12, 31)):
                set_on = start + timedelta(days=20) if clock.unit == "date" else None
                ends.append(deadline(book, clock.id, start, calendar=CALENDAR, set_on=set_on).legal)
            assert ends == sorted(ends), (name, clock.id)


def test_clk_04_years_are_kept_from_a_leap_day_and_nothing_replaces_a_year() -> None:
    terms = {one.years for one in load_classes() if one.years is not None}
    for one in load_classes():
        kept = one.until(date(2028, 2, 29))
        assert kept == (None if one.years is None else date(2028 + one.years, 12, 31))
    assert terms
    naive = re.compile(r"\.replace\(\s*(year|month)=|timedelta\(days=36[56]\)\s*\*")
    code = [
        file for file in (ROOT / "lianxin").rglob("*.py") if naive.search(file.read_text(encoding="utf-8"))
    ]
    assert not code, "a year later than 29 February is no day"


@pytest.mark.parametrize(
    ("clock", "start", "nominal", "legal", "why"),
    [
        (
            "REG_NOTICE",
            "2026-09-16",
            "2026-10-01",
            "2026-10-08",
            "a Thursday that is a holiday, and six days more",
        ),
        ("REG_NOTICE", "2026-09-25", "2026-10-10", "2026-10-10", "a Saturday on which people work"),
        ("REG_NOTICE", "2026-10-02", "2026-10-17", "2026-10-19", "an ordinary Saturday"),
        (
            "REG_NOTICE",
            "2026-01-31",
            "2026-02-15",
            "2026-02-24",
            "the first day of the Spring Festival, nine days off",
        ),
        ("OBJECTION", "2026-09-30", "2026-10-13", "2026-10-13", "five working days, one of them a Saturday"),
        (
            "OBJECTION",
            "2026-02-13",
            "2026-02-27",
            "2026-02-27",
            "Saturday the 14th counts, the nine days do not",
        ),
    ],
)
def test_clk_05_moved_working_days_count_as_published(
    clock: str, start: str, nominal: str, legal: str, why: str
) -> None:
    found = deadline(BOOK, clock, date.fromisoformat(start), calendar=CALENDAR)
    assert (found.nominal.isoformat(), found.legal.isoformat()) == (nominal, legal), why
    assert not found.provisional


def test_clk_05_a_year_without_its_notice_is_marked_and_only_ever_lengthened_by_holidays() -> None:
    bare = CALENDAR.without(2026)
    for clock in ("REG_NOTICE", "HANDLE", "REVIEW_WIN", "OBJECTION"):
        for n in range(0, 330, 7):
            start = date(2026, 1, 1) + timedelta(days=n)
            plain = deadline(BOOK, clock, start, calendar=bare)
            assert plain.provisional and any("暂定" in line.text for line in plain.lines)
            off = CALENDAR.notices[2026].off
            known = Calendar([*bare.notices.values(), Notice(2026, "虚构", off, frozenset())])
            assert plain.legal <= deadline(BOOK, clock, start, calendar=known).legal


def set_machine(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    """Let this machine's clock be so far ahead of what it is; the database's stays."""
    import time

    real = time.time
    monkeypatch.setattr(clocks.time, "time", lambda: real() + hours * 3600)


@pytest.mark.parametrize(("hours", "word"), [(1, "快 1:00:0"), (-1, "慢")])
def test_clk_06_clocks_that_differ_are_told_at_the_start_and_by_the_sweep(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hours: float, word: str
) -> None:
    assert not clocks.alarm() and main(["sweep"]) == 0
    assert "时钟" not in capsys.readouterr().out
    set_machine(monkeypatch, hours)
    assert main(["sweep"]) == 1
    assert f"警报：本机的时钟比数据库的{word}" in capsys.readouterr().out
    serving.check_clocks()
    assert word in capsys.readouterr().out


def test_clk_06_a_minute_is_no_alarm(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, 1 / 60)
    assert not clocks.alarm() and clocks.difference() >= timedelta(seconds=59)


def test_clk_06_legal_time_comes_from_one_place_and_never_from_the_database() -> None:
    """The database's time is stored as `written_at` alone; days and deadlines never read it."""
    used = {
        str(file.relative_to(ROOT / "lianxin"))
        for file in (ROOT / "lianxin").rglob("*.py")
        if "migrations" not in file.parts
        and re.search(
            r"\bNow\(\)|CURRENT_(DATE|TIMESTAMP)|clock_timestamp|auto_now", file.read_text(encoding="utf-8")
        )
    }
    assert used <= {"ledger/models.py", "jobs/clocks.py"}
