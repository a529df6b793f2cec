"""MASS-01: one valid form sent twice in the place of itself, once bare and once with fields nobody asked for; every row and
every column of every table must come out the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from tests.security.addresses import rows_of_everything

DRAWN = frozenset(
    {
        "salt",
        "hash",
        "prev",
        "payload",
        "head",
        "written_at",
        "box",
        "boxes",
        "wrapped_key",
        "code_hash",
        "password",
    }
)
"""Columns that are drawn anew or hold a seal, a digest of it, or the instant of the database."""
Sending = Callable[[Mapping[str, str]], HttpResponse]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables with every column but the drawn ones."""
    return {
        name: [{key: value for key, value in row.items() if key not in DRAWN} for row in found]
        for name, found in rows_of_everything().items()
    }


def sent_with(foreign: Mapping[str, str], send: Sending) -> HttpResponse:
    """Send the form bare and take it back, then with the foreign fields; fail unless both leave the same rows.

    Return the answer to the second, which stays.
    """
    with transaction.atomic():
        before, bare, plain = rows(), send({}), rows()
        transaction.set_rollback(True)
    assert bare.status_code in (200, 302), bare.content.decode()[-3000:]
    assert rows() == before, "the first one was not taken back: this proves nothing"
    answer = send(foreign)
    assert answer.status_code == bare.status_code, answer.content.decode()[-3000:]
    after = rows()
    for name, found in plain.items():
        assert after[name] == found, f"{name} differs from its twin"
    assert plain != before, "the form changed nothing: this proves nothing"
    return answer
