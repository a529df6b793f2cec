"""Which officer may do what at the visit window; which rows one may see there."""

from __future__ import annotations

from django.db.models import Q

from lianxin.cases.policies import NotYours
from lianxin.cases.walls import clear_of
from lianxin.organs.actors import Actor

RECEIVERS = ("window", "intake", "duty", "head")
"""Who works at the visit window, sees its lists and records emergencies."""
PLANNERS = ("window", "head")
"""Who plans windows, hours, screens and reception days."""
CONFIRMERS = ("duty", "head")
"""Who in the organ above confirms that an urgent report came in."""


def may_receive(actor: Actor) -> bool:
    """Tell whether the officer works at the visit window."""
    return actor.has(*RECEIVERS)


def may_plan(actor: Actor) -> bool:
    """Tell whether the officer plans windows, hours, screens and reception days."""
    return actor.has(*PLANNERS)


def may_confirm(actor: Actor, told_id: int | None) -> bool:
    """Tell whether the officer confirms a report that came to the organ with this id."""
    return actor.has(*CONFIRMERS) and actor.organ.pk == told_id


def receptions_of(actor: Actor) -> Q:
    """Return the receptions this officer may see: those of the own organ, none whose case is behind a wall."""
    return Q(organ_id=actor.organ.pk) & clear_of(actor, "became_id")


def bookings_of(actor: Actor) -> Q:
    """Return the bookings this officer may see: as `receptions_of`."""
    return receptions_of(actor)


def emergencies_of(actor: Actor) -> Q:
    """Return the emergencies this officer may see: those of the own organ, and those reported to it; never past a wall."""
    mine = Q(organ_id=actor.organ.pk) | Q(told_id=actor.organ.pk)
    return mine & clear_of(actor, "became_id")


def check_receives(actor: Actor) -> None:
    """Raise NotYours unless the officer works at the visit window."""
    if not may_receive(actor):
        raise NotYours("来访由接待人员办理", article="", instead="请交给接待窗口的同事。")


def check_plans(actor: Actor) -> None:
    """Raise NotYours unless the officer plans the reception."""
    if not may_plan(actor):
        raise NotYours(
            "接待安排由接待人员和负责人设置", article="", instead="请交给接待窗口的同事或者负责人。"
        )
