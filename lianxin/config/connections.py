"""The only place that lets go of database connections the server has ended, before a request is given one of them."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def drop_ended() -> None:
    """Close the kept connections of this thread whose other end is gone, so that a database that is back serves at once.

    It asks the operating system, not the database: no statement is sent.
    """
    for one in connections.all(initialized_only=True):
        idle = one.vendor == "postgresql" and one.connection is not None and not one.in_atomic_block
        if idle and _ended(one.connection):
            one.close()


def _ended(line: Any) -> bool:
    """Tell whether an idle line is closed or has something to say, which a healthy one has not."""
    if line.closed:
        return True
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def fresh(application: Application) -> Application:
    """Return the application, each request of which begins without connections that have ended."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        drop_ended()
        return application(environ, start_response)

    return answer
