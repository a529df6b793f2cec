"""What a household is likely due by published rules, with the arithmetic (C14). A hint: it grants nothing and refuses nothing.

Rules and local standards are data (`rulebooks/entitlements`). What is not known stays unknown; an earlier standard holds for
its own days. Nothing that goes in is kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianxin.procedure.book import FOLDER
from lianxin.procedure.errors import RulebookError

PLACE = "entitlements"
FACTS = (
    *("property_within", "disabled", "needs_care", "no_work", "no_income", "no_supporter"),
    *("sudden", "hard_up", "parents_lost", "parents_unable"),
)
"""What may be said of a household or a person: true, false, or not known."""
TOP_UP, PERSON = "top_up", "person"
OF_BENEFIT = frozenset(
    {
        *("id", "label", "label_en", "from", "until", "article", "apply", "apply_en"),
        "all",
        "any",
        "sum",
        "rule",
        "checked",
    }
)
OF_STANDARD = frozenset({"benefit", "region", "amount", "from", "until", "source", "example"})


class Found(Enum):
    """What the figures come to. `NOT_SHOWN` says only that these figures do not show it: anybody may still apply."""

    LIKELY = "likely"
    UNKNOWN = "unknown"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class Household:
    """What somebody told of a household; None stands for not known. Money is in yuan a month, for all together.

    `region` is the code of the place of registration, `age` that of the person it is about.
    """

    region: str
    people: int | None = None
    income: Decimal | None = None
    age: int | None = None
    facts: Mapping[str, bool | None] | None = None

    def fact(self, name: str) -> bool | None:
        """Return what is known of a fact."""
        return (self.facts or {}).get(name)


@dataclass(frozen=True, slots=True)
class Age:
    """Years from which, or below which, something holds."""

    start: int | None
    below: int | None
    article: str

    def holds(self, age: int | None) -> bool | None:
        """Tell whether an age is inside; None for one that is not known."""
        if age is None:
            return None
        return (self.start is None or age >= self.start) and (self.below is None or age < self.below)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit for the days it is valid: its conditions, its article, and where one applies."""

    id: str
    label: str
    label_en: str
    starts_on: date
    ends_on: date | None
    article: str
    apply: str
    apply_en: str
    every: tuple[str, ...]
    one_of: tuple[str, ...]
    sum: str
    rule: str
    checked: bool

    def in_force(self, on: date) -> bool:
        """Tell whether it is valid on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Standard:
    """What a place pays or measures by, in yuan per person and month, from a day."""

    benefit: str
    region: str
    amount: Decimal
    starts_on: date
    ends_on: date | None
    source: str
    example: bool


@dataclass(frozen=True, slots=True)
class Entitlements:
    """All benefits, ages and standards."""

    ages: Mapping[str, Age]
    benefits: tuple[Benefit, ...]
    standards: tuple[Standard, ...]

    def standard(self, benefit: str, *, region: str, on: date) -> Standard | None:
        """Return the standard of the nearest place in force on a day, the latest of them; None where none is known."""
        fitting = [
            one
            for one in self.standards
            if one.benefit == benefit
            and region.startswith(one.region)
            and one.starts_on <= on
            and (one.ends_on is None or on <= one.ends_on)
        ]
        return max(fitting, key=lambda one: (len(one.region), one.starts_on), default=None)


@dataclass(frozen=True, slots=True)
class Hint:
    """What one benefit comes to: how it stands, what is missing to say more, and the figures it rests on.

    `per_head` is the income a head; `amount` what would be due a month, None where that cannot be said. `against` are
    the conditions that by what was told are not met.
    """

    benefit: Benefit
    found: Found
    missing: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    standard: Standard | None = None
    per_head: Decimal | None = None
    amount: Decimal | None = None


def hints(household: Household, *, on: date, known: Entitlements | None = None) -> list[Hint]:
    """Return a hint for each benefit in force on a day: the likely ones first, then those of which too little is known."""
    known = known or load()
    found = [_hint(known, one, household, on) for one in known.benefits if one.in_force(on)]
    order = list(Found)
    return sorted(found, key=lambda hint: order.index(hint.found))


def _hint(known: Entitlements, benefit: Benefit, household: Household, on: date) -> Hint:
    """Return the hint for one benefit."""
    standard = known.standard(benefit.id, region=household.region, on=on)
    if benefit.sum == TOP_UP:
        return _top_up(known, benefit, household, standard)
    missing, against = _judged(known, benefit, household)
    amount = standard.amount if standard is not None and not (missing or against) else None
    return Hint(benefit, _found(missing, against), missing, against, standard, None, amount)


def _top_up(known: Entitlements, benefit: Benefit, household: Household, standard: Standard | None) -> Hint:
    """Return the hint for a benefit that fills up to a standard a head: less than it, never equal to it."""
    missing, against = _judged(known, benefit, household)
    people, income = household.people, household.income
    missing += tuple(name for name, value in (("people", people), ("income", income)) if value is None)
    if people is None or income is None:
        return Hint(benefit, _found(missing, against), missing, against, standard)
    per_head = income / people
    if standard is None:
        missing += ("standard",)
        return Hint(benefit, _found(missing, against), missing, against, None, per_head)
    line = standard.amount * people
    if income >= line:
        against += ("income_below",)
    amount = line - income if not against else None
    return Hint(benefit, _found(missing, against), missing, against, standard, per_head, amount)


def _judged(
    known: Entitlements, benefit: Benefit, household: Household
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the conditions that are not known, and those that are not met."""
    values = {name: _value(known, household, name) for name in (*benefit.every, *benefit.one_of)}
    missing = [name for name in benefit.every if values[name] is None]
    against = [name for name in benefit.every if values[name] is False]
    if benefit.one_of and not any(values[name] for name in benefit.one_of):
        open_ = [name for name in benefit.one_of if values[name] is None]
        missing += open_
        against += [] if open_ else list(benefit.one_of)
    return tuple(missing), tuple(against)


