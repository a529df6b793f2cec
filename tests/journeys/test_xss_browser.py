"""XSS in Chromium: payloads in every stored text are read back by everybody, with the page's own policy out of the way, and
nothing runs; the policy itself stops what would be injected; no page asks anybody else for anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, Route

from tests.cast import PASSWORD
from tests.journeys.conftest import ROOT, environment, free_port
from tests.security.payloads import TEMPLATES, payload

HOOK = """
window.fired = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = what => { window.fired.push(String(what)); };
document.addEventListener("securitypolicyviolation", event => (window.stopped ??= []).push(event.violatedDirective));
"""
LIVE = """() => [...document.querySelectorAll("*")].flatMap(one => [...one.attributes].filter(given =>
    /^(on|hx-|data-hx-)/.test(given.name) || given.name === "srcdoc"
    || (["href", "src", "action", "formaction", "data"].includes(given.name)
        && /^\\s*(javascript|vbscript|data:text)/i.test(given.value))
).map(given => `${one.tagName} ${given.name}=${given.value}`))
.concat([...document.scripts].filter(one => !one.src && one.type !== "application/json").map(one => one.outerHTML))"""
OFFICERS = ("ran", "fen", "han", "tou", "guan")
PUBLIC = ("case", "dates", "withdraw", "material", "review", "evaluate", "accept")
FILING = ("story", "claims", "material", "kind", "county", "organ", "who", "contact", "avoid", "check")
MANAGED = tuple(
    f"manage/{path}"
    for path in ("", "organs/4/", "organs/4/add/", "organs/4/move/", "staff/", "staff/3/", "staff/3/access/")
)
EVERYBODY = ("", "alerts/", "account/", "search/", "register/")
SKIPPED = re.compile(r"\.pdf|/save/|/original/|sign-out|/receipt")


@dataclass
class Poisoned:
    """A server whose texts are payloads, and what opens them."""

    site: str
    cases: list[tuple[int, str, str]]
    draft: str


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    """Yield such a server."""
    folder: Path = tmp_path_factory.mktemp("poisoned")
    env, port = environment(folder), free_port()
    subprocess.run([sys.executable, "-m", "tests.journeys.stage"], cwd=ROOT, env=env, check=True)
    written = subprocess.run(
        [sys.executable, "-m", "tests.journeys.poison"],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    command = [sys.executable, "-m", "lianxin.config.cli", "start", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{site}/healthz", timeout=2)  # noqa: S310 - our own server
                break
            except OSError:
                time.sleep(0.1)
        yield Poisoned(site, **json.loads(written.stdout))
    finally:
        server.terminate()
        server.wait(20)


@dataclass
class Reader:
    """One browser window that notices every script of others, and every request that leaves the site."""

    context: BrowserContext
    site: str
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    seen: int = 0
    marked: int = 0

    def __post_init__(self) -> None:
        self.context.add_init_script(HOOK)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:", "about:")):
            self.foreign.append(request.url)

    def fired(self) -> list[str]:
        """Return what has run on the page, in the window and in its frames."""
        ran: list[str] = self.page.evaluate("window.fired")
        return [*ran, *self.dialogs]

    def read(self, path: str) -> None:
        """Open a page and look at it; fail when anything ran or could run."""
        answer = self.page.goto(self.site + path, wait_until="load")
        assert answer is not None
        kind = answer.headers.get("content-type", "")
        if not kind.startswith("text/html"):
            return
        self.page.wait_for_timeout(30)
        assert answer.status in (200, 403, 404, 409, 422), (path, answer.status)
        assert not self.fired(), (path, self.fired())
        live = self.page.evaluate(LIVE)
        assert not live, (path, live)
        assert not self.foreign, (path, self.foreign)
        self.seen += 1
        self.marked += "alert(" in self.page.content()


@pytest.fixture
def reader(browser: Browser, poisoned: Poisoned) -> Iterator[Reader]:
    """Yield a window in which no policy of the site stops a script: what does not run was written as text."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, locale="zh-CN")
    yield Reader(context, poisoned.site)
    context.close()


FRAMES = ("<p>{}</p>", '<input value="{}">', "<a id=go href='{}'>x</a>")
"""Where a page that escapes nothing might print a text."""


def test_xss_01_the_hook_notices_each_way_that_works_in_this_browser(reader: Reader) -> None:
    pages = [frame.format(payload(kind, kind)) for frame in FRAMES for kind in range(len(TEMPLATES))]
    whole = "<!doctype html><title>x</title>" + "".join(
        f'<iframe srcdoc="{escape(one)}"></iframe>' for one in pages
    )
    reader.page.route(
        "**/vulnerable", lambda route: route.fulfill(body=whole, content_type="text/html; charset=utf-8")
    )
    reader.page.goto(f"{reader.site}/vulnerable")
    fired = set()
    for frame in reader.page.frames:
        if frame.parent_frame == reader.page.main_frame:
            frame.evaluate("document.getElementById('go')?.click()")
    reader.page.wait_for_timeout(500)
    for frame in reader.page.frames:
        fired |= set(frame.evaluate("window.fired ?? []"))
    assert len(fired) >= 25, sorted(fired)


