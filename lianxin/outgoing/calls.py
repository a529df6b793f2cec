"""The only place that calls others over HTTP. A name is resolved once, each address checked, and the checked one connected to.

Nothing is followed, nothing goes through a proxy of the environment, and a call ends when its time or its size is used up:
a host that never ends its answer holds a thread for `SECONDS`, and never more than `AT_ONCE` of them.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from urllib.parse import urlencode

from django.conf import settings

from lianxin.outgoing.goals import Forbidden, Goal, check_address, goal_of
from lianxin.procedure.errors import LianxinError

SECONDS = 8.0
"""How long a call may take in all, from the name to the last byte."""
CONNECTING = 3.0
LARGEST = 256 * 1024
AT_ONCE, WAITING = 2, 0.5
"""So many calls are under way in a process at once, of four threads; another waits half a second for its turn."""
log = logging.getLogger("lianxin.outgoing")
_slots = threading.BoundedSemaphore(AT_ONCE)


class Failed(LianxinError):
    """A call was made and brought no answer that can be used: unreachable, too slow, too large, redirected, garbled."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    body: bytes


def call(
    url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return the answer to a GET, or to a POST of `form`. Raises Forbidden before anything is sent, and Failed."""
    try:
        goal = goal_of(url)
        if not _slots.acquire(timeout=WAITING):
            raise Failed("too many calls are under way")
        try:
            return _called(goal, form, headers or {})
        finally:
            _slots.release()
    except (Forbidden, Failed) as problem:
        log.warning("a call was not made or not answered: %s", problem)
        raise


def _called(goal: Goal, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
    until = monotonic() + SECONDS
    address = _address_of(goal, until)
    with _Line(goal, address, until) as line:
        try:
            return _exchanged(goal, line, form, headers)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            reason = "it took too long" if line.is_cut else type(problem).__name__
            raise Failed(f"{goal.host}: {reason}") from None


def _exchanged(goal: Goal, line: _Line, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(goal.host, goal.port)
    connection.sock = line.opened()
    sent = {
        "Host": goal.shown,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    body = None
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if form is None else "POST", goal.path, body=body, headers=sent | dict(headers))
    response = connection.getresponse()
    if 300 <= response.status < 400:
        raise Failed(f"{goal.host}: it wants to lead elsewhere, which is not followed")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Failed(f"{goal.host}: the answer is packed")
    read = b"" if response.length is not None and response.length > LARGEST else response.read(LARGEST + 1)
    if len(read) > LARGEST or (response.length or 0) > LARGEST:
        raise Failed(f"{goal.host}: the answer is too large")
    if line.is_cut:
        raise Failed(f"{goal.host}: it took too long")
    return Answer(response.status, read)


def _address_of(goal: Goal, until: float) -> str:
    """Return the first address of the host. Raises Forbidden when one of them may not be called, Failed when there is none."""
    found = [goal.host] if goal.literal else _resolved(goal, until)
    for one in found:
        check_address(one, goal)
    return found[0]


def _resolved(goal: Goal, until: float) -> list[str]:
    """Ask the resolver once, in a thread of its own, because it takes no time limit."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(goal.host, goal.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(row[4][0]) for row in rows)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(min(CONNECTING, until - monotonic()))
    known = list(found)
    if not known:
        raise Failed(f"{goal.host}: the name cannot be resolved")
    return known


class _Line:
    """A line to one checked address, cut when its time is over whatever the other side does."""

    def __init__(self, goal: Goal, address: str, until: float) -> None:
        self.goal, self.address, self.is_cut = goal, address, False
        self.until = until
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        self.timer = threading.Timer(max(0.0, until - monotonic()), self._cut)
        self.timer.daemon = True

    def __enter__(self) -> _Line:
        self.timer.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.timer.cancel()
        self.socket.close()

    def opened(self) -> socket.socket:
        """Return the connected line, with TLS for the name of the host. Raises OSError."""
        self.socket.settimeout(min(CONNECTING, max(0.1, self.until - monotonic())))
        if fault := self.socket.connect_ex((self.address, self.goal.port)):
            raise OSError(fault, "no connection")
        self.socket.settimeout(SECONDS)
        if self.goal.scheme == "https":
            context = _context(str(settings.OUTGOING_CA or ""))
            line = context.wrap_socket(
                self.socket, server_hostname=self.goal.host, do_handshake_on_connect=False
            )
            self.socket = line
            line.do_handshake()
        return self.socket

    def _cut(self) -> None:
        self.is_cut = True
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        except OSError:
            return


@lru_cache(maxsize=2)
def _context(authorities: str) -> ssl.SSLContext:
    """Return the TLS rules: certificates are checked against the system's authorities, and those of a file of the settings."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        context.load_verify_locations(authorities)
    return context


__all__ = ["Answer", "Failed", "Forbidden", "call"]
