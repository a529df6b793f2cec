"""The only place that writes calls and call-backs. What was done is recorded in the organ's chain, the number never."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, transaction
from django.db.models import F

from lianxin.calls import policies, sealing
from lianxin.calls.models import Call, CallBack
from lianxin.cases.history import Moment
from lianxin.cases.services.naming import typed_in
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import plain_code
from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第十八条"
LEAK = "信访工作条例 第四十六条第（五）项"
DIGITS = re.compile(r"[0-9]{7,}[0-9X]?")
LONGEST = timedelta(days=30)
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Promise:
    """A promised call-back: by when, about what, who calls, and the number, which is sealed at once."""

    due_at: datetime
    about: str
    staff: Staff
    number: str


class Result(Enum):
    """What came of calling back: done; reached, and to be called again; not reached."""

    DONE = "done"
    AGAIN = "again"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try, in words, and until when the next one is promised."""

    result: Result
    outcome: str = ""
    due_at: datetime | None = None


def consulted(
    actor: Actor,
    *,
    answer: str,
    category: str,
    shown: Sequence[int],
    key: str,
    when: Moment,
    promise: Promise | None = None,
) -> Call:
    """Return a call that was a question, with what was answered; nothing of who asked. The same key again returns the first.

    Raises NotYourCall, GuardFailed.
    """
    answer = needed(answer, "怎样答复的", article=ARTICLE)
    values = {"kind": Call.Kind.CONSULTATION, "answer": answer, "category": category}
    return _keep(actor, values, shown=shown, key=key, when=when, promise=promise)


def handed_on(
    actor: Actor,
    *,
    draft_id: int,
    category: str,
    shown: Sequence[int],
    key: str,
    when: Moment,
    promise: Promise | None = None,
) -> Call:
    """Return a call that goes on as a registration. The same key again returns the first. Raises NotYourCall, GuardFailed."""
    values = {"kind": Call.Kind.PETITION, "draft_id": draft_id, "category": category}
    return _keep(actor, values, shown=shown, key=key, when=when, promise=promise)


def check_promise(promise: Promise, *, when: Moment) -> None:
    """Raise GuardFailed for a promise without number or words, of a time that is past, or too far away."""
    if not promise.number:
        raise GuardFailed("请填写回电的电话号码", article=ARTICLE)
    _check_due(promise.due_at, when=when)
    _anonymous(needed(promise.about, "回电说什么", article=ARTICLE, line=True), "回电说什么", promise.number)


def known(actor: Actor, key: str) -> Call | None:
    """Return the call that was kept under a key, None for a new one."""
    return Call.objects.filter(organ_id=actor.organ.pk, key=key).first()


def _keep(
    actor: Actor,
    values: Mapping[str, object],
    *,
    shown: Sequence[int],
    key: str,
    when: Moment,
    promise: Promise | None,
) -> Call:
    """Write a call with its promise in one transaction."""
    policies.check_take(actor)
    if promise is not None:
        check_promise(promise, when=when)
    _anonymous(str(values.get("answer", "")), "答复", promise.number if promise else "")
    call = Call(
        organ=actor.organ,
        id=new_id(),
        at=when.at,
        staff=actor.staff,
        key=key,
        shown=_between_blanks(shown),
        **values,
    )
    try:
        with transaction.atomic():
            call.save(force_insert=True)
            if promise is not None:
                _promised(actor, call, promise, when=when)
    except IntegrityError:
        first = known(actor, key)
        if first is None:
            raise
        return first
    return call


def _promised(actor: Actor, call: Call, promise: Promise, *, when: Moment) -> None:
    back_id = new_id()
    CallBack.objects.create(
        organ=actor.organ,
        id=back_id,
        call_id=call.id,
        about=needed(promise.about, "回电说什么", article=ARTICLE, line=True)[:200],
        promised_at=when.at,
        due_at=promise.due_at,
        staff=promise.staff,
        **sealing.sealed(actor.organ.pk, back_id, plain_code(promise.number)),
    )
    events.by_actor(actor, "call.promised", organ_id=actor.organ.pk, at=when.at, back=back_id)


