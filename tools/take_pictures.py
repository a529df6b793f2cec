"""Takes the pictures of the README and the documents from a running demonstration.

    make demo ARGS=--no-serve ; .venv/bin/lianxin start &
    .venv/bin/python tools/take_pictures.py http://127.0.0.1:8000 NUMBER CODE

NUMBER and CODE are those of an answered case, printed by the demonstration. Needs the system's Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs/images"
PASSWORD = "lianxin-demo-2026"  # noqa: S105 - printed by the demonstration


def main(site: str, number: str, code: str) -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for width in (390, 1280):
            public(browser, site, number, code, width)
            desk(browser, site, width)
        browser.close()


def public(browser: Browser, site: str, number: str, code: str, width: int) -> None:
    """Home, the first question with an error, follow."""
    page = window(browser, width)
    page.goto(f"{site}/")
    shoot(page, f"home-{width}")
    page.goto(f"{site}/file/")
    page.locator("main form").first.locator("button").first.click()
    shoot(page, f"file-story-{width}")
    page.locator("main form").first.locator("button").first.click()
    shoot(page, f"file-error-{width}")
    page.goto(f"{site}/follow/")
    page.fill('[name="number"]', number)
    page.fill('[name="code"]', code)
    page.locator("main form").first.locator("button").first.click()
    shoot(page, f"follow-{width}")
    page.context.close()


def desk(browser: Browser, site: str, width: int) -> None:
    """The worklist of an intake officer and the case page of a handler."""
    page = window(browser, width)
    sign_in(page, site, "intake")
    shoot(page, f"worklist-{width}")
    page.goto(f"{site}/desk/sign-in")
    page.context.clear_cookies()
    sign_in(page, site, "handler")
    page.goto(f"{site}/desk/?mine=1&state=handling")
    page.locator(".lx-worklist__link").first.click()
    shoot(page, f"case-{width}")
    page.context.close()


def sign_in(page: Page, site: str, name: str) -> None:
    """Sign an officer in."""
    page.goto(f"{site}/desk/sign-in")
    page.fill('[name="username"]', name)
    page.fill('[name="password"]', PASSWORD)
    page.locator("main form").first.locator("button[type=submit], button:not([type])").last.click()
    page.wait_for_url("**/desk/")


def window(browser: Browser, width: int) -> Page:
    """Return a page in a fresh window."""
    return browser.new_context(
        viewport={"width": width, "height": 844 if width < 600 else 900}, locale="zh-CN"
    ).new_page()


def shoot(page: Page, name: str) -> None:
    """Write one picture of what the window shows."""
    page.wait_for_load_state()
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:4])
