"""Opening the post: a batch is counted and numbered, then each envelope is noted; nothing that came is thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from lianxin.cases.history import Moment
from lianxin.cases.texts import one_line, plain_code
from lianxin.ledger.ids import new_id
from lianxin.letters import records
from lianxin.letters.models import Batch, Letter, Stage
from lianxin.letters.policies import may_open
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, Refused, Stale

ARTICLE = "信访工作条例 第二十三条"
MOST = 200
"""Pieces in one batch."""
TRIES = 5
KINDS = ("photo", "copy", "original", "valuables", "other")
"""What may lie in an envelope beside the letter."""


class NotForYou(Refused):
    """The officer's posts do not include the letter desk's work."""

    default_code = "BAD_ROLE"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is seen of a letter without reading it; no sender's name. `enclosures` counts by `KINDS`."""

    arrived_on: date
    envelope: str
    pages: int
    post_number: str = ""
    postmark_on: date | None = None
    postmark_place: str = ""
    enclosures: Mapping[str, int] = field(default_factory=dict)
    shelf: str = ""


def open_batch(actor: Actor, *, on: date, way: str, pieces: int, key: str, when: Moment) -> Batch:
    """Return a batch with a numbered letter for each piece counted; the same key again finds the first one.

    Raises NotForYou, GuardFailed for a day to come or no pieces.
    """
    check_opens(actor)
    if on > when.on:
        raise GuardFailed(f"收到日期 {on} 晚于今天 {when.on}，请核对", article=ARTICLE)
    if not 1 <= pieces <= MOST:
        raise GuardFailed(f"一批最多 {MOST} 件，至少 1 件", article=ARTICLE, instead="更多的请分成几批。")
    for _ in range(TRIES):
        if there := Batch.objects.filter(organ=actor.organ, key=key).first():
            return there
        try:
            with transaction.atomic():
                batch = _batch(actor, on=on, way=way, pieces=pieces, key=key, when=when)
                _number(batch, pieces)
            return batch
        except IntegrityError:
            continue
    raise Stale("同事正在同时编号，这一批没有保存。请再提交一次。")


def add_piece(batch: Batch, actor: Actor, *, key: str) -> Letter:
    """Return one more letter of a batch, for a piece that was not counted; the same key again finds it."""
    check_opens(actor)
    for _ in range(TRIES):
        if there := Letter.objects.filter(organ=actor.organ, batch_id=batch.id, last_key=key).first():
            return there
        try:
            with transaction.atomic():
                (letter,) = _number(batch, 1, key=key)
                Batch.objects.filter(organ=actor.organ, id=batch.id).update(pieces=F("pieces") + 1)
            return letter
        except IntegrityError:
            continue
    raise Stale("同事正在同时编号，没有保存。请再提交一次。")


def fill_in(letter: Letter, actor: Actor, seen: Envelope, *, key: str, when: Moment) -> Letter:
    """Return a letter with its envelope noted; one that was to be opened waits for its scan next. May be corrected until it
    is registered.

    Raises NotForYou, GuardFailed, Stale.
    """
    check_opens(actor)
    if letter.last_key == key:
        return letter
    if letter.stage in (Stage.VOID, Stage.DONE):
        raise GuardFailed(
            f"{letter.label}已经登记或者作废，不能更正信封情况",
            article=ARTICLE,
            instead="已经成为信访件的，到信访件里说明。",
        )
    _check_seen(seen, when)
    changes: dict[str, object] = {
        "arrived_on": seen.arrived_on,
        "envelope": seen.envelope,
        "pages": seen.pages,
        "post_number": plain_code(seen.post_number),
        "postmark_on": seen.postmark_on,
        "postmark_place": one_line(seen.postmark_place),
        "enclosures": {kind: seen.enclosures[kind] for kind in KINDS if seen.enclosures.get(kind)},
        "shelf": one_line(seen.shelf),
    }
    if letter.stage == Stage.OPEN:
        changes["stage"] = Stage.SCAN
    with transaction.atomic():
        apply(letter, changes, key=key)
        records.by_officer(
            actor,
            "filled",
            letter,
            at=when.at,
            pages=seen.pages,
            arrived_on=seen.arrived_on.isoformat(),
            valuables=seen.enclosures.get("valuables") or 0,
        )
    return letter


