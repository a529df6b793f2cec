"""The only place that decides whether a step may be taken: state, then role, then the conditions in order.

It reads no clock and writes nothing; services carry the decision out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lianxin.procedure.acts import Act, Snapshot
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.catalogue import PaperRule
from lianxin.procedure.clock import clocks
from lianxin.procedure.errors import Refused, RulebookError, WrongRole, WrongStep, guard_error
from lianxin.procedure.guards import GUARDS
from lianxin.procedure.inquiry import Answer, holds
from lianxin.procedure.judging import Failure, Judged
from lianxin.procedure.questions import ask
from lianxin.procedure.rules import ANY, NOWHERE, Rulebook, StepRule

__all__ = ["Act", "Answer", "Decision", "Offer", "Snapshot", "ask", "decide", "offers"]


@dataclass(frozen=True, slots=True)
class Decision:
    """决定: the step is allowed, and this follows from it."""

    event: str
    step: str
    label: str
    source: str
    state: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    paper: PaperRule | None
    notices: tuple[str, ...]
    article: str
    document: str


@dataclass(frozen=True, slots=True)
class Offer:
    """可办步骤: a step the state knows; where it is not allowed, `reason` says why."""

    event: str
    label: str
    allowed: bool
    reason: str
    article: str


def decide(
    book: Rulebook,
    case: Snapshot,
    event: str,
    *,
    roles: frozenset[str] | str,
    on: date,
    parts: Mapping[str, object],
    calendar: Calendar,
) -> Decision:
    """Return what follows from taking `event`; raises Refused with code, sentence, article and way out.

    `parts` are the facts the officer states. A role of a step that needs several may be stated as
    `approved_by_head` = true (any role's name fits).
    """
    rule = find_rule(book, case.state, event)
    check_role(book, rule, roles, parts)
    check_guards(Judged(book, case, rule, on, parts, calendar))
    return _decision(book, case, rule, parts, calendar)


def find_rule(book: Rulebook, state: str, event: str) -> StepRule:
    """Return the rule for `event` in `state`; raises WrongStep, or RulebookError for no event at all."""
    rules = book.steps.get(event)
    if rules is None:
        raise RulebookError(book.id, f"there is no step '{event}'")
    current = state or NOWHERE
    for rule in rules:
        if rule.leads_from(current):
            return rule
    label = book.states[current].label if current in book.states else "尚未登记"
    raise WrongStep(
        f"当前状态“{label}”不能{rules[0].label}。",
        article=rules[0].basis,
        instead=_possible_from(book, rules),
    )


def _possible_from(book: Rulebook, rules: tuple[StepRule, ...]) -> str:
    sources = [source for rule in rules for source in rule.sources]
    labels = [book.states[source].label for source in sources if source in book.states]
    return f"这一步骤只在以下状态办理：{'、'.join(labels)}。" if labels else ""


SPELLINGS = {"report_desc": "report_desk"}
"""Older spellings of role names in case files."""


def as_roles(roles: frozenset[str] | str) -> frozenset[str]:
    """Return roles from a set, or from a text such as "intake+head"."""
    if isinstance(roles, str):
        roles = frozenset(role.strip() for role in roles.replace("/", "+").split("+") if role.strip())
    return frozenset(SPELLINGS.get(role, role) for role in roles)


def check_role(
    book: Rulebook, rule: StepRule, roles: frozenset[str] | str, parts: Mapping[str, object]
) -> None:
    """Raise WrongRole unless the roles suffice for the step."""
    held = as_roles(roles)
    needed = set(rule.roles)
    if not rule.all_roles:
        enough = bool(needed & held)
    else:
        approved = {role for role in needed if holds(parts.get(f"approved_by_{role}"))}
        enough = needed <= held | approved and bool(needed & held)
    if enough:
        return
    labels = ("和" if rule.all_roles else "或者").join(book.roles[role].label for role in rule.roles)
    joined = f"须由{labels}共同办理" if rule.all_roles else f"应由{labels}办理"
    missing = sorted(needed - held) if rule.all_roles and needed & held else []
    instead = f"还需要{'、'.join(book.roles[role].label for role in missing)}批准。" if missing else ""
    raise WrongRole(f"您不能{rule.label}，{joined}。", article=rule.basis, instead=instead)


def check_guards(judged: Judged) -> None:
    """Raise the refusal of the first condition that is not met."""
    for name in judged.rule.guards:
        found = GUARDS[name](judged)
        if found is True:
            continue
        failure = found if isinstance(found, Failure) else Failure()
        guard = judged.book.guards[name]
        code = failure.code or guard.code
        raise guard_error(code)(
            failure.sentence or guard.sentence,
            code=code,
            article=failure.article or guard.article or judged.rule.basis,
            instead=failure.instead or guard.instead,
            guard=name,
        )


def _decision(
    book: Rulebook, case: Snapshot, rule: StepRule, parts: Mapping[str, object], calendar: Calendar
) -> Decision:
    stops = rule.stops
    if ANY in stops:
        running = clocks(book, case.acts, calendar=calendar)
        stops = tuple(
            one.clock
            for one in running
            if one.stopped_on is None and not (one.deadline.rule.information or one.deadline.rule.outlives)
        )
    conditional = tuple(when.clock for when in rule.starts_when if parts.get(when.fact) == when.value)
    source = case.state or NOWHERE
    return Decision(
        event=rule.event,
        step=rule.id,
        label=rule.label,
        source=source,
        state=rule.state_after(source),
        starts=(*rule.starts, *conditional),
        stops=stops,
        paper=book.papers.get(rule.paper),
        notices=rule.notices,
        article=rule.basis,
        document=rule.document,
    )


def offers(
    book: Rulebook,
    case: Snapshot,
    *,
    roles: frozenset[str] | str,
    on: date,
    calendar: Calendar,
) -> tuple[Offer, ...]:
    """Return every step the state knows, in the order of the data: allowed, or why not.

    Conditions that wait for facts the officer still has to state are not judged here.
    """
    found = []
    for rule in book.all_steps():
        if not rule.leads_from(case.state or NOWHERE):
            continue
        reason, article = "", rule.basis
        try:
            check_role(book, rule, roles, {f"approved_by_{role}": True for role in rule.roles})
            check_guards(Judged(book, case, rule, on, {}, calendar, strict=False, waiting=True))
        except Refused as refused:
            reason, article = refused.for_person(), refused.article
        found.append(Offer(rule.event, rule.label, not reason, reason, article))
    return tuple(found)
