"""The chains of a case: a gap, a change, a reordering is named."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from lianxin.ledger import chain, ids
from lianxin.ledger.models import Entry, Look, NodeLease

AT = datetime(2026, 5, 6, 1, tzinfo=UTC)


def written(count: int = 3) -> tuple[list[Entry], dict[int, dict[str, object]]]:
    rows: list[Entry] = []
    payloads: dict[int, dict[str, object]] = {n: {"event": f"e{n}"} for n in range(1, count + 1)}
    for n, payload in payloads.items():
        prev = rows[-1].hash if rows else ""
        rows.append(
            chain.entry(
                case_id=9,
                seq=n,
                act=f"case.e{n}",
                organ_id=1,
                staff_id=2,
                on=date(2026, 5, 6),
                at=AT,
                payload=payload,
                prev=prev,
            )
        )
    Entry.objects.bulk_create(rows)
    return list(Entry.objects.filter(case_id=9)), payloads


def test_an_untouched_chain_holds(db: None) -> None:
    assert chain.faults(*written()) == []


@pytest.mark.parametrize("field", ["act", "organ_id", "on", "payload", "prev"])
def test_log_01_a_changed_entry_is_named(db: None, field: str) -> None:
    written()
    value: object = {"organ_id": 5, "on": date(2026, 5, 5)}.get(field, "x" * 10)
    Entry.objects.filter(case_id=9, seq=2).update(**{field: value})
    found = chain.faults(Entry.objects.filter(case_id=9), written_payloads())
    assert any("seq 2" in line for line in found)


def written_payloads() -> dict[int, dict[str, object]]:
    return {n: {"event": f"e{n}"} for n in (1, 2, 3)}


def test_log_01_a_changed_step_is_named(db: None) -> None:
    rows, payloads = written()
    payloads[2] = {"event": "other"}
    assert chain.faults(rows, payloads) == ["seq 2: step was changed"]


def test_log_02_a_missing_step_is_named(db: None) -> None:
    rows, payloads = written()
    assert "seq 2: missing" in chain.faults([rows[0], rows[2]], payloads)
    assert chain.faults(rows[:2], payloads) == ["seq 3: step without entry"]
    del payloads[2]
    assert chain.faults(rows, payloads) == ["seq 2: step is missing"]


def test_looks_form_a_chain_of_their_own(db: None) -> None:
    for purpose in ("办理", "送达"):
        chain.record_look(
            case_id=9, what="case", purpose=purpose, reader=chain.Reader(1, 2, "handler"), at=AT
        )
    one, two = Look.objects.filter(case_id=9).order_by("seq")
    assert (one.seq, two.seq, two.prev) == (1, 2, one.hash)


def test_ids_grow_and_carry_their_time(db: None) -> None:
    maker = ids.IdMaker()
    made = [maker.make() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(0 < value < 2**63 for value in made)
    assert abs((ids.made_at(made[0]) - datetime.now(UTC)).total_seconds()) < 60


def test_two_processes_never_hold_one_node(db: None) -> None:
    one, other = ids._lease(None), ids._lease(None)
    assert one != other
    NodeLease.objects.filter(node=one).update(until=datetime(2020, 1, 1, tzinfo=UTC))
    assert ids._lease(None) == one
