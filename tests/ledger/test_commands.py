"""`lianxin log …`: from the key to the cosigned checkpoint and the checked export, by commands alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from lianxin.config.cli import main
from lianxin.ledger import evidence, notes, verifier
from lianxin.ledger.proofs import COSIGNATURE
from tests.cast import Cast
from tests.ledger.drill import COURT, ORIGIN, Drill

Out = pytest.CaptureFixture[str]


def run(out: Out, *words: object, code: int = 0) -> str:
    """Return what a command prints, on either channel where it fails."""
    out.readouterr()
    assert main(["log", *map(str, words)]) == code
    done = out.readouterr()
    return done.err if code else done.out


def witness_words(drill: Drill, *requests: Path) -> list[object]:
    folder = drill.folder
    return [
        "witness", *requests, "--log", drill.key, "--name", COURT,
        "--key", folder / "court_key", "--state", folder / "seen.json",
    ]  # fmt: skip


def test_from_nothing_to_a_checked_export(
    cast: Cast, tmp_path: Path, settings: Settings, capsys: Out
) -> None:
    settings.LOG_ORIGIN, settings.LOG_KEY_FILE = ORIGIN, tmp_path / "keys/log_key"
    case = cast.registered()
    assert "没有签名密钥" in run(capsys, "sequence")
    assert "没有签名的检查点" in run(capsys, "checkpoint", code=1)
    made = run(capsys, "key").splitlines()
    assert "已生成" in made[0] and made[1].startswith(f"{ORIGIN}+")
    assert run(capsys, "key").strip() == made[1]
    assert "签检查点 1 个" in run(capsys, "sequence")
    assert run(capsys, "checkpoint") == evidence.checkpoint()
    folder = tmp_path / "export"
    assert "16 个叶子、1 个检查点" in run(capsys, "export", folder)
    assert verifier.main([str(folder), "--key", made[1]]) == 0
    assert "不是空的" in run(capsys, "export", folder, code=2)
    proof = tmp_path / "proof.json"
    proof.write_text(run(capsys, "proof", case.number.lower(), "--every"), encoding="utf-8")
    assert verifier.main([str(proof), "--key", made[1]]) == 0
    assert "没有编号为" in run(capsys, "proof", "510705N20260507000001", code=1)


def test_a_witness_cosigns_and_is_taken_in(drill: Drill, settings: Settings, capsys: Out) -> None:
    request = drill.keep(run(capsys, "checkpoint", "--since", 0))
    cosigned = drill.keep(run(capsys, *witness_words(drill, request)))
    assert "收下见证签名 0 个" in run(capsys, "accept", cosigned), "an unknown witness"
    settings.LOG_WITNESSES = [drill.court_key]
    assert "收下见证签名 1 个" in run(capsys, "accept", cosigned)
    assert "收下见证签名 0 个" in run(capsys, "accept", cosigned)
    proof = drill.proof()
    assert drill.verify(proof, "--witness", drill.court_key).returncode == 0
    foreign = drill.keep(cosigned.read_text(encoding="utf-8").replace("\n32\n", "\n16\n"))
    assert "不是本日志的" in run(capsys, "accept", foreign, code=2)
    assert "没有 99 条" in run(capsys, "checkpoint", "--since", 99, code=2)


def test_a_witness_refuses_with_one(drill: Drill, capsys: Out) -> None:
    request = drill.keep(run(capsys, "checkpoint", "--since", 0))
    run(capsys, *witness_words(drill, request))
    drill.rebuild("2026-05-05", "2026-05-08")
    again = drill.keep(run(capsys, "checkpoint"))
    assert "被改写" in run(capsys, *witness_words(drill, again), code=1)
    assert "不能读取" in run(capsys, *witness_words(drill, drill.keep("x")), code=2)


def test_a_witness_needs_no_database_and_no_settings(drill: Drill) -> None:
    notes.make_key(drill.folder / "court_key")
    request = drill.keep(evidence.request(0))
    done = subprocess.run(
        [sys.executable, "-m", "lianxin.config.cli", "log", *map(str, witness_words(drill, request))],
        capture_output=True,
        text=True,
        check=False,
        cwd=drill.folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    assert f"\n— {COURT} " in done.stdout
    assert drill.court.shown(COSIGNATURE).startswith(COURT)
