"""Printing a paper of a case."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Paper
from lianxin.cases.services import papers
from lianxin.ledger.models import Look
from tests.cast import Cast
from tests.web.desk.conftest import Desk


def test_it_works(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    answer = desk("fen").get(f"/desk/case/{case.pk}/papers/1.pdf")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"{case.number}-D01.pdf" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert Look.objects.filter(case_id=case.pk, what="identity.name", purpose="打印文书").count() == 1


def test_who_may_not_open_the_name_gets_the_stand_in(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cast.accepted()
    printed: list[object] = []
    real = papers.print_paper

    def printing(paper: Paper, **given: object) -> bytes:
        printed.append(given["named"])
        return real(paper, **given)

    monkeypatch.setattr(papers, "print_paper", printing)
    pages = {n: desk(n).get(f"/desk/case/{case.pk}/papers/1.pdf") for n in ("fen", "tou")}
    assert printed == [True, False]
    assert all(page.status_code == 200 for page in pages.values())
    assert pages["fen"].content != pages["tou"].content
    looks = Look.objects.filter(case_id=case.pk, what="identity.name")
    assert list(looks.values_list("staff_id", flat=True)) == [cast.staff["fen"].pk]


def test_a_paper_that_is_not_there(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    for seq in ("0", "2", "99999999999999999999"):
        assert desk("fen").get(f"/desk/case/{case.pk}/papers/{seq}.pdf").status_code == 404


def test_other_organ_and_after_the_transfer(cast: Cast, desk: Desk) -> None:
    """AZ-07, AZ-14."""
    case = cast.accepted()
    for name in ("wai", "shi", "guan"):
        assert desk(name).get(f"/desk/case/{case.pk}/papers/1.pdf").status_code == 404


def test_other_methods_are_refused(cast: Cast, desk: Desk) -> None:
    assert desk("fen").post(f"/desk/case/{cast.accepted().pk}/papers/1.pdf").status_code == 405
