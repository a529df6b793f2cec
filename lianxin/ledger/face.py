"""The only place that says for whom the database is asked: an officer, somebody without a desk, or the system itself.

PostgreSQL gets it with each statement when the site signs in as the role of `lianxin db protect` (config.postgresql); its row
policies (`tools/row_security.sql`) are a net below `cases.policies`, never in their place. A face lasts until its block ends:
a request begins with `public()`, so that nothing is left over from the one before. Without a face the database shows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

VARIABLES = ("lianxin.face", "lianxin.organ", "lianxin.cases", "lianxin.actor")
"""The variables of the database session that hold the face: what is asked of each row has one of its own."""


@dataclass(frozen=True)
class Face:
    """For whom the database is asked. `cases` and `drafts` were opened one by one, by number, code, cookie or link; `number` is
    the one that was typed, and `raising` the case whose walls are being written.

    Of an officer: the person, the organ and its path, whether the organs below are supervised or administered, and `ways`, the
    organs whose wall is one against this officer on the day `on`.
    """

    kind: str
    staff: int | None = None
    organ: int | None = None
    path: str = ""
    supervises: bool = False
    administers: bool = False
    ways: tuple[int, ...] = ()
    on: date | None = None
    cases: frozenset[int] = frozenset()
    drafts: frozenset[int] = frozenset()
    number: str = ""
    raising: int | None = None

    @cached_property
    def told(self) -> tuple[str, ...]:
        """Return the values of the variables."""
        given = {
            "staff": self.staff,
            "path": self.path,
            "supervises": self.supervises,
            "administers": self.administers,
            "ways": list(self.ways),
            "on": self.on and self.on.isoformat(),
            "drafts": sorted(self.drafts),
            "number": self.number,
            "raising": self.raising,
        }
        rest = json.dumps({name: value for name, value in given.items() if value}, separators=(",", ":"))
        cases = ",".join(map(str, sorted(self.cases)))
        return self.kind, str(self.organ or ""), f"{{{cases}}}", rest


PUBLIC = Face("public")
SYSTEM = Face("system")
_now: ContextVar[Face | None] = ContextVar("face", default=None)


def told() -> tuple[str, ...]:
    """Return what the database is to be told of the present face: the values of the variables, all empty for none."""
    face = _now.get()
    return face.told if face else ("",) * len(VARIABLES)


def wear(face: Face) -> None:
    """Ask for somebody else from here to the end of the block, or of the command outside any."""
    _now.set(face)


@contextmanager
def worn(face: Face | None) -> Iterator[None]:
    """Ask for somebody within the block, and for whoever it was before afterwards."""
    token = _now.set(face)
    try:
        yield
    finally:
        _now.reset(token)


def public() -> None:
    """Ask for somebody without a desk, to whom nothing has been opened yet."""
    wear(PUBLIC)


def system() -> None:
    """Ask for the system itself: commands and sweeps, which nobody looks over the shoulder of."""
    wear(SYSTEM)


def name(*case_ids: int) -> None:
    """Open cases one by one, to whoever has shown what opens them; a wall against an officer stays."""
    _add(cases=case_ids)


def name_draft(draft_id: int) -> None:
    """Open one draft; its secret is compared afterwards."""
    _add(drafts=(draft_id,))


def look_up(number: str) -> None:
    """Let the number that was typed be looked for."""
    if (face := _now.get()) and face.kind != SYSTEM.kind:
        _now.set(replace(face, number=number))


@contextmanager
def raising(case_id: int) -> Iterator[None]:
    """Write within the block what raises walls around a case, although they may hide it from whoever writes."""
    face = _now.get()
    with worn(replace(face, raising=case_id) if face else None):
        yield


def _add(*, cases: Iterable[int] = (), drafts: Iterable[int] = ()) -> None:
    face = _now.get()
    if (
        face is None
        or face.kind == SYSTEM.kind
        or (face.cases.issuperset(cases) and face.drafts.issuperset(drafts))
    ):
        return
    _now.set(replace(face, cases=face.cases.union(cases), drafts=face.drafts.union(drafts)))
