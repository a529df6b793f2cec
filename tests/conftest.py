"""What all tests share: the cast on its stage. Nothing is imported here that the engine's tests can do without."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from tests.cast import Cast


@pytest.fixture(autouse=True)
def source_language() -> None:
    """Begin each test in Chinese, whatever language a page of the test before was read in."""
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        from django.utils import translation

        translation.activate("zh-hans")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the tests ask the database as the site does in an office: as LIANXIN_TEST_ROLE, under row policies (PostgreSQL)."""
    if not (role := os.environ.get("LIANXIN_TEST_ROLE")):
        yield
        return
    from tests.guarding import become, unbecome

    with django_db_blocker.unblock():
        become(role)
    yield
    with django_db_blocker.unblock():
        unbecome(role)


@pytest.fixture(autouse=True)
def own_face() -> Iterator[None]:
    """Let what a test does by itself, outside pages, be asked for the system."""
    from lianxin.ledger import face

    with face.worn(face.SYSTEM):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """Return organs, officers and places as `tests.cast` builds them."""
    from tests.cast import build

    return build()
