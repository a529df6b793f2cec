"""Queues by role, more filters, the row one came from, and paging through the list a case was opened from."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from lianxin.cases import worklists
from lianxin.cases.models import Case, WorkItem
from lianxin.cases.services import walls
from lianxin.cases.worklists import QUEUES, Wanted
from lianxin.web.desk import lists
from lianxin.web.desk.neighbours import Neighbours, carried, neighbours
from tests.cast import Cast, key, on
from tests.security.walling import hired, named
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most
from tests.web.desk.test_worklist import items, subjects

FILTERS = (
    "queue=all&category=01&area=51070500000001&since=2026-04-01&till=2026-06-01&until=2026-12-31&clock=soon"
    "&state=handling&state=accepted&channel=online&kind=claim&mine=1&shelf=due"
)


def rows_named(page: object) -> dict[str, str]:
    return {one["label"]: one["count"] for one in page.context["queues"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("who", "first"),
    [("han", "mine"), ("fen", "intake"), ("ran", "intake"), ("shen", "sign"), ("tou", "sign"), ("fu", "mine"),
     ("mi", "mine"), ("du", "all"), ("zhi", "all"), ("wai", "mine")],
)  # fmt: skip
def test_each_role_begins_with_its_own_queue(cast: Cast, desk: Desk, who: str, first: str) -> None:
    page = desk(who).get("/desk/")
    assert page.context["wanted"].queue == first
    assert page.context["queue"] in page.content.decode().split("<h1")[1].split("</h1>")[0]


def test_queues_hold_what_their_role_does_next(cast: Cast, desk: Desk) -> None:
    """Each case is in the queue of who has to act, and nowhere else but in the whole desk's."""
    filed, registered, accepted = cast.filed().case, cast.registered(), cast.accepted()
    assigned, drafted, issued = cast.assigned(), cast.drafted(), cast.issued()
    held = {
        name: {
            item.case_id
            for item in worklists.worklist(cast.actor(who), Wanted(queue=name), on=date(2026, 6, 1)).items
        }
        for name, who in (("mine", "han"), ("intake", "fen"), ("sign", "tou"), ("serve", "ran"))
    }
    assert held["intake"] == {filed.pk, registered.pk, accepted.pk}
    assert held["mine"] == {assigned.pk, drafted.pk, issued.pk}
    assert held["sign"] == {drafted.pk} and held["serve"] == {issued.pk}
    counts = rows_named(desk("ran").get("/desk/"))
    assert counts == {"待登记分办": "3", "待送达": "1", "全机构待办": "6"}


def test_a_review_is_in_the_reviewers_queue(cast: Cast, desk: Desk) -> None:
    asked = cast.asked_again()
    page = desk("fu").get("/desk/?queue=review")
    assert [row["number"] for row in page.context["rows"]] == [asked.number]


def test_who_drafted_does_not_find_the_case_to_sign(cast: Cast, desk: Desk) -> None:
    hired(cast, "han", "anzhou", "head", since=date(2025, 6, 1))
    cast.drafted()
    assert rows_named(desk("han").get("/desk/"))["待审签"] == "0"


def test_a_queue_of_another_role_is_not_opened(cast: Cast, desk: Desk) -> None:
    cast.drafted()
    page = desk("han").get("/desk/?queue=sign")
    assert page.context["wanted"].queue == "mine"
    assert worklists.worklist(cast.actor("han"), Wanted(queue="sign"), on=date(2026, 6, 1)).items == []
    assert rows_named(page).keys() == {"我承办的", "全机构待办"}
    assert all(queue.roles for queue in QUEUES)


@pytest.mark.parametrize(
    "query", ["", "?" + FILTERS, "?queue=all", "?queue=all&seen=2026-06-02.3&n=1", "?shelf=due"]
)
def test_the_page_costs_the_same_with_three_rows_and_with_sixty(cast: Cast, desk: Desk, query: str) -> None:
    for more in (3, 57):
        items(cast, more, officer_id=cast.staff["han"].pk)
        client = desk("han")
        with at_most(6):
            assert client.get("/desk/" + query).status_code == 200


