"""The only place that says how a condition is judged: by stated facts, the case, and the rulebook.

A fact stated as not holding always fails. A fact not stated fails where the law asks for it in every case
(ALWAYS) or where an officer must have stated it to act (TO_ACT); `strict=False` leaves the latter unjudged,
so that a worked case fails only by what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from lianxin.procedure.acts import Facts, Snapshot
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.inquiry import Answer, Inquiry, holds
from lianxin.procedure.rules import Rulebook, StepRule


class Need(Enum):
    """When a fact must be stated for its guard to pass."""

    ALWAYS = "always"
    TO_ACT = "to act"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed condition with finer words than the guard's own; empty fields keep the guard's."""

    code: str = ""
    sentence: str = ""
    instead: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A step under judgement: everything a guard may look at.

    `waiting` is for what may be offered before anything is typed: a fact not stated yet counts as met.
    """

    book: Rulebook
    case: Snapshot
    rule: StepRule
    on: date | None
    parts: Facts
    calendar: Calendar
    strict: bool = True
    waiting: bool = False

    def fact(self, *names: str, need: Need = Need.TO_ACT) -> bool:
        """Tell whether the first of these facts that is stated holds; `need` decides where none is."""
        for name in names:
            stated = holds(self.parts.get(name))
            if stated is not None:
                return stated
        return self.waiting or need is Need.NEVER or (need is Need.TO_ACT and not self.strict)

    def word(self, name: str, default: str | None = None) -> str:
        """Return a stated text, or what the case itself says."""
        value = self.parts.get(name)
        return value if isinstance(value, str) and value else (default or "")

    def running(self, clock: str) -> Running | None:
        """Return the latest clock of this id, running or stopped."""
        found = clocks(self.book, self.case.acts, calendar=self.calendar)
        return next((one for one in reversed(found) if one.clock == clock), None)

    def inquiry(self, **known: object) -> Inquiry:
        """Return the typed facts as an inquiry; `known` facts of the case give way to typed ones."""
        facts = {name: value for name, value in known.items() if value is not None}
        return Inquiry(self.book, {**facts, **self.parts}, self.calendar)


Guard = Callable[[Judged], bool | Failure]


def passed(answer: Answer) -> bool | Failure:
    if answer.allowed:
        return True
    return Failure(answer.code, answer.sentence, answer.instead, answer.article)


def stated(*names: str, need: Need = Need.TO_ACT) -> Guard:
    """Return the guard that asks for one fact, under any of its names."""

    def guard(judged: Judged) -> bool:
        return judged.fact(*names, need=need)

    return guard
