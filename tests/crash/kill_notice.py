"""Kills the server while notices are issued over HTTP: python -m tests.crash.kill_notice --kills 200

An officer accepts one case after the other; each act issues a numbered notice, which is printed at once. After each kill a
notice is there with its case's step and its digest, or not at all; no number is used twice; whatever is printed twice is the
same paper. What got no answer is sent again with the same key and is done once.
"""

from __future__ import annotations

import argparse
import queue
import random
import re
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.crash.installation import installed
from tests.crash.serving import Site, cast, free_port, signed_in, stop_if

EACH = 12
"""Cases that wait for each kill."""


@dataclass
class Run:
    """The server, the officers, the cases that wait, and what came of them."""

    site: Site
    chance: random.Random
    officer: str
    approver: str
    waiting: queue.SimpleQueue[tuple[int, int, str]] = field(default_factory=queue.SimpleQueue)
    acknowledged: set[int] = field(default_factory=set)
    unanswered: list[tuple[int, int, str]] = field(default_factory=list)
    printed: dict[int, bytes] = field(default_factory=dict)


def accept(run: Run, one: tuple[int, int, str]) -> None:
    """Accept a case and print its notice."""
    case_id, version, key = one
    path = f"/desk/case/{case_id}/accept/"
    answer = run.site.post(path, run.officer, key=key, version=str(version), approver=run.approver)
    if answer.status == 302:
        run.acknowledged.add(case_id)
        keep(run, case_id)
    elif answer.status == 0:
        run.unanswered.append(one)
    else:
        raise SystemExit(f"the server answered {answer.status}")


def keep(run: Run, case_id: int) -> None:
    """Print the notice of a case and stop when it is another paper than the last time."""
    answer = run.site.ask("GET", f"/desk/case/{case_id}/papers/1.pdf", cookies=run.officer)
    if answer.status == 200:
        words = bare(answer.body)
        if run.printed.setdefault(case_id, words) != words:
            raise SystemExit(f"case {case_id}: two different papers under one number")


def bare(pdf: bytes) -> bytes:
    """Return a PDF without the instant it was printed at and the ids made of it."""
    return re.sub(
        rb"D:\d{14}[^)]*|<xmp:\w+Date>[^<]*|uuid:[^<]*|/ID ?\[[^\]]*\]|<xmpMM:\w+ID>[^<]*", b"", pdf
    )


def work(run: Run, stop: threading.Event) -> None:
    """Accept cases until told to stop."""
    while not stop.is_set():
        try:
            accept(run, run.waiting.get_nowait())
        except queue.Empty:
            return


def kill_once(run: Run) -> None:
    """Let two windows accept for a moment that is drawn, then kill the server."""
    run.site.start()
    for case_id in list(run.printed)[-3:]:
        keep(run, case_id)
    stop = threading.Event()
    windows = [threading.Thread(target=work, args=(run, stop)) for _ in range(2)]
    for window in windows:
        window.start()
    time.sleep(run.chance.uniform(0.0, 1.5))
    stop.set()
    run.site.kill()
    for window in windows:
        window.join()


def look(run: Run) -> list[str]:
    """Return what is broken."""
    from django.db import connection

    from lianxin.cases.models import Case, Paper, Step
    from lianxin.jobs import integrity

    found = []
    papers = list(Paper.objects.values_list("case_id", "number", "kind"))
    found += [
        f"the number {one} was used {n} times" for one, n in Counter(p[1] for p in papers).items() if n > 1
    ]
    steps = Counter(Step.objects.filter(event="accept").values_list("case_id", flat=True))
    issued = Counter(case_id for case_id, _, kind in papers if kind == "acceptance_notice")
    accepted = set(Case.objects.filter(state="accepted").values_list("pk", flat=True))
    if steps != issued or set(steps) != accepted or max(steps.values(), default=1) > 1:
        found.append("steps, notices and states do not match")
    found += [f"{one} was acknowledged and is not there" for one in run.acknowledged - accepted]
    for case_id in set(run.acknowledged) | {one[0] for one in run.unanswered}:
        found += [f"{case_id}: {fault}" for fault in integrity.check(case_id).faults]
    connection.close()
    return found


def write_cases(run: Run, count: int) -> None:
    """Register cases that wait to be accepted."""
    from django.db import connection

    there = cast()
    for _ in range(count):
        case = there.registered()
        run.waiting.put((case.pk, case.version, secrets.token_hex(11)))
    connection.close()


def finish(run: Run) -> None:
    """Send again what got no answer, twice: each notice is issued once."""
    again, run.unanswered = run.unanswered, []
    run.site.start()
    for one in [*again, *again]:
        accept(run, one)
    for case_id in run.acknowledged:
        keep(run, case_id)
    run.site.kill()
    if run.unanswered:
        raise SystemExit("the server did not answer at the end")


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, finish."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database):
        site = Site(free_port())
        approver = str(cast().staff["tou"].pk)
        run = Run(site, random.Random(chosen.seed), signed_in(site, "fen")[0], approver)
        for kills in range(1, chosen.kills + 1):
            write_cases(run, EACH)
            kill_once(run)
            stop_if(look(run), f"after {kills} kills")
        unanswered = len(run.unanswered)
        finish(run)
        stop_if(look(run), "in the end")
    print(
        f"{chosen.kills} kills, {len(run.acknowledged)} notices, {unanswered} sent again, "
        f"{len(run.printed)} printed more than once, each the same"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
