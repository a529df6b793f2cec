"""What all tests share: the cast on its stage. Nothing is imported here that the engine's tests can do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Return organs, officers and places as `tests.cast` builds them."""
    from tests.cast import build

    return build()
