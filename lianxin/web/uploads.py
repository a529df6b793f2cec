"""The only place where a body with files enters: counted while it comes in, laid down in files without a name, cut off in time.

Nothing the sender declares is believed. What is too much is dropped while the rest of the form is kept, so that the page can
say what was wrong and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from lianxin.files.kinds import MEGA, Unfit
from lianxin.files.store import spool, told_if_full

AT_ONCE = 10
"""Files in one form."""
WHOLE_MB = 60
"""Megabytes in one form."""
TOO_MUCH = "lianxin.too_much"


class Counting(FileUploadHandler):
    """Lays each file down without a name and counts; stops at the first that is too large or one too many."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.files, self.whole, self.size = 0, 0, 0
        self.body: IO[bytes] | None = None

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """Note whether the body is declared larger than any we take: then nothing of it need be read."""
        self.declared = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > AT_ONCE:
            self._stop("too_many")
        if self.declared > 2 * WHOLE_MB * MEGA:
            self._stop("too_big")
        self.size = 0
        with self._room():
            self.body = spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take the next bytes of a file."""
        self.size += len(raw_data)
        self.whole += len(raw_data)
        if self.size > settings.FILES_MAX_MB * MEGA or self.whole > WHOLE_MB * MEGA:
            self._stop("too_big")
        with self._room():
            self._open().write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Return a file that came in whole."""
        body = self._open()
        with self._room():
            body.seek(0)
        self.body = None
        return UploadedFile(body, self.file_name, self.content_type, file_size, self.charset)

    def upload_interrupted(self) -> None:
        """Throw away what came of a file that broke off."""
        self._close()

    def _open(self) -> IO[bytes]:
        if self.body is None:
            raise ValueError("no file was begun")
        return self.body

    def _close(self) -> None:
        if self.body is not None:
            with suppress(OSError):  # what is left in its buffer does not matter any more
                self.body.close()

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Stop where the disk is full."""
        try:
            with told_if_full():
                yield
        except Unfit as unfit:
            self._stop(unfit.code)

    def _stop(self, why: str) -> None:
        self._close()
        if self.request is not None:
            self.request.META[TOO_MUCH] = why
        raise StopUpload(connection_reset=self.declared > 2 * WHOLE_MB * MEGA)


def too_much(request: HttpRequest) -> str:
    """Return why the form was cut off, as a code of `files.sentences`; "" when it came in whole."""
    return str(request.META.get(TOO_MUCH, ""))
