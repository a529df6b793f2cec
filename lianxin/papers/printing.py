"""The only place that turns a paper's content into a PDF.

The typesetter is loaded at the first paper and then kept: a page takes about ten milliseconds, but a process
that prints holds some 90 MB of fonts. Processes that serve pages use `press.render_apart`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from lianxin.papers import fonts, glyphs
from lianxin.papers.content import PaperContent, by_key, encoded
from lianxin.papers.errors import BadPaper
from lianxin.papers.kinds import kind_of

if TYPE_CHECKING:
    from typst import Compiler, PDFStandard

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: tuple[PDFStandard, ...] = ("a-2b", "ua-1")
"""PDF/A-2b for the archive and PDF/UA-1 for readers who listen."""

BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class _Press:
    """The kept typesetter with its fonts, and the `configure` call it belongs to."""

    compiler: Compiler
    faces: str
    generation: int


_lock = threading.Lock()
_press: _Press | None = None


def render(content: PaperContent, *, variant: str = "a4", issued_at: datetime) -> bytes:
    """Return the paper as PDF/A-2b and PDF/UA-1; equal arguments and fonts give equal bytes.

    `issued_at` is the time stamp inside the file; the date on the paper is the content's `date`.
    Raises BadPaper for an unknown kind or variant, NoFonts on a machine without Chinese fonts. Call
    `check` first: it answers in sentences what would stop here with an error of the typesetter.
    """
    pdf, warnings = typeset(content, variant=variant, issued_at=issued_at)
    if warnings:
        raise BadPaper(f"{content.kind}: {'; '.join(warnings)}")
    return pdf


def typeset(content: PaperContent, *, variant: str, issued_at: datetime) -> tuple[bytes, list[str]]:
    """Return the PDF and what the typesetter warned of."""
    kind = kind_of(content.kind, content.fields)
    if kind is None or variant not in kind.variants:
        raise BadPaper(f"no layout prints {content.kind} as {variant}")
    if issued_at.tzinfo is None:
        raise BadPaper(f"{content.kind}: issued_at has no time zone")
    by_key(content)
    inputs = {
        "data": json.dumps(json.loads(encoded(content))["fields"], ensure_ascii=False),
        "variant": variant,
        "kind": kind.id,
    }
    address = _follow_address(content)
    if address:
        inputs["qr"] = _qr(address)
    with _lock:
        press = _ready()
        made, warnings = press.compiler.compile_with_warnings(
            input=TEMPLATES / f"{kind.template or kind.id}.typ",
            format="pdf",
            sys_inputs={**inputs, "faces": press.faces},
            pdf_standards=list(STANDARDS),
            timestamp=issued_at.astimezone(BEIJING).replace(microsecond=0),
        )
    if not isinstance(made, bytes):
        raise BadPaper(f"{content.kind}: the typesetter gave no single file")
    return made, [warning.message for warning in warnings]


def _follow_address(content: PaperContent) -> str:
    """Return the public address for the QR code; it must lead to nobody's case by itself."""
    follow = content.fields.get("follow")
    address = str(follow.get("address") or "") if isinstance(follow, Mapping) else ""
    for key in ("item_no", "query_code"):
        secret = str(content.fields.get(key) or "")
        if secret and secret in address:
            raise BadPaper(f"{content.kind}: the follow address holds the {key}")
    return address


def _qr(address: str) -> str:
    import segno

    return segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2)


def _ready() -> _Press:
    """Return the kept typesetter, made anew when the fonts were configured again."""
    global _press
    generation = glyphs.generation()
    if _press is None or _press.generation != generation:
        held = glyphs.table()
        import typst

        found = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=True,
            font_paths=list(map(str, fonts.folders(map(Path, held.paths)))),
        )
        compiler = typst.Compiler(root=TEMPLATES, font_paths=found)
        _press = _Press(compiler, json.dumps(held.stacks, ensure_ascii=False), generation)
    return _press
