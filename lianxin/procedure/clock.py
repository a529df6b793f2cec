"""The only place that counts days: the three dates of a deadline, and every clock of a case from its acts.

The day of the event is not counted; a last day on a rest day rolls to the next working day. `nominal` is
before that roll, `legal` after it, `warn` the last working day on or before `nominal`. Nothing is stored:
page, list, API, sweep and statistics all ask `clocks`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from lianxin.procedure.acts import Act, Span, as_day, day_in, span_of, spans_of
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.errors import BadDate, RulebookError
from lianxin.procedure.explain import Line, explain
from lianxin.procedure.rules import ANY, NOWHERE, ClockRule, Rulebook, StepRule

TOLD = ("REG_NOTICE", "REF_NOTICE")
OPENING = ("submit", "record_offline", "register")
"""Steps that say of what kind a case is."""
STOPPED = "stopped"
"""The kind of the days between a clock's stop and its going on (step field `resumes`): every clock leaves them out."""


class Deadline(NamedTuple):
    """期限: the three dates and how they came about. A tuple, because a million are made in one sweep."""

    rule: ClockRule
    start: date
    nominal: date
    legal: date
    warn: date
    provisional: bool
    calendar: Calendar
    extension_days: int = 0
    excluded: tuple[Span, ...] = ()
    set_on: date | None = None

    @property
    def clock(self) -> str:
        """Return the id of the clock."""
        return self.rule.id

    @property
    def article(self) -> str:
        """Return the article the period comes from."""
        return self.rule.article

    @property
    def half(self) -> date:
        """Return the day on which half of the period is used."""
        return self.start + timedelta(days=(self.legal - self.start).days // 2)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the arithmetic, line by line; the days of all lines sum to `legal` less `start`."""
        return explain(
            self.rule,
            start=self.start,
            nominal=self.nominal,
            legal=self.legal,
            calendar=self.calendar,
            extension_days=self.extension_days,
            excluded=self.excluded,
            set_on=self.set_on,
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A clock of a case. `supervisory` marks HANDLE started because nobody told the petitioner in time."""

    clock: str
    started_on: date
    stopped_on: date | None
    deadline: Deadline
    supervisory: bool = False


def deadline(
    book: Rulebook,
    clock_id: str,
    start: date,
    *,
    calendar: Calendar,
    extension_days: int = 0,
    excluded: Iterable[object] = (),
    set_on: date | None = None,
) -> Deadline:
    """Return the deadline of a clock that starts on `start`.

    `extension_days` are all extensions together, counted from the unrolled day. `excluded` periods count
    only where the clock excludes their kind. `set_on` is the last day where an organ sets it.
    Raises RulebookError for a clock the book does not know and BadDate where no date can be had.
    """
    rule = book.clocks.get(clock_id)
    if rule is None:
        raise RulebookError(book.id, f"there is no clock '{clock_id}'")
    if rule.unit == "CD" and not excluded and set_on is None and extension_days >= 0:
        ordinal = start.toordinal()
        i = ordinal - calendar.base + rule.length + extension_days
        if 0 <= i < calendar.size:
            legal = calendar.on_or_after[i]
            sure = calendar.announced_from <= ordinal and legal.toordinal() <= calendar.announced_to
            provisional = False if sure else calendar.provisional(start, legal)
            return Deadline(
                rule,
                start,
                calendar.dates[i],
                legal,
                calendar.on_or_before[i],
                provisional,
                calendar,
                extension_days,
            )
    return _deadline(rule, start, calendar, extension_days, tuple(map(span_of, excluded)), set_on)


def _deadline(
    rule: ClockRule,
    start: date,
    calendar: Calendar,
    extension_days: int,
    spans: tuple[Span, ...],
    set_on: date | None,
) -> Deadline:
    if extension_days < 0:
        raise BadDate(f"延长天数不能是负数：{extension_days}")
    counted = counting_spans(rule, start, spans)
    nominal = _nominal(rule, start, calendar, extension_days, counted, set_on)
    if rule.unit == "now":
        legal = warn = nominal
    else:
        legal, warn = calendar.next_working(nominal), calendar.previous_working(nominal)
    provisional = calendar.provisional(start, legal)
    return Deadline(rule, start, nominal, legal, warn, provisional, calendar, extension_days, counted, set_on)


def counting_spans(rule: ClockRule, start: date, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the periods this clock really excludes: known kinds, after the start, merged, capped."""
    merged: list[Span] = []
    for first, last, kind in sorted(span for span in spans if span[2] in (*rule.excludes, STOPPED)):
        first = max(first, start + timedelta(days=1))
        if merged and first <= merged[-1][1]:
            first = merged[-1][1] + timedelta(days=1)
        if first <= last:
            merged.append((first, last, kind))
    if not rule.exclusion_cap:
        return tuple(merged)
    left, capped = rule.exclusion_cap, []
    for first, last, kind in merged:
        days = min((last - first).days + 1, left)
        if days:
            capped.append((first, first + timedelta(days=days - 1), kind))
        left -= days
    return tuple(capped)


def _nominal(
    rule: ClockRule,
    start: date,
    calendar: Calendar,
    extension_days: int,
    spans: tuple[Span, ...],
    set_on: date | None,
) -> date:
    if set_on is not None:
        if set_on < start:
            raise BadDate(f"指定的期限 {set_on} 早于开始之日 {start}。")
        return set_on + timedelta(days=extension_days)
    if rule.unit == "date":
        raise BadDate(f"{rule.label}的最后一日由机关指定。请写明日期。")
    if rule.unit == "now":
        return start
    if rule.unit == "WD":
        return _working_nominal(rule.length + extension_days, start, calendar, spans)
    last = add_months(start, rule.length) if rule.unit == "M" else start + timedelta(days=rule.length)
    last += timedelta(days=extension_days)
    for first, end, _ in spans:
        if first <= last:
            last += timedelta(days=(end - first).days + 1)
    return last


def _working_nominal(days: int, start: date, calendar: Calendar, spans: tuple[Span, ...]) -> date:
    last = calendar.add_working(start, days)
    for first, end, _ in spans:
        if first <= last:
            days += calendar.working_between(first - timedelta(days=1), end)
            last = calendar.add_working(start, days)
    return last


def add_months(start: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def overdue(deadline: Deadline, *, done_on: date | None, asof: date) -> tuple[bool, int]:
    """Tell whether the deadline was missed, and by how many calendar days after `legal`."""
    days = ((done_on or asof) - deadline.legal).days
    return days > 0, max(days, 0)


@dataclass(slots=True)
class _Open:
    """A clock while the acts are read."""

    rule: ClockRule
    start: date
    stopped_on: date | None = None
    extension_days: int = 0
    spans: list[Span] = field(default_factory=list)
    set_on: date | None = None
    supervisory: bool = False
    kept_on: date | None = None
    set_by: str = ""

    def running(self, calendar: Calendar) -> Running:
        spans = tuple(self.spans)
        dates = _deadline(self.rule, self.start, calendar, self.extension_days, spans, self.set_on)
        if self.kept_on is not None and dates.legal < self.kept_on:
            dates = dates._replace(legal=self.kept_on)
        return Running(self.rule.id, self.start, self.stopped_on, dates, self.supervisory)


def clocks(
    book: Rulebook, acts: Sequence[Act], *, calendar: Calendar, asof: date | None = None
) -> tuple[Running, ...]:
    """Return every clock of a case from its acts, in the order they started.

    With `asof`, HANDLE also starts for supervision on the legal last day of a notice nobody gave; not for suggestions
    and reports, which end without an opinion. A clock that outlives the case is replaced only by the organ that set it.
    Read from `facts`: extension_days, excluded, kept, due_on, stops, and the start days the clocks name.
    """
    found: list[_Open] = []
    state = NOWHERE
    for act in acts:
        rule = step_taken(book, act, before=state)
        state = act.state
        _exclude(found, act)
        _keep(found, act)
        _stop(found, act, rule, calendar)
        if rule is not None:
            _start(book, found, act, rule)
    if asof is not None:
        _supervise(book, found, acts, calendar, asof)
    return tuple(one.running(calendar) for one in found)


def step_taken(book: Rulebook, act: Act, *, before: str) -> StepRule | None:
    """Return the rule of the step an act took; None for an act that is no step of this book."""
    rules = book.steps.get(act.event, ())
    for rule in rules:
        if rule.leads_from(before) and rule.state_after(before) == act.state:
            return rule
    return next((rule for rule in rules if rule.target == act.state), rules[0] if rules else None)


def _exclude(found: list[_Open], act: Act) -> None:
    spans = spans_of(act.facts.get("excluded"))
    for one in found:
        if one.stopped_on is None:
            one.spans.extend(spans)


def _keep(found: list[_Open], act: Act) -> None:
    """A day once promised to the petitioner is never taken back by a later holiday notice."""
    kept = act.facts.get("kept")
    for name, day in kept.items() if isinstance(kept, Mapping) else ():
        latest = _latest(found, name)
        if latest is not None and latest.stopped_on is None:
            latest.kept_on = as_day(day)


def _stop(found: list[_Open], act: Act, rule: StepRule | None, calendar: Calendar) -> None:
    also = act.facts.get("stops")
    names = {*(rule.stops if rule else ()), *(also if isinstance(also, (list, tuple)) else ())}
    everything = ANY in names
    for one in found:
        named = one.rule.id in names or (everything and not (one.rule.information or one.rule.outlives))
        if named and one.stopped_on is None:
            one.stopped_on = act.on
    for name in rule.resumes if rule else ():
        latest = _latest(found, name)
        if latest is not None and latest.stopped_on is not None:
            _resume(latest, act.on, calendar)


def _resume(one: _Open, on: date, calendar: Calendar) -> None:
    """Let a clock go on that was stopped in time: the days it stood still are given back."""
    dates, stopped_on = one.running(calendar).deadline, one.stopped_on
    one.stopped_on = None
    if stopped_on is None or stopped_on > dates.legal:
        return
    if stopped_on < dates.nominal:
        first, last = stopped_on + timedelta(days=1), on
    else:
        first, last = dates.nominal, on - timedelta(days=1)
    if first <= last:
        one.spans.append((first, last, STOPPED))


def _latest(found: list[_Open], clock: str) -> _Open | None:
    return next((one for one in reversed(found) if one.rule.id == clock), None)


def _start(book: Rulebook, found: list[_Open], act: Act, rule: StepRule) -> None:
    conditional = [when.clock for when in rule.starts_when if act.facts.get(when.fact) == when.value]
    for name in (*rule.starts, *conditional):
        clock = book.clocks[name]
        if clock.lengthens:
            _lengthen(found, clock.lengthens, act)
            continue
        start = _start_day(found, act, rule, clock)
        set_on = day_in(act.facts, "due_on") if name in rule.set_date else None
        if start is None or (clock.unit == "date" and set_on is None):
            continue
        earlier = [
            one
            for one in found
            if one.rule.id == name
            and one.stopped_on is None
            and (not clock.outlives or one.set_by == act.organ)
        ]
        for one in earlier:
            one.stopped_on = act.on
        stopped_on = act.on if clock.unit == "now" else None
        found.append(_Open(clock, start, stopped_on=stopped_on, set_on=set_on, set_by=act.organ))


def _lengthen(found: list[_Open], clock: str, act: Act) -> None:
    days = act.facts.get("extension_days", 0)
    latest = _latest(found, clock)
    if latest is not None and isinstance(days, int):
        latest.extension_days += days


def _start_day(found: list[_Open], act: Act, rule: StepRule, clock: ClockRule) -> date | None:
    if clock.id in rule.same_start:
        other = _latest(found, rule.same_start[clock.id])
        return other.start if other is not None else act.on
    stated = day_in(act.facts, clock.start_fact) if clock.start_fact else None
    return stated or (None if clock.start_fact_needed else act.on)


def _supervise(
    book: Rulebook, found: list[_Open], acts: Sequence[Act], calendar: Calendar, asof: date
) -> None:
    kinds = [act.facts["kind"] for act in acts if act.event in OPENING and act.facts.get("kind")]
    other = kinds and kinds[-1] in ("suggestion", "report")
    if other or any(one.rule.id == "HANDLE" for one in found):
        return
    for name in TOLD:
        latest = _latest(found, name)
        if latest is not None and latest.stopped_on is None:
            legal = latest.running(calendar).deadline.legal
            if legal < asof:
                found.append(_Open(book.clocks["HANDLE"], legal, supervisory=True))
                return


def nearest(running: Iterable[Running]) -> Running | None:
    """Return the clock an organ has to meet first; None where nothing is owed."""
    owed = [one for one in running if one.stopped_on is None and one.deadline.rule.owed_by_organ]
    return min(owed, key=lambda one: one.deadline.legal, default=None)
