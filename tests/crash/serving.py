"""What the programs share that kill a server: starting and killing it, filing by HTTP, signed-in officers, a way to stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.crash.installation import lianxin

if TYPE_CHECKING:
    from tests.cast import Cast

TOKEN = "k" * 32
STORY = "外婆的低保金停发三个月，请帮忙问一问是什么原因。（虚构）"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    """What a server said: status, where it leads, its body; status 0 when no answer came."""

    status: int
    leads: str = ""
    body: bytes = b""
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """A server that is started, killed and started again; `log` takes what it says."""

    port: int
    process: subprocess.Popen[str] | None = None
    log: Path = Path(os.devnull)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = ["start", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = lianxin(words, output=subprocess.DEVNULL, errors=log)
        for _ in range(1000):
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}")
            if self.ask("GET", "/healthz").status == 200:
                return
            time.sleep(0.02)
        raise SystemExit("the server does not answer")

    def kill(self) -> None:
        """Kill the server with all its workers at once."""
        self.signal(signal.SIGKILL)
        assert self.process
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and all its workers."""
        assert self.process
        os.killpg(self.process.pid, number)

    def ask(self, method: str, path: str, *, cookies: str = "", body: bytes | None = None, kind: str = FORM,
            port: int = 0, wait: float = 20) -> Answer:  # fmt: skip
        """Return the answer to one request; status 0 when the line broke."""
        line = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=wait)
        try:
            line.request(method, path, body, {"Cookie": cookies, **({"Content-Type": kind} if body else {})})
            got = line.getresponse()
            given = [one.partition(";")[0].partition("=") for one in got.headers.get_all("Set-Cookie") or ()]
            return Answer(
                got.status,
                got.headers.get("Location", ""),
                got.read(),
                {name: value for name, _, value in given},
            )
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            line.close()

    def post(self, path: str, cookies: str, port: int = 0, **fields: str) -> Answer:
        """Send a form with the cookies of somebody."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}).encode()
        return self.ask("POST", path, cookies=f"{cookies}; lx_csrf={TOKEN}", body=body, port=port)

    def file(self, handle: str, port: int = 0) -> Answer:
        """Send the last page of a draft."""
        return self.post("/file/check/", f"lx_draft={handle}", port)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_drafts(count: int, **more: str) -> list[str]:
    """Write drafts with every question answered and return their handles."""
    from django.db import connection

    from lianxin.organs.models import Organ, Region
    from lianxin.petitioners import drafts

    county = Region.objects.select_related("parent__parent").get(name="安州区")
    assert county.parent and county.parent.parent
    answers = {
        "story": STORY, "claims": "查明原因并恢复发放", "kind": "claim", "province": str(county.parent.parent.pk),
        "city": str(county.parent.pk), "county": str(county.pk), "topic": "01", "category": "0101",
        "organ": str(Organ.objects.get(code="anzhou").pk), "proposed": "anzhou", "subroute": "31.6", "who": "named",
        "name": "辛小禾", "phone": "10000000001", "address": "文胜路18号", **more,
    }  # fmt: skip
    now, handles = datetime.now(UTC), []
    for _ in range(count):
        handle = drafts.begin(at=now)
        draft = drafts.opened(handle)
        assert draft
        drafts.save(draft, answers, at=now)
        handles.append(handle)
    connection.close()
    return handles


def cast() -> Cast:
    """Return the cast an installation was built with, as it stands in the database."""
    from lianxin.organs.models import Organ, Region, Staff
    from tests.cast import Cast

    names = {
        "中国": "china",
        "四川省": "sichuan",
        "绵阳市": "mianyang",
        "安州区": "anzhou",
        "涪城区": "fucheng",
    }
    return Cast(
        {names[one.name]: one for one in Region.objects.all()},
        {one.code: one for one in Organ.objects.select_related("region", "parent")},
        {one.username: one for one in Staff.objects.all()},
    )


def ids_of(handles: Iterable[str]) -> list[int]:
    """Return the ids of drafts, which are those of their cases."""
    return [int(handle.partition(".")[0]) for handle in handles]


def signed_in(site: Site, *names: str) -> list[str]:
    """Return the cookies of officers of the cast; the server runs for that time, their sessions outlive it."""
    from tests.cast import PASSWORD

    site.start()
    found = []
    for name in names:
        answer = site.post("/desk/sign-in", "", username=name, password=PASSWORD)
        if answer.status != 302:
            raise SystemExit(f"{name} could not sign in: {answer.status}")
        found.append("; ".join(f"{key}={value}" for key, value in answer.cookies.items() if key != "lx_csrf"))
    site.kill()
    return found


def stop_if(found: Iterable[str], when: str) -> None:
    """End the program when anything is broken."""
    found = list(found)
    if found:
        raise SystemExit(f"{when}: " + "; ".join(found[:10]))