def became(call_id: int, *, organ_id: int, case_id: int) -> None:
    """Tell a call and its promise that the case is written now; where the vault holds the number, it goes from here.

    In the transaction of the registration. Two statements, a third one for a promise.
    """
    Call.objects.filter(organ_id=organ_id, id=call_id).update(became_id=case_id)
    promised = CallBack.objects.filter(organ_id=organ_id, call_id=call_id)
    if promised.update(became_id=case_id) and _vault_seq(case_id):
        promised.update(**sealing.ERASED)


def number_of(actor: Actor, back: CallBack, *, may_reveal: bool, purpose: str, when: Moment) -> str:
    """Return the number to call, once the look is recorded: from the vault of the case, else as it lies with the promise.

    `may_reveal` tells whether the officer may open identities of the case. "" where there is no number for this officer.
    Raises CannotOpen, NotYourCall, LogBehind.
    """
    policies.check_take(actor)
    if back.box:
        kind, organ = "call.number_opened", actor.organ.pk
        events.by_actor(actor, kind, organ_id=organ, at=when.at, back=back.id)
        return sealing.opened(back)
    if back.became_id is None or not may_reveal:
        return ""
    seq = _vault_seq(back.became_id)
    if not seq:
        return ""
    return vault.reveal(
        case_id=back.became_id, seq=seq, field="phone", purpose=purpose, reader=actor.reader(), at=when.at
    )


def tried(actor: Actor, back: CallBack, tried: Tried, *, key: str, when: Moment) -> None:
    """Note what came of calling back; with `DONE` the promise is kept and the number destroyed. The same key again does
    nothing. Raises NotYourCall, GuardFailed.
    """
    policies.check_take(actor)
    if key == back.last_key:
        return
    if back.state == CallBack.State.DONE:
        raise GuardFailed("这个回电已经完成", article=ARTICLE)
    changes: dict[str, object] = {"tried_at": when.at, "last_key": key}
    if tried.result is Result.DONE:
        outcome = needed(tried.outcome, "回电的结果", article=ARTICLE)[:400]
        _anonymous(outcome, "回电的结果", "")
        changes |= {"state": CallBack.State.DONE, "done_at": when.at, "outcome": outcome, **sealing.ERASED}
    else:
        changes["due_at"] = _next_due(back, tried, when=when)
        if tried.result is Result.MISSED:
            changes["tries"] = F("tries") + 1
    with transaction.atomic():
        rows = CallBack.objects.filter(
            organ_id=actor.organ.pk, id=back.id, state=CallBack.State.OPEN, last_key=back.last_key
        )
        if not rows.update(**changes):
            raise GuardFailed("同事刚刚记下了这个回电", article=ARTICLE, instead="请刷新看最新情况。")
        kind = f"call.{tried.result.value}"
        events.by_actor(actor, kind, organ_id=actor.organ.pk, at=when.at, back=back.id)


def _next_due(back: CallBack, tried: Tried, *, when: Moment) -> datetime:
    """Return until when the next call is promised: a new time was agreed with a person reached; who was not reached was
    promised the old one.
    """
    if tried.due_at is not None and tried.result is Result.AGAIN:
        _check_due(tried.due_at, when=when)
        return tried.due_at
    if tried.result is Result.AGAIN:
        raise GuardFailed("请写明约好什么时候再打", article=ARTICLE)
    return back.due_at


def _check_due(due_at: datetime, *, when: Moment) -> None:
    if due_at <= when.at:
        raise GuardFailed("回电的时间已经过去", article=ARTICLE, instead="请写以后的时间。")
    if due_at > when.at + LONGEST:
        raise GuardFailed("回电的时间太远了", article=ARTICLE, instead="请约在三十天以内。")


def _anonymous(text: str, what: str, number: str) -> None:
    """Raise GuardFailed for a text that holds the number typed beside it, or anything as long as a telephone or identity number."""
    if DIGITS.search(plain_code(text)) or typed_in(text, {"phone": number}):
        raise GuardFailed(
            f"“{what}”里有像电话或者证件号码的数字",
            article=LEAK,
            instead="请删去；电话只写在“回电的电话”里，会密封保管。",
        )


def _vault_seq(case_id: int) -> int:
    """Return the party of a case whose number is known, 0 for none."""
    return next(
        (one.seq for one in vault.parties(case_id) if "phone" in one.given and one.role != vault.ACCUSED), 0
    )


def _between_blanks(shown: Sequence[int]) -> str:
    found = "".join(f" {one}" for one in list(dict.fromkeys(shown))[:SHOWN])
    return f"{found} " if found else ""
