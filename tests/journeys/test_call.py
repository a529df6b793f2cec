"""A call from ringing to calling back in a real browser: looked up as one types, read back, registered, called back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.cast import PASSWORD, STORY
from tests.journeys.browsing import Visitor
from tests.journeys.conftest import ROOT, running

NUMBER = "13900000077"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server with the cast and the knowledge that comes with the system."""
    folder = tmp_path_factory.mktemp("call")
    with running(folder) as address:
        load(folder)
        yield address


def load(folder: Path) -> None:
    """Load the shipped knowledge into the database of a journey."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lianxin.config.settings",
        "LIANXIN_DATA_DIR": str(folder),
        "LIANXIN_DATABASE": f"sqlite:///{folder}/journey.sqlite3",
        "LIANXIN_PROFILE": "demo",
        **{f"LIANXIN_{name}": "0" * 64 for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")},
    }
    command = [sys.executable, "-m", "lianxin.config.cli", "knowledge", "load"]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    assert "载入" in done.stdout


def signed_in(visitor: Visitor, name: str) -> Visitor:
    """Sign in as one of the cast."""
    visitor.go("/desk/sign-in")
    visitor.fill(username=name, password=PASSWORD)
    visitor.send()
    return visitor


def look_up(visitor: Visitor, words: str, title: str) -> None:
    """Type into the search at the side and wait for the article, without sending the form."""
    visitor.page.locator('[name="q"]').press_sequentially(words, delay=20)
    visitor.page.locator(".lx-know__title", has_text=title).first.wait_for()
    visitor.look()


def tomorrow(visitor: Visitor, **more: str) -> None:
    """Promise to call back tomorrow, by the browser's own clock."""
    parts = visitor.page.evaluate(
        "() => { const d = new Date(Date.now() + 864e5 + 8 * 36e5);"
        " return [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate()].map(String) }"
    )
    year, month, day = parts
    visitor.fill(due_on_year=year, due_on_month=month, due_on_day=day, due_time="15:30", **more)


def test_a_call_from_ringing_to_calling_back(office: str, browser: Browser) -> None:
    with Visitor(browser, office, width=1280) as ran:
        signed_in(ran, "ran").go("/desk/calls/")
        ran.sees("现在没有答应回电的")
        ran.press("接一个电话")
        ran.fill(words=STORY)
        look_up(ran, "低保停发", "低保增发、减发、停发")
        assert ran.page.locator('[name="words"]').input_value() == STORY
        ran.page.get_by_label("给来电人讲了这一条").first.check(force=True)
        ran.page.locator('[name="q"]').fill("")
        look_up(ran, "行政复议", "行政复议")
        ran.sees("已经给来电人讲过的", "低保增发、减发、停发")
        ran.page.locator('[name="topic"]').select_option("0106")
        tomorrow(ran, about="告知停发的核查结果", phone=NUMBER)
        ran.press("转为信访登记")
        assert ran.page.locator('[name="body"]').input_value() == STORY
        assert ran.page.locator('[name="phone"]').input_value() == NUMBER
        ran.fill(subroute="31.6", summary="低保金停发，要求恢复发放", claims="恢复发放低保金")
        ran.press("保存并核对")
        ran.sees(STORY[:10], "已经读给信访人听")
        ran.page.locator('[name="confirmed"]').check(force=True)
        ran.send("/check/")
        number = re.search(r"\d{6}C\d{14}[0-9A-Z]", re.sub(r"\s+", "", ran.page.locator("main").inner_text()))
        assert number, ran.page.locator("main").inner_text()[:600]
        ran.go("/desk/calls/")
        ran.sees("明天 15:30 以前", "告知停发的核查结果", "已登记信访")
        assert NUMBER not in ran.page.content()
        ran.press("告知停发的核查结果")
        ran.press("显示电话")
        ran.sees(NUMBER, "已记录这次查看")
        ran.fill(result="missed")
        ran.send("/tried/")
        ran.sees("打过 1 次没有打通")
        ran.press("告知停发的核查结果")
        ran.fill(result="done", outcome="已经告知：系统误判，下月补发。")
        ran.page.get_by_role("button", name="记下结果").dblclick()
        ran.page.wait_for_url("**done=done")
        ran.look()
        ran.sees("这个回电已经完成", "现在没有答应回电的")


def test_a_question_on_a_telephone_screen(office: str, browser: Browser) -> None:
    with Visitor(browser, office, width=390) as ran:
        signed_in(ran, "ran").go("/desk/calls/take/")
        look_up(ran, "高龄津贴", "八十岁以上高龄津贴")
        ran.fill(words="八十二岁，问有没有津贴。", answer="有，到镇上申请。")
        ran.press("只是咨询，记下答复")
        ran.sees("已经记下这次咨询", "有，到镇上申请。")
        assert "八十二岁" not in ran.page.content()
        ran.go("/desk/knowledge/hints/")
        ran.fill(people="2", income="600", property_within="yes", age="82")
        ran.send()
        ran.sees("高龄津贴", "可能可以申请", "还要问清楚：")


def test_without_script_the_same_call_is_answered(office: str, browser: Browser) -> None:
    with Visitor(browser, office, width=1280, javascript=False) as ran:
        signed_in(ran, "ran").go("/desk/calls/take/")
        ran.page.locator('[name="words"]').fill(STORY)
        ran.page.locator('[name="q"]').fill("低保申请")
        ran.page.locator('[name="q"]').press("Enter")
        ran.sees("低保向谁申请、怎么批")
        assert ran.page.locator('[name="words"]').input_value() == STORY
        ran.page.get_by_label("给来电人讲了这一条").first.check(force=True)
        ran.page.locator('[name="answer"]').fill("到户籍所在地的镇上申请。")
        ran.page.get_by_role("button", name="只是咨询，记下答复").click()
        ran.sees("已经记下这次咨询")


def test_a_ready_paragraph_goes_where_the_cursor_is(office: str, browser: Browser) -> None:
    with Visitor(browser, office, width=1280) as ran:
        signed_in(ran, "ran").go("/desk/register/")
        body = ran.page.locator('[name="body"]')
        body.fill("前后")
        body.evaluate("e => e.setSelectionRange(1, 1)")
        body.focus()
        ran.page.get_by_role("link", name="查政策，用规范段落").click()
        ran.page.locator("#knowledge-q").press_sequentially("低保停发 书面理由", delay=20)
        ready = ran.page.locator(".lx-know__paragraph", has_text="停发低保的书面理由")
        ready.get_by_role("button", name="插入这一段").click()
        text = body.input_value()
        assert text.startswith("前经【填写：哪一次核查】") and text.endswith("停发最低生活保障金。后")
        assert ran.page.evaluate("document.activeElement.name") == "body"
        chosen = body.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
        assert chosen == "【填写：哪一次核查】"
        ran.look()
        ran.page.keyboard.press("Escape")
        assert not ran.page.locator(".lx-know-panel").is_visible()
