"""A person at a browser: fills forms by their labels and notices what a person might not."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}


class Visitor:
    """One browser window with its own cookies. Console errors and foreign requests are collected and fail at the end."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        width: int,
        javascript: bool = True,
        locale: str = "zh-CN",
        also: tuple[str, ...] = (),
    ) -> None:
        self.site, self.complaints = site, []  # type: tuple[str, list[str]]
        self.own = (site, "data:", "blob:", *also)
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript, locale=locale
        )
        self.context.set_default_timeout(8000)
        self.javascript = javascript
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._request)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if kind is None:
            assert not self.complaints, self.complaints

    def _console(self, message: ConsoleMessage) -> None:
        expected = re.search(r"status of (409|422)", message.text)
        if message.type == "error" and not expected:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self.own):
            self.complaints.append(f"foreign request {request.url}")

    def go(self, path: str) -> None:
        """Open a page of the site and look at it."""
        self.page.goto(self.site + path)
        self.look()

    def fill(self, **values: str) -> None:
        """Type into fields by name; a radio or a select takes its value, a checkbox "on"."""
        for name, value in values.items():
            fields = self.page.locator(f'[name="{name}"]')
            first = fields.first
            kind = (
                first.evaluate("e => e.type || e.tagName.toLowerCase()") if self.javascript else _kind(first)
            )
            if kind in {"radio", "checkbox"}:
                self.page.locator(
                    f'[name="{name}"][value="{value}"]' if kind == "radio" else f'[name="{name}"]'
                ).first.check(force=True)
            elif kind.startswith("select"):
                first.select_option(value)
            else:
                first.fill(value)

    def send(self, path: str = "") -> None:
        """Send the form of the main part (the one that leads to `path`, where given) and look at what comes."""
        form = self.page.locator(f'main form[action*="{path}"]' if path else "main form").first
        form.locator('button[type="submit"], button:not([type])').first.click()
        self.page.wait_for_load_state()
        self.look()

    def press(self, words: str) -> None:
        """Press a link or button by its words."""
        target = self.page.get_by_role("link", name=words).or_(self.page.get_by_role("button", name=words))
        target.first.click()
        self.page.wait_for_load_state()
        self.look()

    def sees(self, *words: str) -> None:
        """Fail unless the page shows each of the words."""
        text = self.page.locator("body").inner_text()
        missing = [word for word in words if word not in text]
        assert not missing, f"{self.page.url} lacks {missing}:\n{text[:1500]}"

    def text(self, selector: str) -> str:
        """Return the text of the first match."""
        return self.page.locator(selector).first.inner_text().strip()

    def look(self) -> None:
        """Notice a page that failed, is wider than the window, or has a serious fault for people with disabilities."""
        title = self.page.title()
        assert title, self.page.url
        if not self.javascript:
            return
        wide = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not wide, f"{self.page.url} scrolls sideways"
        faults = self.page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious: list[Any] = [
            (fault["id"], [node["html"][:160] for node in fault["nodes"][:3]])
            for fault in faults
            if fault["impact"] in SERIOUS
        ]
        assert not serious, f"{self.page.url}: {serious}"


def _kind(field: Any) -> str:
    return str(field.get_attribute("type") or field.get_attribute("data-kind") or "text")
