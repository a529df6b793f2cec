"""The rule lab: stored cases' acts run against another rulebook; says which dates, steps and organs would be others.

Reads only. It prints numbers and dates, no word of a petition and nothing of a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lianxin.cases.history import Loaded, act_of
from lianxin.cases.models import Case, Step
from lianxin.cases.services import routing
from lianxin.procedure.book import Rulebook, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import clocks
from lianxin.procedure.engine import Act, Snapshot, decide
from lianxin.procedure.errors import Refused, RulebookError
from lianxin.procedure.routing import review_organs
from lianxin.procedure.rules import NOWHERE


@dataclass(frozen=True, slots=True)
class Difference:
    """What would be otherwise in one case: kind "date", "step" or "organ", of what, as it is, as it would be."""

    kind: str
    what: str
    before: str
    after: str

    def line(self) -> str:
        """Return the difference as one line."""
        return f"{self.what}：{self.before or '—'} → {self.after or '—'}"


def replay(case: Case, other: Rulebook) -> tuple[Difference, ...]:
    """Return what `other` would change in a stored case: its last days, its steps, its organs."""
    steps = list(Step.objects.filter(case_id=case.pk).order_by("seq"))
    acts = tuple(act_of(step) for step in steps)
    loaded = Loaded(case, acts, frozenset(step.key for step in steps), load_book(case.rulebook))
    return (*dates(loaded, other), *refusals(loaded, steps, other), *organs(loaded, other))


def dates(loaded: Loaded, other: Rulebook) -> Iterator[Difference]:
    """Yield the clocks that would end on another day, not exist, or exist besides."""
    was, would = _legal(loaded, loaded.book), _legal(loaded, other)
    for key in dict.fromkeys([*was, *would]):
        if was.get(key) != would.get(key):
            clock, count = key
            label = (loaded.book.clocks.get(clock) or other.clocks[clock]).label
            what = f"{label} {clock}" + (f"（第{count}次）" if count > 1 else "")
            yield Difference("date", what, was.get(key, ""), would.get(key, ""))


def _legal(loaded: Loaded, book: Rulebook) -> dict[tuple[str, int], str]:
    times: Counter[str] = Counter()
    found = {}
    for one in clocks(book, loaded.acts, calendar=load_calendar()):
        times[one.clock] += 1
        found[one.clock, times[one.clock]] = one.deadline.legal.isoformat()
    return found


def refusals(loaded: Loaded, steps: list[Step], other: Rulebook) -> Iterator[Difference]:
    """Yield the steps that were taken and that `other` does not know or would refuse."""
    case, calendar = loaded.case, load_calendar()
    kind, subroute = case.kind, case.subroute
    for place, (step, act) in enumerate(zip(steps, loaded.acts, strict=True)):
        kind = str(step.facts.get("kind") or kind)
        snapshot = Snapshot(
            state=_before(step, loaded.acts[:place]),
            received_on=case.received_on,
            channel=case.channel,
            kind=kind,
            subroute=subroute or None,
            acts=loaded.acts[:place],
            organ=act.organ,
        )
        label = loaded.book.steps[step.event][0].label if step.event in loaded.book.steps else step.event
        try:
            decide(
                other, snapshot, step.event, roles=step.role, on=step.on, parts=step.facts, calendar=calendar
            )
        except Refused as refused:
            yield Difference("step", f"第{step.seq}步 {label}", step.on.isoformat(), refused.for_person())
        except RulebookError:
            yield Difference("step", f"第{step.seq}步 {label}", step.on.isoformat(), "没有这一步骤")


def _before(step: Step, earlier: tuple[Act, ...]) -> str:
    return step.source or (earlier[-1].state if earlier else NOWHERE)


def organs(loaded: Loaded, other: Rulebook) -> Iterator[Difference]:
    """Yield the competent organ and the reviewing organs where `other` names others."""
    case = loaded.case
    if case.category in loaded.book.categories.leaves and case.category in other.categories.leaves:
        was, would = (_proposed(case, book) for book in (loaded.book, other))
        if was != would:
            yield Difference("organ", "有权处理的机关和途径", was, would)
    rank = (case.handled_by or case.holder).rank
    above = ["、".join(review_organs(book, rank)) for book in (loaded.book, other)]
    if above[0] != above[1]:
        yield Difference("organ", "复查机关", *above)


def _proposed(case: Case, book: Rulebook) -> str:
    found = routing.propose(
        rulebook=book.id, category=case.category, kind=case.kind, place=case.place, on=case.received_on
    )
    organ = found.organ.name if found.organ else found.external
    return f"{organ}（{found.route.label}）"
