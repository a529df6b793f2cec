"""The only place that compares what is stored with what happened: hash chains, states, and the rows of worklists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from lianxin.cases.history import leading, load
from lianxin.cases.models import Case, CaseNumber, CaseText, Claim, Paper, Step, WorkItem
from lianxin.cases.selectors import WITH
from lianxin.cases.services import acts
from lianxin.cases.services.intake import content_digest
from lianxin.ledger import chain
from lianxin.ledger.models import Entry, Look
from lianxin.papers import PaperContent, digest

BATCH = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """A case and what is wrong with it; nothing, when the list is empty."""

    number: str
    faults: tuple[str, ...]


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
    faults = chain.faults(entries, {step.seq: step.payload() for step in steps})
    if not steps:
        return Checked(case.number, (*faults, "no step at all"))
    last = steps[-1]
    if case.state != last.state:
        faults.append(f"state is {case.state}, but the last step led to {last.state}")
    if case.steps != last.seq:
        faults.append(f"{case.steps} steps are counted, but the last one is {last.seq}")
    if entries and case.head != entries[-1].hash:
        faults.append("the head is not the hash of the last entry")
    faults += chain.look_faults(Look.objects.filter(case_id=case_id))
    faults += _content_faults(case_id, steps)
    if not CaseNumber.objects.filter(number=case.number, case_id=case_id).exists():
        faults.append("the number does not lead to the case")
    return Checked(case.number, tuple(faults))


def _content_faults(case_id: int, steps: list[Step]) -> list[str]:
    """Return what differs between the papers and the words of a case and the digests in its steps."""
    found = []
    issued = [value for step in steps for value in step.facts.get("papers", ())]
    papers = list(Paper.objects.filter(case_id=case_id).order_by("seq"))
    if [digest(PaperContent(paper.kind, paper.content)) for paper in papers] != issued:
        found.append("a paper is missing or was changed")
    text = CaseText.objects.get(case_id=case_id)
    claims = list(Claim.objects.filter(case_id=case_id).order_by("seq").values_list("text", flat=True))
    if steps[0].facts.get("content") != content_digest(text.body, text.ask, claims):
        found.append("the words of the petition were changed")
    return found


def rebuild(case_id: int) -> int:
    """Bring the work items of one case in line with its steps; return how many rows were added, mended or removed."""
    case = Case.objects.select_related(*WITH).get(pk=case_id)
    loaded = load(case)
    constants = acts.work_constants(case)
    values = acts.work_values(case, leading(loaded.running()), acts.bounces(loaded.acts))
    wanted = {organ: {**constants, **values, "turn": turn} for organ, turn in acts.desks(case).items()}
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
