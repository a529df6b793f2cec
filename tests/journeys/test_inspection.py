"""A special inspection: planned with a promised seed, drawn, read by the named inspector alone, put right, closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from tests.cast import STORY, XIN
from tests.journeys.conftest import running
from tests.journeys.supervising import KEYS, officer, play

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inspection")


@pytest.fixture(scope="module")
def place(folder: Path) -> Iterator[str]:
    with running(folder, **KEYS) as address:
        yield address


def days(**given: date) -> dict[str, str]:
    """Return days as their three boxes take them."""
    return {
        f"{name}_{part}": str(getattr(day, part))
        for name, day in given.items()
        for part in ("year", "month", "day")
    }


def test_an_inspection(place: str, folder: Path, browser: Browser) -> None:
    play(folder, "several")
    with (
        officer(browser, place, "du", width=1280) as du,
        officer(browser, place, "fu", width=1280) as fu,
        officer(browser, place, "tou", width=390) as tou,
    ):
        du.go("/desk/supervision/inspections/")
        du.press("制定督查方案")
        du.send()
        du.sees("请填写督查主题", "请填写年、月、日")
        du.page.get_by_label("被督查机关（含下级）").select_option(label="绵阳市安州区民政局")
        du.page.get_by_label("傅复查").check(force=True)
        du.fill(
            topic="低保停发来信办理质量",
            size="2",
            **days(
                received_from=date(2026, 5, 1),
                received_to=date(2026, 5, 31),
                starts_on=TODAY,
                ends_on=TODAY + timedelta(days=7),
            ),
        )
        du.send()
        du.sees("已定方案，尚未抽样", "事先公布的种子摘要")
        page = du.page.url.split("?")[0]
        du.send()
        du.sees("正在督查", "抽样时公布的种子", "抽中 2 件，已看 0 件")
        assert du.page.locator("#samples ~ ul a").count() == 0, "the planner is not named and opens nothing"
        fu.page.goto(page)
        fu.look()
        fu.page.locator("#samples ~ ul a").first.click()
        fu.look()
        fu.sees("这次查看已经记录，目的是专项督查", STORY[:10], "恢复发放低保金")
        assert XIN["name"] not in fu.page.content() and XIN["phone"] not in fu.page.content()
        read = fu.page.url
        fu.fill(
            claim="1",
            wrong="没有写明补发的计算方法",
            article="信访工作条例 第三十二条",
            evidence="处理意见书第二页",
            required="补写计算方法并送达信访人",
            **days(due_on=TODAY + timedelta(days=10)),
        )
        fu.send()
        fu.sees("没有写明补发的计算方法", "等待整改", "已看 1 件")
        tou.go("/desk/supervision/findings/")
        tou.press("没有写明补发的计算方法")
        tou.fill(done="已补写计算方法并送达，见送达回证", **days(done_on=TODAY))
        tou.send()
        tou.sees("已报整改，等待核实")
        du.page.goto(tou.page.url)
        du.look()
        du.fill(enough="yes", remark="核对无误")
        du.send()
        du.sees("整改到位")
        du.page.goto(page)
        du.page.get_by_text("写督查报告，结束督查").click()
        du.look()
        du.fill(report="抽查两件，看了一件，发现一条问题，已经整改到位。")
        du.send("")
        du.sees("已结束", "抽查两件")
        answer = fu.page.goto(read)
        assert answer is not None and answer.status == 404, "closed: nobody reads by it any more"
        fu.complaints.clear()
