"""What is done with each kind of file: `check` looks whether it may be kept and rebuilds it, `preview` makes pictures or words."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

PIXELS = 40_000_000
PAGES = 500
WORDS = 200_000
"""Letters of a preview in words."""
Answer = tuple[dict[str, Any], bytes]


class Refusal(Exception):
    """The file cannot be kept or shown; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(kind: str, body: BytesIO) -> Answer:
    """Return the true kind, the flag of what is dangerous in it ("" for nothing), and the rebuilt bytes where it is rebuilt."""
    if kind == "zip":
        from lianxin.files.worker import office

        return office.check(body)
    if kind not in ("jpeg", "png", "webp") and zipfile.is_zipfile(body):
        raise Refusal("two_in_one")
    if kind == "pdf":
        from lianxin.files.worker import pdfs

        return pdfs.check(body)
    if kind in ("jpeg", "png", "webp"):
        from lianxin.files.worker import images

        return images.check(kind, body)
    if kind == "text":
        words = words_of(body.getvalue())
        return {"kind": "text", "flag": ""}, words.encode()
    return {"kind": kind, "flag": ""}, b""


def preview(kind: str, body: BytesIO, first: int, count: int) -> Answer:
    """Return pictures of the pages from `first`, at most `count`, as JPEG one after the other, or the words of the file."""
    if kind == "pdf":
        from lianxin.files.worker import pdfs

        return pdfs.preview(body, first, count)
    if kind in ("jpeg", "png", "webp"):
        from lianxin.files.worker import images

        return images.preview(kind, body)
    if kind in ("docx", "xlsx"):
        from lianxin.files.worker import office

        return {"words": office.words(kind, body, WORDS)}, b""
    if kind == "text":
        return {"words": words_of(body.getvalue())[:WORDS]}, b""
    raise Refusal("unknown")


def words_of(data: bytes) -> str:
    """Return the words of a text file in whatever of the usual ways it was written. Raises Refusal where there are none."""
    ways = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for way in ways:
        try:
            words = data.decode(way)
        except UnicodeDecodeError:
            continue
        if any(c < " " and c not in "\t\r\n\f" for c in words):
            break
        return words
    raise Refusal("unknown")