def void(letter: Letter, actor: Actor, *, reason: str, key: str, when: Moment) -> Letter:
    """Return a letter's number as one that stands for no letter (the pieces were counted wrong); only while nothing is in it.

    Raises NotForYou, GuardFailed, Stale.
    """
    check_opens(actor)
    if letter.last_key == key:
        return letter
    if letter.stage != Stage.OPEN:
        raise GuardFailed(
            f"{letter.label}已经拆封登记，不能作废", article=ARTICLE, instead="每一封来信都要登记。"
        )
    reason = one_line(reason)
    if not reason:
        raise GuardFailed("请写明为什么多出一个号", article=ARTICLE)
    with transaction.atomic():
        apply(letter, {"stage": Stage.VOID, "void_reason": reason[:100]}, key=key)
        records.by_officer(actor, "voided", letter, at=when.at)
    return letter


def give_back(letter: Letter, actor: Actor, *, on: date, how: str, key: str, when: Moment) -> Letter:
    """Return a letter whose money or valuables were given back. Raises NotForYou, GuardFailed, Stale."""
    check_opens(actor)
    if letter.last_key == key:
        return letter
    how = one_line(how)
    if not letter.enclosures.get("valuables") or not how:
        raise GuardFailed("请写明怎样退还、凭什么签收", article=ARTICLE)
    if not letter.arrived_on <= on <= when.on:
        raise GuardFailed(f"退还日期应当在收到之日（{letter.arrived_on}）和今天之间", article=ARTICLE)
    with transaction.atomic():
        apply(letter, {"returned_on": on, "returned_how": how[:100]}, key=key)
        records.by_officer(actor, "returned", letter, at=when.at)
    return letter


def apply(letter: Letter, changes: Mapping[str, object], *, key: str) -> None:
    """Write changes to a letter if it is still as it was read, and set them on it. Raises Stale if not."""
    row = {**changes, "version": letter.version + 1, "last_key": key}
    rows = Letter.objects.filter(organ_id=letter.organ_id, id=letter.id, version=letter.version)
    if not rows.update(**row):
        raise Stale(f"{letter.label}：同事刚刚改动了这封信，您的操作没有保存。请刷新后再看。")
    for name, value in row.items():
        setattr(letter, name, value)


def check_opens(actor: Actor) -> None:
    """Raise NotForYou unless the officer opens letters."""
    if not may_open(actor):
        raise NotForYou("这一步由登记、分派人员办理。", article="", instead="请交给登记、分派的同事。")


def _check_seen(seen: Envelope, when: Moment) -> None:
    if seen.arrived_on > when.on:
        raise GuardFailed(f"收到日期 {seen.arrived_on} 晚于今天 {when.on}，请核对", article=ARTICLE)
    if seen.postmark_on and seen.postmark_on > seen.arrived_on:
        raise GuardFailed(
            f"邮戳日期 {seen.postmark_on} 晚于收到日期 {seen.arrived_on}，请核对", article=ARTICLE
        )
    if seen.pages < 1:
        raise GuardFailed("请写明信有几页", article=ARTICLE)


def _batch(actor: Actor, *, on: date, way: str, pieces: int, key: str, when: Moment) -> Batch:
    batch = Batch(
        organ=actor.organ,
        id=new_id(),
        on=on,
        way=way,
        pieces=pieces,
        staff=actor.staff,
        at=when.at,
        key=key,
    )
    batch.save(force_insert=True)
    return batch


def _number(batch: Batch, pieces: int, *, key: str = "") -> list[Letter]:
    """Return the letters of a batch with the next numbers of the organ and year. Raises IntegrityError when somebody was faster."""
    last = Letter.objects.filter(organ_id=batch.organ_id, year=batch.on.year).order_by("-count").first()
    first = last.count + 1 if last else 1
    letters = [
        Letter(
            organ_id=batch.organ_id,
            id=new_id(),
            batch_id=batch.id,
            year=batch.on.year,
            count=first + i,
            arrived_on=batch.on,
            last_key=key,
        )
        for i in range(pieces)
    ]
    Letter.objects.bulk_create(letters)
    return letters
