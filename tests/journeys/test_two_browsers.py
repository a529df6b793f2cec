"""Two browsers on one case, a session lost while typing, the back button, a double click: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.files import samples
from tests.journeys.conftest import ROOT, environment, running
from tests.journeys.test_main_path import Officer

KEYS = {
    f"LIANXIN_{name}": digit * 64
    for name, digit in (("SECRET_KEY", "a"), ("MASTER_KEY", "b"), ("INDEX_KEY", "c"))
}
TYPED = "承办人是信访人邻居的亲戚。（虚构）"
SHOTS = os.environ.get("SHOTS", "")


@dataclass(frozen=True)
class Place:
    """The running site, and the addresses of the cases Han handles there."""

    site: str
    cases: list[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Yield a site on which Han handles a few cases."""
    folder = tmp_path_factory.mktemp("at_once")
    with running(folder, **KEYS) as address:
        fill = "from tests.journeys import fifty; fifty.COUNT = 6; fifty.main()"
        subprocess.run(
            [sys.executable, "-c", fill], cwd=ROOT, env={**environment(folder), **KEYS}, check=True
        )
        with sqlite3.connect(folder / "journey.sqlite3") as rows:
            ids = [row[0] for row in rows.execute("SELECT id FROM cases_case ORDER BY id")]
        yield Place(address, [f"{address}/desk/case/{one}/" for one in ids])


def officer(browser: Browser, place: Place, name: str, n: int, width: int = 1280) -> Officer:
    """Return an officer at the desk who is at the n-th of Han's cases."""
    found = Officer(browser, place.site, width, name)
    found.case = place.cases[n]
    return found


def shot(who: Officer, name: str) -> None:
    """Take a picture of the page where somebody wants to look at it."""
    if SHOTS:
        who.visitor.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def kept(who: Officer) -> None:
    """Wait until the page says that what was typed is kept."""
    who.visitor.page.get_by_text("已自动暂存").wait_for()


def test_two_are_warned_and_nothing_is_overwritten(place: Place, browser: Browser) -> None:
    han, fen = officer(browser, place, "han", 0), officer(browser, place, "fen", 0)
    with han.visitor as first, fen.visitor as second:
        first.page.goto(han.case + "recuse/")
        first.page.locator('[name="reasons"]').press_sequentially(TYPED)
        kept(han)
        shot(han, "kept-1280")
        second.page.goto(fen.case + "reassign/")
        second.look()
        second.sees("有同事也在办这一件", "韩承办")
        shot(fen, "colleague-1280")
        second.fill(officer="14", no_interest="on")
        second.send()
        second.sees("已办理“改派承办人”")
        shot(fen, "case-1280")
        first.send()
        assert first.page.locator('[name="reasons"]').input_value() == TYPED
        first.sees("最近一步", "费分办")
        shot(han, "overtaken-1280")


def test_a_lost_session_loses_nothing(place: Place, browser: Browser) -> None:
    han = officer(browser, place, "han", 1)
    with han.visitor as first:
        first.page.goto(han.case + "recuse/")
        first.page.locator('[name="reasons"]').press_sequentially("先写了一半，")
        kept(han)
        cookies = first.context.cookies()
        first.context.clear_cookies()
        first.page.locator('[name="reasons"]').press_sequentially("登录过期以后又写。")
        first.page.get_by_text("登录已经过期，您写的内容还在这一页").wait_for()
        first.look()
        shot(han, "lost-1280")
        with first.context.expect_page() as opened:
            first.page.get_by_role("link", name="在新标签页登录").click()
        again = opened.value
        again.fill('[name="username"]', "han")
        again.fill('[name="password"]', "cast-password-2026")
        again.get_by_role("button", name="登录").first.click()
        again.wait_for_url("**/recuse/")
        assert again.locator('[name="reasons"]').input_value() == "先写了一半，"
        again.close()
        assert cookies != first.context.cookies()
        first.page.evaluate("window.dispatchEvent(new Event('focus'))")
        first.page.get_by_text("登录已经过期，您写的内容还在这一页").wait_for(state="hidden")
        kept(han)
        first.page.reload()
        first.look()
        first.sees("已恢复您")
        assert first.page.locator('[name="reasons"]').input_value().endswith("登录过期以后又写。")
        shot(han, "restored-1280")
        first.send()
        first.sees("已办理“承办人回避”")
        first.complaints[:] = [one for one in first.complaints if "403" not in one]


def test_back_after_an_error_and_the_button_without_a_script(place: Place, browser: Browser) -> None:
    han = officer(browser, place, "han", 2)
    with han.visitor as first:
        first.page.goto(han.case + "recuse/")
        first.page.select_option('[name="replacement"]', "14")
        first.send()
        first.sees("请写明理由", "您已经填写的内容都还在")
        first.page.go_back()
        assert first.page.locator('[name="replacement"]').input_value() == "14"
        first.fill(reasons=TYPED)
        first.send()
        first.sees("已办理“承办人回避”")


def test_a_double_click_is_one_act(place: Place, browser: Browser) -> None:
    fen = officer(browser, place, "fen", 3)
    with fen.visitor as first:
        first.page.goto(place.cases[5])
        number = first.text(".lx-casehead__number .lx-number")
        first.page.goto(fen.case + "link/")
        first.look()
        shot(fen, "link-1280")
        first.fill(number=number, kind="same_matter", reasons="说的是同一个村。")
        first.page.locator("main form button:not([name])").first.dblclick()
        first.page.wait_for_url("**done=link_case")
        first.look()
        first.sees("关联的信访件", number)
        assert first.page.locator(".lx-timeline__title", has_text="关联信访件").count() == 1
        shot(fen, "linked-1280")
        first.page.goto(fen.case + "reassign/")
        first.fill(officer="14", no_interest="on")
        first.page.locator("main form button:not([name])").first.dblclick()
        first.page.wait_for_url("**done=reassign")
        assert first.page.locator(".lx-timeline__title", has_text="改派承办人").count() == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_the_letter_stands_beside_its_words(place: Place, browser: Browser, width: int) -> None:
    ran = officer(browser, place, "ran", 5, width)
    with ran.visitor as window:
        scan = {"name": f"来信{width}.jpg", "mimeType": "image/jpeg", "buffer": samples.photograph()}
        window.page.goto(ran.case + "add-material/")
        window.look()
        window.page.locator('input[type="file"]').first.set_input_files([scan])  # type: ignore[list-item]
        window.send()
        window.sees("来件的样子", f"来信{width}.jpg")
        assert window.page.locator(".lx-preview__page").count() == 0, "it is shown when asked for"
        window.page.locator(".lx-letter__scan a", has_text=f"来信{width}.jpg").click()
        window.page.locator("#scan-pages .lx-preview__page").first.wait_for()
        window.look()
        assert window.page.url.split("?")[0] == ran.case
        shot(ran, f"scan-{width}")
        head = window.page.locator(".lx-casehead")
        assert head.evaluate("e => getComputedStyle(e).position") == ("sticky" if width == 1280 else "static")
