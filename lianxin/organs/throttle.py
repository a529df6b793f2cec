"""The only place that counts tries: budgets per source, spent before anything is checked, so that guesses in parallel count too.

A source is an account from a network, a network, an account as a whole, or a browser that proved itself before. A stranger can
make strangers wait, never a browser the officer has signed in with. No budget locks for good: waits grow and are capped.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from lianxin.organs.keys import source_key
from lianxin.organs.models import Budget

KEPT = timedelta(days=31)
"""How long a budget is kept after its last try; longer than each window."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many tries are free, after what time without a try they are free again, the first wait, and the longest."""

    name: str
    free: int
    window: timedelta
    first: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Source:
    """One source under one rule."""

    rule: Rule
    who: str

    @property
    def key(self) -> str:
        """Return the keyed hash under which the source is counted."""
        return hmac.new(source_key(), f"{self.rule.name}|{self.who}".encode(), hashlib.sha256).hexdigest()


HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
PAIR = Rule("pair", 5, HOUR, MINUTE, 15 * MINUTE)
NETWORK = Rule("network", 20, 15 * MINUTE, 5 * MINUTE, 15 * MINUTE)
ACCOUNT = Rule("account", 100, DAY, 15 * MINUTE, 15 * MINUTE)
DEVICE = Rule("device", 5, HOUR, MINUTE, 15 * MINUTE)
SECOND = Rule("second", 5, 30 * DAY, MINUTE, DAY)
PROOF = Rule("proof", 5, HOUR, MINUTE, 15 * MINUTE)


def spend(sources: Iterable[Source], *, at: datetime) -> datetime | None:
    """Take one try from each source and return None; return until when to wait, and take nothing, if one has to wait."""
    ordered = sorted(sources, key=lambda one: one.key)
    with transaction.atomic():
        rows = [(one.rule, _locked(one.key, at=at)) for one in ordered]
        waits = [until for rule, row in rows if (until := _wait(rule, row, at=at)) is not None]
        if waits:
            return max(waits)
        for rule, row in rows:
            _take(rule, row, at=at)
    return None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands: tries of late, when the last was, and until when it has to wait."""

    tries: int = 0
    since: datetime | None = None
    until: datetime | None = None


def standing(sources: Sequence[Source], *, at: datetime) -> list[Standing]:
    """Return how each source stands, in the order given; nothing is taken. One query."""
    rows = Budget.objects.in_bulk([one.key for one in sources])
    found = [(one.rule, rows.get(one.key)) for one in sources]
    return [
        Standing(0 if _lapsed(rule, row, at=at) else row.tries, row.since, _wait(rule, row, at=at))
        if row
        else Standing()
        for rule, row in found
    ]


def forgive(source: Source) -> None:
    """Forget the tries of a source that has proved itself."""
    Budget.objects.filter(key=source.key).update(tries=0, until=None)


def give_back(source: Source) -> None:
    """Give the try back that was taken last: it was right, and the source is shared with others."""
    with transaction.atomic():
        row = Budget.objects.select_for_update().filter(key=source.key).first()
        if row is not None and row.tries:
            row.tries -= 1
            if row.tries < source.rule.free:
                row.until = None
            row.save(update_fields=["tries", "until"])


def forget(*, before: datetime) -> int:
    """Delete budgets without a try since then and return how many."""
    return Budget.objects.filter(since__lt=before).delete()[0]


def _locked(key: str, *, at: datetime) -> Budget:
    """Return the row of a source, made if need be, locked until the transaction ends; a sweep may delete one in between."""
    while True:
        row = Budget.objects.select_for_update().filter(key=key).first()
        if row is not None:
            return row
        try:
            with transaction.atomic():
                return Budget.objects.create(key=key, since=at)
        except IntegrityError:
            continue


def _wait(rule: Rule, row: Budget, *, at: datetime) -> datetime | None:
    """Return until when to wait, or None. A wait longer than the rule's longest comes from a clock that ran ahead: it is void."""
    return row.until if row.until is not None and at < row.until <= at + rule.longest else None


def _lapsed(rule: Rule, row: Budget, *, at: datetime) -> bool:
    """Tell whether the last try is too long ago to count, or lies in a future that a clock made up."""
    return at - row.since > rule.window or row.since - at > rule.window


def _take(rule: Rule, row: Budget, *, at: datetime) -> None:
    if _lapsed(rule, row, at=at):
        row.tries = 0
    row.tries, row.since, row.until = row.tries + 1, at, None
    if row.tries >= rule.free:
        doubled = rule.first * 2 ** min(row.tries - rule.free, 20)
        row.until = at + min(doubled, rule.longest)
    row.save(update_fields=["tries", "since", "until"])
