"""The only place for the questions on receiving: visits, in progress, simple procedure, referral, recusal."""

from __future__ import annotations

from lianxin.procedure.acts import Facts, day_in
from lianxin.procedure.inquiry import Answer, Inquiry, holds, no, yes
from lianxin.procedure.levels import answers_to, rank, split_organ

IN_PROGRESS = frozenset({"accepted", "handling", "signoff", "issued", "route_handling"})
UNDER_REVIEW = {"review_requested": "REVIEW", "reviewing": "REVIEW"}
UNDER_RECHECK = {"recheck_requested": "RECHECK", "rechecking": "RECHECK"}
INTEREST_WORDS = ("interest", "conflict", "relative", "is_accused", "is_party", "is_petitioner")


def accept_visit(inquiry: Inquiry) -> Answer:
    """A visit goes to the competent level or one above; other channels know no level."""
    if inquiry.text("channel") != "visit":
        return yes()
    competent, _ = split_organ(inquiry.facts.get("competent_organ"))
    visited, _ = split_organ(inquiry.facts.get("visited_organ"))
    step = 2 if inquiry.is_true("no_city_level") and competent == "county" else 1
    if rank(visited) - rank(competent) <= step:
        return yes()
    return no(
        "VISIT_LEVEL_SKIP",
        "走访应当到有权处理的本级或者上一级机关设立的接待场所提出。",
        inquiry.step_article("refuse_visit_level"),
        action="GUIDE",
        instead="已记录来访；可以到有权处理的机关或者其上一级机关走访，也可以随时通过书信、网上或者电话提出。",
    )


def accept_reps(inquiry: Inquiry) -> Answer:
    """A group visit chooses at most five representatives; the item is registered all the same."""
    people = inquiry.number("people", 1)
    chosen = inquiry.number("representatives", people)
    if inquiry.text("channel") not in ("visit", "") or chosen <= 5:
        return yes()
    return no(
        "REPS_OVER_5",
        "多人走访应当推选代表，代表人数不得超过5人。",
        inquiry.book.articles.get("representatives", ""),
        action="REGISTER_AND_ASK",
        instead="信访事项照常登记，请推选不超过5名代表。",
    )


def accept_at_upper(inquiry: Inquiry) -> Answer:
    """An upper organ does not accept the same matter while it is handled within its time limit."""
    status = inquiry.text("lower_status")
    clock = {**UNDER_REVIEW, **UNDER_RECHECK}.get(status, "HANDLE")
    if inquiry.is_false("same_matter") or (clock == "HANDLE" and status not in IN_PROGRESS):
        return yes()
    asof = day_in(inquiry.facts, "asof", "act_on", "on")
    if clock == "HANDLE":
        start = day_in(inquiry.facts, "accepted_on")
    else:
        start = day_in(inquiry.facts, "requested_on", "request_received_on")
    if start is not None and asof is not None:
        days = inquiry.number("extension_days")
        if asof > inquiry.days(clock, start, extension_days=days).legal:
            return yes(action="REGISTER_AND_SUPERVISE")
    return no(
        "IN_PROGRESS_ELSEWHERE",
        "同一事项正在办理且没有超过规定期限，上级机关不予受理。",
        inquiry.step_article("refuse_in_progress"),
        action="TELL_WHERE",
        instead="请告知正在办理的机关和期限；期限届满仍未办结的，可以再次提出。",
    )


def use_simple(inquiry: Inquiry) -> Answer:
    """The simple procedure takes first-time, clear, undisputed matters (简易办理办法 Art 4-5)."""
    joint = inquiry.is_true("joint") and not inquiry.is_false("complex")
    grounds = (
        (inquiry.is_false("first_time"), "SIMPLE_NOT_FIRST", "不是初次信访事项，不适用简易办理。"),
        (inquiry.is_true("assigned_by_upper"), "SIMPLE_ASSIGNED_BY_UPPER", "上级交办的事项不适用简易办理。"),
        (
            inquiry.is_true("may_refuse"),
            "SIMPLE_MAY_REFUSE",
            "可能不予受理或者不予支持的事项不适用简易办理。",
        ),
        (
            inquiry.is_true("statutory_route"),
            "SIMPLE_STATUTORY_ROUTE",
            "应当通过法定途径的事项不适用简易办理。",
        ),
        (
            inquiry.is_true("many_bodies") or joint,
            "SIMPLE_COMPLEX_JOINT",
            "涉及多个责任主体或者集体联名的重大、复杂、疑难事项不适用简易办理。",
        ),
    )
    for failed, code, sentence in grounds:
        if failed:
            article = inquiry.step_article("accept_simple")
            return no(code, sentence, article, instead="请按普通程序受理。")
    return yes()


