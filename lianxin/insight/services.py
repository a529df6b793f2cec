"""Searching is recorded before anything is shown: words and purpose here, a digest of them in the organ's chain of the ledger."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from lianxin.cases.texts import one_line
from lianxin.insight.models import Search
from lianxin.insight.selectors import Asked, find
from lianxin.ledger import chain
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor

SEARCHED = "cases.searched"
KEPT = timedelta(days=183)
"""How long words and purpose can be read: records of access are kept for six months at least (网络安全法 第二十一条)."""


def search(actor: Actor, asked: Asked, *, purpose: str, why: str, key: str, at: datetime) -> Search:
    """Return the search, recorded; the same form sent twice is one search. What cannot be recorded is not searched."""
    mark = chain.digest(chain.canonical([key, asked.words, asked.filters(), purpose, why]))
    mine = Search.objects.filter(organ_id=actor.organ.pk, staff_id=actor.staff.pk, key=mark)
    if (known := mine.first()) is not None:
        return known
    found = find(actor, asked)
    row = Search(
        organ_id=actor.organ.pk,
        id=new_id(),
        staff_id=actor.staff.pk,
        at=at,
        purpose=purpose,
        why=one_line(why),
        words=asked.words,
        filters=asked.filters(),
        shown=len(found.cases) + bool(found.after),
        salt=secrets.token_hex(16),
        key=mark,
    )
    try:
        _record(row)
    except IntegrityError:
        return mine.get()
    return row


def forget(*, at: datetime) -> int:
    """Empty words, explanations and salts of searches that are older than `KEPT`; return how many."""
    old = Search.objects.filter(at__lt=at - KEPT).exclude(salt="")
    return old.update(words="", why="", salt="")


def _record(row: Search) -> None:
    facts = {
        "search": row.id,
        "purpose": row.purpose,
        "filters": row.filters,
        "shown": row.shown,
        "digest": chain.digest(chain.canonical([row.salt, row.words, row.why])),
    }
    with transaction.atomic():
        row.save(force_insert=True)
        chain.record_event(
            kind=SEARCHED, organ_id=row.organ_id, staff_id=row.staff_id, at=row.at, facts=facts
        )
