"""A letter from the bag to its text: numbers, envelopes, scans, two pairs of eyes, and what the database refuses."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from lianxin.cases.services import attaching
from lianxin.files import keeping
from lianxin.jobs import rotation as keys_of_all
from lianxin.ledger.models import Event
from lianxin.letters import rotation, selectors
from lianxin.letters.models import Letter, Stage
from lianxin.letters.sealing import opened as contents
from lianxin.letters.services import opening, writing
from lianxin.organs.keys import CannotOpen
from lianxin.procedure.errors import GuardFailed, Refused, Stale
from tests.cast import Cast, key, on
from tests.files import samples
from tests.letters import sample
from tests.letters.sample import DAY, WORDS


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> None:
    """Keep the files of each test in a folder of its own."""
    settings.FILES, settings.FILES_INCOMING, settings.SCANNER = str(tmp_path / "files"), tmp_path / "in", ""


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="letter.").order_by("seq").values_list("kind", flat=True)
    )


def test_every_piece_counted_has_a_number_of_its_organ_and_year(cast: Cast) -> None:
    first, second = sample.numbered(cast, 2)
    assert (first.label, second.label, second.code) == ("信2026-000001", "信2026-000002", "L2026-000002")
    (third,) = sample.numbered(cast)
    (other_year,) = sample.numbered(cast, day="2025-12-31")
    assert (third.count, other_year.label) == (3, "信2025-000001")
    shi = cast.actor("shi")
    there = opening.open_batch(shi, on=date(2026, 11, 10), way="hand", pieces=1, key=key(), when=on(DAY))
    assert Letter.objects.get(batch_id=there.id).label == "信2026-000001"


def test_a_double_click_counts_the_post_once(cast: Cast) -> None:
    once, ran = key(), cast.actor("ran")
    given = {"on": date(2026, 11, 10), "way": "post", "pieces": 3, "key": once, "when": on(DAY)}
    first, again = opening.open_batch(ran, **given), opening.open_batch(ran, **given)  # type: ignore[arg-type]
    assert first == again and Letter.objects.count() == 3
    extra = key()
    assert opening.add_piece(first, ran, key=extra) == opening.add_piece(first, ran, key=extra)
    assert Letter.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pages": 0}, "几页"),
        ({"arrived_on": date(2026, 11, 11)}, "晚于今天"),
        ({"postmark_on": date(2026, 11, 11)}, "邮戳日期"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(cast: Cast, changes: dict[str, object], told: str) -> None:
    (letter,) = sample.numbered(cast)
    seen = sample.envelope(**changes)
    with pytest.raises(GuardFailed, match=told):
        opening.fill_in(letter, cast.actor("ran"), seen, key=key(), when=on(DAY))
    assert Letter.objects.get().stage == Stage.OPEN


def test_who_does_not_open_letters_is_refused(cast: Cast) -> None:
    (letter,) = sample.numbered(cast)
    for name in ("han", "shen", "tou"):
        with pytest.raises(Refused):
            opening.fill_in(letter, cast.actor(name), sample.envelope(), key=key(), when=on(DAY))


def test_an_envelope_may_be_corrected_and_two_do_not_overwrite_each_other(cast: Cast) -> None:
    letter = sample.opened(cast)
    stale = Letter.objects.get(id=letter.id)
    opening.fill_in(letter, cast.actor("ran"), sample.envelope(pages=3), key=key(), when=on(DAY))
    with pytest.raises(Stale):
        opening.fill_in(stale, cast.actor("fen"), sample.envelope(pages=9), key=key(), when=on(DAY))
    assert Letter.objects.get().pages == 3 and Letter.objects.get().stage == Stage.SCAN


def test_a_number_for_nothing_is_voided_with_a_reason_never_a_letter_that_came(cast: Cast) -> None:
    (letter,) = sample.numbered(cast)
    ran = cast.actor("ran")
    with pytest.raises(GuardFailed):
        opening.void(letter, ran, reason=" ", key=key(), when=on(DAY))
    opening.void(letter, ran, reason="点数多点了一件", key=key(), when=on(DAY))
    assert Letter.objects.get().stage == Stage.VOID
    with pytest.raises(GuardFailed, match="不能作废"):
        opening.void(sample.opened(cast), ran, reason="不要了", key=key(), when=on(DAY))


def test_money_in_a_letter_waits_until_it_was_given_back(cast: Cast) -> None:
    letter = sample.opened(cast, enclosures={"valuables": 1, "photo": 2})
    ran, day = cast.actor("ran"), date(2026, 11, 10)
    assert selectors.desk(ran, on=day).count("valuables") == 1
    with pytest.raises(GuardFailed):
        opening.give_back(letter, ran, on=day - timedelta(days=9), how="挂号寄回", key=key(), when=on(DAY))
    opening.give_back(letter, ran, on=day, how="挂号寄回，收据 XA12345678951", key=key(), when=on(DAY))
    assert selectors.desk(ran, on=day).count("valuables") == 0


def test_the_text_lies_sealed_and_each_reading_is_recorded(cast: Cast) -> None:
    letter = sample.typed(cast)
    row = Letter.objects.get()
    stored = " ".join(str(value) for value in Letter.objects.values_list().get())
    assert (
        WORDS not in stored and "低保" not in bytes(row.box).decode("latin1") and contents(row).text == WORDS
    )
    assert kinds() == ["letter.filled", "letter.scanned", "letter.typed"]
    held = selectors.read(cast.actor("han"), letter, at=on(DAY).at, why="录入")
    assert held is not None and held.text == WORDS and kinds()[-1] == "letter.read"
    assert selectors.read(cast.actor("tou"), letter, at=on(DAY).at, why="看看") is None
    assert len(kinds()) == 4


def test_a_box_opens_only_where_it_stands(cast: Cast) -> None:
    first, second = sample.typed(cast), sample.opened(cast)
    Letter.objects.filter(id=second.id).update(box=first.box, suite=first.suite, key_id=first.key_id)
    with pytest.raises(CannotOpen):
        contents(Letter.objects.get(id=second.id))


def test_hard_writing_is_compared_by_another_person(cast: Cast) -> None:
    letter = sample.typed(cast, hard=True)
    assert letter.stage == Stage.PROOFREAD
    with pytest.raises(GuardFailed, match="不能自己校对"):
        writing.proofread(letter, cast.actor("ran"), text=WORDS, key=key(), when=on(DAY))
    better = WORDS.replace("两次", "三次")
    writing.proofread(letter, cast.actor("han"), text=better, key=key(), when=on(DAY))
    row = Letter.objects.get()
    assert (row.stage, row.proofread_by_id) == (Stage.REGISTER, cast.staff["han"].pk)
    assert (contents(row).text, contents(row).typed) == (better, WORDS)


def test_written_anew_it_is_compared_anew(cast: Cast) -> None:
    letter = sample.typed(cast, hard=True)
    writing.proofread(letter, cast.actor("han"), text=WORDS, key=key(), when=on(DAY))
    writing.transcribe(letter, cast.actor("han"), text=WORDS + "又及。", hard=True, key=key(), when=on(DAY))
    assert (letter.stage, letter.proofread_by) == (Stage.PROOFREAD, None)


def test_the_database_refuses_what_the_services_would(cast: Cast) -> None:
    letter = sample.typed(cast, hard=True)
    rows = Letter.objects.filter(id=letter.id)
    for change in (
        {"stage": "register"},
        {"proofread_by": cast.staff["ran"]},
        {"stage": "done"},
        {"stage": "register", "proofread_by": cast.staff["ran"]},
        {"stage": "void"},
        {"became_id": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_a_spoilt_scan_goes_with_its_bytes(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    letter = sample.scanned(cast)
    (scan,) = contents(letter).scans
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        writing.remove_scan(letter, cast.actor("ran"), name=scan.name, key=key(), when=on(DAY))
    assert contents(letter).scans == () and contents(letter).leaves == ()
    with pytest.raises(Exception, match="不在存放的地方"):
        keeping.digest_of(scan.name)


def test_a_pdf_counts_its_pages(cast: Cast) -> None:
    letter = sample.opened(cast)
    kept = keeping.take_in(letter.id, BytesIO(samples.pdf(pages=3)), "扫描.pdf")
    writing.add_scans(letter, cast.actor("ran"), [kept], key=key(), when=on(DAY))
    assert contents(letter).leaves == (3,)


def test_scans_of_a_letter_are_nobodys_strays_until_it_is_gone(cast: Cast, tmp_path: Path) -> None:
    letter = sample.scanned(cast)
    (scan,) = contents(letter).scans
    later = on("2026-11-14")
    assert rotation.is_open(letter.id) and keys_of_all.is_wanted(scan.name)
    attaching.clear_strays(when=later, held=rotation.is_open)
    assert keeping.digest_of(scan.name) == scan.sha256


def test_letters_are_brought_over_to_a_new_key(cast: Cast, settings: Settings) -> None:
    letter = sample.typed(cast)
    before = bytes(letter.box)
    settings.SEAL_SUITE = "sm4gcm"
    assert rotation.letters(told=lambda n: None) == (1, ())
    row = Letter.objects.get()
    assert row.suite == "sm4gcm" and bytes(row.box) != before and contents(row).text == WORDS
    assert rotation.letters(told=lambda n: None) == (0, ()) and sum(rotation.in_use().values()) == 1


def test_fifteen_days_count_from_the_arrival(cast: Cast) -> None:
    letter = sample.opened(cast)
    assert selectors.notice_due(letter, on=date(2026, 11, 20)).legal == date(2026, 11, 25)


def test_another_organ_has_no_letters_of_ours(cast: Cast) -> None:
    letter = sample.typed(cast)
    wai = cast.actor("wai")
    assert selectors.letter(wai, letter.id) is None and selectors.labelled(wai, 2026, 1) is None
    assert selectors.batch(wai, letter.batch_id) is None
    assert all(selectors.desk(wai, on=date(2026, 11, 10)).count(shelf) == 0 for shelf in selectors.SHELVES)
    assert selectors.letter(cast.actor("guan"), letter.id) is None


def test_a_label_is_found_by_what_a_scanner_types(cast: Cast) -> None:
    letter = sample.opened(cast)
    assert selectors.labelled(cast.actor("shen"), 2026, 1) == letter.id
