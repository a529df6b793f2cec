"""Verify finds what was changed behind the services; rebuild mends the worklists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lianxin.cases.models import Case, CaseNumber, Step, WorkItem
from lianxin.config.cli import main
from lianxin.jobs import integrity
from lianxin.ledger.models import Entry
from tests.cast import Cast


def test_an_untouched_case_is_in_order(cast: Cast) -> None:
    assert integrity.check(cast.served().pk).faults == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pk: Case.objects.filter(pk=pk).update(state="served"), "the last step led to registered"),
        (lambda pk: Case.objects.filter(pk=pk).update(steps=7), "7 steps are counted"),
        (lambda pk: Case.objects.filter(pk=pk).update(head="0" * 64), "the head is not"),
        (lambda pk: CaseNumber.objects.filter(case_id=pk).delete(), "the number does not lead"),
        (lambda pk: Step.objects.filter(case_id=pk, seq=1).update(note="x"), "seq 1: step was changed"),
        (lambda pk: Step.objects.filter(case_id=pk, seq=2).delete(), "seq 2: step is missing"),
        (lambda pk: Entry.objects.filter(case_id=pk, seq=1).delete(), "seq 1: missing"),
        (
            lambda pk: Entry.objects.filter(case_id=pk, seq=2).update(act="case.serve"),
            "seq 2: entry was changed",
        ),
        (lambda pk: Step.objects.filter(case_id=pk).delete(), "no step at all"),
    ],
)
def test_each_change_is_named(cast: Cast, change: Callable[[int], object], said: str) -> None:
    case = cast.registered()
    change(case.pk)
    assert said in "; ".join(integrity.check(case.pk).faults)


def test_the_command_returns_one_when_something_is_wrong(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    case = cast.registered()
    assert main(["verify"]) == 0 and "全部无误" in capsys.readouterr().out
    Step.objects.filter(case_id=case.pk, seq=1).update(note="x")
    assert main(["verify", case.number.lower()]) == 1
    assert "1 件有问题" in capsys.readouterr().out


def test_a_wrong_number_is_told(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    for number in ("123", "510705N20260507000001!"):
        assert main(["verify", number]) == 2
        assert "格式或者校验字符不对" in capsys.readouterr().err


def test_a_number_of_no_case_is_told(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    case = cast.registered()
    CaseNumber.objects.filter(case_id=case.pk).delete()
    assert main(["rebuild", case.number]) == 1
    assert "没有编号为" in capsys.readouterr().err


def test_rebuild_changes_nothing_where_all_is_right(cast: Cast) -> None:
    for case in (cast.served(), cast.referred(), cast.assigned()):
        assert integrity.rebuild(case.pk) == 0


def test_rebuild_mends_lost_wrong_and_foreign_rows(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    lost, wrong, extra = cast.registered(), cast.referred(), cast.served()
    right = list(WorkItem.objects.order_by("organ_id", "case_id").values())
    WorkItem.objects.filter(case_id=lost.pk).delete()
    WorkItem.objects.filter(case_id=wrong.pk).update(turn="wait", sort_on="2030-01-01")
    row = WorkItem.objects.filter(case_id=extra.pk).get()
    row.organ = cast.organs["fucheng"]
    row.save(force_insert=True)
    assert main(["rebuild"]) == 0
    assert "已查看 3 件，改正待办 4 条" in capsys.readouterr().out
    assert list(WorkItem.objects.order_by("organ_id", "case_id").values()) == right


def test_rebuild_leaves_a_case_that_moves_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = cast.registered()
    WorkItem.objects.filter(case_id=case.pk).delete()
    before = integrity.load

    def moved(found: Case) -> object:
        loaded = before(found)
        Case.objects.filter(pk=case.pk).update(version=99)
        return loaded

    monkeypatch.setattr(integrity, "load", moved)
    assert integrity.rebuild(case.pk) == 0


def test_all_cases_are_visited_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "BATCH", 2)
    made = {cast.registered().pk for _ in range(3)}
    assert list(integrity.case_ids()) == sorted(made)
