"""Fills the database of the keyboard's journey: fifty cases Han handles, received in the last weeks. Run as a program."""

from __future__ import annotations

import os
from datetime import timedelta

import django

COUNT = 50
MATTERS = ("低保金停发，要求恢复发放", "临时救助申请没有答复", "养老机构预付费用退款", "公墓收费与公示不一致")


def fill() -> None:
    """File, register, accept and assign the cases on days before today."""
    from lianxin.cases.services import handling, intake
    from lianxin.organs.models import Organ, Region, Staff
    from lianxin.web.clock import now
    from tests.cast import Cast, key, on

    regions = {name: Region.objects.get(code=code) for name, code in (("anzhou", "510705000000"),)}
    cast = Cast(
        regions,
        {one.code: one for one in Organ.objects.all()},
        {one.username: one for one in Staff.objects.all()},
    )
    today = now().on
    for n in range(COUNT):
        received = today - timedelta(days=20 - n % 10)
        case = cast.filed(day=received.isoformat()).case
        steps = {"key": key(), "when": on(received + timedelta(days=1))}
        case = intake.register(
            cast.load("ran", case), actor=cast.actor("ran"), kind="claim", category="0101", subroute="31.6",
            summary=f"{MATTERS[n % len(MATTERS)]}（{n + 1}）", **steps,
        )  # fmt: skip
        steps = {"key": key(), "when": on(received + timedelta(days=2))}
        case = handling.accept(
            cast.load("fen", case), actor=cast.actor("fen"), approver=cast.staff["tou"], **steps
        )
        steps = {"key": key(), "when": on(received + timedelta(days=3))}
        handling.assign(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            officer=cast.staff["han"],
            no_interest=True,
            **steps,
        )


def main() -> None:
    """Fill the database named in the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    django.setup()
    from lianxin.ledger import face

    face.system()
    fill()


if __name__ == "__main__":
    main()
