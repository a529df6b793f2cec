"""The only place that runs worked cases (10.1 shapes) against the engine.

A case is {"id", "kind", "input", "expected"}; a file is a JSON list of them or {"cases": [...]}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lianxin.procedure.acts import Facts, Snapshot, as_day, day_in, spans_of
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.clock import Deadline, deadline, overdue
from lianxin.procedure.engine import check_guards, check_role, find_rule
from lianxin.procedure.errors import BadFact, LianxinError, Refused, RulebookError
from lianxin.procedure.inquiry import Inquiry, window
from lianxin.procedure.judging import Judged
from lianxin.procedure.questions import ask
from lianxin.procedure.routing import classify
from lianxin.procedure.rules import Rulebook

DEFAULT_BOOK = "national_2022"
ALIASES = {"national": DEFAULT_BOOK}
CASE_KEYS = frozenset({"id", "kind", "input", "expected"})
Table = Mapping[str, object]


class Malformed(LianxinError):
    """A case cannot be read; the message names file, case and key."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of case takes and gives."""

    run: Callable[[Rulebook, Table, Calendar], Table]
    needs: frozenset[str]
    may: frozenset[str]
    gives: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _deadline(book: Rulebook, given: Table, calendar: Calendar) -> Deadline:
    inquiry = Inquiry(book, given, calendar)
    return deadline(
        book,
        str(given["clock"]),
        as_day(given["start"]),
        calendar=calendar,
        extension_days=inquiry.number("extension_days"),
        excluded=spans_of(given.get("excluded")),
        set_on=day_in(given, "due_on"),
    )


