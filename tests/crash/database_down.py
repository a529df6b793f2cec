"""Stops the database under a running server: python -m tests.crash.database_down --seconds 60

It needs a PostgreSQL of its own (`tools/postgres.sh`). While the database is down every request that needs it gets the page
that says so in Chinese with the telephone of the window, and no line of a traceback is logged; once it is back the next
requests are served. It also falls and comes back while petitions are filed, and refuses connections when it has none left.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.crash.installation import ROOT, installed
from tests.crash.serving import Answer, Site, free_port, ids_of, signed_in, stop_if, write_drafts

WORDS = ("系统暂时不能使用", "12345", "窗口")
BACK_WITHIN = 10
PLACES = ("/desk/", "/desk/search/", "/file/story/", "/follow/case/")


@contextmanager
def own_postgres() -> Iterator[tuple[str, Path]]:
    """Give address and folder of a PostgreSQL nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="lianxin-down-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "pg"
        yield run("start", folder), folder
        run("stop", folder)


def run(action: str, folder: Path) -> str:
    """Return what the script says."""
    command = ["tools/postgres.sh", action, str(folder)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def kindly(answer: Answer, what: str) -> list[str]:
    """Return what is wrong with the page a person sees while the database is down."""
    page = answer.body.decode(errors="replace")
    found = [f"{what}: status {answer.status}"] * (answer.status != 503)
    found += [f"{what}: the page lacks {word}" for word in WORDS if word not in page]
    return found + [f"{what}: the page tells of our insides"] * any(
        one in page for one in ("Traceback", "psycopg", "Error at", "connection to server")
    )


def down(site: Site, folder: Path, handles: list[str], officer: str, seconds: float) -> list[str]:
    """Stop the database for a while; return what is wrong meanwhile and afterwards."""
    run("stop", folder)
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until and not found:
        begun = time.monotonic()
        found += kindly(site.file(handles[-1]), "filing")
        found += kindly(site.ask("GET", "/desk/", cookies=officer), "worklist")
        found += ["the sign of life is gone"] * (site.ask("GET", "/healthz").status != 200)
        found += ["an answer took too long"] * (time.monotonic() - begun > 5)
        time.sleep(0.2)
    run("restart", folder)
    back = time.monotonic()
    while site.ask("GET", "/desk/", cookies=officer).status != 200:
        if time.monotonic() - back > BACK_WITHIN:
            return [*found, f"not back within {BACK_WITHIN} seconds"]
        time.sleep(0.1)
    return found + served_again(site, handles, officer)


def served_again(site: Site, handles: list[str], officer: str) -> list[str]:
    """Return the requests that are not served though the database is back: none on any thread of the server."""
    seen: list[int] = []

    def look() -> None:
        seen.extend(site.ask("GET", "/desk/", cookies=officer).status for _ in range(5))

    lookers = [threading.Thread(target=look) for _ in range(8)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    seen.append(site.file(handles[-1]).status)
    return [f"after the database was back: {sorted(set(seen))}"] * bool(set(seen) - {200, 302})


def falls(site: Site, folder: Path, handles: Sequence[str]) -> list[str]:
    """Let the database fall and come back twice while petitions are filed; send again what was not taken."""
    seen: dict[str, int] = {}

    def file(mine: Sequence[str]) -> None:
        for handle in mine:
            seen[handle] = site.file(handle).status

    hands = [threading.Thread(target=file, args=(handles[n::3],)) for n in range(3)]
    for hand in hands:
        hand.start()
    for _ in range(2):
        time.sleep(0.3)
        run("restart", folder)
    for hand in hands:
        hand.join()
    found = [f"while it fell: status {one}" for one in set(seen.values()) - {302, 503}]
    for handle in handles:
        again = site.file(handle).status
        found += [f"sent again after the fall: status {again}"] * (again != 302)
    return found


def used_up(site: Site, address: str, handle: str) -> list[str]:
    """Take every connection the database has, then let them go."""
    site.kill()
    held: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        while len(held) < 500:
            held.append(psycopg.connect(address))
    held.pop().close()
    site.start()
    held.append(psycopg.connect(address))
    first = kindly(site.file(handle), "no connection left")
    for one in held:
        one.close()
    begun = time.monotonic()
    while site.file(handle).status != 302:
        if time.monotonic() - begun > BACK_WITHIN:
            return [*first, "not back after connections were free again"]
        time.sleep(0.1)
    return first


def look(handles: Sequence[str], log: Path) -> list[str]:
    """Return what is broken in the end."""
    from django.db import connection

    from tests.crash import evidence

    found = evidence.faults(checked=set(), acknowledged=ids_of(handles)) + evidence.coded_faults()
    connection.close()
    said = log.read_text(errors="replace")
    return found + traced(said) + ["the log does not tell of it"] * ("database unavailable" not in said)


def traced(log: str) -> list[str]:
    """Return the last traceback of a log."""
    _, found, rest = log.rpartition("Traceback")
    return [f"logged: {rest[-900:]}"] if found else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the database away in three ways and look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args(arguments)
    with own_postgres() as (server, folder), installed(server) as data:
        site = Site(free_port(), log=data / "server.log")
        [officer] = signed_in(site, "fen")
        handles = write_drafts(40)
        site.start()
        stop_if(down(site, folder, handles[:1], officer, chosen.seconds), "down")
        stop_if(falls(site, folder, handles[1:-1]), "falling")
        stop_if(used_up(site, os.environ["LIANXIN_DATABASE"], handles[-1]), "used up")
        site.kill()
        stop_if(look(handles, data / "server.log"), "in the end")
    print(
        f"down for {chosen.seconds:g} s, fell twice, used up: {len(handles)} petitions, each filed once, no traceback"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
