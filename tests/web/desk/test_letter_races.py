"""Two officers at one letter: nobody's work is written over, and a letter is registered as what it is, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from lianxin.cases.models import Case, Paper
from lianxin.cases.services import routing
from lianxin.files import keeping
from lianxin.letters.models import Batch, Letter, Posting, Stage
from lianxin.letters.sealing import opened as contents
from lianxin.letters.services import opening, posting, writing
from tests.cast import Cast, key, on
from tests.letters import sample
from tests.letters.sample import DAY, WORDS
from tests.web.desk.conftest import Desk
from tests.web.desk.test_letters import ENVELOPE, REGISTER, batch_of, photo, registered


@pytest.fixture(autouse=True)
def a_day_in_november(today: Callable[[str], None], settings: Settings, tmp_path: Path) -> None:
    """Hold the clock behind the day since which letters are reviewed, and keep files apart."""
    today(DAY)
    settings.FILES, settings.FILES_INCOMING, settings.SCANNER = str(tmp_path / "files"), tmp_path / "in", ""


def marks(page: Any) -> dict[str, str]:
    """Return the hidden marks a page gives its form."""
    return {name: str(page.context[name]) for name in ("key", "version")}


def test_two_who_open_one_batch_do_not_write_over_each_other(cast: Cast, desk: Desk) -> None:
    ran, fen = desk("ran"), desk("fen")
    batch = batch_of(ran, 3)
    address = f"/desk/letters/batches/{batch.id}/"
    first, second, _third = Letter.objects.order_by("count")
    mine, theirs = marks(ran.get(address)), marks(fen.get(address))
    assert ran.post(address, {**ENVELOPE, **mine, "letter": str(first.id)}).status_code == 302
    late = fen.post(address, {**ENVELOPE, **theirs, "letter": str(first.id), "pages": "9", "shelf": "别处"})
    assert late.status_code == 409 and "同事刚刚拆封登记过" in late.content.decode()
    assert "别处" in late.content.decode() and Letter.objects.get(id=first.id).pages == 2
    again = ran.post(address, {**ENVELOPE, **mine, "letter": str(first.id)})
    assert again.status_code == 302, "a double click finds the first result"
    assert f"?letter={second.id}" in ran.get("/desk/letters/", {"shelf": "open"}).content.decode()


def test_a_scanned_label_leads_to_the_form_of_that_envelope(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    batch = batch_of(client, 3)
    third = Letter.objects.order_by("count")[2]
    address = f"/desk/letters/batches/{batch.id}/?letter={third.id}"
    assert f"{address}" in client.get(f"/desk/letters/{third.id}/").content.decode()
    assert client.get(address).context["letter"].id == third.id
    assert client.get(f"/desk/letters/batches/{batch.id}/?letter=7").context["letter"].count == 1


def test_who_writes_on_an_old_page_writes_over_nobody(cast: Cast, desk: Desk) -> None:
    letter, ran, han = sample.scanned(cast), desk("ran"), desk("han")
    address = f"/desk/letters/{letter.id}/write/"
    mine, theirs = marks(ran.get(address)), marks(han.get(address))
    assert ran.post(address, {**mine, "text": WORDS}).status_code == 302
    late = han.post(address, {**theirs, "text": "另一种写法"})
    assert late.status_code == 409 and "另一种写法" in late.content.decode()
    assert contents(Letter.objects.get()).text == WORDS
    told = marks(late)
    assert told["version"] == str(Letter.objects.get().version), "told so, it may be sent again"
    assert han.post(address, {**told, "text": "另一种写法"}).status_code == 302


def test_what_was_retyped_meanwhile_is_not_compared_unseen(cast: Cast, desk: Desk) -> None:
    letter, han = sample.typed(cast, hard=True), desk("han")
    address = f"/desk/letters/{letter.id}/compare/"
    shown = marks(han.get(address))
    better = WORDS + "又及。"
    writing.transcribe(
        Letter.objects.get(), cast.actor("fen"), text=better, hard=True, key=key(), when=on(DAY)
    )
    look = han.post(address, {**shown, "text": WORDS, "preview": "1"})
    assert marks(look)["version"] == shown["version"], "a preview is no newer page"
    late = han.post(address, {**shown, "text": WORDS, "compared": "on"})
    assert late.status_code == 409
    row = Letter.objects.get()
    assert (row.stage, contents(row).text) == (Stage.PROOFREAD, better)


def test_an_old_page_throws_away_no_other_scan(cast: Cast, desk: Desk) -> None:
    letter, ran, fen = sample.opened(cast), desk("ran"), desk("fen")
    address = f"/desk/letters/{letter.id}/scans/"
    ran.post(address, {"key": key(), "uploads": [photo(), photo("第二页.jpg")]})
    version = str(Letter.objects.get().version)
    for client, status in ((ran, 302), (fen, 409)):
        answer = client.post(f"{address}1/remove/", {"key": key(), "version": version})
        assert answer.status_code == status
    assert [one.title for one in contents(Letter.objects.get()).scans] == ["第二页.jpg"]


@pytest.mark.parametrize("stage", ["done", "void"])
def test_an_envelope_is_not_changed_behind_its_case(cast: Cast, desk: Desk, stage: str) -> None:
    client = desk("ran")
    if stage == "done":
        letter = sample.typed(cast)
        registered(client, letter)
    else:
        (letter,) = sample.numbered(cast)
        opening.void(letter, cast.actor("ran"), reason="点数多点了一件", key=key(), when=on(DAY))
    before = Letter.objects.values().get()
    answer = client.post(f"/desk/letters/{letter.id}/envelope/", {**ENVELOPE, "pages": "7"})
    assert answer.status_code == 409 and Letter.objects.values().get() == before


def begun(client: Client, letter: Letter, **changes: str) -> str:
    """Return the address of the check of a registration begun from a letter."""
    there = client.post(f"/desk/letters/{letter.id}/register/").headers["Location"]
    return str(client.post(there, {**REGISTER, "body": WORDS, **changes}).headers["Location"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"channel": "fax"}, "信访形式"), ({"received_on_month": "10"}, "到达的那一天")],
)
def test_a_letter_is_registered_as_the_letter_it_is(
    cast: Cast, desk: Desk, changes: dict[str, str], told: str
) -> None:
    letter, client = sample.typed(cast), desk("ran")
    (scan,) = contents(letter).scans
    answer = client.post(begun(client, letter, **changes), {"confirmed": "on"})
    assert answer.status_code == 409 and told in answer.content.decode()
    assert not Case.objects.exists() and Letter.objects.get().stage == Stage.REGISTER
    assert keeping.digest_of(scan.name) == scan.sha256


def test_a_letter_behind_a_wall_is_not_registered_a_second_time_as_coming_from_nowhere(
    cast: Cast, desk: Desk
) -> None:
    letter, fen = sample.typed(cast), desk("fen")
    waiting = begun(fen, letter)
    registered(desk("ran"), letter, avoid=cast.staff["fen"].name)
    case = Case.objects.get()
    assert fen.get(f"/desk/letters/{letter.id}/").status_code == 404, "behind the wall"
    answer = fen.post(waiting, {"confirmed": "on"})
    assert answer.status_code == 409 and "不能从这里登记" in answer.content.decode()
    assert Case.objects.count() == 1 and case.number not in answer.content.decode()


def test_pieces_are_counted_by_the_row_not_by_the_page(cast: Cast) -> None:
    sample.numbered(cast, 2)
    one, two = Batch.objects.get(), Batch.objects.get()
    for batch in (one, two):
        opening.add_piece(batch, cast.actor("ran"), key=key())
    assert Batch.objects.get().pieces == 4 == Letter.objects.count()


def test_the_post_answers_to_who_posted_also_when_the_case_has_gone_on(cast: Cast, desk: Desk) -> None:
    case, shi = cast.referred(), cast.actor("shi")
    paper = Paper.objects.filter(case_id=case.pk).exclude(kind="referral_letter").order_by("-seq").first()
    assert paper is not None
    case = posting.post(
        cast.load("shi", case), actor=shi, paper=paper, service="registered", post_no="XA12345678951",
        posted_on=paper.issued_at.date(), key=key(), when=on(DAY),
    )  # fmt: skip
    fen = cast.actor("fen")
    case = routing.take(cast.load("fen", case), actor=fen, key=key(), when=on(DAY))
    assert case.holder_id == fen.organ.pk
    address, client = f"/desk/case/{case.pk}/post-result/", desk("shi")
    assert address in client.get("/desk/letters/", {"shelf": "result"}).content.decode()
    day_of = {"on_year": "2026", "on_month": "11", "on_day": "10"}
    sent = {"post_no": "XA12345678951", "outcome": "delivered", **day_of, **marks(client.get(address))}
    assert desk("wai").get(address).status_code == 404
    assert client.post(address, sent).status_code == 302
    assert Posting.objects.get().outcome == "delivered"
