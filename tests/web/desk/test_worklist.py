"""The worklist: nearest legal date first, filters, shelf, paging, and no identity."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianxin.cases import selectors
from lianxin.cases.models import WorkItem
from tests.cast import XIN, Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most


def items(cast: Cast, count: int, **changes: object) -> None:
    """Put rows on the county's desk, one day apart."""
    first = {
        "organ": cast.organs["anzhou"],
        "state": "handling",
        "turn": "act",
        "channel": "online",
        "kind": "claim",
        "category": "0101",
        "place_name": "四川省绵阳市安州区",
        "received_on": date(2026, 5, 1),
        "clock": "HANDLE",
        **changes,
    }
    start = int(WorkItem.objects.count()) + 1
    WorkItem.objects.bulk_create(
        WorkItem(
            case_id=start + n,
            number=f"N{start + n:06d}",
            summary=f"第{start + n}件",
            legal_on=day,
            sort_on=day,
            warn_on=day,
            **first,
        )
        for n, day in ((n, date(2026, 6, 1) + timedelta(days=n // 3)) for n in range(count))
    )


def subjects(page: object) -> list[str]:
    return [row["subject"] for row in page.context["rows"]]  # type: ignore[attr-defined]


def test_it_works(cast: Cast, desk: Desk) -> None:
    cast.registered()
    page = desk("fen").get("/desk/")
    row = page.context["rows"][0]
    assert (
        row["subject"] == "低保金停发，要求恢复发放"
        and row["state"] == "已登记待甄别"
        and row["holder"] == ""
    )
    text = page.content.decode()
    assert "已超期 11 天" in text and "2026-05-21 止" in text and "无人负责" in text
    assert not [value for value in XIN.values() if value in text]


def test_an_item_without_summary_shows_category_and_place(cast: Cast, desk: Desk) -> None:
    cast.filed()
    row = desk("ran").get("/desk/").context["rows"][0]
    assert (row["subject"], row["place"]) == ("最低生活保障", "四川省绵阳市安州区")


@pytest.mark.parametrize("count", [0, 3, 130])
def test_six_statements_whatever_the_number_of_rows(cast: Cast, desk: Desk, count: int) -> None:
    items(cast, count)
    client = desk("han")
    with at_most(6):
        assert client.get("/desk/").status_code == 200


def test_paging_by_key_shows_each_row_once(cast: Cast, desk: Desk) -> None:
    items(cast, 130)
    client, seen, address = desk("han"), [], "/desk/?channel=online"
    for _ in range(3):
        page = client.get(address)
        seen += subjects(page)
        address = page.context["later_href"]
    assert address == "" and len(seen) == len(set(seen)) == 130
    assert seen == [item.summary for item in WorkItem.objects.order_by("sort_on", "case_id")]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "2026-06-01",
        "2026-06-01.",
        "2026-13-01.5",
        ".5",
        "2026-06-01.99999999999999999999",
        "2026-06-01.-1",
    ],
)
def test_a_broken_key_shows_the_first_page(cast: Cast, desk: Desk, after: str) -> None:
    items(cast, 3)
    assert len(subjects(desk("han").get("/desk/", {"after": after}))) == 3


def test_filters_become_chips_that_can_be_taken_away(cast: Cast, desk: Desk) -> None:
    items(cast, 2)
    items(cast, 1, state="accepted", channel="letter", officer_id=cast.staff["han"].pk, officer_name="韩承办")
    client = desk("han")
    page = client.get("/desk/?state=accepted&state=handling&channel=letter&mine=1&unknown=1")
    assert subjects(page) == ["第3件"]
    assert [chip["text"] for chip in page.context["chips"]] == ["已受理", "办理中", "来信", "我承办的"]
    without = client.get(page.context["chips"][2]["href"])
    assert [chip["text"] for chip in without.context["chips"]] == ["已受理", "办理中", "我承办的"]
    assert "unknown" in page.context["chips"][0]["href"]


@pytest.mark.parametrize(
    "query", ["state=x", "channel=carrier", "kind=1", "shelf=all", "mine=2", "state=%00", "channel=' OR 1=1"]
)
def test_unknown_values_ask_for_nothing(cast: Cast, desk: Desk, query: str) -> None:
    items(cast, 2)
    page = desk("han").get("/desk/?" + query)
    assert len(subjects(page)) == 2 and page.context["chips"] == []


def test_the_shelf_counts_and_caps(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    items(cast, 510, officer_id=None)
    items(cast, 2, turn="wait", bounced=2)
    page = desk("han").get("/desk/")
    assert {one["label"]: one["count"] for one in page.context["counters"]} == {
        "无人负责": "500+",
        "被退回两次": "2",
        "今日到期或超期": "3",
        "等待其他方": "2",
    }
    waiting = desk("han").get("/desk/?shelf=waiting")
    assert len(subjects(waiting)) == 2 and "等待对方" in waiting.content.decode()
    assert waiting.context["counters"][3]["current"] and waiting.context["counters"][3]["href"] == "/desk/"


def test_empty_lists_say_something_kind(cast: Cast, desk: Desk) -> None:
    assert "现在没有待办事项" in desk("han").get("/desk/").content.decode()
    assert "没有符合这些条件" in desk("han").get("/desk/?channel=fax").content.decode()
    assert "您的岗位不办理信访件" in desk("guan").get("/desk/").content.decode()


def test_other_organ_sees_no_row_and_no_count(cast: Cast, desk: Desk) -> None:
    """AZ-03."""
    cast.registered()
    items(cast, 5)
    page = desk("wai").get("/desk/?organ=4&shelf=nobody")
    assert subjects(page) == [] and {one["count"] for one in page.context["counters"]} == {"0"}


def test_reports_are_for_the_report_desk(cast: Cast, desk: Desk) -> None:
    items(cast, 1, kind="report")
    assert subjects(desk("fen").get("/desk/?kind=report")) == []
    assert desk("fen").get("/desk/").context["counters"][0]["count"] == "0"
    assert len(subjects(desk("mi").get("/desk/?kind=report"))) == 1


def test_other_methods_are_refused(desk: Desk) -> None:
    client = desk("ran")
    assert client.post("/desk/").status_code == 405 and client.options("/desk/").status_code == 405


def test_without_a_session_one_is_sent_to_sign_in(client: object, db: None) -> None:
    assert client.get("/desk/").headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F"  # type: ignore[attr-defined]


def test_the_list_is_the_size_of_a_page(cast: Cast, desk: Desk) -> None:
    items(cast, selectors.PAGE + 1)
    page = desk("han").get("/desk/")
    assert len(subjects(page)) == selectors.PAGE and page.context["later_href"]
