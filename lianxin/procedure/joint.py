"""The only place that reads from the acts of a case which other organs were asked for a part (协办), and how far each is.

The lead stays one organ with one clock; a part has a due date inside it. An opinion waits for its parts, or says why not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lianxin.procedure.acts import Act, Facts, day_in
from lianxin.procedure.clock import clocks
from lianxin.procedure.judging import Failure, Judged

ASK = "ask_part"
DRAFT = "draft_opinion"
OFFERED, TAKEN, ANSWERED, RETURNED, RECALLED = "offered", "taken", "answered", "returned", "recalled"
MOVES = {"take_part": TAKEN, "answer_part": ANSWERED, "return_part": RETURNED, "recall_part": RECALLED}
FROM = {
    "take_part": (OFFERED, TAKEN),
    "answer_part": (TAKEN,),
    "return_part": (OFFERED, TAKEN),
    "recall_part": (OFFERED, TAKEN, RETURNED),
}
"""From which states of a part each step leads on; taken again, it passes to a colleague."""
RUNNING = (OFFERED, TAKEN)
LEADS = ("HANDLE", "HANDLE_EXT", "SIMPLE_REPLY", "OWN_ROUTE", "REVIEW", "RECHECK")
"""The clocks of a lead: a part is due before the one that runs."""


@dataclass(frozen=True, slots=True)
class Part:
    """协办事项: what one organ was asked to do, and how far it is; `on` is the day of its last step, `said` the facts of it."""

    seq: int
    asked: Facts
    asked_on: date
    due_on: date
    state: str
    on: date
    said: Facts

    @property
    def organ(self) -> str:
        """Return the name of the organ that was asked."""
        return str(self.asked.get("organ_name", ""))

    @property
    def question(self) -> str:
        """Return what was asked."""
        return str(self.asked.get("question", ""))

    @property
    def words(self) -> str:
        """Return the answer, or why it was returned or recalled."""
        return str(self.said.get("answer") or self.said.get("reasons") or "")


def parts(acts: Iterable[Act]) -> tuple[Part, ...]:
    """Return the parts asked of other organs, in the order they were asked."""
    found: dict[int, Part] = {}
    for act in acts:
        seq = act.facts.get("part")
        if not isinstance(seq, int):
            continue
        if act.event == ASK:
            due = day_in(act.facts, "due_on") or act.on
            found[seq] = Part(seq, act.facts, act.on, due, OFFERED, act.on, {})
        elif act.event in MOVES and seq in found:
            found[seq] = replace(found[seq], state=MOVES[act.event], on=act.on, said=act.facts)
    return tuple(found.values())


def missing(acts: Iterable[Act]) -> tuple[Part, ...]:
    """Return the parts without an answer that the lead has not recalled."""
    return tuple(part for part in parts(acts) if part.state not in (ANSWERED, RECALLED))


def lead_until(judged: Judged) -> date | None:
    """Return the last day of the lead's own clock, None where none runs."""
    running = clocks(judged.book, judged.case.acts, calendar=judged.calendar)
    days = [one.deadline.legal for one in running if one.clock in LEADS and one.stopped_on is None]
    return min(days, default=None)


def named(found: Sequence[Part]) -> str:
    """Return the organs and questions of some parts in one line, for a refusal."""
    return "；".join(f"{part.organ}“{part.question}”" for part in found)


def part_due_in_time(judged: Judged) -> bool | Failure:
    """A part is due from today on and within the lead's own clock, as long as that is not over."""
    due = day_in(judged.parts, "due_on")
    if due is None:
        return judged.waiting
    last = lead_until(judged)
    if judged.on is not None and due < judged.on:
        return Failure(sentence="要求答复的日期已经过了。", instead="请选择今天或者以后的日期。")
    if last is not None and judged.on is not None and judged.on <= last < due:
        return Failure(
            sentence=f"要求答复的日期晚于本机关自己的期限（{last}）。", instead=f"请选择 {last} 以前的日期。"
        )
    return True


def part_open(judged: Judged) -> bool:
    """A part is taken, answered, returned or recalled only while it stands there; nothing is owed once the case has ended."""
    event = judged.rule.event
    ended = judged.book.states[judged.case.state].ends and event != "recall_part"
    fitting = {part.seq for part in parts(judged.case.acts) if part.state in FROM[event]}
    if judged.waiting and "part" not in judged.parts:
        return bool(fitting) and not ended
    return judged.parts.get("part") in fitting and not ended


def parts_in_or_why(judged: Judged) -> bool | Failure:
    """An opinion is drafted when every part is in, or with the reason why it does not wait."""
    open_ = missing(judged.case.acts)
    if not open_ or judged.waiting or judged.fact("missing_reason"):
        return True
    return Failure(sentence=f"还有单位没有答复协办：{named(open_)}。")


def parts_covered(judged: Judged) -> bool | Failure:
    """An opinion is signed when each part still missing was named, with the reason, in the draft."""
    drafts = [act for act in judged.case.acts if act.event == DRAFT]
    told = drafts[-1].facts.get("missing_parts") if drafts else None
    known = set(told) if isinstance(told, (list, tuple)) else set()
    open_ = [part for part in missing(judged.case.acts) if part.seq not in known]
    if not open_ or judged.waiting:
        return True
    return Failure(sentence=f"还有单位没有答复协办，意见书里也没有说明：{named(open_)}。")
