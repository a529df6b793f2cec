"""Kills sweeps that run two at a time: python -m tests.crash.kill_sweep --kills 100

Answered cases whose window is over and cases that are late are swept by two processes at once; one or both are killed at a
random moment. In the end each case was closed once, each alert was told once, and none is missing.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date

from tests.crash.children import ended, forked, killed
from tests.crash.installation import installed
from tests.crash.serving import cast, stop_if

DAY = date(2026, 8, 20)
"""Late enough for every window and every clock of the cast's cases."""


def sweep() -> None:
    """Sweep as `lianxin sweep` does, on a fixed day."""
    from lianxin.jobs import sweeps
    from tests.cast import on

    sweeps.sweep(when=on(DAY))


def write_cases(count: int) -> None:
    """Write answered cases whose window is over, and as many that are late."""
    from django.db import connection

    there = cast()
    for _ in range(count):
        there.served()
        there.registered()
    connection.close()


def look(*, whole: bool) -> list[str]:
    """Return what is broken; `whole` asks for everything to be done."""
    from django.db import connection

    from lianxin.cases.models import Alert, Case, Step
    from lianxin.jobs import integrity

    lapsed = Counter(Step.objects.filter(event="window_end").values_list("case_id", flat=True))
    found = [f"{case_id} was closed {n} times" for case_id, n in lapsed.items() if n > 1]
    told = Counter(Alert.objects.values_list("organ_id", "case_id", "mark"))
    found += [f"{one} was told {n} times" for one, n in told.items() if n > 1]
    if Case.objects.filter(state="served", pk__in=lapsed).exists():
        found.append("a case was closed and is still open")
    if whole:
        found += missing()
        for case_id in integrity.case_ids():
            found += [f"{case_id}: {fault}" for fault in integrity.check(case_id).faults]
    connection.close()
    return found


def missing() -> list[str]:
    """Return what a finished sweep has left out."""
    from lianxin.cases.models import Alert, Case
    from lianxin.jobs import alerting

    left = Case.objects.filter(state="served").count()
    found = [f"{left} answered cases are still open"] * bool(left)
    wanted = {
        (one.organ_id, one.case_id, one.mark)
        for loaded in alerting._loaded(list(Case.objects.values_list("pk", flat=True)))
        for one in alerting.due_alerts(loaded, on=DAY)
    }
    there = set(Alert.objects.filter(settled_on=None).values_list("organ_id", "case_id", "mark"))
    if not wanted:
        found.append("no alert is due: this proves nothing")
    return found + [f"{len(wanted - there)} alerts are missing, {len(there - wanted)} too many"] * (
        wanted != there
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, finish twice at once."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    chance = random.Random(chosen.seed)
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database):
        from lianxin.cases.models import Alert, Step

        kills = rounds = 0
        while kills < chosen.kills and rounds < 10 * chosen.kills:
            write_cases(3)
            two = [forked(sweep), forked(sweep)]
            time.sleep(chance.uniform(0.0, 0.4))
            kills += killed(two[0])
            kills += killed(two[1]) if chance.random() < 0.5 else not ended(two[1])
            rounds += 1
            stop_if(look(whole=False), f"after {kills} kills")
        write_cases(3)
        for child in [forked(sweep), forked(sweep)]:
            ended(child)
        stop_if(look(whole=True), "in the end")
        closed, alerts = Step.objects.filter(event="window_end").count(), Alert.objects.count()
    print(f"{kills} kills, {closed} cases closed once each, {alerts} alerts told once each, none missing")
    return 0 if closed and alerts else 1


if __name__ == "__main__":
    sys.exit(main())
