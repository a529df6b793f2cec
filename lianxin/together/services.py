"""Asking other organs for a part (协办), and what they do with it: each is a step of the case, by one lead.

The lead's clock runs on; the case stays where it is. Who was asked writes one step of its own and reads nothing more by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.models import Attachment, Case, Claim, Kind
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import SYSTEM, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.walls import ARTICLE as WALL
from lianxin.cases.walls import clear_organs, upper
from lianxin.ledger import face
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.petitioners import vault
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed, Refused, Stale
from lianxin.procedure.joint import LEADS, MOVES, RUNNING, parts
from lianxin.together.models import Help, JointTask, PartState, TaskItem
from lianxin.together.policies import HELPERS, LEADERS, check_holds, may_reveal_for
from lianxin.together.selectors import askable

ARTICLE = "信访工作条例 第二十八条第一款"
REPORT = "信访工作条例 第三十条第三款"
MOST = 500
CLOCK = "JOINT_PART"
ENDED = "信访件已经办结，不用再协办。"
BATCH = 500
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lead asks of another organ: one thing, by a day; which claims it is about, which files the organ may see, and
    which fields of the identity it may open, with the reason why it cannot do without.
    """

    organ: Organ
    what: str
    question: str
    due_on: date
    of_claims: Sequence[int] = ()
    shown_files: Sequence[int] = ()
    identity: Sequence[str] = ()
    need: str = ""


def usual_due(loaded: Loaded, *, on: date) -> date:
    """Return the day a part is due where the lead sets no other: seven working days, not after the lead's own last day."""
    usual = deadline(loaded.book, CLOCK, on, calendar=load_calendar()).legal
    return min([usual, *lead_days(loaded, on=on)])


def lead_days(loaded: Loaded, *, on: date) -> list[date]:
    """Return the last days of the lead's running clocks, before which a part is due; none of one that is over."""
    running = [one for one in loaded.running() if one.clock in LEADS and one.stopped_on is None]
    return [one.deadline.legal for one in running if one.deadline.legal >= on]


def ask(loaded: Loaded, wanted: Wanted, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case with one more part asked of another organ. Raises NotYours, GuardFailed, Refused, Stale."""
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "ask_part")
    if loaded.case.kind == Kind.REPORT:
        raise GuardFailed(
            "检举控告的内容不交给其他单位协办", article=REPORT, instead="请由检举控告专办员按规定移送。"
        )
    case, organ = loaded.case, wanted.organ
    seq = len(parts(loaded.acts)) + 1
    through = _check_organ(case, organ, lead=actor.organ, on=when.on)
    texts = _texts(case, wanted)
    _check_shown(case, wanted)
    facts: dict[str, object] = {
        "part": seq,
        "organ": organ.code,
        "organ_name": organ.name,
        "what": wanted.what,
        "question": texts["question"],
        "due_on": wanted.due_on.isoformat(),
        "of_claims": sorted(wanted.of_claims),
        "shown_files": sorted(wanted.shown_files),
        "identity": sorted(wanted.identity),
        "need": texts["need"],
        **({"through": through.name, "to": [through.pk]} if through else {}),
    }

    def place(_step: int) -> None:
        task = JointTask(
            case_id=case.pk,
            seq=seq,
            organ=organ,
            lead=actor.organ,
            through=through,
            what=wanted.what,
            question=str(texts["question"]),
            of_claims=facts["of_claims"],
            shown_files=facts["shown_files"],
            identity=facts["identity"],
            need=str(texts["need"]),
            due_on=wanted.due_on,
            asked_on=when.on,
        )
        task.save(force_insert=True)
        _item(task, case).save(force_insert=True)

    note = f"{organ.name}：{texts['question']}"
    request = Request("ask_part", key, facts, note=note, role=_role(actor, LEADERS))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=place))


def recall(loaded: Loaded, task: JointTask, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case with a part recalled by its lead, who says why. Raises NotYours, GuardFailed, Refused, Stale."""
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "recall_part")
    reasons = needed(reasons, "收回的理由", article=ARTICLE)
    facts = nameless(loaded.case, {"part": task.seq, "reasons": reasons}, fields=vault.FIELDS)
    moved = _moving(task, "recall_part", words=reasons, on=when.on)
    request = Request("recall_part", key, facts, note=reasons, role=_role(actor, LEADERS))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=moved))


