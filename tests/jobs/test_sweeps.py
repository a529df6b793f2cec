"""What time alone brings about: windows end once, drafts are forgotten, and stopping half way does no harm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianxin.cases.models import Case, Step, WorkItem
from lianxin.config.cli import main
from lianxin.jobs import sweeps
from lianxin.petitioners import drafts
from tests.cast import Cast, on

LAST_DAY = "2026-06-29"
"""Served on 2026-05-28: thirty days end on Saturday 27 June and roll to Monday."""


def test_the_window_is_open_through_its_last_day(cast: Cast) -> None:
    case = cast.served()
    assert sweeps.sweep(when=on(LAST_DAY)).closed == 0
    assert Case.objects.get(pk=case.pk).state == "served"
    assert list(sweeps.served_cases(on(LAST_DAY).on)) == []


def test_the_day_after_it_is_closed_once(cast: Cast) -> None:
    case = cast.served()
    done = sweeps.sweep(when=on("2026-06-30"))
    assert (done.looked_at, done.closed) == (1, 1)
    again = sweeps.sweep(when=on("2026-07-01"))
    assert (again.looked_at, again.closed) == (0, 0)
    step = Step.objects.filter(case_id=case.pk).order_by("seq").last()
    assert (
        step and step.event == "window_end" and step.staff_id is None and step.on.isoformat() == "2026-06-30"
    )
    assert Case.objects.get(pk=case.pk).state == "closed_lapsed"
    assert not WorkItem.objects.filter(case_id=case.pk).exists()


def test_a_case_somebody_took_up_meanwhile_is_left_alone(cast: Cast) -> None:
    case = cast.served()
    Case.objects.filter(pk=case.pk).update(state="review_requested")
    assert not sweeps.close_if_over(case.pk, when=on("2026-07-30"))


def test_a_lost_race_is_no_error(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = cast.served()

    def first(loaded: object, **moment: object) -> Case:
        Case.objects.filter(pk=case.pk).update(version=99)
        return lapse(loaded, **moment)  # type: ignore[arg-type]

    lapse = sweeps.serving.lapse
    monkeypatch.setattr(sweeps.serving, "lapse", first)
    assert sweeps.sweep(when=on("2026-07-30")).closed == 0
    assert Step.objects.filter(case_id=case.pk, event="window_end").count() == 0


def test_many_cases_are_swept_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "BATCH", 2)
    for _ in range(3):
        cast.served()
    assert sweeps.sweep(when=on("2026-06-30")).closed == 3


def test_drafts_are_forgotten_in_time(db: None) -> None:
    when = on("2026-06-01")
    for days in (0, 6, 8):
        drafts.begin(at=when.at - timedelta(days=days))
    filed = drafts.begin(at=when.at)
    draft = drafts.opened(filed)
    assert draft
    drafts.finish(draft, {"number": "x", "code": "y"}, at=when.at - timedelta(minutes=31))
    assert sweeps.forget_drafts(when=when) == 2
    assert sweeps.forget_drafts(when=when) == 0


def test_the_command_says_what_it_did(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    cast.served()
    assert main(["sweep"]) == 0
    assert "清除草稿 0 份" in capsys.readouterr().out
