"""The visit window's pages: tickets, windows, one reception to its case, groups, levels, screens, the end of the day."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from lianxin.cases.models import Case, CaseText, Step
from lianxin.petitioners import vault
from lianxin.visits.models import Booth, ClosedDay, Reception, Screen, Seat, Ticket
from tests.cast import Cast, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

KEY = "a-key-of-one-form-page"
HOURS = {f"hours{day}": "9:00-12:00" for day in range(1, 6)}
BODY = "大伯一个人住，低保停了三个月，去镇上问了两次。（虚构）"


def window(client: Client, name: str = "1 号窗口") -> Booth:
    """Return a window that was set up on the page."""
    answer = client.post("/desk/visits/plan/windows/add/", {"name": name, "purpose": "general", **HOURS})
    assert answer.status_code == 302, answer.content.decode()
    return Booth.objects.get(name=name)


def issued(client: Client, *, need: str = "ordinary", people: str = "1", key: str = KEY) -> Ticket:
    """Return a ticket given out on the page."""
    answer = client.post("/desk/visits/issue/", {"need": need, "people": people, "key": key})
    assert answer.status_code == 302, answer.content.decode()
    return Ticket.objects.latest("id")


def receiving(client: Client, *, people: str = "1") -> int:
    """Return the draft of a reception that began on the page."""
    booth = Booth.objects.first() or window(client)
    ticket = issued(client, people=people, key=f"{KEY}-{Ticket.objects.count()}")
    client.post("/desk/visits/next/", {"booth": str(booth.pk), "key": f"{KEY}-n{ticket.count}"})
    answer = client.post(f"/desk/visits/tickets/{ticket.id}/receive/")
    found = re.search(r"receptions/(\d+)/$", answer.headers.get("Location", ""))
    assert found, answer.content.decode()
    return int(found[1])


def registering(client: Client, draft: int, **more: str) -> Case:
    """Return the case a reception was registered as, by the form as it is filled in beforehand."""
    shown = client.get(f"/desk/register/{draft}/").context["form"]
    typed = {name: str(shown[name].value() or "") for name in shown.fields if name != "received_on"}
    day = {"received_on_year": "2026", "received_on_month": "6", "received_on_day": "1"}
    sent = {**typed, **day, "category": "0101", "subroute": "31.6", "summary": "低保停发，要求恢复", **more}
    answer = client.post(f"/desk/register/{draft}/", sent)
    assert answer.status_code == 302, dict(answer.context["form"].errors)
    answer = client.post(f"/desk/register/{draft}/check/", {"confirmed": "on"})
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(pk=draft)


def test_a_ticket_is_given_out_once(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    first, again = issued(client), issued(client)
    assert first.id == again.id and Ticket.objects.count() == 1
    page = client.get(f"/desk/visits/tickets/{first.id}/").content.decode()
    assert "A001" in page and "前面没有人" in page


def test_what_is_wrong_is_said_at_the_field(cast: Cast, desk: Desk) -> None:
    answer = desk("ran").post("/desk/visits/issue/", {"need": "ordinary", "people": "零", "key": KEY})
    assert answer.status_code == 422 and "人数请写数字" in answer.content.decode()
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("han", 404), ("guan", 404), ("tou", 200), ("zhi", 200), ("fen", 200)]
)
def test_who_works_at_the_window(cast: Cast, desk: Desk, who: str, status: int) -> None:
    assert desk(who).get("/desk/visits/").status_code == status


def test_another_organ_sees_no_ticket(cast: Cast, desk: Desk) -> None:
    ticket = issued(desk("ran"))
    client = desk("wai")
    assert client.get(f"/desk/visits/tickets/{ticket.id}/").status_code == 404
    assert client.post(f"/desk/visits/tickets/{ticket.id}/do/", {"do": "left"}).status_code == 404
    assert "A001" not in client.get("/desk/visits/").content.decode()


def test_calling_again_absent_and_back(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    booth, ticket = window(client), issued(client)
    here = {"booth": str(booth.pk), "key": "the-first-press"}
    assert client.post("/desk/visits/next/", here).status_code == 302
    assert client.post("/desk/visits/next/", here).status_code == 302
    busy = client.post("/desk/visits/next/", {**here, "key": "another-press"})
    assert busy.status_code == 409 and "A001" in busy.content.decode()
    address = f"/desk/visits/tickets/{ticket.id}/do/"
    assert client.post(address, {"do": "again", **here}).status_code == 302
    assert client.post(address, {"do": "absent", **here}).status_code == 302
    assert client.post(address, {"do": "absent", **here}).status_code == 409
    assert "叫号时不在的" in client.get("/desk/visits/").content.decode()
    assert client.post(address, {"do": "left", **here}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, ticket.outcome, ticket.calls) == ("done", "left", 2)


def test_a_visit_is_received_read_back_and_registered(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft = receiving(client)
    sent = {
        "body": BODY,
        "claims": "恢复低保",
        "people": "1",
        "needs": ["sign", "wheelchair"],
        "rep1_name": "辛大林",
    }
    answer = client.post(f"/desk/visits/receptions/{draft}/", {**sent, "onward": "on"})
    assert answer.headers["Location"] == f"/desk/register/{draft}/"
    case = registering(client, draft)
    found = Reception.objects.get()
    assert (found.state, found.became_id, found.needs) == ("registered", case.pk, ["sign", "wheelchair"])
    assert (case.channel, case.people, CaseText.objects.get(case=case).read_back) == ("visit", 1, True)
    note = Step.objects.get(case_id=case.pk, seq=1).note
    assert note == "本次来访：需要手语；使用轮椅或者行走不便"
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.outcome) == ("done", "received")
    assert "已登记" in client.get("/desk/visits/receptions/").content.decode()


def test_a_reception_is_gone_on_with_and_taken_up_in_another_session(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft, ticket = receiving(client), Ticket.objects.get()
    client.post(f"/desk/visits/receptions/{draft}/", {"body": BODY, "people": "1"})
    assert "接着接待" in client.get(f"/desk/visits/tickets/{ticket.id}/").content.decode()
    again = client.post(f"/desk/visits/tickets/{ticket.id}/receive/")
    assert again.headers["Location"] == f"/desk/visits/receptions/{draft}/"
    other = desk("fen")
    there = other.post(f"/desk/visits/tickets/{ticket.id}/receive/").headers["Location"]
    assert there != f"/desk/visits/receptions/{draft}/" and BODY not in other.get(there).content.decode()
    assert Reception.objects.count() == 1


def test_nothing_said_lies_in_the_open(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft = receiving(client)
    client.post(f"/desk/visits/receptions/{draft}/", {"body": BODY, "people": "1", "rep1_name": "辛大林"})
    rows = [str(row) for model in (Ticket, Reception) for row in model.objects.values()]
    assert not [row for row in rows if "大伯" in row or "辛大林" in row]
    listed = client.get("/desk/visits/receptions/").content.decode()
    assert "大伯" not in listed and "辛大林" not in listed
    assert "大伯" in client.get(f"/desk/visits/receptions/{draft}/").content.decode()
    other = desk("ran")
    assert other.get(f"/desk/visits/receptions/{draft}/").status_code == 404


def test_a_group_elects_at_most_five_and_nobody_is_turned_away(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft = receiving(client, people="23")
    address = f"/desk/visits/receptions/{draft}/"
    people = {f"rep{n}_name": f"代表{name}" for n, name in enumerate("甲乙丙", start=1)}
    sent = {"body": BODY, "claims": "恢复低保", "people": "23", "place_offered": "on", **people}
    refused = client.post(address, {**sent, "onward": "on"})
    assert refused.status_code == 409 and "请写明代表是怎样推选的" in refused.content.decode()
    assert "大伯" in refused.content.decode()
    named = client.post(address, {**sent, "electing": "大家推选代表甲", "onward": "on"})
    assert named.status_code == 409 and "推选情况里有代表的姓名" in named.content.decode()
    assert client.post(address, {**sent, "electing": "在场 23 人举手推选", "onward": "on"}).status_code == 302
    check = client.get(f"/desk/register/{draft}/")
    assert check.status_code == 200
    case = registering(client, draft)
    assert case.people == 23
    parties = vault.parties(case.pk)
    assert [(one.role, one.given) for one in parties] == [("petitioner", ("name",))] * 3
    facts = Step.objects.get(case_id=case.pk, seq=1).facts
    assert (facts["people"], facts["representatives"]) == (23, 3)
    found = Reception.objects.get()
    assert (found.people, found.chosen, found.place_offered) == (23, 3, True)


def test_a_group_without_representatives_is_registered_all_the_same(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft = receiving(client, people="12")
    sent = {"body": BODY, "claims": "恢复低保", "people": "12", "onward": "on"}
    assert client.post(f"/desk/visits/receptions/{draft}/", sent).status_code == 302
    assert registering(client, draft).people == 12


def test_a_reception_without_a_matter_ends_with_its_reason(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    draft = receiving(client)
    empty = client.post(f"/desk/visits/receptions/{draft}/", {"people": "1", "onward": "on"})
    assert empty.status_code == 422 and "请先写下来访人说的事情" in empty.content.decode()
    assert client.post(f"/desk/visits/receptions/{draft}/end/", {"key": KEY}).status_code == 422
    assert (
        client.post(f"/desk/visits/receptions/{draft}/end/", {"key": KEY, "why": "asked"}).status_code == 302
    )
    assert (Reception.objects.get().why, Ticket.objects.get().outcome) == ("asked", "received")
    assert client.get(f"/desk/visits/receptions/{draft}/").status_code == 404


def test_the_right_level_is_told_and_the_letter_taken_here(cast: Cast, desk: Desk) -> None:
    client = desk("kun")
    draft = receiving(client)
    client.post(f"/desk/visits/receptions/{draft}/", {"body": BODY, "people": "1"})
    asked = {"place": "四川省绵阳市安州区", "category": "0101"}
    address = f"/desk/visits/receptions/{draft}/levels/"
    page = client.get(address, asked).content.decode()
    assert page.index("在这里收下，由我们转交") < page.index("也可以到这些地方走访")
    places = page[page.index('id="where"') :]
    assert "desk/switch-organ" not in page
    assert "绵阳市安州区民政局" in places and "绵阳市民政局" in places and "四川省民政厅" not in places
    assert client.post(address, asked).headers["Location"] == f"/desk/register/{draft}/"
    form = client.get(f"/desk/register/{draft}/").context["form"]
    assert (form["channel"].value(), form["category"].value()) == ("letter", "0101")
    assert form["body"].value() == BODY


def test_at_the_right_level_it_says_so(cast: Cast, desk: Desk) -> None:
    asked = {"place": "四川省绵阳市安州区", "category": "0101"}
    page = desk("ran").get("/desk/visits/levels/", asked).content.decode()
    assert "可以在这里走访提出" in page and "在这里收下，由我们转交" not in page


def test_every_ticket_has_its_outcome_at_the_end_of_the_day(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    first, second = issued(client, key="key-number-one"), issued(client, key="key-number-two")
    page = client.get("/desk/visits/close/").content.decode()
    assert "A001" in page and "A002" in page
    sent = {f"ticket{first.id}": "left", f"ticket{second.id}": ""}
    assert client.post("/desk/visits/close/", sent).status_code == 302
    page = client.get("/desk/visits/close/").content.decode()
    assert "A001" not in page and "A002" in page
    bad = client.post("/desk/visits/close/", {f"ticket{second.id}": "sent away"})
    assert bad.status_code == 422
    assert client.post("/desk/visits/close/", {f"ticket{second.id}": "received"}).status_code == 302
    assert "所有的号都有了去向" in client.get("/desk/visits/close/").content.decode()


def test_the_plan_says_who_sits_where_and_when_it_is_closed(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    booth = window(client)
    twin = client.post("/desk/visits/plan/windows/add/", {"name": "1 号窗口", "purpose": "general"})
    assert twin.status_code == 409 and "已经有一个窗口叫这个名称" in twin.content.decode()
    seat = f"/desk/visits/plan/windows/{booth.pk}/seat/"
    assert client.post(seat, {"staff": str(cast.staff["fen"].pk)}).status_code == 302
    assert client.post(seat, {"staff": str(cast.staff["wai"].pk)}).status_code == 422
    assert Seat.objects.get().staff == cast.staff["fen"]
    day = {"on_year": "2026", "on_month": "6", "on_day": "3"}
    assert (
        client.post("/desk/visits/plan/closed/", {**day, "reason": "系统检修，急事打值班电话"}).status_code
        == 302
    )
    past = client.post("/desk/visits/plan/closed/", {**day, "on_month": "5", "reason": "过去"})
    assert past.status_code == 409 and "已经过去" in past.content.decode()
    slip = client.get(f"/desk/visits/tickets/{issued(client).id}/").content.decode()
    assert "系统检修" in slip and "9:00-12:00" in slip
    assert client.post("/desk/visits/plan/closed/", {"open": "2026-06-03"}).status_code == 302
    assert not ClosedDay.objects.exists()
    assert desk("wai").post(seat, {"staff": ""}).status_code == 404


def test_a_screen_opens_by_its_address_alone_and_says_no_more_than_numbers(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    booth = window(client)
    issued(client, need="ill", people="3")
    client.post("/desk/visits/next/", {"booth": str(booth.pk), "key": KEY})
    made = {"name": "大厅", "key": KEY}
    assert client.post("/desk/visits/screens/", made).status_code == 302
    assert client.post("/desk/visits/screens/", made).status_code == 302
    assert Screen.objects.count() == 1
    address = client.get("/desk/visits/screens/").context["rows"][0]["href"].removeprefix("http://testserver")
    with at_most(3):
        page = Client().get(address)
    text = page.content.decode()
    assert page.status_code == 200 and "B001" in text and "1 号窗口" in text
    assert "身体不适</" not in text and "冉登记" not in text and "no-store" in page.headers["Cache-Control"]
    wrong = address[:-2] + ("a/" if address[-2] != "a" else "b/")
    assert Client().get(wrong).status_code == 404
    assert client.post(f"/desk/visits/screens/{Screen.objects.get().pk}/end/").status_code == 302
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("rows", [3, 12])
def test_lists_cost_the_same_however_long(cast: Cast, desk: Desk, rows: int) -> None:
    client = desk("ran")
    for n in range(rows):
        window(client, f"{n} 号窗口")
        issued(client, key=f"{KEY}-{n}", need="aged" if n % 2 else "ordinary")
    with at_most(6):
        assert client.get("/desk/visits/").status_code == 200
    with at_most(4):
        assert client.get("/desk/visits/close/").status_code == 200
    with at_most(7):
        assert client.get("/desk/visits/plan/").status_code == 200


@pytest.mark.parametrize("rows", [2, 6])
def test_receptions_cost_the_same_however_many(cast: Cast, desk: Desk, rows: int) -> None:
    client = desk("ran")
    for n in range(rows):
        draft = receiving(client)
        client.post(f"/desk/visits/receptions/{draft}/end/", {"key": f"{KEY}-{n}", "why": "later"})
    with at_most(4):
        page = client.get("/desk/visits/receptions/")
    assert len(page.context["rows"]) == rows


def test_an_earlier_day_of_receptions(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    assert client.get("/desk/visits/receptions/", {"day": "2026-05-01"}).context["day"] == on("2026-05-01").on
    assert client.get("/desk/visits/receptions/", {"day": "nonsense"}).context["day"] == on("2026-06-01").on
