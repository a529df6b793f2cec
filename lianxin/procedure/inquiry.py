"""The only place for how an eligibility question is put and answered, and for windows (10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianxin.procedure.acts import Facts, spans_of
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.clock import Deadline, deadline
from lianxin.procedure.errors import BadFact
from lianxin.procedure.rules import Rulebook

VIA = ("online", "window", "post")


@dataclass(frozen=True, slots=True)
class Answer:
    """答复: whether it is allowed, the code of 10.1, and what follows from it."""

    allowed: bool
    code: str
    action: str = ""
    organs: tuple[str, ...] = ()
    new_legal: date | None = None
    sentence: str = ""
    article: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question with everything an answer may look at."""

    book: Rulebook
    facts: Facts
    calendar: Calendar

    def is_true(self, *names: str) -> bool:
        """Tell whether one of the facts is stated and true."""
        return any(holds(self.facts.get(name)) is True for name in names)

    def is_false(self, *names: str) -> bool:
        """Tell whether one of the facts is stated and false."""
        return any(holds(self.facts.get(name)) is False for name in names)

    def text(self, name: str) -> str:
        """Return a fact as a text; empty where it is not stated."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: int = 0) -> int:
        """Return a fact as a whole number; raises BadFact for anything else."""
        value = self.facts.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadFact(f"{name} 应当是整数，不是 {value!r}。")
        return value

    def days(self, clock: str, start: date, *, extension_days: int = 0) -> Deadline:
        """Return the deadline of a clock in this book, with the excluded periods stated."""
        excluded = spans_of(self.facts.get("excluded"))
        return deadline(
            self.book,
            clock,
            start,
            calendar=self.calendar,
            extension_days=extension_days,
            excluded=excluded,
        )

    def step_article(self, event: str) -> str:
        """Return the article of a step in this book."""
        rules = self.book.steps.get(event, ())
        return rules[0].basis if rules else ""

    def article(self, clock: str) -> str:
        """Return the article of a clock in this book; empty where the book has no such clock."""
        rule = self.book.clocks.get(clock)
        return rule.article if rule else ""


def holds(value: object) -> bool | None:
    """Return whether a stated fact holds; None where it is not stated."""
    if value is None:
        return None
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return len(value) > 0
    return bool(value)


def yes(code: str = "OK", *, action: str = "", new_legal: date | None = None, article: str = "") -> Answer:
    """Return an answer that allows."""
    return Answer(True, code, action=action, new_legal=new_legal, article=article)


def no(code: str, sentence: str, article: str, *, action: str = "", instead: str = "") -> Answer:
    """Return an answer that refuses: why, by which article, and what is possible instead."""
    return Answer(False, code, action=action, sentence=sentence, article=article, instead=instead)


@dataclass(frozen=True, slots=True)
class Window:
    """Whether an act came inside a window; `last_day` is None where the window has not started."""

    in_time: bool
    last_day: date | None


def window(
    book: Rulebook,
    clock: str,
    start: date | None,
    *,
    calendar: Calendar,
    act_on: date,
    via: str = "online",
    postmark: date | None = None,
    last: date | None = None,
) -> Window:
    """Return whether an act came in time; a posted one counts by its postmark, no service means no start.

    `last` is the last day where it is known already: the case's own clock may have kept a day once promised.
    """
    if via not in VIA:
        raise BadFact(f"via 应当是 {'、'.join(VIA)} 之一，不是 {via!r}。")
    if start is None:
        return Window(True, None)
    last = last or deadline(book, clock, start, calendar=calendar).legal
    day = postmark if via == "post" and postmark is not None else act_on
    return Window(day <= last, last)
