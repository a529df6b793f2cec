"""The only place that compares what is stored with what happened: hash chains, states, and the rows of worklists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from lianxin.cases import materials
from lianxin.cases.history import leading, load
from lianxin.cases.models import Case, CaseNumber, CaseText, Claim, Paper, Step, WorkItem
from lianxin.cases.selectors import WITH
from lianxin.cases.services import acts
from lianxin.cases.services.claims import text_digest
from lianxin.cases.services.intake import content_digest
from lianxin.files.store import store
from lianxin.ledger import chain, log
from lianxin.ledger.models import Entry, Look
from lianxin.papers import PaperContent, digest
from lianxin.procedure.book import load_book

BATCH = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """A case and what is wrong with it; nothing, when the list is empty."""

    number: str
    faults: tuple[str, ...]
    erased: bool = False


def case_ids(number: str = "") -> Iterator[int]:
    """Yield the ids of all cases, or of the one with this number, in batches."""
    if number:
        yield from CaseNumber.objects.filter(number=number).values_list("case_id", flat=True)
        return
    last = 0
    while batch := list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from batch
        last = batch[-1]


def check(case_id: int) -> Checked:
    """Return what is wrong with one case: its chain of acts, and its row against its last step."""
    case = Case.objects.get(pk=case_id)
    entries = list(Entry.objects.filter(case_id=case_id).order_by("seq"))
    steps = list(Step.objects.filter(case_id=case_id).order_by("seq"))
    payloads = {step.seq: step.payload() for step in steps}
    erased = log.is_erased(case_id)
    faults = chain.faults(entries, payloads, erased=erased)
    if erased != (case.erased_on is not None):
        faults.append("the row and the ledger do not agree whether it was erased")
    if not steps:
        return Checked(case.number, (*faults, "no step at all"))
    last = steps[-1]
    if case.state != last.state:
        faults.append(f"state is {case.state}, but the last step led to {last.state}")
    if case.steps != last.seq:
        faults.append(f"{case.steps} steps are counted, but the last one is {last.seq}")
    if entries and case.head != entries[-1].hash:
        faults.append("the head is not the hash of the last entry")
    faults += _rule_faults(case, steps)
    faults += chain.look_faults(Look.objects.filter(case_id=case_id))
    faults += _left_over(case, entries, steps) if erased else _content_faults(case_id, steps)
    if not CaseNumber.objects.filter(number=case.number, case_id=case_id).exists():
        faults.append("the number does not lead to the case")
    return Checked(case.number, tuple(faults), erased)


def _left_over(case: Case, entries: list[Entry], steps: list[Step]) -> list[str]:
    """Return what an erased case still holds: a restored backup brings back what was destroyed."""
    papers = [paper.content for paper in Paper.objects.filter(case_id=case.pk)]
    text = CaseText.objects.filter(case_id=case.pk).exists()
    files = store().names(case.pk)
    salts = any(row.salt for row in entries)
    left = [text, files, salts, case.summary, *papers, *(step.facts or step.note for step in steps)]
    return ["it was erased, but holds content again"] if any(left) else []


def _rule_faults(case: Case, steps: list[Step]) -> list[str]:
    """Return the steps whose states are not those the case's rulebook makes of them, one after the other."""
    book, found, before = load_book(case.rulebook), [], ""
    for step in steps:
        rule = next((one for one in book.steps.get(step.event, ()) if one.id == step.rule), None)
        if rule is None:
            found.append(f"seq {step.seq}: {step.event} is no step {step.rule} of {case.rulebook}")
        elif not rule.leads_from(step.source) or rule.state_after(step.source) != step.state:
            found.append(f"seq {step.seq}: {step.event} does not lead from {step.source} to {step.state}")
        if before and step.source != before:
            found.append(f"seq {step.seq}: it starts from {step.source}, but the case stood at {before}")
        before = step.state
    return found


def _content_faults(case_id: int, steps: list[Step]) -> list[str]:
    """Return what differs between the papers and the words of a case and the digests in its steps."""
    found = []
    issued = [value for step in steps for value in step.facts.get("papers", ())]
    papers = list(Paper.objects.filter(case_id=case_id).order_by("seq"))
    if [digest(PaperContent(paper.kind, paper.content)) for paper in papers] != issued:
        found.append("a paper is missing or was changed")
    found += materials.faults(case_id, [(step.seq, step.facts.get("files")) for step in steps])
    text = CaseText.objects.get(case_id=case_id)
    claims = list(Claim.objects.filter(case_id=case_id).order_by("seq"))
    asked = [claim.text for claim in claims if claim.step == 1]
    if steps[0].facts.get("content") != content_digest(text.body, text.ask, asked):
        found.append("the words of the petition were changed")
    sorted_by = {step.seq: _sorted(step) for step in steps if step.event == "sort_claims"}
    for claim in claims:
        noted = sorted_by.get(claim.step, {}).get(claim.seq, {})
        if claim.step != 1 and noted.get("text") != text_digest(claim.text):
            found.append(f"claim {claim.seq} was changed")
    latest = {seq: row for rows in sorted_by.values() for seq, row in rows.items()}
    there = {claim.seq: claim.subroute for claim in claims}
    found += [
        f"the route of claim {seq} was changed"
        for seq, row in latest.items()
        if there.get(seq) != row["subroute"]
    ]
    return found


def _sorted(step: Step) -> dict[int, dict[str, object]]:
    """Return what a step noted of each claim, by the claim's number."""
    return {row["seq"]: row for row in step.facts["claims"]}


def rebuild(case_id: int) -> int:
    """Bring the work items of one case in line with its steps; return how many rows were added, mended or removed."""
    case = Case.objects.select_related(*WITH).get(pk=case_id)
    if case.erased_on is not None:
        return _replace(case_id, {})
    loaded = load(case)
    constants = acts.work_constants(case)
    running = leading(loaded.running())
    values = acts.work_values(case, running, acts.bounces(loaded.acts))
    wanted = {
        organ: {**constants, **values, "turn": turn} for organ, turn in acts.desks(case, running).items()
    }
    with transaction.atomic():
        won = Case.objects.filter(pk=case_id, version=case.version).update(version=case.version)
        return _replace(case_id, wanted) if won else 0


def _replace(case_id: int, wanted: dict[int, dict[str, object]]) -> int:
    there = {item.organ_id: item for item in WorkItem.objects.filter(case_id=case_id)}
    gone = set(there) - set(wanted)
    if gone:
        WorkItem.objects.filter(organ_id__in=gone, case_id=case_id).delete()
    changed = len(gone)
    for organ_id, values in sorted(wanted.items()):
        if organ_id not in there:
            WorkItem(organ_id=organ_id, case_id=case_id, **values).save(force_insert=True)
        elif any(getattr(there[organ_id], name) != value for name, value in values.items()):
            WorkItem.objects.filter(organ_id=organ_id, case_id=case_id).update(**values)
        else:
            continue
        changed += 1
    return changed
