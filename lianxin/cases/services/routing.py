"""Who is to handle a case: the proposal, and the handshake by which it goes from one organ to another (Art 23).

The sender answers for a referred case until the receiver has taken it.
"""

from __future__ import annotations

from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.texts import normalised
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, Region
from lianxin.organs.selectors import ladder
from lianxin.petitioners import vault
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.routing import OrganRef, Proposal
from lianxin.procedure.routing import propose as propose_by_book

ARTICLE = "信访工作条例 第二十三条"
INSIDE = frozenset({OrganKind.DEPARTMENT, OrganKind.AFFILIATED})


def propose(*, rulebook: str, category: str, kind: str, place: Region, on: date) -> Proposal:
    """Return the competent organ and the statutory route for a matter, with the reasons a clerk can read.

    Place of the matter, category and day decide; a person may choose otherwise. One query.
    """
    organs = tuple(
        OrganRef(
            code=organ.code,
            name=organ.name,
            level=organ.level,
            kind=organ.kind,
            region_name=organ.region.full_name,
        )
        for organ in ladder(place, on=on)
    )
    return propose_by_book(load_book(rulebook), category, on, ladder=organs, intent=kind)


def refer(
    loaded: Loaded,
    *,
    actor: Actor,
    target: Organ,
    key: str,
    when: Moment,
    reason: str = "",
    proposed: str = "",
) -> Case:
    """Return the case as offered to `target` (转送), an organ below or a part of the own organ.

    Where the proposal was another organ, a reason is needed. The notice that tells the petitioner where it went is
    owed with the act, and the public page shows it at once.

    Raises NotYours, Refused, Stale.
    """
    check_may(actor, loaded.case, "refer_down")
    reason = normalised(reason)
    if proposed and proposed != target.code and not reason:
        raise GuardFailed(
            "您选择的机构与系统建议的不同，请写明理由", article=ARTICLE, instead="也可以改为系统建议的机构。"
        )
    if target.pk == actor.organ.pk:
        raise GuardFailed("不能转送给本机构", article=ARTICLE, instead="属于本机构的事项请直接受理。")
    parts = {
        "target_organ": target.code,
        "target_name": target.name,
        "target_rank": target.rank,
        "target_level": target.level,
        "own_level": actor.organ.level,
        "inside": target.path.startswith(actor.organ.path) and target.kind in INSIDE,
        "petitioner_told": True,
        "told_by": "referral_notice",
        "proposed": proposed,
        "reason": reason,
    }
    request = Request("refer_down", key, parts, note=reason, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing({"offered_to": target}))


def take(loaded: Loaded, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case as taken by the organ it was offered to: it answers from now on, and identities are sealed to it."""
    check_may(actor, loaded.case, "take")
    case = loaded.case
    changes = {"holder": actor.organ, "offered_to": None, "officer": None}
    writing = Writing(changes, also=lambda seq: vault.reseal(case_id=case.pk, organ_id=actor.organ.pk))
    return perform(
        loaded,
        Request("take", key, {"receiver": True}, role="intake"),
        actor=actor,
        when=when,
        writing=writing,
    )


def object_to(loaded: Loaded, *, actor: Actor, reasons: str, believed: str, key: str, when: Moment) -> Case:
    """Return the case with the receiver's objection (异议): reasons and the organ believed competent, within five working days."""
    check_may(actor, loaded.case, "object")
    parts = {"reasons": normalised(reasons), "believed": normalised(believed)}
    return perform(
        loaded, Request("object", key, parts, note=parts["reasons"], role="head"), actor=actor, when=when
    )


def agree_objection(loaded: Loaded, *, actor: Actor, key: str, when: Moment, note: str = "") -> Case:
    """Return the case as back with its sender, who agrees; the petitioner need not file again."""
    check_may(actor, loaded.case, "agree_objection")
    request = Request("agree_objection", key, {"checked": True}, note=normalised(note), role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing({"offered_to": None}))


def reject_objection(loaded: Loaded, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case as still offered: the sender does not agree, with reasons; the receiver's clock runs on."""
    check_may(actor, loaded.case, "reject_objection")
    parts = {"reasons": normalised(reasons)}
    return perform(
        loaded,
        Request("reject_objection", key, parts, note=parts["reasons"], role="head"),
        actor=actor,
        when=when,
    )
