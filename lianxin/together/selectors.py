"""What is read of parts asked of other organs: for the list of who was asked, for the part's own page, for who may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from lianxin.cases.models import Attachment, Case, Kind
from lianxin.cases.policies import THERE
from lianxin.cases.walls import clear_organs, has_walls
from lianxin.files import keeping
from lianxin.files.keeping import Previewed
from lianxin.ledger import face
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, OrganLevel
from lianxin.organs.selectors import in_force
from lianxin.procedure.book import load_book
from lianxin.together.models import JointTask, TaskItem
from lianxin.together.policies import may_see_file, tasks_of

PAGE = 50
LOCAL = (OrganLevel.TOWNSHIP, OrganLevel.VILLAGE)
INSIDE = (OrganKind.DEPARTMENT, OrganKind.AFFILIATED)
KINDS = (OrganKind.CIVIL_AFFAIRS, *INSIDE, OrganKind.NETWORK)
PURPOSE = "协助办理"


@dataclass(frozen=True, slots=True)
class Tasks:
    """A page of parts asked of an organ, the nearest due first; `over` are those that ended lately, newest first.

    `closed` are the cases that have ended meanwhile: nothing is owed to them any more.
    """

    open: Sequence[TaskItem]
    more: bool
    over: Sequence[TaskItem]
    closed: frozenset[int]


def tasks_on(actor: Actor, *, page: int = 1, size: int = PAGE, ended: int = 10) -> Tasks:
    """Return a page of the parts asked of the officer's organ, and the last ones that ended. Three queries."""
    rows = TaskItem.objects.filter(tasks_of(actor))
    first = (page - 1) * size
    found = list(rows.filter(ended_on=None).order_by("due_on", "case_id", "seq")[first : first + size + 1])
    over = list(rows.filter(ended_on__isnull=False).order_by("-ended_on", "case_id", "seq")[:ended])
    shown = found[:size]
    closed, reports = _standing({one.case_id for one in (*shown, *over)})
    return Tasks(
        [one for one in shown if one.case_id not in reports],
        len(found) > size,
        [one for one in over if one.case_id not in reports],
        closed,
    )


def _standing(case_ids: set[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return which of these cases have ended, and which are reports by now, of which nothing is shown; they are those of parts
    asked of the officer's organ. One query, none for none.
    """
    if not case_ids:
        return frozenset(), frozenset()
    face.name(*case_ids)
    rows = Case.objects.filter(pk__in=case_ids).values_list("pk", "state", "rulebook", "erased_on", "kind")
    closed, reports = set(), set()
    for pk, state, book, erased, kind in rows:
        if erased is not None or load_book(book).states[state].ends:
            closed.add(pk)
        if kind == Kind.REPORT:
            reports.add(pk)
    return frozenset(closed), frozenset(reports)


def task_of(actor: Actor, case_id: int, seq: int) -> tuple[JointTask, Case] | None:
    """Return a part asked of the officer's organ, with its case for the walls alone, or None: not yours is not there."""
    rows = JointTask.objects.select_related("organ", "lead", "through", "officer")
    task = rows.filter(tasks_of(actor), case_id=case_id, seq=seq).first()
    if task is None:
        return None
    face.name(case_id)
    cases = Case.objects.select_related("place").annotate(has_walls=has_walls())
    case = cases.filter(THERE, ~Q(kind="report"), pk=case_id).first()
    return None if case is None else (task, case)


def open_task(actor: Actor, case_id: int, seq: int, *, at: datetime) -> tuple[JointTask, Case] | None:
    """Return a part for its page and record the look, which the petitioner can read; None as in `task_of`."""
    found = task_of(actor, case_id, seq)
    if found is not None:
        record_look(case_id=case_id, what=f"part.{seq}", purpose=PURPOSE, reader=actor.reader(), at=at)
    return found


def part_of(case: Case, seq: int) -> JointTask | None:
    """Return one part of a case the officer acts on as its lead, or None."""
    return JointTask.objects.select_related("organ").filter(case_id=case.pk, seq=seq).first()


def files_of(task: JointTask) -> list[Attachment]:
    """Return the files a part shows to who was asked, none once it has ended. One query, none where none are named."""
    if not task.shown_files or not task.runs:
        return []
    return list(Attachment.objects.filter(case_id=task.case_id, seq__in=task.shown_files).order_by("seq"))


def preview(
    actor: Actor, task: JointTask, case: Case, seq: int, *, at: datetime, first: int = 0, count: int = 5
) -> tuple[Attachment, Previewed] | None:
    """Return one file a part shows, flattened to pictures or words, after the look is recorded; None where it is not shown or
    cannot be looked at. The file itself is never handed out. Raises files.kinds.Unfit, Missing, CannotOpen.
    """
    if not may_see_file(actor, case, task, seq):
        return None
    row = Attachment.objects.filter(case_id=case.pk, seq=seq).first()
    if row is None or not keeping.may_preview(row.kind, row.state, row.reason):
        return None
    record_look(case_id=case.pk, what=f"preview.{seq}", purpose=PURPOSE, reader=actor.reader(), at=at)
    return row, keeping.previewed(row.name, row.kind, first=first, count=count)


@dataclass(frozen=True, slots=True)
class Askable:
    """Whom a lead may ask, by how they stand to it; those behind a wall of the case are left out."""

    inside: Sequence[Organ]
    below: Sequence[Organ]
    local: Sequence[Organ]
    beside: Sequence[Organ]

    def organs(self) -> dict[int, Organ]:
        """Return all of them by id."""
        every = (*self.inside, *self.below, *self.local, *self.beside)
        return {organ.pk: organ for organ in every}


def askable(case: Case, lead: Organ, *, on: date) -> Askable:
    """Return the organs a lead may ask for a part: its departments and units, those directly below it, townships and villages
    of its place, and, through the organ above both, its neighbours. One query beside the walls.
    """
    wanted = Q(parent_id=lead.pk, kind__in=KINDS)
    wanted |= Q(path__startswith=lead.path, level__in=LOCAL)
    if lead.parent_id is not None:
        wanted |= Q(parent_id=lead.parent_id, kind__in=KINDS)
    if lead.level not in (OrganLevel.COUNTY, *LOCAL):
        wanted &= ~Q(level__in=LOCAL)
    rows = Organ.objects.filter(in_force(on), wanted).exclude(pk=lead.pk).order_by("path")
    found = clear_organs(case, rows, on=on)
    groups: dict[str, list[Organ]] = {"inside": [], "below": [], "local": [], "beside": []}
    for organ in found:
        groups[_group(organ, lead)].append(organ)
    return Askable(**groups)


def _group(organ: Organ, lead: Organ) -> str:
    if not organ.path.startswith(lead.path):
        return "beside"
    if organ.level in LOCAL and organ.kind not in INSIDE:
        return "local"
    return "inside" if organ.kind in INSIDE else "below"
