"""The only place that decides which alerts (提醒) are due on a day: about clocks of organs and whole cases.

Nothing here is about a person. Nothing is stored and no clock is read: a sweep asks on each day and keeps
what it has not kept before, by `mark`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lianxin.procedure.acts import Act, Snapshot
from lianxin.procedure.calendar import ONE, Calendar
from lianxin.procedure.catalogue import AlertRule
from lianxin.procedure.clock import Running, step_taken
from lianxin.procedure.rules import NOWHERE, Rulebook, StepRule

SENT_BACK = "agree_objection"
OTHERS = frozenset({"petitioner", "agent", "system", "supervisor"})
"""Roles whose steps are no work of the organ that owes a clock."""
LATER = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """提醒: one grade of `book.alerts`, due from `due_on`, for `to` (`catalogue.ALERT_TO`); `organs` are those the act names.

    `clock` and `started_on` are empty where the alert is about the whole case. `mark` names the alert within
    its case for ever, so that it is given once. A lower `order` comes first among the alerts of many cases.
    """

    rule: str
    clock: str
    started_on: date | None
    due_on: date
    to: tuple[str, ...]
    mark: str
    order: int
    organs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the alerts of a case on a day are computed from."""

    book: Rulebook
    case: Snapshot
    running: Sequence[Running]
    on: date
    calendar: Calendar
    has_officer: bool
    at_top: bool


Due = tuple[Running | None, date, str, tuple[str, ...]]
"""The clock an alert is about, if it is about one; the day it becomes due; the rest of its mark; the organs the act names."""


def alerts(
    book: Rulebook,
    case: Snapshot,
    *,
    running: Sequence[Running],
    on: date,
    calendar: Calendar,
    has_officer: bool,
    at_top: bool,
) -> tuple[Alert, ...]:
    """Return the alerts due on `on`, the most pressing first; none about a clock that has stopped.

    `running` are all clocks of the case (`clocks.clocks`), the stopped ones too: a period missed earlier
    makes the next one a second. A closed case has alerts only for clocks that outlive it. `at_top`: the
    organ has no upper organ; its own head is told instead. Where no officer is responsible the head is told
    instead of the handler. The longer one waits, the more alerts: none goes away unless somebody acts.
    Raises BadDate for a day outside the calendar.
    """
    asked = _Asked(book, case, running, on, calendar, has_officer, at_top)
    found: dict[str, Alert] = {}
    for rule in book.alerts.values():
        for clock, due_on, rest, organs in DUE[rule.when](asked, rule):
            if due_on <= on:
                alert = replace(_alert(asked, rule, clock, due_on, f"{rule.id} {rest}"), organs=organs)
                found.setdefault(alert.mark, alert)
    return tuple(sorted(found.values(), key=lambda one: (one.order, one.due_on, one.mark)))


def _alert(asked: _Asked, rule: AlertRule, clock: Running | None, due_on: date, mark: str) -> Alert:
    return Alert(
        rule=rule.id,
        clock=clock.clock if clock else "",
        started_on=clock.started_on if clock else None,
        due_on=due_on,
        to=_addressees(rule, has_officer=asked.has_officer, at_top=asked.at_top),
        mark=mark,
        order=rule.order if rule.first or rule.event or asked.at_top else rule.order + LATER,
    )


def _addressees(rule: AlertRule, *, has_officer: bool, at_top: bool) -> tuple[str, ...]:
    """Return who is told; nobody who is not there, and never nobody at all."""
    instead = {} if has_officer else {"handler": "head"}
    if at_top:
        instead |= {"upper": "head", "top": "head"}
    return tuple(dict.fromkeys(instead.get(one, one) for one in rule.to))


def _is_open(asked: _Asked) -> bool:
    state = asked.book.states.get(asked.case.state)
    return state is not None and not state.ends


def _nobody(asked: _Asked, rule: AlertRule) -> Iterator[Due]:
    """A case an organ owes something on, and no officer has had since it came to stand where it stands."""
    if _is_open(asked) and not asked.has_officer and any(_owed(asked)):
        since = _standing_since(asked)
        yield None, asked.calendar.add_working(since, rule.after), str(since), ()


def _standing_since(asked: _Asked) -> date:
    """Return the day of the act that brought the case into its state."""
    since, state = asked.case.received_on, NOWHERE
    for act in asked.case.acts:
        if act.state != state:
            since, state = act.on, act.state
    return since


