"""The only place for what the engine is told about a case: its acts, where it stands, and the facts typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lianxin.procedure.errors import BadDate

Facts = Mapping[str, object]
Span = tuple[date, date, str]
"""An excluded period: first day, last day (both counted), kind (hearing, appraisal, inspection)."""


@dataclass(frozen=True, slots=True)
class Act:
    """办理行为: one step taken; `state` is the state after it, `facts` what the officer stated."""

    event: str
    state: str
    on: date
    organ: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """信访件 as the engine sees it: no names, no text."""

    state: str
    received_on: date
    channel: str
    kind: str | None
    subroute: str | None
    acts: tuple[Act, ...]
    organ: str


def as_day(value: object) -> date:
    """Return a date from a date or an ISO text; raises BadDate."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise BadDate(f"{value!r} 不是日期。请写成 2026-05-08 的形式。")


def day_in(facts: Facts, *names: str) -> date | None:
    """Return the first of these facts that is stated, as a date; None where none is."""
    for name in names:
        value = facts.get(name)
        if value not in (None, ""):
            return as_day(value)
    return None


def span_of(value: object) -> Span:
    """Return an excluded period from a pair, a triple or a table with from, to and kind."""
    if isinstance(value, Mapping):
        unknown = set(value) - {"from", "to", "kind"}
        if unknown or "from" not in value or "to" not in value:
            raise BadDate(f"不计入期限的期间应当写明 from 和 to：{dict(value)!r}")
        parts: list[object] = [value["from"], value["to"], value.get("kind", "hearing")]
    elif isinstance(value, (list, tuple)) and len(value) in (2, 3):
        parts = [*value, "hearing"][:3]
    else:
        raise BadDate(f"{value!r} 不是期间。请写明开始和结束日期。")
    first, last = as_day(parts[0]), as_day(parts[1])
    if last < first:
        raise BadDate(f"期间的结束日期 {last} 早于开始日期 {first}。")
    return first, last, str(parts[2])


def spans_of(value: object) -> tuple[Span, ...]:
    """Return a list of excluded periods; nothing stated is none."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise BadDate("不计入期限的期间应当是列表。")
    return tuple(span_of(one) for one in value)
