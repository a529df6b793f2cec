"""`lianxin search check` and `rebuild`; and what a case's end of keeping leaves of its words: nothing."""

from __future__ import annotations

import pytest
from django.db import connection

from lianxin.cases.models import Case, CaseText, CaseWords
from lianxin.cases.services import correcting, indexing
from lianxin.config.cli import main
from lianxin.config.erasure import TABLES
from lianxin.insight.selectors import Asked, find
from tests.cast import Cast, key, on


def numbers(cast: Cast, words: str) -> list[str]:
    return [case.number for case in find(cast.actor("tou"), Asked(words)).cases]


def test_check_names_what_is_missing_or_old_and_rebuild_mends_it(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, old, missing = cast.registered(), cast.registered(), cast.registered()
    assert main(["search", "check"]) == 0
    CaseText.objects.filter(case=old).update(body="敬老院的伙食。（虚构）")
    CaseWords.objects.filter(case=missing).delete()
    before = list(CaseWords.objects.filter(case=whole).values_list("id", flat=True))
    capsys.readouterr()
    assert main(["search", "check"]) == 1
    told = capsys.readouterr().out
    assert old.number in told and missing.number in told and whole.number not in told
    assert numbers(cast, "敬老院") == [] and numbers(cast, "外婆独自") == [old.number, whole.number]
    assert main(["search", "rebuild"]) == 0 and "2 件" in capsys.readouterr().out
    assert numbers(cast, "敬老院") == [old.number]
    assert numbers(cast, "外婆独自") == [missing.number, whole.number]
    assert before == list(CaseWords.objects.filter(case=whole).values_list("id", flat=True)), "left alone"
    assert main(["search", "check"]) == 0 and main(["search", "rebuild"]) == 0


def test_it_goes_on_batch_by_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        cast.filed()
    CaseWords.objects.all().delete()
    monkeypatch.setattr("lianxin.cases.services.indexing.stale.__kwdefaults__", {"after": 0, "limit": 2})
    assert main(["search", "rebuild"]) == 0 and len(numbers(cast, "低保金")) == 5


def test_an_erased_case_has_no_words_and_needs_none(cast: Cast) -> None:
    case = cast.registered()
    assert TABLES["cases.CaseWords"] == "delete"
    CaseWords.objects.filter(case_id=case.pk).delete()
    Case.objects.filter(pk=case.pk).update(erased_on="2026-06-01")
    assert indexing.stale() == ([], 0) and numbers(cast, "低保金") == []


def test_a_deleted_row_leaves_the_index_of_the_database(cast: Cast) -> None:
    case = cast.registered()
    CaseWords.objects.filter(case_id=case.pk).delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO cases_casewords_fts (cases_casewords_fts) VALUES ('integrity-check')")
            cursor.execute("INSERT INTO cases_casewords_fts (cases_casewords_fts) VALUES ('optimize')")
            cursor.execute("SELECT count(*) FROM cases_casewords_fts")
        else:
            cursor.execute("SELECT count(*) FROM cases_casewords")
        assert cursor.fetchone() == (0,)


def test_a_correction_that_is_taken_is_found_beside_the_first_words(cast: Cast) -> None:
    case = cast.registered()
    correcting.ask(
        cast.load_public(case), identity={}, words="是七月起停发。", key=key(), when=on("2026-05-08")
    )
    assert numbers(cast, "七月起停发") == []
    correcting.answer(
        cast.load("ran", case), taken=True, how="电话核对", actor=cast.actor("ran"), key=key(), when=on("2026-05-09")
    )  # fmt: skip
    assert numbers(cast, "七月起停发") == numbers(cast, "八月起停发") == [case.number]
    assert indexing.stale()[0] == []
