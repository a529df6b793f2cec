"""文书: official papers as numbered PDFs with the mandatory contents of the rulebook.

`from_rule` puts the contents in order, `check` before issuing, `digest` for the ledger, `render` to print.
Knows no database and no web.
"""

from __future__ import annotations

from lianxin.papers.checking import ContentRule, PaperRule, check
from lianxin.papers.content import PaperContent, canonical, digest, kept
from lianxin.papers.errors import BadPaper, IncompletePaper, MissingGlyph, NoFonts
from lianxin.papers.glyphs import configure, missing_glyphs
from lianxin.papers.kinds import KINDS, OUTCOMES, REVIEW_OUTCOMES
from lianxin.papers.press import render_apart
from lianxin.papers.printing import render
from lianxin.papers.sections import cited, from_rule

__all__ = [
    "KINDS",
    "OUTCOMES",
    "REVIEW_OUTCOMES",
    "BadPaper",
    "ContentRule",
    "IncompletePaper",
    "MissingGlyph",
    "NoFonts",
    "PaperContent",
    "PaperRule",
    "canonical",
    "check",
    "cited",
    "configure",
    "digest",
    "from_rule",
    "kept",
    "missing_glyphs",
    "render",
    "render_apart",
]
