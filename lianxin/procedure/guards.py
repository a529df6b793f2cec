"""The only place for the conditions of the steps. The data names them and holds the words of the refusal."""

from __future__ import annotations

from collections.abc import Mapping

from lianxin.procedure.acts import day_in
from lianxin.procedure.answering import extend
from lianxin.procedure.catalogue import LEVELS
from lianxin.procedure.closing import (
    acts_for_upper_organ,
    correction_waiting,
    evaluation_first_time,
    evaluation_in_scope,
    inside_window_or_reason,
    no_correction_waiting,
    no_withdrawal_waiting,
    outcome_is_change,
    recheck_outcome_named,
    set_time_given,
    supervision_running,
    window_over,
    withdrawal_waited,
    withdrawal_waiting,
    withdrawn_freely,
)
from lianxin.procedure.inquiry import holds
from lianxin.procedure.judging import Failure, Guard, Judged, Need, passed, stated
from lianxin.procedure.levels import is_organ_name, rank, split_organ
from lianxin.procedure.receiving import (
    accept_at_upper,
    accept_visit,
    has_interest,
    leaks_to,
    object_referral,
    use_simple,
)

SENDING = frozenset({"refer_down", "decide_organ"})
ORAL = frozenset({"visit", "call", "video"})
WALL = "raise_wall"
"""The step that moves a case away from whoever must not know of it; its facts say who sends and receives from then on."""
OUTCOMES = frozenset({"support", "explain", "not_support"})
OVER = Failure("EXT_LATE", "办理期限已经届满，不能再延长。", "请尽快办结并向信访人说明。")
EXTENDED = {"reviewing": "REVIEW", "rechecking": "RECHECK"}
"""The period an extension lengthens, where it is not the handling."""


def oral_read_back(judged: Judged) -> bool:
    """An oral item is read back to the petitioner before it is recorded."""
    if judged.word("channel", judged.case.channel) not in ORAL or holds(judged.parts.get("taken_over")):
        return True
    return judged.fact("read_back")


def same_person_and_matter(judged: Judged) -> bool:
    """Linking needs the same person and the same matter."""
    return judged.fact("same_person") and judged.fact("same_matter")


def _kind(judged: Judged) -> str:
    return judged.word("kind") or judged.word("category") or judged.case.kind or ""


def is_report(judged: Judged) -> bool:
    """Only a report is sealed and forwarded."""
    return _kind(judged) == "report" or (not _kind(judged) and not judged.strict)


def is_suggestion(judged: Judged) -> bool:
    """Only a suggestion is answered without an opinion."""
    return _kind(judged) == "suggestion" or (not _kind(judged) and not judged.strict)


def receiver_not_accused(judged: Judged) -> bool:
    """No report reaches its accused or an organ below it, by whatever way it goes on."""
    if _kind(judged) not in ("report", ""):
        return True
    targets = ("target_organ", "designated_organ", "target", "receiver", "arbiter", "report_to")
    below = holds(judged.parts.get("target_subordinate_of_accused"))
    return not below and not any(leaks_to(judged.parts.get(name), judged.parts) for name in targets)


def competent_organ_named(judged: Judged) -> bool:
    """The petitioner is told a competent organ outside civil affairs."""
    outside = not holds(judged.parts.get("within_civil_affairs"))
    return outside and judged.fact("competent_organ", "external")


def _subroute(judged: Judged) -> str:
    return judged.word("subroute", judged.case.subroute)


def _route_open(judged: Judged) -> bool:
    """A claim's route may still be corrected with the step itself: it is offered whatever was registered."""
    return judged.waiting and "subroute" not in judged.parts and _kind(judged) not in ("report", "suggestion")


def statutory_route_elsewhere(judged: Judged) -> bool:
    """31(1)-(3), or 31(4) where another organ decides."""
    if _route_open(judged):
        return True
    if _kind(judged) in ("report", "suggestion"):
        return False
    route = _subroute(judged)
    if not route:
        return not judged.strict
    own = holds(judged.parts.get("own_organ_decides"))
    return route in ("31.1", "31.2", "31.3") or (route == "31.4" and own is not True)


