"""The one write path: load, decide, and write the step with all it entails in one transaction on one case.

Order of writing: compare-and-set of the case row (which hands out the next `seq`), step, ledger entry, notices,
papers, work items. A repeated key finds its first result; a case changed meanwhile raises Stale; nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from lianxin.cases.history import Loaded, Moment, act_of, leading, load
from lianxin.cases.models import Alert, Case, Notice, Paper, Step, WorkItem
from lianxin.cases.services.naming import nameless
from lianxin.cases.walls import ARTICLE, check_reach
from lianxin.ledger import behind, chain, face
from lianxin.ledger.models import Entry
from lianxin.organs.actors import Actor
from lianxin.papers import PaperContent, digest
from lianxin.petitioners import vault
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.engine import Act, Decision, decide
from lianxin.procedure.errors import GuardFailed, Stale

__all__ = ["PETITIONER", "SYSTEM", "Loaded", "Moment", "Request", "Writing", "act_of", "load", "perform"]

WALL_EVENTS = frozenset({"raise_wall"})
"""What finds its own way round a wall (`services.walls`)."""
NEVER_WAITS = frozenset({"raise_wall", "recuse", "seal_as_report", "urgent_report", "keep_open"})
"""What protects a person is done also while the log is behind; for administrators' acts see `organs.events.PROTECTING`."""
WINDOW_STATES = frozenset({"served", "review_served"})
OWED_TO_ALL = frozenset({"receipt", "hearing_notice"})
"""Notices that do not hang on an address: the receipt is handed over, and no hearing is held without its petitioner."""
SYSTEM = "system"
NO_DATE = date(9999, 12, 31)
PETITIONER = "petitioner"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to do: the event, the facts the rule is judged by, a remark, and the idempotency key.

    `relayed` marks what an officer writes down for the petitioner: judged by `role`, kept under the officer's name.
    """

    event: str
    key: str
    parts: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    role: str = ""
    relayed: bool = False


@dataclass(slots=True)
class Writing:
    """What the caller adds to a step: changes of the case row, papers, and rows of its own in the transaction.

    `papers` may be made by a call, once the rules have allowed the step.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    papers: Sequence[PaperContent] | Callable[[], Sequence[PaperContent]] = ()
    also: Callable[[int], None] | None = None


def perform(
    loaded: Loaded, request: Request, *, actor: Actor | None, when: Moment, writing: Writing | None = None
) -> Case:
    """Carry out one act and return the case as it is afterwards.

    `actor` is None for the petitioner and for the clock-driven system; `request.role` then says which.
    Raises Refused (not allowed, nothing written; also while the log is too far behind, but never for what the petitioner
    does nor for `NEVER_WAITS`) and Stale (somebody was first, nothing written). A request whose key is already there, also
    by a twin that was faster, returns the case with the first result.
    """
    if request.key in loaded.keys:
        return loaded.case
    face.name(loaded.case.pk)
    writing = writing or Writing()
    if request.role != PETITIONER and not request.relayed and request.event not in NEVER_WAITS:
        behind.check(when.at)
    if request.event not in WALL_EVENTS:
        check_reach(loaded.case, writing.changes, request.parts, on=when.on)
        check_agrees(loaded, request.parts)
    roles = actor.roles if actor and not request.relayed else frozenset({request.role})
    decision = decide(
        loaded.book,
        loaded.snapshot(),
        request.event,
        roles=roles,
        on=when.on,
        parts=request.parts,
        calendar=load_calendar(),
    )
    if request.note and actor and not request.relayed:
        nameless(loaded.case, {"note": request.note})
    step = step_row(loaded.case, decision, request, actor=actor, when=when)
    papers = writing.papers() if callable(writing.papers) else writing.papers
    if papers:
        step.facts["papers"] = [digest(paper) for paper in papers]
    try:
        _write(loaded, decision, step, writing, papers)
    except Stale:
        if Step.objects.filter(case_id=loaded.case.pk, key=request.key).exists():
            return Case.objects.get(pk=loaded.case.pk)
        raise
    return loaded.case


