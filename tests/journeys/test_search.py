"""Looking for words in a real browser: with the keyboard, back and forth between hits, nothing found, and the health page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.cast import STORY, XIN
from tests.journeys.browsing import Visitor
from tests.journeys.test_main_path import Officer, file_petition


@pytest.fixture(scope="module")
def number(site: str, browser: Browser) -> str:
    """Return the number of an item filed online with the city."""
    with Visitor(browser, site, width=1280) as citizen:
        return file_petition(citizen)[0]


@pytest.mark.parametrize("width", [390, 1280])
def test_words_are_looked_for_and_found(site: str, browser: Browser, number: str, width: int) -> None:
    shi = Officer(browser, site, width, "shi").visitor
    shi.go("/desk/search/")
    shi.page.get_by_label("要找的词").fill("外婆 停发")
    shi.page.get_by_label("要找的词").press("Enter")
    shi.page.wait_for_load_state()
    shi.look()
    shi.sees("请选择为什么查找")
    assert shi.page.get_by_label("要找的词").input_value() == "外婆 停发", "what was typed stays"
    shi.page.get_by_label("为什么查找").select_option("asked")
    shi.page.get_by_label("要找的词").press("Enter")
    shi.page.wait_for_url("**/desk/search/*/")
    shi.look()
    shi.sees(number, "的查找结果", "打开会记为一次查看")
    assert STORY[:8] not in shi.page.content() and XIN["name"] not in shi.page.content()
    assert "外婆" not in shi.page.url
    results = shi.page.url
    shi.page.locator(".lx-found a").first.click()
    shi.page.wait_for_load_state()
    shi.sees(STORY[:12])
    shi.page.go_back()
    assert shi.page.url == results
    shi.sees(number)
    shi.press("换一个词再查")
    assert shi.page.get_by_label("要找的词").input_value() == "外婆 停发"
    shi.page.get_by_text("缩小范围").click()
    shi.fill(channel="letter")
    shi.send('search/"][method="post')
    shi.sees("没有一件有这样的词", "来信")
    shi.press("不限范围，再找这些词")
    shi.sees(number)


def test_the_health_page(site: str, browser: Browser) -> None:
    for width in (390, 1280):
        guan = Officer(browser, site, width, "guan").visitor
        guan.go("/desk/manage/health/")
        guan.sees("运行状况", "机构和人员", "规则和日历", "服务器上的问题由系统管理员看")
