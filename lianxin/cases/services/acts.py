"""The one write path: load, decide, and write the step with all it entails in one transaction on one case.

Order of writing: compare-and-set of the case row (which hands out the next `seq`), step, ledger entry, notices,
papers, work items. A repeated key finds its first result; a case changed meanwhile raises Stale; nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from lianxin.cases.history import Loaded, Moment, act_of, leading, load
from lianxin.cases.models import Case, Notice, Paper, Step, WorkItem
from lianxin.ledger import chain
from lianxin.ledger.models import Entry
from lianxin.organs.actors import Actor
from lianxin.papers import PaperContent, digest
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.engine import Act, Decision, decide
from lianxin.procedure.errors import Stale

__all__ = ["PETITIONER", "SYSTEM", "Loaded", "Moment", "Request", "Writing", "act_of", "load", "perform"]

WAITING_FOR_RECEIVER = frozenset({"referred", "disputed"})
SYSTEM = "system"
NO_DATE = date(9999, 12, 31)
PETITIONER = "petitioner"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to do: the event, the facts the rule is judged by, a remark, and the idempotency key."""

    event: str
    key: str
    parts: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    role: str = ""


@dataclass(slots=True)
class Writing:
    """What the caller adds to a step: changes of the case row, papers, and rows of its own in the transaction."""

    changes: Mapping[str, object] = field(default_factory=dict)
    papers: Sequence[PaperContent] = ()
    also: Callable[[int], None] | None = None


def perform(
    loaded: Loaded, request: Request, *, actor: Actor | None, when: Moment, writing: Writing | None = None
) -> Case:
    """Carry out one act and return the case as it is afterwards.

    `actor` is None for the petitioner and for the clock-driven system; `request.role` then says which.
    Raises Refused (not allowed, nothing written) and Stale (somebody was first, nothing written). A request
    whose key is already there, also by a twin that was faster, returns the case with the first result.
    """
    if request.key in loaded.keys:
        return loaded.case
    writing = writing or Writing()
    roles = actor.roles if actor else frozenset({request.role})
    decision = decide(
        loaded.book,
        loaded.snapshot(),
        request.event,
        roles=roles,
        on=when.on,
        parts=request.parts,
        calendar=load_calendar(),
    )
    step = step_row(loaded.case, decision, request, actor=actor, when=when)
    if writing.papers:
        step.facts["papers"] = [digest(paper) for paper in writing.papers]
    try:
        _write(loaded, decision, step, writing)
    except Stale:
        if Step.objects.filter(case_id=loaded.case.pk, key=request.key).exists():
            return Case.objects.get(pk=loaded.case.pk)
        raise
    return loaded.case


def _write(loaded: Loaded, decision: Decision, step: Step, writing: Writing) -> None:
    """Write a step and all it entails in one transaction. Raises Stale when somebody was first."""
    case = loaded.case
    acts = (*loaded.acts, act_of(step))
    running = clocks(loaded.book, acts, calendar=load_calendar())
    entry = entry_of(step, case.head)
    changes = {"state": decision.state, "steps": step.seq, "head": entry.hash, **writing.changes}
    if writing.papers:
        changes["papers"] = case.papers + len(writing.papers)
    with transaction.atomic():
        before = desks(case)
        apply(case, changes)
        step.save(force_insert=True)
        entry.save(force_insert=True)
        write_owed(case, step, decision, writing.papers)
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
    if decision.notices:
        Notice.objects.bulk_create(
            Notice(case_id=case.pk, seq=step.seq, kind=kind) for kind in decision.notices
        )
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


def desks(case: Case) -> dict[int, str]:
    """Return which organs have the case on their list, and whether they must act or wait."""
    if load_book(case.rulebook).states[case.state].ends:
        return {}
    if case.offered_to_id and case.state in WAITING_FOR_RECEIVER:
        return {case.holder_id: WorkItem.Turn.WAIT, case.offered_to_id: WorkItem.Turn.ACT}
    if case.offered_to_id:
        return {case.holder_id: WorkItem.Turn.ACT, case.offered_to_id: WorkItem.Turn.WAIT}
    return {case.holder_id: WorkItem.Turn.WAIT if case.state == "served" else WorkItem.Turn.ACT}


def bounces(acts: Sequence[Act]) -> int:
    """Return how often the case was sent back to its sender."""
    return sum(act.event == "agree_objection" for act in acts)


def place_work(case: Case, *, before: Mapping[int, str], running: Running | None, bounced: int = 0) -> None:
    """Bring the work items of a case in line with the case; `before` is where it lay until now."""
    after = desks(case)
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
        "bounced": bounced,
    }