def must_notify(inquiry: Inquiry) -> Answer:
    """The duty to tell in writing falls away only where name or address is unclear."""
    if not inquiry.is_false("name_clear", "address_clear"):
        return yes()
    by_channel = inquiry.is_true("phone_or_account")
    return no(
        "NAME_ADDRESS_UNCLEAR",
        "信访人的姓名（名称）或者住址不清，没有书面告知的义务。",
        inquiry.article("REG_NOTICE"),
        action="ANSWER_BY_CHANNEL" if by_channel else "",
        instead="可以按来件的渠道回复。" if by_channel else "信访件仍应登记并办理。",
    )


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(one) for one in value) if isinstance(value, (list, tuple, set, frozenset)) else ()


def leaks_to(target: object, facts: Facts) -> bool:
    """Tell whether `target` is an accused organ or stands below one (2022 Art 30(3), 46(5))."""
    accused = {*_names(facts.get("accused_organs")), *_names(facts.get("accused_organ"))}
    accused |= {*_names(facts.get("accused")), *_names(facts.get("accused_unit"))}
    below = _names(facts.get("accused_subordinates"))
    return any(
        one in below or any(answers_to(one, superior) for superior in accused) for one in _names(target)
    )


def forward_to(inquiry: Inquiry) -> Answer:
    """Report material never goes to the accused nor to an organ below it."""
    kind = inquiry.text("category") or inquiry.text("kind")
    below = inquiry.is_true("target_subordinate_of_accused")
    if kind != "report" or not (below or leaks_to(inquiry.facts.get("target"), inquiry.facts)):
        return yes()
    guard = inquiry.book.guards["receiver_not_accused"]
    return no(guard.code, guard.sentence, guard.article, action="UPPER_OR_DISCIPLINE", instead=guard.instead)


def has_interest(facts: Facts) -> bool:
    """Tell whether the stated facts show that a handler has a direct interest."""
    if holds(facts.get("no_interest")) is False:
        return True
    for name, value in facts.items():
        about = any(word in name for word in INTEREST_WORDS) and not name.startswith("no_")
        if about and value is True:
            return True
    handler = facts.get("handler")
    concerned = {
        name
        for key in ("interested", "petitioner", "petitioners", "accused_persons", "relatives")
        for name in _names(facts.get(key))
    }
    return isinstance(handler, str) and handler in concerned


def assign_handler(inquiry: Inquiry) -> Answer:
    """A handler with a direct interest is recused."""
    if not has_interest(inquiry.facts):
        return yes()
    guard = inquiry.book.guards["handler_without_interest"]
    article = inquiry.step_article("recuse")
    return no(guard.code, guard.sentence, article, action="REASSIGN", instead=guard.instead)


def object_referral(inquiry: Inquiry) -> Answer:
    """An objection comes within five working days with reasons, and needs the sender's consent."""
    received = day_in(inquiry.facts, "received_on")
    objected = day_in(inquiry.facts, "objected_on", "act_on", "on")
    article = inquiry.article("OBJECTION") or inquiry.step_article("object")
    if received and objected and "OBJECTION" in inquiry.book.clocks:
        legal = inquiry.days("OBJECTION", received).legal
        if objected > legal:
            sentence = f"已经超过提出异议的期限，最后一日是{legal}。"
            instead = inquiry.book.guards["objection_in_time"].instead
            return no("OBJECTION_LATE", sentence, article, instead=instead)
    if not inquiry.is_true("reasons", "reason"):
        guard = inquiry.book.guards["reasons_given"]
        return no(guard.code, guard.sentence, article, instead=guard.instead)
    consent = ("sender_agrees", "sender_agreed", "consent")
    if inquiry.is_true(*consent):
        return yes()
    if inquiry.is_false(*consent):
        sentence = "转送（交办）单位没有同意异议。"
        return no("OBJECTION_NEEDS_CONSENT", sentence, article, instead="请按转送办理，或者报请协调。")
    return yes("OBJECTION_NEEDS_CONSENT", action="ASK_SENDER", article=article)
