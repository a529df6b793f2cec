"""The preview below a row: summary, claims, the last steps; a recorded look, and the same rights as the case's page."""

from __future__ import annotations

from lianxin.ledger.models import Look
from tests.cast import STORY, XIN, Cast
from tests.security.walling import raised
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most, everything

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_it_shows_summary_claims_and_the_last_steps(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    before, client = everything(), desk("han")
    with at_most(10):
        page = client.get(f"/desk/case/{case.pk}/preview/", **HTMX)
    text = page.content.decode()
    assert text.lstrip().startswith("<tr") and "<html" not in text
    assert "低保金停发，要求恢复发放" in text and "恢复发放低保金" in text and text.count("<li") >= 4
    assert len(page.context["steps"]) == 3 and "分派承办人" in text
    assert STORY not in text and not [value for value in XIN.values() if value in text]
    assert everything() == before


def test_each_preview_is_a_recorded_look(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    client = desk("han")
    for n in (1, 2):
        client.get(f"/desk/case/{case.pk}/preview/", **HTMX)
        assert Look.objects.filter(case_id=case.pk, purpose="预览", what="case").count() == n


def test_by_itself_the_address_leads_to_the_case_and_looks_at_nothing(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    answer = desk("han").get(f"/desk/case/{case.pk}/preview/")
    assert answer.status_code == 302 and answer.headers["Location"] == f"/desk/case/{case.pk}/"
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_who_follows_the_steps_alone_sees_no_claim(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    page = desk("du").get(f"/desk/case/{case.pk}/preview/", **HTMX)
    assert page.status_code == 200 and "恢复发放低保金" not in page.content.decode()
    assert "韩承办" not in page.content.decode()


def test_behind_a_wall_there_is_no_preview(cast: Cast, desk: Desk) -> None:
    case = raised(cast, cast.assigned(), "费分办")
    assert desk("fen").get(f"/desk/case/{case.pk}/preview/", **HTMX).status_code == 404
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_not_yours_is_not_there(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    for address in (f"/desk/case/{case.pk}/preview/", "/desk/case/123456789/preview/"):
        assert desk("wai").get(address, **HTMX).status_code == 404
        assert desk("wai").get(address).status_code == 404
    assert not Look.objects.filter(case_id=case.pk).exists()
    assert desk("han").post(f"/desk/case/{case.pk}/preview/").status_code == 405
