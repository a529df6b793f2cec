"""The pages of leaders' reception days: calendar, bookings, results in the case, what was promised."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from lianxin.cases.models import Case, Step
from lianxin.visits.models import Booking, ReceptionDay
from tests.cast import STORY, XIN, Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most
from tests.web.desk.test_visits import issued

KEY = "a-key-of-one-form-page"
SENT = {
    "kind": "here",
    "on_year": "2026",
    "on_month": "6",
    "on_day": "1",
    "opens": "9:00",
    "closes": "11:30",
    "leader": "陶局长",
    "place": "一楼接待室",
    "topic": "低保、救助",
    "key": KEY,
}
DUE = {"due_on_year": "2026", "due_on_month": "6", "due_on_day": "10"}


def announced(client: Client, **changes: str) -> ReceptionDay:
    """Return a day announced on the page."""
    answer = client.post("/desk/visits/days/add/", {**SENT, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return ReceptionDay.objects.latest("id")


def booked(client: Client, day: ReceptionDay, case: Case, key: str = KEY) -> Booking:
    """Return a booking made on the page."""
    answer = client.post(f"/desk/visits/days/{day.pk}/book/", {"number": case.number, "key": key})
    assert answer.status_code == 302, answer.content.decode()
    return Booking.objects.latest("id")


def test_a_day_is_announced_once_with_all_that_is_needed(cast: Cast, desk: Desk) -> None:
    client = desk("tou")
    assert announced(client).pk == announced(client).pk
    bad = client.post("/desk/visits/days/add/", {**SENT, "opens": "nine", "key": "another-key-of-a-form"})
    assert bad.status_code == 422 and "时间请写成 9:05 的样子" in bad.content.decode()
    upside = client.post("/desk/visits/days/add/", {**SENT, "closes": "8:00", "key": "another-key-of-a-form"})
    assert upside.status_code == 409 and "结束时间应当晚于开始时间" in upside.content.decode()
    assert desk("fen").get("/desk/visits/days/add/").status_code == 404
    page = desk("fen").get("/desk/visits/days/").content.decode()
    assert "2026-06-01 09:00-11:30" in page and "陶局长" in page


def test_the_result_goes_into_the_case_and_is_followed(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    case, client = cast.assigned(), desk("tou")
    booking = booked(client, announced(client), case)
    address = f"/desk/visits/bookings/{booking.pk}/"
    named = client.post(address, {"agreed": f"答应{XIN['name']}补发", "key": KEY, **DUE})
    assert named.status_code == 409 and "姓名" in named.content.decode()
    sent = {"agreed": "七日内补发（虚构）", "charge": "on", "key": KEY, **DUE}
    assert client.post(address, sent).status_code == 302
    assert Step.objects.filter(case_id=case.pk, event="leader_receive").count() == 1
    assert "领导接访" in client.get(f"/desk/case/{case.pk}/").content.decode()
    assert "已经记下" in client.get(address).content.decode()
    today("2026-06-12")
    later = desk("tou")
    page = later.get("/desk/visits/days/").content.decode()
    assert "已经过了答应的日期" in page and "2026-06-01 起包案" in page
    done = {"done_on_year": "2026", "done_on_month": "6", "done_on_day": "11"}
    assert later.post(f"/desk/visits/bookings/{booking.pk}/done/", done).status_code == 302
    assert "已经过了答应的日期" not in later.get("/desk/visits/days/").content.decode()
    assert later.post(f"/desk/visits/bookings/{booking.pk}/done/", done).status_code == 409


def test_a_number_that_is_not_there_answers_like_one_of_another_organ(cast: Cast, desk: Desk) -> None:
    other, client = cast.filed(organ="fucheng").case, desk("ran")
    day = announced(desk("tou"))
    missing = other.number[:-1] + "X"
    pages = [
        client.post(f"/desk/visits/days/{day.pk}/book/", {"number": number, "key": KEY})
        for number in (other.number, missing, "A999")
    ]
    assert {page.status_code for page in pages} == {422}
    assert all("没有找到这个编号" in page.content.decode() for page in pages)
    assert desk("wai").get(f"/desk/visits/days/{day.pk}/").status_code == 404


def test_a_ticket_of_today_is_booked(cast: Cast, desk: Desk) -> None:
    client, ticket = desk("ran"), issued(desk("ran"))
    day = announced(desk("tou"))
    answer = client.post(f"/desk/visits/days/{day.pk}/book/", {"number": "a001", "key": KEY})
    assert answer.status_code == 302 and Booking.objects.get().ticket_id == ticket.id
    page = client.get(f"/desk/visits/days/{day.pk}/").content.decode()
    assert "先接待登记，再用信访编号约一次" in page
    assert client.get(f"/desk/visits/bookings/{Booking.objects.get().pk}/").status_code == 404


def test_a_day_called_off_says_why(cast: Cast, desk: Desk) -> None:
    client = desk("tou")
    day = announced(client)
    assert client.post(f"/desk/visits/days/{day.pk}/cancel/", {"why": ""}).status_code == 422
    assert client.post(f"/desk/visits/days/{day.pk}/cancel/", {"why": "外出开会"}).status_code == 302
    page = client.get(f"/desk/visits/days/{day.pk}/").content.decode()
    assert "这一天取消了" in page and "外出开会" in page and "约一件" not in page


@pytest.mark.parametrize("rows", [3, 12])
def test_lists_cost_the_same_and_hold_no_identity(cast: Cast, desk: Desk, rows: int) -> None:
    client = desk("tou")
    day = announced(client)
    for n in range(rows):
        booking = booked(client, day, cast.assigned(), key=f"{KEY}-{n}")
        answer = client.post(
            f"/desk/visits/bookings/{booking.pk}/", {"agreed": "补发", "key": f"{KEY}-r{n}", **DUE}
        )
        assert answer.status_code == 302
        announced(client, key=f"{KEY}-d{n}")
    with at_most(6):
        listed = client.get("/desk/visits/days/")
    with at_most(5):
        one = client.get(f"/desk/visits/days/{day.pk}/")
    assert len(listed.context["promised"]) == len(one.context["rows"]) == rows
    for page in (listed, one):
        text = page.content.decode()
        assert XIN["name"] not in text and XIN["phone"] not in text and STORY not in text
