"""AZ: rights lost between page and form, old ways to a case, relations that give little, links to what one cannot see."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.cases import numbers
from lianxin.cases.models import Case, CaseNumber, Link, Paper
from lianxin.cases.services import routing
from lianxin.jobs import alerting
from lianxin.ledger.models import Look
from lianxin.organs.models import Post, Staff
from tests.cast import FROM, PASSWORD, STORY, XIN, Cast, key, on
from tests.files import samples
from tests.files.conftest import own_store  # noqa: F401
from tests.security.addresses import addresses, rows_of_everything
from tests.security.conftest import Browser
from tests.security.walling import raised
from tests.web.desk.rounds import Round, everything
from tests.web.desk.test_leaving import PLACES, merging
from tests.web.desk.test_material import bring
from tests.web.desk.test_oversight import supervised
from tests.web.desk.test_reviewing import REQUEST
from tests.web.desk.test_sign import DATA as SIGNED

YESTERDAY = date(2026, 5, 31)
WORDS = (STORY, "信访人甲", *XIN.values())
"""What tells of a petition or of who has made it."""
ACTS = {
    **{name: PLACES[name] for name in ("elsewhere", "route-out", "finish-route", "final", "visit-level")},
    "accept": lambda cast, desk: Round(
        cast, desk, cast.registered(), "accept", "fen", {"approver": "5"}, "accepted"
    ),
    "sign": lambda cast, desk: Round(cast, desk, cast.drafted(), "sign", "tou", SIGNED, "issued"),
    "merge": lambda cast, desk: merging(cast, desk, cast.assigned()),
    "seal-report": PLACES["seal-report"],
}


def newcomer(cast: Cast, name: str, organ: str, *roles: str, ends_on: date | None = None) -> Staff:
    """Return an officer with these posts, newly appointed."""
    staff = Staff(id=700 + Staff.objects.count(), username=name, name=f"新来{name}")
    staff.set_password(PASSWORD)
    staff.save(force_insert=True)
    cast.staff[name] = staff
    for n, role in enumerate(roles):
        Post.objects.create(
            id=staff.pk * 100 + n,
            staff=staff,
            organ=cast.organs[organ],
            role=role,
            starts_on=FROM,
            ends_on=ends_on,
        )
    return staff


def telling(client: Client, path: str) -> list[str]:
    """Return which of the petition's words a page shows, however it answers."""
    answer = client.get(path)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [word for word in WORDS if word.encode() in text]


def plain(answer: HttpResponse, *numbers: str) -> tuple[int, str]:
    """Return status and page of an answer, without numbers, marks and what was typed."""
    text = Round.bare(answer)
    for number in numbers:
        text = text.replace(number, "")
    return answer.status_code, text


def told(client: Client, path: str, data: Mapping[str, str], *numbers: str) -> tuple[int, str]:
    """Return status and page of a form that was sent, as `plain` does."""
    return plain(client.post(path, data), *numbers)


# --- AZ-04 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["another role", "another organ", "every post"])
@pytest.mark.parametrize("what", sorted(ACTS))
def test_az_04_a_post_lost_between_page_and_form_counts(
    cast: Cast, browser: Browser, what: str, lost: str
) -> None:
    act = ACTS[what](cast, browser)
    client, clerk = browser(act.who), cast.staff[act.who]
    assert client.get(act.address).status_code == 200
    Post.objects.filter(staff=clerk).update(ends_on=YESTERDAY)
    if lost != "every post":
        home = act.case.holder if lost == "another role" else cast.organs["fucheng"]
        role = "chair" if lost == "another role" else "head"
        Post.objects.create(id=99_001, staff=clerk, organ=home, role=role, starts_on=date(2026, 6, 1))
    before = everything()
    answer = client.post(act.address, act.sent)
    wanted = {"another role": (404, 409, 422), "another organ": (404,), "every post": (403,)}[lost]
    assert answer.status_code in wanted and everything() == before
    Post.objects.filter(pk=99_001).delete()
    Post.objects.filter(staff=clerk).update(ends_on=None)
    again = browser(act.who).post(act.address, act.sent)
    assert again.status_code == 302, "the form itself was in order"
    assert Case.objects.get(pk=act.case.pk).state == act.ends_in


