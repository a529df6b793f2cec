"""Which officer may see or do what with a part asked of another organ (协办); each function denies by default.

Who was asked sees its part and nothing else of the case: this gives no `cases.policies.content_of`. All of it ends in
`walls.clear_of` or `walls.hides`.
"""

from __future__ import annotations

from django.db.models import Q

from lianxin.cases.models import Case
from lianxin.cases.policies import NotYours, may_read_content
from lianxin.cases.walls import clear_of, hides
from lianxin.organs.actors import Actor
from lianxin.procedure.book import load_book
from lianxin.together.models import JointTask, PartState

HELPERS = ("handler", "intake", "window", "head", "checker")
"""Who works on parts in the organ that was asked; the roles of the steps U32 to U34."""
LEADERS = ("handler", "head", "reviewer", "rechecker")
"""Who asks for parts in the organ that answers for the case; the roles of the steps U30 and U31."""


def may_help(actor: Actor) -> bool:
    """Tell whether the officer works on parts at all."""
    return actor.has(*HELPERS)


def may_lead(actor: Actor, case: Case) -> bool:
    """Tell whether the officer asks other organs for parts of this case and recalls them: its officer, or the head."""
    mine = actor.organ.pk == case.holder_id and may_read_content(actor, case) and actor.has(*LEADERS)
    return mine and (actor.has("head") or case.officer_id == actor.staff.pk)


def tasks_of(actor: Actor) -> Q:
    """Return the parts (task items, joint tasks) this officer may see: those asked of the own organ."""
    mine = Q(organ_id=actor.organ.pk) & clear_of(actor, "case_id")
    return mine if may_help(actor) else Q(pk__in=[])


def holds(actor: Actor, case: Case, task: JointTask) -> bool:
    """Answer for one loaded part what `tasks_of` answers for a query."""
    asked = task.organ_id == actor.organ.pk and task.case_id == case.pk and may_help(actor)
    return asked and case.kind != "report" and case.erased_on is None and not hides(case, actor)


def may_reveal_for(actor: Actor, case: Case, task: JointTask, field: str) -> bool:
    """Tell whether the officer may open one identity field for a part: who has taken it, a field that was named, until the
    part or its case ends.
    """
    working = task.state == PartState.TAKEN and task.officer_id == actor.staff.pk and goes_on(case)
    return working and field in task.identity and holds(actor, case, task)


def may_see_file(actor: Actor, case: Case, task: JointTask, seq: int) -> bool:
    """Tell whether the officer may look at one file for a part: one that was named, until the part or its case ends."""
    return task.runs and goes_on(case) and seq in task.shown_files and holds(actor, case, task)


def goes_on(case: Case) -> bool:
    """Tell whether a case has not ended: after that nothing is owed to it, though the sweep has not recalled its parts yet."""
    return not load_book(case.rulebook).states[case.state].ends


def check_holds(actor: Actor, case: Case, task: JointTask, event: str) -> None:
    """Raise NotYours unless this person may take this step with the part: any of the organ's helpers takes or returns one
    that waits, and who has taken it answers or returns it.
    """
    if not holds(actor, case, task):
        raise NotYours("这一项协办不是请您所在的机构办理的。", article="")
    taken_by_other = task.state == PartState.TAKEN and task.officer_id != actor.staff.pk
    if event != "take_part" and taken_by_other:
        raise NotYours("这一项协办由接手的同事答复。", article="", instead="需要换人的，请您先改由本人接手。")
