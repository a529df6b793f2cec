"""A handwritten letter from the envelope to the registered reply: counted, opened, scanned, written down by one and compared by
another, registered, read again, handled, checked, posted, delivered, and served with the post's number as proof.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.cast import XIN
from tests.files import samples
from tests.journeys.browsing import Visitor
from tests.journeys.test_main_path import Officer

WORDS = (
    "我住在安州区花荄镇。奶奶的低保金从八月起没有发，去镇上问过两次。\n请恢复发放，并书面说明原因。（虚构）"
)
NUMBER = "XA12345678951"


def count_and_open(ran: Visitor, folder: Path) -> str:
    """Count two pieces, open the one there is, put its scan in; return the letter's address."""
    ran.go("/desk/letters/")
    ran.press("登记今天收到的信")
    ran.fill(pieces="2")
    ran.send()
    ran.press("打印标签")
    ran.sees("信2026-000001", "信2026-000002")
    ran.press("回到这一批")
    ran.fill(pages="2", postmark_place="绵阳安州", shelf="3 号柜 2 层", has_copy="1", envelope="registered")
    ran.send()
    ran.sees("挂号信、快递请照信封填写邮件编号")
    ran.fill(post_number="XA00000000151")
    ran.send()
    ran.sees("拆封：信2026-000002")
    ran.press("没有这一封")
    ran.fill(reason="点数多点了一件")
    ran.send()
    ran.go("/desk/letters/")
    ran.fill(label="L2026-1")
    ran.page.locator('[name="label"]').press("Enter")
    ran.page.wait_for_load_state()
    ran.look()
    ran.sees("信2026-000001", "还有 15 天")
    address = ran.page.url
    ran.press("放入扫描件")
    scan = folder / "第一页.jpg"
    scan.write_bytes(samples.photograph())
    ran.page.locator('[name="uploads"]').set_input_files(str(scan))
    ran.press("放入")
    assert ran.page.url.endswith("/write/"), ran.page.url
    ran.page.wait_for_function("document.querySelector('.lx-preview__page').naturalWidth > 0")
    ran.fill(text=WORDS, hard="on")
    ran.press("录好了")
    ran.sees("请交给另一位同事校对")
    return address


def compare(han: Visitor) -> None:
    """Compare what the colleague wrote down, see the change, keep it."""
    han.go("/desk/letters/?shelf=proofread")
    han.press("信2026-000001")
    assert han.page.url.endswith("/compare/"), han.page.url
    han.fill(text=WORDS.replace("两次", "三次"))
    han.press("看改了哪里")
    han.sees("去镇上问过两次", "去镇上问过三次")
    han.fill(compared="on")
    han.press("校对完了")
    han.sees("待登记")


def register(ran: Visitor, address: str) -> str:
    """Register the letter from its page and return the number of the case."""
    ran.page.goto(address)
    ran.press("登记这封信")
    assert "三次" in ran.page.locator('[name="body"]').input_value()
    ran.fill(
        claims="恢复发放低保金", kind="claim", category="0101", subroute="31.6", summary="低保金停发，要求恢复发放",
        name=XIN["name"], address=XIN["address"],
    )  # fmt: skip
    ran.send()
    ran.fill(confirmed="on")
    ran.send()
    number = re.search(r"\d{6}L\d{14}[0-9A-Z]", ran.page.locator("main").inner_text())
    assert number, ran.page.locator("main").inner_text()[:600]
    return number[0]


def ticked(officer: Officer, name: str) -> None:
    """Go through a checklist: every item, then record it."""
    officer.visitor.page.goto(f"{officer.case.rstrip('/')}/{name}/")
    officer.visitor.look()
    officer.visitor.press("逐项核对完，记录")
    officer.visitor.sees("还没有核对")
    for box in officer.visitor.page.locator('[name="checked"]').all():
        box.check(force=True)
    officer.visitor.press("逐项核对完，记录")
    assert "/desk/case/" in officer.visitor.page.url and name not in officer.visitor.page.url.split("?")[0]


def test_from_the_envelope_to_the_registered_reply(site: str, browser: Browser, tmp_path: Path) -> None:
    officers = {name: Officer(browser, site, 1280, name) for name in ("ran", "han", "shen", "fen", "tou")}
    ran, han, shen, fen, tou = officers.values()
    address = count_and_open(ran.visitor, tmp_path)
    compare(han.visitor)
    number = register(ran.visitor, address)
    for one in officers.values():
        one.open(number)

    fen.visitor.page.goto(fen.case + "accept/")
    fen.visitor.sees("还没有经过办前复阅")
    shen.visitor.go("/desk/letters/?shelf=review")
    shen.visitor.sees(number)
    assert XIN["name"] not in shen.visitor.page.locator("main").inner_text()
    ticked(shen, "review-before")
    fen.visitor.page.goto(fen.case + "accept/")
    approver = fen.visitor.page.locator('[name="approver"] option').last.get_attribute("value")
    fen.act("accept", approver=str(approver))
    fen.visitor.page.goto(fen.case + "assign/")
    officer = fen.visitor.page.locator('[name="officer"] option', has_text="韩承办").get_attribute("value")
    fen.act("assign", officer=str(officer), no_interest="on")
    found = {"facts": "停发系系统误判。", "outcome": "explain", "decision": "已向您说明原因并恢复发放。"}
    row = {f"claim1-{key}": value for key, value in found.items()}
    han.act(
        "draft-opinion", **row, **{"claim1-basis": "社会救助暂行办法 第十二条"}, heard="on", verified="on"
    )
    tou.open(number)
    tou.visitor.page.goto(tou.case + "sign/")
    tou.visitor.sees("还没有经过发出前审核")
    ticked(shen, "review-after")
    tou.act("sign", every_claim="on", plain="on", promises="on")

    ran.visitor.go("/desk/letters/?shelf=post")
    ran.visitor.press("低保金停发")
    paper = ran.visitor.page.locator('[name="paper"] option', has_text="处理意见书").first.get_attribute(
        "value"
    )
    ran.act("post-paper", paper=str(paper), post_no=NUMBER)
    ran.visitor.go("/desk/letters/?shelf=result")
    ran.visitor.sees(NUMBER)
    ran.act("post-result", outcome="delivered")
    ran.visitor.page.goto(ran.case + "serve/")
    assert NUMBER in ran.visitor.page.locator('[name="proof"]').input_value()
    ran.act("serve")
    ran.visitor.sees("已答复")
    for one in officers.values():
        one.visitor.__exit__(None, None, None)


def test_the_letter_desk_on_a_phone(site: str, browser: Browser) -> None:
    ran = Officer(browser, site, 390, "ran").visitor
    ran.go("/desk/letters/batches/add/")
    ran.fill(pieces="1")
    ran.send()
    ran.fill(pages="1")
    ran.send()
    ran.sees("这一批都已经拆封登记")
    ran.go("/desk/letters/?shelf=scan")
    ran.page.locator(".lx-worklist__link").last.click()
    ran.page.wait_for_load_state()
    ran.look()
    ran.press("不扫描，直接录入")
    ran.fill(text=WORDS)
    ran.press("录好了")
    ran.sees("待登记")
    ran.__exit__(None, None, None)
