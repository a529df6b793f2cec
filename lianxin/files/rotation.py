"""Bringing the sealed files over to the current master key and suite, one after the other. A run that was killed is run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from lianxin.files.sealing import opened, opened_head, sealed
from lianxin.files.store import Missing, spool, store
from lianxin.organs.keys import CannotOpen, key_id, suite_in_use

FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def files(*, told: Callable[[int], object], there: Callable[[str], bool]) -> tuple[int, tuple[str, ...]]:
    """Seal each file anew that does not stand under the current key and suite; return how many, and those that do not open.

    `there` tells whether a file is still wanted: one thrown away meanwhile does not come back.
    """
    done, stuck = 0, []
    for name in names():
        try:
            if _head(name) != (suite_in_use(), key_id()):
                done += _again(name, there)
        except Missing:
            continue
        except CannotOpen:
            stuck.append(name)
        told(1)
    return done, tuple(stuck)


def in_use() -> dict[str, int]:
    """Return how many files stand under each key."""
    found: Counter[str] = Counter()
    for name in names():
        try:
            found[_head(name)[1]] += 1
        except (Missing, CannotOpen):
            continue
    return dict(found)


def names() -> Iterator[str]:
    """Yield the names of all files that lie there."""
    for _owner, some in store().lying(since=FIRST, before=LAST):
        yield from some


def _head(name: str) -> tuple[str, str]:
    suite, named, _rest = opened_head(store().get(name))
    return suite, named


def _again(name: str, there: Callable[[str], bool]) -> bool:
    """Seal one file anew under its own name, by way of a file without a name; tell whether it was still wanted."""
    with spool() as aside:
        for part in sealed(name, opened(name, store().get(name))):
            aside.write(part)
        aside.seek(0)
        store().put(name, iter(lambda: aside.read(1 << 18), b""))
    if there(name):
        return True
    store().drop(name)
    return False