def test_staff_does_not_cost(cast: Cast, desk: Desk) -> None:
    items(cast, 3)
    for name in ("fen", "ran", "tou", "shen"):
        hired(cast, name, "anzhou", "handler", since=date(2025, 6, 1))
    client = desk("han")
    with at_most(6):
        client.get("/desk/?queue=all")


@pytest.mark.parametrize(
    ("query", "found", "chip"),
    [
        ("category=03", ["第2件"], "分类："),
        ("category=0301", ["第2件"], "分类："),
        ("area=51070500000001", ["第3件"], "属地：安州区"),
        ("since=2026-05-10", ["第4件"], "收到不早于 2026-05-10"),
        ("till=2026-04-30", ["第5件"], "收到不晚于 2026-04-30"),
        ("until=2026-05-31", ["第6件"], "法定日期不晚于 2026-05-31"),
        ("clock=overdue", ["第6件"], "已超期"),
        ("clock=soon", ["第1件", "第2件", "第3件", "第4件", "第5件"], "即将到期"),
    ],
)  # fmt: skip
def test_more_filters(cast: Cast, desk: Desk, query: str, found: list[str], chip: str) -> None:
    elsewhere = {"place_name": "四川省绵阳市涪城区"}
    items(cast, 1, **elsewhere)
    items(cast, 1, category="0301", **elsewhere)
    items(cast, 1)
    items(cast, 1, received_on=date(2026, 5, 10), **elsewhere)
    items(cast, 1, received_on=date(2026, 4, 1), **elsewhere)
    items(cast, 1, **elsewhere)
    past = date(2026, 5, 20)
    WorkItem.objects.filter(summary="第6件").update(sort_on=past, legal_on=past, warn_on=past)
    page = desk("fen").get("/desk/?" + query)
    assert subjects(page) == found
    assert [one["text"].startswith(chip) for one in page.context["chips"]] == [True]
    assert len(subjects(desk("fen").get(page.context["chips"][0]["href"] + "&queue=all"))) == 6


@pytest.mark.parametrize(
    "query",
    [
        "category=0",
        "category=01' OR 1",
        "area=x",
        "since=2026-13-01",
        "till=gestern",
        "clock=late",
        "until=1-2",
    ],
)
def test_unknown_filters_ask_for_nothing(cast: Cast, desk: Desk, query: str) -> None:
    items(cast, 2)
    page = desk("fen").get("/desk/?queue=all&" + query)
    assert len(subjects(page)) == 2 and page.context["chips"] == []


def test_the_whole_row_leads_to_the_case_and_back_to_itself(cast: Cast, desk: Desk) -> None:
    items(cast, 120)
    client = desk("han")
    second = client.get(client.get("/desk/?queue=all&channel=online").context["later_href"])
    row = second.context["rows"][20]
    found = asked(cast, "han", row["href"])
    assert found is not None
    back = client.get(found.back_href.partition("#")[0])
    assert found.back_href.endswith(f"#row-{row['id']}") and f'id="row-{row["id"]}"' in back.content.decode()
    assert subjects(back) == subjects(second)
    marked = [one["id"] for one in back.context["rows"] if one["last"]]
    assert marked == [row["id"]] and "刚看过" in back.content.decode()


def asked(cast: Cast, who: str, href: str) -> Neighbours | None:
    """Return what the page of a case opened by this address is told, in one statement."""
    request = RequestFactory().get(href)
    request.actor, request.when = cast.actor(who), on("2026-06-01")
    with at_most(1):
        return neighbours(request, Case(pk=int(urlsplit(href).path.split("/")[3])))  # type: ignore[arg-type]


def test_one_pages_through_the_list_one_came_from(cast: Cast, desk: Desk) -> None:
    items(cast, 60)
    items(cast, 5, channel="letter")
    page = desk("han").get("/desk/?queue=all&channel=online")
    href, order = (
        page.context["rows"][0]["href"],
        list(
            WorkItem.objects.filter(channel="online")
            .order_by("sort_on", "case_id")
            .values_list("case_id", flat=True)
        ),
    )
    seen = []
    while href:
        found = asked(cast, "han", href)
        assert found is not None
        seen.append(int(urlsplit(href).path.split("/")[3]))
        assert (found.position, found.total) == (str(len(seen)), "60")
        assert found.text == f"第 {len(seen)} 件，共 60 件"
        assert bool(found.previous_href) == (len(seen) > 1)
        href = found.next_href
    assert seen == order
    before = asked(cast, "han", found.previous_href)
    assert before is not None and before.position == "59"
    line = parse_qs(parse_qs(urlsplit(found.previous_href).query)["list"][0])
    assert line["n"] == ["8"] and line["channel"] == ["online"]


