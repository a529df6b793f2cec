"""The only place that reads a worklist's address and writes it: known parameters alone, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from lianxin.cases.models import Channel, Kind
from lianxin.cases.worklists import ALL, CLOCKS, PAGE, SHELVES, Key, Wanted, key_of, queues_of, written
from lianxin.organs.actors import Actor

OPEN_STATES = (
    "received",
    "registered",
    "referred",
    "objected",
    "disputed",
    "accepted",
    "handling",
    "signoff",
    "issued",
    "served",
    "route_handling",
    "review_requested",
    "reviewing",
    "review_served",
    "recheck_requested",
    "rechecking",
)
LONGEST, MOST = 1000, 40
"""Letters and parameters of the longest query a list can have."""
Pairs = list[tuple[str, str]]


def wanted_of(query: QueryDict, actor: Actor) -> Wanted:
    """Return what a query string asks for; values that are not known are left out.

    An address that asks for nothing opens the queue with which the officer's day begins; one that asks for a filter and
    for no queue asks it of the whole desk.
    """
    states = tuple(state for state in dict.fromkeys(query.getlist("state")) if state in OPEN_STATES)
    found = Wanted(
        queue=ALL,
        states=states,
        channel=_known(query, "channel", Channel.values),
        kind=_known(query, "kind", Kind.values),
        mine=query.get("mine") in ("1", "on"),
        shelf=_known(query, "shelf", SHELVES),
        category=_code(query.get("category", "")),
        area=_number(query.get("area", "")),
        since=day_of(query, "since"),
        till=day_of(query, "till"),
        until=day_of(query, "until"),
        clock=_known(query, "clock", CLOCKS),
        after=key_of(query.get("after", "")),
        seen=key_of(query.get("seen", "")),
        place=line_of(query),
    )
    queues = [queue.name for queue in queues_of(actor)]
    first = queues[0] if queues and is_bare(found) else ALL
    return replace(found, queue=_known(query, "queue", queues) or first)


def given(text: str) -> QueryDict:
    """Return the parameters of a list that another page carries along, none for what no list could have written."""
    return QueryDict(text if len(text) <= LONGEST and text.count("&") < MOST else "")


def is_bare(wanted: Wanted) -> bool:
    """Tell whether no filter is in force."""
    return not [name for name, _ in query_of(wanted) if name != "queue"]


def query_of(wanted: Wanted) -> Pairs:
    """Return the parameters of a list, without where its page begins."""
    given: list[tuple[str, Any]] = [
        ("queue", wanted.queue),
        *(("state", state) for state in wanted.states),
        ("channel", wanted.channel),
        ("kind", wanted.kind),
        ("mine", "1" if wanted.mine else ""),
        ("shelf", wanted.shelf),
        ("category", wanted.category),
        ("area", wanted.area or ""),
        ("since", wanted.since),
        ("till", wanted.till),
        ("until", wanted.until),
        ("clock", wanted.clock),
    ]
    return [(name, str(value)) for name, value in given if value]


def query_text(wanted: Wanted) -> str:
    """Return the parameters of a list as a query string, the form in which it is saved."""
    return urlencode(query_of(wanted))


def address(wanted: Wanted, *, after: Key | None = None) -> str:
    """Return the address of a list, of a later page with `after`."""
    more = [("after", written(after))] if after else []
    return f"{reverse('desk:worklist')}?{urlencode([*query_of(wanted), *more])}"


def without(wanted: Wanted, name: str, value: str) -> str:
    """Return the address of a list with one of its filters taken away."""
    rest = [pair for pair in query_of(wanted) if pair != (name, value)]
    return f"{reverse('desk:worklist')}?{urlencode(rest)}"


def day_of(query: QueryDict, name: str) -> date | None:
    """Return a day given as a whole ("2026-05-06") or in three boxes, None for what is no day."""
    boxes = [query.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
    text = query.get(name, "") or ("-".join(boxes) if all(boxes) else boxes[0])
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def at_of(query: QueryDict) -> date | None:
    """Return the day by which the row was sorted from which a case was opened, None where it was opened from no list."""
    return day_of(query, "at")


def line_of(query: QueryDict) -> int:
    """Return the line of a row on its page, from 0."""
    text = query.get("n", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) < PAGE else 0


def _known(query: QueryDict, name: str, allowed: Sequence[str]) -> str:
    value = str(query.get(name, ""))
    return value if value in allowed else ""


def _code(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) in (2, 4) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
