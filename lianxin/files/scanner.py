"""The only place that asks a virus scanner: clamd by its socket, where `settings.SCANNER` names one.

Three answers: nothing found, this was found, or no answer. Without an answer a file is held; it is never taken for clean.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import closing

from django.conf import settings

PIECE = 64 * 1024
SECONDS = 60


class ScannerDown(Exception):
    """The scanner did not answer, broke off, or has no signatures."""


def is_set() -> bool:
    """Tell whether this installation has a scanner."""
    return bool(settings.SCANNER)


def scan(data: Iterable[bytes]) -> str:
    """Return the name of what was found, "" for nothing. Raises ScannerDown."""
    try:
        _check_signatures()
        with closing(_connected()) as line:
            line.sendall(b"zINSTREAM\0")
            for part in data:
                for start in range(0, len(part), PIECE):
                    piece = part[start : start + PIECE]
                    line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except OSError as problem:
        raise ScannerDown(str(problem)) from problem
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND")[:80]
    raise ScannerDown(answer[:200])


def _check_signatures() -> None:
    """Raise ScannerDown where the scanner runs without a signature base: it would call everything clean."""
    with closing(_connected()) as line:
        line.sendall(b"zVERSION\0")
        answer = _answer(line)
    if not answer.startswith("ClamAV "):
        raise ScannerDown(answer[:200])
    if settings.SCANNER_DATED and "/" not in answer:
        raise ScannerDown("the scanner has no dated signature base")


def _connected() -> socket.socket:
    kind, _, where = settings.SCANNER.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        if fault := line.connect_ex(where):
            line.close()
            raise OSError(fault, f"no scanner at {where}")
        return line
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    got = b""
    while not got.endswith(b"\0") and len(got) < 4096:
        part = line.recv(4096)
        if not part:
            break
        got += part
    return got.rstrip(b"\0").decode("utf-8", "replace").strip()
