"""From the door to the answer in a real browser: citizen and officers in turn, the citizen following at each step."""

from __future__ import annotations

import re

from playwright.sync_api import Browser

from tests.cast import PASSWORD, STORY, XIN
from tests.journeys.browsing import Visitor


def file_petition(citizen: Visitor) -> tuple[str, str]:
    """File a petition to the city's bureau and return its number and query code."""
    citizen.go("/")
    citizen.go("/file/")
    citizen.send()
    citizen.fill(story=STORY)
    citizen.send()
    citizen.fill(claims="恢复发放低保金\n书面说明停发的原因")
    citizen.send()
    citizen.fill(kind="claim")
    citizen.send()
    for level, name in (("province", "四川省"), ("city", "绵阳市"), ("county", "安州区")):
        citizen.page.locator(f'[name="{level}"]').select_option(label=name)
        citizen.send()
    citizen.fill(topic="01")
    citizen.send()
    citizen.fill(category="0101")
    citizen.send()
    citizen.sees("绵阳市安州区民政局", "绵阳市民政局")
    citizen.page.get_by_label("绵阳市民政局", exact=False).first.check(force=True)
    citizen.send()
    citizen.fill(who="self")
    citizen.send()
    citizen.fill(name=XIN["name"], phone=XIN["phone"], address=XIN["address"])
    citizen.send()
    citizen.sees(STORY[:10], "绵阳市民政局", XIN["name"])
    citizen.send()
    page = re.sub(r"\s+", "", citizen.page.locator("main").inner_text())
    number = re.search(r"\d{6}N\d{14}[0-9A-Z]", page)
    code = re.search(r"(?<=查询码)([2-9A-HJ-NP-Z]{4}-?){3}[2-9A-HJ-NP-Z]{5}", page)
    assert number and code, page
    return number[0], code[0]


def follow(citizen: Visitor, number: str, code: str, *words: str) -> None:
    """Look the case up and see the words."""
    citizen.go("/follow/")
    citizen.fill(number=number, code=code)
    citizen.send()
    assert citizen.page.url.endswith("/follow/case/"), citizen.page.url
    citizen.sees(number, *words)


class Officer:
    """An officer at the desk in a window of one's own."""

    def __init__(self, browser: Browser, site: str, width: int, name: str) -> None:
        self.visitor = Visitor(browser, site, width=width)
        self.visitor.go("/desk/sign-in")
        self.visitor.fill(username=name, password=PASSWORD)
        self.visitor.send()
        assert self.visitor.page.url.endswith("/desk/"), self.visitor.page.url

    def open(self, number: str) -> None:
        """Find the case by its number."""
        self.visitor.go("/desk/search/")
        self.visitor.fill(number=number)
        self.visitor.send()
        assert "/desk/case/" in self.visitor.page.url, self.visitor.page.url
        self.case = self.visitor.page.url.split("?")[0]

    def act(self, name: str, **values: str) -> None:
        """Open the page of an act, fill it in, send it, and be back at the case."""
        self.visitor.page.goto(f"{self.case.rstrip('/')}/{name}/")
        self.visitor.look()
        self.visitor.fill(**values)
        self.visitor.send()
        assert self.visitor.page.url.split("?")[0] == self.case.split("?")[0], (
            name,
            self.visitor.page.url,
            self.visitor.page.locator("main").inner_text()[:800],
        )


def test_from_the_door_to_the_answer(site: str, browser: Browser, width: int, visitor: Visitor) -> None:
    number, code = file_petition(visitor)
    follow(visitor, number, code, "绵阳市民政局已经收到")

    officers = {name: Officer(browser, site, width, name) for name in ("shi", "fen", "han", "tou", "ran")}
    shi, fen, han, tou, ran = officers.values()
    shi.open(number)
    shi.visitor.sees(STORY[:12])
    shi.act("register", kind="claim", category="0101", subroute="31.6", summary="低保金停发，要求恢复发放")
    follow(visitor, number, code, "绵阳市民政局已经登记")
    shi.act("refer")
    follow(visitor, number, code, "已经转送绵阳市安州区民政局")
    fen.open(number)
    fen.act("take")
    head = fen.visitor.page.locator("main").inner_text()
    assert XIN["name"] not in head
    fen.visitor.page.goto(fen.case.rstrip("/") + "/accept/")
    approver = fen.visitor.page.locator('[name="approver"] option').last.get_attribute("value")
    fen.act("accept", approver=str(approver))
    follow(visitor, number, code, "绵阳市安州区民政局已经受理")
    fen.visitor.page.goto(fen.case.rstrip("/") + "/assign/")
    officer = fen.visitor.page.locator('[name="officer"] option', has_text="韩承办").get_attribute("value")
    fen.act("assign", officer=str(officer), no_interest="on")
    follow(visitor, number, code, "正在办理")
    han.open(number)
    rows = {}
    for n in (1, 2):
        rows |= {
            f"claim{n}-facts": "停发系系统误判。",
            f"claim{n}-outcome": "explain",
            f"claim{n}-decision": "已向您说明原因并恢复发放。",
            f"claim{n}-basis": "社会救助暂行办法 第十二条",
        }
    han.act("draft-opinion", **rows, heard="on", verified="on")
    tou.open(number)
    tou.act("sign", every_claim="on", plain="on", promises="on")
    follow(visitor, number, code, "已经出具处理意见书")
    ran.open(number)
    ran.act("serve", method="in_person", proof="本人签收")
    follow(visitor, number, code, "已经书面答复", "谁看过")
    visitor.go("/follow/evaluate/")
    visitor.fill(answered="yes", right="yes", carried_out="none", office="satisfied", organ="basically")
    visitor.send()
    assert visitor.page.url.endswith("/follow/case/"), visitor.page.locator("main").inner_text()[:800]
    visitor.go("/follow/accept/")
    visitor.fill(sure="on")
    visitor.send()
    follow(visitor, number, code, "办结")
    for one in officers.values():
        one.visitor.__exit__(None, None, None)
