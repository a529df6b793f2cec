"""The only place for the errors of Lianxin.

LianxinError
├── RulebookError      the rulebook data is refused: names file and key
├── BadFact            a stated fact is missing or has no usable value
│   └── BadDate        a date or a number of days that cannot be counted with
├── Refused            the law does not allow the step: code, sentence, article, what is possible
│   ├── WrongStep      BAD_STATE: the state does not know this step
│   ├── WrongRole      BAD_ROLE: another role has to take the step
│   └── GuardFailed    GUARD_FAILED or the finer code of the failed condition
│       ├── OutOfTime      a window or a period is over
│       └── AccusedLeak    a report would reach the accused
└── Stale              somebody else was first
"""

from __future__ import annotations

CODES = (
    "OK",
    "VISIT_LEVEL_SKIP",
    "REPS_OVER_5",
    "IN_PROGRESS_ELSEWHERE",
    "LEVEL_SKIP_REVIEW",
    "WINDOW_MISSED",
    "LATE_WITH_REASON",
    "FINAL_NO_FURTHER",
    "NEW_FACTS_OK",
    "EXT_TOO_LONG",
    "EXT_NOT_HEAD",
    "EXT_LATE",
    "EXT_NO_NOTICE",
    "EXT_NO_REASON",
    "SIMPLE_NOT_FIRST",
    "SIMPLE_ASSIGNED_BY_UPPER",
    "SIMPLE_MAY_REFUSE",
    "SIMPLE_STATUTORY_ROUTE",
    "SIMPLE_COMPLEX_JOINT",
    "NAME_ADDRESS_UNCLEAR",
    "ACCUSED_LEAK",
    "RECUSE",
    "OBJECTION_LATE",
    "OBJECTION_NO_REASON",
    "OBJECTION_NEEDS_CONSENT",
    "NO_UPPER_DEFINED",
    "EVAL_OUT_OF_SCOPE",
    "EVAL_NOT_FIRST",
    "HEARING_TIME_NOT_EXCLUDED",
    "MEDIATION_NO_CONSENT",
    "BAD_STATE",
    "BAD_ROLE",
    "GUARD_FAILED",
)
"""Every code an answer may carry, in the order in which several failures are reported."""

LATE_CODES = frozenset({"WINDOW_MISSED", "EXT_LATE", "OBJECTION_LATE"})


class LianxinError(Exception):
    """Root of every error this project raises on purpose."""


class RulebookError(LianxinError):
    """The rulebook data is refused; the message names file and key."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class BadFact(LianxinError):
    """A fact the question needs is missing or has no usable value; the message names it."""


class BadDate(BadFact):
    """A date, a number of days or a period cannot be counted with."""


class Refused(LianxinError):
    """The law does not allow the step now; tells the person why, by which article, and what is possible.

    `code` is the finest code of 10.1 that fits, `kind` which check failed: state, role or guard;
    `guard` names the failed condition.
    """

    default_code = "GUARD_FAILED"
    kind = "GUARD_FAILED"

    def __init__(
        self, sentence: str, *, article: str, code: str = "", instead: str = "", guard: str = ""
    ) -> None:
        self.code = code or self.default_code
        self.sentence = sentence
        self.article = article
        self.instead = instead
        self.guard = guard
        super().__init__(self.for_person())

    def for_person(self) -> str:
        """Return one text for the person: what, why by which article, and what next."""
        text = self.sentence.rstrip("。")
        if self.article:
            text = f"{text}（{self.article}）"
        return f"{text}。{self.instead}" if self.instead else f"{text}。"


class WrongStep(Refused):
    """The state of the case does not know this step."""

    default_code = kind = "BAD_STATE"


class WrongRole(Refused):
    """The step belongs to another role."""

    default_code = kind = "BAD_ROLE"


class GuardFailed(Refused):
    """A condition of the step is not met."""


class OutOfTime(GuardFailed):
    """The window or the period for the step is over."""

    default_code = "WINDOW_MISSED"


class AccusedLeak(GuardFailed):
    """The step would show or send a report to its accused or to that organ's subordinates."""

    default_code = "ACCUSED_LEAK"


class Stale(LianxinError):
    """Somebody else acted on the same case first; load it again and look."""


def guard_error(code: str) -> type[GuardFailed]:
    """Return the error class for a failed condition with this code."""
    if code == "ACCUSED_LEAK":
        return AccusedLeak
    return OutOfTime if code in LATE_CODES else GuardFailed
