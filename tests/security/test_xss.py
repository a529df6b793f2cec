"""XSS: payloads in every field of every form and in every stored text come out as text, on every page that prints them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from lianxin.cases.models import Case
from lianxin.cases.services import handling, intake
from lianxin.ledger.ids import new_id
from lianxin.organs.models import Organ, Staff
from tests.cast import Cast, key, on
from tests.security.addresses import addresses
from tests.security.conftest import Browser
from tests.security.forms import pages
from tests.web.public.walking import new_code, show

MARK = "xq7"
PAYLOADS = (
    f"<script>alert('{MARK}')</script>",
    f'"><img src={MARK} onerror=alert(1)>',
    f"' autofocus onfocus=alert('{MARK}') x='",
    f"＜script＞alert('{MARK}')＜/script＞",
    f"﹤img src=x onerror=alert('{MARK}')﹥",
    f"</textarea></title><svg/onload=alert('{MARK}')>",
    f"{{{{7*7}}}}{MARK}{{% load x %}}${{7*7}}#{{7*7}}",
    f"javascript:alert('{MARK}')",
    f"<a hx-get=/ hx-on:click=alert('{MARK}') data-hx-vals='js:1'>",
    f"\u202e{MARK}\u2066<b>",
)
ONE = "".join(PAYLOADS[:4]) + PAYLOADS[6]


class Reader(HTMLParser):
    """Reads a page as a browser does and collects what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice scripts without a source, handlers, htmx words, odd addresses, and tags no page of ours has."""
        given = dict(attrs)
        if tag == "script" and not given.get("src"):
            self.live.append(f"<{tag}>")
        if tag in ("b", "iframe", "object", "embed") or (tag == "img" and given.get("src") == MARK):
            self.live.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith(("on", "hx-", "data-hx-")) or name in ("style", "autofocus", "srcdoc"):
                self.live.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|vbscript|data:text)", value or ""
            ):
                self.live.append(f"{tag} {name}={value}")


def clean(page: str) -> None:
    """Fail when a payload came out as anything but text."""
    reader = Reader()
    reader.feed(page)
    assert not reader.live, reader.live
    assert "49" + MARK not in page, "a template was carried out"


@pytest.mark.parametrize(
    "payload", [one for one in PAYLOADS if not one.startswith(("＜", "﹤", "{", "javascript"))]
)
def test_the_reader_would_notice(payload: str) -> None:
    for raw in (f"<p>{payload}</p>", f'<input value="{payload}">', f"<input value='{payload}'>"):
        try:
            clean(raw)
        except AssertionError:
            return
    pytest.fail(f"{payload} was not noticed")


def test_xss_01_07_every_field_of_every_form_comes_back_as_text(cast: Cast, browser: Browser) -> None:
    tried = fields = 0
    for page in pages(cast, browser):
        answer = page.send(ONE)
        assert answer.status_code < 500, page.path
        if answer.status_code == 302:
            answer = page.client.get(answer.headers["Location"])
        clean(answer.content.decode())
        tried, fields = tried + 1, fields + len(page.names)
    assert tried > 50 and fields > 250, (tried, fields)


@pytest.fixture
def poisoned(cast: Cast) -> Case:
    """Return a case with payloads in every stored text, of petitioner, officers, organs and places."""
    whole = "".join(PAYLOADS)
    petition = cast.petition(
        body=whole * 2,
        ask=ONE,
        claims=(PAYLOADS[0], PAYLOADS[1]),
        identity={"name": "<u onclick=1>辛", "phone": "13900000001", "address": "花荄镇<u onclick=2>文胜路"},
    )
    case = intake.file(petition, case_id=new_id(), when=on("2026-05-06")).case
    case = intake.register(
        cast.load("ran", case), actor=cast.actor("ran"), key=key(), when=on("2026-05-07"), kind="claim",
        category="0101", subroute="31.6", summary=PAYLOADS[0] + PAYLOADS[6],
    )  # fmt: skip
    Staff.objects.update(name="<script>alert('xq7')")
    Organ.objects.update(
        name="<img src=xq7 onerror=alert(1)>", short_name="<img src=xq7>", phone="<b>1", hours="<b>2"
    )
    for name in cast.staff:
        cast.staff[name].refresh_from_db()
    case = handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on("2026-05-08"),
        approver=cast.staff["tou"],
    )
    case = handling.assign(
        cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
        when=on("2026-05-09"),
    )  # fmt: skip
    findings = [
        handling.Finding(n, whole, "support", ONE, ONE[:200], PAYLOADS[1], on("2026-07-01").on)
        for n in (1, 2)
    ]
    return handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=findings, heard=True, verified=True, key=key(),
        when=on("2026-05-20"),
    )  # fmt: skip


def test_xss_01_02_stored_texts_come_out_as_text_on_every_page(
    cast: Cast, browser: Browser, poisoned: Case
) -> None:
    shown = 0
    for name in ("han", "tou", "guan"):
        client = browser(name)
        for one in addresses():
            if one.name in ("desk:sign_out",):
                continue
            answer = client.get(one.path(case_id=poisoned.pk))
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                page = answer.content.decode()
                clean(page)
                shown += MARK in page
    assert shown > 30, shown


def test_xss_01_the_petitioners_pages_print_texts_as_text(cast: Cast, poisoned: Case) -> None:
    client = Client()
    show(client, cast, poisoned, new_code(poisoned))
    for path in ("case", "dates", "withdraw", "material"):
        page = client.get(f"/follow/{path}/").content.decode()
        clean(page)
    assert MARK in client.get("/follow/case/").content.decode()


def test_xss_02_full_width_signs_are_kept_as_they_are_or_folded_and_escaped(
    cast: Cast, poisoned: Case
) -> None:
    client = Client()
    show(client, cast, poisoned, new_code(poisoned))
    page = client.get("/follow/case/").content.decode()
    assert "＜script＞alert" in page or "&lt;script&gt;alert" in page
    clean(page)


PATHS: tuple[Callable[[str], str], ...] = (
    lambda text: f"/{text}",
    lambda text: f"/desk/{text}",
    lambda text: f"/file/{text}/",
    lambda text: f"/desk/?state={text}&shelf={text}&after={text}&done={text}&channel={text}",
    lambda text: f"/desk/search/?number={text}",
    lambda text: f"/desk/sign-in?next={text}",
    lambda text: f"/handed/{text}/",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_xss_07_paths_and_queries_come_back_as_text(cast: Cast, browser: Browser, payload: str) -> None:
    from urllib.parse import quote

    client = browser("ran")
    for path in PATHS:
        for browser_ in (client, Client()):
            answer = browser_.get(path(quote(payload, safe="")))
            assert answer.status_code in (200, 302, 404, 422)
            clean(answer.content.decode())


def test_xss_08_pages_hold_no_place_where_a_script_reads_the_address() -> None:
    from pathlib import Path

    own = Path(__file__).parents[2] / "lianxin/web/static/lx"
    for file in own.rglob("*.js"):
        text = file.read_text(encoding="utf-8")
        found = re.findall(
            r"location\.hash|innerHTML|outerHTML|document\.write|eval\(|new Function|onmessage", text
        )
        assert not found, (file, found)
