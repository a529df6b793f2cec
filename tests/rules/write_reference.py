"""Write docs/reference/rules.md and states.svg anew from the data: python -m tests.rules.write_reference."""

from __future__ import annotations

from pathlib import Path

from lianxin.procedure.book import load_book
from lianxin.procedure.diagram import diagram
from lianxin.procedure.reference import reference

from .situations import situations, situations_by_clock, situations_by_step

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def generated() -> dict[str, str]:
    """Return file name and content of everything that is generated."""
    book = load_book("national_2022")
    tested = {**situations_by_step(situations()), **situations_by_clock(situations())}
    return {"rules.md": reference(book, tested), "states.svg": diagram(book)}


if __name__ == "__main__":
    for name, content in generated().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
