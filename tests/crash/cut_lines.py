"""Cuts the line between the act and its answer: python -m tests.crash.cut_lines --cuts 100

Petitions are filed and cases accepted through a line that is cut when the server has begun to answer; with PostgreSQL also
over a line between server and database that is cut after COMMIT was sent. Who sends the same again finds the first result.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from tests.crash.installation import installed
from tests.crash.serving import Answer, Site, cast, free_port, ids_of, signed_in, stop_if, write_drafts


class Line:
    """A line to a port of this machine that can be cut: before the first byte of an answer, or after a word was sent."""

    def __init__(self, target: int) -> None:
        self.target, self.cut_answer, self.cut_after, self.cuts = target, False, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", self.target))
            for source, goal, back in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pass_on, args=(source, goal, back), daemon=True).start()

    def _pass_on(self, source: socket.socket, goal: socket.socket, back: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if back and self.cut_answer:
                    self.cuts += 1
                    break
                goal.sendall(data)
                if not back and self._counts(data):
                    time.sleep(
                        0.3
                    )  # the database has it and has carried it out; its answer waits in the line
                    self.cuts += 1
                    break
        for one in (source, goal):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _counts(self, data: bytes) -> bool:
        """Tell whether this is the commit to cut after; counts down to it."""
        if not self.cut_after or b"COMMIT" not in data:
            return False
        self.cut_after -= 1
        return self.cut_after == 0


def file_cut(site: Site, line: Line, handle: str) -> list[str]:
    """File a petition over a line that is cut before the answer; return what is wrong with sending it again."""
    line.cut_answer = True
    first = site.file(handle, line.port)
    line.cut_answer = False
    return again(site.file(handle), first, "/file/receipt/")


def accept_cut(site: Site, line: Line, officer: str, approver: str) -> list[str]:
    """Accept a case over such a line; return what is wrong with sending it again."""
    from django.db import connection

    case = cast().registered()
    connection.close()
    path = f"/desk/case/{case.pk}/accept/"
    fields = {"key": secrets.token_hex(11), "version": str(case.version), "approver": approver}
    line.cut_answer = True
    first = site.post(path, officer, line.port, **fields)
    line.cut_answer = False
    return again(site.post(path, officer, **fields), first, f"/desk/case/{case.pk}/")


def again(second: Answer, first: Answer, leads: str) -> list[str]:
    """Return what is wrong: the first must have got no answer, the second the one it would have got."""
    found = [f"the line was not cut: {first.status}"] * bool(first.status)
    right = second.status == 302 and second.leads.startswith(leads)
    return found + [f"sent again it got {second.status} {second.leads}"] * (not right)


def commit_cut(site: Site, line: Line, handle: str, nth: int) -> list[str]:
    """File a petition while the line to the database is cut after the nth commit; send it again until it is taken."""
    line.cut_after = nth
    answers = []
    for _ in range(12):
        answers.append(site.file(handle).status)
        if answers[-1] == 302:
            break
    line.cut_after = 0
    odd = [status for status in answers if status not in (302, 503)]
    return [f"the server answered {answers}"] * bool(odd or answers[-1] != 302)


def look(handles: Sequence[str], accepted: int) -> list[str]:
    """Return what is broken."""
    from django.db import connection

    from lianxin.cases.models import Case, Step
    from lianxin.petitioners import drafts
    from tests.crash import evidence

    found = evidence.faults(checked=set(), acknowledged=ids_of(handles)) + evidence.coded_faults()
    steps = Step.objects.filter(event="accept").count()
    found += [f"{accepted} cases accepted, {steps} steps"] * (steps != accepted)
    if Case.objects.count() != len(handles) + accepted:
        found.append("not as many cases as petitions")
    for handle in handles:
        draft = drafts.opened(handle)
        if draft is None or not draft.filed:
            found.append("a receipt is missing")
    connection.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Cut so many lines, look in the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--database", default="", help="address of a PostgreSQL server; SQLite when left out")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    chosen = parser.parse_args(arguments)
    chance = random.Random(chosen.seed)
    print(f"seed {chosen.seed}; {'PostgreSQL' if chosen.database else 'SQLite'}", flush=True)
    with installed(chosen.database):
        site = Site(free_port())
        [officer], approver = signed_in(site, "fen"), str(cast().staff["tou"].pk)
        handles, within, accepted = write_drafts(chosen.cuts), [], chosen.cuts // 3
        site.start()
        line = Line(site.port)
        for handle in handles:
            stop_if(file_cut(site, line, handle), "a petition")
        for _ in range(accepted):
            stop_if(accept_cut(site, line, officer, approver), "an act")
        site.kill()
        cuts = line.cuts
        if chosen.database:
            cuts += beneath(chosen.cuts, chance, within)
        stop_if(look([*handles, *within], accepted), "in the end")
    print(f"{cuts} lines cut before their answer, each act done once, each result found again")
    return 0


def beneath(count: int, chance: random.Random, within: list[str]) -> int:
    """Cut the line between server and database so many times and return how often it was cut."""
    straight = os.environ["LIANXIN_DATABASE"]
    parts = urlsplit(straight)
    line = Line(parts.port or 5432)
    name = parts.netloc.rpartition("@")[0]
    os.environ["LIANXIN_DATABASE"] = urlunsplit(parts._replace(netloc=f"{name}@127.0.0.1:{line.port}"))
    site = Site(free_port())
    site.start()
    within += write_drafts(count)
    for handle in within:
        stop_if(commit_cut(site, line, handle, 2 if chance.random() < 0.2 else 1), "a commit")
    site.kill()
    os.environ["LIANXIN_DATABASE"] = straight
    if line.cuts < count // 2:
        raise SystemExit(f"only {line.cuts} of {count} lines to the database were cut")
    return line.cuts


if __name__ == "__main__":
    sys.exit(main())
