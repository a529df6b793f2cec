"""What is taken and what is refused: the content decides, and a refusal says what to do."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pytest_django import Settings

from lianxin.files import keeping, limited
from lianxin.files.kinds import MEGA, Unfit
from lianxin.files.sentences import REFUSED, refusal
from tests.files import samples
from tests.files.conftest import bytes_of, kept_files, take


def why(data: bytes, name: str = "x") -> str:
    """Return why a file is refused."""
    with pytest.raises(Unfit) as problem:
        take(data, name)
    return problem.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (samples.picture(), "png"),
        (samples.picture(kind="JPEG"), "jpeg"),
        (samples.picture(kind="WEBP"), "webp"),
        (samples.pdf(), "pdf"),
        ("八月起停发。".encode(), "text"),
        ("八月起停发。".encode("gb18030"), "text"),
        ("八月起停发。".encode("utf-16"), "text"),
        (samples.docx(), "docx"),
        (samples.xlsx(), "xlsx"),
        (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40, "wav"),
        (b"ID3\x04" + b"\0" * 60, "mp3"),
        (b"OggS" + b"\0" * 60, "ogg"),
        (b"#!AMR\n" + b"\0" * 60, "amr"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0" + b"\0" * 40, "m4a"),
    ],
)
def test_what_is_on_the_list_is_taken(data: bytes, kind: str) -> None:
    kept = take(data)
    assert (kept.kind, kept.state, kept.reason) == (kind, "checked", "")
    assert kept.size == len(bytes_of(kept))
    assert keeping.digest_of(kept.name) == kept.sha256


def test_file_01_a_pdf_that_is_also_a_zip_and_a_page_is_refused(own_store: Path) -> None:
    assert why(samples.both_pdf_and_zip(), "a.pdf") == "two_in_one"
    assert why(samples.pdf() + b"<html><script>alert(1)</script>") == "two_in_one"
    assert why(b"junk" + samples.pdf()) in ("two_in_one", "unknown")
    assert kept_files(own_store) == []


def test_file_02_the_tail_of_a_picture_is_gone() -> None:
    tail = b"<html><script>alert(1)</script></html>"
    for kind in ("PNG", "JPEG", "WEBP"):
        clean = bytes_of(take(samples.picture(kind=kind) + tail))
        assert b"script" not in clean
        assert Image.open(BytesIO(clean)).size == (120, 80)
    with_zip = samples.picture() + samples.package({"x": b"y"})
    assert b"PK\x03\x04" not in bytes_of(take(with_zip))


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b'<?xml version="1.0"?><svg><foreignObject/></svg>',
        b"\xef\xbb\xbf  <svg/>",
        b"words first <svg onload=alert(1)>",
    ],
)
def test_file_03_svg_is_refused(data: bytes) -> None:
    assert why(data, "a.png") == "unknown"


def test_file_04_bombs_are_refused_and_the_server_does_not_swell() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = samples.bomb()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(data) < MEGA
    assert why(data) == "bomb"
    assert why(samples.docx_with({f"p/{i}": b"" for i in range(10_000)})) == "bomb"
    assert why(samples.package({"a.zip": samples.package({"b": b"c"})})) == "archive"
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - max(before, grown) < 64 * 1024


def test_file_04_a_lying_size_helps_nothing() -> None:
    data = bytearray(samples.bomb())
    true, lie = (50 * MEGA).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert data.count(true) >= 1
    assert why(bytes(data.replace(true, lie))) in ("bomb", "broken")


def test_file_05_a_flood_of_pixels_is_refused_before_it_is_decoded() -> None:
    data = samples.flood()
    assert len(data) < 100_000
    before = time.monotonic()
    assert why(data) == "too_many_pixels"
    assert time.monotonic() - before < 10


def test_file_05_the_worker_dies_alone_when_it_wants_too_much_memory() -> None:
    eat = "from lianxin.files.worker.__main__ import limit; limit(); x = bytearray(2 * 1024**3)"
    done = subprocess.run([sys.executable, "-c", eat], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "SECONDS", 0.01)
    assert why(samples.picture()) == "broken"


def test_the_worker_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    real = subprocess.run

    def run(command: list[str], **more: object) -> object:
        seen.update(more)
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setenv("LIANXIN_MASTER_KEY", "secret")
    monkeypatch.setattr(subprocess, "run", run)
    take(samples.picture())
    assert isinstance(seen["env"], dict)
    assert not [name for name in seen["env"] if name.startswith("LIANXIN")]


def test_file_06_what_is_too_large_is_counted_not_believed(settings: Settings, own_store: Path) -> None:
    settings.FILES_MAX_MB = 1
    assert why(b"a" * (MEGA + 1)) == "too_big"
    assert kept_files(own_store) == []


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"MZ\x90\0" + b"\0" * 200, "a.png", "unknown"),
        (b"\x7fELF" + b"\0" * 200, "a.pdf", "unknown"),
        (b"<html><body>hello</body></html>", "a.txt", "unknown"),
        (b"hello <script>alert(1)</script>", "a.txt", "unknown"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt", "unknown"),
        (b"\x1f\x8b\x08" + b"\0" * 60, "a.jpg", "archive"),
        (b"Rar!\x1a\x07\x01\0" + b"\0" * 60, "a", "archive"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 60, "a", "archive"),
        (samples.package({"a.txt": b"x"}), "a.docx", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx", "old_office"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 60, "a.jpg", "heic"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 60, "a.m4a", "video"),
        (bytes(range(256)) * 4, "", "unknown"),
        (b"\xff\xd8\xff\xe0 no picture", "a.jpg", "broken"),
        (b"%PDF-1.7\nnothing", "a.pdf", "broken"),
    ],
)
def test_file_08_the_content_decides(data: bytes, name: str, code: str) -> None:
    assert why(data, name) == code


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.docx_with({"word/vbaProject.bin": b"x"}), "macro"),
        (samples.docx_with({"word/embeddings/oleObject1.bin": b"x"}), "embedded"),
        (samples.docx_with({"word/media/a.exe": b"MZ"}), "embedded"),
        (
            samples.docx_with(
                {
                    "word/_rels/settings.xml.rels": b'<Relationship Type="x/attachedTemplate" TargetMode="External"/>'
                }
            ),
            "external",
        ),
        (samples.script_pdf(), "script"),
        (samples.script_pdf(escaped=True), "script"),
        (samples.hidden_script_pdf(), "script"),
        (samples.pdf(catalog=b"/Names << /EmbeddedFiles << >> >>"), "embedded"),
    ],
)
def test_file_09_what_acts_by_itself_is_quarantined_and_shown_flattened(data: bytes, reason: str) -> None:
    kept = take(data)
    assert (kept.state, kept.reason) == ("quarantined", reason)
    assert not keeping.may_hand_out(kept.state)
    assert keeping.may_preview(kept.kind, kept.state, kept.reason)
    shown = keeping.previewed(kept.name, kept.kind)
    assert shown.words.startswith("低保金停发的经过\n第二段") or shown.pictures[0].startswith(b"\xff\xd8\xff")


def test_file_09_a_link_in_a_document_is_no_danger() -> None:
    link = (
        b'<Relationship Type="x/relationships/hyperlink" Target="http://example.org/" TargetMode="External"/>'
    )
    assert take(samples.docx_with({"word/_rels/document.xml.rels": link})).state == "checked"


def test_file_12_readers_get_a_copy_without_place_device_and_author() -> None:
    sent = samples.photograph()
    assert b"Lianxin Phone" in sent and Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    kept = take(sent)
    clean = bytes_of(kept)
    picture = Image.open(BytesIO(clean))
    assert not picture.getexif() and b"Phone" not in clean and b"taken at home" not in clean
    assert picture.size == (80, 120), "the sideways note was carried out"
    assert kept.original == ""


def test_file_12_the_original_is_sealed_beside_it_only_when_it_is_evidence() -> None:
    sent = samples.photograph()
    kept = take(sent, evidence=True)
    assert b"".join(keeping.handed_out(kept.original)) == sent
    assert keeping.digest_of(kept.original) == kept.original_sha256
    assert take(samples.pdf(), evidence=True).original == "", "a document is kept as it came anyway"


def test_file_14_the_same_file_again_is_another_file() -> None:
    first, second = take(samples.picture()), take(samples.picture())
    assert first.name != second.name and first.sha256 == second.sha256


def test_file_14_empty_pageless_and_locked_files_are_refused_with_a_reason() -> None:
    assert why(b"") == "empty"
    assert why(samples.pdf(pages=0)) in ("no_pages", "broken")
    assert why(samples.locked_pdf()) == "locked"
    locked = bytearray(samples.docx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = 0
        while (at := locked.find(mark, at)) >= 0:
            locked[at + place] |= 1
            at += 4
    assert why(bytes(locked)) == "locked"


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/passwd", "word/../../x"])
def test_file_15_a_package_that_points_outside_is_refused_and_nothing_is_unpacked(
    name: str, own_store: Path
) -> None:
    assert why(samples.docx_with({name: b"x"})) == "two_in_one"
    assert kept_files(own_store) == []


def test_no_room_on_the_disk_is_said_kindly(monkeypatch: pytest.MonkeyPatch, own_store: Path) -> None:
    monkeypatch.setattr("lianxin.files.store.SPARE", 1 << 60)
    assert why(samples.picture()) == "no_room"
    assert kept_files(own_store) == []


def test_each_refusal_says_what_to_do() -> None:
    for code in REFUSED:
        sentence = refusal(code, "发票.pdf", mb=20, case_mb=200, n=30)
        assert sentence.startswith("“发票.pdf”") and "%" not in sentence
        assert "请" in sentence or "可以" in sentence, sentence