def check_agrees(loaded: Loaded, parts: Mapping[str, object]) -> None:
    """Raise GuardFailed (RECUSE) for an act to which somebody is said to agree who has stood back from this case."""
    if parts.get("approver") in loaded.stood_back():
        raise GuardFailed(
            "所选的同意人在本件中已经回避", article=ARTICLE, code="RECUSE", instead="请另选同意的人。"
        )


def _write(
    loaded: Loaded, decision: Decision, step: Step, writing: Writing, papers: Sequence[PaperContent]
) -> None:
    """Write a step and all it entails in one transaction. Raises Stale when somebody was first."""
    case = loaded.case
    acts = (*loaded.acts, act_of(step))
    running = clocks(loaded.book, acts, calendar=load_calendar())
    entry = entry_of(step, case.head)
    changes = {"state": decision.state, "steps": step.seq, "head": entry.hash, **writing.changes}
    if papers:
        changes["papers"] = case.papers + len(papers)
    with transaction.atomic():
        before, kind = desks(case, _leading_at_end(loaded)), case.kind
        apply(case, changes)
        if case.kind != kind:
            Alert.objects.filter(case_id=case.pk).update(kind=case.kind)
        step.save(force_insert=True)
        entry.save(force_insert=True)
        write_owed(case, step, decision, papers)
        if "holder" in writing.changes:
            vault.reseal(case_id=case.pk, organ_id=case.holder_id)
        if writing.also:
            writing.also(step.seq)
        place_work(case, before=before, running=leading(running), bounced=bounces(acts))


def apply(case: Case, changes: Mapping[str, object]) -> None:
    """Write changes to the case row if it is still as it was read, and set them on `case`; raise Stale if not."""
    row = {**changes, "version": case.version + 1}
    won = Case.objects.filter(pk=case.pk, version=case.version).update(**row)
    if not won:
        raise Stale(f"{case.number}：其他同事刚刚办理了这一件，您的操作没有保存。请刷新后再试。")
    for name, value in row.items():
        setattr(case, name, value)


def step_row(case: Case, decision: Decision, request: Request, *, actor: Actor | None, when: Moment) -> Step:
    """Return the unsaved step that follows the case's last one."""
    return Step(
        case_id=case.pk,
        seq=case.steps + 1,
        event=decision.event,
        rule=decision.step,
        source=decision.source,
        state=decision.state,
        organ_id=actor.organ.pk if actor else None,
        staff_id=actor.staff.pk if actor else None,
        role=request.role or (sorted(actor.roles)[0] if actor else SYSTEM),
        on=when.on,
        at=when.at,
        facts=dict(request.parts),
        note=request.note,
        key=request.key,
    )


def entry_of(step: Step, head: str) -> Entry:
    """Return the unsaved ledger entry of a step, chained to `head`."""
    return chain.entry(
        case_id=step.case_id,
        seq=step.seq,
        act=f"case.{step.event}",
        organ_id=step.organ_id,
        staff_id=step.staff_id,
        on=step.on,
        at=step.at,
        payload=step.payload(),
        prev=head,
    )


def write_owed(case: Case, step: Step, decision: Decision, papers: Sequence[PaperContent]) -> None:
    """Add the notices the rule owes and the papers the act issues; their numbers follow the case's papers."""
    kinds = owed_kinds(case, decision.notices)
    if kinds:
        Notice.objects.bulk_create(Notice(case_id=case.pk, seq=step.seq, kind=kind) for kind in kinds)
    if not papers:
        return
    first = case.papers - len(papers) + 1
    Paper.objects.bulk_create(
        Paper(
            case_id=case.pk,
            seq=first + i,
            step=step.seq,
            kind=paper.kind,
            number=str(paper.fields["number"]),
            organ_id=step.organ_id or case.holder_id,
            issued_at=step.at,
            content=dict(paper.fields),
            digest=digest(paper),
        )
        for i, paper in enumerate(papers)
    )


