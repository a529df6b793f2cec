"""Linking two cases to each other and undoing it (关联): an act on both; nothing closes by it, each case is still answered.

What stands on one case never tells of the other: a step holds the kind and the reason alone, so that neither petitioner, nor an
officer who must not know of the other case, learns its number. The number stands in the link, and only who may follow the other
case sees it (`cases.links`).
"""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q, QuerySet

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.links import link
from lianxin.cases.models import Case, CaseNumber, Kind, Link
from lianxin.cases.policies import check_may, content_of
from lianxin.cases.services.acts import Request, Writing, perform
from lianxin.cases.services.approval import approved
from lianxin.cases.services.naming import nameless
from lianxin.cases.texts import plain_code
from lianxin.cases.walls import clear_of, has_walls
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.errors import GuardFailed

LINK, UNLINK = "link_case", "unlink_case"
KEY_LIMIT = 40
OTHER_SIDE = ":other"
MERGED = "merged"


def link_cases(
    loaded: Loaded,
    *,
    actor: Actor,
    number: str,
    kind: str,
    reasons: str,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the case as linked to the one numbered `number`, which bears the same step.

    To call a case a repeat takes a checker's consent, because a repeat is not evaluated a second time. Raises NotYours, Refused,
    GuardFailed for a number the officer may not read and for a pair linked already, Stale.
    """
    check_may(actor, loaded.case, LINK)
    case, article = loaded.case, loaded.book.steps[LINK][0].basis
    other = _other(actor, case, number, article=article)
    if key not in loaded.keys and _between(case, other).filter(kind=kind).exists():
        raise GuardFailed(
            "这两件已经这样关联", article=article, instead="要改关联方式的，请先解除原来的关联。"
        )
    consent: dict[str, object] = {}
    if kind == Link.Kind.REPEAT:
        consent = approved(actor, "checker", approver=approver, when=when, article=article)
        if not consent["approved_by_checker"]:
            raise GuardFailed("认定重复信访要审核人员同意", article=article, instead="请先请审核人员核对。")
    text = _told(case, other, reasons, article=article)
    request = Request(LINK, key, {"link_kind": kind, "reasons": text, **consent}, role=_role(actor))

    def both(seq: int) -> None:
        link(case, other, Link.Kind(kind), reason=text)
        perform(load(other), _of_other(request), actor=actor, when=when)

    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=both))


def unlink_cases(
    loaded: Loaded, *, actor: Actor, link_seq: int, reasons: str, key: str, when: Moment
) -> Case:
    """Return the case without one of its links; the link stays in the record with the day it was undone.

    Raises NotYours, Refused, GuardFailed for a link that is not there, whose other case the officer may not read, or by which
    one of the two was merged into the other, Stale.
    """
    check_may(actor, loaded.case, UNLINK)
    if key in loaded.keys:
        return loaded.case
    case, article = loaded.case, loaded.book.steps[UNLINK][0].basis
    row = _standing(actor, case).filter(seq=link_seq).first()
    other = _readable(actor).filter(pk=row.other_id).first() if row else None
    if row is None or other is None:
        raise GuardFailed("没有找到这个关联", article=article, instead="请刷新后再选。")
    if MERGED in (case.state, other.state) and row.kind == Link.Kind.REPEAT:
        raise GuardFailed(
            "已经并件，不能只解除关联", article=article, instead="先提出的那一件仍要对两次来信一并答复。"
        )
    text = _told(case, other, reasons, article=article)
    request = Request(UNLINK, key, {"link_kind": row.kind, "reasons": text}, role=_role(actor))

    def both(seq: int) -> None:
        _between(case, other).filter(kind=row.kind).update(undone_on=when.on)
        perform(load(other), _of_other(request), actor=actor, when=when)

    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=both))


def links_to_undo(actor: Actor, case: Case) -> list[tuple[Link, str]]:
    """Return the links of a case that stand, each with the number of the other case, as far as the officer may read that one."""
    rows = list(_standing(actor, case).order_by("seq"))
    numbers = dict(_readable(actor).filter(pk__in=[one.other_id for one in rows]).values_list("pk", "number"))
    return [(one, numbers[one.other_id]) for one in rows if one.other_id in numbers]


def _other(actor: Actor, case: Case, number: str, *, article: str) -> Case:
    """Return the other case, one the officer may read and the organ answers for, because it bears the step; a report is linked
    to reports alone (Art 30).
    """
    row = CaseNumber.objects.filter(number=plain_code(number)).first()
    found = _readable(actor).filter(pk=row.case_id if row else 0, holder_id=actor.organ.pk).first()
    if found is None or found.pk == case.pk or (found.kind == Kind.REPORT) != (case.kind == Kind.REPORT):
        raise GuardFailed(
            "没有找到本机构负责的这个编号的信访件",
            article=article,
            instead="请核对编号；两件都由本机构负责的才能关联。",
        )
    return found


def _readable(actor: Actor) -> QuerySet[Case]:
    rows = Case.objects.select_related("officer", "holder", "place").annotate(has_walls=has_walls())
    return rows.filter(content_of(actor))


def _standing(actor: Actor, case: Case) -> QuerySet[Link]:
    """Return the links of a case that stand, but those to a case hidden from the officer: they cost what a missing one costs."""
    return Link.objects.filter(clear_of(actor, "other_id"), case_id=case.pk, undone_on=None)


def _between(case: Case, other: Case) -> QuerySet[Link]:
    one, two = Q(case_id=case.pk, other_id=other.pk), Q(case_id=other.pk, other_id=case.pk)
    return Link.objects.filter(one | two, undone_on=None)


def _told(case: Case, other: Case, reasons: str, *, article: str) -> str:
    """Return the reason as both cases bear it: no identity of either party, and neither number."""
    text = str(nameless(other, nameless(case, {"reasons": reasons}))["reasons"])
    if any(one.number in plain_code(text) for one in (case, other)):
        raise GuardFailed(
            "理由里不要写编号", article=article, instead="理由两件的信访人都能看到；编号在上面填写。"
        )
    return text


def _of_other(request: Request) -> Request:
    return replace(request, key=request.key[: KEY_LIMIT - len(OTHER_SIDE)] + OTHER_SIDE)


def _role(actor: Actor) -> str:
    return next(
        role
        for role in ("intake", "handler", "window", "head", "report_desk", *sorted(actor.roles))
        if actor.has(role)
    )
