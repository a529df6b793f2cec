"""The only place for the questions on answering: windows, review, extension, evaluation, mediation."""

from __future__ import annotations

from datetime import date

from lianxin.procedure.acts import day_in
from lianxin.procedure.errors import BadFact
from lianxin.procedure.inquiry import Answer, Inquiry, holds, no, window, yes
from lianxin.procedure.levels import reviewing_organs, split_organ

GRANTED_BEFORE = ("already_extended", "extended_before", "earlier_days", "previous_days")
HEADS = frozenset({"head", "organ_head", "机关负责人", "负责人"})
STATUTORY = ("31.1", "31.2", "31.3", "31.4", "31.5", "statutory", "court", "arbitration", "reconsideration")
STAGES = {
    "handle": "HANDLE",
    "handling": "HANDLE",
    "review": "REVIEW",
    "reviewing": "REVIEW",
    "recheck": "RECHECK",
    "rechecking": "RECHECK",
}


def _window_answer(inquiry: Inquiry, clock: str, start: date | None) -> Answer:
    act_on = day_in(inquiry.facts, "act_on", "requested_on", "asof", "on")
    if start is None or act_on is None:
        return yes()
    found = window(
        inquiry.book,
        clock,
        start,
        calendar=inquiry.calendar,
        act_on=act_on,
        via=inquiry.text("via") or "online",
        postmark=day_in(inquiry.facts, "postmark"),
        last=day_in(inquiry.facts, "window_last_day"),
    )
    if found.in_time:
        return yes()
    article = inquiry.article(clock)
    if any("reason" in name and holds(value) for name, value in inquiry.facts.items()):
        return yes("LATE_WITH_REASON", action="DECIDE_LATE", article=article)
    word = "复查" if clock == "REVIEW_WIN" else "复核"
    return no(
        "WINDOW_MISSED",
        f"已经超过请求{word}的期限，最后一日是{found.last_day}。",
        article,
        instead=f"有正当理由的请写明理由，由{word}机关决定。",
    )


def _level_skipped(inquiry: Inquiry, below: str) -> bool:
    asked = inquiry.text("review_organ") or inquiry.text("requested_organ") or inquiry.text("recheck_organ")
    organ = inquiry.text(below) or inquiry.text("handling_organ")
    return bool(asked and organ) and asked not in reviewing_organs(organ)


def _skip(sentence: str, article: str) -> Answer:
    instead = "请按顺序向上一级机关提出。"
    return no("LEVEL_SKIP_REVIEW", sentence, article, instead=instead)


def request_review(inquiry: Inquiry) -> Answer:
    """Review is asked of the next higher organ within 30 days of service, or late with a reason."""
    if inquiry.is_false("opinion_exists"):
        return _skip("还没有作出处理意见，不能请求复查。", inquiry.article("REVIEW_WIN"))
    if _level_skipped(inquiry, "handling_organ"):
        return _skip("所选机关不是原办理机关的上一级机关。", inquiry.article("REVIEW_WIN"))
    return _window_answer(inquiry, "REVIEW_WIN", day_in(inquiry.facts, "served_on", "start"))


def request_recheck(inquiry: Inquiry) -> Answer:
    """Re-check comes after review, is asked of the organ above the reviewing one, once."""
    article = inquiry.article("RECHECK_WIN")
    if inquiry.is_false("review_opinion_exists"):
        return _skip("应当先请求复查，对复查意见不服的才能请求复核。", article)
    if _level_skipped(inquiry, "reviewing_organ"):
        return _skip("所选机关不是复查机关的上一级机关。", article)
    served = day_in(inquiry.facts, "review_served_on", "served_on", "start")
    answer = _window_answer(inquiry, "RECHECK_WIN", served)
    if answer.code != "WINDOW_MISSED" and inquiry.is_true("recheck_served"):
        return reaccept_after_final(inquiry)
    return answer


def reaccept_after_final(inquiry: Inquiry) -> Answer:
    """After the re-check the same facts and reasons are not accepted again; new ones open a new item."""
    if inquiry.is_false("recheck_served"):
        return yes()
    if inquiry.is_false("same_facts_and_reasons") or inquiry.is_true("new_facts"):
        return yes("NEW_FACTS_OK", action="NEW_LINKED_ITEM")
    return no(
        "FINAL_NO_FURTHER",
        "复核意见已经送达，对同样的事实和理由不再受理。",
        inquiry.step_article("refuse_final"),
        instead="有新的事实和理由的，可以作为新的信访事项提出。",
    )


