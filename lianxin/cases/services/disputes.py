"""Disputes over who is competent (Art 24): reported to the common upper organ, decided by it or by the joint conference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lianxin.cases.models import Case, Step
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised
from lianxin.cases.walls import clear_of, clear_organs
from lianxin.ledger import face
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind
from lianxin.organs.selectors import in_force, path_ids, receivers
from lianxin.procedure.acts import Facts
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十四条"
TAKES_PART = frozenset({OrganKind.CIVIL_AFFAIRS, OrganKind.GOVERNMENT})


def objection(loaded: Loaded) -> Facts:
    """Return what the receiver stated when it objected last, {} where it never did."""
    said = loaded.latest("object")
    return said.facts if said else {}


def arbiters(case: Case, *, on: date) -> list[Organ]:
    """Return the organs above both the sender and the receiver of a case, nearest first; [] leaves the joint conference.

    Neither of the two is its own arbiter, so a referral down the line goes to the organ above the sender. One query.
    """
    if case.offered_to is None:
        return []
    sender, receiver = path_ids(case.holder.path), path_ids(case.offered_to.path)
    shared = [one for one, other in zip(sender, receiver, strict=False) if one == other]
    above = [one for one in shared if one not in (case.holder_id, case.offered_to_id)]
    found = {
        organ.pk: organ for organ in Organ.objects.filter(in_force(on), pk__in=above, kind__in=TAKES_PART)
    }
    return clear_organs(case, [found[one] for one in reversed(above) if one in found], on=on)


def escalate_dispute(
    loaded: Loaded,
    *,
    actor: Actor,
    arbiter: Organ | None,
    reasons: str,
    key: str,
    when: Moment,
    others: Sequence[str] = (),
) -> Case:
    """Return the case as disputed, reported (受理争议报告) to `arbiter`, an organ above both sides, or None.

    None stands where no organ is above both: then the sender's own head records what the joint conference decides.
    `others` name further organs that deny competence. Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "escalate_dispute")
    case = loaded.case
    reasons = needed(reasons, "本机构认为没有处理权限的理由", article=ARTICLE)
    further = [needed(name, "机关名称", article=ARTICLE, line=True) for name in others if normalised(name)]
    nameless(case, {"reasons": reasons, "others": "\n".join(further)})
    possible = arbiters(case, on=when.on)
    if arbiter is None and possible:
        raise GuardFailed(
            f"双方有共同的上级机关，请报{possible[0].name}协调",
            article=ARTICLE,
            instead="没有共同上级机关的，才由联席会议协调。",
        )
    if arbiter is not None and arbiter.pk not in {organ.pk for organ in possible}:
        raise GuardFailed(
            f"{arbiter.name}不是双方共同的上级机关", article=ARTICLE, instead="请在名单中选择。"
        )
    receiver = case.offered_to
    said = objection(loaded)
    names = [case.holder.name, *([receiver.name] if receiver else []), *further]
    why = [f"{case.holder.name}：{reasons}"]
    if receiver:
        why.append(f"{receiver.name}：{said.get('reasons', '')}")
    paper = papers.letter(
        loaded,
        "dispute_report",
        organ=actor.organ,
        on=when.on,
        given={"organs": names, "reasons": why},
    )
    parts = {
        "denying_organs": [case.holder.code, *([receiver.code] if receiver else []), *further],
        "arbiter": arbiter.code if arbiter else "",
        "joint_conference": arbiter is None,
        "reasons": reasons,
    }
    writing = Writing({"arbiter": arbiter or case.holder}, papers=[paper])
    request = Request("escalate_dispute", key, parts, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=writing)


def decided_before(actor: Actor, case_id: int, key: str) -> bool:
    """Tell whether this officer has designated an organ with this key: afterwards the case is no longer the arbiter's."""
    face.name(case_id)
    steps = Step.objects.filter(clear_of(actor, "case_id"), case_id=case_id, key=key, event="decide_organ")
    return steps.filter(staff=actor.staff).exists()


def by_conference(loaded: Loaded) -> bool:
    """Tell whether a disputed case waits for the joint conference, its sender only recording the result."""
    last = loaded.latest("escalate_dispute")
    return last is not None and last.facts.get("joint_conference") is True


def candidates(loaded: Loaded, *, on: date) -> list[Organ]:
    """Return the organs that may be designated: the two sides, and what lies below the arbiter."""
    case = loaded.case
    sides = [organ for organ in (case.offered_to, case.holder) if organ is not None]
    below = receivers(case.arbiter, on=on) if case.arbiter else Organ.objects.none()
    known = {organ.pk for organ in sides}
    return clear_organs(case, [*sides, *(organ for organ in below if organ.pk not in known)], on=on)


def decide_organ(
    loaded: Loaded,
    *,
    actor: Actor,
    target: Organ,
    reason: str,
    key: str,
    when: Moment,
) -> Case:
    """Return the case as offered to the organ that was designated (指定受理通知); its fifteen days begin anew.

    The arbiter's head decides; for the joint conference `reason` is its recorded result. The petitioner is to be told
    where the case went (去向告知书, issued with the act). Raises NotYours, GuardFailed, Stale.
    """
    check_may(actor, loaded.case, "decide_organ")
    conference = by_conference(loaded)
    reason = needed(reason, "联席会议协调结果" if conference else "指定的理由", article=ARTICLE)
    nameless(loaded.case, {"reason": reason})
    if target.pk not in {organ.pk for organ in candidates(loaded, on=when.on)}:
        raise GuardFailed(f"不能指定{target.name}", article=ARTICLE, instead="请在名单中选择。")
    notice_due = deadline(loaded.book, "REF_NOTICE", when.on, calendar=load_calendar()).legal
    designation = papers.letter(
        loaded,
        "designation_notice",
        organ=actor.organ,
        on=when.on,
        given={"designated_organ": target.name, "reason": reason},
    )
    referral = papers.letter(
        loaded,
        "referral_notice",
        organ=actor.organ,
        on=when.on,
        given={
            "receiver": target.name,
            "referred_on": when.on.isoformat(),
            "notice_due_on": notice_due.isoformat(),
        },
        place=2,
    )
    parts = {
        "target_organ": target.code,
        "target_name": target.name,
        "reason": reason,
        **({"joint_conference_result": reason} if conference else {}),
    }
    writing = Writing({"offered_to": target, "arbiter": None}, papers=[designation, referral])
    request = Request("decide_organ", key, parts, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=writing)
