"""RATE-03 and SSRF-05 against the server as `lianxin start` runs it: slow senders starve nobody, forged words count nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, environment, free_port

SLOW, SECONDS = 20, 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Yield the port of a server of our own."""
    folder: Path = tmp_path_factory.mktemp("slow")
    env, port = environment(folder), free_port()
    subprocess.run([sys.executable, "-m", "tests.journeys.stage"], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "lianxin.config.cli", "start", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        for _ in range(200):
            try:
                health(port)
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(30)


def health(port: int) -> float:
    """Return how many seconds the sign of life takes."""
    begun = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=15) as answer:
        assert answer.read() == b"ok\n"
    return time.monotonic() - begun


@contextmanager
def connections(port: int, first: bytes) -> Iterator[list[socket.socket]]:
    """Yield connections that have sent the first bytes of a request, or none."""
    lines = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(SLOW)]
    try:
        for line in lines:
            if first:
                line.sendall(first)
        yield lines
    finally:
        for line in lines:
            line.close()


@pytest.mark.parametrize("first", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "])
def test_rate_03_slow_heads_starve_nobody(server: int, first: bytes) -> None:
    with connections(server, first) as lines:
        until = time.monotonic() + SECONDS
        slowest = 0.0
        while time.monotonic() < until:
            for line in lines:
                if first:
                    try:
                        line.sendall(b"a")
                    except OSError:
                        continue
            slowest = max(slowest, health(server))
            time.sleep(0.2)
    assert slowest < 1, slowest


def test_rate_03_a_head_that_never_ends_is_closed(server: int) -> None:
    with connections(server, b"GET / HTTP/1.1\r\n") as lines:
        lines[0].settimeout(20)
        begun = time.monotonic()
        with suppress(ConnectionResetError):
            assert lines[0].recv(100) == b""
        assert 5 < time.monotonic() - begun < 15


def talk(port: int, *pieces: bytes) -> bytes:
    """Return what the server answers to these pieces, sent with a pause between them."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(0.15)
        found = b""
        while chunk := line.recv(65536):
            found += chunk
    return found


def test_a_head_in_pieces_and_two_requests_in_one_are_answered(server: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    assert talk(server, head[:10], head[10:30], head[30:], b"Connection: close\r\n\r\n").endswith(b"ok\n")
    both = talk(server, head + b"\r\n" + head + b"Connection: close\r\n\r\n")
    assert both.count(b"200 OK") == 2
    kept = talk(server, head + b"\r\n", head + b"Connection: close\r\n\r\n")
    assert kept.count(b"200 OK") == 2


def test_rate_03_heads_that_are_too_large_are_refused(server: int) -> None:
    large = (
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: "
        + b"a" * 20_000
        + b"\r\nConnection: close\r\n\r\n"
    )
    many = (
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + b"".join(b"X-%d: 1\r\n" % n for n in range(90))
        + b"\r\n"
    )
    long = b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    for head in (large, many, long):
        first = talk(server, head).split(b"\r\n", 1)[0]
        assert first.split()[1] in (b"400", b"414", b"431"), (head[:60], first)


def test_ssrf_05_forged_words_of_a_proxy_count_nothing(server: int) -> None:
    head = (
        b"GET /desk/case/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Ssl: on\r\n"
    )
    forged = head + b"SCRIPT_NAME: /evil\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n"
    answer = talk(server, forged)
    assert b"Location: /desk/case/1/" in answer and b"evil" not in answer
    assert b"Strict-Transport-Security" not in answer


def test_two_lengths_and_bare_line_ends_are_refused(server: int) -> None:
    post = b"POST /follow/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    both = post + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    twice = post + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"
    for sent in (both, twice):
        assert b" 400 " in talk(server, sent).split(b"\r\n", 1)[0]
