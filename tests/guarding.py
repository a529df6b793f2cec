"""What the tests of row security share: the statements of `lianxin db protect`, and asking as the site's role."""

from __future__ import annotations

from typing import Any

from django.db import connection

from lianxin.config.commands.protecting import scripts

ROLE = "lianxin_app"


def protect() -> None:
    """Protect the tables as the command does, as their owner."""
    connection.check_constraints()  # what is checked at the end of a transaction must not be pending
    with connection.cursor() as cursor:
        for script in scripts():
            cursor.execute(script)


def become(role: str) -> None:
    """Protect the test database, and let every connection from now on be the role's."""
    assert connection.vendor == "postgresql", "LIANXIN_TEST_ROLE needs PostgreSQL"
    protect()
    connection.settings_dict["OPTIONS"]["options"] += f" -c role={role}"
    connection.close()


def unbecome(role: str) -> None:
    """Let every connection from now on be the owner's again, who may drop the test database."""
    options = connection.settings_dict["OPTIONS"]
    options["options"] = options["options"].removesuffix(f" -c role={role}")
    connection.close()


def change_role() -> None:
    """Protect the tables and ask as the site's role for the rest of the transaction."""
    protect()
    set_role(ROLE)


def set_role(role: str) -> None:
    """Ask as a role, or as the owner ("NONE"), for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    connection.connection.guarded = role != "NONE"


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a statement gives that no filter of the program has touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values) or None)
        return list(cursor.fetchall())


def count(table: str, case_id: int | None = None) -> int:
    """Return how many rows a table shows, of one case where it is named."""
    column = "id" if table == "cases_case" else "case_id"
    where = f" WHERE {column} = {case_id}" if case_id else ""
    return int(rows(f"SELECT count(*) FROM {table}{where}")[0][0])  # noqa: S608 - tables of our own


def tables() -> list[str]:
    """Return the tables with row policies."""
    found = rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace"
    )
    return sorted(str(row[0]) for row in found)


def of_cases() -> list[str]:
    """Return the tables with row policies whose rows belong to a case; events are those of an organ."""
    found = rows("SELECT table_name FROM information_schema.columns WHERE column_name = 'case_id'")
    return [one for one in tables() if one == "cases_case" or ((one,) in found and one != "ledger_event")]
