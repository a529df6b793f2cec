"""One act for each of several cases, and several papers as one file. Never a decision: those are made case by case.

Each case is its own act with its own key, made from the form's; what happens to one stops no other, and the same form sent
twice does nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Case, Paper
from lianxin.cases.policies import may_reveal
from lianxin.cases.services import handling
from lianxin.cases.services.papers import opened_paper
from lianxin.cases.walls import check_reach
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.papers import PaperContent, render_apart
from lianxin.papers.merging import merged
from lianxin.procedure.errors import LianxinError, Refused

MOST = 50
"""So many cases at once; a page of the worklist has no more."""
PRESSES = 4
PRINTING = "批量打印文书"
CHANGED = "预览以后有同事办理过这一件，没有分派。请打开看最新情况。"
BUSY = "系统繁忙，这一件没有办成，请再试一次。"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: done, or why not."""

    case: Case
    done: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to handle the cases, as one form says it for all of them."""

    officer: Staff
    no_interest: bool
    note: str
    key: str


def key_for(key: str, case_id: int) -> str:
    """Return the idempotency key of one case's act, made from the form's."""
    return hashlib.sha256(f"{key}.{case_id}".encode()).hexdigest()[:40]


def hindrance(loaded: Loaded, officer: Staff, *, when: Moment) -> str:
    """Return why this officer cannot be given this case, "" where nothing stands against it."""
    try:
        check_reach(loaded.case, {"officer": officer}, {}, on=when.on)
        handling.check_not_recused(loaded, officer)
    except Refused as refused:
        return refused.for_person()
    return ""


def assign_each(
    rows: Iterable[tuple[Loaded, int]], asked: Assignment, *, actor: Actor, when: Moment
) -> list[Result]:
    """Assign each case and return what became of it. A row is a case as it is now and the version the officer was shown."""
    return [_assigned(loaded, version, asked, actor=actor, when=when) for loaded, version in rows]


def _assigned(loaded: Loaded, version: int, asked: Assignment, *, actor: Actor, when: Moment) -> Result:
    key = key_for(asked.key, loaded.case.pk)
    if key in loaded.keys:
        return Result(loaded.case, True)
    if loaded.case.version != version:
        return Result(loaded.case, False, CHANGED)
    try:
        case = handling.assign(
            loaded, actor=actor, officer=asked.officer, no_interest=asked.no_interest, note=asked.note, key=key,
            when=when,
        )  # fmt: skip
    except Refused as refused:
        return Result(loaded.case, False, refused.for_person())
    except LianxinError as problem:
        return Result(loaded.case, False, str(problem))
    except DatabaseError:
        return Result(loaded.case, False, BUSY)
    return Result(case, True)


def print_together(
    rows: Sequence[tuple[Case, Paper]], *, actor: Actor, at: datetime
) -> tuple[bytes, list[Result]]:
    """Return the papers as one file in their order, and what became of each; b"" when one could not be printed.

    Each is a recorded look of its own, with the name in it for those who may open it.
    """
    contents = [_content(case, paper, actor=actor, at=at) for case, paper in rows]
    with ThreadPoolExecutor(PRESSES) as presses:
        made = list(presses.map(_pressed, contents, [paper for _, paper in rows]))
    results = [
        Result(case, isinstance(one, bytes), "" if isinstance(one, bytes) else one)
        for (case, _), one in zip(rows, made, strict=True)
    ]
    whole = [one for one in made if isinstance(one, bytes)]
    return (merged(whole) if len(whole) == len(made) else b""), results


def _content(case: Case, paper: Paper, *, actor: Actor, at: datetime) -> PaperContent | str:
    """Return what is to be printed, or why it cannot be."""
    try:
        return opened_paper(
            paper, reader=actor.reader(), purpose=PRINTING, at=at, named=may_reveal(actor, case)
        )
    except LianxinError as problem:
        return str(problem)


def _pressed(content: PaperContent | str, paper: Paper) -> bytes | str:
    """Return the PDF, or why there is none."""
    if isinstance(content, str):
        return content
    try:
        return render_apart(content, issued_at=paper.issued_at)
    except LianxinError as problem:
        return str(problem)
