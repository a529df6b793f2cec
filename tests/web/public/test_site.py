"""Home, help, and the small things a browser or a monitor asks for."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.procedure.book import load_book
from tests.web.public.walking import at_most

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/", "/help/", "/file/", "/follow/", "/file/done/", "/robots.txt", "/healthz"]
)
def test_it_works_without_a_statement(client: Client, path: str) -> None:
    with at_most(0):
        response = client.get(path)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/help/", "/robots.txt", "/healthz", "/file/receipt/", "/follow/case/"]
)
def test_it_rejects_posts(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_limits_come_from_the_rulebook(client: Client) -> None:
    clocks = load_book("national_2022").clocks
    home = client.get("/").content.decode()
    for clock in ("REG_NOTICE", "HANDLE", "REVIEW_WIN"):
        assert f"{clocks[clock].length} 日内" in home
    page = client.get("/help/").content.decode()
    assert page.count("信访工作条例 第") >= 8


def test_health_says_ok_and_nothing_else(client: Client) -> None:
    response = client.get("/healthz")
    assert response.content == b"ok\n"
    assert response["Content-Type"].startswith("text/plain")


def test_robots_keep_out_of_forms_and_desk(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /file/" in text
    assert "Disallow: /follow/" in text
    assert "Disallow: /desk/" in text


def test_favicon_leads_to_the_mark(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 301
    assert response["Location"].endswith("favicon.svg")


def test_large_print_is_remembered_and_leads_back(client: Client) -> None:
    response = client.post("/print-size/", {"large_print": "on", "next": "/help/"})
    assert response["Location"] == "/help/"
    assert "lx-page--large" in client.get("/help/").content.decode()
    client.post("/print-size/", {"large_print": "off", "next": "/help/"})
    assert "lx-page--large" not in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    "onward", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_large_print_leads_nowhere_else(client: Client, onward: str) -> None:
    assert client.post("/print-size/", {"large_print": "on", "next": onward})["Location"] == "/"


def test_language_is_switched_by_post(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/").content.decode()


def test_unknown_address_says_so_kindly(client: Client) -> None:
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "12345" in response.content.decode()


def test_far_too_large_a_form_is_told_in_words(client: Client) -> None:
    response = client.post("/file/story/", {"story": "长" * 500_000})
    assert response.status_code == 400
    assert "改短以后再提交" in response.content.decode()
