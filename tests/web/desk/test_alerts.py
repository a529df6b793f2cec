"""The page of alerts: the most pressing first, links only to what the officer may open."""

from __future__ import annotations

from lianxin.jobs import alerting
from tests.cast import Cast, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most


def test_it_lists_what_is_due(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    alerting.alert(when=on("2026-08-01"))
    client = desk("tou")
    with at_most(9):
        page = client.get("/desk/alerts/").content.decode()
    assert page.index("没有人负责") < page.index("超期（红牌）")
    assert f"/desk/case/{case.pk}/" in page and case.number in page


def test_the_organ_above_sees_the_number_and_no_way_in(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    alerting.alert(when=on("2026-08-01"))
    page = desk("shi").get("/desk/alerts/").content.decode()
    assert case.number in page and f"/desk/case/{case.pk}/" not in page and case.summary not in page


def test_without_alerts_it_says_so(cast: Cast, desk: Desk) -> None:
    assert "现在没有提醒" in desk("wai").get("/desk/alerts/").content.decode()


def test_it_is_read_only(cast: Cast, desk: Desk) -> None:
    assert desk("tou").post("/desk/alerts/").status_code == 405
