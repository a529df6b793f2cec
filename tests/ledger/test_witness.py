"""The witness: signs growth alone, remembers before he answers, and is not misled by what he is handed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianxin.ledger import notes, witness
from lianxin.ledger.proofs import (
    COSIGNATURE,
    Unreadable,
    digest,
    read_key,
    read_point,
    signed_by,
)
from lianxin.ledger.tree import Tree
from tests.ledger import trees

ORIGIN, TIME = "anzhou.example/log", 1_780_000_000


class Log:
    """A log without a database: its leaves, its key, and what it hands to a witness."""

    def __init__(self, folder: Path, mark: str = "") -> None:
        notes.make_key(folder / "log_key")
        notes.make_key(folder / "court_key")
        self.signer = notes.read_signer(folder / "log_key", ORIGIN)
        self.court = notes.read_signer(folder / "court_key", "court.example")
        self.state = folder / "seen.json"
        self.leaves = [trees.h(f"{mark}{n}".encode()) for n in range(200)]

    def note(self, size: int, suites: str = "0:sha256") -> str:
        root = trees.mth(self.leaves[:size])
        text = notes.body(origin=ORIGIN, size=size, root=root, suites=suites, time=TIME)
        return f"{text}\n{self.signer.line(text)}\n"

    def request(self, old: int, size: int, **more: str) -> str:
        def read(level: int, first: int, count: int) -> list[bytes]:
            return self.leaves[first : first + count]

        path = Tree(read, "0:sha256").consistency(old, size)
        lines = [f"old {old}", *(notes.base64.b64encode(one).decode() for one in path)]
        return "\n".join(lines) + "\n\n" + self.note(size, **more)

    def ask(self, text: str) -> str:
        log = read_key(self.signer.shown())
        return witness.cosign(text, log=log, signer=self.court, state=self.state, time=TIME)

    def seen(self) -> int:
        return int(json.loads(self.state.read_text(encoding="utf-8"))[ORIGIN]["size"])


def test_growth_is_signed_and_the_signature_holds(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.ask(log.note(16))
    line = log.ask(log.request(16, 48))
    point = read_point(f"{log.note(48)}{line}\n")
    assert signed_by(point, read_key(log.court.shown(COSIGNATURE)))
    assert signed_by(point, read_key(log.signer.shown()))
    assert not signed_by(point, read_key(log.court.shown()))
    later = read_point(f"{log.note(64)}{line}\n")
    assert not signed_by(later, read_key(log.court.shown(COSIGNATURE)))


def test_the_same_again_is_signed_again(tmp_path: Path) -> None:
    log = Log(tmp_path)
    assert log.ask(log.note(16)) == log.ask(log.note(16)) == log.ask(log.request(16, 16))
    assert log.seen() == 16


@pytest.mark.parametrize("size", [0, 1, 15])
def test_log_02_a_shrunken_log_is_refused(tmp_path: Path, size: int) -> None:
    log = Log(tmp_path)
    log.ask(log.note(16))
    with pytest.raises(witness.Fork, match=f"原有 16 条，现有 {size} 条"):
        log.ask(log.note(size))
    assert log.seen() == 16


@pytest.mark.parametrize(("old", "size"), [(0, 16), (16, 17), (16, 32), (16, 100)])
def test_log_03_a_fork_is_refused(tmp_path: Path, old: int, size: int) -> None:
    log, other = Log(tmp_path), Log(tmp_path, mark="other")
    log.ask(log.note(16))
    with pytest.raises(witness.Fork, match="被改写"):
        other.ask(other.request(old, size))
    assert log.seen() == 16
    assert log.ask(log.request(16, 32))


def test_growth_without_the_right_proof_is_not_signed(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.ask(log.note(16))
    for text in (log.note(32), log.request(8, 32), log.request(17, 32)):
        with pytest.raises(witness.NoProof, match="从第 16 条起"):
            log.ask(text)
    spoiled = log.request(16, 33).split("\n")
    del spoiled[1]
    with pytest.raises(witness.Fork):
        log.ask("\n".join(spoiled))
    assert log.seen() == 16


def test_a_checkpoint_of_another_key_or_name_is_refused(tmp_path: Path) -> None:
    log = Log(tmp_path)
    (tmp_path / "thief").mkdir()
    thief = Log(tmp_path / "thief")
    with pytest.raises(witness.Fork, match="没有日志"):
        log.ask(thief.note(16))
    with pytest.raises(witness.Fork, match="没有日志"):
        log.ask(log.note(16).replace("\n16\n", "\n17\n"))
    named = notes.Signer("other.example/log", log.signer.key)
    with pytest.raises(witness.Fork, match="没有日志"):
        witness.cosign(
            log.note(16), log=read_key(named.shown()), signer=log.court, state=log.state, time=TIME
        )
    assert not log.state.exists()


def test_log_14_a_suite_changed_in_the_past_is_refused(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.ask(log.note(16))
    with pytest.raises(witness.Fork, match="被改写"):
        log.ask(log.request(16, 32, suites="0:sha256,8:sm3"))
    with pytest.raises(witness.Fork, match="被改写"):
        log.ask(log.request(16, 32, suites="0:sm3"))


def test_he_remembers_before_he_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path)

    def killed(*args: object, **kwargs: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(notes.Signer, "cosigned", killed)
        log.ask(log.note(16))
    assert log.seen() == 16
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        log.ask(log.request(16, 32))
    assert log.seen() == 16


def test_a_damaged_state_is_no_first_meeting(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.ask(log.note(16))
    for text in ("", "{", '{"anzhou.example/log": {}}', "[]"):
        log.state.write_text(text, encoding="utf-8")
        with pytest.raises(Unreadable):
            log.ask(log.note(16))


@pytest.mark.parametrize("text", ["", "old", "old x\n\n", "old 3\n!!\n\n", "anything", "a\n1\nAAAA\n\n"])
def test_what_is_no_request_is_unreadable(tmp_path: Path, text: str) -> None:
    log = Log(tmp_path)
    with pytest.raises(Unreadable):
        log.ask(text)


def test_a_key_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "keys/log_key"
    assert notes.make_key(file) and not notes.make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    for text in ("", "00", "zz" * 32):
        (tmp_path / "bad").write_text(text, encoding="ascii")
        with pytest.raises(notes.NoLogKey):
            notes.read_signer(tmp_path / "bad", ORIGIN)
    for name in ("", "a b", "a+b"):
        with pytest.raises(notes.NoLogKey, match="LIANXIN_LOG_ORIGIN"):
            notes.read_signer(file, name)


def test_the_empty_log_is_the_beginning_of_every_log(tmp_path: Path) -> None:
    log = Log(tmp_path)
    assert trees.mth([]) == digest(b"", "sha256")
    log.ask(log.note(0))
    assert log.ask(log.request(0, 16)) and log.seen() == 16
