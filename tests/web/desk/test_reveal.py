"""Opening one identity field: who may, for which purpose, shown once, recorded first."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from lianxin.cases.models import Case
from lianxin.ledger.models import Look
from tests.cast import XIN, Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

DATA = {"seq": "1", "field": "phone", "purpose": "打电话核实情况"}


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.assigned()


def reveal(desk: Desk, name: str, case: Case, **changes: str) -> HttpResponse:
    return desk(name).post(f"/desk/case/{case.pk}/reveal/", {**DATA, **changes})


@pytest.mark.parametrize("field", list(XIN))
@pytest.mark.parametrize(
    ("name", "stage"), [("han", "assigned"), ("ran", "accepted"), ("fen", "accepted"), ("ran", "issued")]
)
def test_it_works(cast: Cast, desk: Desk, name: str, stage: str, field: str) -> None:
    case: Case = getattr(cast, stage)()
    answer = reveal(desk, name, case, field=field)
    assert answer.status_code == 200 and XIN[field] in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert not [other for key, other in XIN.items() if key != field and other in answer.content.decode()]
    look = Look.objects.get(case_id=case.pk, what=f"identity.{field}")
    assert (look.purpose, look.organ_id) == ("打电话核实情况", 4)


def test_the_value_never_stands_in_an_input(case: Case, desk: Desk) -> None:
    page = reveal(desk, "han", case).content.decode()
    assert f'value="{XIN["phone"]}"' not in page
    assert XIN["phone"] not in desk("han").get(f"/desk/case/{case.pk}/").content.decode()


def test_get_is_refused(case: Case, desk: Desk) -> None:
    assert desk("han").get(f"/desk/case/{case.pk}/reveal/", DATA).status_code == 405
    assert not Look.objects.filter(case_id=case.pk).exists()


@pytest.mark.parametrize("name", ["tou", "shen", "guan", "wai", "ran", "fen"])
def test_who_need_not_reach_the_person_finds_nothing(case: Case, desk: Desk, name: str) -> None:
    found = reveal(desk, name, case)
    missing = desk(name).post("/desk/case/123456789/reveal/", DATA)
    assert (found.status_code, missing.status_code) == (404, 404)
    assert Round.bare(found) == Round.bare(missing)
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_the_receiver_of_an_offer_does_not_see_who_it_is(cast: Cast, desk: Desk) -> None:
    case = cast.referred()
    assert reveal(desk, "fen", case).status_code == 404
    assert reveal(desk, "shi", case).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", ""),
        ("purpose", " "),
        ("purpose", "长" * 201),
        ("field", "boxes"),
        ("field", ""),
        ("seq", "x"),
        ("seq", "0"),
        ("seq", "1.5"),
    ],
)
def test_a_wrong_form_opens_nothing(case: Case, desk: Desk, field: str, value: str) -> None:
    answer = reveal(desk, "han", case, **{field: value})
    assert answer.status_code == 422 and XIN["phone"] not in answer.content.decode()
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_an_unknown_party_is_not_there(case: Case, desk: Desk) -> None:
    assert reveal(desk, "han", case, seq="2").status_code == 404


def test_it_changes_nothing_of_the_case(case: Case, desk: Desk) -> None:
    before = everything()
    reveal(desk, "han", case)
    assert everything() == before
