"""What all tests share: the cast on its stage. Nothing is imported here that the engine's tests can do without."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast


@pytest.fixture(autouse=True)
def source_language() -> None:
    """Begin each test in Chinese, whatever language a page of the test before was read in."""
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        from django.utils import translation

        translation.activate("zh-hans")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return organs, officers and places as `tests.cast` builds them."""
    from tests.cast import build

    return build()
