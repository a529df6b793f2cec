"""CONC-09: many write to the log at the same time; every row becomes one leaf, without a gap, and the root is that of the leaves.

`LIANXIN_TEST_APPENDS` sets how many rows are written (2,000 where it is not set). Needs a database for several connections.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from lianxin.ledger import chain, log, store
from lianxin.ledger.models import Checkpoint, Event, Look, Pad, Place, TreeNode
from lianxin.ledger.proofs import Roots
from tests.cast import on

WORKERS = 8
APPENDS = int(os.environ.get("LIANXIN_TEST_APPENDS", "2000"))
BEGUN = on("2026-05-07").at


def at_work(*acts: Callable[[], None]) -> list[BaseException]:
    """Run the acts together, each in its own thread and connection; return what went wrong."""
    gate, failed = threading.Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        gate.wait()
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def writing(worker: int, subjects: int, rows: int) -> Callable[[], None]:
    """Return the work of one writer: looks at cases all read, and events of organs all write of."""
    reader = chain.Reader(1, worker + 1, "handler")

    def act() -> None:
        for n in range(rows):
            subject = (n * 7 + worker) % subjects + 1
            if n % 4:
                chain.record_look(case_id=subject, what="case", purpose="办理", reader=reader, at=BEGUN)
            else:
                chain.record_event(kind="tried", organ_id=subject, staff_id=None, at=BEGUN, facts={"n": n})

    return act


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("subjects", "share"), [(40, 1), (1, 4)], ids=["many", "one"])
def test_conc_09_eight_writers_leave_one_tree_without_a_gap(subjects: int, share: int) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs a database for several connections")
    over, each = threading.Event(), APPENDS // WORKERS // share

    def gather() -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            log.sequence(type("When", (), {"at": BEGUN + turn * timedelta(minutes=11)})())

    def write() -> None:
        failed.extend(at_work(*(writing(worker, subjects, each) for worker in range(WORKERS))))
        over.set()

    failed: list[BaseException] = []
    failed += at_work(write, gather, gather)
    assert not failed, failed
    log.sequence(type("When", (), {"at": BEGUN + timedelta(days=400)})(), thorough=True)
    rows = Look.objects.count() + Event.objects.count()
    assert rows == each * WORKERS == Place.objects.count()
    leaves = TreeNode.objects.filter(level=0).order_by("position").values_list("position", "hash")
    last = store.last_checkpoint()
    assert last is not None and [one for one, _ in leaves] == list(range(last.size))
    taken = [
        *Place.objects.values_list("position", flat=True),
        *Pad.objects.values_list("position", flat=True),
    ]
    assert sorted(taken) == list(range(last.size)), "each leaf is one row or stands for none"
    roots, known = Roots("0:sha256"), dict(Checkpoint.objects.values_list("size", "root"))
    for position, value in leaves:
        roots.add(bytes.fromhex(value))
        assert known.pop(position + 1, roots.root().hex()) == roots.root().hex()
    assert not known and len(Checkpoint.objects.all()) > 2
    for chain_name, model, owner in (("look", Look, "case_id"), ("event", Event, "organ_id")):
        for subject, count in Counter(model.objects.values_list(owner, flat=True)).items():
            rows_of = model.objects.filter(**{owner: subject}).order_by("seq")
            assert [row.seq for row in rows_of] == list(range(1, count + 1)), chain_name
            prev = ""
            for row in rows_of:
                assert row.prev == prev and row.hash == chain.row_hash(row)
                prev = row.hash
