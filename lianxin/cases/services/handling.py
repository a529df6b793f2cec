"""Accepting, assigning, working out and signing an opinion (Art 23, 28, 31-34)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case, Claim
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.approval import approved, check_post
from lianxin.cases.services.claims import OWN_ROUTE, goes_elsewhere, holes, outcomes
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.reviewing import check_not_repeated
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised, one_line
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.papers import PaperContent, missing_glyphs
from lianxin.procedure.errors import GuardFailed

RECUSAL = "信访工作条例 第二十八条"
OPINION = "信访工作条例 第三十二条"
NO_INTEREST = "承办人声明：与信访事项、信访人没有直接利害关系。"
LATER = "由本机构负责人另行分派"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one claim and what is to be said of it (Art 32); a promise has a date.

    For a claim that goes another way by law, `decision` holds the words by which the petitioner was told that way, and
    `basis` what they rest on; facts, outcome and promise stay empty (Art 31).
    """

    seq: int
    facts: str
    outcome: str
    decision: str
    basis: str
    promise: str = ""
    promise_on: date | None = None


def accept(loaded: Loaded, *, actor: Actor, key: str, when: Moment, approver: Staff | None = None) -> Case:
    """Return the case as accepted (受理), with the acceptance notice and the sixty days running.

    The head approves: either the officer holds that post, or the officer states that `approver`, who holds it, has
    approved; the step's facts say which ("own", "stated").
    Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "accept")
    parts: dict[str, object] = {
        "competent": True,
        "subroute": loaded.case.subroute or OWN_ROUTE,
        **approved(actor, "head", approver=approver, when=when, article="信访工作条例 第二十三条"),
    }
    paper = papers.acceptance_notice(loaded, organ=actor.organ, on=when.on)
    writing = Writing({"subroute": parts["subroute"], "handled_by": actor.organ}, papers=[paper])
    return perform(
        loaded, Request("accept", key, parts, role="intake"), actor=actor, when=when, writing=writing
    )


def assign(
    loaded: Loaded, *, actor: Actor, officer: Staff, no_interest: bool, key: str, when: Moment, note: str = ""
) -> Case:
    """Return the case as being handled by `officer`, who has declared to have no interest in it (回避, Art 28).

    Raises NotYours, GuardFailed for an officer without the post or once recused from this case, Refused, Stale.
    """
    check_may(actor, loaded.case, "assign")
    check_post(officer, "handler", actor.organ, when, article=RECUSAL)
    _check_not_recused(loaded, officer)
    parts = {"handler": officer.pk, "no_interest": no_interest}
    request = Request("assign", key, parts, note=normalised(note), role="intake")
    writing = Writing({"officer": officer}, papers=[_slip(loaded, actor, officer, when)])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def reassign(
    loaded: Loaded, *, actor: Actor, officer: Staff, no_interest: bool, key: str, when: Moment, note: str = ""
) -> Case:
    """Return the case with another officer (改派), who has declared to have no interest in it; clocks and state stay.

    Raises NotYours, GuardFailed for the officer who has it already, without the post or once recused, Refused, Stale.
    """
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "reassign")
    check_post(officer, "handler", actor.organ, when, article=RECUSAL)
    _check_not_recused(loaded, officer)
    if officer.pk == loaded.case.officer_id:
        raise GuardFailed(f"{officer.name}已经是本件的承办人", article=RECUSAL, instead="请另选承办人。")
    parts = {"handler": officer.pk, "no_interest": no_interest, "before": loaded.case.officer_id}
    role = "intake" if actor.has("intake") else "head"
    request = Request("reassign", key, parts, note=normalised(note), role=role)
    writing = Writing({"officer": officer}, papers=[_slip(loaded, actor, officer, when)])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def recuse(
    loaded: Loaded, *, actor: Actor, reasons: str, replacement: Staff | None, key: str, when: Moment
) -> Case:
    """Return the case as accepted and without an officer, who stands back for a direct interest (回避, Art 28(3)).

    The officer states it, or the head decides it. `replacement` is the handler proposed instead, or None; the
    assignment is an act of its own, and the recused officer cannot be given this case again. The sixty days run on.
    Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "recuse")
    case = loaded.case
    reasons = needed(reasons, "直接利害关系", article=RECUSAL)
    nameless(case, {"reasons": reasons})
    if replacement is not None:
        check_post(replacement, "handler", actor.organ, when, article=RECUSAL)
        _check_not_recused(loaded, replacement)
        if replacement.pk == case.officer_id:
            raise GuardFailed("接替人员不能是回避的人员", article=RECUSAL)
    given = {
        "person": case.officer.name if case.officer else "",
        "ground": reasons,
        "replacement": replacement.name if replacement else LATER,
    }
    paper = papers.letter(loaded, "recusal_decision", organ=actor.organ, on=when.on, given=given)
    parts = {
        "reasons": reasons,
        "person": case.officer_id,
        "replacement": replacement.pk if replacement else None,
    }
    request = Request("recuse", key, parts, role="head" if actor.has("head") else "handler")
    writing = Writing({"officer": None}, papers=[paper])
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def draft_opinion(
    loaded: Loaded,
    *,
    actor: Actor,
    findings: Sequence[Finding],
    heard: bool,
    verified: bool,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with its draft opinion (处理意见书稿), claim by claim, sent for signature. A claim with a hole stops it.

    After a remand the same facts with the same outcomes do not stand again (Art 35).
    Raises NotYours, GuardFailed, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "draft_opinion")
    claims = {claim.seq: claim for claim in Claim.objects.filter(case_id=loaded.case.pk)}
    rows = [_with_finding(claims[one.seq], one) for one in findings if one.seq in claims]
    _check_findings(claims.values(), rows, on=when.on)
    check_not_repeated(loaded, rows)
    nameless(
        loaded.case,
        {str(row.seq): f"{row.facts}\n{row.decision}\n{row.basis}\n{row.promise}" for row in rows},
    )
    rows.sort(key=lambda row: row.seq)
    fields = ["facts", "outcome", "decision", "basis", "promise", "promise_on"]
    written = [{"seq": row.seq, **{name: _plain(getattr(row, name)) for name in fields}} for row in rows]
    parts = {"petitioner_heard": heard, "facts_verified": verified, "claims": len(rows), "findings": written}

    def keep(seq: int) -> None:
        for row in rows:
            Claim.objects.filter(case_id=row.case_id, seq=row.seq).update(
                **{name: getattr(row, name) for name in fields}
            )

    given = {"claims": [papers.claim_part(loaded.book, row) for row in rows]}
    paper = papers.letter(loaded, "opinion_draft", organ=actor.organ, on=when.on, given=given)
    request = Request("draft_opinion", key, parts, role="handler")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper], also=keep))


