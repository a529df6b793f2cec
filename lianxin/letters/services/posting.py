"""Papers that go out by post (交寄): the number, the day, and what became of it. A result proves nothing by itself: it feeds
the service of an opinion and the telling of a notice, which are acts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from lianxin.cases.models import Case, Paper
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.texts import one_line, plain_code
from lianxin.letters.models import Posting
from lianxin.organs.actors import Actor
from lianxin.procedure.engine import Act
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十三条第二款"
SERVICES = {"registered": "挂号信", "express": "特快专递", "court": "法院专递、机要"}
OUTCOMES = {"delivered": "已妥投", "returned": "退回", "lost": "丢失、查无下落"}
NUMBER = re.compile(r"[A-Z0-9]{8,20}")
ROLES = ("window", "intake", "handler")


def read_number(typed: str) -> str:
    """Return a post number in its stored form, "" for what is none: 8 to 20 letters and digits."""
    text = plain_code(typed)
    return text if NUMBER.fullmatch(text) else ""


def post(
    loaded: Loaded,
    *,
    actor: Actor,
    paper: Paper,
    service: str,
    post_no: str,
    posted_on: date,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with a paper given to the post; the posting waits for its result.

    Raises NotYours, GuardFailed for a bad number or day, Refused (a number used before), Stale.
    """
    check_may(actor, loaded.case, "post_paper")
    number = read_number(post_no)
    if not number:
        raise GuardFailed("邮件编号不对", article=ARTICLE, instead="请照收据填写 8 至 20 位字母和数字。")
    if service not in SERVICES:
        raise GuardFailed("请选择邮寄方式", article=ARTICLE)
    issued_on = loaded.acts[paper.step - 1].on
    if not issued_on <= posted_on <= when.on:
        raise GuardFailed(
            f"交寄日期应当在文书出具之日（{issued_on}）和今天（{when.on}）之间", article=ARTICLE
        )
    parts: dict[str, object] = {
        "paper": paper.seq,
        "kind": paper.kind,
        "service": service,
        "post_no": number,
        "posted_on": posted_on.isoformat(),
    }

    def keep(seq: int) -> None:
        Posting(
            organ=actor.organ,
            case_id=loaded.case.pk,
            seq=seq,
            number=loaded.case.number,
            paper=paper.seq,
            paper_kind=paper.kind,
            post_no=number,
            service=service,
            posted_on=posted_on,
        ).save(force_insert=True)

    request = Request("post_paper", key, parts, role=_role(actor))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=keep))


def settle(
    loaded: Loaded,
    *,
    actor: Actor,
    post_no: str,
    outcome: str,
    on: date,
    reason: str,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with what became of a posting: delivered, returned with the reason on the envelope, or lost.

    Raises NotYours, GuardFailed, Refused (nothing of that number waits), Stale.
    """
    check_may(actor, loaded.case, "post_result")
    reason = one_line(reason)
    posted = next((act for act in waiting(loaded.acts) if act.facts.get("post_no") == post_no), None)
    first = date.fromisoformat(str(posted.facts["posted_on"])) if posted else loaded.case.received_on
    if outcome not in OUTCOMES:
        raise GuardFailed("请选择投递结果", article=ARTICLE)
    if not first <= on <= when.on:
        raise GuardFailed(f"结果的日期应当在交寄之日（{first}）和今天（{when.on}）之间", article=ARTICLE)
    if outcome == "returned" and not reason:
        raise GuardFailed("退回的，请写明信封上的退回原因", article=ARTICLE)
    nameless(loaded.case, {"reason": reason}, fields=("name", "id_number", "phone", "address"))
    parts: dict[str, object] = {
        "post_no": post_no,
        "result": outcome,
        "result_on": on.isoformat(),
        "reason": reason,
    }
    if posted is not None:
        parts |= {name: posted.facts.get(name) for name in ("paper", "kind", "service")}

    def keep(seq: int) -> None:
        rows = Posting.objects.filter(case_id=loaded.case.pk, post_no=post_no, outcome="")
        rows.update(outcome=outcome, outcome_on=on)

    request = Request("post_result", key, parts, role=_role(actor))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=keep))


def waiting(acts: Sequence[Act]) -> list[Act]:
    """Return the postings of a case of which no result is known, oldest first."""
    known = {act.facts.get("post_no") for act in acts if act.event == "post_result"}
    return [act for act in acts if act.event == "post_paper" and act.facts.get("post_no") not in known]


def proved(acts: Sequence[Act]) -> Act | None:
    """Return the delivery of the opinion issued last, which proves its service, None where the post has not brought it."""
    last = max((n for n, act in enumerate(acts) if act.event == "sign_opinion"), default=len(acts))
    found = [
        act
        for act in acts[last:]
        if act.event == "post_result"
        and act.facts.get("result") == "delivered"
        and act.facts.get("kind") == "opinion"
    ]
    return found[-1] if found else None


def _role(actor: Actor) -> str:
    return next((role for role in ROLES if actor.has(role)), "")
