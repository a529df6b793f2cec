"""Which officer may see or do what with a case: each question has one function, and each function denies by default.

Seeing is a query filter, so that lists, counts, objects, files and exports ask the same question; every one of them ends
in `walls.clear_of`, which hides a case from those it must be kept from. Doing is
`check_may`, about the person and the organ; what the state and the law allow is asked of `procedure.engine`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from lianxin.cases.models import Case, CaseNumber, Notice, Opening, Step
from lianxin.cases.walls import clear_of, hidden_work, hides
from lianxin.ledger import face
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
ARBITER_EVENTS = frozenset({"decide_organ"})
OVERSIGHT_EVENTS = frozenset({"supervise"})
OFFICER_EVENTS = frozenset({"draft_opinion", "note"})
SIGNING_EVENTS = frozenset({"sign_opinion"})
"""What another person than the handler does: two pairs of eyes see each answer."""
OFFICER_OR_HEAD_EVENTS = frozenset({"recuse"})
REQUEST_EVENTS = frozenset({"request_review", "request_recheck"})
RELAYED_EVENTS = REQUEST_EVENTS | {"ask_to_withdraw", "withdraw", "add_material"}
"""What the petitioner does and a window may write down."""
NOTICE_EVENTS = frozenset({"give_notice"})
CORRECTION_EVENTS = frozenset({"answer_correction"})
CODE_EVENTS = frozenset({"reissue_code"})
OPENERS, DECIDERS = ("head", "duty"), ("head", "auditor")
"""Who asks for an opening (紧急查阅), and who in another chain of command agrees; for a report the report desk does both, and
the auditor agrees."""
REPORT_OPENERS, REPORT_DECIDERS = ("report_desk",), ("report_desk", "auditor")
WINDOWS = ("window", "intake", "report_desk")
SECONDS = (*WINDOWS, "head", "checker", "duty")
"""Who sees to a lost query code at a window, and who may be the second officer."""
WALL_EVENTS = frozenset({"raise_wall"})
RELAYERS = ("window", "intake")
DESK = "desk"
"""The addressee of an alert for nobody in an organ but its report desk."""
NOBODY = Q(pk__in=[])
NO_WORK = Q(organ_id=None)
THERE = Q(erased_on=None)
"""Of an erased case nothing is left to read or to do."""
DISPOSERS = ("head", "supervisor")
"""Who looks after the end of keeping; for a report the report desk alone."""


class NotYours(Refused):
    """The person may not do this with this case, whatever the state allows."""

    default_code = "BAD_ROLE"


def content_of(actor: Actor) -> Q:
    """Return the cases whose text this officer may read: those the own organ answers for, handled (they are under
    review now), has been offered, or is to find an organ for.

    Reports (检举控告) are for the report desk alone (Art 30, 46(5)).
    """
    if not actor.has(*CASE_ROLES):
        return NOBODY
    return _of_organ(actor.organ.pk) & _kinds(actor) & THERE & clear_of(actor)


def progress_of(actor: Actor) -> Q:
    """Return the cases whose steps this officer may follow: as `content_of`, and those the own organ registered.

    A supervisor follows those of the organs below as well (Art 40): clocks and papers, never text or identity.
    """
    if not actor.has(*CASE_ROLES, "supervisor"):
        return NOBODY
    mine = _of_organ(actor.organ.pk) | Q(registrar_id=actor.organ.pk)
    if actor.has("supervisor"):
        mine |= Q(holder__path__startswith=actor.organ.path)
    return mine & _kinds(actor) & THERE & clear_of(actor)


def work_of(actor: Actor) -> Q:
    """Return the work items this officer may see in a list: those of the own organ, reports for the report desk alone.

    What the walls hide is asked once, here, and left out by id: one statement, and quick filters afterwards.
    """
    if not actor.has(*CASE_ROLES, "supervisor"):
        return NO_WORK
    mine = Q(organ_id=actor.organ.pk) & _kinds(actor)
    hidden = hidden_work(actor)
    return mine & ~Q(case_id__in=hidden) if hidden else mine


def alerts_of(actor: Actor) -> Q:
    """Return the alerts this officer may see: those told to the own organ; reports, and what is meant for the report desk,
    for the report desk alone.
    """
    if not actor.has(*CASE_ROLES, "supervisor"):
        return NO_WORK
    meant = Q() if actor.has("report_desk") else ~Q(addressee=DESK)
    return Q(organ_id=actor.organ.pk) & meant & _kinds(actor) & clear_of(actor, "case_id")


def case_numbered(actor: Actor, number: str) -> int | None:
    """Return the id of the case with this number, None where there is none or it is hidden from the officer; a report is,
    but from the report desk of its organ and of those above. Two queries, whatever is found.
    """
    row = CaseNumber.objects.filter(number=number).first()
    case_id = row.case_id if row else 0
    face.name(case_id)
    known = ~Q(kind="report")
    if actor.has("report_desk"):
        known |= Q(holder__path__startswith=actor.organ.path)
    return case_id if Case.objects.filter(known, THERE, clear_of(actor), pk=case_id).exists() else None


def may_read_content(actor: Actor, case: Case) -> bool:
    """Answer for one loaded case what `content_of` answers for a query."""
    mine = actor.organ.pk in (case.holder_id, case.handled_by_id, case.offered_to_id, case.arbiter_id)
    seen = mine and actor.has(*CASE_ROLES) and (case.kind != "report" or actor.has("report_desk"))
    return seen and case.erased_on is None and not hides(case, actor)


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


def openable_by(actor: Actor) -> Q:
    """Return the cases for which this officer may ask for an opening: of the own organ and of those below it."""
    kinds = Q(kind="report") if actor.has(*REPORT_OPENERS) else NOBODY
    if actor.has(*OPENERS):
        kinds |= ~Q(kind="report")
    return Q(holder__path__startswith=actor.organ.path) & kinds & THERE & clear_of(actor)


def may_ask_opening(actor: Actor, case: Case) -> bool:
    """Answer for one loaded case what `openable_by` answers for a query."""
    asks = actor.has(*(REPORT_OPENERS if case.kind == "report" else OPENERS))
    above = case.holder.path.startswith(actor.organ.path)
    return asks and above and case.erased_on is None and not hides(case, actor)


def may_decide_opening(actor: Actor, case: Case, opening: Opening) -> bool:
    """Tell whether the officer is asked to decide on an opening, by role and organ; that it is another person in another
    chain of command is judged by `organs.chains`.
    """
    decides = actor.has(*(REPORT_DECIDERS if case.kind == "report" else DECIDERS))
    return decides and actor.organ.pk == opening.decider_id and not hides(case, actor)


def may_reveal_opened(actor: Actor, case: Case, opening: Opening, field: str, *, at: datetime) -> bool:
    """Tell whether an opening lets this officer open this field of this case now: the person who asked, in the organ for
    which it was asked, who may still ask; its one case, its named fields, its time.
    """
    named = opening.case_id == case.pk and field in opening.fields and opening.is_open(at)
    asker = (opening.staff_id, opening.organ_id) == (actor.staff.pk, actor.organ.pk)
    return named and asker and may_ask_opening(actor, case)


def may_renew_code(actor: Actor, case: Case) -> bool:
    """Tell whether the officer sees to a lost query code of this case: at a window of an organ that has or registered it."""
    mine = actor.organ.pk in (case.holder_id, case.registrar_id, case.handled_by_id, case.offered_to_id)
    kind = case.kind != "report" or actor.has("report_desk")
    return actor.has(*WINDOWS) and mine and kind and case.erased_on is None and not hides(case, actor)


def may_find_others(actor: Actor, case: Case) -> bool:
    """Tell whether the officer may look for other cases of the same person: who assigns, heads or handles this one, in the
    organ that answers for it; never from a report.
    """
    if case.kind == "report" or actor.organ.pk != case.holder_id or not may_read_content(actor, case):
        return False
    return case.officer_id == actor.staff.pk or actor.has("intake", "head")


def may_supervise(actor: Actor, case: Case) -> bool:
    """Tell whether the officer supervises the organ that answers for a case: its own, or one below (Art 40)."""
    seen = case.kind != "report" or actor.has("report_desk")
    above = actor.has("supervisor") and seen and case.holder.path.startswith(actor.organ.path)
    return above and not hides(case, actor)


def may_record_request(actor: Actor, case: Case, *, upper: Iterable[int] = ()) -> bool:
    """Tell whether the officer may write down a request for review or re-check that came on paper.

    At a window of the organs that answered, or of one of `upper`, the organs that may review: that one gets no right
    to read by it, only to record.
    """
    asked = actor.organ.pk in upper and not hides(case, actor)
    return actor.has(*RELAYERS) and (asked or may_read_content(actor, case))


def may_read_pressure(actor: Actor, case: Case) -> bool:
    """Tell whether the officer reads what a petitioner said of pressure to withdraw: supervisors of organs above the
    one it is about, never that organ.
    """
    return may_supervise(actor, case) and actor.organ.pk not in (case.holder_id, case.handled_by_id)


def may_answer_correction(actor: Actor, case: Case) -> bool:
    """Tell whether the officer checks what a petitioner asked to have corrected: the case's officer, or a window of the
    organ that answers for it. It opens what was asked for, never what holds now.
    """
    mine = actor.organ.pk == case.holder_id and may_read_content(actor, case)
    desk = "report_desk" if case.kind == "report" else "window"
    return mine and (case.officer_id == actor.staff.pk or actor.has(desk, "intake"))


def may_decide_wall(actor: Actor, case: Case) -> bool:
    """Tell whether the officer decides who is meant by words of the petitioner that name nobody: as `may_read_pressure`."""
    return may_read_pressure(actor, case)


def may_dispose(actor: Actor) -> bool:
    """Tell whether the officer looks after the end of keeping of any case."""
    return actor.has(*DISPOSERS, "report_desk")


def disposal_of(actor: Actor) -> Q:
    """Return the cases whose end of keeping this officer looks after, erased ones too: those the own organ answers for,
    for a supervisor those of the organs below as well. It gives no right to read.
    """
    mine = Q(holder_id=actor.organ.pk)
    if actor.has("supervisor"):
        mine |= Q(holder__path__startswith=actor.organ.path)
    kinds = (Q() if actor.has(*DISPOSERS) else Q(kind="report")) & _kinds(actor)
    return mine & kinds & clear_of(actor) if may_dispose(actor) else NOBODY


def check_may(actor: Actor, case: Case, event: str) -> None:
    """Raise NotYours unless this person's organ is the one to take this step, and the person the one it is for."""
    if event in REQUEST_EVENTS and may_record_request(actor, case):
        return
    if event in RELAYED_EVENTS and not actor.has(*RELAYERS):
        raise NotYours(
            "信访人本人的这一步由登记、分派人员代为录入。", article="", instead="请交给登记、分派的同事。"
        )
    if event in OVERSIGHT_EVENTS:
        if not may_supervise(actor, case):
            raise NotYours(
                "这一步由本机构或者上级机构的督查督办人员办理。", article="", instead="可以查看办理进度。"
            )
        return
    if event in NOTICE_EVENTS and actor.organ.pk != case.holder_id and owes_notice(actor, case):
        return
    if event in CODE_EVENTS and may_renew_code(actor, case):
        return
    if event in WALL_EVENTS and may_decide_wall(actor, case):
        return
    if not may_read_content(actor, case) or actor.organ.pk != organ_for(case, event):
        raise NotYours(
            "这一步由责任机构办理，您所在机构现在不能操作。", article="", instead="可以查看办理进度。"
        )
    if event in CORRECTION_EVENTS and not may_answer_correction(actor, case):
        raise NotYours("更正由登记人员或者本件的承办人核对。", article="", instead="请交给他们核对。")
    own = event in OFFICER_EVENTS or (event in OFFICER_OR_HEAD_EVENTS and not actor.has("head"))
    if own and case.officer_id != actor.staff.pk:
        raise NotYours(
            "这一步由承办人办理，您不是本件的承办人。", article="", instead="可以请负责分派的同事改派。"
        )
    if event in SIGNING_EVENTS and case.officer_id == actor.staff.pk:
        raise NotYours(
            "意见书不能由本件的承办人自己签发。", article="", instead="请由其他负责人签发，或者先改派承办人。"
        )


def owes_notice(actor: Actor, case: Case) -> bool:
    """Tell whether a notice of a step the officer's organ took is still owed: it stays that organ's when the case goes on.

    One query. It gives no right to read.
    """
    if hides(case, actor) or (case.kind == "report" and not actor.has("report_desk")):
        return False
    steps = Step.objects.filter(case_id=case.pk, organ_id=actor.organ.pk).values("seq")
    owed = Notice.objects.filter(case_id=case.pk, state=Notice.State.OWED, seq__in=steps)
    return actor.has(*CASE_ROLES) and owed.exists()


def organ_for(case: Case, event: str) -> int | None:
    """Return the id of the organ that takes this step: who was offered the case, who settles the dispute, else who
    answers for it."""
    if event in RECEIVER_EVENTS:
        return case.offered_to_id
    return case.arbiter_id if event in ARBITER_EVENTS else case.holder_id


def _of_organ(organ_id: int) -> Q:
    return (
        Q(holder_id=organ_id) | Q(handled_by_id=organ_id) | Q(offered_to_id=organ_id) | Q(arbiter_id=organ_id)
    )


def _kinds(actor: Actor) -> Q:
    return Q() if actor.has("report_desk") else ~Q(kind="report")
