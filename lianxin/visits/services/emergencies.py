"""Emergencies: recorded within a minute, calls with their times, the urgent report up the line, help until it is over.

Lines are added, never changed. What protects a person never waits for the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from lianxin.cases.history import Moment
from lianxin.cases.policies import NotYours
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised
from lianxin.ledger import chain
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.visits.models import Emergency, EmergencyEntry
from lianxin.visits.policies import check_receives, may_confirm, may_receive

ARTICLE = "信访工作条例 第二十五条"
What, Whom = EmergencyEntry.What, EmergencyEntry.Whom


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody at the window sees: no names. `called` are those of `Whom` that have been called already."""

    kind: str
    place: str
    people: int
    happening: str
    done: str = ""
    called: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be added: what, who was called, at what time, in words."""

    what: str
    at: datetime
    whom: str = ""
    text: str = ""


def record(seen: Seen, *, actor: Actor, key: str, when: Moment) -> Emergency:
    """Return the emergency as recorded, with the calls already made and the report to the organ above; a repeated key finds
    the first one. Raises NotYours, GuardFailed for what is missing.
    """
    check_receives(actor)
    known = Emergency.objects.filter(organ=actor.organ, key=key).first()
    if known is not None:
        return known
    row = Emergency(
        id=new_id(),
        organ=actor.organ,
        staff=actor.staff,
        kind=seen.kind,
        place=needed(seen.place, "地点", article=ARTICLE, line=True)[:120],
        people=seen.people,
        happening=needed(seen.happening, "正在发生什么", article=ARTICLE)[:1000],
        seen_on=when.on,
        seen_at=when.at,
        key=key,
    )
    lines = [Line(What.SEEN, when.at, text=normalised(seen.done)[:500])]
    lines += [Line(What.CALLED, when.at, whom=whom) for whom in Whom.values if whom in seen.called]
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            for place, line in enumerate(lines):
                _add(row, line, actor=actor, key=f"{key}.{place}", when=when)
            _report(row, actor=actor, key=f"{key}.up", when=when)
            _chained("emergency.seen", row, actor=actor, when=when)
    except IntegrityError:
        return Emergency.objects.get(organ=actor.organ, key=key)
    return row


def add(emergency: Emergency, line: Line, *, actor: Actor, key: str, when: Moment) -> None:
    """Add a line: a call with its time, or the help that followed. A repeated key adds nothing.

    Raises NotYours, GuardFailed for what is missing, for a time to come or before it was seen, and once it is over.
    """
    _check_own(emergency, actor)
    if emergency.closed_at is not None:
        raise GuardFailed("这件紧急情况已经结束", article=ARTICLE, instead="有新的情况，请另记一件。")
    if line.what == What.CALLED and line.whom not in Whom.values:
        raise GuardFailed("请选择给谁打了电话", article=ARTICLE)
    if line.what == What.HELP and not normalised(line.text):
        raise GuardFailed("请写明进展", article=ARTICLE)
    if line.at > when.at:
        raise GuardFailed("时间不能晚于现在", article=ARTICLE)
    if line.at < emergency.seen_at.replace(second=0, microsecond=0):
        raise GuardFailed("时间不能早于发现的时间", article=ARTICLE)
    with transaction.atomic():
        _add(emergency, line, actor=actor, key=key, when=when)


def report_up(emergency: Emergency, *, actor: Actor, key: str, when: Moment) -> None:
    """Report to the organ above where that has not happened yet. Raises NotYours, GuardFailed at the top of the tree."""
    _check_own(emergency, actor)
    if actor.organ.parent_id is None:
        raise GuardFailed(
            "本机构没有上级民政机关", article=ARTICLE, instead="请直接向本级党委、政府报告，并记下电话。"
        )
    with transaction.atomic():
        _report(emergency, actor=actor, key=key, when=when)


def take(emergency: Emergency, *, actor: Actor, text: str, key: str, when: Moment) -> None:
    """Confirm in the organ above that the report came in. Raises NotYours, Stale where somebody else did."""
    if not may_confirm(actor, emergency.told_id):
        raise NotYours("由上级机关的值班人员、负责人确认", article=ARTICLE)
    with transaction.atomic():
        rows = Emergency.objects.filter(pk=emergency.pk, taken_at=None)
        if not rows.update(taken_at=when.at):
            if EmergencyEntry.objects.filter(emergency_id=emergency.pk, key=key).exists():
                return
            raise Stale("同事已经确认收到了。")
        _add(
            emergency, Line(What.TAKEN, when.at, text=normalised(text)[:500]), actor=actor, key=key, when=when
        )
        _chained("emergency.taken", emergency, actor=actor, when=when)


def close(emergency: Emergency, *, actor: Actor, text: str, key: str, when: Moment) -> None:
    """End an emergency with how it ended. Raises NotYours, GuardFailed without words, Stale where it is over."""
    _check_own(emergency, actor)
    words = needed(text, "结果", article=ARTICLE)[:500]
    with transaction.atomic():
        if not Emergency.objects.filter(pk=emergency.pk, closed_at=None).update(closed_at=when.at):
            if EmergencyEntry.objects.filter(emergency_id=emergency.pk, key=key).exists():
                return
            raise Stale("这件紧急情况已经结束。")
        _add(emergency, Line(What.CLOSED, when.at, text=words), actor=actor, key=key, when=when)
        _chained("emergency.closed", emergency, actor=actor, when=when)


def became(emergency_id: int, *, actor: Actor, case_id: int, when: Moment) -> None:
    """Tie an emergency to the case it was registered as. Called in the transaction that writes the case."""
    row = Emergency.objects.filter(pk=emergency_id, organ=actor.organ, became_id=None).first()
    if row is not None:
        _add(row, Line(What.CASE, when.at), actor=actor, key=f"case.{case_id}", when=when)
        Emergency.objects.filter(pk=emergency_id).update(became_id=case_id)


def _check_own(emergency: Emergency, actor: Actor) -> None:
    if emergency.organ_id != actor.organ.pk or not may_receive(actor):
        raise NotYours("由记录的机构继续处理", article=ARTICLE, instead="可以打电话询问。")


def _report(row: Emergency, *, actor: Actor, key: str, when: Moment) -> None:
    """Send the report to the organ above, once; at the top of the tree there is none."""
    above = actor.organ.parent_id
    if above is None or not Emergency.objects.filter(pk=row.pk, told=None).update(
        told=above, told_at=when.at
    ):
        return
    row.told_id, row.told_at = above, when.at
    _add(row, Line(What.REPORTED, when.at), actor=actor, key=key, when=when)


def _add(row: Emergency, line: Line, *, actor: Actor, key: str, when: Moment) -> None:
    """Add a line under the next number; the row hands the numbers out, so that two at once wait for each other."""
    if EmergencyEntry.objects.filter(emergency_id=row.pk, key=key).exists():
        return
    changes: dict[str, Any] = {"entries": F("entries") + 1}
    if line.what == What.CALLED and line.whom in (Whom.HEAD, Whom.DUTY) and row.head_at is None:
        changes["head_at"] = row.head_at = line.at
    Emergency.objects.filter(pk=row.pk).update(**changes)
    seq = Emergency.objects.filter(pk=row.pk).values_list("entries", flat=True).get()
    EmergencyEntry.objects.create(
        emergency_id=row.pk,
        seq=seq,
        organ=actor.organ,
        staff=actor.staff,
        what=line.what,
        whom=line.whom,
        at=line.at,
        written_at=when.at,
        text=normalised(line.text)[:500],
        key=key,
    )


def _chained(kind: str, row: Emergency, *, actor: Actor, when: Moment) -> None:
    facts = {
        "emergency": row.pk,
        "kind": row.kind,
        "words": chain.digest(f"{row.key}|{row.happening}".encode()),
    }
    chain.record_event(kind=kind, organ_id=actor.organ.pk, staff_id=actor.staff.pk, at=when.at, facts=facts)
