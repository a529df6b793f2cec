"""How files lie: sealed, whole or not at all, in a folder or a bucket; and how the scanner's answers are taken."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from lianxin.files import keeping, scanner
from lianxin.files.kinds import MEGA, Unfit
from lianxin.files.sealing import CHUNK, opened, sealed
from lianxin.files.store import Missing, _store, new_name, store
from lianxin.organs.keys import CannotOpen
from tests.files import samples
from tests.files.conftest import OWNER, bytes_of, kept_files, take

NAME = f"{OWNER}/{'a' * 32}"
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens(size: int) -> None:
    plain = os.urandom(size)
    box = b"".join(sealed(NAME, [plain[:7], plain[7:]]))
    assert b"".join(opened(NAME, [box])) == plain
    assert b"".join(opened(NAME, [box[i : i + 1000] for i in range(0, len(box), 1000)])) == plain


def test_a_changed_moved_cut_or_swapped_box_does_not_open() -> None:
    plain = os.urandom(3 * CHUNK)
    box = b"".join(sealed(NAME, [plain]))
    head = box.index(b"\n") + 1
    piece = CHUNK + 28
    changed = box[:-1] + bytes([box[-1] ^ 1])
    cut = box[: head + 2 * piece]
    swapped = (
        box[:head] + box[head + piece : head + 2 * piece] + box[head : head + piece] + box[head + 2 * piece :]
    )
    for wrong in (changed, cut, swapped, box[:head], b"", b"plain words", box.replace(b"LXF1", b"LXF9")):
        with pytest.raises(CannotOpen):
            b"".join(opened(NAME, [wrong]))
    with pytest.raises(CannotOpen):
        b"".join(opened(f"{OWNER}/{'b' * 32}", [box]))


def test_another_master_key_is_named(settings: Settings) -> None:
    box = b"".join(sealed(NAME, [b"x"]))
    settings.MASTER_KEY = "ab" * 32
    with pytest.raises(CannotOpen, match="LIANXIN_MASTER_KEY"):
        b"".join(opened(NAME, [box]))


def test_nothing_lies_in_clear_and_names_say_nothing(own_store: Path) -> None:
    kept = take("外婆的低保证明".encode(), "辛小禾的证明.txt")
    files = kept_files(own_store)
    assert len(files) == 1
    assert "外婆".encode() not in files[0].read_bytes()
    assert "辛" not in str(files[0]) and files[0].stat().st_mode & 0o077 == 0
    assert kept.title == "辛小禾的证明.txt"


def test_a_crash_while_writing_leaves_nothing(own_store: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store().put(new_name(OWNER), broken())
    assert kept_files(own_store) == []


def test_a_name_from_outside_is_no_path() -> None:
    for name in ("../x", "/etc/passwd", "1/../../x", f"1/{'a' * 31}/", "x"):
        with pytest.raises(ValueError, match="not a name"):
            b"".join(store().get(name))


def test_file_13_after_it_was_thrown_away_it_is_gone() -> None:
    kept = take(samples.picture())
    keeping.throw_away([kept.name])
    with pytest.raises(Missing):
        bytes_of(kept)
    keeping.throw_away([kept.name])


def test_what_belongs_to_an_owner_goes_with_it(own_store: Path) -> None:
    take(samples.photograph(), evidence=True)
    take(samples.pdf())
    assert len(store().names(OWNER)) == 3
    keeping.throw_away_all(OWNER + 256)
    assert len(store().names(OWNER)) == 3
    keeping.throw_away_all(OWNER)
    assert kept_files(own_store) == []


@pytest.fixture
def bucket(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a bucket on an S3 server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    address = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="lianxin")
    settings.FILES, settings.FILES_S3_ENDPOINT = "s3://lianxin/some/where", address
    yield address
    _store.cache_clear()
    client.close()
    server.stop()


def test_a_bucket_serves_as_well(bucket: str, own_store: Path) -> None:
    sent = os.urandom(2 * MEGA)
    kept = take(b"OggS" + sent)
    assert bytes_of(kept) == b"OggS" + sent
    assert store().names(OWNER) == [kept.name] and kept_files(own_store) == []
    body = boto3.client("s3", endpoint_url=bucket).get_object(Bucket="lianxin", Key=f"some/where/{kept.name}")
    assert sent[:100] not in body["Body"].read()
    keeping.throw_away_all(OWNER)
    assert store().names(OWNER) == []
    with pytest.raises(Missing):
        bytes_of(kept)


# --- the scanner ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [samples.EICAR, samples.PRIVATE])
def test_file_10_what_the_scanner_knows_is_quarantined(settings: Settings, clamd: str, mark: bytes) -> None:
    settings.SCANNER, settings.SCANNER_DATED = clamd, False
    kept = take(mark, "notes.txt")
    assert kept.state == "quarantined" and kept.reason.startswith("virus:")
    assert not keeping.may_hand_out(kept.state)
    assert not keeping.may_preview(kept.kind, kept.state, kept.reason)


def test_file_10_what_it_does_not_know_is_clean(settings: Settings, clamd: str) -> None:
    settings.SCANNER, settings.SCANNER_DATED = clamd, False
    assert take(samples.picture()).state == "clean"
    assert take(samples.script_pdf()).reason == "script"
    assert scanner.scan([b"x" * (3 * MEGA)]) == ""


def test_file_10_a_virus_behind_a_picture_is_found_though_the_copy_is_clean(
    settings: Settings, clamd: str
) -> None:
    settings.SCANNER, settings.SCANNER_DATED = clamd, False
    kept = take(samples.picture() + samples.PRIVATE, evidence=True)
    assert kept.state == "quarantined" and kept.original == ""


def test_file_11_a_base_without_a_date_holds_everything(settings: Settings, clamd: str) -> None:
    settings.SCANNER = clamd
    assert take(samples.picture()).state == "held"


def test_file_11_a_scanner_that_is_down_holds_and_a_later_one_settles(settings: Settings, clamd: str) -> None:
    settings.SCANNER, settings.SCANNER_DATED = "unix:/nowhere/at/all", False
    fine, bad, active = take(samples.picture()), take(samples.PRIVATE), take(samples.script_pdf())
    assert {one.state for one in (fine, bad, active)} == {"held"}
    assert not keeping.may_hand_out("held") and not keeping.may_preview("png", "held", "")
    assert keeping.scanned_again(fine) == ("held", "")
    settings.SCANNER = clamd
    assert keeping.scanned_again(fine) == ("clean", "")
    assert keeping.scanned_again(active) == ("quarantined", "script")
    state, reason = keeping.scanned_again(bad)
    assert state == "quarantined" and reason.startswith("virus:")


@pytest.mark.parametrize(
    "answer", [b"", b"ClamAV 1.0\0", b"stream: INSTREAM size limit exceeded. ERROR\0", b"OK?\0"]
)
def test_file_11_an_answer_that_is_none_is_never_clean(settings: Settings, answer: bytes) -> None:
    """A line that speaks, but not as a scanner that has looked."""
    settings.SCANNER_DATED = False
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.SCANNER = f"tcp:127.0.0.1:{server.getsockname()[1]}"

        def speak() -> None:
            for said in (b"ClamAV 1.0\0", answer):
                line, _ = server.accept()
                with line:
                    line.settimeout(5)
                    line.recv(64)
                    line.sendall(said)

        speaker = threading.Thread(target=speak)
        speaker.start()
        with pytest.raises(scanner.ScannerDown):
            scanner.scan([b"x"])
        speaker.join()


def test_a_refused_file_is_not_even_sent_to_the_scanner(settings: Settings) -> None:
    settings.SCANNER = "unix:/nowhere/at/all"
    with pytest.raises(Unfit):
        take(samples.bomb())
