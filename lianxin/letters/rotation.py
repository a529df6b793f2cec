"""Bringing the sealed letters over to the current keys, a batch after the other. A run that was killed is run again."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Count, F, Q

from lianxin.letters.models import Letter
from lianxin.letters.sealing import plain_of, resealed
from lianxin.organs.keys import CannotOpen, key_id, suite_in_use

BATCH = 200


def letters(*, told: Callable[[int], object]) -> tuple[int, tuple[int, ...]]:
    """Seal every letter that is no case yet anew with the current key; return how many, and those that do not open."""
    behind = (~Q(key_id=key_id()) | ~Q(suite=suite_in_use())) & ~Q(box=b"")
    done, after = 0, (0, 0)
    stuck: list[int] = []
    while True:
        with transaction.atomic():
            rows = list(Letter.objects.filter(behind, pk__gt=after).order_by("pk")[:BATCH])
            for row in rows:
                try:
                    columns = resealed(row, plain_of(row))
                except CannotOpen:
                    stuck.append(row.id)
                    continue
                done += Letter.objects.filter(organ_id=row.organ_id, id=row.id, box=row.box).update(**columns)
        if not rows:
            return done, tuple(stuck)
        after = (rows[-1].organ_id, rows[-1].id)
        told(len(rows))


def in_use() -> dict[str, int]:
    """Return how many letters stand under each key."""
    held = Letter.objects.exclude(box=b"")
    return dict(held.values(named=F("key_id")).annotate(n=Count("*")).values_list("named", "n"))


def is_open(letter_id: int) -> bool:
    """Tell whether a letter is there that has not become a case: its files are still its own."""
    return Letter.objects.filter(id=letter_id, became_id=None).exists()
