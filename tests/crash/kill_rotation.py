"""Kills `lianxin keys rotate` in the middle, again and again: python -m tests.crash.kill_rotation --people 100000 --kills 20

After each kill every identity opens by exactly the key its row names and by no other. A last run finishes: everything stands
under the new keys, and what was sealed is what comes out.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.crash.installation import installed, lianxin

ORGANS = (3, 4, 5)
DRAFTS = 60
WAIT = 120


def number(case_id: int) -> str:
    """Return the invented identity number of a case's petitioner."""
    return f"51072419500101{case_id:06d}"[:18]


def fill(people: int) -> dict[int, tuple[int, str]]:
    """Write sealed people and drafts; return case -> organ and name."""
    from django.db import transaction

    from lianxin.petitioners import drafts, vault

    wanted = {case_id: (ORGANS[case_id % 3], f"辛{case_id}（虚构）") for case_id in range(1, people + 1)}
    with transaction.atomic():
        for case_id, (organ_id, name) in wanted.items():
            identity = {"name": name, "id_number": number(case_id)}
            vault.enrol(case_id=case_id, seq=1, role="petitioner", identity=identity, organ_id=organ_id)
        for _ in range(DRAFTS):
            drafts.begin(at=datetime(2026, 5, 6, tzinfo=UTC))
    return wanted


def faults(wanted: dict[int, tuple[int, str]], ids: Sequence[str]) -> list[str]:
    """Return which identities do not open by the key their row names, or open by another one of `ids`, too."""
    from lianxin.organs import keys
    from lianxin.petitioners import vault
    from lianxin.petitioners.models import Party

    found = []
    rows = list(Party.objects.order_by("case_id"))
    if len(rows) != len(wanted):
        found.append(f"{len(rows)} people instead of {len(wanted)}")
    for row in rows:
        organ_id, name = wanted[row.case_id]
        if not vault.opens(row) or row.sealed_to != organ_id:
            found.append(f"{row.case_id} does not open by {row.key_id}")
        elif vault._opened(row, vault._data_key(row), "name") != name:
            found.append(f"{row.case_id} holds another name")
        for other in set(ids) - {row.key_id}:
            try:
                keys.open_box(
                    keys.derived(f"organ {organ_id}", row.suite, other), bytes(row.wrapped_key),
                    bound_to=vault._bound(row.case_id, 1, f"key {organ_id}"), suite=row.suite,
                )  # fmt: skip
                found.append(f"{row.case_id} opens by {other}, too")
            except keys.CannotOpen:
                continue
    return found


def run(*words: str) -> str:
    """Run a command to its end and return what it says."""
    process = lianxin(words)
    said = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}: {said}")
    return str(said)


def kill_midway(behind: Any, words: Sequence[str], chance: random.Random) -> None:
    """Start a rotation and kill it once it has brought some over and before it is done; `behind` counts what is left."""
    before, process = behind(), lianxin(words, output=subprocess.DEVNULL)
    wanted, until = chance.uniform(0.05, 0.5), time.monotonic() + WAIT
    while before and (before - behind()) / before < wanted:
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the rotation ended before it could be killed")
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = behind()
    if not 0 < left < before:
        raise SystemExit(f"killed too late or too early: {left} of {before} left")


def turn(wanted: dict[int, tuple[int, str]], kills: int, chance: random.Random, *, suite: str) -> None:
    """Make new keys, rotate with kills, look each time, finish."""
    from lianxin.organs import keyring
    from lianxin.petitioners.models import IdentityToken, Party

    run("keys", "new", "--use")
    run("keys", "new", "--index", "--use")
    rings = keyring.all_rings()
    current, index, ids = rings["master"].current, rings["index"].current, list(rings["master"])
    words = ["keys", "rotate", *(["--suite", suite] if suite else [])]
    boxes = dict(Party.objects.values_list("case_id", "boxes"))
    people, tokens_left = Party.objects.exclude(key_id=current), IdentityToken.objects.exclude(key_id=index)
    for behind in [people.count] * kills + [tokens_left.count]:
        kill_midway(behind, words, chance)
        if found := faults(wanted, ids):
            raise SystemExit("after a kill: " + "; ".join(found[:10]))
    run(*words)
    found = faults(wanted, ids)
    found += ["not all under the current key"] * Party.objects.exclude(key_id=current).exists()
    if suite:
        found += ["not all in the suite"] * Party.objects.exclude(suite=suite.replace("-", "")).exists()
    elif boxes != dict(Party.objects.values_list("case_id", "boxes")):
        found.append("boxes changed, though only data keys were to be wrapped anew")
    tokens = IdentityToken.objects.filter(key_id=index)
    if tokens.count() != len(wanted) or IdentityToken.objects.count() != len(wanted):
        found.append("tokens are missing or left over")
    if "都能打开" not in run("keys", "check"):
        found.append("keys check does not agree")
    if found:
        raise SystemExit("; ".join(found[:10]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Rotate twice, the second time with another suite."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database):
        from django.db import connection

        from lianxin.ledger import face
        from lianxin.ledger.models import Event

        face.system()
        chance, wanted = random.Random(chosen.seed), fill(chosen.people)
        turn(wanted, chosen.kills, chance, suite="")
        turn(wanted, chosen.kills, chance, suite="sm4-gcm")
        begun, ended = (Event.objects.filter(kind=f"keys.rotat{end}").count() for end in ("ing", "ed"))
        if (begun, ended) != (2 * chosen.kills + 4, 2):
            raise SystemExit(f"{begun} rotations begun and {ended} ended in the ledger")
        connection.close()
    print(
        f"{2 * chosen.kills + 2} kills: {chosen.people} identities, each opens by exactly its key "
        f"({time.monotonic() - started:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
