"""Watches statements: each one on a spread table must name its distribution column with an equality.

What would fan out over all shards of a distributed store is found here on any database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.config.placements import CITUS_TABLES


def spread_tables() -> dict[str, str]:
    """Return the tables that are spread, each with its distribution column."""
    return {
        apps.get_model(label)._meta.db_table: place.column
        for label, place in CITUS_TABLES.items()
        if place.group in {"case", "path"}
    }


def fan_outs(statements: list[str]) -> list[str]:
    """Return the statements that touch a spread table without an equality on its distribution column."""
    found = []
    for sql in statements:
        if sql.lstrip().upper().startswith("INSERT"):
            continue
        for table, column in spread_tables().items():
            if not re.search(rf'(FROM|JOIN|UPDATE) "{table}"', sql):
                continue
            if not re.search(rf'"{column}" (=|IN \()|= "{table}"\."{column}"', sql):
                found.append(sql)
    return found


@contextmanager
def one_shard_each() -> Iterator[None]:
    """Fail when a statement inside fans out."""
    with CaptureQueriesContext(connection) as seen:
        yield
    wide = fan_outs([query["sql"] for query in seen.captured_queries])
    assert not wide, "statements without equality on the distribution column:\n" + "\n".join(
        sql[:300] for sql in wide
    )
