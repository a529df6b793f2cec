"""The only place that says which kinds of file are taken, how each is known by its content, and what is told of the others."""

from __future__ import annotations

from dataclasses import dataclass

import puremagic

HEAD = 4096
"""Bytes at the beginning of a file that decide what it is."""
MEGA = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that is taken. `endings` are those a name may have; the first is added where it has none of them."""

    id: str
    mime: str
    endings: tuple[str, ...]
    rebuilt: bool = False


KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("jpeg", "image/jpeg", (".jpg", ".jpeg"), rebuilt=True),
        Kind("png", "image/png", (".png",), rebuilt=True),
        Kind("webp", "image/webp", (".webp",), rebuilt=True),
        Kind("pdf", "application/pdf", (".pdf",)),
        Kind("text", "text/plain; charset=utf-8", (".txt",), rebuilt=True),
        Kind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
        Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
        Kind("mp3", "audio/mpeg", (".mp3",)),
        Kind("m4a", "audio/mp4", (".m4a",)),
        Kind("wav", "audio/wav", (".wav",)),
        Kind("ogg", "audio/ogg", (".ogg", ".oga", ".opus")),
        Kind("amr", "audio/amr", (".amr",)),
    )
}
ENDINGS = tuple(ending for kind in KINDS.values() for ending in kind.endings)
IMAGES = frozenset({"jpeg", "png", "webp"})
AUDIO = frozenset({"mp3", "m4a", "wav", "ogg", "amr"})
MARKUP = (
    b"<html",
    b"<script",
    b"<svg",
    b"<!doctype",
    b"<?xml",
    b"<?php",
    b"<iframe",
    b"<body",
    b"<head",
    b"<img",
)
"""What a browser might take for a page, wherever it stands near the beginning of a file that is none."""
ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".bz2", ".xz", ".tgz", ".cab", ".iso", ".jar"})
VIDEOS = frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".m4v"})


class Unfit(Exception):
    """A file cannot be taken; `code` says why (see `sentences`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(head: bytes) -> str:
    """Return the id of the kind whose content begins with `head` ("zip" for a package that is still to be looked into).

    Neither name nor declared type is asked. Raises Unfit for everything that is not on the list.
    """
    if not head:
        raise Unfit("empty")
    found = _binary(head)
    if not found:
        if _is_text(head):
            return "text"
        raise Unfit(_refusal(head))
    if found in AUDIO | {"pdf"} and any(mark in head.lower() for mark in MARKUP):
        raise Unfit("two_in_one")
    return found


def _binary(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"#!AMR"):
        return "amr"
    if head[4:12] in (b"ftypM4A ", b"ftypM4B "):
        return "m4a"
    if head.startswith(b"ID3") or (head[0] == 0xFF and len(head) > 3 and head[1] in (0xFB, 0xF3, 0xF2, 0xFA)):
        return "mp3"
    return ""


def _is_text(head: bytes) -> bool:
    """Tell whether the bytes may be plain words; what looks like a page or a program is none."""
    lowered = head.lower()
    if (
        b"%pdf-" in lowered
        or any(mark in lowered for mark in MARKUP)
        or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!"))
    ):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)


def _refusal(head: bytes) -> str:
    """Return why bytes of no kind of ours are refused; the library knows what they are."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "old_office"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in (b"heic", b"heix", b"mif1", b"hevc", b"msf1") else "video"
    try:
        endings = {match.extension.lower() for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return "unknown"
    if endings & ARCHIVES:
        return "archive"
    return "video" if endings & VIDEOS else "unknown"
