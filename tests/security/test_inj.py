"""INJ and MASS-07: letters that mean something to a database, a template, a header or a log mean nothing here."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from tests.security.addresses import addresses, rows_of_everything
from tests.security.conftest import Browser
from tests.security.forms import pages
from tests.web.desk.rounds import FOREIGN
from tests.web.public.walking import new_code, show

ROOT = Path(__file__).parents[2]
VALUES = (
    "' OR '1'='1' --",
    '"; DROP TABLE cases_case; --',
    "1 UNION SELECT 1,2,3%00\\'\\\"%s%(a)s{0}",
    "a\x00b",
    "１２",
    "-1",
    "9223372036854775808",
    "1e400",
    "NaN",
    "２０２６年２月３０日",
    "𠮷\U0010ffff\ufeff\u2028\u202e",
    "x\r\nSet-Cookie: evil=1\r\n\r\n<html>",
    "x" * 10_000,
)
"""What stands in the fields, each in another at every turn."""


def test_inj_01_05_mass_07_no_field_of_any_form_breaks_anything(cast: Cast, browser: Browser) -> None:
    tried = 0
    for page in pages(cast, browser):
        tables = set(connection.introspection.table_names())
        for turn in range(0, len(VALUES), 3):
            value = f"turn {turn}"
            names = [name for name in page.names if name not in page.hidden]
            given = {name: VALUES[(n + turn) % len(VALUES)] for n, name in enumerate(names)}
            answer = page.client.post(page.path, {**page.hidden, **given})
            assert answer.status_code in (200, 302, 400, 403, 404, 405, 409, 422, 429), (page.path, value)
            assert "evil" not in str(answer.headers) and "evil" not in answer.cookies
        doubled = {name: ["1", "2"] for name in page.names}
        assert page.client.post(page.path, doubled).status_code < 500
        assert page.client.post(page.path, {f"{name}[]": "1" for name in page.names}).status_code < 500
        broken, kind = b"\xff\xfe=\xed\xa0\x80&a=%ED%A0%80", "application/x-www-form-urlencoded"
        assert page.client.post(page.path, broken, content_type=kind).status_code < 500
        assert set(connection.introspection.table_names()) == tables
        tried += 1
    assert tried > 50, tried


def test_mass_01_fields_nobody_asked_for_change_no_row(cast: Cast, browser: Browser) -> None:
    before = None
    for page in pages(cast, browser):
        before = rows_of_everything()
        unasked = {name: value for name, value in FOREIGN.items() if name not in page.names}
        if re.search(r"/(switch|end|sessions|second|prove|password)", page.path):
            continue
        page.client.post(page.path, unasked)
        if page.path.startswith("/file/"):
            continue
        after = rows_of_everything()
        changed = {name for name in after if after[name] != before[name]} - {
            "ledger.Look",
            "petitioners.Draft",
        }
        assert not changed, (page.path, changed)
    assert before


QUERIES = (
    "state", "shelf", "channel", "kind", "mine", "after", "done", "number", "next", "order_by", "page", "q", "sort",
    "petitioner__id_number__startswith", "text__body__contains", "holder__path", "-identity__name", "case_id__in",
)  # fmt: skip


@pytest.mark.parametrize(
    "value", [*VALUES[:-1], "2026-01-01.9223372036854775807", "0001-01-01.1", "9999-12-31.0"]
)
def test_inj_02_no_parameter_of_any_address_breaks_or_opens_anything(
    cast: Cast, browser: Browser, value: str
) -> None:
    case, client = cast.served(), browser("wai")
    follower = Client()
    show(follower, cast, case, new_code(case))
    plain = client.get("/desk/").context["rows"]
    for path in ("/desk/", "/desk/search/", "/desk/alerts/", "/desk/sign-in", f"/desk/case/{case.pk}/"):
        answer = client.get(path, dict.fromkeys(QUERIES, value))
        assert answer.status_code in (200, 404, 422), path
    assert client.get("/desk/", dict.fromkeys(QUERIES, value)).context["rows"] == plain == []
    for path in ("/", "/help/", "/file/", "/follow/", "/follow/case/", "/follow/review/"):
        assert follower.get(path, dict.fromkeys(QUERIES, value)).status_code in (200, 302)


@pytest.mark.parametrize("part", ["0", "9223372036854775807", "9223372036854775808", "9" * 60])
def test_mass_07_numbers_in_addresses_beyond_what_a_table_holds(
    cast: Cast, browser: Browser, part: str
) -> None:
    signed = [browser("ran"), browser("guan"), Client()]
    for one in addresses():
        numbers = [name for name in one.parts if name.endswith("_id") or name == "seq"]
        if numbers:
            for client in signed:
                for method in ("get", "post"):
                    status = getattr(client, method)(one.path(**dict.fromkeys(numbers, part))).status_code
                    assert status in (302, 403, 404, 405), (one.route, method, status)


COOKIES = ("lx_session", "lx_draft", "lx_follow", "lx_device", "lx_csrf", "lx_language", "lx_print")
BROKEN = (
    "",
    "1.x",
    "9" * 40 + ".x",
    "१.x",
    "a:b:c",
    "x" * 4000,
    "'; DROP",
    "\udcff",
    "%00",
    "e30:1:2",
    "null",
    "[]",
)


@pytest.mark.parametrize("value", BROKEN)
def test_inj_12_broken_cookies_are_no_cookies(cast: Cast, value: str) -> None:
    for name in COOKIES:
        client = Client()
        written = value.encode("utf-8", "surrogateescape").decode("latin-1")
        for one in addresses():
            answer = client.get(one.path(), HTTP_COOKIE=f"{name}={written}")
            assert answer.status_code in (200, 301, 302, 404, 405), (name, one.route)


def test_inj_12_sessions_are_json_never_pickles(settings: object) -> None:
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")  # type: ignore[attr-defined]
    code = [file.read_text(encoding="utf-8") for file in (ROOT / "lianxin").rglob("*.py")]
    assert not [text for text in code if re.search(r"\bimport (pickle|marshal|shelve)|yaml\.load\(", text)]


def test_inj_03_template_words_are_printed_as_they_are(cast: Cast) -> None:
    client = Client()
    client.post("/file/")
    words = (
        "{{ 7|add:7 }} {% load static %} ${7*7} #{7*7} %(n)s {0.__class__} 外婆的低保金停发了三个月。（虚构）"
    )
    assert client.post("/file/story/", {"story": words}).status_code == 302
    page = client.get("/file/story/").content.decode()
    for word in ("{{ 7|add:7 }}", "{% load static %}", "${7*7}", "#{7*7}", "%(n)s", "{0.__class__}"):
        assert word in page


def test_inj_06_nothing_of_ours_goes_through_a_shell() -> None:
    for file in (ROOT / "lianxin").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"shell=True|os\.system|os\.popen|subprocess\.getoutput|\beval\(|\bexec\(", text
        ), file


def test_inj_07_no_table_of_ours_is_written_from_what_petitioners_typed() -> None:
    """No export of cases exists; the one writer of CSV writes back the operator's own import with its errors, on disk."""
    writers = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "lianxin").rglob("*.py")
        if re.search(
            r"csv\.(writer|DictWriter)|Workbook\(|text/csv.*content_type|to_csv",
            file.read_text(encoding="utf-8"),
        )
    ]
    assert writers == ["lianxin/adapters/tables.py"], "a new export needs its cells made harmless (INJ-07)"


