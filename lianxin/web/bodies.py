"""The only place that bounds how long the body of a request may take: a slow or endless sender keeps no thread for good.

It stands between the server (gunicorn, whose socket it finds in the environment) and Django. The server alone would wait for
the rest of a body nobody reads before it takes the next request of the line.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings

REST = 1024 * 1024
"""Bytes nobody wanted that are still taken in, so that the sender gets to read the answer; more cuts the line."""
PIECE = 64 * 1024
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def bounded(application: Application) -> Application:
    """Return the application with a limit of `settings.UPLOAD_SECONDS` for each body, and none for requests without one."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        line, length = environ.get("gunicorn.socket"), environ.get("CONTENT_LENGTH") or "0"
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if line is None or not length.isdigit() or (length == "0" and not chunked):
            return application(environ, start_response)
        body = environ["wsgi.input"] = _Body(environ["wsgi.input"], None if chunked else int(length))
        with _Limit(line):
            return _Answer(application(environ, start_response), line, body)

    return answer


class _Body:
    """The body of a request, counted while it is read."""

    def __init__(self, stream: Any, length: int | None) -> None:
        self.stream, self.left = stream, length

    def read(self, *size: int) -> bytes:
        """Return the next bytes."""
        return self._taken(self.stream.read(*size))

    def readline(self, *size: int) -> bytes:
        """Return the next line."""
        return self._taken(self.stream.readline(*size))

    def _taken(self, data: bytes) -> bytes:
        if self.left is not None:
            self.left -= len(data)
        return data


class _Limit:
    """Cuts a line when the time is over."""

    def __init__(self, line: socket.socket) -> None:
        self.timer = threading.Timer(settings.UPLOAD_SECONDS, _cut, [line])
        self.timer.daemon = True

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *why: object) -> None:
        self.timer.cancel()


class _Answer:
    """An answer; once it is sent, what is left of the body is taken in or the line is cut."""

    def __init__(self, parts: Iterable[bytes], line: socket.socket, body: _Body) -> None:
        self.parts, self.line, self.body = parts, line, body

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts

    def close(self) -> None:
        """Let Django end the request, then see to the rest of the body."""
        if hasattr(self.parts, "close"):
            self.parts.close()
        if self.body.left is None or self.body.left > REST:
            _cut(self.line)
            return
        with _Limit(self.line):
            while self.body.left > 0 and self.body.read(min(self.body.left, PIECE)):
                pass


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
