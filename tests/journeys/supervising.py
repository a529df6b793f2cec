"""What the journeys of supervision share: officers who are signed in, and a stage that plays months in a moment.

Run as a program in the journey's environment it writes what happened before the walk, or lets a night pass.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import django
from playwright.sync_api import Browser

from tests.journeys.browsing import Visitor

ROOT = Path(__file__).parents[2]
KEYS = {f"LIANXIN_{name}": secrets.token_hex(32) for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")}
"""The keys of the server and of what is played beside it."""


@contextmanager
def officer(browser: Browser, site: str, name: str, *, width: int) -> Iterator[Visitor]:
    """Yield an officer at the desk in a window of one's own."""
    from tests.cast import PASSWORD

    with Visitor(browser, site, width=width) as visitor:
        visitor.go("/desk/sign-in")
        visitor.fill(username=name, password=PASSWORD)
        visitor.send()
        assert visitor.page.url.endswith("/desk/"), visitor.page.url
        yield visitor


def play(folder: Path, what: str) -> tuple[str, ...] | str:
    """Let the stage play something in the database of a running server, and return what it says."""
    from tests.journeys.conftest import environment

    env = {**environment(folder), **KEYS}
    command = [sys.executable, "-m", "tests.journeys.supervising", what]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    said = done.stdout.strip().splitlines()[-1].split()
    return tuple(said) if len(said) > 1 else said[0]


def answered() -> str:
    """Play a case from its filing to its closed answer, whose promise fell due yesterday; return number and query code."""
    from django.utils import timezone

    from lianxin.cases.models import Case, Promise
    from lianxin.cases.services import handling, intake, serving
    from tests.cast import Cast, key, on
    from tests.web.public.walking import new_code

    cast = found_cast()
    today = timezone.localdate()
    first = today - timedelta(days=80)

    def day(n: int) -> str:
        return (first + timedelta(days=n)).isoformat()

    assert isinstance(cast, Cast)
    case = intake.register(
        cast.load("ran", cast.filed(day=day(0)).case), actor=cast.actor("ran"), key=key(), when=on(day(1)), kind="claim",
        category="0101", subroute="31.6", summary="低保金停发，要求恢复发放",
    )  # fmt: skip
    case = handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on(day(2)),
        approver=cast.staff["tou"],
    )
    case = handling.assign(
        cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
        when=on(day(3)),
    )  # fmt: skip
    finding = handling.Finding(
        1, "经核查，停发系系统误判。", "support", "恢复发放并补发。", "社会救助暂行办法 第十二条", "补发八月以来低保金",
        today - timedelta(days=1),
    )  # fmt: skip
    case = handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding], heard=True, verified=True, key=key(),
        when=on(day(10)),
    )  # fmt: skip
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on(day(12)))
    case = serving.serve(
        cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=first + timedelta(days=13),
        proof="本人签收", receiver="", refused=False, witness="", key=key(), when=on(day(13)),
    )  # fmt: skip
    case = serving.lapse(cast.load_public(case), when=on(day(60)))
    assert Case.objects.get(pk=case.pk).state == "closed_lapsed" and Promise.objects.get(case_id=case.pk)
    return f"{case.number} {new_code(case)}"


def several() -> str:
    """Play five cases that are being handled, filed this month; return how many."""
    cast = found_cast()
    for _ in range(5):
        cast.assigned()
    return "5"


def found_cast():  # type: ignore[no-untyped-def]
    """Return the cast as it stands in the database."""
    from lianxin.organs.models import Organ, Region, Staff
    from tests.cast import Cast

    codes = {
        "510000000000": "sichuan",
        "510700000000": "mianyang",
        "510705000000": "anzhou",
        "510703000000": "fucheng",
    }
    regions = {codes.get(one.code, "china"): one for one in Region.objects.all()}
    organs = {one.code: one for one in Organ.objects.select_related("region")}
    return Cast(regions, organs, {one.username: one for one in Staff.objects.all()})


def swept() -> str:
    """Let a night pass."""
    from django.utils import timezone

    from lianxin.cases.history import Moment
    from lianxin.jobs import promises

    promises.sweep(when=Moment(timezone.localdate(), timezone.now()))
    return "swept"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    django.setup()
    from lianxin.ledger import face

    face.system()
    print({"answered": answered, "several": several, "sweep": swept}[sys.argv[1]]())
