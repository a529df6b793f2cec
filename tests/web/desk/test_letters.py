"""The letter desk's pages: counted, opened, scanned, written down, compared, registered; and who sees none of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from lianxin.cases.models import Attachment, Case, CaseText
from lianxin.files import keeping
from lianxin.ledger.models import Event
from lianxin.letters import reading
from lianxin.letters.models import Batch, Letter, Stage
from lianxin.letters.sealing import opened as contents
from lianxin.letters.services import writing
from lianxin.petitioners import drafts
from tests.cast import XIN, Cast, key, on
from tests.files import samples
from tests.letters import sample
from tests.letters.sample import DAY, WORDS
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

KEY = "a-key-of-one-form-page"
ENVELOPE = {
    "key": KEY, "pages": "2", "envelope": "ordinary", "post_number": "", "postmark_place": "绵阳安州", "shelf": "3 号柜",
    "arrived_on_year": "2026", "arrived_on_month": "11", "arrived_on_day": "10", "has_photo": "1",
}  # fmt: skip
REGISTER = {
    "channel": "letter", "people": "1", "claims": "恢复发放低保金", "place": "四川省绵阳市安州区", "kind": "claim",
    "category": "0101", "subroute": "31.6", "summary": "低保金停发，要求恢复发放", "name": XIN["name"],
    "received_on_year": "2026", "received_on_month": "11", "received_on_day": "10",
}  # fmt: skip


@pytest.fixture(autouse=True)
def a_day_in_november(today: Callable[[str], None], settings: Settings, tmp_path: Path) -> None:
    """Hold the clock behind the day since which letters are reviewed, and keep files apart."""
    today(DAY)
    settings.FILES, settings.FILES_INCOMING, settings.SCANNER = str(tmp_path / "files"), tmp_path / "in", ""


def photo(name: str = "第一页.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.photograph(), "image/jpeg")


def batch_of(client: Client, pieces: int = 2) -> Batch:
    sent = {
        "key": key(),
        "way": "post",
        "pieces": str(pieces),
        "on_year": "2026",
        "on_month": "11",
        "on_day": "10",
    }
    answer = client.post("/desk/letters/batches/add/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.latest("at")


def bare(answer: HttpResponse) -> str:
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def test_the_post_is_counted_and_opened_one_after_the_other(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    assert client.get("/desk/letters/batches/add/").status_code == 200
    batch = batch_of(client)
    address = f"/desk/letters/batches/{batch.id}/"
    shown = client.get(address)
    first, second = Letter.objects.order_by("count")
    assert "拆封：信2026-000001" in shown.content.decode() and shown.context["left"] == 2
    assert client.post(address, {**ENVELOPE, "letter": str(first.id)}).status_code == 302
    first.refresh_from_db()
    assert (first.stage, first.pages, first.enclosures, first.shelf) == ("scan", 2, {"photo": 1}, "3 号柜")
    after = client.get(address)
    assert "拆封：信2026-000002" in after.content.decode()
    form = after.context["form"]
    assert (form["shelf"].value(), form["postmark_place"].value(), form["pages"].value()) == (
        "3 号柜",
        "绵阳安州",
        None,
    )
    client.post(f"{address}piece/", {"key": "the-key-of-one-more"})
    client.post(f"{address}piece/", {"key": "the-key-of-one-more"})
    assert Letter.objects.count() == 3 and Batch.objects.get().pieces == 3
    assert second.stage == Stage.OPEN


def test_what_is_wrong_with_an_envelope_is_said_at_its_field(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    batch = batch_of(client, 1)
    letter = Letter.objects.get()
    address = f"/desk/letters/batches/{batch.id}/"
    wrong = {
        **ENVELOPE,
        "letter": str(letter.id),
        "pages": "二",
        "envelope": "registered",
        "arrived_on_day": "30",
    }
    answer = client.post(address, wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"pages", "post_number", "arrived_on"}
    assert 'value="二"' in answer.content.decode() and "3 号柜" in answer.content.decode()
    assert Letter.objects.get().stage == Stage.OPEN
    assert client.post(address, {**ENVELOPE, "letter": "7"}).status_code == 404


def test_labels_hold_the_number_and_nothing_else(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    batch = batch_of(client, 3)
    page = client.get(f"/desk/letters/batches/{batch.id}/labels/")
    assert [one["code"] for one in page.context["labels"]] == ["L2026-000001", "L2026-000002", "L2026-000003"]
    letter = Letter.objects.order_by("count")[1]
    one = client.get(f"/desk/letters/batches/{batch.id}/labels/?letter={letter.id}")
    assert [one["label"] for one in one.context["labels"]] == ["信2026-000002"]
    assert client.get(f"/desk/letters/batches/{batch.id}/labels/?letter=7").status_code == 404


@pytest.mark.parametrize("typed", ["信2026-000001", "L2026-000001", "２０２６－１", " l2026-000001 "])
def test_a_scanned_label_opens_its_letter(cast: Cast, desk: Desk, typed: str) -> None:
    letter, client = sample.opened(cast), desk("shen")
    found = client.get("/desk/letters/find/", {"label": typed})
    assert found.headers["Location"] == f"/desk/letters/{letter.id}/"
    assert client.get("/desk/letters/find/", {"label": "2026-99"}).status_code == 404
    wrong = client.get("/desk/letters/find/", {"label": "510705L2026"})
    assert wrong.status_code == 422 and "510705L2026" in wrong.content.decode()


def test_scans_are_put_in_all_or_none(cast: Cast, desk: Desk) -> None:
    letter, client = sample.opened(cast), desk("ran")
    address = f"/desk/letters/{letter.id}/scans/"
    bad = SimpleUploadedFile("扫描.zip", b"PK\x03\x04nothing", "application/zip")
    answer = client.post(address, {"key": KEY, "uploads": [photo(), bad]})
    assert answer.status_code == 422 and contents(Letter.objects.get()).scans == ()
    assert client.post(address, {"key": KEY}).status_code == 422
    done = client.post(address, {"key": KEY, "uploads": [photo(), photo("第二页.jpg")]})
    assert done.headers["Location"] == f"/desk/letters/{letter.id}/write/"
    again = client.post(address, {"key": KEY, "uploads": [photo()]})
    assert again.status_code == 302
    held = contents(Letter.objects.get())
    assert [one.title for one in held.scans] == ["第一页.jpg", "第二页.jpg"]
    shown = client.get(address)
    assert len(shown.context["lines"]) == 2
    gone = client.post(f"{address}1/remove/", {"key": "another-key-of-a-page"})
    assert gone.status_code == 302 and [one.title for one in contents(Letter.objects.get()).scans] == [
        "第二页.jpg"
    ]


def test_the_pictures_of_an_opened_page_are_one_look(cast: Cast, desk: Desk) -> None:
    letter, client = sample.scanned(cast), desk("han")
    page = client.get(f"/desk/letters/{letter.id}/write/")
    (picture,) = page.context["pictures"]
    looks = Event.objects.filter(kind="letter.read")
    assert looks.count() == 1
    answer = client.get(str(picture["href"]))
    assert (
        answer["Content-Type"] == "image/jpeg"
        and answer.content.startswith(b"\xff\xd8")
        and looks.count() == 1
    )
    bare_address = str(picture["href"]).split("&t=")[0]
    assert client.get(bare_address).status_code == 200 and looks.count() == 2
    assert client.get(bare_address.replace("page=1", "page=2")).status_code == 404
    assert desk("fen").get(str(picture["href"])).status_code == 200 and looks.count() == 4
    assert desk("wai").get(str(picture["href"])).status_code == 404
    assert desk("shen").get(bare_address).status_code == 200
    assert desk("tou").get(bare_address).status_code == 404


def test_one_writes_and_another_compares(cast: Cast, desk: Desk) -> None:
    letter, ran, han = sample.scanned(cast), desk("ran"), desk("han")
    write, compare = f"/desk/letters/{letter.id}/write/", f"/desk/letters/{letter.id}/compare/"
    empty = ran.post(write, {"key": KEY, "text": "  "})
    assert empty.status_code == 422 and "text" in empty.context["form"].errors
    assert ran.post(write, {"key": KEY, "text": WORDS, "hard": "on"}).status_code == 302
    own = ran.get(compare)
    assert own.status_code == 409 and "不能由您自己校对" in own.content.decode()
    assert ran.post(compare, {"key": KEY, "text": WORDS, "compared": "on"}).status_code == 409
    shown = han.get(compare)
    assert shown.context["form"]["text"].value() == WORDS and "冉登记" in shown.content.decode()
    better = WORDS.replace("两次", "三次")
    look = han.post(compare, {"key": KEY, "text": better, "preview": "1"})
    assert look.context["changes"] == [{"before": "去镇上问过两次", "after": "去镇上问过三次"}]
    assert Letter.objects.get().stage == Stage.PROOFREAD
    untold = han.post(compare, {"key": KEY, "text": better})
    assert untold.status_code == 422 and better in untold.content.decode()
    assert (
        han.post(compare, {"key": "another-key-of-a-page", "text": better, "compared": "on"}).status_code
        == 302
    )
    assert Letter.objects.get().stage == Stage.REGISTER
    assert han.get(compare).status_code == 409


def test_what_is_typed_is_kept_while_it_is_typed(cast: Cast, desk: Desk) -> None:
    letter, client = sample.scanned(cast), desk("ran")
    address = f"/desk/letters/{letter.id}/write/"
    client.get(address)
    kept = client.post(address, {"key": KEY, "text": "奶奶的低保金", "keep": "auto"})
    assert kept.status_code == 200
    assert client.get(address).context["form"]["text"].value() == "奶奶的低保金"
    assert contents(Letter.objects.get()).text == ""


def test_a_machine_only_proposes(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Invented:
        name = "虚构识别"

        def read(self, picture: bytes) -> str:
            assert picture.startswith(b"\xff\xd8")
            return "认出的一行字"

    letter, client = sample.scanned(cast), desk("ran")
    address = f"/desk/letters/{letter.id}/write/"
    monkeypatch.setattr("lianxin.web.desk.views.letter_text.reader", lambda: None)
    assert "没有装文字识别" in client.get(address).content.decode()
    monkeypatch.setattr("lianxin.web.desk.views.letter_text.reader", Invented)
    answer = client.post(address, {"key": KEY, "text": "我自己录的", "read": "1"})
    text = answer.content.decode()
    assert "认出的一行字" in text and "只供参考" in text and "我自己录的" in text
    assert contents(Letter.objects.get()).text == ""


def test_without_anything_installed_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(reading.shutil, "which", lambda name: None)
    reading.reader.cache_clear()
    assert reading.reader() is None
    reading.reader.cache_clear()


def registered(client: Client, letter: Letter, **changes: str) -> HttpResponse:
    begun = client.post(f"/desk/letters/{letter.id}/register/")
    assert begun.status_code == 302, begun.content.decode()
    form = client.get(begun.headers["Location"])
    body = form.context["form"]["body"].value()
    kept = client.post(begun.headers["Location"], {**REGISTER, "body": body, **changes})
    assert kept.status_code == 302, kept.content.decode()
    return client.post(kept.headers["Location"], {"confirmed": "on"})


def test_a_letter_becomes_a_case_with_its_scans_and_leaves_nothing_behind(
    cast: Cast, desk: Desk, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    letter, client = sample.typed(cast), desk("ran")
    (before,) = contents(letter).scans
    again = client.post(f"/desk/letters/{letter.id}/register/").headers["Location"]
    assert client.post(f"/desk/letters/{letter.id}/register/").headers["Location"] == again, (
        "one draft, not two"
    )
    form = client.get(again).context["form"]
    assert (form["channel"].value(), form["body"].value()) == ("letter", WORDS)
    assert "信2026-000001" in form["note"].value()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert registered(client, letter).headers["Location"].endswith("/done/")
    case, row = Case.objects.get(), Letter.objects.get()
    assert (case.channel, case.source_number, str(case.received_on)) == ("letter", "信2026-000001", DAY)
    assert CaseText.objects.get().body == WORDS
    (scan,) = Attachment.objects.filter(case_id=case.pk)
    assert scan.sha256 == before.sha256 and keeping.digest_of(scan.name) == scan.sha256
    assert scan.name.startswith(f"{case.pk}/")
    assert (row.stage, row.became_id, bytes(row.box)) == (Stage.DONE, case.pk, b"")
    with pytest.raises(Exception, match="不在存放的地方"):
        keeping.digest_of(before.name)
    page = client.get(f"/desk/letters/{letter.id}/").content.decode()
    assert case.number in page and WORDS not in page
    assert client.get(f"/desk/letters/{letter.id}/write/").status_code == 409
    assert client.post(f"/desk/letters/{letter.id}/register/").status_code == 409


def test_two_officers_register_one_letter_once(cast: Cast, desk: Desk) -> None:
    letter, ran, fen = sample.typed(cast), desk("ran"), desk("fen")
    mine = fen.post(f"/desk/letters/{letter.id}/register/").headers["Location"]
    assert registered(ran, letter).status_code == 302
    kept = fen.post(mine, {**REGISTER, "body": WORDS}).headers["Location"]
    answer = fen.post(kept, {"confirmed": "on"})
    assert answer.status_code == 409 and "已经登记" in answer.content.decode()
    assert Case.objects.count() == 1 and Attachment.objects.count() == 1


def test_a_refused_registration_leaves_the_letter_as_it_was(cast: Cast, desk: Desk) -> None:
    letter, client = sample.typed(cast), desk("ran")
    (before,) = contents(letter).scans
    monkey = {**REGISTER, "summary": "低保金停发"}
    begun = client.post(f"/desk/letters/{letter.id}/register/").headers["Location"]
    client.post(begun, {**monkey, "body": WORDS})
    draft_id = int(begun.strip("/").split("/")[-1])
    writing.transcribe(
        Letter.objects.get(), cast.actor("fen"), text=WORDS, hard=True, key=key(), when=on(DAY)
    )
    answer = client.post(f"{begun}check/", {"confirmed": "on"})
    assert answer.status_code == 409 and "还没有录入、校对完" in answer.content.decode()
    assert not Case.objects.exists() and keeping.digest_of(before.name) == before.sha256
    assert keeping.store().names(draft_id) == [] and drafts.is_open(draft_id)


def test_the_desk_shows_what_waits_and_stays_at_its_statements(cast: Cast, desk: Desk) -> None:
    client = desk("fen")
    sample.numbered(cast, 3)
    sample.typed(cast)
    client.get("/desk/letters/")
    for shelf in ("open", "register", "review", "post", "result"):
        with at_most(6):
            page = client.get("/desk/letters/", {"shelf": shelf})
        assert page.status_code == 200
    sample.numbered(cast, 12)
    for _ in range(4):
        sample.typed(cast, hard=True)
    for shelf, rows in (("open", 15), ("proofread", 4), ("register", 1), ("review", 0)):
        with at_most(6):
            page = client.get("/desk/letters/", {"shelf": shelf})
        assert len(page.context["rows"]) == rows
    text = page.content.decode()
    assert not [value for value in XIN.values() if value in text] and WORDS not in text


def test_the_pages_of_a_letter_stay_at_their_statements(cast: Cast, desk: Desk) -> None:
    client, letter = desk("ran"), sample.typed(cast)
    address = f"/desk/letters/{letter.id}/"
    client.get(address)
    with at_most(4):
        client.get(address)
    with at_most(9):
        client.get(f"{address}write/")
    with at_most(5):
        client.get(f"/desk/letters/batches/{letter.batch_id}/")
    with at_most(5):
        client.get(f"/desk/letters/batches/{letter.batch_id}/labels/")


@pytest.mark.parametrize(
    "page", ["", "envelope/", "void/", "give-back/", "scans/", "scans/1/", "write/", "compare/", "labels"]
)
def test_another_organ_and_other_roles_see_no_letter(cast: Cast, desk: Desk, page: str) -> None:
    letter = sample.typed(cast)
    address = f"/desk/letters/{letter.id}/{page}"
    missing = f"/desk/letters/123456789/{page}"
    if page == "labels":
        address, missing = (
            f"/desk/letters/batches/{letter.batch_id}/labels/",
            "/desk/letters/batches/5/labels/",
        )
    for name in ("wai", "guan", "mi"):
        client = desk(name)
        if name == "mi" and client.get(address).status_code != 404:
            continue
        found, none = client.get(address), client.get(missing)
        assert (found.status_code, none.status_code) == (404, 404)
        assert bare(found) == bare(none)


def test_a_head_sees_the_desk_and_reads_nothing(cast: Cast, desk: Desk) -> None:
    letter, client = sample.typed(cast), desk("tou")
    assert client.get("/desk/letters/").status_code == 200
    assert client.get(f"/desk/letters/{letter.id}/").status_code == 200
    for page in ("write/", "compare/", "scans/", "envelope/", "void/"):
        assert client.get(f"/desk/letters/{letter.id}/{page}").status_code == 404
        assert client.post(f"/desk/letters/{letter.id}/{page}", {"key": KEY}).status_code == 404


def test_a_case_behind_a_wall_hides_its_letter(cast: Cast, desk: Desk) -> None:
    letter, client = sample.typed(cast), desk("ran")
    registered(client, letter, avoid="韩承办")
    assert desk("han").get(f"/desk/letters/{letter.id}/").status_code == 404
    assert desk("gao").get(f"/desk/letters/{letter.id}/").status_code == 200
