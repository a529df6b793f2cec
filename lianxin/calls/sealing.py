"""The only place that seals and opens the number of a promised call-back, and brings it over to the current key."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count, F

from lianxin.calls.models import CallBack
from lianxin.organs.keys import CannotOpen, derived, key_id, open_derived, seal, suite_in_use

NAME = "call back"


def sealed(organ_id: int, back_id: int, number: str) -> dict[str, object]:
    """Return the columns that hold a number, sealed with the current key; empty ones for no number."""
    if not number:
        return dict(ERASED)
    suite, named = suite_in_use(), key_id()
    box = seal(derived(NAME, suite, named), number.encode(), bound_to=_bound(organ_id, back_id), suite=suite)
    return {"box": box, "suite": suite, "key_id": named}


def opened(back: CallBack) -> str:
    """Return the number of a call-back, "" where none is kept. Raises CannotOpen."""
    box = bytes(back.box)
    if not box:
        return ""
    bound_to = _bound(back.organ_id, back.id)
    return open_derived(NAME, box, bound_to=bound_to, suite=back.suite, key_id=back.key_id).decode()


def numbers(*, told: Callable[[int], object]) -> tuple[int, tuple[int, ...]]:
    """Seal each number anew with the current key; return how many, and the call-backs whose number does not open."""
    done, stuck = 0, []
    for row in CallBack.objects.exclude(box=b"").order_by("organ_id", "id"):
        if (row.key_id, row.suite) == (key_id(), suite_in_use()):
            continue
        try:
            number = opened(row)
        except CannotOpen:
            stuck.append(row.id)
            continue
        same = CallBack.objects.filter(organ_id=row.organ_id, id=row.id, box=row.box)
        done += same.update(**sealed(row.organ_id, row.id, number))
        told(1)
    return done, tuple(stuck)


def in_use() -> dict[str, int]:
    """Return how many numbers stand under each key."""
    rows = CallBack.objects.exclude(box=b"").values(named=F("key_id")).annotate(n=Count("*"))
    return dict(rows.values_list("named", "n"))


def _bound(organ_id: int, back_id: int) -> bytes:
    return f"call back|{organ_id}|{back_id}".encode()


ERASED: dict[str, object] = {"box": b"", "suite": "", "key_id": ""}
"""The columns of a call-back that holds no number any more."""