def take(case: Case, task: JointTask, *, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case with a part taken by this officer, also from a colleague. Raises NotYours, GuardFailed, Refused, Stale."""
    return _help(case, task, "take_part", {}, actor=actor, key=key, when=when)


def answer(
    case: Case, task: JointTask, *, actor: Actor, words: str, done_on: date | None, key: str, when: Moment
) -> Case:
    """Return the case with a part answered: what was done or found, and on which day. Raises as `take`."""
    words = needed(words, "办理的结果", article=ARTICLE)
    if done_on is not None and not task.asked_on <= done_on <= when.on:
        raise GuardFailed(
            "办理日期应当在提出协办以后、今天以前", article=ARTICLE, instead="请核对是哪一天去办的。"
        )
    said = {"answer": words, "done_on": done_on.isoformat() if done_on else ""}
    return _help(case, task, "answer_part", said, actor=actor, key=key, when=when)


def give_back(case: Case, task: JointTask, *, actor: Actor, reasons: str, key: str, when: Moment) -> Case:
    """Return the case with a part returned to its lead, with the reason. Raises as `take`."""
    said = {"reasons": needed(reasons, "退回的理由", article=ARTICLE)}
    return _help(case, task, "return_part", said, actor=actor, key=key, when=when)


def reveal(case: Case, task: JointTask, *, actor: Actor, seq: int, field: str, when: Moment) -> str:
    """Return one named field of the identity in clear, "" where it was not given; the look is recorded first, with the reason
    the lead gave. Raises KeyError where the officer may not, or for an unknown party; the accused are none here.
    """
    people = {person.seq for person in people_of(case)}
    if not may_reveal_for(actor, case, task, field) or seq not in people:
        raise KeyError((case.pk, seq))
    purpose = f"协助办理：{task.need}"
    return vault.reveal(
        case_id=case.pk, seq=seq, field=field, purpose=purpose, reader=actor.reader(), at=when.at
    )


def people_of(case: Case) -> list[vault.Pseudonym]:
    """Return the parties a part may open: all but the accused."""
    return [person for person in vault.parties(case.pk) if person.role != vault.ACCUSED]


def recall_ended(*, when: Moment) -> int:
    """Recall the parts nobody needs any more because their case has ended, and return how many. For the sweep; may be stopped
    and run twice. What cannot be written now, because somebody acts or the log is behind, is left to the next one.
    """
    return sum(_recall_of(case_id, when=when) for case_id in _ended())


def _ended() -> Iterator[int]:
    """Yield the ids of the cases that have ended with a part still open, in batches of two queries."""
    last, rows = 0, TaskItem.objects.filter(ended_on=None).order_by("case_id")
    while batch := list(rows.filter(case_id__gt=last).values_list("case_id", flat=True).distinct()[:BATCH]):
        cases = Case.objects.filter(pk__in=batch, erased_on=None).values_list("pk", "state", "rulebook")
        yield from sorted(pk for pk, state, book in cases if load_book(book).states[state].ends)
        last = batch[-1]


def _recall_of(case_id: int, *, when: Moment) -> int:
    done = 0
    for task in JointTask.objects.filter(case_id=case_id, state__in=RUNNING).order_by("seq"):
        facts = {"part": task.seq, "reasons": ENDED}
        request = Request("recall_part", f"ended-part-{task.seq}", facts, role=SYSTEM)
        moved = _moving(task, "recall_part", words=ENDED, on=when.on)
        try:
            loaded = load(Case.objects.get(pk=case_id))
            perform(loaded, request, actor=None, when=when, writing=Writing(also=moved))
        except (Refused, Stale) as problem:
            logger.warning("case %s: part %s could not be recalled: %s", case_id, task.seq, problem)
            return done
        done += 1
    return done


def _help(
    case: Case,
    task: JointTask,
    event: str,
    said: Mapping[str, object],
    *,
    actor: Actor,
    key: str,
    when: Moment,
) -> Case:
    """Carry out a step of the organ that was asked. A repeated key finds its first result before anything is judged."""
    face.name(case.pk)
    loaded = load(case)
    if key in loaded.keys:
        return case
    check_holds(actor, case, task, event)
    facts = nameless(case, {"part": task.seq, **said}, fields=vault.FIELDS)
    officer = actor if event == "take_part" else None
    words = str(said.get("answer") or said.get("reasons") or "")
    done = date.fromisoformat(day) if isinstance(day := said.get("done_on"), str) and day else None
    moved = _moving(task, event, words=words, on=when.on, officer=officer, done_on=done)
    request = Request(event, key, facts, note=words, role=_role(actor, HELPERS))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=moved))


def _moving(
    task: JointTask,
    event: str,
    *,
    words: str,
    on: date,
    officer: Actor | None = None,
    done_on: date | None = None,
) -> Callable[[int], None]:
    """Return what brings both rows of a part in line with a step, inside its transaction."""
    state = MOVES[event]
    ended = None if state in RUNNING else on
    both: dict[str, object] = {"state": state, "ended_on": ended}
    own: dict[str, object] = {"words": words, "done_on": done_on}
    taken: dict[str, object] = {}
    if officer is not None:
        both["officer_id"] = officer.staff.pk
        taken["officer_name"] = officer.staff.name

    def move(_step: int) -> None:
        JointTask.objects.filter(case_id=task.case_id, seq=task.seq).update(**both, **own)
        items = TaskItem.objects.filter(organ_id=task.organ_id, case_id=task.case_id, seq=task.seq)
        items.update(**both, **taken)

    return move


def _check_organ(case: Case, organ: Organ, *, lead: Organ, on: date) -> Organ | None:
    """Return the organ above both where a neighbour is asked, None otherwise. Raises GuardFailed for an organ that cannot be
    asked or is behind a wall; the sentence does not say which.
    """
    found = askable(case, lead, on=on)
    if organ.pk not in found.organs() or not clear_organs(case, [organ], on=on):
        raise GuardFailed(f"不能请{organ.name}协办这一件", article=WALL, instead="请在名单中选择。")
    if organ.pk in {one.pk for one in found.beside} and lead.parent is not None:
        return upper(case, lead.parent, on=on)
    return None


def _texts(case: Case, wanted: Wanted) -> Mapping[str, object]:
    """Return the words of a part in their stored form; nothing typed may hold the identity. Raises GuardFailed."""
    question = needed(wanted.question, "要办的事", article=ARTICLE)
    if len(question) > MOST:
        raise GuardFailed(f"要办的事最多 {MOST} 字", article=ARTICLE)
    need = needed(wanted.need, "为什么需要身份信息", article=ARTICLE) if wanted.identity else ""
    return nameless(case, {"question": question, "need": need}, fields=vault.FIELDS)


def _check_shown(case: Case, wanted: Wanted) -> None:
    """Raise GuardFailed for a claim, file or field that is none of this case."""
    if wanted.what not in Help.values or not set(wanted.identity) <= set(vault.FIELDS):
        raise GuardFailed("请选择请对方做什么", article=ARTICLE)
    claims = Claim.objects.filter(case_id=case.pk, seq__in=wanted.of_claims)
    files = Attachment.objects.filter(case_id=case.pk, seq__in=wanted.shown_files)
    if claims.count() != len(set(wanted.of_claims)) or files.count() != len(set(wanted.shown_files)):
        raise GuardFailed("所选的诉求或者材料不在这一件里", article=ARTICLE, instead="请刷新后再选。")


def _item(task: JointTask, case: Case) -> TaskItem:
    return TaskItem(
        organ=task.organ,
        case_id=task.case_id,
        seq=task.seq,
        number=case.number,
        lead_name=task.lead.name,
        place_name=case.place.full_name[-60:],
        what=task.what,
        question=task.question,
        asked_on=task.asked_on,
        due_on=task.due_on,
        state=PartState.OFFERED,
    )


def _role(actor: Actor, roles: Sequence[str]) -> str:
    return next((role for role in roles if actor.has(role)), "")
