"""The checker's two steps on a case that came by letter: read again before handling, checked before the answer leaves."""

from __future__ import annotations

from collections.abc import Sequence

from lianxin.cases.models import Case, Step
from lianxin.cases.policies import NotYours, check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.texts import normalised
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.reviews import ReviewRule

DONE_BY = {"before": "register", "after": "draft_opinion"}
"""The step whose work a checklist is about."""


def checklist(loaded: Loaded, phase: str) -> ReviewRule:
    """Return the list of a phase in the rulebook of a case. Raises GuardFailed where it has none."""
    rule = loaded.book.reviews.get(phase)
    if rule is None:
        raise GuardFailed("这一件适用的规则没有这份清单", article="")
    return rule


def _check_second(case: Case, phase: str, actor: Actor) -> None:
    """Raise NotYours for who did the work that is checked, also where the case has another officer by now."""
    steps = Step.objects.filter(case_id=case.pk, event=DONE_BY[phase]).order_by("-seq")
    if actor.staff.pk == steps.values_list("staff_id", flat=True).first():
        raise NotYours(
            "登记的人、起草的人不能复阅、审核自己经手的来信。", article="", instead="请交给另一位审核人员。"
        )


def review(
    loaded: Loaded, phase: str, *, actor: Actor, checked: Sequence[str], remark: str, key: str, when: Moment
) -> Case:
    """Return the case with the checklist of a phase ("before", "after") gone through; `checked` are ids of its items.

    Raises NotYours (also for the case's own officer, for who registered the letter or drafted the answer), Refused naming the
    items that are missing, Stale.
    """
    rule = checklist(loaded, phase)
    check_may(actor, loaded.case, rule.event)
    _check_second(loaded.case, phase, actor)
    remark = normalised(remark)
    nameless(loaded.case, {"remark": remark})
    known = [item.id for item in rule.items if item.id in checked]
    role = "checker" if actor.has("checker") else "head"
    request = Request(rule.event, key, {"checked": known}, note=remark, role=role)
    return perform(loaded, request, actor=actor, when=when)
