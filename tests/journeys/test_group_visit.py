"""Twenty-three people come at once: a number, the screen, three elected representatives, read back, one case with a code."""

from __future__ import annotations

import re

from playwright.sync_api import Browser

from tests.journeys.browsing import Visitor
from tests.journeys.test_main_path import Officer, follow

BODY = "我们小区 23 户老人的高龄津贴从四月起没有发，去社区问了两次没有答复。（虚构）"
NAMES = ("辛大林", "柳小满", "高秋实")


def windowed(ran: Visitor) -> None:
    """Set up a window and a screen, and sit down at the window."""
    ran.go("/desk/visits/")
    ran.press("先设置一个窗口，再叫号")
    ran.fill(name="1 号窗口", purpose="general")
    ran.send()
    ran.page.locator('select[name="staff"]').first.select_option(label="冉登记")
    ran.send("/seat/")
    ran.go("/desk/visits/screens/")
    ran.fill(name="一楼大厅")
    ran.send("/desk/visits/screens/")


def test_a_group_of_twenty_three(site: str, browser: Browser) -> None:
    officer = Officer(browser, site, 1280, "ran")
    ran = officer.visitor
    windowed(ran)
    address = ran.page.locator(".lx-visits__address").first.get_attribute("href") or ""
    ran.go("/desk/visits/")
    ran.fill(people="23")
    ran.send("/issue/")
    ran.sees("A001", "23 人", "前面没有人")
    ran.press("回到今天的号")
    with Visitor(browser, site, width=1920) as screen:
        screen.go(address.removeprefix(site))
        screen.sees("A001", "等候", "Waiting")
        ran.press("叫下一个号")
        ran.sees("A001", "已叫号", "叫了 1 次")
        screen.page.get_by_text("1 号窗口").wait_for(timeout=20_000)
        screen.look()
    with Visitor(browser, site, width=1280, javascript=False) as plain:
        plain.go(address.removeprefix(site))
        plain.sees("A001", "1 号窗口")
        assert plain.page.locator('meta[http-equiv="refresh"]').count() == 1
    with Visitor(browser, site, width=390) as phone:
        phone.go(address.removeprefix(site))
        phone.sees("A001")
    ran.press("人到了，开始接待")
    first = ran.page.url
    people = {f"rep{n}_name": name for n, name in enumerate(NAMES, start=1)}
    ran.fill(body=BODY, claims="补发四月以来的高龄津贴", needs="on", place_offered="on", **people)
    ran.press("保存，去登记和宣读")
    ran.sees("请写明代表是怎样推选的", "您已经填写的内容都还在")
    ran.fill(electing="在场 23 人举手推选")
    ran.press("保存，去登记和宣读")
    assert ran.page.locator('[name="body"]').input_value() == BODY
    ran.fill(kind="claim", category="0205", subroute="31.6", summary="23 户老人要求补发高龄津贴")
    ran.send()
    ran.sees("宣读核对", "23 人，已留姓名", "其中代表 3 人", BODY)
    ran.fill(confirmed="on")
    ran.send()
    text = re.sub(r"\s+", "", ran.page.locator("main").inner_text())
    number = re.search(r"\d{6}V\d{14}[0-9A-Z]|\d{6}[A-Z]\d{14}[0-9A-Z]", text)
    code = re.search(r"(?<=查询码)([2-9A-HJ-NP-Z]{4}-?){3}[2-9A-HJ-NP-Z]{5}", text)
    assert number and code, text
    with Visitor(browser, site, width=390) as citizen:
        follow(citizen, number[0], code[0], "绵阳市安州区民政局已经登记")
    ran.page.goto(first)
    ran.look()
    assert number[0] in re.sub(r"\s+", "", ran.page.locator("main").inner_text())
    ran.go("/desk/visits/receptions/")
    ran.sees("已登记", "23 人", "代表 3 人", "需要翻译")
    shown = ran.page.locator("main").inner_text()
    assert not [name for name in NAMES if name in shown] and "高龄津贴" not in shown
    ran.go("/desk/visits/close/")
    ran.sees("所有的号都有了去向")
    officer.open(number[0])
    ran.sees("信访人甲", "信访人丙")
    ran.__exit__(None, None, None)
    small = Officer(browser, site, 390, "ran").visitor
    for page in ("", "receptions/", "plan/", "screens/", "levels/", "leaflet/", "days/", "close/"):
        small.go(f"/desk/visits/{page}")
    small.__exit__(None, None, None)
