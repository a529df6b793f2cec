"""What the tests of files share: a store of their own, and a real scanner with signatures of our own."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import Settings

from lianxin.files import keeping
from lianxin.files.keeping import Kept
from tests.files.scanning import clamd_with, started

OWNER = 4711


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> Path:
    """Let each test keep its files in a folder of its own, without a scanner."""
    settings.FILES, settings.FILES_INCOMING, settings.SCANNER = str(tmp_path / "files"), tmp_path / "in", ""
    return tmp_path


def take(data: bytes, name: str = "x", *, evidence: bool = False) -> Kept:
    """Return a file as it was taken in."""
    return keeping.take_in(OWNER, BytesIO(data), name, evidence=evidence)


def bytes_of(kept: Kept) -> bytes:
    """Return what readers get."""
    return b"".join(keeping.handed_out(kept.name))


def kept_files(folder: Path) -> list[Path]:
    """Return what lies in the store and in the folder of what comes in."""
    return [one for part in ("files", "in") for one in (folder / part).rglob("*") if one.is_file()]


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a running clamd that knows the signatures of `scanning`."""
    with started(clamd_with(tmp_path_factory.mktemp("clamd"))) as address:
        yield address
