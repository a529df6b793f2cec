"""Reads the printed text back out of a PDF, with the standard library only, so that tests need no system tool.

Knows what the typesetter writes: plain objects, deflated streams, two-byte glyph codes, a ToUnicode map per font.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
TOKEN = re.compile(
    rb"/(?:ActualText|Alt) ?(?:<[^>]*>|\((?:\\.|[^\\()])*\))"
    rb"|/(?P<font>f\d+) [\d.]+ Tf"
    rb"|q 1 0 0 -1 (?P<x>[-\d.]+) (?P<y>[-\d.]+) cm"
    rb"|\((?P<text>(?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)"
    rb"|(?<!<)<(?P<hex>[0-9A-Fa-f]+)>",
    re.DOTALL,
)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of printed text and its baseline in points from the foot of the page."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF taken apart: its objects by number."""

    objects: dict[int, bytes]

    def head(self, number: int) -> bytes:
        return self.objects[number].partition(b"stream\n")[0]

    def stream(self, number: int) -> bytes:
        head, _, rest = self.objects[number].partition(b"stream\n")
        body = rest[: rest.rindex(b"endstream")].removesuffix(b"\n")
        return zlib.decompress(body) if b"FlateDecode" in head else body


def pages(pdf: bytes) -> list[list[Run]]:
    """Return the runs of each page in the order they were set."""
    document = Document({int(match[1]): match[2] for match in OBJECT.finditer(pdf)})
    root = next(number for number in document.objects if b"/Type/Pages" in document.head(number))
    kids = re.search(rb"/Kids\[([^\]]*)\]", document.head(root))
    assert kids, "no pages in the file"
    return [_runs(document, int(number)) for number in re.findall(rb"(\d+) 0 R", kids[1])]


def text(pdf: bytes) -> str:
    """Return all printed text without blanks and break marks, page after page."""
    words = "".join(run.text for page in pages(pdf) for run in page)
    return re.sub(r"[\s\u200b]+", "", words)


def _runs(document: Document, page: int) -> list[Run]:
    fonts = _fonts(document, _number(document.head(page), b"Resources"))
    found: list[Run] = []
    font, y = "", 0.0
    for token in TOKEN.finditer(document.stream(_number(document.head(page), b"Contents"))):
        if token["font"]:
            font = token["font"].decode()
        elif token["y"]:
            y = float(token["y"])
        elif token["text"] is not None or token["hex"]:
            literal = token["text"]
            codes = (
                bytes.fromhex(token["hex"].decode()) if literal is None else ESCAPE.sub(_unescaped, literal)
            )
            found.append(
                Run("".join(fonts[font].get(codes[i : i + 2], "\ufffd") for i in range(0, len(codes), 2)), y)
            )
    return found


def _fonts(document: Document, resources: int) -> dict[str, dict[bytes, str]]:
    listed = re.search(rb"/Font<<(.*?)>>", document.head(resources), re.DOTALL)
    entries = re.findall(rb"/(f\d+) (\d+) 0 R", listed[1]) if listed else []
    maps = {name.decode(): _number(document.head(int(number)), b"ToUnicode") for name, number in entries}
    return {name: _characters(document.stream(number)) for name, number in maps.items()}


def _characters(cmap: bytes) -> dict[bytes, str]:
    """Return what each glyph code stands for."""
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(char.decode()).decode("utf-16-be")
        for code, char in re.findall(rb"^<([0-9A-F]{4})> <([0-9A-F]+)>$", cmap, re.MULTILINE)
    }


def _number(head: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" (\d+) 0 R", head)
    assert found, key
    return int(found[1])


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if code.isdigit() else NAMED.get(code, code)