def test_az_04_a_lost_role_opens_no_identity(cast: Cast, browser: Browser) -> None:
    case, client = cast.assigned(), browser("han")
    page, sent = f"/desk/case/{case.pk}/", {"seq": "1", "field": "phone", "purpose": "向信访人核实情况"}
    Post.objects.filter(staff=cast.staff["han"]).update(role="organ_admin")
    before = rows_of_everything()
    answer = client.post(f"{page}reveal/", sent)
    assert answer.status_code == 404 and XIN["phone"] not in answer.content.decode()
    assert rows_of_everything() == before
    Post.objects.filter(staff=cast.staff["han"]).update(role="handler")
    assert XIN["phone"] in client.post(f"{page}reveal/", sent).content.decode()


# --- AZ-07 to AZ-10 -------------------------------------------------------------------------------------------------


def test_az_07_old_bookmarks_downloads_and_forms_end_with_the_transfer(
    cast: Cast, browser: Browser, own_store: Path
) -> None:
    case, client = cast.referred(), browser("shi")
    bring(case, ("证明.pdf", samples.pdf()))
    case.refresh_from_db()
    base = f"/desk/case/{case.pk}/"
    papers = [
        f"papers/{seq}.pdf" for seq in Paper.objects.filter(case_id=case.pk).values_list("seq", flat=True)
    ]
    kept = [base + one for one in ("files/1/", "files/1/save/", *papers)]
    assert [client.get(one).status_code for one in kept] == [200] * len(kept), "worth a bookmark"
    assert telling(client, base)
    routing.take(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-21"))
    for one in kept:
        assert client.get(one).status_code == 404, one
    assert "看不到内容" in client.get(base).content.decode() and not telling(client, base)
    before = everything()
    for one in addresses():
        if "case_id" not in one.parts:
            continue
        path = one.path(case_id=case.pk)
        assert not telling(client, path), path
        sent = {"key": "a-key-of-an-old-form", "version": str(case.version), "seq": "1", "field": "phone"}
        answer = client.post(path, {**sent, "purpose": "核实情况"})
        assert answer.status_code in (404, 405, 409, 422), path
        assert not [word for word in WORDS if word.encode() in answer.content], path
    assert everything() == before


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("who", ["du", "dao"])
def test_az_08_a_supervisor_sees_progress_and_no_word(
    cast: Cast, browser: Browser, who: str, ordered: bool
) -> None:
    case, client = supervised(cast) if ordered else cast.drafted(), browser(who)
    page = client.get(f"/desk/case/{case.pk}/")
    assert page.status_code == 200 and "看不到内容" in page.content.decode()
    assert Look.objects.filter(case_id=case.pk).latest("seq").what == "progress"
    before = everything()
    for one in addresses():
        if "case_id" in one.parts:
            path = one.path(case_id=case.pk)
            assert not telling(client, path), path
    sent = {"seq": "1", "field": "phone", "purpose": "了解情况", "word": "辛"}
    for page_of_content in ("reveal/", "others/", "files/1/", "papers/1.pdf", "reissue-code/"):
        answer = client.post(f"/desk/case/{case.pk}/{page_of_content}", sent)
        assert answer.status_code in (404, 405), page_of_content
    assert everything() == before
    assert (
        not Look.objects.filter(case_id=case.pk, staff_id=cast.staff[who].pk)
        .exclude(what="progress")
        .exists()
    )


@pytest.mark.parametrize("roles", [("supervisor",), ("head", "intake", "window", "reviewer", "duty")])
def test_az_09_the_ministry_lists_no_county_case_and_no_identity(
    cast: Cast, browser: Browser, roles: tuple[str, ...]
) -> None:
    found = [cast.drafted(), cast.registered(), cast.filed(kind="report").case]
    alerting.alert(when=on("2026-08-01"))
    newcomer(cast, "bu", "ministry", *roles)
    client = browser("bu")
    for one in addresses():
        if one.route.startswith("/desk/") and "sign-out" not in one.route:
            for case in found:
                assert not telling(client, one.path(case_id=case.pk)), (one.route, case.kind)
    assert client.get("/desk/").context["rows"] == []
    status = 200 if "supervisor" in roles else 404
    statuses = [client.get(f"/desk/case/{case.pk}/").status_code for case in found]
    assert statuses == [status, status, 404]
    assert not Look.objects.filter(organ_id=cast.organs["ministry"].pk).exclude(what="progress").exists()


def test_az_10_a_mediator_opens_no_identity_searches_nobody_and_ends_with_the_post(
    cast: Cast, browser: Browser
) -> None:
    case, beside = cast.assigned(), cast.filed(organ="fucheng").case
    report = cast.filed(kind="report").case
    newcomer(cast, "qing", "anzhou", "mediator", ends_on=date(2026, 6, 1))
    client, base = browser("qing"), f"/desk/case/{case.pk}/"
    assert client.get(base).status_code == 200
    before = everything()
    sent = {"seq": "1", "field": "phone", "purpose": "约时间调解", "key": key(), "number": case.number}
    for path in (
        f"{base}reveal/",
        f"{base}others/",
        "/desk/openings/ask/",
        "/desk/requests/",
        "/desk/register/",
    ):
        answer = client.post(path, sent)
        assert answer.status_code == 404 and XIN["phone"].encode() not in answer.content, path
    for other in (beside, report):
        assert client.get(f"/desk/case/{other.pk}/").status_code == 404
        assert client.get("/desk/search/", {"number": other.number}).status_code == 404
    Post.objects.filter(staff=cast.staff["qing"]).update(ends_on=YESTERDAY)
    assert client.get(base)["Location"].startswith("/desk/sign-in")
    assert everything() == before


# --- AZ-11 ----------------------------------------------------------------------------------------------------------


def nobodys(case: Case) -> str:
    """Return a number of the same place and day that no case has."""
    number = numbers.item_number(region_code="510705", channel="online", day=case.received_on, count=987_654)
    assert not CaseNumber.objects.filter(number=number).exists()
    return number


def concealed(cast: Cast, way: str) -> Case:
    """Return a case that neither Fen nor Zhi of 安州区 may see."""
    if way == "another organ":
        return cast.filed(organ="mianyang").case
    if way == "a report":
        return cast.filed(kind="report").case
    return raised(cast, cast.assigned(), "费分办", "支值班")


@pytest.mark.parametrize(
    ("door", "way"),
    [
        (door, way)
        for door in ("merge", "in-progress", "final")
        for way in ("another organ", "a report", "behind a wall")
        if (door, way) != ("final", "another organ")
    ],
)
def test_az_11_no_link_is_made_to_what_one_cannot_see(
    cast: Cast, browser: Browser, door: str, way: str
) -> None:
    hidden = concealed(cast, way)
    act = merging(cast, browser, cast.registered()) if door == "merge" else PLACES[door](cast, browser)
    field = {"merge": "earlier", "in-progress": "number", "final": "paper_recheck_no"}[door]
    foreign = {"organ": "", "recheck_organ": ""}
    client, missing, before = browser(act.who), nobodys(hidden), everything()
    found, none = (
        told(client, act.address, {**act.sent, **foreign, field: one}, hidden.number, missing)
        for one in (hidden.number, missing)
    )
    assert found == none and found[0] == 409
    assert everything() == before and not Link.objects.exists()
    assert not Look.objects.filter(case_id=hidden.pk).exists()


@pytest.mark.parametrize("way", ["another organ", "a report", "behind a wall"])
@pytest.mark.parametrize("door", ["requests", "openings/ask", "search"])
def test_az_11_a_number_one_cannot_see_is_like_none(
    cast: Cast, browser: Browser, door: str, way: str
) -> None:
    hidden, who = concealed(cast, way), "zhi" if "openings" in door else "fen"
    missing, client, before = nobodys(hidden), browser(who), rows_of_everything()
    wanted = {"why": "life", "reason": "有危险", "fields": "phone", "decider": "5"}
    days = {f"{name}_day": "1" for name in ("received_on", "postmark")}
    asked = {**REQUEST, **days, **wanted, "key": key()}
    found, none = (
        told(client, f"/desk/{door}/", {**asked, "number": one}, hidden.number, missing)
        if door != "search"
        else plain(client.get("/desk/search/", {"number": one}), one)
        for one in (hidden.number, missing)
    )
    assert found == none and found[0] == 404
    assert rows_of_everything() == before
