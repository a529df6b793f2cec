"""The only place that answers whether a character can be printed.

The answer comes from one bitmap of all code points that any usable face has, built once from the fonts'
character maps and kept in the cache folder: a process that only checks never opens a font.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lianxin.papers import fonts
from lianxin.papers.errors import BadPaper, NoFonts

FORMAT = 1
CODE_POINTS = 0x40000
"""Planes 0 to 3 hold every Han character; the private planes above are never printed."""

LAYOUT = frozenset({0x09, 0x0A, 0x0D, 0x20, 0x00AD, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2060, 0xFEFF})
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Characters that steer layout and need no glyph of their own."""

SAMPLE = "民政信访事项"


@dataclass(frozen=True, slots=True)
class Table:
    """字形表: which code points can be printed, and the families of each role."""

    bits: bytes
    stacks: dict[str, list[str]]
    paths: tuple[str, ...]

    def has(self, code: int) -> bool:
        """Return whether some face draws the code point, or none is needed."""
        if code in LAYOUT or any(code in selector for selector in SELECTORS):
            return True
        return code < CODE_POINTS and bool(self.bits[code >> 3] >> (code & 7) & 1)


_lock = threading.Lock()
_setup = fonts.Setup()
_table: Table | None = None
_generation = 0


def configure(
    *,
    font_dirs: Sequence[Path | str] = (),
    cache_dir: Path | str | None = None,
    system_dirs: Sequence[Path | str] = fonts.SYSTEM_DIRS,
) -> None:
    """Set where fonts are looked for (the office's folders first) and where the glyph table is kept.

    Called once at the start; calling it again forgets the fonts loaded so far.
    """
    global _setup, _table, _generation
    with _lock:
        _setup = fonts.Setup(
            tuple(map(Path, font_dirs)), tuple(map(Path, system_dirs)), Path(cache_dir) if cache_dir else None
        )
        _table = None
        _generation += 1


def configured() -> fonts.Setup:
    """Return where fonts are looked for now."""
    return _setup


def generation() -> int:
    """Return a number that changes with each `configure`, so that kept typesetters know they are old."""
    return _generation


def table() -> Table:
    """Return the glyph table of the configured fonts, from memory, from the cache folder, or built now.

    Raises NoFonts when no face has Chinese.
    """
    global _table
    held = _table
    if held is not None:
        return held
    with _lock:
        if _table is None:
            _table = _load(_setup)
        return _table


def missing_glyphs(text: str, role: str) -> list[str]:
    """Return the characters of the text that cannot be printed in the role, each once, in order.

    Every role falls back to every usable family, so a character is missing in all roles or in none.
    """
    if role not in fonts.ROLES:
        raise BadPaper(f"unknown font role {role}")
    held = table()
    bits = held.bits
    poor = {
        char
        for char in set(text)
        if not ((code := ord(char)) < CODE_POINTS and bits[code >> 3] >> (code & 7) & 1)
        and not held.has(code)
    }
    return [char for char in dict.fromkeys(text) if char in poor] if poor else []


def _load(setup: fonts.Setup) -> Table:
    paths = fonts.files(setup)
    if not paths:
        raise NoFonts
    place = setup.cache_dir / f"glyphs-{_fingerprint(paths)}.bin" if setup.cache_dir else None
    held = _read(place) if place else None
    if held is None:
        held = _build(paths)
        if place:
            _write(place, held)
    if not all(held.has(ord(char)) for char in SAMPLE):
        raise NoFonts
    return held


def _fingerprint(paths: Iterable[Path]) -> str:
    """Return a key that changes when a font file comes, goes or is replaced."""
    seen = hashlib.sha256(f"{FORMAT}".encode())
    for path in paths:
        state = path.stat()
        seen.update(f"\0{path}\0{state.st_size}\0{state.st_mtime_ns}".encode())
    return seen.hexdigest()[:20]


def _read(place: Path) -> Table | None:
    """Return the kept table, or None when there is none or it was cut off."""
    try:
        head, _, bits = place.read_bytes().partition(b"\n")
        known = json.loads(head)
    except (OSError, ValueError):
        return None
    if len(bits) != CODE_POINTS // 8 or hashlib.sha256(bits).hexdigest() != known.get("sha256"):
        return None
    return Table(bits, known["stacks"], tuple(known["paths"]))


def _write(place: Path, held: Table) -> None:
    """Keep the table; another process may do the same at the same moment, the last whole file stays."""
    head = {"stacks": held.stacks, "paths": held.paths, "sha256": hashlib.sha256(held.bits).hexdigest()}
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".glyphs-")
    with os.fdopen(handle, "wb") as file:
        file.write(json.dumps(head, ensure_ascii=False).encode() + b"\n" + held.bits)
    os.replace(draft, place)


def _build(paths: Sequence[Path]) -> Table:
    """Return the table read from the fonts themselves; takes about half a second."""
    import typst

    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=list(map(str, fonts.folders(paths))),
    )
    usable = {os.path.realpath(path) for path in paths}
    faces = [
        fonts.Face(info.family, info.path, info.index)
        for info in found.fonts()
        if info.path and os.path.realpath(info.path) in usable and not fonts.TWINS.fullmatch(info.family)
    ]
    bits = bytearray(CODE_POINTS // 8)
    for face in faces:
        for code in _characters(face):
            if 0x20 <= code < CODE_POINTS:
                bits[code >> 3] |= 1 << (code & 7)
    return Table(bytes(bits), fonts.stacks(faces), tuple(sorted(usable)))


def _characters(face: fonts.Face) -> list[int]:
    from fontTools.ttLib import TTFont

    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        return list(font.getBestCmap() or ())
