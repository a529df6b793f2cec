"""A real clamd for the tests, with two signatures of our own: the usual test file and a private one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.files.samples import EICAR, PRIVATE

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def clamd_with(folder: Path) -> list[str]:
    """Return the command of a clamd whose signatures lie in `folder`; without clamd CI fails, a private machine skips."""
    found = shutil.which("clamd", path=PATH)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("clamd is missing: CI installs clamav-daemon (.ci/run)")
        pytest.skip("no clamd here: apt-get install clamav-daemon")
    signatures = folder / "base"
    signatures.mkdir()
    lines = (f"{name}:0:*:{data.hex()}" for name, data in (("Eicar-Test", EICAR), ("Lianxin.Test", PRIVATE)))
    (signatures / "own.ndb").write_text("\n".join(lines) + "\n", encoding="ascii")
    place = Path(tempfile.mkdtemp(prefix="lx")) / "s"  # a socket's path must be short
    settings = {
        "LocalSocket": place,
        "DatabaseDirectory": signatures,
        "Foreground": "yes",
        "StreamMaxLength": "80M",
    }
    (folder / "clamd.conf").write_text(
        "".join(f"{key} {value}\n" for key, value in settings.items()), encoding="ascii"
    )
    return [found, "--config-file", str(folder / "clamd.conf"), str(place)]


@contextmanager
def started(command: list[str]) -> Iterator[str]:
    """Run clamd and give its address once it answers."""
    *words, place = command
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            if running.poll() is None and _answers(place):
                break
            time.sleep(0.1)
        else:
            pytest.fail("clamd did not start")
        yield f"unix:{place}"
    finally:
        running.terminate()
        running.wait(timeout=30)
        shutil.rmtree(Path(place).parent)


def _answers(place: str) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(place)
            line.sendall(b"zPING\0")
            return line.recv(16).startswith(b"PONG")
        except OSError:
            return False