def send_back(loaded: Loaded, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case as being handled again, with what the checker or the head found missing."""
    check_may(actor, loaded.case, "send_back")
    reasons = normalised(reasons)
    if not reasons:
        raise GuardFailed("请写明退回修改的理由", article="信访工作条例 第三十二条")
    role = "head" if actor.has("head") else "checker"
    paper = papers.letter(loaded, "check_note", organ=actor.organ, on=when.on, given={"missing": reasons})
    return perform(
        loaded,
        Request("send_back", key, {"reasons": reasons}, note=reasons, role=role),
        actor=actor,
        when=when,
        writing=Writing(papers=[paper]),
    )


def sign(loaded: Loaded, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case with its opinion (处理意见书) signed and issued; the sixty days stop.

    What each claim has come to is read from the claims and kept in the facts; a claim with a hole stops it (Art 32).
    Raises NotYours, GuardFailed, Refused, IncompletePaper (a mandatory content is missing), MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "sign_opinion")
    rows = list(Claim.objects.filter(case_id=loaded.case.pk).order_by("seq"))
    lacking = _lacking(rows)
    if loaded.case.state == "signoff" and lacking:
        raise GuardFailed("；".join(lacking), article=OPINION, instead="请退回承办人补齐。")
    paper = papers.opinion(loaded, organ=actor.organ, on=when.on, claims=rows)
    parts = {"content_complete": bool(rows) and not lacking, "outcomes": outcomes(rows)}
    request = Request("sign_opinion", key, parts, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def _check_findings(claims: Iterable[Claim], rows: Sequence[Claim], *, on: date) -> None:
    """Refuse an opinion that leaves a claim out or with a hole, promises a day that is past, or holds a character no
    font can print.
    """
    answered = {row.seq for row in rows}
    wrong = [f"第 {claim.seq} 项诉求没有答复" for claim in claims if claim.seq not in answered]
    wrong += _lacking(rows)
    for row in rows:
        if row.promise_on and row.promise_on < on:
            wrong.append(f"第 {row.seq} 项诉求缺少：今天（{on}）或者以后的完成日期")
    texts = "".join(row.facts + row.decision + row.basis + row.promise for row in rows)
    if strange := missing_glyphs(texts, "body"):
        wrong.append(f"有打印不出的字：{' '.join(strange)}，请换一种写法")
    if wrong:
        raise GuardFailed("；".join(wrong), article=OPINION, instead="请补充后再送审。")


def _lacking(rows: Iterable[Claim]) -> list[str]:
    """Return a sentence for each claim that has a hole."""
    return [f"第 {row.seq} 项诉求缺少：{'、'.join(missing)}" for row in rows if (missing := holes(row))]


def _check_not_recused(loaded: Loaded, officer: Staff) -> None:
    """Raise GuardFailed for an officer who has stood back from this case before."""
    if officer.pk in loaded.stood_back():
        raise GuardFailed(
            f"{officer.name}在本件中已经回避", article=RECUSAL, code="RECUSE", instead="请另选承办人。"
        )


def _slip(loaded: Loaded, actor: Actor, officer: Staff, when: Moment) -> PaperContent:
    given = {"handler": officer.name, "no_interest": NO_INTEREST}
    return papers.letter(loaded, "assignment_slip", organ=actor.organ, on=when.on, given=given)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _with_finding(claim: Claim, finding: Finding) -> Claim:
    told = goes_elsewhere(claim)
    claim.facts, claim.outcome = ("", "") if told else (normalised(finding.facts), finding.outcome)
    claim.decision, claim.basis = normalised(finding.decision), one_line(finding.basis)[:500]
    claim.promise, claim.promise_on = (
        ("", None) if told else (one_line(finding.promise)[:300], finding.promise_on)
    )
    return claim
