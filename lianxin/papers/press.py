"""The only place that prints in a process of its own, so that a serving process never holds the fonts.

`python -m lianxin.papers` reads one order as JSON from its input and writes the PDF to its output.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from lianxin.papers import glyphs
from lianxin.papers.content import PaperContent, encoded
from lianxin.papers.errors import BadPaper
from lianxin.papers.printing import render

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


def render_apart(content: PaperContent, *, variant: str = "a4", issued_at: datetime) -> bytes:
    """Return the same bytes as `render`, made by a child process that ends afterwards (about half a second).

    Raises NoFonts as `render` does, and BadPaper with the child's last words for anything else.
    """
    setup = glyphs.configured()
    glyphs.table()
    order = {
        "content": json.loads(encoded(content)),
        "variant": variant,
        "issued_at": issued_at.isoformat(),
        "font_dirs": list(map(str, setup.font_dirs)),
        "system_dirs": list(map(str, setup.system_dirs)),
        "cache_dir": str(setup.cache_dir) if setup.cache_dir else None,
    }
    command = [sys.executable, "-m", "lianxin.papers"]
    done = subprocess.run(  # noqa: S603 - our own module, no shell, no words from outside
        command, input=json.dumps(order).encode(), capture_output=True, timeout=SECONDS, check=False, cwd=ROOT
    )
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise BadPaper(f"{content.kind}: {words[-1] if words else 'the press gave nothing'}")
    return done.stdout


def main() -> int:
    """Print one order from standard input to standard output."""
    order = json.loads(sys.stdin.buffer.read())
    glyphs.configure(
        font_dirs=order["font_dirs"], system_dirs=order["system_dirs"], cache_dir=order["cache_dir"]
    )
    content = PaperContent(order["content"]["kind"], order["content"]["fields"])
    pdf = render(content, variant=order["variant"], issued_at=datetime.fromisoformat(order["issued_at"]))
    sys.stdout.buffer.write(pdf)
    return 0
