"""The only place that holds keys and seals bytes: suites by name, organ keys derived from the master key.

Keys come from settings (file or environment), never from the database. Envelope: a data key per person seals
each field (AES-256-GCM or SM4-GCM, field bound to case and name as associated data); the organ's key wraps the
data key. The suite is named in each record, so that a change of suite leaves old records readable.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lianxin.procedure.errors import LianxinError

SUITE = "aes256gcm"
VERSION = "1"
"""Version of the index key; it goes into each token, so that a new key makes tokens that never meet the old ones."""
KEY_BYTES = {"aes256gcm": 32, "sm4gcm": 16}
NONCE = 12
TAG = 16


class CannotOpen(LianxinError):
    """A sealed box does not open: it was changed, moved to another case, or belongs to another key."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A box and the name of its suite."""

    suite: str
    box: bytes


def new_key(suite: str = SUITE) -> bytes:
    """Return a fresh random data key of the suite's length."""
    return secrets.token_bytes(KEY_BYTES[suite])


def seal(key: bytes, plain: bytes, *, bound_to: bytes, suite: str = SUITE) -> bytes:
    """Return nonce + ciphertext + tag; opens only with the same `bound_to`."""
    nonce = secrets.token_bytes(NONCE)
    if suite == "aes256gcm":
        return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)
    box = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    box.authenticate_additional_data(bound_to)
    return nonce + box.update(plain) + box.finalize() + box.tag


def open_box(key: bytes, box: bytes, *, bound_to: bytes, suite: str = SUITE) -> bytes:
    """Return what was sealed. Raises CannotOpen without saying anything of the content."""
    nonce, body = box[:NONCE], box[NONCE:]
    try:
        if suite == "aes256gcm":
            return AESGCM(key).decrypt(nonce, body, bound_to)
        opener = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-TAG:])).decryptor()
        opener.authenticate_additional_data(bound_to)
        return opener.update(body[:-TAG]) + opener.finalize()
    except InvalidTag:
        raise CannotOpen("密封内容无法打开：内容被改动、被移到别处，或密钥不对。") from None


def key_id() -> str:
    """Return the short name of the master key in use, stored beside each wrapped key."""
    return hashlib.sha256(b"lianxin key id" + _master()).hexdigest()[:16]


@lru_cache(maxsize=256)
def organ_key(organ_id: int, suite: str = SUITE) -> bytes:
    """Return the key of an organ, derived from the master key."""
    return _derive(_master(), f"organ {organ_id}", KEY_BYTES[suite])


@lru_cache(maxsize=4)
def draft_key() -> bytes:
    """Return the key that seals unfiled drafts."""
    return _derive(_master(), "draft", 32)


def token(kind: str, value: str) -> str:
    """Return the keyed token of a value in hex; the key is kept outside the database (blind index)."""
    return hmac.new(_derive(_index(), kind, 32), f"{VERSION}|{value}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _derive(root: bytes, name: str, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=f"lianxin {name}".encode()).derive(root)


def _master() -> bytes:
    return bytes.fromhex(settings.MASTER_KEY)


def _index() -> bytes:
    return bytes.fromhex(settings.INDEX_KEY)