def mark_told(case: Case, seq: int, *kinds: str, at: datetime | None) -> None:
    """Keep the notices of one act, all or those of some kinds, as told to the petitioner."""
    rows = Notice.objects.filter(case_id=case.pk, seq=seq)
    (rows.filter(kind__in=kinds) if kinds else rows).update(state=Notice.State.TOLD, told_at=at)


def owed_kinds(case: Case, kinds: Sequence[str]) -> list[str]:
    """Return which of these notices are owed: none in writing to somebody who gave no name and no way to be reached
    (Art 23(2)).
    """
    always = [kind for kind in kinds if kind in OWED_TO_ALL]
    return always if case.anonymous else list(kinds)


def _leading_at_end(loaded: Loaded) -> Running | None:
    """Return the leading clock of a case that has ended: only then does it decide who has the case on the list."""
    ended = loaded.case.state in loaded.book.states and loaded.book.states[loaded.case.state].ends
    return leading(loaded.running()) if ended else None


def desks(case: Case, running: Running | None = None) -> dict[int, str]:
    """Return which organs have the case on their list, and whether they must act or wait.

    A case that has ended is on a list only while a clock that outlives it runs: a report on a supervision.
    """
    if load_book(case.rulebook).states[case.state].ends:
        owed = running is not None and running.deadline.rule.owed_by_organ
        return {case.holder_id: WorkItem.Turn.ACT} if owed else {}
    involved = (case.holder_id, case.handled_by_id, case.offered_to_id, case.arbiter_id)
    found: dict[int, str] = {organ_id: WorkItem.Turn.WAIT for organ_id in involved if organ_id}
    if case.state not in WINDOW_STATES:
        turn = case.offered_to_id if case.state == "referred" else case.arbiter_id
        found[turn or case.holder_id] = WorkItem.Turn.ACT
    return found


def bounces(acts: Sequence[Act]) -> int:
    """Return how often the case was sent back to its sender."""
    return sum(act.event == "agree_objection" for act in acts)


def place_work(case: Case, *, before: Mapping[int, str], running: Running | None, bounced: int = 0) -> None:
    """Bring the work items of a case in line with the case; `before` is where it lay until now."""
    after = desks(case, running)
    gone = set(before) - set(after)
    if gone:
        WorkItem.objects.filter(organ_id__in=gone, case_id=case.pk).delete()
    values = work_values(case, running, bounced)
    for organ_id, turn in sorted(after.items()):
        if organ_id in before:
            WorkItem.objects.filter(organ_id=organ_id, case_id=case.pk).update(turn=turn, **values)
        else:
            fixed = work_constants(case)
            WorkItem(organ_id=organ_id, case_id=case.pk, turn=turn, **fixed, **values).save(force_insert=True)


def work_constants(case: Case) -> dict[str, object]:
    """Return the columns of a work item that stay as they were when the case came in."""
    return {
        "number": case.number,
        "channel": case.channel,
        "place_name": case.place.full_name[-60:],
        "received_on": case.received_on,
    }


def work_values(case: Case, running: Running | None, bounced: int) -> dict[str, object]:
    """Return the columns of a work item that an act may change; no identity among them."""
    return {
        "summary": case.summary,
        "state": case.state,
        "kind": case.kind,
        "category": case.category,
        "officer_id": case.officer_id,
        "officer_name": case.officer.name if case.officer else "",
        "clock": running.clock if running else "",
        "legal_on": running.deadline.legal if running else None,
        "sort_on": running.deadline.legal if running else NO_DATE,
        "warn_on": running.deadline.warn if running else None,
        "half_on": running.deadline.half if running else None,
        "bounced": bounced,
    }
