"""Promises with dates (承诺台账): written down with the answer that makes them, kept with a proof, broken by the calendar.

A promise that is over without proof, or of which the petitioner says that it was not kept, is the system's own act: a case
that had ended is handled again (Art 32(2), 40(1)); one whose petitioner may still ask for review, or that lies with another
organ, stays where it is, so that nobody loses a right, and the organ that promised has thirty days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import QuerySet

from lianxin.cases import walls
from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, Promise
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import PETITIONER, SYSTEM, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.organs.selectors import officers
from lianxin.papers import PaperContent
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第三十二条第二款"
ENDED = frozenset({"closed_satisfied", "closed_lapsed", "closed_mediated"})
"""From these a broken promise leads back into handling."""
REDONE = frozenset({"handling", "signoff", "withdrawn", "merged"})
"""Here no promise falls due: the answer that made it is being made anew, or the petitioner has taken the matter back."""
UNMADE = frozenset({"review_change", "review_remand", "recheck_remand"})
"""After these the opinion that promised stands no longer as it was."""
EVIDENCE_LIMIT = 500
KEEPERS = ("handler", "intake", "head")
Line = tuple[int, str, date]
"""The claim (0: a duty of an agreement), what is promised, the day."""


def enter(case: Case, organ: Organ, step: int, lines: Sequence[Line]) -> None:
    """Write the promises of a signed answer into the list, in its transaction; those of an earlier answer are replaced."""
    rows = Promise.objects.filter(case_id=case.pk)
    last = max(rows.values_list("seq", flat=True), default=0)
    rows.filter(state__in=["open", "broken"]).update(state=Promise.State.REPLACED)
    Promise.objects.bulk_create(
        Promise(
            organ=organ,
            case_id=case.pk,
            seq=last + place,
            claim=claim,
            step=step,
            number=case.number,
            kind=case.kind,
            what=what[:300],
            due_on=due_on,
        )
        for place, (claim, what, due_on) in enumerate(lines, start=1)
    )


def of_case(case_id: int) -> list[Promise]:
    """Return the promises of a case that stand, nearest day first. One query."""
    rows = Promise.objects.filter(case_id=case_id).exclude(state=Promise.State.REPLACED)
    return list(rows.order_by("due_on", "seq"))


def keep(
    loaded: Loaded, *, actor: Actor, seq: int, kept_on: date, evidence: str, key: str, when: Moment
) -> Case:
    """Return the case with the proof that one promise was kept: what was done, on which day, by which paper.

    The petitioner's own word stays apart. Raises NotYours, GuardFailed (no such promise, no proof, a day to come), Stale.
    """
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "keep_promise")
    promise = _open(loaded, seq)
    if not promise_day(loaded, promise) <= kept_on <= when.on:
        raise GuardFailed(f"落实的日期应当在作出承诺之日和今天（{when.on}）之间", article=ARTICLE)
    proof = needed(evidence, "落实的凭据", article=ARTICLE)[:EVIDENCE_LIMIT]
    nameless(loaded.case, {"evidence": proof})
    parts = {"promise": seq, "kept_on": kept_on.isoformat(), "evidence": proof}
    if _others_kept(loaded, seq):
        parts["stops"] = ["CARRY_OUT"]

    def write(step: int) -> None:
        _rows(promise).update(state=Promise.State.KEPT, kept_on=kept_on, evidence=proof)

    role = next(role for role in KEEPERS if actor.has(role)) if actor.has(*KEEPERS) else ""
    request = Request("keep_promise", key, parts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=write))


def say(loaded: Loaded, *, seq: int, done: bool, key: str, when: Moment) -> Case:
    """Return the case with the petitioner's word on one promise: carried out, or not. It is theirs alone to say.

    Said after the day that it was not kept, it has the case handled again at once. Raises GuardFailed, Refused, Stale.
    """
    if key in loaded.keys:
        return loaded.case
    promise = next((one for one in of_case(loaded.case.pk) if one.seq == seq), None)
    if promise is None:
        raise GuardFailed("没有这一项承诺", article=ARTICLE, instead="请刷新后再看。")
    word = Promise.Said.DONE if done else Promise.Said.UNDONE

    def write(step: int) -> None:
        _rows(promise).update(said=word, said_on=when.on)

    if promise.due_on > when.on and promise.state == Promise.State.OPEN:
        raise GuardFailed("还没有到答应的日期", article=ARTICLE, instead="到了日期再来说。")
    request = Request("say_on_promise", key, {"promise": seq, "carried_out": done}, role=PETITIONER)
    return perform(loaded, request, actor=None, when=when, writing=Writing(also=write))


def evaluated(case_id: int, *, carried_out: bool | None, on: date) -> None:
    """Keep with the promises of a case what the evaluation said of them, in its transaction; None says nothing."""
    if carried_out is not None:
        word = Promise.Said.DONE if carried_out else Promise.Said.UNDONE
        Promise.objects.filter(case_id=case_id, due_on__lte=on).exclude(state=Promise.State.REPLACED).update(
            said=word, said_on=on
        )


def is_broken(promise: Promise, *, on: date) -> bool:
    """Tell whether a promise counts as broken on a day: its day is over without proof, or the petitioner said so after the
    proof was given; never one of which the petitioner says that it was carried out.
    """
    if promise.due_on >= on or promise.state == Promise.State.REPLACED or promise.said == Promise.Said.DONE:
        return False
    if promise.state != Promise.State.KEPT:
        return True
    later = promise.said_on is not None and promise.kept_on is not None and promise.said_on >= promise.kept_on
    return promise.said == Promise.Said.UNDONE and later and promise.reopened_step is None


def break_it(loaded: Loaded, promise: Promise, *, when: Moment) -> Case | None:
    """Return the case after the system's own act on a broken promise; None where nothing is to be done now.

    Done once when the day is over, and once more when a case that stayed where it was has ended. Raises Refused, Stale.
    """
    case = loaded.case
    if not stands(loaded, promise) or case.state in REDONE or not is_broken(promise, on=when.on):
        return None
    again = case.state in ENDED
    if promise.broken_step is not None and (not again or promise.reopened_step is not None):
        return None
    key = f"promise.{promise.seq}.{'again' if again else 'told'}.{promise.step}"
    if key in loaded.keys:
        return None
    until = deadline(loaded.book, "CARRY_OUT", when.on, calendar=load_calendar()).legal
    parts: dict[str, object] = {
        "promise": promise.seq,
        "promised_on": promise.due_on.isoformat(),
        "said": promise.said,
        **({"due_on": until.isoformat()} if again else {}),
    }
    back = walls.upper(case, case.handled_by or case.holder, on=when.on)
    changes: Mapping[str, object] = {}
    if again:
        changes = {"holder": back, "officer": handler_again(loaded, back, on=when.on)}

    def write(step: int) -> None:
        told = {"reopened_step": step} if again else {}
        broken = promise.broken_step or step
        _rows(promise).update(state=Promise.State.BROKEN, broken_step=broken, **told)

    def notice() -> list[PaperContent]:
        given = _told(promise, back, until)
        return [papers.letter(loaded, "promise_notice", organ=back, on=when.on, given=given)] if again else []

    request = Request("promise_broken", key, parts, role=SYSTEM)
    return perform(
        loaded, request, actor=None, when=when, writing=Writing(changes, papers=notice, also=write)
    )


def stands(loaded: Loaded, promise: Promise) -> bool:
    """Tell whether the answer that made a promise still stands: no review has changed it since."""
    return not any(act.event in UNMADE for act in loaded.acts[promise.step :])


def promise_day(loaded: Loaded, promise: Promise) -> date:
    """Return the day on which a promise was made."""
    return loaded.acts[promise.step - 1].on if promise.step <= len(loaded.acts) else loaded.case.received_on


def handler_again(loaded: Loaded, organ: Organ, *, on: date) -> Staff:
    """Return who has a case that comes back to an organ: its officer if still in post there, else a head, who assigns it;
    nobody behind a wall, nobody who has stood back.

    Raises GuardFailed where the organ has nobody.
    """
    posts = Post.objects.held_on(on).filter(organ=organ, role="handler", staff__is_active=True)
    post = posts.filter(staff_id=loaded.case.officer_id or 0).select_related("staff").first()
    found = [post.staff] if post is not None else []
    clear = walls.clear_staff(loaded.case, [*found, *officers(organ, "head", on=on)], on=on)
    clear = [one for one in clear if one.pk not in loaded.stood_back()]
    if not clear:
        raise GuardFailed(
            f"{organ.name}现在没有承办人和负责人在岗", article=ARTICLE, instead="请先设置岗位。"
        )
    return clear[0]


def _told(promise: Promise, organ: Organ, until: date) -> dict[str, object]:
    said = "您说明没有落实。" if promise.said == Promise.Said.UNDONE else "到期没有落实的记录。"
    return {
        "promise": f"{promise.what}（{promise.due_on.isoformat()}前完成）",
        "found": said,
        "handled_by": organ.name,
        "again_until": until.isoformat(),
    }


def _open(loaded: Loaded, seq: int) -> Promise:
    """Return a promise that waits for its proof. Raises GuardFailed."""
    rows = [one for one in of_case(loaded.case.pk) if one.state in ("open", "broken")]
    found = next((one for one in rows if one.seq == seq), None)
    if found is None:
        raise GuardFailed("没有等待落实的这一项承诺", article=ARTICLE, instead="请刷新后再看。")
    return found


def _others_kept(loaded: Loaded, seq: int) -> bool:
    return not any(one.seq != seq and one.state == Promise.State.BROKEN for one in of_case(loaded.case.pk))


def _rows(promise: Promise) -> QuerySet[Promise]:
    return Promise.objects.filter(organ_id=promise.organ_id, case_id=promise.case_id, seq=promise.seq)
