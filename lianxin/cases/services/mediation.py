"""Mediation and settlement (Art 33): both sides agree of their own will, the agreement is written, the period runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.approval import approved, other_post
from lianxin.cases.services.extending import period
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第三十三条"
POSTS = ("checker", "mediator")
"""The posts a settlement needs."""


@dataclass(frozen=True, slots=True)
class Consents:
    """Who is at the table beside the petitioner (an organ or a unit, never a person's name), and what each side said."""

    other_party: str
    petitioner: bool
    other: bool
    how: str

    def facts(self) -> dict[str, object]:
        """Return the statements the guard judges, each its own."""
        return {"petitioner_consent": self.petitioner, "other_consent": self.other}


@dataclass(frozen=True, slots=True)
class Duty:
    """What one side will do by which day."""

    what: str
    on: date


def start_mediation(loaded: Loaded, *, actor: Actor, consents: Consents, key: str, when: Moment) -> Case:
    """Return the case under mediation, with the consent of both sides on paper (调解同意书); no clock stops.

    Raises NotYours, GuardFailed (MEDIATION_NO_CONSENT where a side has not agreed), Stale.
    """
    check_may(actor, loaded.case, "start_mediation")
    parties, how = _table(loaded, consents)
    running = period(loaded)
    last = f"，最后一日为{running.deadline.legal.isoformat()}" if running else ""
    given = {
        "parties": parties,
        "consent": how,
        "clock_runs_on": f"调解期间办理期限继续计算{last}；调解不成的，继续办理并作出处理意见。",
    }
    paper = papers.letter(loaded, "mediation_consent", organ=actor.organ, on=when.on, given=given)
    request = Request("start_mediation", key, consents.facts(), role="mediator")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def agree_settlement(
    loaded: Loaded,
    *,
    actor: Actor,
    consents: Consents,
    duties: Sequence[Duty],
    signatures: str,
    signed: bool,
    lawful: bool,
    within_discretion: bool,
    approver: Staff | None,
    key: str,
    when: Moment,
) -> Case:
    """Return the case as closed by a signed agreement (调解协议书、和解协议书) with its duties and their days; the period stops.

    Mediator and checker act together: `approver` is the other one where the officer holds one of the posts only. The
    thirty days for the court's confirmation are a hint, for agreements before a people's mediation committee.
    Raises NotYours, GuardFailed (consent, signature, law, a duty without its day), Stale.
    """
    check_may(actor, loaded.case, "agree_settlement")
    parties, how = _table(loaded, consents)
    signatures = needed(signatures, "签名情况", article=ARTICLE)
    if not duties:
        raise GuardFailed("请写明义务和履行日期", article=ARTICLE)
    if late := [duty for duty in duties if duty.on < when.on]:
        raise GuardFailed(f"履行日期 {late[0].on} 已经过去，请写今天或者以后的日期", article=ARTICLE)
    lines = [
        f"{n}．{needed(duty.what, '义务', article=ARTICLE)}（{duty.on.isoformat()}前履行）"
        for n, duty in enumerate(duties, start=1)
    ]
    nameless(loaded.case, {"duties": "\n".join(lines), "signatures": signatures})
    parts = {
        **consents.facts(),
        "signed": signed,
        "lawful": lawful,
        "within_discretion": within_discretion,
        "duties": len(lines),
        "last_duty_on": max(duty.on for duty in duties).isoformat(),
        **_agreed(actor, approver, when),
    }
    given = {"parties": parties, "consent": how, "duties": lines, "signatures": signatures}
    paper = papers.letter(loaded, "mediation_agreement", organ=actor.organ, on=when.on, given=given)
    role = "mediator" if actor.has("mediator") else "checker"
    request = Request("agree_settlement", key, parts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def _agreed(actor: Actor, approver: Staff | None, when: Moment) -> dict[str, object]:
    role = other_post(actor, *POSTS)
    return approved(actor, role, approver=approver, when=when, article=ARTICLE) if role else {}


def _table(loaded: Loaded, consents: Consents) -> tuple[list[str], str]:
    """Return both sides, the petitioner sealed, and how they agreed, in their stored form."""
    other = needed(consents.other_party, "对方", article=ARTICLE, line=True)
    how = needed(consents.how, "双方怎样表示同意", article=ARTICLE)
    nameless(loaded.case, {"other": other, "how": how})
    petitioner = papers.UNNAMED if loaded.case.anonymous else papers.SEALED_NAME
    return [f"信访人：{petitioner}", f"对方：{other}"], how
