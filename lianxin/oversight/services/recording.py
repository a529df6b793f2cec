"""The only place that writes what supervision does into the ledger, in the chain of the organ that does it."""

from __future__ import annotations

from lianxin.cases.history import Moment
from lianxin.ledger import behind
from lianxin.ledger.chain import record_event
from lianxin.organs.actors import Actor


def record(kind: str, actor: Actor, when: Moment, **facts: object) -> None:
    """Record an event, in the transaction of what it is about. Raises LogBehind while acts must wait."""
    behind.check(when.at)
    record_event(kind=kind, organ_id=actor.organ.pk, staff_id=actor.staff.pk, at=when.at, facts=facts)
