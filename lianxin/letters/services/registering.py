"""A letter becomes a case: its text goes into the form, its scans become the case's material, and nothing of it stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from lianxin.cases.history import Moment
from lianxin.cases.models import Case, Channel
from lianxin.cases.services.petitions import Origin, Petition
from lianxin.files import keeping
from lianxin.files.keeping import Kept
from lianxin.letters import records
from lianxin.letters.models import Letter, Stage
from lianxin.letters.sealing import opened
from lianxin.letters.services.opening import apply
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, Stale

ARTICLE = "信访工作条例 第二十三条"
SYSTEM = "letters"
"""The source of a case that came through the letter desk; its number there is the label."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A letter on its way to become a case: the petition with its scans and its label. Without a letter it is as typed."""

    petition: Petition
    letter: Letter | None = None


def text_of(letter: Letter) -> str:
    """Return the text for the form. Raises GuardFailed while the letter is not ready to be registered."""
    check_ready(letter)
    return opened(letter).text


def check_ready(letter: Letter) -> None:
    """Raise GuardFailed unless a letter is written down, proof-read where that is needed, and no case yet."""
    if letter.stage == Stage.DONE:
        raise GuardFailed(f"{letter.label}已经登记", article=ARTICLE, instead="请在来信台打开这封信再看。")
    if letter.stage != Stage.REGISTER:
        raise GuardFailed(
            f"{letter.label}还没有录入、校对完",
            article=ARTICLE,
            instead="请先录入；字迹难辨的要另一位同事校对。",
        )


def check_fits(letter: Letter, petition: Petition) -> None:
    """Raise GuardFailed for a registration that says of a letter what it is not: then it would escape its checklists, or
    its days would count from another day.
    """
    if petition.channel != Channel.LETTER:
        raise GuardFailed(
            f"{letter.label}是来信，信访形式应当是来信", article=ARTICLE, instead="请把信访形式改回来信。"
        )
    if petition.received_on != letter.arrived_on:
        raise GuardFailed(
            f"收到日期应当是{letter.label}到达的那一天（{letter.arrived_on}）",
            article=ARTICLE,
            instead="到达日期记错了的，先在来信台更正信封情况。",
        )


def not_there() -> GuardFailed:
    """Return the refusal of a registration whose letter is not this officer's any more."""
    return GuardFailed("这封来信现在不能从这里登记", article=ARTICLE, instead="请在来信台打开这封信再看。")


@contextmanager
def carried(letter: Letter, petition: Petition, *, case_id: int) -> Iterator[Carried]:
    """Yield the petition with copies of the scans sealed for the case; they are thrown away again when it is not written.

    Raises GuardFailed, also where somebody else has registered the letter at the same moment; Missing, CannotOpen.
    """
    check_ready(letter)
    check_fits(letter, petition)
    copies: list[Kept] = []
    try:
        for one in opened(letter).scans:
            copies.append(keeping.copied(one, owner=case_id))
        origin = Origin(SYSTEM, f"{letter.organ_id}/{letter.code}", letter.label)
        yield Carried(replace(petition, files=tuple(copies), origin=origin), letter)
    except BaseException as problem:
        keeping.throw_away(name for one in copies for name in (one.name, one.original))
        if isinstance(problem, IntegrityError) and _is_taken(letter, case_id):
            raise _overtaken(letter) from None
        raise


def become(letter: Letter, case: Case, *, actor: Actor, when: Moment) -> None:
    """Note in the transaction of the registration which case the letter became; its text and scans are the case's now.

    Raises GuardFailed when somebody has registered or changed it meanwhile: then there is no case.
    """
    before = opened(letter).scans
    changes: dict[str, object] = {
        "stage": Stage.DONE,
        "became_id": case.pk,
        "registered_at": when.at,
        "box": b"",
        "suite": "",
        "key_id": "",
    }
    try:
        apply(letter, changes, key="")
    except Stale:
        raise _overtaken(letter) from None
    records.by_officer(actor, "registered", letter, at=when.at)
    gone = [name for one in before for name in (one.name, one.original)]
    # what goes wrong here is tidied up by the sweep: it must not look as if the case had not been written
    transaction.on_commit(lambda: keeping.throw_away(gone), robust=True)


def _overtaken(letter: Letter) -> GuardFailed:
    return GuardFailed(
        f"同事刚刚登记或者改动了{letter.label}", article=ARTICLE, instead="请在来信台打开这封信再看。"
    )


def _is_taken(letter: Letter, case_id: int) -> bool:
    rows = Letter.objects.filter(organ_id=letter.organ_id, id=letter.id, became_id__isnull=False)
    return rows.exclude(became_id=case_id).exists()
