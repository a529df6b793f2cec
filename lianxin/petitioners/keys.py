"""The only place for the keys of identities and drafts: organ keys, the draft key, the blind index. `organs.keys` seals.

Envelope: a data key per person seals each field (AES-256-GCM or SM4-GCM, field bound to case and name as associated
data); the organ's key, derived from a master key, wraps the data key. The suite and the short name of the master key are kept
in each record, so that a change of either leaves old records readable.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from lianxin.organs.keys import (
    KEY_BYTES,
    SUITE,
    CannotOpen,
    derive,
    derived,
    index,
    index_id,
    index_ids,
    key_id,
    open_box,
    open_derived,
    seal,
    suite_in_use,
)

__all__ = [
    "DRAFT",
    "KEY_BYTES",
    "SUITE",
    "CannotOpen",
    "draft_key",
    "index_id",
    "key_id",
    "new_key",
    "open_box",
    "open_derived",
    "organ_key",
    "seal",
    "suite_in_use",
    "token",
    "tokens",
]

VERSION = "1"
"""Version of the form of a token; it goes into each token."""
DRAFT = "draft"


def new_key(suite: str = SUITE) -> bytes:
    """Return a fresh random data key of the suite's length."""
    return secrets.token_bytes(KEY_BYTES[suite])


def organ_key(organ_id: int, suite: str = SUITE, key_id: str = "") -> bytes:
    """Return the key of an organ under a master key, the current one where none is named. Raises CannotOpen."""
    return derived(f"organ {organ_id}", suite, key_id)


def draft_key(suite: str = SUITE, key_id: str = "") -> bytes:
    """Return the key that seals unfiled drafts."""
    return derived(DRAFT, suite, key_id)


def token(kind: str, value: str, key_id: str = "") -> str:
    """Return the keyed token of a value in hex; the key is kept outside the database (blind index). Raises CannotOpen."""
    return hmac.new(
        derive(index(key_id), kind, 32), f"{VERSION}|{value}".encode(), hashlib.sha256
    ).hexdigest()


def tokens(kind: str, value: str) -> list[str]:
    """Return the token of a value under each index key that is known, the current one first."""
    return [token(kind, value, one) for one in index_ids()]
