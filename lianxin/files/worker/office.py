"""DOCX and XLSX: packages that are counted while they inflate, looked through for whatever acts, and read for their words."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from lianxin.files.worker.work import Answer, Refusal

MEGA = 1024 * 1024
ENTRIES, INFLATED, RATIO = 2_000, 100 * MEGA, 150
PIECE = 64 * 1024
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
MACROS = re.compile(
    rb"macroEnabled|vbaProject|ms-office\.activeX|intlMacrosheet|xl/macrosheets", re.IGNORECASE
)
EMBEDDED = re.compile(r"(^|/)(embeddings|activeX|oleObject)", re.IGNORECASE)
EXTERNAL = re.compile(rb"<Relationship\b[^>]*>", re.IGNORECASE)
PACKED = (
    ".zip",
    ".rar",
    ".7z",
    ".jar",
    ".docx",
    ".xlsx",
    ".docm",
    ".xlsm",
    ".exe",
    ".dll",
    ".js",
    ".vbs",
    ".bat",
    ".lnk",
)
REMEMBERED = 100_000
"""Shared strings of a table that are kept while its words are read."""


def check(body: BytesIO) -> Answer:
    """Return kind and flag of a package: macro, embedded, external or "". Raises Refusal for an archive, a bomb, two in one."""
    package = _opened(body)
    names = package.namelist()
    kind = next((kind for kind, main in MAIN.items() if main in names), "")
    if not kind or "[Content_Types].xml" not in names:
        raise Refusal("archive")
    _count(package)
    return {"kind": kind, "flag": _flag(package, names)}, b""


def _opened(body: BytesIO) -> zipfile.ZipFile:
    try:
        package = zipfile.ZipFile(body)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise Refusal("broken") from None
    listed = package.infolist()
    if any(one.flag_bits & 0x1 for one in listed):
        raise Refusal("locked")
    if len(listed) > ENTRIES or sum(one.file_size for one in listed) > INFLATED:
        raise Refusal("bomb")
    if not listed or min(one.header_offset for one in listed) != 0 or package.comment:
        raise Refusal("two_in_one")
    if any(
        one.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", one.filename) for one in listed
    ):
        raise Refusal("two_in_one")
    return package


def _count(package: zipfile.ZipFile) -> None:
    """Inflate everything into nothing and count: what a package declares of itself is not believed."""
    room = INFLATED
    for one in package.infolist():
        inflated = 0
        for part in _parts(package, one):
            inflated += len(part)
            room -= len(part)
            if room < 0 or (inflated > MEGA and inflated > RATIO * max(one.compress_size, 1)):
                raise Refusal("bomb")


def _parts(package: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with package.open(name) as entry:
            while part := entry.read(PIECE):
                yield part
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
        raise Refusal("broken") from None


def _flag(package: zipfile.ZipFile, names: list[str]) -> str:
    types = b"".join(_parts(package, "[Content_Types].xml"))
    if MACROS.search(types) or any(MACROS.search(name.encode()) for name in names):
        return "macro"
    if any(EMBEDDED.search(name) or name.lower().endswith(PACKED) for name in names):
        return "embedded"
    for name in names:
        if name.endswith(".rels"):
            for link in EXTERNAL.findall(b"".join(_parts(package, name))):
                if b"External" in link and b"/hyperlink" not in link:
                    return "external"
    if any(b"DDEAUTO" in part or b"DDE " in part for part in _parts(package, _main(names))):
        return "external"
    return ""


def _main(names: list[str]) -> str:
    """Return the part that holds the words or the list of sheets."""
    return next(main for main in MAIN.values() if main in names)


def words(kind: str, body: BytesIO, longest: int) -> str:
    """Return the words of a document or a table, without form, fields and pictures."""
    package = _opened(body)
    try:
        read = _document(package) if kind == "docx" else _table(package)
        return _up_to(read, longest)
    except (DefusedXmlException, ParseError, KeyError):
        raise Refusal("broken") from None


def _up_to(parts: Iterator[str], longest: int) -> str:
    held, length = [], 0
    for part in parts:
        held.append(part)
        length += len(part)
        if length > longest:
            break
    return "".join(held)[:longest]


def _elements(package: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Element]]:
    """Yield the local name of each element with the element once it is complete; no entity, no outside document."""
    with package.open(name) as entry:
        for _, element in iterparse(entry, forbid_dtd=True):
            yield str(element.tag).rpartition("}")[2], element


def _document(package: zipfile.ZipFile) -> Iterator[str]:
    for tag, element in _elements(package, MAIN["docx"]):
        if tag == "t":
            yield element.text or ""
        elif tag in ("p", "br"):
            yield "\n"
            element.clear()
        elif tag in ("tab", "tc"):
            yield "\t"


def _table(package: zipfile.ZipFile) -> Iterator[str]:
    shared = _shared(package)
    sheets = sorted(name for name in package.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name))
    for sheet in sheets:
        for tag, element in _elements(package, sheet):
            if tag == "c":
                yield _cell(element, shared) + "\t"
            elif tag == "row":
                yield "\n"
                element.clear()
        yield "\n"


def _cell(element: Element, shared: list[str]) -> str:
    value = "".join(one.text or "" for one in element.iter() if str(one.tag).rpartition("}")[2] in ("v", "t"))
    if element.get("t") == "s" and value.isdigit() and int(value) < len(shared):
        return shared[int(value)]
    return value


def _shared(package: zipfile.ZipFile) -> list[str]:
    found: list[str] = []
    if "xl/sharedStrings.xml" not in package.namelist():
        return found
    for tag, element in _elements(package, "xl/sharedStrings.xml"):
        if tag == "si":
            found.append("".join(one.text or "" for one in element.iter() if str(one.tag).endswith("}t")))
            element.clear()
            if len(found) >= REMEMBERED:
                break
    return found
