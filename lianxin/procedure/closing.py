"""The only place for the conditions under which a case ends or goes on: windows, review, withdrawal, evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lianxin.procedure.acts import Act
from lianxin.procedure.answering import evaluate, request_recheck, request_review
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.inquiry import Answer, holds
from lianxin.procedure.judging import Failure, Judged, Need, passed
from lianxin.procedure.levels import is_organ_name, reviewing_organs

WINDOWS = ("REVIEW_WIN", "RECHECK_WIN")
IN_RECHECK = frozenset({"review_served", "recheck_requested", "rechecking"})
SETTLES_WISH = frozenset(
    {"keep_open", "withdraw", "request_review", "request_recheck", "review_remand", "recheck_remand"}
)
"""What ends a wish to withdraw: looked into, or the petitioner wants the case looked at again, or it begins anew."""


def latest_window(state: str, running: Iterable[Running]) -> str:
    """Return the window that was opened last (REVIEW_WIN, RECHECK_WIN): what may still be asked for, late with a reason."""
    if state in IN_RECHECK:
        return "RECHECK_WIN"
    if state != "closed_lapsed":
        return "REVIEW_WIN"
    opened = [one.clock for one in running if one.clock in WINDOWS]
    return opened[-1] if opened else "REVIEW_WIN"


def _window_of(judged: Judged) -> str:
    running = clocks(judged.book, judged.case.acts, calendar=judged.calendar)
    return latest_window(judged.case.state, running)


def window_over(judged: Judged) -> bool:
    """Closing by lapse of time needs that the legal last day has passed and no late request waits."""
    if holds(judged.parts.get("late_request_pending")):
        return False
    running = judged.running(_window_of(judged))
    if running is not None and judged.on is not None:
        return judged.on > running.deadline.legal
    return judged.fact("window_passed", "window_over")


def inside_window_or_reason(judged: Judged) -> bool | Failure:
    """A request comes inside its window, or late with a reason that is then decided upon."""
    clock = "RECHECK_WIN" if judged.rule.event == "request_recheck" else "REVIEW_WIN"
    if judged.case.acts and clock != _window_of(judged):
        return _other_step(judged, clock)
    running = judged.running(clock)
    served, last = (running.started_on, running.deadline.legal) if running else (None, None)
    if clock == "REVIEW_WIN":
        asked = judged.inquiry(served_on=served, act_on=judged.on, window_last_day=last)
        return passed(request_review(asked))
    asked = judged.inquiry(review_served_on=served, act_on=judged.on, window_last_day=last)
    return passed(request_recheck(asked))


def _other_step(judged: Judged, clock: str) -> Failure:
    """Return why the ladder has no such rung here: no re-check before the review, no second review of one opinion."""
    article = judged.inquiry().article(clock)
    if clock == "RECHECK_WIN":
        sentence = "应当先请求复查，对复查意见不服的才能请求复核。"
        return Failure("LEVEL_SKIP_REVIEW", sentence, "请先请求复查。", article)
    return Failure("LEVEL_SKIP_REVIEW", "这份处理意见已经复查过。", "对复查意见不服的，请请求复核。", article)


def acts_for_upper_organ(judged: Judged) -> bool:
    """Review goes up: the organ must be one that may review the deciding one."""
    below = judged.word("handling_organ") or judged.word("reviewed_organ")
    above = judged.word("reviewing_organ") or judged.word("review_organ") or judged.word("by_organ")
    if is_organ_name(below) and is_organ_name(above):
        return above in reviewing_organs(below)
    return judged.fact("is_upper_organ", need=Need.NEVER) and (not below or below != above)


def outcome_is_change(judged: Judged) -> bool:
    """The review names whether it revokes or changes."""
    return judged.word("outcome") in ("revoke", "change") if "outcome" in judged.parts else not judged.strict


def recheck_outcome_named(judged: Judged) -> bool:
    """The re-check names its outcome."""
    known = ("uphold", "revoke", "change")
    return judged.word("outcome") in known if "outcome" in judged.parts else not judged.strict


def set_time_given(judged: Judged) -> bool:
    """A remand sets a time and does not repeat the same opinion."""
    return not holds(judged.parts.get("same_opinion")) and judged.fact("due_on", "set_time")


def withdrawn_freely(judged: Judged) -> bool:
    """A withdrawal is free, recorded and without pressure."""
    pressed = holds(judged.parts.get("pressure"))
    return not pressed and judged.fact("free", "freely") and judged.fact("recorded", need=Need.NEVER)


def wish_to_withdraw(acts: Sequence[Act]) -> Act | None:
    """Return the petitioner's wish to withdraw that nothing has settled yet, or None."""
    for act in reversed(acts):
        if act.event == "ask_to_withdraw":
            return act
        if act.event in SETTLES_WISH:
            return None
    return None


def withdrawal_waiting(judged: Judged) -> bool:
    """A wish to withdraw waits to be looked into, or the petitioner says to have been pressed, wish or no wish."""
    if holds(judged.parts.get("pressure")):
        return True
    state = judged.book.states.get(judged.case.state)
    ended = state is not None and state.ends
    return not ended and wish_to_withdraw(judged.case.acts) is not None


def no_withdrawal_waiting(judged: Judged) -> bool:
    """One wish to withdraw at a time."""
    return wish_to_withdraw(judged.case.acts) is None


def withdrawal_waited(judged: Judged) -> bool | Failure:
    """A withdrawal takes effect only after its waiting time; bare facts without a history state it."""
    if not judged.case.acts:
        return judged.fact("waited", need=Need.NEVER)
    asked = wish_to_withdraw(judged.case.acts)
    if asked is None or judged.on is None:
        return False
    last = judged.inquiry().days("WITHDRAW_WAIT", asked.on).nominal
    if judged.on > last:
        return True
    return Failure(sentence=f"撤回申请还在等待期内，等待期到{last}为止。")


def correction_asked(acts: Sequence[Act]) -> Act | None:
    """Return the petitioner's request for a correction that nobody has answered yet, or None."""
    last = next((act for act in reversed(acts) if act.event in ("ask_correction", "answer_correction")), None)
    return last if last is not None and last.event == "ask_correction" else None


def correction_waiting(judged: Judged) -> bool:
    """A request for a correction waits to be answered."""
    return correction_asked(judged.case.acts) is not None


def no_correction_waiting(judged: Judged) -> bool:
    """One request for a correction at a time."""
    return correction_asked(judged.case.acts) is None


def supervision_running(judged: Judged) -> bool:
    """A report answers a supervision that waits for one."""
    running = judged.running("ASSIGNED_REPORT")
    return running is not None and running.stopped_on is None


def _evaluation(judged: Judged) -> Answer:
    kind, route = judged.case.kind, judged.case.subroute
    return evaluate(judged.inquiry(kind=kind, subroute=route))


def evaluation_in_scope(judged: Judged) -> bool:
    """The item is one that is rated at all."""
    return _evaluation(judged).code != "EVAL_OUT_OF_SCOPE"


def evaluation_first_time(judged: Judged) -> bool:
    """Only a first-time item is rated."""
    return judged.fact("first_time") and _evaluation(judged).code != "EVAL_NOT_FIRST"
