"""The only place that says how typed words meet the words of an article: one form for both, pairs of characters."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60
"""Letters of a question that are looked at; what is typed further on narrows nothing."""
PAIRS = 24
BREAK = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Return text as it is looked through: one width, small letters, one blank for all that is no letter or digit."""
    return BREAK.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def pieces(typed: str) -> list[str]:
    """Return what to look for: every pair of neighbouring characters, a word of Latin letters or digits whole.

    A single Chinese character stands for itself. [] where nothing was typed that could be found.
    """
    found: list[str] = []
    for run in re.findall(r"[a-z0-9]+|[^a-z0-9 ]+", folded(typed[:LONGEST])):
        if run.isascii() or len(run) == 1:
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
    return list(dict.fromkeys(found))[:PAIRS]
