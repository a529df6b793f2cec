"""The only place that says who has worked on a case and so may not judge it in review or re-check (回避, Art 28)."""

from __future__ import annotations

from collections.abc import Iterable

from lianxin.cases.models import Step
from lianxin.cases.services.acts import Loaded
from lianxin.cases.services.stages import RECHECK, Stage
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十八条"
HANDLED = frozenset({"assign", "reassign", "draft_opinion", "send_back", "sign_opinion"})
REVIEWED = frozenset({"accept_review", "refuse_review", "review_uphold", "review_change", "review_remand"})
PERSONS = ("handler", "before", "approver")
"""Facts that name an officer."""


def check_not_involved(loaded: Loaded, stage: Stage, *, actor: Actor, approver: Staff | None = None) -> None:
    """Raise GuardFailed (RECUSE) where the officer, or the one who consents, has worked on what is to be judged. One query."""
    involved = _involved(loaded, stage)
    if actor.staff.pk in involved:
        raise GuardFailed(
            f"您办理过这一件，不能再{stage.word}",
            article=ARTICLE,
            instead=f"请由其他同事{stage.word}。",
            code="RECUSE",
        )
    if approver is not None and approver.pk in involved:
        raise GuardFailed(
            f"所选的同意人办理过这一件，不能再参加{stage.word}",
            article=ARTICLE,
            instead="请由没有办理过本件的人员同意。",
            code="RECUSE",
        )


def uninvolved(loaded: Loaded, stage: Stage, people: Iterable[Staff]) -> list[Staff]:
    """Return those of these officers who may agree to a judgement: who have not worked on what is judged. One query."""
    involved = _involved(loaded, stage)
    return [one for one in people if one.pk not in involved]


def _involved(loaded: Loaded, stage: Stage) -> set[object]:
    """Return who assigned, handled, drafted, checked or signed; for a re-check also who took part in the review."""
    events = HANDLED | REVIEWED if stage is RECHECK else HANDLED
    found: set[object] = {act.facts["handler"] for act in loaded.acts if act.facts.get("handler")}
    rows = Step.objects.filter(case_id=loaded.case.pk, event__in=events).values_list("staff_id", "facts")
    for staff, facts in rows:
        found |= {staff, *(facts.get(name) for name in PERSONS)}
    return found - {None}
