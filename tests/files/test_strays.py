"""CRASH-02: what a killed server has left behind in the store is thrown away after a day, and nothing else is."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from lianxin.cases.history import load
from lianxin.cases.services import attaching
from lianxin.files import keeping
from lianxin.files.store import Folder, new_name
from lianxin.petitioners import drafts
from tests.cast import Cast, key, on
from tests.files import samples
from tests.files.conftest import kept_files

NOW = on("2026-06-10")


def aged(folder: Path, **age: float) -> None:
    """Let every file and folder of the store be as old as this."""
    at = (NOW.at - timedelta(**age)).timestamp()
    for one in (folder / "files").rglob("*"):
        os.utime(one, (at, at))


def test_crash_02_strays_are_thrown_away_after_a_day(cast: Cast, own_store: Path) -> None:
    case = cast.assigned()
    kept = keeping.take_in(case.pk, BytesIO(samples.photograph()), "通知.jpg", evidence=True)
    attaching.add(load(case), [kept], actor=None, key=key(), when=on("2026-05-20"))
    handle = drafts.begin(at=NOW.at)
    draft = drafts.opened(handle)
    assert draft is not None
    keeping.take_in(draft.id, BytesIO(samples.pdf()), "还没有交的.pdf")
    own = set(kept_files(own_store))
    for owner in (case.pk, draft.id + 1):
        keeping.take_in(owner, BytesIO(samples.pdf()), "没有人要的.pdf")
    store = Folder(own_store / "files")
    half = store._path(new_name(case.pk)).with_suffix(".part")
    half.write_bytes(b"half")
    aged(own_store, hours=12)
    assert attaching.clear_strays(when=NOW) == 0 and len(kept_files(own_store)) == len(own) + 3
    aged(own_store, hours=30)
    assert attaching.clear_strays(when=NOW) == 2
    assert set(kept_files(own_store)) == own, "files of rows and of drafts stay"


def test_crash_02_folders_nothing_was_put_into_for_long_are_not_looked_into(
    cast: Cast, own_store: Path
) -> None:
    keeping.take_in(cast.assigned().pk, BytesIO(samples.pdf()), "证明.pdf")
    aged(own_store, days=20)
    since, before = NOW.at - attaching.LOOKED_BACK, NOW.at - attaching.GRACE
    assert list(keeping.lying(since=since, before=before)) == []
    long_ago = datetime.min.replace(tzinfo=NOW.at.tzinfo, year=2000)
    assert [len(names) for _, names in keeping.lying(since=long_ago, before=before)] == [1]