@pytest.mark.parametrize("name", OFFICERS)
def test_xss_01_02_03_04_05_officers_read_every_text_as_text(
    reader: Reader, poisoned: Poisoned, name: str
) -> None:
    reader.page.goto(f"{poisoned.site}/desk/sign-in")
    reader.page.fill('[name="username"]', name)
    reader.page.fill('[name="password"]', PASSWORD)
    reader.page.locator("main form").first.locator('button[type="submit"], button:not([type])').first.click()
    reader.page.wait_for_url("**/desk/")
    known: set[str] = set()
    pages = [f"/desk/{path}" for path in (*EVERYBODY, *(MANAGED if name == "guan" else ()))]
    for case_id, _, _ in poisoned.cases:
        base = f"/desk/case/{case_id}/"
        reader.read(base)
        links = reader.page.eval_on_selector_all(
            "main a[href]", "all => all.map(one => one.getAttribute('href'))"
        )
        acts = {
            one.removeprefix(base): one for one in links if one.startswith(base) and not SKIPPED.search(one)
        }
        pages += [one for act, one in acts.items() if act not in known]
        known |= acts.keys()
    for path in dict.fromkeys(pages):
        reader.read(path)
    assert reader.seen > 9 and reader.marked > (1 if name == "guan" else 3), "the payloads stand on the pages"


def test_xss_01_02_03_04_05_petitioners_read_every_text_as_text(reader: Reader, poisoned: Poisoned) -> None:
    for _, number, code in poisoned.cases:
        reader.page.goto(f"{poisoned.site}/follow/")
        reader.page.fill('[name="number"]', number)
        reader.page.fill('[name="code"]', code)
        reader.page.locator("main form").first.locator(
            'button[type="submit"], button:not([type])'
        ).first.click()
        reader.page.wait_for_url("**/follow/case/")
        for path in PUBLIC:
            reader.read(f"/follow/{path}/")
    reader.context.add_cookies([{"name": "lx_draft", "value": poisoned.draft, "url": poisoned.site}])
    for name in FILING:
        reader.read(f"/file/{name}/")
    assert reader.seen > 40 and reader.marked > 15, (reader.seen, reader.marked)


def test_priv_10_no_page_asks_anybody_else(browser: Browser, poisoned: Poisoned) -> None:
    context = browser.new_context(locale="zh-CN")
    window = Reader(context, poisoned.site)
    for path in ("/", "/help/", "/file/", "/follow/", "/desk/sign-in", "/nowhere/"):
        window.page.goto(poisoned.site + path, wait_until="networkidle")
        assert not window.foreign, (path, window.foreign)
    window.page.evaluate("fetch('http://127.0.0.2:9/x').catch(() => 0)")
    window.page.wait_for_timeout(100)
    assert window.page.evaluate("window.stopped") == ["connect-src"], (
        "a request to others is stopped by the page's policy"
    )
    context.close()


def injected(html: str) -> str:
    """Return a page into which somebody on the way has put scripts of four kinds."""
    evil = (
        "<script>alert(1)</script><img src=x onerror=alert(2)><a id=evil href='javascript:alert(3)'>x</a>"
        "<script src='data:text/javascript,alert(4)'></script>"
    )
    return html.replace("</main>", f"{evil}</main>", 1)


@pytest.mark.parametrize("path", ["/", "/follow/", "/desk/sign-in"])
@pytest.mark.parametrize("strict", [True, False])
def test_xss_06_the_policy_stops_an_injected_script(
    browser: Browser, poisoned: Poisoned, path: str, strict: bool
) -> None:
    context = browser.new_context(bypass_csp=not strict)
    window = Reader(context, poisoned.site)
    policies: list[str] = []

    def inject(route: Route) -> None:
        answer = route.fetch()
        policies.append(answer.headers.get("content-security-policy", ""))
        route.fulfill(response=answer, body=injected(answer.text()))

    window.page.route(f"{poisoned.site}{path}", inject)
    window.page.goto(poisoned.site + path)
    window.page.evaluate("document.getElementById('evil').click()")
    window.page.wait_for_timeout(100)
    if strict:
        assert window.fired() == [] and len(window.page.evaluate("window.stopped")) >= 3
        assert policies and "unsafe" not in policies[0] and "script-src 'self'" in policies[0]
    else:
        assert {"1", "2", "3", "4"} <= set(window.fired()), "without the policy each of them runs"
    context.close()
