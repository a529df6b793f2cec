"""What must hold after a kill: every case is whole with all its rows, and no row stands without its case."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count

from lianxin.cases.models import (
    Case,
    CaseNumber,
    CaseText,
    Claim,
    ImportedRow,
    Notice,
    QueryCode,
    Step,
    WorkItem,
)
from lianxin.jobs import integrity
from lianxin.ledger.models import Entry
from lianxin.petitioners.models import Party

ONE_EACH = (CaseText, CaseNumber, WorkItem)
SOME_EACH = (Claim, Party, Notice)


def faults(*, checked: set[int], acknowledged: Iterable[int]) -> list[str]:
    """Return what is broken: halves of cases, cases that are missing, chains that do not hold. `checked` grows."""
    steps = dict(Case.objects.values_list("pk", "steps"))
    found = [f"{case_id} was acknowledged and is not there" for case_id in set(acknowledged) - set(steps)]
    for model in (*ONE_EACH, *SOME_EACH):
        ids = list(model.objects.values_list("case_id", flat=True))
        if set(ids) != set(steps):
            found.append(
                f"{model.__name__}: {len(set(steps) - set(ids))} missing, {len(set(ids) - set(steps))} left over"
            )
        if model in ONE_EACH and len(ids) != len(set(ids)):
            found.append(f"{model.__name__}: more than one for a case")
    for history in (Step, Entry):
        counts = dict(history.objects.values_list("case_id").annotate(n=Count("seq")))
        if counts != steps:
            found.append(f"{history.__name__}: not as many rows as steps")
    for case_id in set(steps) - checked:
        found += [f"{case_id}: {fault}" for fault in integrity.check(case_id).faults]
    checked.update(steps)
    return found + _broken_file()


def imported_faults() -> list[str]:
    """Return what is broken in the memory of imports: exactly one remembered row for each case."""
    ids = list(ImportedRow.objects.values_list("case_id", flat=True))
    cases = set(Case.objects.values_list("pk", flat=True))
    found = [] if set(ids) == cases else ["imported rows and cases do not match"]
    return found if len(ids) == len(set(ids)) else [*found, "two imported rows lead to one case"]


def coded_faults() -> list[str]:
    """Return what is broken in the query codes: exactly one for each case."""
    numbers = set(Case.objects.values_list("number", flat=True))
    codes = set(QueryCode.objects.values_list("number", flat=True))
    return [] if numbers == codes else [f"query codes: {len(numbers ^ codes)} do not match"]


def _broken_file() -> list[str]:
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check")
        answer = cursor.fetchone()[0]
    return [] if answer == "ok" else [f"database file: {answer}"]