def _value(known: Entitlements, household: Household, name: str) -> bool | None:
    age = known.ages.get(name)
    return household.fact(name) if age is None else age.holds(household.age)


def _found(missing: Sequence[str], against: Sequence[str]) -> Found:
    if against:
        return Found.NOT_SHOWN
    return Found.UNKNOWN if missing else Found.LIKELY


@lru_cache(maxsize=4)
def load(folder: Path = FOLDER / PLACE) -> Entitlements:
    """Return the rules and standards of a folder. Raises RulebookError naming file and key."""
    table = _read(folder / "benefits.toml")
    ages = {
        name: Age(row.get("from"), row.get("below"), row.get("article", ""))
        for name, row in table.get("ages", {}).items()
    }
    benefits = tuple(_benefit(row, ages) for row in table.get("benefit", ()))
    standards = tuple(
        _standard(row, benefits) for row in _read(folder / "standards.toml").get("standard", ())
    )
    return Entitlements(ages, benefits, standards)


def _read(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        return tomllib.load(opened)


def _benefit(row: Mapping[str, Any], ages: Mapping[str, Age]) -> Benefit:
    place = f"{PLACE}/benefits.toml: {row.get('id', '?')}"
    _check_keys(place, row, OF_BENEFIT)
    every, one_of = tuple(row.get("all", ())), tuple(row.get("any", ()))
    if unknown := sorted({*every, *one_of} - {*FACTS, *ages}):
        raise RulebookError(place, f"unknown conditions {unknown}")
    if row.get("sum", "") not in ("", TOP_UP, PERSON):
        raise RulebookError(place, f"unknown sum {row['sum']!r}")
    try:
        texts = {
            name: str(row[name])
            for name in ("id", "label", "label_en", "article", "apply", "apply_en", "rule")
        }
        return Benefit(
            starts_on=row["from"],
            ends_on=row.get("until"),
            every=every,
            one_of=one_of,
            sum=row.get("sum", ""),
            checked=row["checked"],
            **texts,
        )
    except KeyError as missing:
        raise RulebookError(place, f"{missing.args[0]} is missing") from None


def _standard(row: Mapping[str, Any], benefits: Iterable[Benefit]) -> Standard:
    place = f"{PLACE}/standards.toml: {row.get('benefit', '?')} {row.get('region', '?')}"
    _check_keys(place, row, OF_STANDARD)
    if row.get("benefit") not in {one.id for one in benefits}:
        raise RulebookError(place, "unknown benefit")
    try:
        amount = Decimal(row["amount"])
        return Standard(
            row["benefit"],
            row["region"],
            amount,
            row["from"],
            row.get("until"),
            row["source"],
            row["example"],
        )
    except KeyError as missing:
        raise RulebookError(place, f"{missing.args[0]} is missing") from None
    except InvalidOperation:
        raise RulebookError(place, f"amount {row['amount']!r} is no sum of money") from None


def _check_keys(place: str, row: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(row) - known):
        raise RulebookError(place, f"unknown keys {unknown}")
