"""A new year's notice: which days move, what is kept for the petitioner, and that each case records it once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from lianxin.cases.history import load
from lianxin.cases.models import Case, Step, WorkItem
from lianxin.config.cli import main
from lianxin.jobs import holidays, integrity
from lianxin.procedure import calendar
from lianxin.procedure.errors import RulebookError
from tests.cast import Cast, key, on

NEW_YEAR = """year = 2027
source = "测试用的放假安排（虚构）"
work = [2027-01-09]

[[off]]
label = "元旦"
from = 2027-01-01
to = 2027-01-05
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for loaded notices, in use during the test."""
    found = tmp_path / "holidays"
    monkeypatch.setattr(settings, "HOLIDAYS_DIR", found)
    calendar.configure(found)
    yield found
    calendar.configure(None)


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "2027.toml"
    path.write_text(NEW_YEAR, encoding="utf-8")
    return path


def accepted(cast: Cast, day: str) -> Case:
    """Return a case accepted so that its sixty days end about New Year 2027."""
    case = cast.registered()
    from lianxin.cases.services import handling

    return handling.accept(
        cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on(day), approver=cast.staff["tou"]
    )


def answered(cast: Cast, day: str) -> Case:
    """Return a case served on a day, its window for review ending in January 2027."""
    from lianxin.cases.services import serving

    case = cast.issued()
    return serving.serve(
        cast.load("ran", case),
        actor=cast.actor("ran"),
        method="in_person",
        served_on=date.fromisoformat(day),
        proof="本人签收",
        receiver="",
        refused=False,
        witness="",
        key=key(),
        when=on(day),
    )


def legal(case: Case, clock: str) -> date:
    found = load(Case.objects.get(pk=case.pk)).running()
    return next(one.deadline.legal for one in reversed(found) if one.clock == clock)


def test_an_organs_duty_moves_with_the_holiday(cast: Cast, folder: Path, notice: Path) -> None:
    case = accepted(cast, "2026-11-03")
    assert legal(case, "HANDLE") == date(2027, 1, 4)
    assert main(["holidays", str(notice)]) == 0
    assert legal(case, "HANDLE") == date(2027, 1, 6)
    item = WorkItem.objects.get(case_id=case.pk)
    assert item.legal_on == item.sort_on == date(2027, 1, 6)
    step = Step.objects.filter(case_id=case.pk).latest("seq")
    assert (step.event, step.state) == ("recount", "accepted")
    assert step.facts["moved"] == [
        {
            "clock": "HANDLE",
            "label": "办理",
            "started_on": "2026-11-03",
            "old": "2027-01-04",
            "new": "2027-01-06",
            "holds": "2027-01-06",
        }
    ]
    assert step.facts["reason"] == "测试用的放假安排（虚构）" and step.facts["kept"] == {}
    assert integrity.check(case.pk).faults == ()


def test_a_petitioners_window_is_never_shortened(cast: Cast, folder: Path, notice: Path) -> None:
    """The ninth of January is a Saturday until the notice makes it a working day: the promised Monday stays."""
    case = answered(cast, "2026-12-10")
    assert legal(case, "REVIEW_WIN") == date(2027, 1, 11)
    assert main(["holidays", str(notice)]) == 0
    assert legal(case, "REVIEW_WIN") == date(2027, 1, 11)
    step = Step.objects.filter(case_id=case.pk).latest("seq")
    assert (
        step.facts["kept"] == {"REVIEW_WIN": "2027-01-11"} and step.facts["moved"][0]["new"] == "2027-01-09"
    )
    window = next(one for one in load(Case.objects.get(pk=case.pk)).running() if one.clock == "REVIEW_WIN")
    assert sum(line.days for line in window.deadline.lines) == (date(2027, 1, 11) - date(2026, 12, 10)).days


def test_check_lists_and_writes_nothing(
    cast: Cast, folder: Path, notice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, still = accepted(cast, "2026-11-03"), cast.accepted()
    before = Step.objects.count()
    assert main(["holidays", str(notice), "--check"]) == 0
    out = capsys.readouterr().out
    assert f"{case.number}  办理 HANDLE：2027-01-04 → 2027-01-06" in out and still.number not in out
    assert Step.objects.count() == before and not folder.exists()


def test_loading_twice_and_after_a_stop_records_once(
    cast: Cast, folder: Path, notice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = accepted(cast, "2026-11-03"), accepted(cast, "2026-11-03")
    whole = holidays.record
    calls: list[int] = []

    def stops(*given: object, **more: object) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(holidays, "record", stops)
    assert main(["holidays", str(notice)]) == 130
    assert Step.objects.filter(event="recount").count() == 1
    monkeypatch.setattr(holidays, "record", whole)
    for _ in range(2):
        assert main(["holidays", str(notice)]) == 0
        assert sorted(Step.objects.filter(event="recount").values_list("case_id", flat=True)) == sorted(
            [first.pk, second.pk]
        )


def test_what_is_no_notice_is_refused_and_nothing_is_loaded(cast: Cast, folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "2028.toml"
    wrong.write_text(NEW_YEAR, encoding="utf-8")
    with pytest.raises(RulebookError, match="days of another year"):
        holidays.examine(wrong, folder=folder)
    assert main(["holidays", str(tmp_path / "2029.toml")]) == 2
    assert not folder.exists()


def test_a_corrected_notice_takes_the_place_of_the_first(cast: Cast, folder: Path, notice: Path) -> None:
    case = accepted(cast, "2026-11-03")
    assert main(["holidays", str(notice)]) == 0
    notice.write_text(NEW_YEAR.replace("to = 2027-01-05", "to = 2027-01-06"), encoding="utf-8")
    assert main(["holidays", str(notice)]) == 0
    assert legal(case, "HANDLE") == date(2027, 1, 7)
    moves = [step.facts["moved"][0] for step in Step.objects.filter(event="recount").order_by("seq")]
    assert [(move["old"], move["new"]) for move in moves] == [
        ("2027-01-04", "2027-01-06"),
        ("2027-01-06", "2027-01-07"),
    ]


def test_a_correction_of_a_packaged_notice_loaded_again_is_counted_from_the_packaged_one(
    folder: Path, tmp_path: Path
) -> None:
    """A loading that was stopped after the file was put in place, and before anything lay in `before/`."""
    packaged = calendar.FOLDER / "2026.toml"
    corrected = tmp_path / "2026.toml"
    corrected.write_text(packaged.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    expected = calendar.load_calendar()
    folder.mkdir()
    (folder / "2026.toml").write_bytes(corrected.read_bytes())
    loading = holidays.examine(corrected, folder=folder)
    assert loading.old.off == expected.off and loading.old.work == expected.work
