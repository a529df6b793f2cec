"""The only place that decides when a connection gets a thread: when the head of its request is there, never before (RATE-03).

gunicorn's own threads wait for slow senders, so that a few connections that trickle would stop the site. Here the loop of the
process looks at what has come without taking it, and closes a connection whose head is not whole after some seconds.
"""

from __future__ import annotations

import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
"""How long the head of a request may take; gunicorn's limits on its size hold besides."""
LOOK_SECONDS = 0.05
"""How often connections with half a head are looked at again."""
LOOKED_AT = 64 * 1024
END = b"\r\n\r\n"


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, with a waiting room before the threads."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.silent: dict[TConn, float] = {}
        self.halves: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread once the head of its request is there; until then it waits here."""
        read_ahead = conn.initialized and conn.parser.unreader.buf.getvalue()
        if self.cfg.is_ssl or read_ahead:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        self._look(conn, time.monotonic() + HEAD_SECONDS)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait as gunicorn does, but look in between at those with half a head, and close those that take too long."""
        super().wait_for_and_dispatch_events(min(timeout, LOOK_SECONDS) if self.halves else timeout)
        now = time.monotonic()
        for conn, until in list(self.halves.items()):
            del self.halves[conn]
            self._look(conn, until)
        for conn, until in list(self.silent.items()):
            if until <= now:
                self._forget(conn)
                self._close(conn)

    def _look(self, conn: TConn, until: float) -> None:
        """Look at what has come: hand on a whole head, keep half a one, wait for the first byte, close what is over."""
        try:
            head = conn.sock.recv(LOOKED_AT, socket.MSG_PEEK)
        except BlockingIOError:
            self.silent[conn] = until
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._heard, conn, until))
            return
        except OSError:
            self._close(conn)
            return
        if not head or (time.monotonic() >= until and END not in head):
            self._close(conn)
        elif END in head or len(head) >= LOOKED_AT:
            conn.data_ready = True
            super().enqueue_req(conn)
        else:
            self.halves[conn] = until

    def _heard(self, conn: TConn, until: float, sock: socket.socket) -> None:
        self._forget(conn)
        self._look(conn, until)

    def _forget(self, conn: TConn) -> None:
        self.silent.pop(conn, None)
        self.poller.unregister(conn.sock)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()
