"""The only place that judges whether a rulebook holds together: references, articles, and the state graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from lianxin.procedure.errors import CODES, RulebookError
from lianxin.procedure.guards import GUARDS
from lianxin.procedure.rules import ANY, NOWHERE, SAME, Rulebook, StepRule

START = (NOWHERE, "draft")


def check_book(book: Rulebook, *, place: str) -> None:
    """Raise RulebookError at the first thing in `book` that does not hold together."""
    for rule in book.all_steps():
        _check_step(book, rule)
    _check_guards(book)
    _check_clocks(book, place)
    for alert in book.alerts.values():
        _known(alert.place, "step in 'event'", filter(None, [alert.event]), book.steps)
    _check_routes(book, place)
    _check_leaves(book)
    _check_graph(book, place)


def _known(place: str, what: str, names: Iterable[str], known: Iterable[str]) -> None:
    missing = sorted(set(names) - set(known))
    if missing:
        raise RulebookError(place, f"{what} {missing} is not known")


def _check_step(book: Rulebook, rule: StepRule) -> None:
    place = rule.place
    _known(place, "state in 'from'", rule.sources, (*book.states, NOWHERE, ANY))
    _known(place, "state in 'to'", [rule.target], (*book.states, SAME))
    _known(place, "role", rule.roles, book.roles)
    _known(place, "guard", rule.guards, book.guards)
    _known(place, "clock", rule.clocks(), book.clocks)
    _known(place, "paper", filter(None, (rule.paper, *rule.notices)), book.papers)
    if not rule.roles or not rule.sources:
        raise RulebookError(place, "'roles' and 'from' must not be empty")
    if rule.all_roles and len(rule.roles) < 2:
        raise RulebookError(place, "'all_roles' needs more than one role")
    for other in book.steps[rule.event]:
        if other.id != rule.id and set(other.sources) & set(rule.sources):
            raise RulebookError(place, f"event '{rule.event}' leads from the same state as {other.id}")


def _check_guards(book: Rulebook) -> None:
    used = {name for rule in book.all_steps() for name in rule.guards}
    for guard in book.guards.values():
        if guard.id not in GUARDS:
            raise RulebookError(guard.place, "there is no such condition in the engine")
        if guard.id not in used:
            raise RulebookError(guard.place, "no step uses this guard")
        if guard.code not in CODES:
            raise RulebookError(guard.place, f"code {guard.code!r} is not known")


def _check_clocks(book: Rulebook, place: str) -> None:
    for clock in book.clocks.values():
        if clock.lengthens:
            _known(f"{place}: clock '{clock.id}'", "clock in 'lengthens'", [clock.lengthens], book.clocks)


def _check_routes(book: Rulebook, place: str) -> None:
    seen: dict[str, str] = {}
    for route in book.routes.values():
        where = f"{place}: route '{route.id}'"
        _known(where, "paper", filter(None, [route.paper, route.own_paper]), book.papers)
        _known(where, "target in 'own_targets'", route.own_targets, route.targets)
        for word in (*route.targets, *route.intents):
            if seen.setdefault(word, route.id) != route.id:
                raise RulebookError(where, f"'{word}' also leads to route '{seen[word]}'")


def _check_leaves(book: Rulebook) -> None:
    categories = book.categories
    for entries in categories.leaves.values():
        for leaf in entries:
            _known(leaf.place, "department", filter(None, [leaf.department]), categories.departments)
            _known(leaf.place, "group", [leaf.code[:2]], categories.groups)
            _known(leaf.place, "route in 'subroute'", {leaf.subroute} - {"-"}, book.routes)
            if leaf.level == "external" and not leaf.external:
                raise RulebookError(leaf.place, "'external' must name the organ")
        dated = sorted(entries, key=lambda leaf: str(leaf.valid_from or ""))
        for earlier, later in pairwise(dated):
            end, begin = earlier.valid_to, later.valid_from
            if end is None or begin is None or (begin - end).days != 1:
                raise RulebookError(later.place, "does not begin the day after the entry before it ends")


def exits(book: Rulebook) -> Mapping[str, frozenset[str]]:
    """Return for each state, the start included, the other states one step away."""
    found: dict[str, set[str]] = {state: set() for state in (*book.states, NOWHERE)}
    for rule in book.all_steps():
        for source in rule.sources:
            if source != ANY and rule.target != SAME and rule.target != source:
                found[source].add(rule.target)
    return {state: frozenset(targets) for state, targets in found.items()}


def _check_graph(book: Rulebook, place: str) -> None:
    ways = exits(book)
    reached: set[str] = set()
    waiting = [state for state in START if state in ways]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(ways[state])
    lost = sorted(set(book.states) - reached)
    if lost:
        raise RulebookError(place, f"state(s) {lost} cannot be reached")
    stuck = sorted(s.id for s in book.states.values() if not s.ends and not ways[s.id])
    if stuck:
        raise RulebookError(place, f"state(s) {stuck} have no exit and are no end")
    ending = {state.id for state in book.states.values() if state.ends}
    while more := {s for s, targets in ways.items() if s not in ending and targets & ending}:
        ending |= more
    endless = sorted(set(book.states) - ending)
    if endless:
        raise RulebookError(place, f"no way leads from state(s) {endless} to an end")
