"""One lead and three other organs: an office, a township and a village each do their part before the opinion leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lianxin.web.clock import now
from tests.cast import STORY, XIN
from tests.journeys.browsing import Visitor
from tests.journeys.conftest import running
from tests.journeys.together import act, follow, known, officer, open_case


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the site of this journey keeps its things."""
    return tmp_path_factory.mktemp("joint")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """Yield the address of a site with the organs of joint handling."""
    with running(folder, STAGE_ALSO="together") as address:
        yield address


def ask(han: Visitor, case: str, organ: str, what: str, question: str, **more: str) -> None:
    """Ask an organ for a part."""
    han.page.goto(f"{case}/ask-part/")
    han.look()
    value = han.page.locator('select[name="organ"] option', has_text=organ).first.get_attribute("value")
    if more:
        han.page.locator("details", has=han.page.locator('[name="need"]')).locator("summary").click()
    han.fill(organ=str(value), what=what, question=question, **more)
    han.send()
    assert "/ask-part/" not in han.page.url, han.page.locator("main").inner_text()[:800]


def first_task(one: Visitor) -> str:
    """Open the first task of the list and return its address."""
    one.go("/desk/tasks/")
    one.page.locator(".lx-tasks__link").first.click()
    one.page.wait_for_load_state()
    one.look()
    text = one.page.locator("body").inner_text()
    assert not [value for value in (*XIN.values(), STORY[:12], "恢复发放低保金") if value in text]
    return one.page.url


def answer(one: Visitor, words: str) -> None:
    """Take a task and answer it."""
    one.send("/take/")
    one.fill(words=words)
    one.send("/answer/")
    one.sees("已答复", words)


def test_three_organs_do_their_part_and_one_leads(site: str, browser: Browser, folder: Path) -> None:
    number, code = known(folder, "handled")
    day = now().on
    today = f"{day.year}年{day.month}月{day.day}日"
    with (
        Visitor(browser, site, width=390) as citizen,
        officer(browser, site, "han") as han,
        officer(browser, site, "gu") as office,
        officer(browser, site, "zhen") as town,
        officer(browser, site, "cun", width=390) as village,
    ):
        case = open_case(han, number)
        ask(han, case, "社会救助股", "part", "请提供停发低保金的审批材料和依据。")
        ask(han, case, "花荄镇民政办", "check", "请到现场核实停发有没有公示。")
        ask(
            han,
            case,
            "红旗村",
            "visit",
            "请上门看望，了解老人现在的生活。",
            identity="on",
            need="要上门见到本人",
        )
        han.sees("请其他单位协办", "安州区民政局社会救助股", "花荄镇民政办", "红旗村民政服务点")
        follow(citizen, number, code, "请花荄镇民政办到现场核实", "还没有接手")

        first_task(office)
        answer(office, "审批材料齐全，停发依据的是收入核对结果。")
        page = first_task(town)
        town.go(page.removeprefix(site) + "sheet/")
        town.sees("协办事项单", "请到现场核实停发有没有公示")
        town.page.emulate_media(media="print")
        pdf = town.page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1, "the sheet is one page"
        town.page.emulate_media(media="screen")

        rows = {}
        for n in (1, 2):
            rows |= {
                f"claim{n}-facts": "停发系收入核对有误。",
                f"claim{n}-outcome": "explain",
                f"claim{n}-decision": "已向您说明原因并恢复发放。",
                f"claim{n}-basis": "社会救助暂行办法 第十二条",
            }
        han.page.goto(f"{case}/draft-opinion/")
        han.look()
        han.fill(**rows, heard="on", verified="on")
        han.send()
        han.sees("还有单位没有答复协办", "花荄镇民政办：请到现场核实停发有没有公示", "红旗村民政服务点")

        town.go(page.removeprefix(site))
        answer(town, "已到现场核实：停发没有公示。")
        page = first_task(village)
        village.send("/take/")
        village.page.locator('form[action*="/reveal/"] button').first.click()
        village.page.wait_for_load_state()
        village.look()
        village.sees("姓名", XIN["name"])
        village.go(page.removeprefix(site))
        village.fill(words="已上门看望，老人身体尚好，盼望恢复发放。")
        village.send("/answer/")
        village.sees("已答复")
        assert not village.page.locator('form[action*="/reveal/"]').count(), "nothing is opened afterwards"
        follow(
            citizen,
            number,
            code,
            f"请花荄镇红旗村民政服务点上门看望；{today}已经答复",
            "协助办理：要上门见到本人",
        )
        whole = citizen.page.locator("main").inner_text()
        assert "收入核对结果" not in whole and "谷股长" not in whole

        act(han, case, "draft-opinion", **rows, heard="on", verified="on")
        han.sees("停发没有公示", "老人身体尚好")
        with officer(browser, site, "tou") as tou:
            act(tou, case, "sign", every_claim="on", plain="on", promises="on")
        follow(citizen, number, code, "已经出具处理意见书")
        with Visitor(browser, site, width=390) as phone:
            phone.context.add_cookies(han.context.cookies())
            for path in (f"{case}/", f"{site}/desk/tasks/"):
                phone.page.goto(path)
                phone.look()
