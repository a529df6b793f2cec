"""PDF: opened by the maintained engine, looked through for whatever acts by itself, shown as pictures of its pages."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO

import pypdfium2 as pdfium
import pypdfium2.raw as engine

from lianxin.files.worker.images import as_jpeg
from lianxin.files.worker.work import PAGES, PIXELS, Answer, Refusal

MEGA = 1024 * 1024
SCALE = 1.8
"""Points to pixels: about 130 per inch."""
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
ACTS = re.compile(rb"/(JavaScript|Launch|RichMedia|ImportData|SubmitForm|Rendition)\b")
"""Names without which nothing in a PDF acts; long enough never to turn up by chance in compressed pictures."""
EMBEDS = re.compile(rb"/(EmbeddedFile|EmbeddedFiles|FileAttachment)\b")
INFLATED, LONGEST_STREAM = 128 * MEGA, 16 * MEGA


def check(body: BytesIO) -> Answer:
    """Return the flag of a PDF: script, embedded, locked or "". Raises Refusal for what cannot be opened or is two files in one."""
    data = body.getvalue()
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0 or data[end + 5 :].strip(b"\r\n\t \x00"):
        raise Refusal("two_in_one" if end >= 0 else "broken")
    document = _opened(data)
    pages = len(document)
    if pages < 1:
        raise Refusal("no_pages")
    if pages > PAGES:
        raise Refusal("too_many_pages")
    return {"kind": "pdf", "flag": _flag(document, data), "pages": pages}, b""


def _flag(document: pdfium.PdfDocument, data: bytes) -> str:
    if b"/Encrypt" in data:
        return "locked"
    if engine.FPDFDoc_GetJavaScriptActionCount(document) or engine.FPDF_GetFormType(document) in (2, 3):
        return "script"
    embedded = bool(engine.FPDFDoc_GetAttachmentCount(document))
    for part in _plain(data):
        part = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)
        if ACTS.search(part):
            return "script"
        embedded = embedded or bool(EMBEDS.search(part))
    return "embedded" if embedded else ""


def _plain(data: bytes) -> Iterator[bytes]:
    """Yield the file as it is, then each stream but pictures, inflated: objects may hide there. Raises Refusal beyond a limit."""
    yield data
    room = INFLATED
    start = 0
    while (found := data.find(b"stream", start)) >= 0:
        end = data.find(b"endstream", found)
        if end < 0:
            return
        start = end + 9
        about = data[max(found - 1500, 0) : found].rpartition(b"obj")[2]
        if b"/Image" in about and b"/ObjStm" not in about:
            continue
        try:
            part = zlib.decompressobj().decompress(data[found + 6 : end].lstrip(b"\r\n"), LONGEST_STREAM + 1)
        except zlib.error:
            continue
        room -= len(part)
        if room < 0 or len(part) > LONGEST_STREAM:
            raise Refusal("bomb")
        yield part


def preview(body: BytesIO, first: int, count: int) -> Answer:
    """Return pictures of some pages; scripts never run, this engine has none."""
    document = _opened(body.getvalue())
    pages, made = len(document), []
    for number in range(max(first, 0), min(first + count, pages)):
        page = document[number]
        width, height = page.get_size()
        scale = min(SCALE, (PIXELS / 4 / max(width * height, 1)) ** 0.5)
        made.append(as_jpeg(page.render(scale=scale).to_pil().convert("RGB")))
        page.close()
    return {"pages": pages, "sizes": [len(one) for one in made]}, b"".join(made)


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        locked = getattr(problem, "err_code", None) == engine.FPDF_ERR_PASSWORD or "assword" in str(problem)
        raise Refusal("locked" if locked else "broken") from None