def test_the_place_is_kept_when_the_case_has_left_the_list(cast: Cast, desk: Desk) -> None:
    items(cast, 5)
    href = desk("han").get("/desk/?queue=all&state=handling").context["rows"][2]["href"]
    WorkItem.objects.filter(summary="第3件").update(state="signoff")
    found = asked(cast, "han", href)
    assert found is not None and (found.position, found.total) == ("3", "4")
    assert [f"/case/{n}/" in href for n, href in ((2, found.previous_href), (4, found.next_href))] == [
        True,
        True,
    ]


def test_counts_are_capped(cast: Cast, desk: Desk) -> None:
    items(cast, 505)
    last = WorkItem.objects.order_by("-sort_on", "-case_id").first()
    assert last is not None
    wanted = lists.query_text(Wanted())
    href = f"/desk/case/{last.case_id}/?list={wanted.replace('=', '%3D')}%26at%3D{last.sort_on}%26n%3D3"
    found = asked(cast, "han", href)
    assert found is not None and (found.position, found.total) == ("500+", "500+")


def test_without_a_list_nothing_is_asked(cast: Cast) -> None:
    request = RequestFactory().get("/desk/case/1/")
    request.actor, request.when = cast.actor("han"), on("2026-06-01")
    with at_most(0):
        assert neighbours(request, Case(pk=1)) is None and carried(request) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", ["x", "https://evil.example/", "//evil.example", "at=2026-06-01&next=//evil.example&queue=%2F%2Fevil",
              "at=2026-06-01&n=-1&state=<script>", "at=2026-99-01", "&" * 3000]
)  # fmt: skip
def test_the_list_leads_nowhere_else(cast: Cast, given: str) -> None:
    request = RequestFactory().get("/desk/case/1/", {"list": given})
    request.actor, request.when = cast.actor("han"), on("2026-06-01")
    found = neighbours(request, Case(pk=1))  # type: ignore[arg-type]
    if found is not None:
        assert found.back_href.startswith("/desk/?queue=") and "evil" not in found.back_href + found.carried
        assert "script" not in found.back_href and found.previous_href == found.next_href == ""


def test_behind_a_wall_neither_neighbour_nor_count(cast: Cast) -> None:
    """A hidden case is no neighbour, and is not counted (COI-02)."""
    cases = [cast.registered() for _ in range(3)]
    href = ""
    rows = list(WorkItem.objects.filter(organ=cast.organs["anzhou"]).order_by("sort_on", "case_id"))
    href = f"/desk/case/{rows[0].case_id}/?list=queue%3Dall%26at%3D{rows[0].sort_on}%26n%3D0"
    hidden = next(case for case in cases if case.pk == rows[1].case_id)
    before = asked(cast, "han", href)
    hired(cast, "han", "anzhou", "handler", since=date(2025, 6, 1))
    walls.raise_wall(
        cast.load("tou", hidden),
        named=named(cast, "绵阳市安州区民政局", "韩承办"),
        actor=cast.actor("tou"),
        key=key(),
        when=on("2026-05-10"),
    )
    after = asked(cast, "han", href)
    assert before is not None and after is not None
    assert (before.total, after.total) == ("3", "2") and f"/case/{hidden.pk}/" not in after.next_href


def test_the_words_of_an_address_are_written_in_one_way_only(cast: Cast) -> None:
    wanted = lists.wanted_of(QueryDict(FILTERS + "&unknown=1&state=handling"), cast.actor("han"))
    again = lists.wanted_of(QueryDict(lists.query_text(wanted)), cast.actor("han"))
    assert wanted == again and "unknown" not in lists.query_text(wanted)
    assert set(lists.query_of(wanted)) == {
        (name, value) for name, values in parse_qs(FILTERS).items() for value in values
    }