def _bounced(asked: _Asked, _: AlertRule) -> Iterator[Due]:
    back = [act.on for act in asked.case.acts if act.event == SENT_BACK]
    if _is_open(asked) and len(back) > 1:
        yield None, back[1], str(back[1]), ()


def _act(asked: _Asked, rule: AlertRule) -> Iterator[Due]:
    """An act an organ has to know of, for as many working days as the rule says, whether or not the case is open."""
    for place, act in enumerate(asked.case.acts, start=1):
        told = act.event == rule.event and (not rule.fact or bool(act.facts.get(rule.fact)))
        if told and act.on <= asked.on <= asked.calendar.add_working(act.on, rule.after):
            to = act.facts.get("to")
            named = to if isinstance(to, (list, tuple)) else [to] if to else []
            yield None, act.on, f"{act.on} {place}", tuple(map(str, named))


def _owed(asked: _Asked) -> Iterator[Running]:
    """Return the running clocks an organ owes; on a closed case only those that outlive it."""
    is_open = _is_open(asked)
    for one in asked.running:
        rule = one.deadline.rule
        if one.stopped_on is None and rule.owed_by_organ and (is_open or rule.outlives):
            yield one


def _rest(asked: _Asked, one: Running) -> str:
    """Return what tells this clock from others of its case; a lengthened one is told apart and warns anew.

    The last day is no part of it: it moves when a year's holidays are published, the days added do not. Of clocks of one
    name that started on one day, as by two supervisions, the later ones bear their place.
    """
    twins = [
        other for other in asked.running if (other.clock, other.started_on) == (one.clock, one.started_on)
    ]
    place = next((n for n, other in enumerate(twins, start=1) if other is one), 1)
    dates = one.deadline
    added = dates.extension_days + sum((last - first).days + 1 for first, last, _ in dates.excluded)
    later = f" #{place}" if place > 1 else ""
    return f"{one.clock} {one.started_on}{later}" + (f" +{added}" if added else "")


def _half(asked: _Asked, _: AlertRule) -> Iterator[Due]:
    for one in _owed(asked):
        if not _worked_on(asked, one):
            yield one, one.deadline.half, _rest(asked, one), ()


def _worked_on(asked: _Asked, one: Running) -> bool:
    """Tell whether an organ took a step after the day on which the clock started; what the petitioner does is none."""
    state = NOWHERE
    for act in asked.case.acts:
        rule = step_taken(asked.book, act, before=state)
        state = act.state
        if rule is None or not act.organ or act.on <= one.started_on or set(rule.roles) <= OTHERS:
            continue
        if not _begins(rule, act, one.clock):
            return True
    return False


def _begins(rule: StepRule, act: Act, clock: str) -> bool:
    """Tell whether the act itself starts the clock: entered late, it counts from the day it states."""
    conditional = [when.clock for when in rule.starts_when if act.facts.get(when.fact) == when.value]
    return clock in (*rule.starts, *conditional)


def _warn(asked: _Asked, _: AlertRule) -> Iterator[Due]:
    for one in _owed(asked):
        yield one, max(one.deadline.warn, one.started_on), _rest(asked, one), ()


def _legal(asked: _Asked, _: AlertRule) -> Iterator[Due]:
    for one in _owed(asked):
        yield one, one.deadline.legal + ONE, _rest(asked, one), ()


def _twice(asked: _Asked, _: AlertRule) -> Iterator[Due]:
    """Return each running clock that is overdue after another was: one stopped too late, or missed earlier."""
    missed = [one for one in asked.running if one.deadline.rule.owed_by_organ and _missed(one, asked.on)]
    for one in _owed(asked):
        others = [
            other.deadline.legal
            for other in missed
            if other is not one and (other.stopped_on is not None or _age(other) < _age(one))
        ]
        if others:
            yield one, max(one.deadline.legal, min(others)) + ONE, _rest(asked, one), ()


def _missed(one: Running, on: date) -> bool:
    return (one.stopped_on or on) > one.deadline.legal


def _age(one: Running) -> tuple[date, date, str]:
    return one.deadline.legal, one.started_on, one.clock


DUE = {
    "act": _act,
    "nobody": _nobody,
    "bounced": _bounced,
    "half": _half,
    "warn": _warn,
    "legal": _legal,
    "twice": _twice,
}
"""For each `when` of a rule the days from which it is due."""
