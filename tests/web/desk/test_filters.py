"""The page of all filters, and the filters an officer keeps and shares."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.models import SavedFilter
from lianxin.cases.services.lists import MOST
from tests.cast import Cast
from tests.security.walling import hired
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most
from tests.web.desk.test_worklist import items, subjects

NOW = "queue=all&state=handling&category=01"
SAVE = {"list": NOW, "name": "低保办理中"}


def test_it_shows_the_filters_in_force_and_leads_to_the_list(cast: Cast, desk: Desk) -> None:
    items(cast, 2)
    client = desk("han")
    shown = client.get("/desk/filters/?" + NOW + "&since=2026-05-01")
    text = shown.content.decode()
    assert shown.status_code == 200 and 'value="01" selected' in text and 'value="5"' in text
    sent = {"show": "1", "queue": "all", "category": "01", "state": ["handling", "accepted"], "since_year": "2026",
            "since_month": "5", "since_day": "1", "area": "", "shelf": "", "mine": "on"}  # fmt: skip
    answer = client.get("/desk/filters/", sent)
    assert answer.headers["Location"] == (
        "/desk/?queue=all&state=handling&state=accepted&mine=1&category=01&since=2026-05-01"
    )


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"since_year": "2026", "since_month": "13", "since_day": "1"}, "since"),
        ({"since_year": "2026-05-02", "till_year": "2026-05-01"}, "till"),
        ({"category": "99"}, "category"),
        ({"area": "1"}, "area"),
        ({"state": "closed_final"}, "state"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_stays(
    cast: Cast, desk: Desk, sent: dict[str, str], field: str
) -> None:
    answer = desk("han").get("/desk/filters/", {"show": "1", "queue": "all", **sent})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {field}
    assert f'href="#id_{field}' in answer.content.decode()


def test_it_is_saved_once_and_opened_with_one_click(cast: Cast, desk: Desk) -> None:
    items(cast, 2)
    client = desk("han")
    for _ in range(2):
        assert (
            client.post("/desk/filters/save/", SAVE).headers["Location"]
            == "/desk/?queue=all&state=handling&category=01"
        )
    saved = SavedFilter.objects.get()
    assert saved.query == NOW and not saved.shared
    (link,) = client.get("/desk/?queue=all").context["saved"]
    page = client.get(link["href"])
    assert subjects(page) == ["第1件", "第2件"] and page.context["saved"][0]["current"]
    assert (
        client.post("/desk/filters/save/", {"list": "queue=all&kind=claim", "name": "低保办理中"}).status_code
        == 302
    )
    assert SavedFilter.objects.get().query == "queue=all&kind=claim"


def test_only_known_parameters_are_kept(cast: Cast, desk: Desk) -> None:
    query = (
        NOW + "&next=//evil.example&q=%E8%BE%9B%E5%B0%8F%E7%A6%BE&after=2026-01-01.5&seen=2026-01-01.5&n=4"
    )
    desk("han").post("/desk/filters/save/", {"list": query, "name": "甲类"})
    assert SavedFilter.objects.get().query == NOW


@pytest.mark.parametrize(
    "name",
    ["辛小禾女士", "13900000001", "1390 0000 001", "５１０７２４１９９５０１", "xin@example.cn", "王大爷"],
)
def test_a_name_that_points_at_a_person_is_refused(cast: Cast, desk: Desk, name: str) -> None:
    answer = desk("han").post("/desk/filters/save/", {**SAVE, "name": name})
    assert answer.status_code == 409 and name in answer.content.decode()
    assert "name" in answer.context["saving"].errors and not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "太长" * 11])
def test_a_name_is_asked_for(cast: Cast, desk: Desk, name: str) -> None:
    answer = desk("han").post("/desk/filters/save/", {**SAVE, "name": name})
    assert answer.status_code == 422 and "name" in answer.context["saving"].errors


def test_it_is_shared_with_the_organ_and_nobody_else(cast: Cast, desk: Desk) -> None:
    desk("han").post("/desk/filters/save/", SAVE)
    saved = SavedFilter.objects.get()
    assert desk("fen").get("/desk/").context["saved"] == []
    assert desk("fen").post(f"/desk/filters/{saved.id}/share/", {"shared": "on"}).status_code == 404
    assert desk("han").post(f"/desk/filters/{saved.id}/share/", {"shared": "on"}).status_code == 302
    (link,) = desk("fen").get("/desk/").context["saved"]
    assert link["whose"] == "韩承办" and "韩承办共用" in desk("fen").get("/desk/").content.decode()
    assert desk("wai").get("/desk/").context["saved"] == [] == desk("shi").get("/desk/").context["saved"]
    assert desk("han").post(f"/desk/filters/{saved.id}/share/").status_code == 302
    assert desk("fen").get("/desk/").context["saved"] == []


def test_the_owner_or_for_a_shared_one_the_administrator_takes_it_away(cast: Cast, desk: Desk) -> None:
    hired(cast, "gao", "anzhou", "organ_admin", since=date(2025, 6, 1))
    desk("han").post("/desk/filters/save/", SAVE)
    saved = SavedFilter.objects.get()
    address = f"/desk/filters/{saved.id}/clear/"
    for who in ("fen", "wai", "gao"):
        assert desk(who).post(address).status_code == 404
    desk("han").post(f"/desk/filters/{saved.id}/share/", {"shared": "on"})
    assert desk("fen").post(address).status_code == 404 and desk("wai").post(address).status_code == 404
    assert desk("gao").post(address).status_code == 302 and not SavedFilter.objects.exists()
    assert desk("han").post(address).status_code == 404
    desk("han").post("/desk/filters/save/", SAVE)
    assert desk("han").post(f"/desk/filters/{SavedFilter.objects.get().id}/clear/").status_code == 302


def test_one_keeps_a_few_and_no_more(cast: Cast, desk: Desk) -> None:
    client = desk("han")
    for n in range(MOST):
        assert client.post("/desk/filters/save/", {**SAVE, "name": f"第{n}类"}).status_code == 302
    assert client.post("/desk/filters/save/", SAVE).status_code == 409
    assert client.post("/desk/filters/save/", {**SAVE, "name": "第3类"}).status_code == 302
    with at_most(6):
        client.get("/desk/?queue=all")
    with at_most(6):
        client.get("/desk/filters/")


def test_it_is_for_officers_who_work_on_cases(cast: Cast, desk: Desk) -> None:
    client = desk("guan")
    assert client.get("/desk/filters/").status_code == 404
    assert client.post("/desk/filters/save/", SAVE).status_code == 404
    assert (
        client.post("/desk/filters/1/clear/").status_code
        == client.post("/desk/filters/1/share/").status_code
        == 404
    )
    assert (
        desk("han").post("/desk/filters/").status_code == 405
        and desk("han").get("/desk/filters/save/").status_code == 405
    )
