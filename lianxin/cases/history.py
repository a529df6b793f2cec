"""A case with what has happened to it, as the engine wants it: read once, passed down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lianxin.cases.models import Case, Step
from lianxin.procedure.book import Rulebook, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, clocks, nearest
from lianxin.procedure.engine import Act, Snapshot

BEIJING = ZoneInfo("Asia/Shanghai")
"""The zone of every legal day."""
WINDOWS = frozenset({"REVIEW_WIN", "RECHECK_WIN"})


@dataclass(frozen=True, slots=True)
class Moment:
    """When: the legal day, and the instant of writing. Both come from the face; nothing below asks for the time."""

    on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with its acts and its rulebook, as it was read."""

    case: Case
    acts: tuple[Act, ...]
    keys: frozenset[str]
    book: Rulebook

    def snapshot(self) -> Snapshot:
        """Return what the engine decides on."""
        return Snapshot(
            state=self.case.state,
            received_on=self.case.received_on,
            channel=self.case.channel,
            kind=self.case.kind,
            subroute=self.case.subroute or None,
            acts=self.acts,
            organ=str(self.case.holder_id),
        )

    def latest(self, *events: str) -> Act | None:
        """Return the last act that was one of these events, None where none was."""
        return next((act for act in reversed(self.acts) if act.event in events), None)

    def stood_back(self) -> frozenset[object]:
        """Return the ids of the officers who have stood back from this case (回避)."""
        return frozenset(act.facts.get("person") for act in self.acts if act.event == "recuse") - {None}

    def running(self, asof: date | None = None) -> tuple[Running, ...]:
        """Return every clock of the case, computed from its acts; with `asof` those started for supervision too."""
        return clocks(self.book, self.acts, calendar=load_calendar(), asof=asof)


def leading(running: Iterable[Running]) -> Running | None:
    """Return the clock a list sorts by: the first an organ has to meet, else the petitioner's open window, else None."""
    running = list(running)
    windows = [one for one in running if one.stopped_on is None and one.deadline.rule.id in WINDOWS]
    return nearest(running) or min(windows, key=lambda one: one.deadline.legal, default=None)


def act_of(step: Step) -> Act:
    """Return a step as the engine sees it."""
    return Act(step.event, step.state, step.on, str(step.organ_id or ""), step.facts)


def load(case: Case) -> Loaded:
    """Return a case with its acts. One query beside the case itself."""
    return load_all([case])[0]


def load_all(cases: Iterable[Case]) -> list[Loaded]:
    """Return cases with their acts, in their order. One query beside the cases themselves."""
    cases, acts, keys = list(cases), defaultdict[int, list[Act]](list), defaultdict[int, set[str]](set)
    rows = Step.objects.filter(case_id__in=[case.pk for case in cases]).order_by("case_id", "seq")
    names = ("case_id", "event", "state", "on", "organ_id", "facts", "key")
    for case_id, event, state, on, organ, facts, key in rows.values_list(*names):
        acts[case_id].append(Act(event, state, on, str(organ or ""), facts))
        keys[case_id].add(key)
    return [
        Loaded(case, tuple(acts[case.pk]), frozenset(keys[case.pk]), load_book(case.rulebook))
        for case in cases
    ]
