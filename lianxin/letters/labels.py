"""The square code of a letter's label: the label's number and nothing else, as the path of a drawing."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 4
"""Empty modules around the code."""


@dataclass(frozen=True, slots=True)
class Square:
    """A square code as an SVG draws it: so many modules wide, and the path of the dark ones."""

    size: int
    path: str


def square(code: str) -> Square:
    """Return the code of a label. It holds letters and digits of the keyboard, so that a scanner types it as it stands."""
    made = segno.make_qr(code, error="q")
    rows = list(made.matrix)
    dark = [
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    ]
    return Square(len(rows) + 2 * QUIET, "".join(dark))
