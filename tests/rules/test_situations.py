"""Every situation in the TOML files comes out as written, and together they reach every step and condition."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.procedure.book import load_book

from .situations import Situation, play, situations, situations_by_step

BOOK = load_book("national_2022")


@pytest.mark.parametrize("situation", situations(), ids=lambda s: f"{s.file}: {s.name}")
def test_it_comes_out_as_written(situation: Situation) -> None:
    played = play(situation)
    assert situation.text("source"), "a situation names its source"
    if "refused" in situation.written:
        assert played.refused is not None, f"went through to {played.state}"
        assert played.refused.code == situation.text("refused"), played.refused
        assert played.refused.guard == situation.text("guard")
        assert played.refused.article and played.refused.sentence.endswith("。")
        if "article" in situation.written:
            assert played.refused.article == situation.text("article")
        return
    assert played.refused is None, played.refused
    assert played.state == situation.text("state")
    running = played.clocks()
    legal = {one.clock: one.deadline.legal for one in running}
    expected = {clock: day for clock, day in situation.table("clocks").items() if isinstance(day, date)}
    assert {clock: legal.get(clock) for clock in expected} == expected
    if "running" in situation.written:
        assert [one.clock for one in running if one.stopped_on is None] == situation.names("running")
    if "stopped" in situation.written:
        assert [one.clock for one in running if one.stopped_on] == situation.names("stopped")


def test_names_are_unique() -> None:
    names = [situation.name for situation in situations()]
    assert len(names) == len(set(names))


def test_every_step_has_a_situation_that_passes() -> None:
    tested = situations_by_step(situations())
    assert [rule.id for rule in BOOK.all_steps() if not tested.get(rule.id, ([], []))[0]] == []


def test_every_step_has_a_situation_that_is_refused() -> None:
    tested = situations_by_step(situations())
    assert [rule.id for rule in BOOK.all_steps() if not tested.get(rule.id, ([], []))[1]] == []


def test_every_condition_has_a_situation_that_is_refused() -> None:
    refused = {situation.text("guard") for situation in situations()}
    assert sorted(set(BOOK.guards) - refused) == []
