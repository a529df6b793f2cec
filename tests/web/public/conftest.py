"""What the tests of the public site share."""

from __future__ import annotations

import pytest

from tests.web.public.walking import set_day


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test happen on 2026-06-02 unless it says otherwise."""
    set_day(monkeypatch, "2026-06-02")
