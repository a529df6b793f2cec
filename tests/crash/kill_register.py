"""Kills the server while petitions are filed over HTTP: python -m tests.crash.kill_register --kills 100

Several visitors send the last page of the form one after the other. A petition is acknowledged when the answer leads
to the receipt. After each kill every acknowledged petition is whole and its receipt can still be read; of the others
nothing is left but the draft, and sending it again files it.
"""

from __future__ import annotations

import argparse
import http.client
import os
import queue
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.crash.installation import installed, lianxin

VISITORS = 3
TOKEN = "k" * 32
STORY = "外婆的低保金停发三个月，请帮忙问一问是什么原因。（虚构）"


@dataclass
class Site:
    """The server that is killed and started again, and the drafts that wait to be sent."""

    port: int
    chance: random.Random
    process: subprocess.Popen[str] | None = None
    drafts: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    acknowledged: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    checked: set[int] = field(default_factory=set)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.process = lianxin(["start", "--port", str(self.port)], output=subprocess.DEVNULL)
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}")
            if self._answers():
                return
            time.sleep(0.02)
        raise SystemExit("the server does not answer")

    def kill(self) -> None:
        """Kill the server with all its workers at once."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def send(self, handle: str) -> bool:
        """Send the last page of a draft; True when the answer leads to the receipt, False when none came."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            headers = {
                "Cookie": f"lx_draft={handle}; lx_csrf={TOKEN}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request("POST", "/file/check/", f"csrfmiddlewaretoken={TOKEN}", headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status in (302, 303) and answer.headers["Location"].endswith("/file/receipt/"):
            return True
        raise SystemExit(f"the server answered {answer.status} to the last page")


def visit(site: Site, stop: threading.Event) -> None:
    """File petitions until told to stop."""
    while not stop.is_set():
        try:
            handle = site.drafts.get_nowait()
        except queue.Empty:
            return
        (site.acknowledged if site.send(handle) else site.unanswered).add(handle)


def kill_once(site: Site) -> None:
    """Let visitors file for a moment that is drawn, then kill the server."""
    site.start()
    stop = threading.Event()
    visitors = [threading.Thread(target=visit, args=(site, stop)) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    time.sleep(site.chance.uniform(0.0, 0.6))
    stop.set()
    site.kill()
    for visitor in visitors:
        visitor.join()


def look(site: Site, kills: int) -> None:
    """Stop the program when anything is broken."""
    from django.db import connection

    from lianxin.cases.models import Case
    from lianxin.cases.selectors import case_by_code
    from lianxin.petitioners import drafts
    from tests.crash import evidence

    ids = {handle: int(handle.split(".")[0]) for handle in site.acknowledged | site.unanswered}
    acknowledged = [ids[handle] for handle in site.acknowledged]
    fresh = {handle for handle in ids if ids[handle] not in site.checked}
    found = evidence.faults(checked=site.checked, acknowledged=acknowledged) + evidence.coded_faults()
    there = set(Case.objects.values_list("pk", flat=True))
    for handle in fresh:
        draft = drafts.opened(handle)
        if draft is None or draft.filed != (ids[handle] in there):
            found.append(f"{ids[handle]}: draft and case do not agree")
        elif draft.filed and case_by_code(draft.answers["number"], draft.answers["code"]) != ids[handle]:
            found.append(f"{ids[handle]}: the receipt does not lead to the case")
    connection.close()
    if found:
        raise SystemExit(f"after {kills} kills: " + "; ".join(found[:10]))


def finish(site: Site, kills: int) -> None:
    """Send again what got no answer: each is filed exactly once."""
    site.start()
    for handle in sorted(site.unanswered):
        if not site.send(handle):
            raise SystemExit("the server did not answer at the end")
    site.acknowledged |= site.unanswered
    site.unanswered.clear()
    site.kill()
    look(site, kills)


def write_drafts(site: Site, count: int) -> None:
    """Prepare drafts with every question answered."""
    from datetime import UTC, datetime

    from django.db import connection

    from lianxin.organs.models import Organ, Region
    from lianxin.petitioners import drafts

    county = Region.objects.select_related("parent__parent").get(name="安州区")
    assert county.parent and county.parent.parent
    answers = {
        "story": STORY, "claims": "查明原因并恢复发放", "kind": "claim", "province": str(county.parent.parent.pk),
        "city": str(county.parent.pk), "county": str(county.pk), "topic": "01", "category": "0101",
        "organ": str(Organ.objects.get(code="anzhou").pk), "proposed": "anzhou", "subroute": "31.6", "who": "named",
        "name": "辛小禾", "phone": "10000000001", "address": "文胜路18号",
    }  # fmt: skip
    now = datetime.now(UTC)
    for _ in range(count):
        handle = drafts.begin(at=now)
        handle = handle if isinstance(handle, str) else handle[0]
        draft = drafts.opened(handle)
        assert draft
        drafts.save(draft, answers, at=now)
        site.drafts.put(handle)
    connection.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times, look each time, finish."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database):
        site = Site(free_port(), random.Random(chosen.seed))
        for kills in range(1, chosen.kills + 1):
            write_drafts(site, 40)
            kill_once(site)
            look(site, kills)
        unanswered, acknowledged = len(site.unanswered), len(site.acknowledged)
        finish(site, chosen.kills)
    print(
        f"{chosen.kills} kills: {acknowledged} petitions acknowledged and whole; {unanswered} without an answer, "
        f"each filed once in the end; {time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
