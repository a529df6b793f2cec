"""Copies the SQLite files while petitions are filed: python -m tests.crash.copy_store --copies 500

A stand-in for a power failure: the server is halted at random instants, the database and its write-ahead log are copied as
they lie, and the server goes on. Each copy opens, is whole, and holds every petition that was acknowledged before.
"""

from __future__ import annotations

import argparse
import queue
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.installation import installed
from tests.crash.serving import Site, free_port, ids_of, stop_if, write_drafts

NAME = "lianxin.sqlite3"
VISITORS = 3


@dataclass
class Run:
    """The server, the drafts that wait, and what was acknowledged."""

    site: Site
    drafts: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    acknowledged: list[str] = field(default_factory=list)
    checked: set[int] = field(default_factory=set)
    busy: int = 0


def visit(run: Run, stop: threading.Event) -> None:
    """File petitions until told to stop."""
    while not stop.is_set():
        try:
            handle = run.drafts.get_nowait()
        except queue.Empty:
            return
        answer = run.site.file(handle)
        if answer.status != 302:
            raise SystemExit(f"the server answered {answer.status}")
        run.acknowledged.append(handle)


def copy(run: Run, folder: Path, goal: Path) -> list[str]:
    """Copy the files of one instant and return what was acknowledged before it."""
    goal.mkdir()
    before = list(run.acknowledged)
    run.site.signal(signal.SIGSTOP)
    try:
        for name in (NAME, f"{NAME}-wal"):
            if (folder / name).exists():
                shutil.copyfile(folder / name, goal / name)
    finally:
        run.site.signal(signal.SIGCONT)
    run.busy += (goal / f"{NAME}-wal").exists()
    return before


def look(run: Run, goal: Path, before: Sequence[str]) -> list[str]:
    """Open a copy in the place of the database and return what is broken."""
    from django.db import connection

    from tests.crash import evidence

    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(goal / NAME)
    try:
        found = evidence.faults(checked=run.checked, acknowledged=ids_of(before)) + evidence.coded_faults()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said = str(cursor.fetchone()[0])
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
    shutil.rmtree(goal)
    return found + [said] * (said != "ok")


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy so many times, look each time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--copies", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    chance = random.Random(chosen.seed)
    print(f"seed {chosen.seed}; SQLite", flush=True)
    with installed("") as folder:
        run, stop = Run(Site(free_port())), threading.Event()
        for handle in write_drafts(20 * chosen.copies):
            run.drafts.put(handle)
        run.site.start()
        visitors = [threading.Thread(target=visit, args=(run, stop)) for _ in range(VISITORS)]
        for visitor in visitors:
            visitor.start()
        for n in range(1, chosen.copies + 1):
            time.sleep(chance.uniform(0.0, 0.25))
            goal = folder / f"copy-{n}"
            before = copy(run, folder, goal)
            stop_if(look(run, goal, before), f"copy {n}")
        stop.set()
        for visitor in visitors:
            visitor.join()
        run.site.kill()
    print(
        f"{chosen.copies} copies opened, {run.busy} with a write-ahead log, "
        f"{len(run.acknowledged)} petitions acknowledged meanwhile, none missing"
    )
    return 0 if run.busy and run.acknowledged else 1


if __name__ == "__main__":
    sys.exit(main())
