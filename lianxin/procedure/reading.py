"""The only place that reads TOML tables: typed, and every unknown or missing key is refused by name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from lianxin.procedure.errors import RulebookError

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Entry:
    """One TOML table with its place; each reader notes the key it took, `done` refuses the rest."""

    place: str
    values: Mapping[str, object]
    taken: set[str] = field(default_factory=set)

    def refuse(self, problem: str) -> RulebookError:
        """Return the error that names this entry's file and key."""
        return RulebookError(self.place, problem)

    def has(self, key: str) -> bool:
        """Tell whether the key was written."""
        return key in self.values

    def _take(self, key: str, kind: type[Kind], default: Kind | None) -> Kind:
        self.taken.add(key)
        if key not in self.values:
            if default is None:
                raise self.refuse(f"key '{key}' is missing")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.refuse(f"'{key}' has a value of the wrong type: {value!r}")
        return value

    def _list(self, key: str, kind: type[Kind], *, needed: bool = False) -> list[Kind]:
        values: list[object] = self._take(key, list, None if needed else [])
        if not all(isinstance(one, kind) for one in values):
            raise self.refuse(f"'{key}' must be a list of {kind.__name__} values")
        return [one for one in values if isinstance(one, kind)]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; refuse an empty one unless a default allows it."""
        value = self._take(key, str, default)
        if default is None and not value.strip():
            raise self.refuse(f"'{key}' is empty")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return self._take(key, bool, default)

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is not negative."""
        value = self._take(key, int, default)
        if value < 0:
            raise self.refuse(f"'{key}' is negative: {value}")
        return value

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """Return a list of texts as a tuple."""
        return tuple(self._list(key, str, needed=needed))

    def day(self, key: str) -> date:
        """Return a date."""
        return self._take(key, date, None)

    def day_or_none(self, key: str) -> date | None:
        """Return a date, or None where the key is not written."""
        self.taken.add(key)
        return self.day(key) if key in self.values else None

    def days(self, key: str) -> tuple[date, ...]:
        """Return a list of dates."""
        return tuple(self._list(key, date))

    def entries(self, key: str) -> tuple[Entry, ...]:
        """Return the tables of a list, each with its own place."""
        tables = self._list(key, dict)
        return tuple(Entry(f"{self.place}: {key}[{i}]", one) for i, one in enumerate(tables, start=1))

    def mapping(self, key: str) -> dict[str, str]:
        """Return a table of texts; empty where it is not written."""
        table: dict[str, object] = self._take(key, dict, {})
        if not all(isinstance(one, str) for one in table.values()):
            raise self.refuse(f"'{key}' must hold texts only")
        return {name: str(one) for name, one in table.items()}

    def done(self) -> None:
        """Refuse keys nobody asked for."""
        unknown = sorted(set(self.values) - self.taken)
        if unknown:
            raise self.refuse(f"unknown key(s) {unknown}")


def read_toml(path: Path, *, name: str) -> Entry:
    """Return a TOML file as one entry; refuse a file that is not TOML, naming it as `name`."""
    try:
        with path.open("rb") as file:
            return Entry(name, tomllib.load(file))
    except FileNotFoundError as error:
        raise RulebookError(name, "the file is missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(name, f"is not readable TOML: {error}") from error


TAGS = ("S", "M", "P")


def tag_of(entry: Entry) -> str:
    """Return how sure the rule is: S read in a source, M from memory, P a policy of this project."""
    return one_of(entry, "tag", TAGS)


def one_of(entry: Entry, key: str, allowed: Collection[str], default: str | None = None) -> str:
    """Return a text that must be one of `allowed`."""
    value = entry.text(key, default)
    if value not in allowed:
        raise entry.refuse(f"'{key}' is {value!r}; known: {', '.join(sorted(allowed))}")
    return value
