"""The printable arithmetic of a case's dates, for officers and for the petitioner."""

from __future__ import annotations

from django.conf import settings
from django.test import Client

from tests.cast import Cast
from tests.web.desk.conftest import Desk


def test_every_clock_is_summed(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    page = desk("fen").get(f"/desk/case/{case.pk}/dates/").content.decode()
    assert "2026年7月7日" in page and "<strong>60</strong>" in page and "信访工作条例 第三十四条" in page


def test_in_english_the_lines_are_english(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    client = desk("fen")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/desk/case/{case.pk}/dates/").content.decode()
    assert "Handling" in page and "受理之日" not in page and "July 7, 2026" in page


def test_who_may_not_follow_finds_nothing(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    assert desk("wai").get(f"/desk/case/{case.pk}/dates/").status_code == 404


def test_the_petitioner_has_the_same_page(cast: Cast, client: Client) -> None:
    filed = cast.filed()
    assert client.get("/follow/dates/").status_code == 302
    client.post("/follow/", {"number": filed.case.number, "code": filed.code})
    page = client.get("/follow/dates/").content.decode()
    assert "2026年5月21日" in page and "<strong>15</strong>" in page
