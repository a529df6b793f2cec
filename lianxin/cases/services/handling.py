"""Accepting, assigning, working out and signing an opinion (Art 23, 28, 31-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case, Claim, Outcome
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.texts import normalised, one_line
from lianxin.organs.actors import Actor
from lianxin.organs.models import Post, Staff
from lianxin.papers import missing_glyphs
from lianxin.procedure.errors import GuardFailed

OWN_ROUTE = "31.6"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one claim and what is to be said of it (Art 32); a promise has a date."""

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
    head = approver or (actor.staff if actor.has("head") else None)
    if approver is not None:
        _check_post(approver, "head", actor, when, "批准受理的应当是本机构负责人")
    parts = {
        "competent": True,
        "subroute": loaded.case.subroute or OWN_ROUTE,
        "approved_by_head": head is not None,
        "approver": head.pk if head else None,
        "approval": "stated" if approver else "own",
    }
    paper = papers.acceptance_notice(loaded, organ=actor.organ, on=when.on)
    writing = Writing({"subroute": parts["subroute"]}, papers=[paper])
    return perform(
        loaded, Request("accept", key, parts, role="intake"), actor=actor, when=when, writing=writing
    )


def assign(
    loaded: Loaded, *, actor: Actor, officer: Staff, no_interest: bool, key: str, when: Moment, note: str = ""
) -> Case:
    """Return the case as being handled by `officer`, who has declared to have no interest in it (回避, Art 28)."""
    check_may(actor, loaded.case, "assign")
    _check_post(officer, "handler", actor, when, "承办人应当是本机构的承办人员")
    parts = {"handler": officer.pk, "no_interest": no_interest}
    request = Request("assign", key, parts, note=normalised(note), role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing({"officer": officer}))


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
    """Return the case with its draft opinion, claim by claim, sent for signature. A claim with a hole stops it."""
    check_may(actor, loaded.case, "draft_opinion")
    claims = {claim.seq: claim for claim in Claim.objects.filter(case_id=loaded.case.pk)}
    _check_findings(claims, findings, on=when.on)
    rows = [_with_finding(claims[finding.seq], finding) for finding in findings]
    fields = ["facts", "outcome", "decision", "basis", "promise", "promise_on"]
    written = [{"seq": row.seq, **{name: _plain(getattr(row, name)) for name in fields}} for row in rows]
    parts = {"petitioner_heard": heard, "facts_verified": verified, "claims": len(rows), "findings": written}

    def keep(seq: int) -> None:
        for row in rows:
            Claim.objects.filter(case_id=row.case_id, seq=row.seq).update(
                **{name: getattr(row, name) for name in fields}
            )

    request = Request("draft_opinion", key, parts, role="handler")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=keep))


def send_back(loaded: Loaded, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case as being handled again, with what the checker or the head found missing."""
    check_may(actor, loaded.case, "send_back")
    reasons = normalised(reasons)
    if not reasons:
        raise GuardFailed("请写明退回修改的理由", article="信访工作条例 第三十二条")
    role = "head" if actor.has("head") else "checker"
    return perform(
        loaded,
        Request("send_back", key, {"reasons": reasons}, note=reasons, role=role),
        actor=actor,
        when=when,
    )


def sign(loaded: Loaded, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case with its opinion (处理意见书) signed and issued; the sixty days stop.

    Raises NotYours, Refused, IncompletePaper (a mandatory content is missing), MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "sign_opinion")
    paper = papers.opinion(loaded, organ=actor.organ, on=when.on)
    request = Request("sign_opinion", key, {"content_complete": True}, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def _check_post(staff: Staff, role: str, actor: Actor, when: Moment, sentence: str) -> None:
    if not Post.objects.held_on(when.on).filter(staff=staff, organ=actor.organ, role=role).exists():
        raise GuardFailed(sentence, article="信访工作条例 第二十八条", instead="请在名单中选择。")


def _check_findings(claims: dict[int, Claim], findings: Sequence[Finding], *, on: date) -> None:
    """Refuse an opinion that leaves a claim without facts, outcome, decision or basis, promises a day that is past,
    or holds a character no font can print.
    """
    holes = []
    given = {finding.seq: finding for finding in findings}
    for seq in sorted(claims):
        finding = given.get(seq)
        missing = [
            label
            for label, value in (
                ("查明的事实和理由", finding and one_line(finding.facts)),
                ("处理结果", finding and finding.outcome in Outcome.values),
                ("处理意见", finding and one_line(finding.decision)),
                ("法律政策依据", finding and one_line(finding.basis)),
            )
            if not value
        ]
        if finding and finding.outcome == Outcome.SUPPORT and not one_line(finding.promise):
            missing.append("办理措施（承诺事项）和完成日期")
        elif finding and bool(one_line(finding.promise)) != (finding.promise_on is not None):
            missing.append("承诺事项和完成日期（两项要么都写，要么都不写）")
        if finding and finding.promise_on and finding.promise_on < on:
            missing.append(f"今天（{on}）或者以后的完成日期")
        if missing:
            holes.append(f"第 {seq} 项诉求缺少：{'、'.join(missing)}")
    texts = "".join(one.facts + one.decision + one.basis + one.promise for one in findings)
    if strange := missing_glyphs(normalised(texts), "body"):
        holes.append(f"有打印不出的字：{' '.join(strange)}，请换一种写法")
    if holes:
        raise GuardFailed("；".join(holes), article="信访工作条例 第三十二条", instead="请补充后再送审。")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _with_finding(claim: Claim, finding: Finding) -> Claim:
    claim.facts, claim.outcome = normalised(finding.facts), finding.outcome
    claim.decision, claim.basis = normalised(finding.decision), one_line(finding.basis)[:500]
    claim.promise, claim.promise_on = one_line(finding.promise)[:300], finding.promise_on
    return claim
