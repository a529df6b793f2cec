"""The only place that seals and opens what a letter holds before it is registered: its text, and where its scans lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lianxin.files.keeping import Kept
from lianxin.letters.models import Letter
from lianxin.organs.keys import derived, key_id, open_derived, seal, suite_in_use

NAME = "letter"


@dataclass(frozen=True, slots=True)
class Contents:
    """A letter in clear: `text` as it stands, `typed` as the first person wrote it down, and its scans in order, `leaves`
    saying how many pages each has.
    """

    text: str = ""
    typed: str = ""
    scans: tuple[Kept, ...] = ()
    leaves: tuple[int, ...] = ()

    def with_text(self, text: str) -> Contents:
        """Return it with the text a second person has compared; the first one's words stay beside it."""
        return replace(self, text=text)


def opened(letter: Letter) -> Contents:
    """Return what a letter holds; nothing for one that is not opened yet or has become a case. Raises CannotOpen."""
    if not letter.box:
        return Contents()
    plain: Mapping[str, Any] = json.loads(plain_of(letter))
    return Contents(
        plain["text"], plain["typed"], tuple(Kept(**one) for one in plain["scans"]), tuple(plain["leaves"])
    )


def sealed(letter: Letter, contents: Contents) -> dict[str, object]:
    """Return the columns that hold a letter's contents, sealed with the current key."""
    plain = {
        "text": contents.text,
        "typed": contents.typed,
        "scans": [one.as_plain() for one in contents.scans],
        "leaves": contents.leaves,
    }
    return resealed(letter, json.dumps(plain, ensure_ascii=False).encode())


def resealed(letter: Letter, plain: bytes) -> dict[str, object]:
    """Return the columns that hold what a letter holds, sealed with the current key in the suite in use."""
    suite, named = suite_in_use(), key_id()
    box = seal(derived(NAME, suite, named), plain, bound_to=_bound(letter), suite=suite)
    return {"box": box, "suite": suite, "key_id": named}


def plain_of(letter: Letter) -> bytes:
    """Return what a letter holds, as it was sealed. Raises CannotOpen."""
    box = bytes(letter.box)
    return open_derived(NAME, box, bound_to=_bound(letter), suite=letter.suite, key_id=letter.key_id)


def _bound(letter: Letter) -> bytes:
    return f"letter|{letter.organ_id}|{letter.id}".encode()
