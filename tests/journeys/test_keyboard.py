"""A handler works through fifty cases with the keyboard alone: opens each from the list, writes something, comes back."""

from __future__ import annotations

import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.cast import PASSWORD
from tests.journeys.browsing import Visitor
from tests.journeys.conftest import ROOT, environment, running
from tests.journeys.fifty import COUNT

DRAFTS = 15
FARTHEST = 90
"""So many stops of the Tab key are there at most on the way to anything."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Yield the address of a site with fifty cases Han handles, and its database."""
    folder = tmp_path_factory.mktemp("keyboard")
    keys = {f"LIANXIN_{name}": secrets.token_hex(32) for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")}
    with running(folder, **keys) as address:
        command = [sys.executable, "-m", "tests.journeys.fifty"]
        subprocess.run(command, cwd=ROOT, env={**environment(folder), **keys}, check=True)
        yield address, folder / "journey.sqlite3"


class Keys:
    """A person without a mouse: everything goes through the keyboard; the page is only read."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def here(self, selector: str) -> bool:
        """Tell whether the focus is on something."""
        return bool(self.page.evaluate("s => !!document.activeElement?.matches(s)", selector))

    def to(self, selector: str, *, back: bool = False) -> None:
        """Press Tab until the focus is there."""
        for _ in range(FARTHEST):
            if self.here(selector):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{self.page.url}: {selector} is not reached with Tab")

    def type(self, selector: str, text: str) -> None:
        """Go to a field and type."""
        self.to(selector)
        self.page.keyboard.insert_text(text)

    def follow(self, selector: str, *, leads: str) -> None:
        """Go to a link or button and press Enter; wait for the page it leads to."""
        self.to(selector)
        with self.page.expect_navigation(url=lambda url: leads in url):
            self.page.keyboard.press("Enter")

    def press(self, *names: str) -> None:
        """Press keys."""
        for name in names:
            self.page.keyboard.press(name)

    def row(self) -> str:
        """Return the number of the case the focus is on, "" outside the list."""
        return str(
            self.page.evaluate(
                "() => document.activeElement?.closest('.lx-worklist__row')"
                "?.querySelector('.lx-worklist__number')?.firstChild.textContent.trim() ?? ''"
            )
        )


def sign_in(keys: Keys, site: str) -> None:
    keys.page.goto(site + "/desk/")
    keys.type('[name="username"]', "han")
    keys.type('[name="password"]', PASSWORD)
    with keys.page.expect_navigation():
        keys.press("Enter")


def draft(keys: Keys) -> None:
    """Draft the opinion on the case that is open."""
    keys.follow('.lx-case a[href*="/draft-opinion/"]', leads="/draft-opinion/")
    keys.type('[name$="facts"]', "经核查，停发系系统误判，家庭仍符合条件。")
    keys.to('[name$="outcome"]')
    keys.press("Space", "ArrowDown")
    keys.type('[name$="decision"]', "恢复发放并补发。")
    keys.type('[name$="basis"]', "社会救助暂行办法 第十二条")
    for box in ("heard", "verified"):
        keys.to(f'[name="{box}"]')
        keys.press("Space")
    keys.follow("main form button.govuk-button:not([name])", leads="done=draft_opinion")


def tell(keys: Keys) -> None:
    """Write down for the case that is open that its petitioner was told."""
    keys.follow('.lx-case a[href*="/give-notice/"]', leads="/give-notice/")
    for field in ("notices", "way"):
        keys.to(f'[name="{field}"]')
        keys.press("Space")
    keys.type('[name="proof"]', "本人签收")
    keys.follow("main form button.govuk-button:not([name])", leads="done=give_notice")


def counted(database: Path) -> dict[str, int]:
    """Return how many cases have which acts of Han's."""
    with sqlite3.connect(database) as rows:
        found = rows.execute(
            "SELECT event, count(*), count(DISTINCT case_id) FROM cases_step "
            "WHERE event IN ('draft_opinion', 'give_notice') GROUP BY event"
        ).fetchall()
    assert all(count == cases for _, count, cases in found), f"doubled: {found}"
    return {str(event): int(cases) for event, _, cases in found}


def test_fifty_cases_by_keyboard_alone(desk: tuple[str, Path], browser: Browser) -> None:
    site, database = desk
    with Visitor(browser, site, width=1280) as visitor:
        keys, worked = Keys(visitor.page), []
        sign_in(keys, site)
        visitor.look()
        visitor.sees("我承办的", f"{COUNT} 件")
        helped(keys)
        previewed(keys, visitor)
        keys.to(".lx-listbar__filters > summary", back=True)
        keys.press("Enter")
        keys.to("#filter-state")
        keys.press(*["ArrowDown"] * 7)
        keys.follow(".lx-filterform button", leads="state=handling")
        for n in range(DRAFTS):
            keys.to(".lx-worklist__link")
            if n % 5 == 1:
                keys.press("j", "j", "ArrowUp", "k")
            number = keys.row()
            keys.follow(".lx-worklist__link", leads="/desk/case/")
            visitor.sees(number, f"第 1 件，共 {COUNT - n} 件")
            worked.append(opened(keys))
            draft(keys)
            keys.follow(".govuk-back-link", leads="state=handling")
        keys.follow(".lx-worklist__link", leads="/desk/case/")
        for n in range(COUNT - DRAFTS):
            visitor.sees(f"第 {n + 1} 件，共 {COUNT - DRAFTS} 件")
            worked.append(opened(keys))
            tell(keys)
            if n + 1 < COUNT - DRAFTS:
                keys.follow(".lx-casehead__turn:last-child", leads=f"n%3D{n + 1}")
        keys.follow(".govuk-back-link", leads=f"#row-{worked[-1]}")
        visitor.sees("刚看过")
        visitor.look()
        assert len(set(worked)) == COUNT
    assert counted(database) == {"draft_opinion": DRAFTS, "give_notice": COUNT - DRAFTS}


def opened(keys: Keys) -> str:
    """Return the case that is open, from the address."""
    found = re.search(r"/desk/case/(\d+)/", keys.page.url)
    assert found, keys.page.url
    return found[1]


def helped(keys: Keys) -> None:
    """Open the help with "?" and close it; outside the list the same key does nothing."""
    keys.to(".lx-queues__link")
    keys.press("?", "j", "x")
    assert not keys.page.evaluate("document.getElementById('keys').open")
    keys.to(".lx-worklist__link")
    keys.press("?")
    assert keys.page.evaluate("document.getElementById('keys').open")
    keys.press("Escape")
    assert not keys.page.evaluate("document.getElementById('keys').open")


def previewed(keys: Keys, visitor: Visitor) -> None:
    """Open the preview of the second row with "p", and close it; tick and untick a row with "x"."""
    keys.to(".lx-worklist__link")
    keys.press("j", "p")
    keys.page.wait_for_selector(".lx-peek")
    visitor.sees("最近的办理", "恢复发放低保金", "已经记为一次查看")
    visitor.look()
    keys.press("p")
    keys.page.wait_for_selector(".lx-peek", state="detached")
    keys.to(".lx-worklist__link")
    keys.press("x")
    assert keys.page.evaluate("document.querySelectorAll('.lx-worklist__tick:checked').length") == 1
    keys.press("x")
    assert keys.page.evaluate("document.querySelectorAll('.lx-worklist__tick:checked').length") == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_without_javascript(desk: tuple[str, Path], browser: Browser, width: int) -> None:
    """Ticks, preview and filters are links and forms; the row one came from is marked."""
    site, _database = desk
    with Visitor(browser, site, width=width, javascript=False) as visitor:
        visitor.go("/desk/")
        visitor.fill(username="han", password=PASSWORD)
        visitor.send("sign-in")
        visitor.press("预览")
        assert "/desk/case/" in visitor.page.url
        visitor.page.locator(".govuk-back-link").first.click()
        visitor.sees("刚看过")
        assert "#row-" in visitor.page.url
        visitor.go("/desk/filters/?queue=all&state=handling")
        visitor.fill(name="办理中的件")
        visitor.send("save")
        visitor.sees("常用筛选", "办理中的件")


@pytest.mark.parametrize("width", [390, 1280])
def test_assigning_several_at_once(desk: tuple[str, Path], browser: Browser, width: int) -> None:
    site, _database = desk
    with Visitor(browser, site, width=width) as visitor:
        visitor.go("/desk/")
        visitor.fill(username="fen", password=PASSWORD)
        visitor.send("sign-in")
        visitor.go("/desk/?queue=all")
        visitor.press("勾选本页全部")
        visitor.sees("勾选的件 50")
        visitor.press("批量分派")
        visitor.sees("勾选的件里没有可以分派的", "不能分派")
        visitor.press("回到清单")
        visitor.press("勾选本页全部")
        visitor.press("批量打印文书")
        visitor.fill(kind="acceptance_notice")
        visitor.press("下一步")
        visitor.sees("打印勾选的件")
        visitor.go("/desk/filters/?queue=all&category=01&since=2026-05-01")
        visitor.sees("保存现在的筛选")
