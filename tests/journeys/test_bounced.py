"""A referral sent back twice and designated by the organ above; the petitioner reads where it stands at each moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lianxin.web.clock import now
from tests.journeys.browsing import Visitor
from tests.journeys.conftest import running
from tests.journeys.together import act, follow, known, officer, open_case

CITY, AN, FU, PROVINCE = "绵阳市民政局", "绵阳市安州区民政局", "绵阳市涪城区民政局", "四川省民政厅"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the site of this journey keeps its things."""
    return tmp_path_factory.mktemp("bounced")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """Yield the address of a site with the organs of joint handling."""
    with running(folder, STAGE_ALSO="together") as address:
        yield address


def option(one: Visitor, case: str, page: str, words: str, field: str = "target") -> str:
    """Return the value of the option of a select, or of the radio, that bears these words."""
    one.page.goto(f"{case}/{page}/")
    found = one.page.locator(f'select[name="{field}"] option', has_text=words)
    if found.count():
        return str(found.first.get_attribute("value"))
    label = one.page.locator("label", has_text=words).first.get_attribute("for")
    return str(one.page.locator(f"#{label}").get_attribute("value"))


def test_twice_sent_back_the_organ_above_decides(site: str, browser: Browser, folder: Path) -> None:
    number, code = known(folder, "sent_on")
    day = now().on
    today = f"{day.year}年{day.month}月{day.day}日"
    with (
        Visitor(browser, site, width=390) as citizen,
        officer(browser, site, "shi") as shi,
        officer(browser, site, "tou") as tou,
        officer(browser, site, "wai") as wai,
        officer(browser, site, "sheng") as sheng,
        officer(browser, site, "fen", width=390) as fen,
    ):
        case = open_case(shi, number)
        act(shi, case, "refer", target=option(shi, case, "refer", AN), reason="发生在安州区")
        follow(citizen, number, code, f"由{CITY}转至{AN}（{today}）", f"{AN}还没有接收，仍由{CITY}负责")
        shi.go("/desk/?shelf=waiting")
        shi.sees("已转送（交办）待接收", "还有 5 个工作日")
        objection = {
            "reasons": "户籍和居住地都不在本区。",
            "believed": FU,
            "basis": "社会救助暂行办法 第四条",
        }
        act(tou, case, "object", **objection)
        follow(citizen, number, code, f"{AN}于{today}提出异议，正在核定，仍由{CITY}负责")
        act(shi, case, "agree-objection", note="同意")
        follow(citizen, number, code, f"由{CITY}收回，重新确定由谁办理")
        act(shi, case, "refer", target=option(shi, case, "refer", FU), reason="居住地在涪城区")
        follow(citizen, number, code, f"由{CITY}转至{FU}（{today}）", f"{FU}还没有接收")
        act(wai, case, "object", **{**objection, "reasons": "低保由安州区审批。", "believed": AN})
        act(shi, case, "agree-objection", note="同意")

        shi.page.goto(f"{case}/")
        shi.sees("报请协调受理争议")
        assert "已经两次因异议退回，不能再转送" in shi.page.content(), "below the acts, folded"
        shi.page.goto(f"{case}/escalate-dispute/")
        shi.look()
        shi.sees("户籍和居住地都不在本区", "低保由安州区审批", PROVINCE)
        chosen = option(shi, case, "escalate-dispute", PROVINCE)
        act(shi, case, "escalate-dispute", arbiter=chosen, reasons="两区都认为不归自己办理。")
        follow(citizen, number, code, "几个机关对该由谁办有不同意见，上级机关正在协调")

        act(
            sheng,
            case,
            "decide-organ",
            target=option(sheng, case, "decide-organ", AN),
            reason="由审批地办理。",
        )
        line = f"{PROVINCE}指定，由{CITY}转至{AN}（{today}）"
        follow(citizen, number, code, line, f"{AN}还没有接收，仍由{CITY}负责")
        act(fen, case, "take")
        follow(citizen, number, code, line, f"{AN}已于{today}接收")
        fen.page.goto(f"{case}/")
        fen.look()
