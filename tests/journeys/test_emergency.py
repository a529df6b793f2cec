"""An abandoned child at the window: recorded in one page, calls by one press, the organ above confirms, help, the end."""

from __future__ import annotations

import time

from playwright.sync_api import Browser

from tests.journeys.test_main_path import Officer

HAPPENING = "长椅上有一个婴儿，没有大人在旁边。（虚构）"


def test_an_emergency_at_the_window(site: str, browser: Browser) -> None:
    ran, shi = (Officer(browser, site, 1280, name).visitor for name in ("ran", "shi"))
    began = time.monotonic()
    ran.press("紧急情况")
    ran.press("马上记一件")
    ran.fill(
        kind="child", place="接待大厅门口", happening=HAPPENING, called="on", done="抱进室内，请女同事照看"
    )
    ran.send()
    assert time.monotonic() - began < 60
    one = ran.page.url
    ran.sees("正在处理", HAPPENING, "报告上级：绵阳市民政局", "公安 110")
    row = ran.page.locator("li", has=ran.page.get_by_text("值班负责人", exact=True)).first
    row.get_by_role("button").click()
    ran.page.wait_for_load_state()
    ran.look()
    ran.sees("打了电话：值班负责人", "已完成")
    ran.page.reload()
    ran.look()
    assert ran.page.get_by_text("打了电话：值班负责人").count() == 1

    shi.go("/desk/alerts/")
    shi.sees("紧急情况等您确认收到")
    shi.press("去确认")
    shi.sees("等您确认收到", "绵阳市安州区民政局")
    shi.press("被遗弃、走失或者无人照料的孩子")
    shi.page.locator('[name="text"]').first.fill("已派儿童福利科到场")
    shi.press("已经收到")
    shi.sees("上级确认收到", "已派儿童福利科到场")

    ran.page.goto(one)
    ran.look()
    ran.sees("已派儿童福利科到场")
    ran.page.locator("#id_help_text").fill("120 检查身体无恙，由救助站接走")
    ran.press("记下进展")
    ran.sees("由救助站接走")
    ran.press("登记成信访件")
    assert HAPPENING in ran.page.locator('[name="body"]').input_value()
    ran.page.goto(one)
    ran.page.get_by_text("人已经安全，结束这一件").click()
    ran.page.locator("#id_close_text").fill("孩子由儿童福利院照料，公安查找父母")
    ran.page.get_by_role("button", name="结束", exact=True).click()
    ran.page.wait_for_load_state()
    ran.look()
    ran.sees("已结束", "公安查找父母")
    small = Officer(browser, site, 390, "zhi").visitor
    for page in ("", "add/", one.rstrip("/").rsplit("/", 1)[1] + "/"):
        small.go(f"/desk/emergencies/{page}")
    small.sees("公安查找父母")
    for visitor in (ran, shi, small):
        visitor.__exit__(None, None, None)
