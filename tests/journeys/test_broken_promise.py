"""A case reopened by a broken promise: the day passes, the night's sweep acts, the citizen and the officers see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from tests.journeys.browsing import Visitor
from tests.journeys.conftest import running
from tests.journeys.supervising import KEYS, officer, play

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("promise")


@pytest.fixture(scope="module")
def place(folder: Path) -> Iterator[str]:
    with running(folder, **KEYS) as address:
        yield address


def test_a_case_is_reopened_by_a_broken_promise(place: str, folder: Path, browser: Browser) -> None:
    number, code = play(folder, "answered")
    with (
        Visitor(browser, place, width=390) as citizen,
        officer(browser, place, "tou", width=1280) as tou,
        officer(browser, place, "han", width=1280) as han,
    ):
        follow(citizen, number, code)
        citizen.sees("答应您的事", "补发八月以来低保金", "机关还没有记录落实")
        tou.go("/desk/supervision/promises/?kind=over")
        tou.sees(number, "补发八月以来低保金", "等待落实")
        assert play(folder, "sweep") == "swept", "the night's sweep"
        follow(citizen, number, code)
        citizen.sees("承诺到期没有落实，重新办理", "正在办理", "已重新办理", "重新办理告知书")
        tou.go("/desk/supervision/promises/")
        tou.sees(number, "到期没有落实", "已重新办理")
        tou.go("/desk/supervision/debts/?why=undone")
        tou.sees(number, "补发八月以来低保金")
        han.go("/desk/search/")
        han.fill(number=number)
        han.send()
        case = han.page.url.split("?")[0].rstrip("/")
        han.sees("办理中", "承诺到期没有落实")
        han.page.goto(f"{case}/keep-promise/")
        han.look()
        han.fill(
            evidence="补发八月以来低保金，银行代发流水",
            kept_on_year=str(TODAY.year),
            kept_on_month=str(TODAY.month),
            kept_on_day=str(TODAY.day),
        )
        han.send()
        han.sees("记录承诺已落实")
        assert play(folder, "sweep") == "swept", "a second night changes nothing"
        follow(citizen, number, code)
        citizen.sees("银行代发流水", "正在办理")
        citizen.press("说说有没有落实")
        citizen.fill(done="yes")
        citizen.send()
        citizen.sees("您说已落实", "信访人说已落实")
        tou.go("/desk/supervision/promises/?kind=kept")
        tou.sees(number, "已落实", "信访人说已落实")


def follow(citizen: Visitor, number: str, code: str) -> None:
    """Look the case up."""
    citizen.go("/follow/")
    citizen.fill(number=number, code=code)
    citizen.send()
    assert citizen.page.url.endswith("/follow/case/"), citizen.page.url