def own_statutory_route(judged: Judged) -> bool:
    """31(4)-(5), and this organ decides."""
    if _route_open(judged):
        return True
    if _kind(judged) in ("report", "suggestion"):
        return False
    route = _subroute(judged)
    known = route in ("31.4", "31.5") or (not route and not judged.strict)
    return known and judged.fact("own_organ_decides", need=Need.NEVER)


def petition_procedure(judged: Judged) -> bool:
    """Only 31(6) claims are accepted for handling with an opinion."""
    if _kind(judged) in ("report", "suggestion"):
        return False
    route = _subroute(judged)
    return route == "31.6" or (not route and not judged.strict)


def target_is_lower(judged: Judged) -> bool:
    """A referral goes down, to another organ; a department or unit of the own organ (`inside`) counts as below."""
    target = judged.word("target_organ")
    if not judged.fact("target_organ", "target") or target == judged.case.organ:
        return False
    if holds(judged.parts.get("inside")):
        return True
    level = judged.word("target_level") or (split_organ(target)[0] if is_organ_name(target) else "")
    organ = judged.case.organ
    own = judged.word("own_level") or (split_organ(organ)[0] if is_organ_name(organ) else "")
    if level not in LEVELS:
        return not level
    return level != "ministry" and (own not in LEVELS or rank(level) < rank(own))


def in_progress_elsewhere(judged: Judged) -> bool:
    """Refusing needs a running item inside its time limit."""
    if "lower_status" in judged.parts:
        return not accept_at_upper(judged.inquiry(asof=judged.on)).allowed
    return judged.fact("same_matter") and judged.fact("within_limit", "in_progress", need=Need.NEVER)


def not_in_progress(judged: Judged) -> bool:
    """Accepting needs that no lower organ handles the same matter within its limit."""
    if "lower_status" in judged.parts:
        return accept_at_upper(judged.inquiry(asof=judged.on)).allowed
    return not holds(judged.parts.get("in_progress_elsewhere"))


def visit_above_level(judged: Judged) -> bool:
    """Guiding away is for visits above the competent level and one up, never for other channels."""
    if judged.word("channel", judged.case.channel) != "visit":
        return not (judged.strict or judged.waiting) and "channel" not in judged.parts
    if "competent_organ" in judged.parts and "visited_organ" in judged.parts:
        return not accept_visit(judged.inquiry(channel="visit")).allowed
    return judged.fact("above_level")


def same_facts_after_recheck(judged: Judged) -> bool:
    """Refusing for good needs a served re-check opinion on the same facts and reasons."""
    served = judged.fact("recheck_served")
    return served and judged.fact("same_facts_and_reasons") and not holds(judged.parts.get("new_facts"))


def not_final(judged: Judged) -> bool:
    """Accepting needs that the matter was not closed by a re-check on the same facts."""
    parts = judged.parts
    return not (holds(parts.get("recheck_served")) and holds(parts.get("same_facts_and_reasons")))


def simple_in_force(judged: Judged) -> bool:
    """The simple procedure serves items received since it is in force."""
    since = judged.book.part_from.get("simple")
    return since is not None and judged.case.received_on >= since


def simple_suits(judged: Judged) -> bool | Failure:
    """The simple-procedure test of Art 4-5."""
    return passed(use_simple(judged.inquiry()))


def acts_for_receiver(judged: Judged) -> bool:
    """Only the organ the case was sent to takes it over or objects."""
    organ = judged.word("by_organ")
    sent = [
        act.facts.get("new_offered_to" if act.event == WALL else "target_organ")
        for act in judged.case.acts
        if act.event in SENDING or (act.event == WALL and "new_offered_to" in act.facts)
    ]
    receiver = sent[-1] if sent and sent[-1] else judged.case.organ
    return not organ or not receiver or organ == receiver


def acts_for_sender(judged: Judged) -> bool:
    """Only the sending organ answers an objection."""
    organ = judged.word("by_organ")
    sent = [
        act.facts.get("new_holder") if act.event == WALL else act.facts.get("sender") or act.organ
        for act in judged.case.acts
        if act.event == "refer_down" or (act.event == WALL and "new_holder" in act.facts)
    ]
    return not organ or not sent or organ == sent[-1]


