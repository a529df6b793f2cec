"""The only place where sealed files lie: a folder outside the web root, or a bucket of an S3 service. Names are `owner/random`.

The owner is the id of the draft, which is later the id of the case: filing moves nothing, and what was only a draft can be
thrown away whole. Nothing here knows what a file is.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol, cast

from django.conf import settings

from lianxin.files.kinds import MEGA, Unfit
from lianxin.procedure.errors import LianxinError

NAME = re.compile(r"[0-9]{1,20}/[a-z0-9]{32}")
PIECE = 256 * 1024
SPARE = 512 * MEGA
"""Free bytes a disk keeps for the database; below that nothing is taken."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system says when no more can be written."""


class Missing(LianxinError):
    """A file that should be there is not."""


class Store(Protocol):
    """Where sealed bytes are put and taken from."""

    def put(self, name: str, data: Iterable[bytes]) -> None:
        """Keep the bytes under a new name, whole or not at all."""

    def get(self, name: str) -> Iterator[bytes]:
        """Yield the bytes. Raises Missing."""

    def drop(self, name: str) -> None:
        """Throw one file away; one that is not there is no error."""

    def names(self, owner: int) -> list[str]:
        """Return the names of all files of an owner."""

    def lying(self, *, since: datetime, before: datetime) -> Iterator[tuple[int, list[str]]]:
        """Yield the owners that were given files since an instant, each with the names of those that are older than another."""

    def sweep(self, *, before: datetime) -> int:
        """Throw away what was begun before an instant and never became a file; return how many."""


class Folder:
    """Files in a local folder, spread over 256 subfolders by owner; written aside, flushed, then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: Iterable[bytes]) -> None:
        """Keep the bytes under a new name. Raises Unfit where the disk has no room to spare."""
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(target.parent).free < SPARE:
            raise Unfit("no_room")
        aside = target.with_suffix(".part")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for part in data:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(target)
            _flush_folder(target.parent)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def get(self, name: str) -> Iterator[bytes]:
        """Yield the bytes. Raises Missing."""
        try:
            file = self._path(name).open("rb")
        except FileNotFoundError:
            raise Missing("这个文件不在存放的地方了，请告诉系统管理员。") from None
        with file:
            while part := file.read(PIECE):
                yield part

    def drop(self, name: str) -> None:
        """Throw one file away, and its folder with the last one."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError:
            return

    def names(self, owner: int) -> list[str]:
        """Return the names of all files of an owner."""
        folder = self._folder(owner)
        found = (f"{owner}/{one.name}" for one in folder.iterdir()) if folder.is_dir() else iter(())
        return sorted(name for name in found if NAME.fullmatch(name))

    def lying(self, *, since: datetime, before: datetime) -> Iterator[tuple[int, list[str]]]:
        """Yield the owners whose folder was changed since an instant, with the names of what is older than another."""
        for folder in self.root.glob("[0-9a-f][0-9a-f]/*"):
            if folder.name.isdigit() and _changed(folder) >= since.timestamp():
                owner = int(folder.name)
                names = self.names(owner)
                yield owner, [one for one in names if _changed(self._path(one)) < before.timestamp()]

    def sweep(self, *, before: datetime) -> int:
        """Throw away halves a killed server has left behind; return how many."""
        halves = [
            one for one in self.root.glob("[0-9a-f][0-9a-f]/*/*.part") if _changed(one) < before.timestamp()
        ]
        for one in halves:
            one.unlink(missing_ok=True)
        return len(halves)

    def _folder(self, owner: int) -> Path:
        return self.root / f"{owner % 256:02x}" / str(owner)

    def _path(self, name: str) -> Path:
        owner, _, rest = _checked(name).partition("/")
        return self._folder(int(owner)) / rest


class Bucket:
    """Files in a bucket of an S3 service, through boto3 (extra `s3`); keys and region come from boto3's own settings."""

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise LianxinError(
                "LIANXIN_FILES is an S3 address, but boto3 is missing. Install it: pip install 'lianxin[s3]'."
            ) from None
        retries = Config(retries={"max_attempts": 4, "mode": "standard"}, connect_timeout=5, read_timeout=30)
        self.client: Any = boto3.client("s3", endpoint_url=endpoint or None, config=retries)
        self.bucket, self.prefix = bucket, prefix

    def put(self, name: str, data: Iterable[bytes]) -> None:
        """Keep the bytes under a new name; what was cut off leaves nothing that can be read."""
        with spool() as aside:
            for part in data:
                aside.write(part)
            aside.seek(0)
            self.client.put_object(Bucket=self.bucket, Key=self._key(name), Body=aside)

    def get(self, name: str) -> Iterator[bytes]:
        """Yield the bytes. Raises Missing."""
        try:
            body = self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"]
        except self.client.exceptions.NoSuchKey:
            raise Missing("这个文件不在存放的地方了，请告诉系统管理员。") from None
        yield from body.iter_chunks(PIECE)

    def drop(self, name: str) -> None:
        """Throw one file away."""
        self.client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def names(self, owner: int) -> list[str]:
        """Return the names of all files of an owner."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{owner}/"
        )
        keys = (one["Key"] for page in pages for one in page.get("Contents", ()))
        return sorted(str(key)[len(self.prefix) :] for key in keys)

    def lying(self, *, since: datetime, before: datetime) -> Iterator[tuple[int, list[str]]]:
        """Yield the owners that were given files since an instant, with the names of what is older than another."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        found: dict[int, list[str]] = {}
        for one in (one for page in pages for one in page.get("Contents", ())):
            name = str(one["Key"])[len(self.prefix) :]
            if NAME.fullmatch(name) and since <= one["LastModified"] < before:
                found.setdefault(int(name.partition("/")[0]), []).append(name)
        yield from found.items()

    def sweep(self, *, before: datetime) -> int:
        """Return 0: the service keeps no halves."""
        return 0

    def _key(self, name: str) -> str:
        return self.prefix + _checked(name)


def store() -> Store:
    """Return the store of this installation, by `settings.FILES`."""
    return _store(settings.FILES, settings.FILES_S3_ENDPOINT)


@lru_cache(maxsize=4)
def _store(address: str, endpoint: str) -> Store:
    if address.startswith("s3://"):
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        return Bucket(bucket, prefix.strip("/") + "/" if prefix.strip("/") else "", endpoint)
    return Folder(Path(address))


def new_name(owner: int) -> str:
    """Return a name nobody can guess for a file of an owner."""
    return f"{owner}/{secrets.token_hex(16)}"


def spool() -> IO[bytes]:
    """Return a file without a name on the disk of the files: it is gone with the request, also when the server is killed."""
    folder = Path(settings.FILES_INCOMING)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return cast("IO[bytes]", tempfile.TemporaryFile(dir=folder))


@contextmanager
def told_if_full() -> Iterator[None]:
    """Make of a disk that fills up inside a refusal a person can understand. Raises Unfit "no_room" for it."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in FULL:
            raise
        raise Unfit("no_room") from None


def _changed(path: Path) -> float:
    """Return when a file or folder was last changed; the end of time for one that is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name of a stored file: {name!r}")
    return name


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
