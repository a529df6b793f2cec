"""Kills `lianxin import` at random moments and looks at what is left: python -m tests.crash.kill_import --kills 100

After each kill every acknowledged row is a whole case and no other row has left anything; a last run finishes the
file, and one more finds everything there. Prints which file was used and never a word of it.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.installation import installed, lianxin
from tests.imports.real import SAMPLE, messages_file

COPIES = 60
ORGAN = "anzhou"
MAPPING = """
source = "{source}"
key = ["id"]
[columns]
id = "number"
time = "received"
user = "name"
subject = "body"
body = "body"
[constants]
channel = "online"
"""


@dataclass
class Run:
    """What was seen so far."""

    file: Path
    folder: Path
    rows: int
    chance: random.Random
    rate: float = 300.0
    kills: int = 0
    round: int = 1
    checked: set[int] = field(default_factory=set)

    @property
    def acks(self) -> Path:
        return self.folder / f"acks-{self.round}.tsv"

    @property
    def source(self) -> str:
        return f"round {self.round}"

    def acknowledged(self) -> dict[str, int]:
        """Return the rows the import has acknowledged; a half-written last line does not count."""
        if not self.acks.exists():
            return {}
        whole = self.acks.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        return {key: int(case) for key, case, _ in (line.split("\t") for line in whole)}

    def words(self) -> list[str]:
        """Return the command; each round is another source, so that its rows are new ones."""
        mapping = self.folder / f"round-{self.round}.toml"
        mapping.write_text(MAPPING.format(source=self.source), encoding="utf-8")
        options = ["--organ", ORGAN, "--acks", str(self.acks), "--limit", str(self.rows)]
        return ["import", str(self.file), "--mapping", str(mapping), *options]


def kill_once(run: Run, *, left: int) -> None:
    """Start the import, let it run for a moment that is drawn, and kill it; one time in ten before its first row."""
    process = lianxin(run.words())
    assert process.stdout
    if run.chance.random() < 0.1:
        time.sleep(run.chance.uniform(0.0, 0.6))
    else:
        process.stdout.readline()
        before, started = len(run.acknowledged()), time.monotonic()
        share = max(run.rows - before, 1) / max(left, 1)
        time.sleep(run.chance.uniform(0.0, 1.8 * share / run.rate))
        done = len(run.acknowledged()) - before
        if done > 10:
            run.rate = 0.7 * run.rate + 0.3 * done / max(time.monotonic() - started, 1e-3)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        run.kills += 1
    process.communicate()


def look(run: Run) -> None:
    """Stop the program when anything is broken."""
    from django.db import connection

    from lianxin.cases.models import ImportedRow
    from tests.crash import evidence

    acknowledged = run.acknowledged()
    found = (
        evidence.faults(checked=run.checked, acknowledged=acknowledged.values()) + evidence.imported_faults()
    )
    remembered = dict(ImportedRow.objects.filter(source=run.source).values_list("row_key", "case_id"))
    found += [
        f"row {key} leads elsewhere" for key, case in acknowledged.items() if remembered.get(key) != case
    ]
    connection.close()
    if found:
        raise SystemExit(f"after {run.kills} kills: " + "; ".join(found[:10]))


def finish(run: Run) -> str:
    """Run the import to its end and once more; return the sums of both runs."""
    lines = []
    for _ in range(2):
        process = lianxin(run.words())
        output, _nothing = process.communicate()
        if process.returncode:
            raise SystemExit(f"the import ended with {process.returncode}")
        lines.append(output.splitlines()[1])
        look(run)
    if "已登记 0，" not in lines[1]:
        raise SystemExit(f"the second run registered something: {lines[1]}")
    if len(run.checked) != run.rows * run.round:
        raise SystemExit(f"{run.rows} rows in the file, {len(run.checked)} cases in the database")
    return lines[1]


def prepared(folder: Path) -> tuple[Path, int, str]:
    """Return the file to import, its number of rows, and which one it is; the sample is copied to be long enough."""
    file, which = messages_file()
    with file.open(encoding="utf-8-sig", newline="") as source:
        head, *rows = list(csv.reader(source))
    if file != SAMPLE:
        return file, len(rows), which
    long = folder / "sample.csv"
    with long.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(head)
        writer.writerows([f"{copy}-{row[0]}", *row[1:]] for copy in range(COPIES) for row in rows)
    return long, len(rows) * COPIES, which


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, finish."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=10**9, help="use only so many rows of the file")
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    with installed(chosen.database) as folder:
        file, found, which = prepared(folder)
        rows = min(found, chosen.rows)
        print(f"{which}; seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
        run = Run(file, folder, rows, random.Random(chosen.seed))
        while run.kills < chosen.kills:
            kill_once(run, left=chosen.kills - run.kills)
            look(run)
            if len(run.checked) == rows * run.round and run.kills < chosen.kills:
                run.round += 1
        killed = len(run.checked)
        finish(run)
    print(
        f"{run.kills} kills, {killed} rows registered under them, all {rows * run.round} in the end, none twice; "
        f"{time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.TimeoutExpired as late:
        sys.exit(f"a command did not end: {late}")
