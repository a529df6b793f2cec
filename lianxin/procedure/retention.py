"""The only place that knows how long an item is kept after its end (保管期限): classes from data, and the last day of keeping.

Nothing is ever destroyed because a day has come: two persons have to agree to it (`cases.services.disposing`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from lianxin.procedure.errors import RulebookError
from lianxin.procedure.reading import Entry, read_toml, tag_of

FILE = Path(__file__).resolve().parent.parent / "rulebooks" / "retention" / "classes.toml"


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """保管期限: one class; `years` is None where it is kept for good. It fits where state and events do; empty ones fit all."""

    id: str
    label: str
    label_en: str
    years: int | None
    states: frozenset[str]
    events: frozenset[str]
    article: str
    tag: str

    @classmethod
    def read(cls, entry: Entry) -> RetentionClass:
        """Return a class as it is written. Raises RulebookError."""
        found = cls(
            entry.text("id"),
            entry.text("label"),
            entry.text("label_en"),
            _years(entry),
            frozenset(entry.texts("states")),
            frozenset(entry.texts("events")),
            entry.text("article"),
            tag_of(entry),
        )
        entry.done()
        return found

    def fits(self, state: str, events: Collection[str]) -> bool:
        """Tell whether an item that ended in `state`, with these events, belongs here."""
        return (not self.states or state in self.states) and (
            not self.events or not self.events.isdisjoint(events)
        )

    def until(self, last_act: date) -> date | None:
        """Return the last day on which an item is kept whose last act was on that day; None: for good."""
        return None if self.years is None else date(last_act.year + self.years, 12, 31)


def class_of(classes: Collection[RetentionClass], state: str, events: Collection[str]) -> RetentionClass:
    """Return the class of an item that ended in `state` with these events: the first that fits."""
    return next(one for one in classes if one.fits(state, events))


@lru_cache(maxsize=4)
def load_classes(local: Path | None = None) -> tuple[RetentionClass, ...]:
    """Return the classes in order, with the longer terms of a local file where it is there.

    Raises RulebookError for an unknown class, a shorter term, and when the last class does not fit every item.
    """
    found = _read(FILE)
    if found[-1].states or found[-1].events:
        raise RulebookError(FILE.name, "the last class must fit every item")
    return _longer(found, local) if local is not None and local.exists() else found


def _read(file: Path) -> tuple[RetentionClass, ...]:
    table = read_toml(file, name=file.name)
    found = tuple(map(RetentionClass.read, table.entries("class")))
    table.done()
    if not found or len({one.id for one in found}) != len(found):
        raise RulebookError(file.name, "classes are missing, or one is written twice")
    return found


def _longer(classes: tuple[RetentionClass, ...], local: Path) -> tuple[RetentionClass, ...]:
    """Return the classes with the terms an organ has set for itself: id, years or permanent, and its own source."""
    table = read_toml(local, name=local.name)
    known = {one.id: one for one in classes}
    for entry in table.entries("class"):
        name, years = entry.text("id"), _years(entry)
        article = entry.text("article")
        entry.done()
        if name not in known:
            raise entry.refuse(f"unknown class '{name}'; known: {', '.join(known)}")
        at_least = known[name].years
        if years is not None and (at_least is None or years < at_least):
            raise entry.refuse(f"class '{name}' may be kept longer, never shorter")
        known[name] = replace(known[name], years=years, article=article, tag="S")
    table.done()
    return tuple(known.values())


def _years(entry: Entry) -> int | None:
    permanent, years = entry.flag("permanent"), entry.number("years", 0)
    if permanent == bool(years):
        raise entry.refuse("write either 'years' or 'permanent = true'")
    return None if permanent else years
