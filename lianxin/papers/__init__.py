"""文书: official papers as numbered PDFs with the mandatory contents of the rulebook.

`check` before issuing, `digest` for the ledger, `render` to print. Knows no database and no web.
"""

from __future__ import annotations

from lianxin.papers.checking import ContentRule, PaperRule, check
from lianxin.papers.content import PaperContent, canonical, digest, kept
from lianxin.papers.errors import BadPaper, IncompletePaper, MissingGlyph, NoFonts
from lianxin.papers.glyphs import configure, missing_glyphs
from lianxin.papers.kinds import KINDS, OUTCOMES
from lianxin.papers.press import render_apart
from lianxin.papers.printing import render

__all__ = [
    "KINDS",
    "OUTCOMES",
    "BadPaper",
    "ContentRule",
    "IncompletePaper",
    "MissingGlyph",
    "NoFonts",
    "PaperContent",
    "PaperRule",
    "canonical",
    "check",
    "configure",
    "digest",
    "kept",
    "missing_glyphs",
    "render",
    "render_apart",
]
