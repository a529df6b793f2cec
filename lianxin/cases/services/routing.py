"""Who is to handle a case: the proposal, and the handshake by which it goes from one organ to another (Art 23).

The sender answers for a referred case until the receiver has taken it.
"""

from __future__ import annotations

from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.papers import letter
from lianxin.cases.texts import normalised
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, Region
from lianxin.organs.selectors import ladder
from lianxin.papers import PaperContent
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.routing import OrganRef, Proposal
from lianxin.procedure.routing import propose as propose_by_book

ARTICLE = "信访工作条例 第二十三条"
SENDING = frozenset({"refer_down", "decide_organ", "reject_objection"})
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
        "sender": actor.organ.code,
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
    writing = Writing({"offered_to": target}, papers=_referral(loaded, actor.organ, target, when))
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def _referral(loaded: Loaded, sender: Organ, target: Organ, when: Moment) -> list[PaperContent]:
    """Return the letter to the receiver (转送函) and the notice to the petitioner where it went (去向告知书)."""
    own = {
        "receiver": target.name,
        "attachments": "信访件登记内容和全部材料",
        "rule_15_days": f"请自收到之日起{loaded.book.clocks['REF_NOTICE'].length}日内书面告知信访人是否受理。",
        "rule_5_working_days": _objecting(loaded),
    }
    due = deadline(loaded.book, "REF_NOTICE", when.on, calendar=load_calendar()).legal
    told = {
        "receiver": target.name,
        "referred_on": when.on.isoformat(),
        "notice_due_on": due.isoformat(),
    }
    return [
        letter(loaded, "referral_letter", organ=sender, on=when.on, given=own),
        letter(loaded, "referral_notice", organ=sender, on=when.on, given=told, place=2),
    ]


def _objecting(loaded: Loaded) -> str:
    rule = loaded.book.clocks.get("OBJECTION")
    if rule is None:
        return "认为不属于本机关职权的，请与转送单位协商。"
    return f"认为不属于本机关职权的，请自收到之日起{rule.length}个工作日内提出异议并详细说明理由。"


def take(loaded: Loaded, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case as taken by the organ it was offered to: it answers from now on, and identities are sealed to it."""
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "take")
    changes = {"holder": actor.organ, "offered_to": None, "officer": None}
    given = {"sender": loaded.case.holder.name, "received_on": when.on.isoformat()}
    paper = letter(loaded, "transfer_receipt", organ=actor.organ, on=when.on, given=given)
    request = Request("take", key, {"receiver": True, "by_organ": actor.organ.code}, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(changes, papers=[paper]))


def object_to(
    loaded: Loaded, *, actor: Actor, reasons: str, believed: str, key: str, when: Moment, basis: str = ""
) -> Case:
    """Return the case with the receiver's objection (异议): reasons, basis and the organ believed competent, within five
    working days. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale."""
    check_may(actor, loaded.case, "object")
    parts = {
        "reasons": normalised(reasons),
        "believed": normalised(believed),
        "by_organ": actor.organ.code,
    }
    sent = max((act.on for act in loaded.acts if act.event in SENDING), default=when.on)
    given = nameless(
        loaded.case,
        {
            "received_on": sent.isoformat(),
            "filed_on": when.on.isoformat(),
            "reason": parts["reasons"],
            "legal_basis": normalised(basis) or ARTICLE,
            "competent_organ": parts["believed"],
        },
    )

    def letters() -> list[PaperContent]:
        return [letter(loaded, "objection_letter", organ=actor.organ, on=when.on, given=given)]

    request = Request("object", key, parts, note=parts["reasons"], role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=letters))


def agree_objection(loaded: Loaded, *, actor: Actor, key: str, when: Moment, note: str = "") -> Case:
    """Return the case as back with its sender, who agrees; the petitioner need not file again."""
    check_may(actor, loaded.case, "agree_objection")
    given = {
        "materials": "随转送函转来的全部材料",
        "reason": normalised(note) or "经核实，同意接收单位的异议。",
    }
    paper = letter(loaded, "return_letter", organ=actor.organ, on=when.on, given=nameless(loaded.case, given))
    request = Request(
        "agree_objection",
        key,
        {"checked": True, "by_organ": actor.organ.code},
        note=normalised(note),
        role="intake",
    )
    writing = Writing({"offered_to": None}, papers=[paper])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def reject_objection(loaded: Loaded, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case as still offered: the sender does not agree, with reasons; the receiver's clock runs on."""
    check_may(actor, loaded.case, "reject_objection")
    parts = {"reasons": normalised(reasons), "by_organ": actor.organ.code}
    given = nameless(loaded.case, {"agreed": "不同意", "reason": parts["reasons"]})

    def letters() -> list[PaperContent]:
        return [letter(loaded, "objection_answer", organ=actor.organ, on=when.on, given=given)]

    request = Request("reject_objection", key, parts, note=parts["reasons"], role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=letters))
