"""AZ: who gets what at each address, generated and compared with the page that is checked in; and tricks around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client

from tests.cast import Cast
from tests.security import access
from tests.security.access import NOBODY, Stage
from tests.security.addresses import addresses
from tests.security.conftest import Browser

PAGE = Path(__file__).parents[2] / "docs/reference/access.md"
OUTSIDE = ("机构管理", "审计", "系统管理")
"""Roles that read no case: they run the system, give rights, and audit."""


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return access.build(cast)


def test_az_01_every_address_answers_as_the_page_says(stage: Stage) -> None:
    found = access.tables(stage)
    cells = {
        (route, label): cell
        for rows in found.values()
        for route, row in rows.items()
        for label, cell in row.items()
    }
    assert not [where for where, cell in cells.items() if "500" in cell]
    *_, own, other = found.values()
    for route, row in own.items():
        opened = [
            label
            for label in (NOBODY, *OUTSIDE)
            if not set(row[label].split("·")) <= {"302", "403", "404", "405"}
        ]
        assert not opened, (route, opened)
        assert all("200" not in row[label] for label in (NOBODY, *OUTSIDE)), route
    for route, row in other.items():
        for label in ("别的机构", "上级负责人", "检举件·分派", "检举件·负责人", "检举件·上级督查"):
            assert set(row[label].split("·")) <= {"404", "405"}, (route, label, row[label])
    text = access.written(found)
    if os.environ.get("LIANXIN_WRITE_ACCESS"):
        PAGE.write_text(text, encoding="utf-8")
    assert text == PAGE.read_text(encoding="utf-8"), (
        "look at the difference, then LIANXIN_WRITE_ACCESS=1 pytest …"
    )


def test_az_02_what_one_officer_received_is_nothing_to_another(cast: Cast, browser: Browser) -> None:
    import re

    case = cast.served()
    pages = {"/desk/", f"/desk/case/{case.pk}/"}
    seen: set[str] = set()
    client = browser("tou")
    while pages - seen:
        page = sorted(pages - seen)[0]
        seen.add(page)
        answer = client.get(page)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found = re.findall(r'(?:href|action)="(/desk/case/[^"?#]+)', answer.content.decode())
            pages |= set(found)
    links = sorted(link for link in seen if link != "/desk/")
    assert len(links) > 5, links
    wai, nobody = browser("wai"), Client()
    for link in links:
        for method in ("get", "post", "put", "delete", "patch"):
            assert getattr(wai, method)(link).status_code in (404, 405), (method, link)
            assert getattr(nobody, method)(link).status_code in (302, 403, 405), (method, link)


def test_az_03_an_organ_without_cases_sees_neither_rows_nor_counts(cast: Cast, browser: Browser) -> None:
    for _ in range(3):
        cast.assigned()
    number = cast.registered().number
    client = browser("wai")
    page = client.get("/desk/")
    assert page.context["rows"] == [] and {one["count"] for one in page.context["counters"]} == {"0"}
    for query in ("?state=handling", "?shelf=nobody", "?mine=on", "?after=2020-01-01.1"):
        assert client.get("/desk/" + query).context["rows"] == []
    assert client.get("/desk/search/", {"number": number}).status_code == 404
    assert number not in client.get("/desk/alerts/").content.decode()


def test_az_05_a_fragment_header_opens_nothing(cast: Cast, browser: Browser) -> None:
    case = cast.assigned()
    for name, status in (("wai", 404), ("han", 200)):
        answer = browser(name).get(f"/desk/case/{case.pk}/", headers={"hx-request": "true"})
        assert answer.status_code == status
    assert Client().get(f"/desk/case/{case.pk}/", headers={"hx-request": "true"}).status_code == 302


def test_az_06_the_organ_comes_from_the_session(cast: Cast, browser: Browser) -> None:
    case, client = cast.assigned(), browser("wai")
    client.cookies["organ"] = "4"
    page = f"/desk/case/{case.pk}/"
    for more in ({"organ": "4"}, {"holder": "4"}, {"at_organ": "4"}):
        assert client.get(page, more, headers={"x-organ": "4"}).status_code == 404
        assert client.post(f"{page}accept/", more).status_code == 404
    client.post("/desk/switch-organ", {"organ": "4"})
    assert client.get(page).status_code == 404


OVERRIDES = (
    "x-http-method-override",
    "x-method-override",
    "x-http-method",
    "x-original-url",
    "x-rewrite-url",
)


def test_az_17_method_and_path_tricks_are_the_plain_request(cast: Cast, browser: Browser) -> None:
    case, client = cast.assigned(), browser("ran")
    page = f"/desk/case/{case.pk}/"
    for header in OVERRIDES:
        answer = client.get("/help/", headers={header: "POST" if "method" in header else page})
        assert answer.status_code == 200 and case.number not in answer.content.decode()
        assert client.post("/help/", {"_method": "GET"}, headers={header: "GET"}).status_code == 405
    for trick in (
        f"{page}.json",
        f"//desk/case/{case.pk}/",
        f"/desk/./case/{case.pk}/x.css",
        f"/DESK/case/{case.pk}/",
    ):
        assert client.get(trick).status_code == 404, trick
    assert client.get(f"/desk/case/{case.pk}").status_code in (301, 404)
    head = client.head(page)
    assert head.content == b"" and head.status_code == client.get(page).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW"])
def test_az_17_unknown_methods_are_refused_everywhere(cast: Cast, browser: Browser, method: str) -> None:
    signed = browser("ran")
    for one in addresses():
        status = signed.generic(method, one.path()).status_code
        assert status in (404, 405), (one.route, status)


def test_az_17_options_shows_nothing(cast: Cast, browser: Browser) -> None:
    case, client = cast.assigned(), browser("ran")
    for one in addresses():
        answer = client.options(one.path(case_id=case.pk))
        assert answer.status_code in (404, 405) and case.number.encode() not in answer.content, one.route
