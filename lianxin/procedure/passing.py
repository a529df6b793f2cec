"""The only place for the conditions of passing a case on (转送): who answers for it, objections, and disputes (Art 23, 24)."""

from __future__ import annotations

from lianxin.procedure.acts import day_in
from lianxin.procedure.judging import Failure, Judged
from lianxin.procedure.receiving import object_referral

SENDING = frozenset({"refer_down", "decide_organ"})
WALL = "raise_wall"
"""The step that moves a case away from whoever must not know of it; its facts say who sends and receives from then on."""


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


def _sent_back(judged: Judged) -> int:
    """Return how often the case came back by an objection since an organ was last designated."""
    count = 0
    for act in judged.case.acts:
        count = 0 if act.event == "decide_organ" else count + (act.event == "agree_objection")
    return count


def twice_back_goes_up(judged: Judged) -> bool:
    """After two organs have sent a case back the organ above decides: it is not passed on a third time (Art 24)."""
    return _sent_back(judged) < 2


def dispute_ripe(judged: Judged) -> bool:
    """There is a dispute once the receiver objects, or two have sent the case back."""
    return judged.case.state == "objected" or _sent_back(judged) >= 2


def two_organs_deny(judged: Judged) -> bool:
    """A dispute needs two or more organs that deny competence."""
    denying = judged.parts.get("denying_organs")
    if isinstance(denying, (list, tuple)):
        return len(set(denying)) >= 2
    return judged.fact("denying_organs")
