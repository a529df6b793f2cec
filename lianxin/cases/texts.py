"""The only place where typed text is brought into its one stored form; done once, on entry, before validation.

Full-width letters, digits and markup signs become ordinary ones (so that nothing turns into markup later),
Chinese punctuation stays as it was written, control characters and invisible direction marks go, line ends
become one kind. The original is kept beside the result.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

KEPT = set("，。！？：；（）、～“”‘’《》〈〉【】「」『』—…·％＋－＝／￥①②③④⑤⑥⑦⑧⑨⑩")
DROPPED = {"Cc", "Cs"}
BIDI = set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def normalised(text: str) -> str:
    """Return running text in its stored form: several lines, at most two line ends in a row, no blanks at the edges."""
    lines = _clean(
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    ).split("\n")
    kept: list[str] = []
    for line in (" ".join(part for part in raw.split(" ") if part).rstrip() for raw in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def one_line(text: str) -> str:
    """Return text for one line: as `normalised`, line ends become blanks."""
    return " ".join(normalised(text).split())


def plain_code(text: str) -> str:
    """Return letters and digits of a number someone typed: NFKC, no blanks or dashes, capital letters."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf", "Cc"})


def _clean(text: str) -> str:
    """Fold what is not kept, then drop what must not be stored."""
    folded = "".join(
        c if c in KEPT else unicodedata.normalize("NFKC", c) for c in unicodedata.normalize("NFC", text)
    )
    return "".join(
        " " if c == "\t" else c
        for c in folded
        if c in "\n\t" or (unicodedata.category(c) not in DROPPED and c not in BIDI)
    )


def tidied(identity: Mapping[str, str]) -> dict[str, str]:
    """Return identity fields in their stored form: numbers without blanks, the rest on one line."""
    coded = {"phone", "id_number"}
    return {name: plain_code(value) if name in coded else one_line(value) for name, value in identity.items()}