def objection_in_time(judged: Judged) -> bool | Failure:
    """An objection comes within the working days of the OBJECTION clock."""
    running = judged.running("OBJECTION")
    if running is not None and judged.on is not None:
        return judged.on <= running.deadline.legal
    received, objected = day_in(judged.parts, "received_on"), day_in(judged.parts, "objected_on", "on")
    if received and (objected or judged.on):
        answer = object_referral(judged.inquiry(objected_on=objected or judged.on, reasons=True))
        return answer.code != "OBJECTION_LATE"
    return True


def two_organs_deny(judged: Judged) -> bool:
    """A dispute needs two or more organs that deny competence."""
    denying = judged.parts.get("denying_organs")
    if isinstance(denying, (list, tuple)):
        return len(set(denying)) >= 2
    return judged.fact("denying_organs")


def handler_without_interest(judged: Judged) -> bool:
    """The handler declares that there is no direct interest."""
    return not has_interest(judged.parts) and judged.fact("no_interest")


def extension_allowed(judged: Judged) -> bool | Failure:
    """An extension keeps to Art 34: days in all, the head, in time, told, with a reason."""
    clock = EXTENDED.get(judged.case.state, "HANDLE")
    handle = judged.running(clock)
    days = judged.parts.get("extension_days", judged.parts.get("days"))
    if days is None and not judged.strict:
        return handle is None or judged.on is None or judged.on <= handle.deadline.legal or OVER
    known = handle is not None or "accepted_on" in judged.parts
    if not known and (judged.strict or judged.case.acts):
        return Failure(sentence="没有正在计算的办理期限，不能延长。", instead="简易办理的请先转入普通程序。")
    inquiry = judged.inquiry(
        clock=clock,
        days=days,
        accepted_on=handle.started_on if handle else None,
        decided_on=judged.on,
        legal_last_day=handle.deadline.legal if handle else None,
        already_extended=handle.deadline.extension_days if handle else 0,
        approved_by="head",
        petitioner_told=None if judged.strict else True,
        reason=None if judged.strict else True,
    )
    return passed(extend(inquiry))


def both_parties_agree(judged: Judged) -> bool:
    """Mediation and settlement need every party's consent."""
    consents = [holds(value) for key, value in judged.parts.items() if key.endswith("consent")]
    return all(consents) if consents else judged.fact("both_agree", "consented")


def agreement_lawful(judged: Judged) -> bool:
    """A settlement is signed, lawful and within discretion."""
    parts = ("signed", "lawful", "within_discretion")
    return all(judged.fact(name, need=Need.NEVER) for name in parts)


def simple_running(judged: Judged) -> bool:
    """Only an item in the simple procedure turns to the ordinary one."""
    running = judged.running("SIMPLE_REPLY")
    return running.stopped_on is None if running else not judged.strict and not judged.case.acts


def outcome_per_claim(judged: Judged) -> bool:
    """Every claim has one of the three outcomes; one that goes another way by law has been told that way (Art 31)."""
    outcomes = judged.parts.get("outcomes")
    if isinstance(outcomes, Mapping):
        outcomes = list(outcomes.values())
    if isinstance(outcomes, (list, tuple)):
        return bool(outcomes) and all(map(_answered, outcomes))
    outcome = judged.parts.get("outcome")
    return outcome is None or str(outcome).replace(" ", "_") in OUTCOMES


def _answered(claim: object) -> bool:
    if not isinstance(claim, Mapping):
        return claim in OUTCOMES
    if claim.get("subroute", "31.6") not in ("", "31.6"):
        return bool(holds(claim.get("told")))
    return claim.get("outcome") in OUTCOMES


def material_added(judged: Judged) -> bool:
    """Material is added to what was submitted; what belongs to a draft goes in with the draft."""
    return judged.case.state != "draft" and judged.fact("files")


