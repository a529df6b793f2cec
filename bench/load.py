"""Fills a PostgreSQL database with many cases: a few made through the services, then copied row by row inside the database.

Copies have their own ids, numbers and dates; their sealed boxes do not open (they are bound to another case), which
no measured request asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from lianxin.cases.models import Case
from tests.cast import Cast, build, on

COPIED = {
    "cases_case": "id",
    "cases_casetext": "case_id",
    "cases_claim": "case_id",
    "cases_step": "case_id",
    "cases_paper": "case_id",
    "cases_notice": "case_id",
    "ledger_entry": "case_id",
    "petitioners_party": "case_id",
    "cases_workitem": "case_id",
    "cases_casenumber": "case_id",
}
SPREAD = 1 << 23
"""Distance between copies of one case: two milliseconds of ids."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What there is to measure on."""

    cast: Cast
    cases: int


def fill(cases: int, text: str = "") -> Filled:
    """Return a database with about `cases` cases in the states of the main path, half of them still open."""
    cast = build()
    body = {"body": text} if text else {}
    made = [
        cast.filed(**body).case,
        cast.registered(**body),
        cast.accepted(),
        cast.assigned(),
        cast.drafted(),
        cast.issued(),
        cast.served(),
        cast.referred(),
        *[_closed(cast) for _ in range(8)],
    ]
    shift_by = max(1, cases // len(made))
    for place, case in enumerate(made, start=1):
        _copy(case, shift_by, place)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Filled(cast, Case.objects.count())


def _closed(cast: Cast) -> Case:
    from lianxin.cases import selectors
    from lianxin.cases.services import acts, serving

    case = cast.served()
    loaded = acts.load(Case.objects.select_related(*selectors.WITH).get(pk=case.pk))
    return serving.lapse(loaded, when=on("2026-07-01"))


def _copy(case: Case, times: int, base: int) -> None:
    """Write `times` copies of a case, with ids below all real ones, and work items spread over a year."""
    with connection.cursor() as cursor:
        for table, key in COPIED.items():
            columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
            values = [_value(table, key, column) for column in columns]
            quoted = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f'INSERT INTO "{table}" ({quoted}) SELECT {", ".join(values)} '  # noqa: S608 - names of our own tables
                f'FROM "{table}" AS t, generate_series(1, %s) AS g WHERE t."{key}" = %s',
                [*([base] * sum("%s" in value for value in values)), times, case.pk],
            )


def _value(table: str, key: str, column: str) -> str:
    if column == key:
        return f"%s + g::bigint * {SPREAD}"
    if column == "number" and table in {"cases_case", "cases_workitem", "cases_casenumber"}:
        return "left(t.number, 7) || lpad(((hashtext(t.number) & 65535)::bigint * 1000000 + g)::text, 14, '0') || 'X'"
    if column in {"legal_on", "sort_on", "warn_on"} and table == "cases_workitem":
        return f't."{column}" + (g %% 365)::int'
    return f't."{column}"'


def fresh_registered(cast: Cast, count: int) -> list[Case]:
    """Return cases made one by one through the services, ready to be accepted."""
    return [cast.registered() for _ in range(count)]
