"""Kills the server while files are handed in over HTTP: python -m tests.crash.kill_upload --kills 100

Visitors hand in files with drafts, an officer with cases. After each kill every row and every draft leads to whole files with
the bytes of the ledger, and nothing without a name is left in the folder for what comes in. In the end the sweep throws
away, after a day and not before, what no row leads to.
"""

from __future__ import annotations

import argparse
import itertools
import random
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.crash.installation import installed
from tests.crash.serving import TOKEN, Answer, Site, cast, free_port, signed_in, stop_if, write_drafts

BOUNDARY = "x" * 24
WORDS = "低保金停发通知，九月一日。（虚构）\n"


@dataclass
class Run:
    """The server, who hands in, and what was acknowledged."""

    site: Site
    folder: Path
    chance: random.Random
    officer: str = ""
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    answered: int = 0


def form(text: str, **fields: str) -> bytes:
    """Return the body of a form with one text file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"csrfmiddlewaretoken": TOKEN, **fields}.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="uploads"; filename="通知.txt"\r\n\r\n'
    return ("".join(parts) + head + text + f"\r\n--{BOUNDARY}--\r\n").encode()


def send(site: Site, path: str, cookies: str, body: bytes) -> Answer:
    """Send such a form."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return site.ask("POST", path, cookies=f"{cookies}; lx_csrf={TOKEN}", body=body, kind=kind)


def hand_in(run: Run, stop: threading.Event, cases: Sequence[int], handles: Sequence[str]) -> None:
    """Hand in files, to a case and a draft in turn, until told to stop."""
    for turn in itertools.count(run.chance.randrange(2)):
        if stop.is_set():
            return
        text = WORDS * run.chance.randrange(1, 20_000)
        if turn % 2:
            case_id, key = run.chance.choice(cases), secrets.token_hex(11)
            path = f"/desk/case/{case_id}/add-material/"
            answer = send(run.site, path, run.officer, form(text, key=key, version=str(version(case_id))))
            if answer.status == 302:
                run.acknowledged.append((case_id, len(text.encode())))
        else:
            handle = run.chance.choice(handles)
            answer = send(run.site, "/file/material/", f"lx_draft={handle}", form(text, add="1"))
        run.answered += answer.status == 302
        if answer.status not in (0, 302, 409, 422):
            raise SystemExit(f"the server answered {answer.status}")


def version(case_id: int) -> int:
    """Return the version of a case as an officer's page would hold it."""
    from django.db import connection

    from lianxin.cases.models import Case

    found = Case.objects.values_list("version", flat=True).get(pk=case_id)
    connection.close()
    return found


def look(run: Run, cases: Sequence[int], handles: Sequence[str]) -> list[str]:
    """Return what is broken."""
    from django.db import connection

    from lianxin.cases import materials
    from lianxin.cases.models import Attachment
    from lianxin.files import keeping
    from lianxin.jobs import integrity
    from lianxin.petitioners import drafts
    from lianxin.web.public.filing import kept_in

    found = []
    for case_id in cases:
        found += [f"{case_id}: {fault}" for fault in integrity.check(case_id).faults]
        found += [f"{case_id}: {fault}" for fault in materials.damaged(case_id)]
        rows = list(Attachment.objects.filter(case_id=case_id).values_list("size", flat=True))
        wanted = [size for one, size in run.acknowledged if one == case_id]
        found += [f"{case_id}: {len(wanted)} acknowledged, {len(rows)} there"] * (len(rows) < len(wanted))
    for handle in handles:
        draft = drafts.opened(handle)
        for kept in kept_in(draft.answers) if draft else ():
            if keeping.digest_of(kept.name) != kept.sha256:
                found.append(f"a file of draft {draft.id if draft else 0} is not whole")
    left = [one.name for one in (run.folder / "incoming").rglob("*")]
    connection.close()
    return found + [f"left in the folder for what comes in: {left}"] * bool(left)


def kill_once(run: Run, cases: Sequence[int], handles: Sequence[str]) -> None:
    """Let three hand in for a moment that is drawn, then kill the server."""
    run.site.start()
    stop = threading.Event()
    hands = [threading.Thread(target=hand_in, args=(run, stop, cases, handles)) for _ in range(3)]
    for hand in hands:
        hand.start()
    before, until = run.answered, time.monotonic() + run.chance.choice((0, 15, 15))
    while run.answered == before and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(run.chance.uniform(0.0, 1.0))
    stop.set()
    run.site.kill()
    for hand in hands:
        hand.join()


def cleared(run: Run, cases: Sequence[int], handles: Sequence[str]) -> tuple[int, list[str]]:
    """Return how many strays the sweep has thrown away once a day is over, and what is wrong with that."""
    from lianxin.cases.models import Attachment
    from lianxin.cases.services import attaching
    from lianxin.cases.services.acts import Moment

    def lying() -> int:
        return sum(one.is_file() for one in (run.folder / "files").rglob("*"))

    def swept(days: float) -> int:
        at = datetime.now(UTC) + timedelta(days=days)
        return attaching.clear_strays(when=Moment(at.date(), at))

    before = lying()
    found = ["something was thrown away too early"] * bool(swept(0.5) or lying() != before)
    strays = swept(1.5)
    found += look(run, cases, handles)
    drafts_own = sum(
        one.is_file()
        for handle in handles
        for one in (run.folder / "files").glob(f"*/{handle.partition('.')[0]}/*")
    )
    rows = Attachment.objects.filter(case_id__in=cases).count()
    found += [f"{lying()} files lie there, {rows} rows and {drafts_own} files of drafts"] * (
        lying() != rows + drafts_own
    )
    return before - lying() if strays or before != lying() else 0, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, sweep in the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database) as folder:
        cases = [cast().registered().pk for _ in range(6)]
        site = Site(free_port())
        run = Run(site, folder, random.Random(chosen.seed), *signed_in(site, "ran"))
        handles = write_drafts(4)
        for kills in range(1, chosen.kills + 1):
            kill_once(run, cases, handles)
            stop_if(look(run, cases, handles), f"after {kills} kills")
        strays, found = cleared(run, cases, handles)
        stop_if(found, "after the sweep")
    print(
        f"{chosen.kills} kills, {run.answered} files acknowledged and whole, {strays} strays thrown away after a day"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
