"""Which officer may see or do what with a case: each question has one function, and each function denies by default.

Seeing is a query filter, so that lists, counts, objects, files and exports ask the same question. Doing is
`check_may`, about the person and the organ; what the state and the law allow is asked of `procedure.engine`.
"""

from __future__ import annotations

from django.db.models import Q

from lianxin.cases.models import Case
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import Refused

CASE_ROLES = frozenset(
    {
        "window",
        "intake",
        "handler",
        "checker",
        "head",
        "mediator",
        "chair",
        "reviewer",
        "rechecker",
        "report_desk",
        "duty",
    }
)
RECEIVER_EVENTS = frozenset({"take", "object"})
OFFICER_EVENTS = frozenset({"draft_opinion", "note"})
NOBODY = Q(pk__in=[])
NO_WORK = Q(organ_id=None)


class NotYours(Refused):
    """The person may not do this with this case, whatever the state allows."""

    default_code = "BAD_ROLE"


def content_of(actor: Actor) -> Q:
    """Return the cases whose text this officer may read: those the own organ answers for or has been offered.

    Reports (检举控告) are for the report desk alone (Art 30, 46(5)).
    """
    if not actor.has(*CASE_ROLES):
        return NOBODY
    mine = Q(holder_id=actor.organ.pk) | Q(offered_to_id=actor.organ.pk)
    return mine & _kinds(actor)


def progress_of(actor: Actor) -> Q:
    """Return the cases whose steps this officer may follow: as `content_of`, and those the own organ registered."""
    if not actor.has(*CASE_ROLES, "supervisor"):
        return NOBODY
    mine = Q(holder_id=actor.organ.pk) | Q(offered_to_id=actor.organ.pk) | Q(registrar_id=actor.organ.pk)
    return mine & _kinds(actor)


def work_of(actor: Actor) -> Q:
    """Return the work items this officer may see in a list: those of the own organ, reports for the report desk alone."""
    if not actor.has(*CASE_ROLES, "supervisor"):
        return NO_WORK
    return Q(organ_id=actor.organ.pk) & _kinds(actor)


def may_read_content(actor: Actor, case: Case) -> bool:
    """Answer for one loaded case what `content_of` answers for a query."""
    mine = actor.organ.pk in (case.holder_id, case.offered_to_id)
    return mine and actor.has(*CASE_ROLES) and (case.kind != "report" or actor.has("report_desk"))


def may_register(actor: Actor) -> bool:
    """Tell whether the officer may take in letters, visits, calls and faxes."""
    return actor.has("window", "intake")


def may_reveal(actor: Actor, case: Case) -> bool:
    """Tell whether the officer may open an identity field of this case: those who must reach or serve the person.

    Window and intake staff until an officer is assigned, the assigned officer afterwards, and the window again for
    serving the opinion; never a supervisor or administrator.
    """
    if actor.organ.pk != case.holder_id or not may_read_content(actor, case):
        return False
    if case.officer_id is not None and case.officer_id == actor.staff.pk:
        return True
    if case.officer_id is not None:
        return case.state == "issued" and actor.has("window")
    return actor.has("window", "intake", "report_desk")


def check_may(actor: Actor, case: Case, event: str) -> None:
    """Raise NotYours unless this person's organ is the one to take this step, and the person the one it is for."""
    organ = case.offered_to_id if event in RECEIVER_EVENTS else case.holder_id
    if not may_read_content(actor, case) or actor.organ.pk != organ:
        raise NotYours(
            "这一步由责任机构办理，您所在机构现在不能操作。", article="", instead="可以查看办理进度。"
        )
    if event in OFFICER_EVENTS and case.officer_id != actor.staff.pk:
        raise NotYours(
            "这一步由承办人办理，您不是本件的承办人。", article="", instead="可以请负责分派的同事改派。"
        )


def _kinds(actor: Actor) -> Q:
    return Q() if actor.has("report_desk") else ~Q(kind="report")
