"""Bringing the vault over to the current keys: data keys wrapped anew, boxes sealed anew, drafts, tokens of the blind index.

Each function goes through its table in batches, one short transaction each, and touches only what does not stand under the
current key yet. So a run that was killed is simply run again, the site goes on meanwhile, and no case stands half way: a row
names the key it opens by, both change in one statement, and only where nobody has written the row in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Count, F, Q

from lianxin.petitioners import drafts, keys, vault
from lianxin.petitioners.models import Draft, IdentityToken, Party

BATCH = 200
Told = Callable[[int], object]


@dataclass
class Done:
    """How many rows were brought over, and in which cases (or drafts) something did not open."""

    rows: int = 0
    stuck: tuple[int, ...] = ()


def people(*, suite: str = "", told: Told) -> Done:
    """Wrap every data key with the current master key; the boxes stay. With `suite` each person whose record has not both
    that suite and the current key gets another data key, and all boxes are sealed anew.
    """
    behind = ~Q(key_id=keys.key_id()) | (~Q(suite=suite) if suite else Q(pk__in=[]))
    done = Done()

    def bring_over(row: Party) -> None:
        try:
            columns = vault.resealed(row, suite) if suite else vault.rewrapped(row, organ_id=row.sealed_to)
        except keys.CannotOpen:
            done.stuck += (row.case_id,)
            return
        same = Party.objects.filter(case_id=row.case_id, seq=row.seq, wrapped_key=row.wrapped_key)
        done.rows += (same.filter(boxes=row.boxes) if suite else same).update(**columns)

    _each(Party.objects.filter(behind), (0, 0), bring_over, told)
    return done


def unfiled(*, told: Told) -> Done:
    """Seal every draft anew with the current key, in the suite in use; the receipts of filed ones lie there, too."""
    behind = ~Q(key_id=keys.key_id()) | ~Q(suite=keys.suite_in_use())
    done = Done()

    def bring_over(row: Draft) -> None:
        try:
            columns = drafts.resealed(row.pk, drafts.plain_of(row))
        except keys.CannotOpen:
            done.stuck += (row.pk,)
            return
        done.rows += Draft.objects.filter(id=row.pk, box=row.box).update(**columns)

    _each(Draft.objects.filter(behind), 0, bring_over, told)
    return done


def tokens(*, told: Told) -> Done:
    """Make every token of the blind index anew with the current index key; the identity number is taken from the vault.

    A token that fits no petitioner of its case any more leads nowhere and is deleted.
    """
    done = Done()

    def bring_over(row: IdentityToken) -> None:
        try:
            fresh = [current for current, known in _tokens_of(row.case_id) if row.token in known]
        except keys.CannotOpen:
            done.stuck += (row.case_id,)
            return
        there = IdentityToken.objects.filter(token=row.token, case_id=row.case_id).delete()[0]
        if there and fresh:
            new = IdentityToken(token=fresh[0], case_id=row.case_id, key_id=keys.index_id())
            IdentityToken.objects.bulk_create([new], ignore_conflicts=True)
            done.rows += 1

    _each(IdentityToken.objects.exclude(key_id=keys.index_id()), ("", 0), bring_over, told)
    return done


def _tokens_of(case_id: int) -> list[tuple[str, list[str]]]:
    """Return for each petitioner of a case who gave a number the current token and all known ones. The rows stay locked, so
    that a case that is erased meanwhile is erased with its tokens.
    """
    rows = Party.objects.select_for_update().filter(case_id=case_id, role=vault.INDEXED)
    found = [vault.tokens_of(row) for row in rows if vault.TOKEN in row.boxes]
    return [(known[0], known) for known in found]


def unopened(*, told: Told) -> Iterator[tuple[int, int]]:
    """Yield case and number of each party whose data key or a box does not open by the key it names; nothing is handed out."""
    for rows in _batches(Party.objects.all(), (0, 0)):
        yield from ((row.case_id, row.seq) for row in rows if not vault.opens(row))
        told(len(rows))


def in_use() -> dict[str, dict[str, int]]:
    """Return how many rows stand under each key: table -> short name of the key ("" where none is named) -> rows."""
    tables: Mapping[str, Any] = {"people": Party, "drafts": Draft, "tokens": IdentityToken}
    return {
        name: dict(model.objects.values(named=F("key_id")).annotate(n=Count("*")).values_list("named", "n"))
        for name, model in tables.items()
    }


def _each(rows: models.QuerySet[Any], first: object, act: Callable[[Any], None], told: Told) -> None:
    """Do something for each row, a batch in a transaction."""
    batches = _batches(rows, first)
    while True:
        with transaction.atomic():
            found = next(batches, [])
            for row in found:
                act(row)
        if not found:
            return
        told(len(found))


def _batches(rows: models.QuerySet[Any], after: object) -> Iterator[list[Any]]:
    """Yield the rows behind a key in the order of their keys."""
    while found := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield found
        after = found[-1].pk
