"""On a desk with twenty thousand cases the list and its counts read an index and never the whole table ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from lianxin.cases import worklists
from lianxin.cases.models import WorkItem
from lianxin.cases.worklists import Wanted
from tests.cast import Cast

COUNT = 20_000
WHOLE = re.compile(r"Seq Scan on cases_workitem|^SCAN cases_workitem$", re.MULTILINE)
"""The whole table read, as PostgreSQL and SQLite say it."""
STATES = ("received", "registered", "accepted", "handling", "signoff", "issued", "served")


@pytest.fixture
def desk(cast: Cast) -> None:
    """Put the rows on the county's desk and half as many on another's, and let the planner count them."""
    first = date(2026, 6, 1)
    for organ, count, start in (("anzhou", COUNT, 0), ("fucheng", COUNT // 2, COUNT)):
        WorkItem.objects.bulk_create(
            WorkItem(
                organ=cast.organs[organ], case_id=start + n + 1, number=f"N{n}", summary="低保金停发",
                state="served" if n % 10 else STATES[n % 7], turn="act" if n % 3 else "wait", channel="online",
                kind="claim", category="0101", place_name="四川省绵阳市安州区", received_on=first,
                officer_id=cast.staff["han"].pk if n % 100 == 0 else 1000 + n % 50, clock="HANDLE",
                sort_on=first + timedelta(days=n // 20), legal_on=first, warn_on=first,
            )
            for n in range(count)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_workitem")


@contextmanager
def plans() -> Iterator[list[str]]:
    """Collect the plan of every statement on work items that is sent inside."""
    found: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "cases_workitem" in sql and sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                how = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
                cursor.execute(how + sql, params)
                found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


ASKED = (
    ("fen", Wanted(queue="intake")),
    ("han", Wanted(queue="mine")),
    ("tou", Wanted(queue="sign")),
    ("ran", Wanted(queue="serve")),
    ("han", Wanted()),
    ("han", Wanted(shelf="due")),
    ("han", Wanted(seen=(date(2026, 9, 1), 5), place=20)),
    ("han", Wanted(after=(date(2026, 9, 1), 5))),
)


def test_lists_counts_and_places_use_an_index(cast: Cast, desk: None) -> None:
    with plans() as found:
        for who, wanted in ASKED:
            assert worklists.worklist(cast.actor(who), wanted, on=date(2026, 6, 3)).total
        place = worklists.standing(cast.actor("han"), Wanted(), (date(2026, 6, 10), 190), on=date(2026, 6, 3))
    assert place.total == worklists.CAP + 1 and place.previous and place.following
    whole = [plan for plan in found if WHOLE.search(plan)]
    assert len(found) > 2 * len(ASKED) and not whole, whole[0]
