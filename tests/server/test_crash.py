"""CRASH-01: imports and registrations killed at random moments, on SQLite and on PostgreSQL.

`LIANXIN_TEST_KILLS` sets the number of kills (a hundred on SQLite and thirty on PostgreSQL where it is not set),
`LIANXIN_TEST_DATABASE` the address of the PostgreSQL server.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = {"sqlite": "100", "postgresql": "30"}
SERVER = os.environ.get("LIANXIN_TEST_DATABASE", "")
STORES = {"sqlite": "", **({"postgresql": SERVER} if SERVER else {})}


@pytest.mark.parametrize("program", ["kill_import", "kill_register"])
@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_01_nothing_acknowledged_is_lost_and_nothing_is_half(
    program: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = os.environ.get("LIANXIN_TEST_KILLS") or KILLS[store]
    command = [sys.executable, "-m", f"tests.crash.{program}", "--kills", kills, "--database", STORES[store]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    with capsys.disabled():
        print(f"\n{program}: {done.stdout.strip()}", flush=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{kills} kills" in done.stdout
