"""What the journeys of several organs share: a site with offices, a township and a village, and cases of today."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser

from lianxin.cases.services import handling, intake
from lianxin.web.clock import now
from tests.cast import PASSWORD, Cast, key, on
from tests.journeys.browsing import Visitor
from tests.together.places import settle

CASES = "cases.json"


def stage(cast: Cast) -> None:
    """Write the organs, a case the county handles and one the city has registered; numbers and codes go to a file."""
    settle(cast)
    today = now().on
    days = [(today - timedelta(days=back)).isoformat() for back in (3, 2, 2, 1)]
    filed = {
        "handled": cast.filed(day=days[0], claims=("恢复发放低保金", "书面说明停发的原因")),
        "sent_on": cast.filed(day=days[0], organ="mianyang"),
    }
    words = {"kind": "claim", "category": "0101", "subroute": "31.6", "summary": "低保金停发，要求恢复发放"}
    for name, who in (("handled", "ran"), ("sent_on", "shi")):
        intake.register(
            cast.load(who, filed[name].case), actor=cast.actor(who), key=key(), when=on(days[1]), **words
        )
    case = filed["handled"].case
    handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on(days[2], 11),
        approver=cast.staff["tou"],
    )
    handling.assign(
        cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
        when=on(days[3]),
    )  # fmt: skip
    told = {name: [one.case.number, one.code] for name, one in filed.items()}
    (Path(os.environ["LIANXIN_DATA_DIR"]) / CASES).write_text(json.dumps(told), encoding="utf-8")


def known(folder: Path, name: str) -> tuple[str, str]:
    """Return number and query code of one of the cases."""
    number, code = json.loads((folder / CASES).read_text(encoding="utf-8"))[name]
    return number, code


@contextmanager
def officer(browser: Browser, site: str, name: str, *, width: int = 1280) -> Iterator[Visitor]:
    """Yield an officer signed in at the desk in a window of one's own."""
    with Visitor(browser, site, width=width) as one:
        one.go("/desk/sign-in")
        one.fill(username=name, password=PASSWORD)
        one.send()
        assert one.page.url.endswith("/desk/"), one.page.url
        yield one


def open_case(one: Visitor, number: str) -> str:
    """Find a case by its number and return its address."""
    one.go("/desk/search/")
    one.fill(number=number)
    one.send()
    assert "/desk/case/" in one.page.url, one.page.url
    return one.page.url.split("?")[0].rstrip("/")


def act(one: Visitor, case: str, name: str, **values: str) -> None:
    """Open the page of an act, fill it in, send it, and see that it was done."""
    one.page.goto(f"{case}/{name}/")
    one.look()
    one.fill(**values)
    one.send()
    assert f"/{name}/" not in one.page.url, one.page.locator("main").inner_text()[:800]


def follow(citizen: Visitor, number: str, code: str, *words: str) -> None:
    """Look the case up as its petitioner and see the words."""
    citizen.go("/follow/")
    citizen.fill(number=number, code=code)
    citizen.send()
    assert citizen.page.url.endswith("/follow/case/"), citizen.page.url
    text = "".join(citizen.page.locator("main").inner_text().split())
    missing = [word for word in words if "".join(word.split()) not in text]
    assert not missing, f"{missing}\n{text[:3000]}"