GUARDS: Mapping[str, Guard] = {
    "text_present": stated("text", "oral_record"),
    "oral_read_back": oral_read_back,
    "same_person_and_matter": same_person_and_matter,
    "earlier_item_open": stated("earlier_open", "earlier_item_open"),
    "checker_confirmed": stated("checker_confirms", "checker_confirmed"),
    "is_report": is_report,
    "receiver_not_accused": receiver_not_accused,
    "identity_sealed": stated("identity_sealed"),
    "competent_organ_named": competent_organ_named,
    "statutory_route_elsewhere": statutory_route_elsewhere,
    "checker_agreed": stated("checker_agrees", "checker_agreed"),
    "time_limit_shown": stated("time_limit_shown"),
    "own_statutory_route": own_statutory_route,
    "legal_period_named": stated("due_on", "legal_period"),
    "decision_served": stated("decision_served"),
    "target_is_lower": target_is_lower,
    "petitioner_told": stated("petitioner_told"),
    "in_progress_elsewhere": in_progress_elsewhere,
    "visit_above_level": visit_above_level,
    "other_way_offered": stated("other_way_offered", "alternative_offered"),
    "same_facts_after_recheck": same_facts_after_recheck,
    "not_in_progress": not_in_progress,
    "not_final": not_final,
    "organ_competent": stated("competent"),
    "petition_procedure": petition_procedure,
    "simple_in_force": simple_in_force,
    "simple_suits": simple_suits,
    "is_suggestion": is_suggestion,
    "study_recorded": stated("study_recorded", "studied"),
    "adoption_decided": stated("adoption", "reasons"),
    "acts_for_receiver": acts_for_receiver,
    "acts_for_sender": acts_for_sender,
    "objection_in_time": objection_in_time,
    "reasons_given": stated("reasons", "reason"),
    "objection_agreed": stated("agreed", need=Need.NEVER),
    "reasons_if_typed": stated("reasons", "reason", need=Need.NEVER),
    "two_organs_deny": two_organs_deny,
    "organ_designated": stated("target_organ", "designated_organ", "joint_conference_result"),
    "handler_without_interest": handler_without_interest,
    "interest_stated": stated("direct_interest", "interest", "reasons"),
    "extension_allowed": extension_allowed,
    "both_parties_agree": both_parties_agree,
    "agreement_lawful": agreement_lawful,
    "matter_weighty": stated("weighty", "complex", "major", "difficult"),
    "simple_running": simple_running,
    "petitioner_heard": stated("petitioner_heard"),
    "facts_verified": stated("facts_verified"),
    "missing_content_named": stated("missing", "missing_content", "reasons", need=Need.NEVER),
    "content_complete": stated("content_complete", need=Need.ALWAYS),
    "outcome_per_claim": outcome_per_claim,
    "proof_of_service": stated("proof_of_service", need=Need.ALWAYS),
    "explicit_statement": stated("explicit", "explicit_statement"),
    "window_over": window_over,
    "inside_window_or_reason": inside_window_or_reason,
    "acts_for_upper_organ": acts_for_upper_organ,
    "refusal_ground_named": stated("late_without_reason", "new_matter", "ground"),
    "opinion_sound": stated("sound", "opinion_sound"),
    "outcome_is_change": outcome_is_change,
    "set_time_given": set_time_given,
    "hearing_days_named": stated("excluded", "hearing_days"),
    "recheck_outcome_named": recheck_outcome_named,
    "same_facts_again": stated("same_facts_and_reasons"),
    "new_facts_stated": stated("new_facts"),
    "withdrawn_freely": withdrawn_freely,
    "withdrawal_waited": withdrawal_waited,
    "withdrawal_waiting": withdrawal_waiting,
    "no_withdrawal_waiting": no_withdrawal_waiting,
    "contact_recorded": stated("contact"),
    "notice_named": stated("notices"),
    "way_named": stated("way"),
    "claims_named": stated("claims"),
    "supervision_running": supervision_running,
    "report_written": stated("report"),
    "dates_moved": stated("moved"),
    "material_added": material_added,
    "avoided_named": stated("named"),
    "correction_stated": stated("fields"),
    "correction_checked": stated("how"),
    "correction_waiting": correction_waiting,
    "no_correction_waiting": no_correction_waiting,
    "identity_checked": stated("identity_checked", need=Need.ALWAYS),
    "second_agrees": stated("second_agrees", need=Need.ALWAYS),
    "upper_head_agrees": stated("upper_head_agrees", need=Need.ALWAYS),
    "urgency_stated": stated("risk", "urgent", "reasons"),
    "trigger_named": stated("trigger"),
    "evaluation_in_scope": evaluation_in_scope,
    "evaluation_first_time": evaluation_first_time,
}
