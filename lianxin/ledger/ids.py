"""The only maker of ids: 63 bits, ordered by time, made by the application, never by a database sequence.

Layout: 41 bits milliseconds since 2020-01-01 UTC, 10 bits node, 12 bits count within the millisecond.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from lianxin.ledger.models import NodeLease
from lianxin.procedure.errors import LianxinError

EPOCH_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
LEASE = timedelta(hours=1)
NODES = 1024


class NoNodeFree(LianxinError):
    """All 1,024 node numbers are leased; more processes cannot make ids now."""


class IdMaker:
    """Makes ids for one process; leases a node number at first use and renews it at half time. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._node: int | None = None
        self._renew_at = 0.0
        self._last_ms = 0
        self._count = 0

    def prepare(self) -> None:
        """Lease or renew the node number now. Call it outside a transaction, so that a roll-back cannot undo it."""
        with self._lock:
            if os.getpid() != self._pid:
                self._reset()
            if self._node is None or time.time() >= self._renew_at:
                self._node = _lease(self._node)
                self._renew_at = time.time() + LEASE.total_seconds() / 2

    def make(self) -> int:
        """Return a new id, larger than each earlier one of this process. A clock that stands or goes back is waited out."""
        self.prepare()
        with self._lock:
            now = int(time.time() * 1000) - EPOCH_MS
            if now <= self._last_ms:
                now = self._last_ms
                self._count += 1
                if self._count == 4096:
                    now, self._count = now + 1, 0
            else:
                self._count = 0
            self._last_ms = now
            assert self._node is not None  # noqa: S101 - prepare() leased it
            return now << 22 | self._node << 12 | self._count


def _lease(node: int | None) -> int:
    """Return a node number that nobody else holds until the lease ends; keeps `node` where it is still ours."""
    now = datetime.now(UTC)
    holder = f"{socket.gethostname()[:60]}:{os.getpid()}"
    if node is not None and NodeLease.objects.filter(node=node, holder=holder, until__gt=now).update(
        until=now + LEASE
    ):
        return node
    lapsed = NodeLease.objects.filter(until__lte=now).order_by("node").values_list("node", flat=True)
    for free in list(lapsed[:20]):
        if NodeLease.objects.filter(node=free, until__lte=now).update(holder=holder, until=now + LEASE):
            return int(free)
    taken = set(NodeLease.objects.values_list("node", flat=True))
    for free in (n for n in range(NODES) if n not in taken):
        try:
            with transaction.atomic():
                NodeLease.objects.create(node=free, holder=holder, until=now + LEASE)
        except IntegrityError:
            continue
        return free
    raise NoNodeFree("编号进程已满（1024 个）。请停止不用的服务进程，一小时后租约自动释放。")


maker = IdMaker()


def new_id() -> int:
    """Return a new id of this process."""
    return maker.make()


def made_at(value: int) -> datetime:
    """Return the instant an id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp(((value >> 22) + EPOCH_MS) / 1000, tz=UTC)
