"""Children of a program that are killed: each does one thing over and over or once, in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def forked(act: Callable[[], object]) -> int:
    """Return the process that carries the act out, with its own connection to the database."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        act()
        status = 0
    finally:
        os._exit(status)


def killed(child: int) -> bool:
    """Kill a child and tell whether it was still at work; an end with an error stops the program."""
    os.kill(child, signal.SIGKILL)
    return not ended(child)


def ended(child: int) -> bool:
    """Wait for a child and tell whether it ended by itself; an end with an error stops the program."""
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed; what went wrong stands above")
    return os.WIFEXITED(status)
