"""Files as people and attackers send them, all made here."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from openpyxl import Workbook
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
PRIVATE = b"lianxin private test signature 7f3a"


def picture(size: tuple[int, int] = (120, 80), kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a small picture with some colours."""
    image = Image.new(mode, size, (200, 30, 40, 255)[: len(mode)])
    image.paste((20, 120, 90, 255)[: len(mode)], (10, 10, 40, 30))
    return saved(image, kind)


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def photograph() -> bytes:
    """Return a JPEG with place, author, device, a sideways note and a thumbnail."""
    image = Image.new("RGB", (120, 80), (200, 30, 40))
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Artist] = "Lianxin Phone", "LX-1", "辛小禾".encode().decode()
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (31.0, 32.0, 5.0)
    return saved(image, "JPEG", exif=exif.tobytes(), comment=b"taken at home")


def flood(side: int = 9000) -> bytes:
    """Return a PNG of a few kilobytes that unfolds to side x side points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    machine, rows = zlib.compressobj(9), b""
    row = b"\0" * (1 + side // 8 + 1)
    for _ in range(side):
        rows += machine.compress(row)
    rows += machine.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(*, pages: int = 1, catalog: bytes = b"", extra: bytes = b"") -> bytes:
    """Return a small PDF; `catalog` and `extra` add entries and objects."""
    kids = b" ".join(b"%d 0 R" % (10 + i) for i in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        3: b"<< /Length 43 >>\nstream\nBT /F1 24 Tf 20 100 Td (Lianxin test) Tj ET\nendstream",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for i in range(pages):
        objects[10 + i] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 3 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>"
        )
    return _numbered(objects, extra)


def _numbered(objects: dict[int, bytes], extra: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += extra
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        place = places.get(number)
        out += b"%010d 00000 n \n" % place if place is not None else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def script_pdf(*, escaped: bool = False) -> bytes:
    """Return a PDF that runs a script when it is opened."""
    name = b"/J#61vaScript" if escaped else b"/JavaScript"
    return pdf(catalog=b"/OpenAction << /S " + name + b" /JS (app.alert(1)) >>")


def hidden_script_pdf() -> bytes:
    """Return a PDF whose script stands in a compressed object stream."""
    packed = zlib.compress(b"20 0 << /S /JavaScript /JS (app.alert(1)) >>")
    stream = b"20 0 obj\n<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length %d >>\nstream\n" % len(
        packed
    )
    return pdf(extra=stream + packed + b"\nendstream\nendobj\n")


def package(parts: dict[str, bytes], **more: int) -> bytes:
    """Return a ZIP of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


DOCX = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>低保金停发的经过</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>第二段</w:t></w:r></w:p></w:body></w:document>".encode(),
}


def docx(**parts: bytes) -> bytes:
    """Return a small document; `parts` replace or add."""
    return package({**DOCX, **{name.replace("__", "/"): body for name, body in parts.items()}})


def docx_with(extra: dict[str, bytes]) -> bytes:
    """Return a small document with more parts."""
    return package({**DOCX, **extra})


def xlsx() -> bytes:
    """Return a table."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["月份", "金额"])
    book.active.append(["八月", 480])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """Return a document of some ten kilobytes that unfolds to 50 megabytes."""
    return docx_with({"word/media/zeros.bin": b"\0" * (50 * 1024 * 1024)})


def both_pdf_and_zip() -> bytes:
    """Return one file that a reader takes for a PDF, an unpacker for a ZIP, and a browser for a page."""
    return pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%<html><script>alert(1)</script>\n") + package(
        {"x.html": b"<html>"}
    )


def locked_pdf() -> bytes:
    """Return a PDF that asks for a password (standard handler, 40 bit, keys of nobody)."""
    nobody = b"<" + b"ab" * 32 + b">"
    lock = b"<< /Filter /Standard /V 1 /R 2 /O " + nobody + b" /U " + nobody + b" /P -4 >>"
    return pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /ID [<00> <00>] /Encrypt " + lock)
