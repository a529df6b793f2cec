"""Killing an import a few times; the long forms are in tests/server/test_crash.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_an_import_killed_five_times_loses_and_doubles_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "tests.crash.kill_import", "--kills", "5", "--rows", "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    with capsys.disabled():
        print(f"\n{done.stdout.strip()}", flush=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "5 kills" in done.stdout and "none twice" in done.stdout
