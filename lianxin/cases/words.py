"""The only place that turns text into what is searched for: bigrams (two characters side by side) of the folded text.

Found is what stands in the folded text letter by letter, nothing less and nothing more (decision 22). Each bigram is written
with plain letters, so that no database takes it apart, folds it again or knows a language; the same on all of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256

LONGEST = 50
"""Characters one may search for."""
SIZE = 240
"""Tokens of one row: PostgreSQL keeps 256 places of a token and forgets the others."""
STEP = SIZE - (LONGEST - 2)
"""How far the next row begins, so that whatever may be searched for stands whole in one of them."""
GAP = "z"
"""Stands between two texts, so that nothing is found across them; no token looks like it."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDTH = 5
"""Letters of one character: 26 to the fifth is more than Unicode has."""
BLANKS = re.compile(r"\s+")
BETWEEN = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")
"""A blank that does not part two Latin words or numbers: Chinese has none, and a line may end anywhere."""


def folded(text: str) -> str:
    """Return text as it is compared: full width as half, capitals as small letters, without blanks, line ends and invisible
    signs inside Chinese. Traditional characters stay what they are.
    """
    wide = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(c for c in BLANKS.sub(" ", wide) if not _unseen(c))
    return BETWEEN.sub("", seen.strip())


def bigrams(text: str) -> list[str]:
    """Return the tokens of a folded text: two characters each from every place; the last one stands alone."""
    return [token(text[i : i + 2]) for i in range(len(text))]


def token(characters: str) -> str:
    """Return one or two characters in plain letters."""
    return "".join(map(_spelt, characters))


def asked(text: str) -> list[str]:
    """Return the tokens that stand in a row where this folded text is found; of a single character the beginning of one."""
    return bigrams(text)[:-1] if len(text) > 1 else bigrams(text)


def rows(texts: Iterable[str]) -> Iterator[str]:
    """Yield what is stored of several folded texts, in rows of at most `SIZE` tokens that overlap."""
    tokens: list[str] = []
    for text in filter(None, texts):
        tokens += [*([GAP] if tokens else []), *bigrams(text)]
    for start in range(0, max(len(tokens) - SIZE + STEP, 1), STEP):
        if part := tokens[start : start + SIZE]:
            yield " ".join(part)


def digest(texts: Iterable[str]) -> str:
    """Return the mark by which stored rows are found to be those of these folded texts."""
    return sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def _unseen(character: str) -> bool:
    """Tell whether a character is a sign nobody sees: controls, marks of direction, variants of a glyph."""
    if character == " ":
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs"} or 0xFE00 <= code < 0xFE10 or code >> 8 == 0xE01
    )


@lru_cache(maxsize=65536)
def _spelt(character: str) -> str:
    code, letters = ord(character), ""
    for _ in range(WIDTH):
        code, rest = divmod(code, len(LETTERS))
        letters += LETTERS[rest]
    return letters
