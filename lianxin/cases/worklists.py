"""What lies on an organ's desk: queues by role, the shelf of what needs a hand, filters, pages by key.

Every list is a filter over work items under `work_of`, nearest legal date first. A text is never read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Subquery

from lianxin.cases.models import SavedFilter, WorkItem
from lianxin.cases.policies import CASE_ROLES, filters_of, work_of
from lianxin.organs.actors import Actor
from lianxin.organs.models import Region

PAGE = 50
CAP = 500
SHELVES = ("nobody", "bounced", "due", "waiting")
CLOCKS = ("overdue", "soon")
INTAKE_STATES = ("received", "registered", "referred", "objected", "disputed")
REVIEW_STATES = ("review_requested", "reviewing", "recheck_requested", "rechecking")
ACT = Q(turn=WorkItem.Turn.ACT)
Key = tuple[date, int]
"""Where a row stands in a list: its `sort_on` and its case."""
Part = tuple[str, tuple[Any, ...]]
"""One column of a statement that asks for several things at once: its SQL, as the ORM compiled it, and its values."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One list of an organ's work, for officers with one of `roles`; `wanted` says which items are in it for an officer."""

    name: str
    roles: frozenset[str]
    wanted: Callable[[Actor], Q]


ALL = "all"
QUEUES = (
    Queue(
        "mine",
        frozenset({"handler", "reviewer", "rechecker", "report_desk"}),
        lambda actor: Q(officer_id=actor.staff.pk),
    ),
    Queue(
        "intake",
        frozenset({"window", "intake", "report_desk"}),
        lambda actor: ACT & (Q(state__in=INTAKE_STATES) | Q(state="accepted", officer_id=None)),
    ),
    Queue(
        "sign",
        frozenset({"checker", "head"}),
        lambda actor: ACT & Q(state="signoff") & ~Q(officer_id=actor.staff.pk),
    ),
    Queue(
        "review",
        frozenset({"reviewer", "rechecker", "head"}),
        lambda actor: ACT & Q(state__in=REVIEW_STATES),
    ),
    Queue("serve", frozenset({"window"}), lambda actor: ACT & Q(state="issued")),
    Queue(ALL, CASE_ROLES | {"supervisor"}, lambda actor: Q()),
)
"""In this order; the first one an officer has is where the officer's day begins."""
BY_NAME = {queue.name: queue for queue in QUEUES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worklist is asked for: a queue, filters by column, and where it begins: after a row, or so that the row
    `seen` stands in its `place` on the page, counted from 0.

    `category` is the beginning of a category's code, `area` the id of a region, `since` and `till` are days of receipt,
    `until` is the latest legal date.
    """

    queue: str = ALL
    states: tuple[str, ...] = ()
    channel: str = ""
    kind: str = ""
    mine: bool = False
    shelf: str = ""
    category: str = ""
    area: int = 0
    since: date | None = None
    till: date | None = None
    until: date | None = None
    clock: str = ""
    after: Key | None = None
    seen: Key | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of work, nearest legal date first; `after` leads to the next page or is None. `total` and the counts of
    shelf and queues are at most 501 (shown as "500+"); `area` is the name of the region asked for.
    """

    items: Sequence[WorkItem]
    after: Key | None
    counts: dict[str, int]
    queues: dict[str, int]
    total: int = 0
    area: str = ""
    first: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row stands in a list: how many come before it, how many there are (both at most 501), and its neighbours."""

    before: int
    total: int
    previous: Key | None
    following: Key | None


def queues_of(actor: Actor) -> list[Queue]:
    """Return the queues an officer has, the one to begin with first; [] for who does not work on cases."""
    return [queue for queue in QUEUES if queue.roles & actor.roles]


def worklist(actor: Actor, wanted: Wanted, *, on: date, size: int = PAGE) -> Worklist:
    """Return a page of the organ's work with all counts. Three statements, whatever is asked for."""
    mine, queues = WorkItem.objects.filter(work_of(actor)), queues_of(actor)
    rows = _filtered(mine, actor, wanted, on)
    shelves = [_in_order(mine.filter(_shelf(name, on))) for name in SHELVES]
    whole = [_in_order(_queued(mine, queue, actor), queue.name) for queue in queues]
    parts = [_count(one) for one in (_in_order(rows, wanted.queue), *shelves, *whole)]
    parts += [_area(wanted.area), _key_before(rows, wanted.seen, wanted.place)]
    total, *counts, area, begins = _ask(parts)
    after = wanted.after or key_of(begins or "")
    if after:
        rows = _after(rows, after)
    items = list(rows.order_by("sort_on", "case_id")[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return Worklist(
        items[:size],
        (last.sort_on, last.case_id) if last else None,
        dict(zip(SHELVES, counts, strict=False)),
        dict(zip((queue.name for queue in queues), counts[len(SHELVES) :], strict=True)),
        total or 0,
        area or "",
        after is None,
    )


def standing(actor: Actor, wanted: Wanted, key: Key, *, on: date) -> Standing:
    """Return where a row stands, or stood, in a list an officer came from. One statement."""
    rows = _filtered(WorkItem.objects.filter(work_of(actor, at_once=True)), actor, wanted, on)
    before, total, previous, following = _ask(
        [
            _count_before(rows, key),
            _count(_in_order(rows, wanted.queue)),
            _key_before(rows, key, 0),
            _key_after(rows, key),
        ]
    )
    return Standing(before or 0, total or 0, key_of(previous or ""), key_of(following or ""))


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """Return the saved filters of an officer, the own ones first, with whose they are. One statement."""
    rows = SavedFilter.objects.filter(filters_of(actor)).select_related("staff").order_by("name", "id")
    return sorted(
        rows.only("name", "query", "shared", "staff__name"), key=lambda one: one.staff_id != actor.staff.pk
    )


def key_of(text: str) -> Key | None:
    """Return the place of a row written as "2026-06-01.17", None for anything else."""
    day, _dot, case_id = text.partition(".")
    if not (case_id.isascii() and case_id.isdigit() and len(case_id) < 20):
        return None
    try:
        return date.fromisoformat(day), int(case_id)
    except ValueError:
        return None


def written(key: Key) -> str:
    """Return the place of a row as text."""
    return f"{key[0].isoformat()}.{key[1]}"


def _filtered(rows: QuerySet[WorkItem], actor: Actor, wanted: Wanted, on: date) -> QuerySet[WorkItem]:
    """Return the rows of a queue under the filters asked for; a queue the officer has not is empty."""
    queue = BY_NAME.get(wanted.queue)
    if queue is None or not queue.roles & actor.roles:
        return rows.none()
    asked = queue.wanted(actor)
    if wanted.states:
        asked &= Q(state__in=wanted.states)
    for name in ("channel", "kind"):
        if value := getattr(wanted, name):
            asked &= Q(**{name: value})
    if wanted.mine:
        asked &= Q(officer_id=actor.staff.pk)
    if wanted.category:
        asked &= Q(category__startswith=wanted.category)
    if wanted.area:
        asked &= Q(place_name__startswith=Subquery(_region(wanted.area, "full_name")))
    for lookup, day in (
        ("received_on__gte", wanted.since),
        ("received_on__lte", wanted.till),
        ("sort_on__lte", wanted.until),
    ):
        if day is not None:
            asked &= Q(**{lookup: day})
    if wanted.clock in CLOCKS:
        asked &= _clock(wanted.clock, on)
    return rows.filter(asked & _shelf(wanted.shelf, on) if wanted.shelf in SHELVES else asked)


def _queued(rows: QuerySet[WorkItem], queue: Queue, actor: Actor) -> QuerySet[WorkItem]:
    return rows.filter(queue.wanted(actor))


def _in_order(rows: QuerySet[WorkItem], queue: str = ALL) -> QuerySet[WorkItem]:
    """Return rows to be counted in the order of their index, so that a count reads its first rows and never the table;
    those of a queue that has an index of its own are left to the planner.
    """
    return rows.order_by("sort_on", "case_id") if queue == ALL else rows


def _shelf(name: str, on: date) -> Q:
    """Return the filter of one shelf: nobody responsible, sent back twice, due or past due, waiting for others."""
    return {
        "nobody": Q(officer_id=None, turn="act"),
        "bounced": Q(bounced__gte=2),
        "due": Q(turn="act", sort_on__lte=on),
        "waiting": Q(turn="wait"),
    }[name]


def _clock(name: str, on: date) -> Q:
    """Return the filter of one state of the nearest clock: past its legal date, or warned and not yet past."""
    if name == "overdue":
        return Q(sort_on__lt=on)
    return Q(sort_on__gte=on, warn_on__lte=on)


def _region(pk: int, column: str) -> QuerySet[Region, str]:
    return Region.objects.filter(pk=pk).values_list(column, flat=True)[:1]


def _after(rows: QuerySet[WorkItem], key: Key) -> QuerySet[WorkItem]:
    day, case_id = key
    return rows.filter(sort_on__gte=day).exclude(sort_on=day, case_id__lte=case_id)


def _before(rows: QuerySet[WorkItem], key: Key) -> QuerySet[WorkItem]:
    day, case_id = key
    return rows.filter(sort_on__lte=day).exclude(sort_on=day, case_id__gte=case_id)


# --- several things in one statement ----------------------------------------------------------------------

NOTHING: Part = ("NULL", ())


def _count(rows: QuerySet[WorkItem]) -> Part:
    """Return the column that counts rows, and reads no more than 501 of them."""
    query = rows.values("case_id")[: CAP + 1].query
    if query.is_empty():
        return "0", ()
    sql, params = query.get_compiler(connection=connection).as_sql()
    # the SQL is the ORM's own, values stay parameters
    return f"(SELECT count(*) FROM ({sql}) AS counted)", tuple(params)  # noqa: S608


def _count_before(rows: QuerySet[WorkItem], key: Key) -> Part:
    return _count(_before(rows, key))


def _key_before(rows: QuerySet[WorkItem], key: Key | None, skip: int) -> Part:
    """Return the column with the place of the row that stands `skip` + 1 rows before a place."""
    return NOTHING if key is None else _key(_before(rows, key).order_by("-sort_on", "-case_id"), skip)


def _key_after(rows: QuerySet[WorkItem], key: Key) -> Part:
    return _key(_after(rows, key).order_by("sort_on", "case_id"), 0)


def _key(rows: QuerySet[WorkItem], skip: int) -> Part:
    query = rows.values("sort_on", "case_id")[skip : skip + 1].query
    if query.is_empty():
        return NOTHING
    sql, params = query.get_compiler(connection=connection).as_sql()
    place = "CAST(one.sort_on AS text) || '.' || CAST(one.case_id AS text)"
    return f"(SELECT {place} FROM ({sql}) AS one)", tuple(params)  # noqa: S608


def _area(pk: int) -> Part:
    if not pk:
        return NOTHING
    sql, params = _region(pk, "name").query.get_compiler(connection=connection).as_sql()
    return f"({sql})", tuple(params)


def _ask(parts: Sequence[Part]) -> tuple[Any, ...]:
    """Return one row with all columns; nothing is sent where no column asks for anything."""
    if all(sql in ("0", "NULL") for sql, _ in parts):
        return tuple(0 if sql == "0" else None for sql, _ in parts)
    sql = "SELECT " + ", ".join(column for column, _ in parts)
    params: list[Any] = [value for _, values in parts for value in values]
    if connection.vendor == "postgresql":
        # values must stand in the text: a prepared plan with parameters cannot use the partial indexes
        sql, params = connection.ops.compose_sql(sql, params), []  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return tuple(cursor.fetchone())
