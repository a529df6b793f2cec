"""CRASH and CONC-03: servers, imports and sweeps killed at random moments, databases taken away, lines cut, disks filled.

`LIANXIN_TEST_KILLS` sets the number of kills, copies or cuts of each program (what stands in `PROGRAMS` where it is not set),
`LIANXIN_TEST_DATABASE` the address of the PostgreSQL server.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = os.environ.get("LIANXIN_TEST_DATABASE", "")
STORES = {"sqlite": "", **({"postgresql": SERVER} if SERVER else {})}


def ran(program: str, *words: str) -> str:
    """Return what a program prints; fail when it finds something broken."""
    command = [sys.executable, "-m", f"tests.crash.{program}", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-2000:]}"
    return done.stdout.strip()


def tried(program: str, store: str, option: str, counts: dict[str, int]) -> str:
    """Return what a program prints that does its harm so many times on one kind of database."""
    count = os.environ.get("LIANXIN_TEST_KILLS") or str(counts[store])
    words = ["--database", STORES[store]] if STORES[store] else []
    return ran(program, option, count, *words)


@pytest.mark.parametrize("program", ["kill_import", "kill_register"])
@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_01_nothing_acknowledged_is_lost_and_nothing_is_half(
    program: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tried(program, store, "--kills", {"sqlite": 60, "postgresql": 20})
    with capsys.disabled():
        print(f"\n{program}: {said}", flush=True)
    assert " kills" in said


@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_02_a_kill_during_uploads_leaves_no_row_without_its_whole_file(store: str) -> None:
    said = tried("kill_upload", store, "--kills", {"sqlite": 5, "postgresql": 3})
    assert "acknowledged and whole" in said and " 0 files acknowledged" not in said


@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_03_a_kill_while_notices_are_issued_uses_no_number_twice(store: str) -> None:
    said = tried("kill_notice", store, "--kills", {"sqlite": 5, "postgresql": 2})
    assert "each the same" in said and " 0 notices" not in said


def test_crash_04_a_full_disk_is_told_and_gone_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """The limit on the size of files always; a small disk too, or in so many words that none can be mounted."""
    assert "nothing lost, nothing broken" in ran("full_disk", "--on", "limit")
    said = ran("full_disk", "--on", "disk")
    if "no disk can be mounted" in said:
        with capsys.disabled():
            print("\nfull_disk: by the limit alone, no disk can be mounted here", flush=True)
    else:
        assert "nothing lost, nothing broken" in said


@pytest.mark.skipif(not SERVER, reason="needs PostgreSQL; .ci/run starts one")
def test_crash_05_a_database_that_is_down_is_told_and_served_again_at_once() -> None:
    assert "each filed once, no traceback" in ran("database_down", "--seconds", "5")


@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_09_a_line_cut_after_the_commit_loses_and_doubles_nothing(store: str) -> None:
    assert "each result found again" in tried("cut_lines", store, "--cuts", {"sqlite": 12, "postgresql": 8})


def test_crash_10_a_copy_of_any_instant_opens_and_holds_what_was_acknowledged() -> None:
    assert "none missing" in tried("copy_store", "sqlite", "--copies", {"sqlite": 60})


@pytest.mark.parametrize("store", sorted(STORES))
def test_crash_11_a_kill_while_checkpoints_are_made_gives_one_root_for_each_size(store: str) -> None:
    said = tried("kill_checkpoint", store, "--kills", {"sqlite": 40, "postgresql": 20})
    assert "one root for each size" in said


@pytest.mark.parametrize("store", sorted(STORES))
def test_conc_03_two_sweeps_at_once_and_killed_tell_everything_once(store: str) -> None:
    said = tried("kill_sweep", store, "--kills", {"sqlite": 20, "postgresql": 10})
    assert "told once each, none missing" in said