def extend(inquiry: Inquiry) -> Answer:
    """A period may be extended by the head, in time, with a reason, the petitioner told, 30 days in all.

    `clock` names the period; it is the handling where none is named.
    """
    rule = inquiry.book.clocks[inquiry.text("clock") or "HANDLE"]
    days = inquiry.number("days", inquiry.number("extension_days"))
    granted = sum(inquiry.number(name) for name in GRANTED_BEFORE)
    accepted_on = day_in(inquiry.facts, "accepted_on")
    decided_on = day_in(inquiry.facts, "decided_on", "on")

    def refuse(code: str, sentence: str, instead: str) -> Answer:
        return no(code, sentence, rule.article, instead=instead)

    if granted + days > rule.extension_max:
        left = max(rule.extension_max - granted, 0)
        most = f"各次延长合计不得超过{rule.extension_max}日。"
        return refuse("EXT_TOO_LONG", most, f"最多还可以延长{left}日。" if left else "请按期办结。")
    if inquiry.text("approved_by") not in HEADS:
        return refuse("EXT_NOT_HEAD", "延长办理期限应当经机关负责人批准。", "请报机关负责人批准。")
    last = day_in(inquiry.facts, "legal_last_day")
    if last is None and accepted_on is not None:
        last = inquiry.days(rule.id, accepted_on, extension_days=granted).legal
    if last is not None and decided_on is not None and decided_on > last:
        return refuse("EXT_LATE", "办理期限已经届满，不能再延长。", "请尽快办结并向信访人说明。")
    if not inquiry.is_true("petitioner_told"):
        return refuse("EXT_NO_NOTICE", "延长办理期限应当告知信访人理由。", "请先告知信访人。")
    if not inquiry.is_true("reason"):
        return refuse("EXT_NO_REASON", "没有写明延长的理由。", "请写明情况复杂的具体理由。")
    if days < 1:
        return refuse("GUARD_FAILED", "没有写明延长的天数。", "请写明延长的天数。")
    if accepted_on is None:
        return yes()
    return yes(new_legal=inquiry.days(rule.id, accepted_on, extension_days=granted + days).legal)


def review_organs(inquiry: Inquiry) -> Answer:
    """The organs the petitioner may ask for review; where no text defines one, a human decides."""
    organ = inquiry.facts.get("handling_organ") or inquiry.facts.get("reviewing_organ")
    split_organ(organ)
    organs = reviewing_organs(str(organ))
    article = inquiry.article("REVIEW_WIN")
    if organs:
        return Answer(True, "OK", organs=organs, article=f"{article}；国法函〔2005〕253号")
    return no(
        "NO_UPPER_DEFINED",
        "没有规定由哪个机关复查该机关的处理意见。",
        article,
        action="ASK_HUMAN",
        instead="请报负责人研究确定，不要自行选择。",
    )


def evaluate(inquiry: Inquiry) -> Answer:
    """Only a first-time item through the system is rated; no report, no statutory route, nothing secret."""
    route = inquiry.text("subroute") or inquiry.text("route")
    outside = (
        "report" in (inquiry.text("category"), inquiry.text("kind"))
        or route in STATUTORY
        or inquiry.is_true("statutory_route", "report", "is_report", "confidential", "must_not_be_public")
        or inquiry.is_true("for_congress", "for_court", "for_procuratorate", "litigation")
        or inquiry.is_false("through_system", "via_system", "in_system", "may_be_public")
    )
    for failed, name in (
        (outside, "evaluation_in_scope"),
        (inquiry.is_false("first_time"), "evaluation_first_time"),
    ):
        if failed:
            guard = inquiry.book.guards[name]
            return no(guard.code, guard.sentence, inquiry.step_article("evaluate"), instead=guard.instead)
    return yes()


def exclude_hearing_time(inquiry: Inquiry) -> Answer:
    """Hearing time is left out only where the clock of that stage excludes it (national: the re-check)."""
    stage = inquiry.text("stage")
    if stage not in STAGES:
        raise BadFact(f"stage 应当是 {'、'.join(STAGES)} 之一，不是 {inquiry.facts.get('stage')!r}。")
    rule = inquiry.book.clocks[STAGES[stage]]
    if (inquiry.text("kind") or "hearing") in rule.excludes:
        return yes(article=rule.article)
    return no(
        "HEARING_TIME_NOT_EXCLUDED",
        f"{rule.label}期限不扣除听证所需时间。",
        rule.article,
        instead="听证期间期限继续计算；情况复杂的可以依法延长。",
    )


def close_by_mediation(inquiry: Inquiry) -> Answer:
    """A settlement needs the consent of every party and must be lawful."""
    consents = [holds(value) for key, value in inquiry.facts.items() if key.endswith("consent")]
    article = inquiry.step_article("agree_settlement")
    if not consents or not all(consents):
        guard = inquiry.book.guards["both_parties_agree"]
        return no(guard.code, guard.sentence, article, action="CLOCK_RUNS_ON", instead=guard.instead)
    if inquiry.is_false("lawful", "signed", "written", "within_discretion"):
        guard = inquiry.book.guards["agreement_lawful"]
        return no(guard.code, guard.sentence, article, instead=guard.instead)
    return yes()
