"""Scanning a letter, writing it down, and comparing what was written: two persons where the writing is hard to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from lianxin.cases.history import Moment
from lianxin.cases.services.intake import BODY_LIMIT
from lianxin.cases.texts import normalised
from lianxin.files import keeping
from lianxin.files.keeping import Kept
from lianxin.files.kinds import IMAGES, Unfit
from lianxin.letters import records
from lianxin.letters.models import Letter, Stage
from lianxin.letters.policies import may_read
from lianxin.letters.sealing import Contents, opened, sealed
from lianxin.letters.services.opening import NotForYou, apply, check_opens
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第十九条第一款"
SCANS = 40
"""Files a letter may have before it is registered."""
TYPED = frozenset({Stage.SCAN, Stage.TRANSCRIBE, Stage.PROOFREAD, Stage.REGISTER})
"""The stages in which the text may be written down or written anew."""


def add_scans(letter: Letter, actor: Actor, kept: Sequence[Kept], *, key: str, when: Moment) -> Letter:
    """Return a letter with these scans behind those it has; one that waited for them waits to be written down next.

    The files were taken in under the letter's id. Raises NotForYou, GuardFailed, Stale; then they are the caller's to throw away.
    """
    check_opens(actor)
    if letter.last_key == key:
        keeping.throw_away(name for one in kept for name in (one.name, one.original))
        return letter
    _check_before_case(letter)
    held = opened(letter)
    if len(held.scans) + len(kept) > SCANS:
        raise GuardFailed(f"一封信最多 {SCANS} 个扫描件", article=ARTICLE, instead="几页可以扫成一个 PDF。")
    leaves = (*held.leaves, *map(_leaves, kept))
    with_them = replace(held, scans=(*held.scans, *kept), leaves=leaves)
    return _scanned(letter, actor, with_them, key=key, when=when)


def go_without_scan(letter: Letter, actor: Actor, *, key: str, when: Moment) -> Letter:
    """Return a letter that is written down from the paper. Raises NotForYou, GuardFailed, Stale."""
    check_opens(actor)
    if letter.last_key == key:
        return letter
    _check_before_case(letter)
    return _scanned(letter, actor, opened(letter), key=key, when=when)


def remove_scan(letter: Letter, actor: Actor, *, name: str, key: str, when: Moment) -> Letter:
    """Return a letter without one scan, a spoilt one; its bytes are thrown away. Raises NotForYou, GuardFailed, Stale."""
    check_opens(actor)
    if letter.last_key == key:
        return letter
    _check_before_case(letter)
    held = opened(letter)
    gone = [one for one in held.scans if one.name == name]
    kept = [pair for pair in zip(held.scans, held.leaves, strict=True) if pair[0].name != name]
    left = replace(held, scans=tuple(one for one, _ in kept), leaves=tuple(n for _, n in kept))
    with transaction.atomic():
        apply(letter, sealed(letter, left), key=key)
        records.by_officer(actor, "scanned", letter, at=when.at, scans=len(left.scans))
        transaction.on_commit(lambda: keeping.throw_away(n for one in gone for n in (one.name, one.original)))
    return letter


def transcribe(letter: Letter, actor: Actor, *, text: str, hard: bool, key: str, when: Moment) -> Letter:
    """Return a letter written down; with `hard` another person compares it before it is registered.

    Raises NotForYou, GuardFailed for no text or one too long, Stale.
    """
    _check_reads(actor)
    if letter.last_key == key:
        return letter
    _check_before_case(letter)
    text = _checked(text)
    contents = replace(opened(letter), text=text, typed=text)
    stage = Stage.PROOFREAD if hard else Stage.REGISTER
    by = {"stage": stage, "hard": hard, "typed_by": actor.staff, "proofread_by": None}
    with transaction.atomic():
        apply(letter, {**by, **sealed(letter, contents)}, key=key)
        records.by_officer(actor, "typed", letter, at=when.at, hard=hard)
    return letter


def proofread(letter: Letter, actor: Actor, *, text: str, key: str, when: Moment) -> Letter:
    """Return a letter whose text a second person has compared with the scans, and corrected; it waits to be registered.

    Raises NotForYou, GuardFailed (also for who wrote it down), Stale.
    """
    _check_reads(actor)
    if letter.last_key == key:
        return letter
    if letter.stage != Stage.PROOFREAD:
        raise GuardFailed(f"{letter.label}不在等校对", article=ARTICLE, instead="请回到来信台再看。")
    if letter.typed_by_id == actor.staff.pk:
        raise GuardFailed("录入的人不能自己校对", article=ARTICLE, instead="请交给另一位同事对照原件校对。")
    contents = opened(letter).with_text(_checked(text))
    changed = contents.text != contents.typed
    with transaction.atomic():
        columns = sealed(letter, contents)
        apply(letter, {"stage": Stage.REGISTER, "proofread_by": actor.staff, **columns}, key=key)
        records.by_officer(actor, "proofread", letter, at=when.at, changed=changed)
    return letter


def _scanned(letter: Letter, actor: Actor, contents: Contents, *, key: str, when: Moment) -> Letter:
    stage = Stage.TRANSCRIBE if letter.stage == Stage.SCAN else letter.stage
    with transaction.atomic():
        apply(letter, {"stage": stage, **sealed(letter, contents)}, key=key)
        records.by_officer(actor, "scanned", letter, at=when.at, scans=len(contents.scans))
    return letter


def _leaves(kept: Kept) -> int:
    """Return how many pages a scan has, 1 where that cannot be told."""
    if kept.kind in IMAGES or not keeping.may_preview(kept.kind, kept.state, kept.reason):
        return 1
    try:
        return max(keeping.previewed(kept.name, kept.kind, count=1).pages, 1)
    except Unfit:
        return 1


def _check_before_case(letter: Letter) -> None:
    if letter.stage not in TYPED:
        raise GuardFailed(
            f"{letter.label}现在不能扫描、录入",
            article=ARTICLE,
            instead="先登记信封；已经成为信访件的，到信访件里补充。",
        )


def _check_reads(actor: Actor) -> None:
    if not may_read(actor):
        raise NotForYou("您的岗位不录入、校对来信。", article="", instead="请交给登记、承办的同事。")


def _checked(text: str) -> str:
    """Return the text as typed. Raises GuardFailed where there is none, or too much."""
    if not normalised(text):
        raise GuardFailed("请照原件录入信的内容", article=ARTICLE)
    if len(text) > BODY_LIMIT:
        raise GuardFailed(f"最多 {BODY_LIMIT} 字", article=ARTICLE, instead="其余的作为补充材料。")
    return text.replace("\r\n", "\n")
