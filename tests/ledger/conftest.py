"""A log that is filled, with its signing key in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from lianxin.ledger import notes
from tests.cast import Cast
from tests.ledger.drill import ORIGIN, Drill


@pytest.fixture
def empty(cast: Cast, tmp_path: Path, settings: Settings) -> Drill:
    """Return a log with a key and nothing in it."""
    settings.LOG_ORIGIN, settings.LOG_KEY_FILE = ORIGIN, tmp_path / "keys/log_key"
    notes.make_key(settings.LOG_KEY_FILE)
    return Drill(cast, tmp_path, settings.LOG_KEY_FILE)


@pytest.fixture
def drill(empty: Drill) -> Drill:
    """Return a log with two cases, three looks and an event in it."""
    empty.fill()
    return empty
