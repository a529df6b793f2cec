"""Kills the making of checkpoints: python -m tests.crash.kill_checkpoint --kills 200

A child records looks and makes one signed checkpoint after the other; it is killed at random moments. Whatever it has shown
of the log is written down before the kill: there are never two checkpoints of one size with different roots, and each
root is that of the leaves.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.crash.children import forked, killed
from tests.crash.installation import installed
from tests.crash.serving import stop_if

START = datetime(2026, 5, 7, 1, tzinfo=UTC)


def grow(shown: Path) -> None:
    """Record looks, make the next checkpoint, show it; without end."""
    from lianxin.cases.history import Moment
    from lianxin.ledger import log, store

    with shown.open("a", encoding="ascii", buffering=1) as told:
        while True:
            last = store.last_checkpoint()
            at = (last.at if last else START) + timedelta(minutes=11)
            record_looks(at)
            log.sequence(Moment(at.date(), at))
            last = store.last_checkpoint()
            if last and store.note_of(last):
                told.write(f"{last.size} {last.root}\n")


def record_looks(at: datetime) -> None:
    """Record three looks at an invented case."""
    from lianxin.ledger import chain

    for _ in range(3):
        chain.record_look(case_id=7, what="case", purpose="办理", reader=chain.Reader(1, 2, "handler"), at=at)


def look(shown: Path, *, whole: bool) -> list[str]:
    """Return what is broken."""
    from django.conf import settings
    from django.db import connection

    from lianxin.ledger import store, witness
    from lianxin.ledger.models import Checkpoint, Look, Pad, Place, TreeNode
    from lianxin.ledger.proofs import Roots

    points = {point.size: point.root for point in Checkpoint.objects.order_by("size")}
    leaves = list(TreeNode.objects.filter(level=0).order_by("position").values_list("position", "hash"))
    size, found = max(points, default=0), []
    if [position for position, _ in leaves] != list(range(size)):
        found.append("the leaves are not those of the last checkpoint")
    if Place.objects.count() + Pad.objects.count() != size:
        found.append("not every leaf has its row or is a pad")
    roots = Roots("0:sha256")
    for position, value in leaves:
        roots.add(bytes.fromhex(value))
        if points.get(position + 1, roots.root().hex() if position + 1 in points else "") != (
            roots.root().hex() if position + 1 in points else ""
        ):
            found.append(f"the checkpoint of size {position + 1} is not the root of its leaves")
    for line in shown.read_text(encoding="ascii").splitlines() if shown.exists() else ():
        one, _, root = line.partition(" ")
        if points.get(int(one)) != root:
            found.append(f"two checkpoints of size {one} with different roots")
    state = Path(f"{settings.LOG_KEY_FILE}.seen")
    seen = witness.load(state, settings.LOG_ORIGIN) if state.exists() else None
    if seen and points.get(seen.size) != seen.root.hex():
        found.append("what was signed is not what is stored")
    unsigned = [point.size for point in Checkpoint.objects.all() if not store.note_of(point)]
    if whole and (unsigned or Place.objects.count() != Look.objects.count()):
        found.append(f"in the end {unsigned} are not signed, or a look is in no checkpoint")
    connection.close()
    return found


def finish() -> None:
    """Make the last checkpoint undisturbed."""
    from lianxin.cases.history import Moment
    from lianxin.ledger import log, store

    last = store.last_checkpoint()
    at = (last.at if last else START) + timedelta(minutes=11)
    log.sequence(Moment(at.date(), at), thorough=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, finish."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    chance = random.Random(chosen.seed)
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database) as folder:
        from django.conf import settings

        from lianxin.ledger import notes

        notes.make_key(settings.LOG_KEY_FILE)
        shown, kills = folder / "shown.txt", 0
        while kills < chosen.kills:
            child = forked(lambda: grow(shown))
            time.sleep(chance.uniform(0.02, 0.5))
            kills += killed(child)
            stop_if(look(shown, whole=False), f"after {kills} kills")
        finish()
        stop_if(look(shown, whole=True), "in the end")
        count = len(shown.read_text(encoding="ascii").splitlines())
    print(f"{kills} kills, {count} checkpoints shown, one root for each size")
    return 0 if count else os.EX_SOFTWARE


if __name__ == "__main__":
    sys.exit(main())