HEADERS = ("user-agent", "referer", "accept-language", "x-forwarded-for", "origin", "hx-current-url")


@pytest.mark.parametrize("value", ["a\x1b[31mb", "%s%n%(x)s", "a" * 7000, "\u202eevil", "a\tb"])
def test_inj_09_headers_reach_no_page_and_no_log_raw(cast: Cast, value: str) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logging.getLogger().addHandler(handler)
    try:
        for header in HEADERS:
            raw = value.encode().decode("latin-1")
            for path in ("/", "/desk/", "/nowhere/" + quote(value[:50]), "/follow/"):
                answer = Client().get(path, headers={header: raw})
                assert answer.status_code in (200, 302, 404)
                assert "\x1b" not in answer.content.decode()
    finally:
        logging.getLogger().removeHandler(handler)
    lines = out.getvalue().splitlines()
    assert all(len(line) < 500 and "\x1b" not in line and "\u202e" not in line for line in lines), lines[:3]


@pytest.mark.parametrize(
    "path", ["/%0aWARNING%20forged", "/%0d%0aX:%201", "/%1b[31m", "/a%00b", "/%E2%80%AEx"]
)
def test_inj_09_a_path_is_one_line_in_the_log(path: str) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    log = logging.getLogger("django.request")
    log.addHandler(handler)
    try:
        assert Client().get(path).status_code == 404
    finally:
        log.removeHandler(handler)
    written = out.getvalue().rstrip("\n")
    assert written and not re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", written), repr(written)


def test_inj_10_xml_and_json_from_outside_go_through_the_careful_readers() -> None:
    for file in (ROOT / "lianxin").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        harmless = re.sub(
            r"from xml\.(sax\.saxutils|etree\.ElementTree) import (escape|Element|ParseError)\b", "", text
        )
        assert not re.search(r"^\s*(import|from) (xml\b|lxml)", harmless, re.M), file


OUTGOING = re.compile(
    r"urlopen|urllib\.request|http\.client|\brequests\.|httpx|aiohttp|smtplib|ftplib"
    r"|create_connection|socket\.socket\(|boto3\.client|asyncio\.open_connection|pycurl|urllib3|PyJWKClient"
)
KNOWN = {
    "lianxin/files/scanner.py": "the virus scanner of the settings",
    "lianxin/files/store.py": "the S3 service of the settings",
    "lianxin/config/commands/serving.py": "asks whether the own port is free",
    "lianxin/outgoing/calls.py": "the one door for HTTP calls: hosts of the settings, checked addresses, limits (test_ssrf.py)",
}
"""Where a connection is opened, and to whom: each goal comes from the operator's settings, none from what somebody typed."""


def test_ssrf_01_nothing_calls_out_but_to_addresses_of_the_settings() -> None:
    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "lianxin").rglob("*.py")
        if OUTGOING.search(file.read_text(encoding="utf-8"))
    }
    assert found == set(KNOWN), "a new outgoing call goes through lianxin.outgoing.calls (SSRF-01 to 04)"


def test_mass_06_no_name_of_a_field_or_a_method_comes_from_a_request() -> None:
    for file in (ROOT / "lianxin/web").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"[gs]etattr\([^)\"]*(POST|GET|cleaned_data)|\*\*request\.|ModelForm", text), (
            file
        )
