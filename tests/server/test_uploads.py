"""FILE-06 on the real server: a sender who trickles or never ends is cut off, and the next one is served."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = b'--x\r\nContent-Disposition: form-data; name="uploads"; filename="a.txt"\r\n\r\n'
GIGA = 1024**3


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of a server with two threads that gives a form three seconds."""
    folder = tmp_path_factory.mktemp("server")
    env = {
        **os.environ,
        "LIANXIN_DATA_DIR": str(folder),
        "LIANXIN_DATABASE": f"sqlite:///{folder}/lianxin.sqlite3",
        "LIANXIN_PROFILE": "demo",
        "LIANXIN_UPLOAD_SECONDS": "3",
        "DJANGO_SETTINGS_MODULE": "lianxin.config.settings",
        **{f"LIANXIN_{name}_KEY": secrets.token_hex(32) for name in ("SECRET", "MASTER", "INDEX")},
    }
    for command in (["migrate", "-v0"], ["collectstatic", "-v0", "--noinput"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    words = [
        "lianxin.config.wsgi",
        "--bind",
        f"127.0.0.1:{number}",
        "--worker-class",
        "gthread",
        "--threads",
        "2",
    ]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=env)
    try:
        for _ in range(200):
            if served(number):
                break
            time.sleep(0.1)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=30)


def served(port: int) -> bool:
    """Tell whether somebody else is served within two seconds."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in line.recv(1000)
    except OSError:
        return False


def begun(port: int, size: int) -> socket.socket:
    """Begin to send a form that is said to have so many bytes."""
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    line.sendall(
        b"POST /file/material/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Cookie: lx_csrf=%s\r\nContent-Length: %d\r\n\r\n" % (b"a" * 32, size) + HEAD
    )
    return line


def pushed(line: socket.socket, piece: bytes, *, pause: float, seconds: float) -> tuple[int, float]:
    """Send until the line breaks or the time is over; return bytes and seconds."""
    sent, start = 0, time.monotonic()
    try:
        while time.monotonic() - start < seconds:
            sent += line.send(piece)
            time.sleep(pause)
    except OSError:
        pass
    return sent, time.monotonic() - start


def test_file_06_who_trickles_keeps_no_thread(port: int) -> None:
    lines = [begun(port, 50_000_000) for _ in range(2)]
    time.sleep(1)
    assert not served(port), "both threads are busy, or this test proves nothing"
    took = [pushed(line, b"x", pause=0.2, seconds=20)[1] for line in lines]
    assert max(took) < 15
    assert served(port)
    for line in lines:
        line.close()


def test_file_06_who_never_ends_is_cut_off_early(port: int) -> None:
    line = begun(port, 5 * GIGA)
    sent, took = pushed(line, b"x" * 65536, pause=0, seconds=30)
    assert sent < 200 * 1024 * 1024 and took < 25, (sent, took)
    assert served(port)
    line.close()


def test_file_06_a_body_in_chunks_without_a_length_brings_nothing(port: int) -> None:
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    line.sendall(
        b"POST /file/material/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    sent, took = pushed(line, b"10000\r\n" + b"x" * 65536 + b"\r\n", pause=0, seconds=30)
    assert sent < 200 * 1024 * 1024 and took < 25, (sent, took)
    assert served(port)
    line.close()
