"""Serving an opinion and proving it (送达): without proof no window for review begins (Art 35)."""

from __future__ import annotations

from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import SYSTEM, Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.texts import one_line
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed

RECEIVERS = {"": "信访人本人", "family": "同住成年家属", "agent": "代理人", "unit": "所在单位负责收件的人"}
"""Who signed for a paper; a relation, never a name: names are in the vault alone."""
METHODS = {"in_person": "直接送达", "post": "邮寄送达", "electronic": "电子送达", "other": "其他方式"}


def serve(
    loaded: Loaded,
    *,
    actor: Actor,
    method: str,
    served_on: date,
    proof: str,
    receiver: str,
    refused: bool,
    witness: str,
    key: str,
    when: Moment,
) -> Case:
    """Return the case as answered, with the proof of service (送达回证) and the thirty days for review running.

    `served_on` is the day the petitioner received it; `proof` says what shows it (signature, post number, read
    receipt); `receiver` is a key of `RECEIVERS`; a refusal needs a witness. Raises NotYours, Refused, IncompletePaper, Stale.
    """
    check_may(actor, loaded.case, "serve")
    proof, witness = one_line(proof), one_line(witness)
    issued_on = max(
        (act.on for act in loaded.acts if act.event == "sign_opinion"), default=loaded.case.received_on
    )
    if not issued_on <= served_on <= when.on:
        raise GuardFailed(
            f"送达日期应当在意见书出具日（{issued_on}）和今天（{when.on}）之间",
            article="信访工作条例 第三十五条",
        )
    if refused and not witness:
        raise GuardFailed("收件人拒收的，请写明见证人", article="民事诉讼法 第八十九条（参照）")
    if method not in METHODS or receiver not in RECEIVERS:
        raise GuardFailed("请选择送达方式和签收人", article="信访工作条例 第三十五条")
    nameless(loaded.case, {"proof": proof, "witness": witness})
    parts = {"proof_of_service": bool(proof), "method": method, "refused": refused}
    service = {
        "method": METHODS[method],
        "served_on": served_on,
        "proof": proof,
        "receiver": f"{RECEIVERS[receiver]}代收" if receiver else "",
        "refused": refused,
        "witness": witness,
    }
    paper = papers.proof_of_service(loaded, organ=actor.organ, on=when.on, service=service)
    request = Request("serve", key, parts, role="window" if actor.has("window") else "handler")
    return perform(
        loaded,
        request,
        actor=actor,
        when=Moment(served_on, when.at),
        writing=Writing(papers=[paper]),
    )


def lapse(loaded: Loaded, *, when: Moment) -> Case:
    """Return the case as closed because nobody asked for review in the window. The system's own step."""
    request = Request("window_end", f"window_end.{loaded.case.steps}", {}, role=SYSTEM)
    word = "复核" if loaded.case.state == "review_served" else "复查"
    refused = _request_refused(loaded)
    why = f"请求{word}的期限已经届满，" + (
        f"您提出的{word}申请没有被受理，以后没有收到新的{word}请求。" if refused else f"没有收到{word}请求。"
    )
    writing = Writing(papers=lambda: [papers.closing_notice(loaded, why=why, when=when)])
    return perform(loaded, request, actor=None, when=when, writing=writing)


def _request_refused(loaded: Loaded) -> bool:
    """Tell whether a review of the answer served last was asked for and not taken on."""
    last = loaded.latest("serve", "refuse_review")
    return last is not None and last.event == "refuse_review"
