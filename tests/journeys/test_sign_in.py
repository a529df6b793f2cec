"""Signing in as an officer does it in a real browser: one-time codes, and passkeys with Chromium's own virtual device."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from lianxin.organs.second_factor import STEP, code_at
from tests.cast import PASSWORD
from tests.journeys.browsing import Visitor

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
OFFICER = {390: ("shen", "mi"), 1280: ("wai", "shi")}
"""For each width officers of its own: the journeys share one database."""


@pytest.fixture
def officer(site: str, browser: Browser, width: int) -> Iterator[Visitor]:
    """Yield an officer at a browser that reaches the site by name, with a device for passkeys."""
    with Visitor(browser, site.replace("127.0.0.1", "localhost"), width=width) as one:
        session = one.context.new_cdp_session(one.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield one


def enter(officer: Visitor, name: str) -> None:
    officer.go("/desk/sign-in")
    officer.fill(username=name, password=PASSWORD)
    officer.send("/desk/sign-in")


def test_a_passkey_is_made_and_signs_in(officer: Visitor, width: int) -> None:
    name = OFFICER[width][0]
    enter(officer, name)
    officer.go("/desk/account/")
    officer.fill(name="办公电脑")
    officer.page.get_by_role("button", name="添加通行密钥").click()
    officer.page.wait_for_url("**/passkeys/add")
    officer.look()
    officer.sees("备用码", "只显示这一次")
    officer.press("已收好，继续")
    officer.sees("办公电脑", "还剩 10 个")
    officer.press("退出")
    officer.page.get_by_role("button", name="用通行密钥登录").click()
    officer.page.wait_for_url("**/desk/")
    officer.look()
    officer.go("/desk/account/prove?next=/desk/search/")
    officer.page.get_by_role("button", name="用通行密钥验证").click()
    officer.page.wait_for_url("**/desk/search/")
    officer.press("退出")
    officer.fill(username=name, password=PASSWORD)
    officer.send("/desk/sign-in")
    officer.sees("第二重验证")
    officer.page.get_by_role("button", name="用通行密钥验证").click()
    officer.page.wait_for_url("**/desk/")


def test_codes_and_pages_without_script(site: str, browser: Browser, width: int) -> None:
    name = OFFICER[width][1]
    with Visitor(browser, site, width=width) as officer:
        enter(officer, name)
        officer.go("/desk/account/")
        officer.sees("没有开启", "就是这里", "这里不能添加")
        officer.go("/desk/account/password")
        officer.fill(current="wrong", new="short", again="short")
        officer.send("/account/password")
        officer.sees("现在的密码不对")
    with Visitor(browser, site, width=width, javascript=False) as officer:
        enter(officer, name)
        officer.go("/desk/account/second-factor/")
        secret = base64.b32decode(officer.text(".lx-reveal").replace(" ", ""))
        officer.fill(code=code_at(secret, int(time.time()) // STEP - 1))
        officer.send("/account/second-factor")
        officer.sees("备用码", "只显示这一次")
        codes = officer.page.locator("main li").all_inner_texts()
        officer.press("已收好，继续")
        officer.sees("已开启")
        officer.press("退出")
        enter(officer, name)
        officer.fill(code=codes[0])
        officer.send("/sign-in/second")
        officer.sees("工作台")
        officer.go("/desk/account/")
        officer.sees("还剩 9 个", "使用备用码")
    with Visitor(browser, site, width=width) as officer:
        enter(officer, name)
        officer.fill(code=code_at(secret, int(time.time()) // STEP))
        officer.send("/sign-in/second")
        for address in ("", "second-factor/", "notice?wrong=5&next=/desk/", "prove"):
            officer.go(f"/desk/account/{address}")
        officer.go("/desk/account/")
        officer.press("English")
        officer.sees("My account", "One-time codes", "Latest sign-ins")


def test_the_administrators_page(visitor: Visitor) -> None:
    enter(visitor, "guan")
    visitor.go("/desk/manage/staff/1/")
    visitor.press("登录和验证")
    visitor.sees("冉登记：登录和验证", "第二重验证")
