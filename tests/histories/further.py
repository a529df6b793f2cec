"""The deeds that hang on a case beside its way: links, parts asked of others, receptions, letters, the post, promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time, timedelta
from typing import TypeVar

from lianxin.cases.models import Case, Link, Paper, Promise, Step
from lianxin.cases.services import linking, promises
from lianxin.jobs.promises import break_those_of
from lianxin.letters.services import posting, reviewing
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.joint import FROM
from lianxin.together import services as together
from lianxin.together.models import Help, JointTask
from lianxin.together.selectors import askable
from lianxin.visits.services import days
from tests.histories.turn import Turn

Deed = Callable[[Turn], object]
T = TypeVar("T")
NEEDED: dict[str, type[Link | Paper | Promise]] = {
    "unlink_case": Link,
    "promise_broken": Promise,
    "say_on_promise": Promise,
    "post_paper": Paper,
}
"""What must be there for a step which the rules offer to every case; the pages, too, say that there is nothing to choose."""


def one_of(turn: Turn, found: Sequence[T]) -> T:
    """Return one of what is there. Raises GuardFailed where nothing is: the page, too, has nothing to choose from."""
    if not found:
        raise GuardFailed("没有可以选择的", article="")
    return turn.dice.choice(found)


def has_something(case_id: int, event: str) -> bool:
    """Tell whether what a step is about is there at all."""
    table = NEEDED.get(event)
    return table is None or table.objects.filter(case_id=case_id).exists()


def link_case(turn: Turn) -> object:
    """Link the case to another one of the same organ that nobody has acted on since."""
    later = Step.objects.filter(on__gt=turn.when.on, case_id__in=turn.world.cases)
    known = set(turn.world.cases) - set(later.values_list("case_id", flat=True)) - {turn.case.pk}
    near = {one.pk: one for one in Case.objects.filter(pk__in=known, holder=turn.organ)}
    actor = turn.actor
    return linking.link_cases(
        turn.loaded, actor=actor, number=one_of(turn, [near[pk] for pk in turn.world.cases if pk in near]).number,
        kind=turn.dice.choice(Link.Kind.values), reasons=turn.text(), approver=turn.colleague(actor), key=turn.key,
        when=turn.when,
    )  # fmt: skip


def unlink_case(turn: Turn) -> object:
    actor = turn.actor
    row, _ = one_of(turn, linking.links_to_undo(actor, turn.case))
    return linking.unlink_cases(
        turn.loaded, actor=actor, link_seq=row.seq, reasons=turn.text(), key=turn.key, when=turn.when
    )


def ask_part(turn: Turn) -> object:
    actor = turn.actor
    found = list(askable(turn.case, actor.organ, on=turn.when.on).organs().values())
    wanted = together.Wanted(
        organ=one_of(turn, found),
        what=turn.dice.choice(Help.values),
        question=turn.text(),
        due_on=turn.later(0, 12),
        identity=["phone"] if turn.likely(0.3) else [],
        need=turn.text(),
    )
    return together.ask(turn.loaded, wanted, actor=actor, key=turn.key, when=turn.when)


def _part(turn: Turn) -> JointTask:
    """Return a part of the case with which this step may be taken."""
    rows = JointTask.objects.select_related("organ", "lead", "officer")
    return one_of(turn, list(rows.filter(case_id=turn.case.pk, state__in=FROM[turn.event]).order_by("seq")))


def recall_part(turn: Turn) -> object:
    return together.recall(
        turn.loaded, _part(turn), actor=turn.actor, reasons=turn.text(), key=turn.key, when=turn.when
    )


def take_part(turn: Turn) -> object:
    task = _part(turn)
    helper = turn.of_organ(task.organ_id)
    return together.take(turn.case, task, actor=helper, key=turn.key, when=turn.when)


def answer_part(turn: Turn) -> object:
    task = _part(turn)
    helper = turn.of_organ(task.organ_id, staff_id=task.officer_id)
    done_on = turn.when.on if turn.likely(0.5) else None
    return together.answer(
        turn.case, task, actor=helper, words=turn.text(), done_on=done_on, key=turn.key, when=turn.when
    )


def return_part(turn: Turn) -> object:
    task = _part(turn)
    helper = turn.of_organ(task.organ_id, staff_id=task.officer_id)
    return together.give_back(
        turn.case, task, actor=helper, reasons=turn.text(), key=turn.key, when=turn.when
    )


def leader_receive(turn: Turn) -> object:
    """Announce a reception day, book the case for it, and hold it the same day."""
    actor = turn.actor
    planned = days.Planned("here", turn.when.on, time(9), time(11), "局长 邱某某", "一楼接待室")
    day = days.announce(planned, actor=actor, key=turn.key, when=turn.when)
    booking = days.book(day, actor=actor, case=turn.case, key=turn.key, when=turn.when)
    agreed = days.Result(turn.text(), turn.later() if turn.likely() else None, turn.likely(0.3))
    return days.hold(booking, day, turn.loaded, agreed, actor=actor, key=turn.key, when=turn.when)


def reviewing_phase(phase: str) -> Deed:
    def deed(turn: Turn) -> object:
        items = [item.id for item in reviewing.checklist(turn.loaded, phase).items]
        checked = items if turn.likely(0.95) else items[:-1]
        done = Step.objects.filter(case_id=turn.case.pk, event=reviewing.DONE_BY[phase]).latest("seq").staff
        reader = turn.actor if done is None else turn.of_organ(turn.organ, staff_id=turn.second(done).pk)
        return reviewing.review(
            turn.loaded, phase, actor=reader, checked=checked, remark="", key=turn.key, when=turn.when
        )

    return deed


def post_paper(turn: Turn) -> object:
    paper = one_of(turn, list(Paper.objects.filter(case_id=turn.case.pk).order_by("seq")))
    return posting.post(
        turn.loaded, actor=turn.actor, paper=paper, service=turn.dice.choice(sorted(posting.SERVICES)),
        post_no=f"XA{turn.dice.randrange(10**11):011d}", posted_on=turn.when.on, key=turn.key, when=turn.when,
    )  # fmt: skip


def post_result(turn: Turn) -> object:
    posted = one_of(turn, posting.waiting(turn.loaded.acts))
    return posting.settle(
        turn.loaded, actor=turn.actor, post_no=str(posted.facts["post_no"]), on=turn.when.on, reason=turn.text(),
        outcome=turn.dice.choice(sorted(posting.OUTCOMES)), key=turn.key, when=turn.when,
    )  # fmt: skip


def promise_broken(turn: Turn) -> object:
    """Let the calendar break what is over; a case that owes nothing is left alone."""
    if not break_those_of(turn.case.pk, when=turn.when):
        raise GuardFailed("没有到期未落实的承诺", article="")
    return None


def keep_promise(turn: Turn) -> object:
    found = [one for one in promises.of_case(turn.case.pk) if one.state in ("open", "broken")]
    promise = one_of(turn, found)
    made_on = promises.promise_day(turn.loaded, promise)
    kept_on = made_on + timedelta(days=turn.dice.randint(0, max((turn.when.on - made_on).days, 0)))
    return promises.keep(
        turn.loaded, actor=turn.actor, seq=promise.seq, kept_on=kept_on, evidence=turn.text(), key=turn.key,
        when=turn.when,
    )  # fmt: skip


def say_on_promise(turn: Turn) -> object:
    promise = one_of(turn, promises.of_case(turn.case.pk))
    return promises.say(turn.loaded, seq=promise.seq, done=turn.likely(0.5), key=turn.key, when=turn.when)


FURTHER: dict[str, Deed] = {
    "link_case": link_case,
    "unlink_case": unlink_case,
    "ask_part": ask_part,
    "recall_part": recall_part,
    "take_part": take_part,
    "answer_part": answer_part,
    "return_part": return_part,
    "leader_receive": leader_receive,
    "review_before": reviewing_phase("before"),
    "review_after": reviewing_phase("after"),
    "post_paper": post_paper,
    "post_result": post_result,
    "promise_broken": promise_broken,
    "keep_promise": keep_promise,
    "say_on_promise": say_on_promise,
}
WITH_PARTS = frozenset({"recall_part", "take_part", "answer_part", "return_part"})
BESIDE = frozenset(FURTHER) - WITH_PARTS - {"review_before", "review_after", "keep_promise"}
"""Those that are open most of the time and change no state: they are taken seldom."""
