"""From the answer to the end of the ladder in a real browser: review, upheld and served, re-check, final; on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from tests.journeys.browsing import Visitor
from tests.journeys.test_main_path import Officer, file_petition, follow

TELEPHONE = 390


@contextmanager
def at_work(browser: Browser, site: str, *names: str) -> Iterator[dict[str, Officer]]:
    """Give officers at their desks, and close them afterwards."""
    officers = {name: Officer(browser, site, TELEPHONE, name) for name in names}
    yield officers
    for one in officers.values():
        one.visitor.__exit__(None, None, None)


def last_option(officer: Officer, page: str, name: str) -> str:
    """Return the last choice of a list on an act's page."""
    officer.visitor.page.goto(f"{officer.case.rstrip('/')}/{page}/")
    return str(officer.visitor.page.locator(f'[name="{name}"] option').last.get_attribute("value"))


def answered(officers: dict[str, Officer], number: str) -> None:
    """Bring a petition filed at the city to a served answer of the county."""
    shi, fen, han, tou, ran = (officers[name] for name in ("shi", "fen", "han", "tou", "ran"))
    shi.open(number)
    shi.act("register", kind="claim", category="0101", subroute="31.6", summary="低保金停发，要求恢复发放")
    shi.act("refer")
    fen.open(number)
    fen.act("take")
    fen.act("accept", approver=last_option(fen, "accept", "approver"))
    # the list of handlers is by name: Han is the one who signs in below
    fen.visitor.page.goto(f"{fen.case.rstrip('/')}/assign/")
    handler = fen.visitor.page.locator('[name="officer"] option', has_text="韩承办").get_attribute("value")
    fen.act("assign", officer=str(handler), no_interest="on")
    han.open(number)
    rows = {}
    for n in (1, 2):
        rows |= {
            f"claim{n}-facts": "停发符合规定。",
            f"claim{n}-outcome": "not_support",
            f"claim{n}-decision": "不予恢复。",
            f"claim{n}-basis": "社会救助暂行办法 第十二条",
        }
    han.act("draft-opinion", **rows, heard="on", verified="on")
    tou.open(number)
    tou.act("sign", every_claim="on", plain="on", promises="on")
    ran.open(number)
    ran.act("serve", method="in_person", proof="本人签收")


def ask(citizen: Visitor, organ: str) -> None:
    """Ask for review or re-check on the guided page."""
    citizen.go("/follow/review/")
    citizen.sees("最后一日是", organ)
    citizen.fill(reasons="数额没有重新计算。")
    citizen.page.get_by_label(organ, exact=True).check(force=True)
    citizen.send()
    assert "review" in citizen.page.url and "请至少勾选一项" in citizen.page.locator("main").inner_text()
    citizen.page.locator('[name="claims"]').first.check(force=True)
    citizen.send()
    assert citizen.page.url.endswith("/follow/case/"), citizen.page.locator("main").inner_text()[:800]


def decide(officer: Officer, page: str, **more: str) -> None:
    """Make and serve the opinion of a review or re-check."""
    officer.act(
        page,
        found_facts="原处理认定的事实清楚。",
        found_reasons="适用依据正确。",
        method="in_person",
        proof="本人签收",
        approver=last_option(officer, page, "approver"),
        **more,
    )


def test_from_the_answer_to_the_end_of_the_ladder(site: str, browser: Browser) -> None:
    with (
        Visitor(browser, site, width=TELEPHONE) as citizen,
        at_work(browser, site, "shi", "fen", "han", "tou", "ran", "fu", "kun") as officers,
    ):
        number, code = file_petition(citizen)
        answered(officers, number)
        follow(citizen, number, code, "已经书面答复", "不同意，请求复查")
        ask(citizen, "绵阳市民政局")
        citizen.sees("您的复查请求已经收到", "绵阳市民政局正在决定是否受理。")

        fu, fen = officers["fu"], officers["fen"]
        fu.open(number)
        fu.visitor.page.goto(f"{fu.case.rstrip('/')}/accept-review/")
        fu.visitor.look()
        fu.visitor.sees("数额没有重新计算。")
        fu.act("accept-review", paper_ground="在期限以内提出，有请求和理由。")
        fen.open(number)
        fen.visitor.sees("复查机构", "绵阳市民政局")
        follow(citizen, number, code, "绵阳市民政局正在复查")
        decide(fu, "review-uphold")
        follow(citizen, number, code, "复查意见已经送达", "结论：维持", "请求复核的最后一日是")
        ask(citizen, "四川省民政厅")
        citizen.sees("您的复核请求已经收到")

        kun = officers["kun"]
        kun.open(number)
        kun.act("accept-recheck", paper_ground="在期限以内提出。")
        decide(kun, "recheck-decide", outcome="uphold")
        follow(citizen, number, code, "复核意见已经作出，信访程序到此为止。", "复核意见书")


def test_a_withdrawal_waits_and_is_taken_back(site: str, browser: Browser) -> None:
    with Visitor(browser, site, width=TELEPHONE) as citizen, at_work(browser, site, "shi") as officers:
        number, code = file_petition(citizen)
        shi = officers["shi"]
        shi.open(number)
        shi.act(
            "register", kind="claim", category="0101", subroute="31.6", summary="低保金停发，要求恢复发放"
        )
        follow(citizen, number, code, "不想办了，或者有人要您撤回")
        citizen.press("不想办了，或者有人要您撤回")
        citizen.sees("任何人都不能要求、劝说或者强迫您撤回", "我是被要求撤回的")
        citizen.fill(wish="ask")
        citizen.send()
        citizen.sees("等待期到", "已经登记")
        citizen.press("确认、收回，或者说明是被要求的")
        citizen.fill(wish="back")
        citizen.send()
        citizen.sees("撤回没有生效，继续办理")
