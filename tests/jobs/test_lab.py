"""The rule lab: stored cases against another rulebook; what would be otherwise, and that nothing is written."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case, Step
from lianxin.cases.selectors import WITH
from lianxin.config.cli import main
from lianxin.jobs import lab
from lianxin.procedure.book import load_book
from tests.cast import Cast


def replayed(case: Case, book: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    stored = Case.objects.select_related(*WITH).get(pk=case.pk)
    for one in lab.replay(stored, load_book(book)):
        found.setdefault(one.kind, []).append(one.line())
    return found


def test_the_own_rulebook_changes_nothing(cast: Cast) -> None:
    for case in (cast.served(), cast.referred(), cast.drafted()):
        assert replayed(case, case.rulebook) == {}


def test_another_rulebook_says_which_dates_move(cast: Cast) -> None:
    found = replayed(cast.accepted(), "zhejiang_2016@national_2022")
    assert found == {
        "date": ["登记告知 REG_NOTICE：2026-05-21 → 2026-05-12", "办理 HANDLE：2026-07-07 → 2026-06-08"]
    }


def test_a_clock_the_other_does_not_know_is_named(cast: Cast) -> None:
    found = replayed(cast.referred(), "national_2005")
    assert any(line.startswith("异议 OBJECTION：") and line.endswith("→ —") for line in found["date"])


def test_a_step_the_other_refuses_is_named(cast: Cast) -> None:
    case = cast.accepted()
    Step.objects.filter(case_id=case.pk, event="accept").update(
        facts={"subroute": "31.4", "competent": True, "approved_by_head": True}
    )
    assert "step" not in replayed(case, "national_2005")
    (line,) = replayed(case, "national_2022")["step"]
    assert "受理" in line and "法定途径" in line


def test_the_command_prints_and_writes_nothing(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    case = cast.accepted()
    before = list(Case.objects.values()), Step.objects.count()
    assert main(["rules", "replay", "--with", "zhejiang_2016@national_2022"]) == 0
    out = capsys.readouterr().out
    assert "重放 1 件：日期会变 1 件，有步骤不能办 0 件，机关会变 0 件" in out
    assert (list(Case.objects.values()), Step.objects.count()) == before
    assert "低保" not in out and case.summary not in out


def test_an_unknown_rulebook_names_the_known_ones(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "replay", "--with", "national_1999"]) == 2
    assert "national_2022" in capsys.readouterr().err