def run_deadline(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return nominal, legal and warn of a clock."""
    found = _deadline(book, given, calendar)
    return {
        "nominal": found.nominal,
        "legal": found.legal,
        "warn": found.warn,
        "provisional": found.provisional,
    }


def run_overdue(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return whether and by how many days a clock was missed."""
    done_on, asof = day_in(given, "done_on"), day_in(given, "asof")
    known = done_on or asof
    if known is None:
        raise BadFact("done_on 和 asof 至少写一项。")
    late, days = overdue(_deadline(book, given, calendar), done_on=done_on, asof=asof or known)
    return {"overdue": late, "days_overdue": days}


def run_window_check(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return whether an act came inside a window."""
    found = window(
        book,
        str(given["clock"]),
        day_in(given, "start"),
        calendar=calendar,
        act_on=as_day(given["act_on"]),
        via=str(given.get("via") or "online"),
        postmark=day_in(given, "postmark"),
    )
    return {"in_time": found.in_time, "last_day": found.last_day}


def _facts(given: Table) -> Facts:
    facts = given.get("facts", {})
    if facts is None:
        return {}
    if not isinstance(facts, dict):
        raise BadFact("facts 应当是对象。")
    return facts


def run_eligibility(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return the answer to an eligibility question."""
    answer = ask(book, str(given["question"]), _facts(given), calendar=calendar)
    return {
        "allowed": answer.allowed,
        "code": answer.code,
        "action": answer.action or None,
        "organs": list(answer.organs),
        "new_legal": answer.new_legal,
    }


def run_route(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return category, sub-route and paper of what a petitioner wants."""
    route = classify(book, given)
    return {"category": route.category, "subroute": route.subroute, "document": route.document}


def run_transition(book: Rulebook, given: Table, calendar: Calendar) -> Table:
    """Return where a step leads, or the code of its refusal; only stated facts are judged."""
    state, facts = str(given["state"]), _facts(given)
    if state not in (*book.states, "-"):
        raise BadFact(f"没有状态 {state!r}。")
    on = day_in(facts, "on", "act_on", "decided_on", "asof")
    received = day_in(facts, "received_on") or on or book.in_force_to or date(2026, 1, 1)
    case = Snapshot(state, received, str(facts.get("channel") or ""), None, None, (), "")
    try:
        rule = find_rule(book, state, str(given["event"]))
        check_role(book, rule, _roles(given["role"]), facts)
        check_guards(Judged(book, case, rule, on, facts, calendar, strict=False))
    except Refused as refused:
        return {"allowed": False, "code": refused.code, "kind": refused.kind, "to": None, "document": None}
    return {"allowed": True, "code": "OK", "to": rule.state_after(state), "document": rule.document}


def _roles(value: object) -> frozenset[str] | str:
    return frozenset(map(str, value)) if isinstance(value, list) else str(value)


SHAPES: Mapping[str, Shape] = {
    "deadline": Shape(
        run_deadline,
        _words("clock start"),
        _words("extension_days excluded due_on"),
        _words("nominal legal warn provisional"),
    ),
    "overdue": Shape(
        run_overdue,
        _words("clock start"),
        _words("done_on asof extension_days excluded due_on"),
        _words("overdue days_overdue"),
    ),
    "window_check": Shape(
        run_window_check,
        _words("clock start act_on"),
        _words("via postmark"),
        _words("in_time last_day"),
    ),
    "eligibility": Shape(
        run_eligibility,
        _words("question facts"),
        frozenset(),
        _words("allowed code action organs new_legal"),
    ),
    "route": Shape(
        run_route,
        _words("intent"),
        _words("target_kind decision_exists about"),
        _words("category subroute document"),
    ),
    "transition": Shape(
        run_transition,
        _words("state event role"),
        _words("facts"),
        _words("allowed code to document"),
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One case run: what was asked, expected and found."""

    id: str
    wrong: Mapping[str, tuple[object, object]]

    def line(self) -> str:
        """Return the printed line: id, ok or expected/actual."""
        if not self.wrong:
            return f"{self.id} ok"
        told = "; ".join(
            f"{key}: expected {want!r}, actual {got!r}" for key, (want, got) in self.wrong.items()
        )
        return f"{self.id} FAILED {told}"


def run_case(case: object, *, place: str, calendar: Calendar) -> Result:
    """Run one case; raises Malformed naming the place where it cannot be read."""
    if not isinstance(case, dict):
        raise Malformed(f"{place}: a case must be an object, not {type(case).__name__}")
    place = f"{place}: case {case.get('id', '?')}"
    missing = sorted(CASE_KEYS - set(case))
    if missing:
        raise Malformed(f"{place}: key(s) {missing} missing")
    shape = SHAPES.get(str(case["kind"]))
    if shape is None:
        raise Malformed(f"{place}: unknown kind {case['kind']!r}; known: {', '.join(SHAPES)}")
    given, expected = case["input"], case["expected"]
    for name, table, needs, may in (
        ("input", given, shape.needs, shape.needs | shape.may | {"profile"}),
        ("expected", expected, frozenset[str](), shape.gives),
    ):
        _check_keys(f"{place}: {name}", table, needs, may)
    try:
        book = load_book(_book_name(case, given))
        actual = shape.run(book, given, calendar)
    except (BadFact, RulebookError) as error:
        raise Malformed(f"{place}: input: {error}") from error
    return Result(str(case["id"]), _differences(expected, actual))


def _check_keys(place: str, table: object, needs: frozenset[str], may: frozenset[str]) -> None:
    if not isinstance(table, dict) or (not needs and not table):
        raise Malformed(f"{place} must be an object with keys")
    if missing := sorted(needs - set(table)):
        raise Malformed(f"{place}: key(s) {missing} missing")
    if unknown := sorted(set(table) - may):
        raise Malformed(f"{place}: unknown key(s) {unknown}")


def _book_name(case: Table, given: Table) -> str:
    facts = given.get("facts")
    stated = facts.get("profile") if isinstance(facts, dict) else None
    name = str(given.get("profile") or case.get("profile") or stated or DEFAULT_BOOK)
    return ALIASES.get(name, name)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _differences(expected: Table, actual: Table) -> Mapping[str, tuple[object, object]]:
    wrong: dict[str, tuple[object, object]] = {}
    for key, want in expected.items():
        got = _plain(actual.get(key))
        same = got == want and isinstance(got, bool) == isinstance(want, bool)
        if key == "code" and actual.get("kind") == want:
            continue
        if not same:
            wrong[key] = (want, got)
    return wrong


def read_cases(path: Path) -> list[object]:
    """Return the cases of a file; raises Malformed naming the file and the place in it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Malformed(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"{path}: line {error.lineno} column {error.colno}: {error.msg}") from error
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list):
        raise Malformed(f"{path}: must be a list of cases or an object with 'cases'")
    return cases
