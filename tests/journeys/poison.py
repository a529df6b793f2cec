"""Writes payloads into every text that petitioners and officers store; prints what a browser needs to read them back. Run as a
program in the environment of a journey."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import Any

import django

PLAIN = "事情经过写在下面。（虚构）" * 300
"""So many plain words that a file is taken as text before its payloads begin."""
NUMBERS = count(1000)
"""What the payloads call with; each text has its own, so that an officer's text never looks like a petitioner's name."""


def short(most: int) -> str:
    """Return the next payload that fits into so many letters."""
    from tests.security.payloads import TEMPLATES, payload

    while True:
        n = next(NUMBERS)
        text = payload(n % len(TEMPLATES), n)
        if len(text) <= most and not text.startswith(("javascript", "data:")):
            return text


def whole() -> str:
    """Return all payloads with numbers of their own."""
    from tests.security.payloads import TEMPLATES, all_of_them

    first, *_ = [next(NUMBERS) for _ in TEMPLATES]
    return all_of_them(first)


def petition(cast: Any) -> Any:
    """Return a petition with payloads in every text."""
    return cast.petition(
        body=whole(),
        ask=short(200),
        claims=(short(200), short(200)),
        identity={"name": short(60), "phone": "13900000001", "address": short(100)},
        helper={"name": short(60), "phone": "13900000002"},
    )


def cases(cast: Any) -> Iterator[Any]:
    """Write a case in each of several stages, with payloads in what officers write."""
    from lianxin.cases.services import handling, intake, serving, withdrawing
    from lianxin.ledger.ids import new_id
    from tests.cast import key, on

    for stage in ("filed", "registered", "handling", "signoff", "served"):
        case = intake.file(petition(cast), case_id=new_id(), when=on("2026-05-06")).case
        add_files(case)
        if stage == "filed":
            yield case
            continue
        case = intake.register(
            cast.load("ran", case), actor=cast.actor("ran"), key=key(), when=on("2026-05-07"), kind="claim",
            category="0101", subroute="31.6", summary=short(80),
        )  # fmt: skip
        if stage == "registered":
            yield case
            continue
        case = handling.accept(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            key=key(),
            when=on("2026-05-08"),
            approver=cast.staff["tou"],
        )
        case = handling.assign(
            cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
            when=on("2026-05-09"), note=short(200),
        )  # fmt: skip
        if stage == "handling":
            withdrawing.ask(
                cast.load_public(case), via="online", actor=None, key=key(), when=on("2026-05-12")
            )
            withdrawing.pressed(
                cast.load_public(case), words=whole()[:1000], key=key(), when=on("2026-05-13")
            )
            yield case
            continue
        findings = [
            handling.Finding(n, whole(), "support", whole(), short(200), short(200), on("2027-07-01").on)
            for n in (1, 2)
        ]
        case = handling.draft_opinion(
            cast.load("han", case), actor=cast.actor("han"), findings=findings, heard=True, verified=True, key=key(),
            when=on("2026-05-20"),
        )  # fmt: skip
        if stage == "signoff":
            yield case
            continue
        case = handling.sign(
            cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-25")
        )
        yield serving.serve(
            cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=on("2026-05-28").on,
            proof=short(100), receiver="", refused=False, witness="", key=key(), when=on("2026-05-28"),
        )  # fmt: skip


def add_files(case: Any) -> None:
    """Hand in two files whose names and words are payloads."""
    from lianxin.cases.history import load
    from lianxin.cases.services import attaching
    from lianxin.files import keeping
    from tests.cast import key, on

    kept = [
        keeping.take_in(case.pk, BytesIO(f"{PLAIN}\n{whole()}".encode()), f"{short(60)}.txt"),
        keeping.take_in(case.pk, BytesIO("第二份。（虚构）".encode()), f"{short(60)}.txt"),
    ]
    attaching.add(load(case), kept, actor=None, key=key(), when=on("2026-05-06", 10))


def rename() -> None:
    """Give organs, officers and places names an administrator might have typed."""
    from lianxin.organs.models import Organ, Region, Staff

    for organ in Organ.objects.all():
        names = {
            "name": short(60),
            "short_name": short(60),
            "phone": "<b onclick=alert(7)>",
            "address": short(80),
            "hours": short(60),
        }
        Organ.objects.filter(pk=organ.pk).update(**names)
    for staff in Staff.objects.all():
        Staff.objects.filter(pk=staff.pk).update(name=short(30))
    for place in Region.objects.exclude(level="country"):
        Region.objects.filter(pk=place.pk).update(name=short(40))


def draft() -> str:
    """Return the handle of a draft with payloads in every answer."""
    from tests.crash.serving import write_drafts

    return write_drafts(
        1, story=whole(), claims=f"{short(100)}\n{short(100)}", name=short(60), address=short(80), who="helper",
        helper_name=short(60), helper_phone="13900000002", avoid=short(60),
    )[0]  # fmt: skip


def main() -> None:
    """Write everything and print cases, codes and the draft."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    django.setup()
    from tests.crash.serving import cast
    from tests.web.public.walking import new_code

    found = [(case.pk, case.number, new_code(case)) for case in cases(cast())]
    handle = draft()
    rename()
    json.dump({"cases": found, "draft": handle}, sys.stdout)


if __name__ == "__main__":
    main()
