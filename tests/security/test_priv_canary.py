"""PRIV-01, PRIV-02, SEAL-01: identities that go through every flow stand afterwards in no log, row, file, address or title."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from lianxin.cases import numbers
from lianxin.cases.models import Case, CaseText
from lianxin.cases.services import correcting, handling, intake, serving
from lianxin.jobs import integrity, sweeps
from lianxin.petitioners.models import Party
from tests.cast import PASSWORD, Cast, key, on
from tests.web.public.walking import filed, kept, new_code, walk

NAME, PHONE, ADDRESS, EMAIL, ID_NUMBER = "鹮翀彧", "199000770", "麑麂巷", "zqxjkv", "510724188801010"
MARKS = (NAME, PHONE, ADDRESS, EMAIL, ID_NUMBER)
"""What every canary's fields begin with; no word of the system does."""
PEOPLE = 200


def person(n: int) -> dict[str, str]:
    """Return a canary."""
    return {
        "name": f"{NAME}{chr(0x4E00 + n)}",
        "phone": f"{PHONE}{n:02d}",
        "address": f"{ADDRESS}{n}号",
        "email": f"{EMAIL}{n}@example.com",
        "id_number": f"{ID_NUMBER}{n:03d}",
    }


def forms(mark: str) -> set[bytes]:
    """Return a mark as it might be written somewhere: in several encodings, as base64 at each offset, backwards."""
    plain = mark.encode()
    found = {plain, mark[::-1].encode(), plain[::-1], mark.encode("gb18030"), plain.hex().encode()}
    found |= {mark.encode("utf-16-le"), mark.encode("utf-16-be"), quote(mark).encode()}
    found |= {mark.encode("unicode_escape"), repr(mark.encode())[2:-1].encode()}
    for data in (plain, mark.encode("utf-16-le")):
        for lead in range(3):
            text = base64.b64encode(b"\0" * lead + data).decode()
            found.add(text[-(-lead * 4 // 3) : len(text) - 4 if text.endswith("=") else len(text)].encode())
    return {one for one in found if len(one) >= 6}


def hits(data: bytes) -> list[str]:
    """Return which marks stand in the data in any form."""
    return [mark for mark in MARKS if any(form in data for form in forms(mark))]


def cells() -> Iterator[bytes]:
    """Yield every value of every table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            for row in cursor.fetchall():
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def files() -> Iterator[bytes]:
    """Yield names and contents of all files of the installation's data folder."""
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file() and "fonts" not in path.parts:
            yield str(path).encode()
            yield path.read_bytes()


class Watched(Client):
    """A browser that notes addresses, headers, cookies and titles of all it was sent to and given."""

    seen: list[str]

    def request(self, **given: Any) -> HttpResponse:
        answer = super().request(**given)
        self.seen = [*getattr(self, "seen", []), f"{given.get('PATH_INFO')}?{given.get('QUERY_STRING')}"]
        self.seen += [f"{name}: {value}" for name, value in answer.headers.items()]
        self.seen += [str(answer.cookies)]
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            body = answer.content.decode()
            self.seen += re.findall(r"<title>(.*?)</title>", body, re.S)
            self.seen += re.findall(r'(?:href|action|src)="([^"]*)"', body)
        return answer


def officer(name: str) -> Watched:
    client = Watched()
    assert client.post("/desk/sign-in", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def online(cast: Cast) -> tuple[Case, list[str]]:
    """File online as a canary, with mistakes on the way, and return the case and what the browser has noted."""
    client = Watched(raise_request_exception=False)
    mine = person(0)
    given = {name: mine[name] for name in ("name", "phone", "address")}
    walk(client, cast, until="contact")
    assert client.post("/file/contact/", {**given, "phone": f"{mine['phone']} 不知道"}).status_code == 422
    client.post("/file/contact/", given)
    client.get("/file/check/")
    assert client.post("/file/check/").status_code == 302
    case, code = filed(client), kept(client)["code"]
    client.get("/file/receipt/")
    client.post("/follow/", {"number": case.number, "code": code})
    client.get("/follow/case/")
    client.post("/follow/correct/", {"key": "c" * 22, **person(1), "words": "应是九月停发"})
    client.post("/follow/mine/")
    return case, client.seen


def handled(cast: Cast, case: Case) -> list[str]:
    """Bring the case through the desk to its answer, open the identity on the way, and return what browsers have noted."""
    case = intake.register(
        cast.load("ran", case), actor=cast.actor("ran"), key=key(), when=on("2026-06-02"), kind="claim",
        category="0101", subroute="31.6", summary="低保金停发，要求恢复发放",
    )  # fmt: skip
    case = handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on("2026-06-02"),
        approver=cast.staff["tou"],
    )
    case = handling.assign(
        cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
        when=on("2026-06-02"),
    )  # fmt: skip
    han = officer("han")
    page = f"/desk/case/{case.pk}/"
    for address in ("", "dates/", "answer-correction/", "draft-opinion/", "?as=petitioner"):
        han.get(page + address)
    for field in ("name", "phone", "address"):
        shown = han.post(f"{page}reveal/", {"seq": "1", "field": field, "purpose": "打电话核实"})
        assert person(0)[field] in shown.content.decode()
    correcting.answer(
        cast.load("han", case),
        taken=True,
        how="电话核对",
        actor=cast.actor("han"),
        key=key(),
        when=on("2026-06-03"),
    )
    finding = handling.Finding(
        seq=1,
        facts="经核查属实。",
        outcome="explain",
        decision="恢复发放。",
        basis="社会救助暂行办法",
        promise="",
        promise_on=None,
    )
    more = handling.Finding(
        seq=2,
        facts="经核查属实。",
        outcome="explain",
        decision="补发。",
        basis="社会救助暂行办法",
        promise="",
        promise_on=None,
    )
    case = handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding, more], heard=True, verified=True, key=key(),
        when=on("2026-06-04"),
    )  # fmt: skip
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-06-05"))
    serving.serve(
        cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=on("2026-06-06").on,
        proof="本人签收", receiver="", refused=False, witness="", key=key(), when=on("2026-06-06"),
    )  # fmt: skip
    ran = officer("ran")
    for address in ("/desk/", "/desk/alerts/", f"/desk/search/?number={case.number}", page):
        ran.get(address)
    return [*han.seen, *ran.seen]


def broken(case: Case) -> list[str]:
    """Damage a sealed box, have an officer open it, and return what the browser has noted (SEAL-07)."""
    row = Party.objects.get(case_id=case.pk, seq=1)
    Party.objects.filter(case_id=case.pk, seq=1).update(boxes={**row.boxes, "phone": row.boxes["name"]})
    han = officer("han")
    han.raise_request_exception = False
    answer = han.post(f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": "phone", "purpose": "核实"})
    assert answer.status_code >= 400 and not hits(answer.content)
    return han.seen


def test_priv_01_02_seal_01_canaries_are_in_no_log_row_file_address_or_title(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(
        numbers, "counter", numbers.Counter()
    )  # two hundred in a day: more than the block of a test before
    case, noted = online(cast)
    noted += handled(cast, case)
    petitioner = Watched()
    petitioner.post("/follow/", {"number": case.number, "code": new_code(case)})
    for address in ("case/", "review/", "withdraw/", "evaluate/", "correct/", "dates/"):
        petitioner.get(f"/follow/{address}")
    noted += petitioner.seen
    for n in range(2, PEOPLE):
        cast.filed(identity=person(n), helper=person(n) if n % 20 == 0 else {})
    sweeps.sweep(when=on("2026-07-20"))
    integrity.check(case.pk)
    integrity.rebuild(case.pk)
    noted += broken(case)
    logs = "\n".join([caplog.text, *(str(one.__dict__) for one in caplog.records), *capfd.readouterr()])
    assert any(one.levelno >= logging.ERROR and one.exc_info for one in caplog.records)
    assert not hits(logs.encode())
    assert not hits("\n".join(noted).encode())
    assert len(noted) > 200 and Party.objects.count() >= PEOPLE
    everything = b"\n".join(cells())
    assert not hits(everything) and case.number.encode() in everything
    assert not hits(b"\n".join(files()))


@pytest.mark.parametrize("mark", MARKS)
def test_seal_01_a_canary_that_got_out_is_found_in_any_form(cast: Cast, mark: str) -> None:
    case = cast.filed().case
    for text in (
        f"信访人{mark}来访",
        mark[::-1],
        base64.b64encode(f"x{mark}y".encode()).decode(),
        base64.b64encode(f"xy{mark}z".encode("utf-16-le")).decode(),
        quote(mark),
    ):
        CaseText.objects.filter(case=case).update(body=text)
        assert hits(b"\n".join(cells())) == [mark], text
    assert hits(mark.encode("utf-16-be")) == hits(mark.encode("gb18030")) == [mark]
