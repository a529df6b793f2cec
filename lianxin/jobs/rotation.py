"""The only place that brings everything that is sealed over to the current keys, and says what still needs an older one.

Beginning and end of a run are events of the system (`keys.rotating`, `keys.rotated`) with names of keys and numbers of rows; of a
run that was killed the beginning stands there alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from lianxin.cases.history import Moment
from lianxin.cases.models import Attachment
from lianxin.files import rotation as of_files
from lianxin.files.store import store
from lianxin.organs import keyring
from lianxin.organs import rotation as of_officers
from lianxin.organs.events import of_system
from lianxin.petitioners import drafts
from lianxin.petitioners import rotation as of_people

STUCK_SHOWN = 50
HALF = timedelta(hours=1)
"""How old a half written file is at least before it is taken for one a killed run has left behind."""


@dataclass
class Rotated:
    """How much was brought over, by kind, and what did not open, at most some of each."""

    done: dict[str, int] = field(default_factory=dict)
    stuck: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, rows: int, stuck: tuple[int, ...] | tuple[str, ...]) -> None:
        """Add what one kind came to."""
        self.done[kind] = rows
        if stuck:
            self.stuck[kind] = [str(one) for one in stuck[:STUCK_SHOWN]]


def rotate(*, when: Moment, suite: str = "", told: Callable[[int], object]) -> Rotated:
    """Bring data keys, drafts, officers' secrets, files and tokens over to the current keys; with `suite` each person's record
    is sealed anew with another data key in that suite. Raises KeysUnusable, and when the ledger cannot be written.
    """
    named: dict[str, object] = {kind: keyring.ring(kind).current for kind in keyring.KINDS}
    of_system("keys.rotating", at=when.at, **named, suite=suite)
    found = Rotated()
    people = of_people.people(suite=suite, told=told)
    found.note("people", people.rows, people.stuck)
    unfiled = of_people.unfiled(told=told)
    found.note("drafts", unfiled.rows, unfiled.stuck)
    found.note("secrets", *of_officers.secrets(told=told))
    tokens = of_people.tokens(told=told)
    found.note("tokens", tokens.rows, tokens.stuck)
    store().sweep(before=when.at - HALF)
    found.note("files", *of_files.files(told=told, there=is_wanted))
    stuck = {kind: len(some) for kind, some in found.stuck.items()}
    of_system("keys.rotated", at=when.at, **named, suite=suite, done=found.done, stuck=stuck)
    return found


def in_use() -> dict[str, dict[str, int]]:
    """Return how much stands under each key: kind -> short name of the key ("" where none is named) -> rows or files."""
    return {**of_people.in_use(), "secrets": of_officers.in_use(), "files": of_files.in_use()}


def needed(key_id: str, current: str) -> dict[str, int]:
    """Return of which kinds how much still needs a key that is not the current one; rows that name no key may need any."""
    return {
        kind: count
        for kind, found in in_use().items()
        if key_id != current and (count := found.get(key_id, 0) + found.get("", 0))
    }


def faults(*, told: Callable[[int], object]) -> Iterator[tuple[int, int]]:
    """Yield case and number of each party that does not open by the key it names."""
    yield from of_people.unopened(told=told)


def record(what: str, *, when: Moment, **facts: object) -> None:
    """Record an event about keys (`keys.made`, `keys.used`, `keys.dropped`, `keys.split`, `keys.joined`); never a key."""
    of_system(f"keys.{what}", at=when.at, **facts)


def is_wanted(name: str) -> bool:
    """Tell whether a draft or a case still has this file."""
    owner = int(name.partition("/")[0])
    rows = Attachment.objects.filter(Q(name=name) | Q(original=name), case_id=owner)
    return drafts.is_open(owner) or rows.exists()
