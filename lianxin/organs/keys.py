"""The only place that seals bytes and derives keys from the root keys; every layer above takes its keys from here.

Root keys come from `keyring` (file, environment, key service), never from the database. A box is bound to where it stands by
associated data; the name of its suite and the short name of its root key are kept beside it, so that a change of either leaves
old boxes readable.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lianxin.organs.keyring import ring
from lianxin.procedure.errors import LianxinError

SUITE = "aes256gcm"
KEY_BYTES = {"aes256gcm": 32, "sm4gcm": 16}
NONCE = 12
TAG = 16


class CannotOpen(LianxinError):
    """A sealed box does not open: it was changed, moved to another place, or belongs to another key."""


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
        if len(body) < TAG or len(key) != KEY_BYTES.get(suite):
            raise InvalidTag
        if suite == "aes256gcm":
            return AESGCM(key).decrypt(nonce, body, bound_to)
        opener = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-TAG:])).decryptor()
        opener.authenticate_additional_data(bound_to)
        return opener.update(body[:-TAG]) + opener.finalize()
    except InvalidTag:
        raise CannotOpen("密封内容无法打开：内容被改动、被移到别处，或密钥不对。") from None


def open_derived(name: str, box: bytes, *, bound_to: bytes, suite: str = "", key_id: str = "") -> bytes:
    """Return what was sealed under the key derived as `name`. Raises CannotOpen.

    Rows from before there were several root keys have no `key_id`: each key that is known is tried.
    """
    suite = suite or SUITE
    for one in [key_id] if key_id else master_ids():
        try:
            return open_box(derived(name, suite, one), box, bound_to=bound_to, suite=suite)
        except CannotOpen:
            if key_id:
                raise
    raise CannotOpen("密封内容无法打开：内容被改动、被移到别处，或密钥不对。")


def suite_in_use() -> str:
    """Return the suite of everything that is sealed from now on."""
    return str(settings.SEAL_SUITE)


def derived(name: str, suite: str = SUITE, key_id: str = "") -> bytes:
    """Return the key of that name under a root key, the current one where none is named. Raises CannotOpen for an unknown one."""
    if suite not in KEY_BYTES:
        raise CannotOpen(f"不认识密封方式 {suite}。")
    return derive(master(key_id), name, KEY_BYTES[suite])


def second_factor_key(suite: str = SUITE, key_id: str = "") -> bytes:
    """Return the key that seals the secrets of one-time codes."""
    return derived(SECOND_FACTOR, suite, key_id)


SECOND_FACTOR = "second factor"


def source_key() -> bytes:
    """Return the key under which sources of tries are counted, so that the table of budgets tells no name and no address."""
    return derived("sign-in sources")


@lru_cache(maxsize=512)
def derive(root: bytes, name: str, length: int) -> bytes:
    """Return the key of that name and length in bytes."""
    return HKDF(hashes.SHA256(), length, salt=None, info=f"lianxin {name}".encode()).derive(root)


def key_id() -> str:
    """Return the short name of the current master key, stored beside what is sealed from now on."""
    return ring("master").current


def master_ids() -> Iterator[str]:
    """Return the short names of all master keys, the current one first."""
    return iter(ring("master"))


def master(key_id: str = "") -> bytes:
    """Return a root of the sealing keys, the current one where none is named. Raises CannotOpen for one that is not there."""
    held = ring("master")
    found = held.keys.get(key_id or held.current)
    if found is None:
        raise CannotOpen(
            f"这里的内容是用另一把主密钥（{key_id}）密封的。请把那把密钥放回密钥文件或者 LIANXIN_MASTER_KEYS_OLD。"
        )
    return found


def index_id() -> str:
    """Return the short name of the current index key."""
    return ring("index").current


def index_ids() -> Iterator[str]:
    """Return the short names of all index keys, the current one first."""
    return iter(ring("index"))


def index(key_id: str = "") -> bytes:
    """Return a root of the keys of blind indexes, the current one where none is named. Raises CannotOpen."""
    held = ring("index")
    found = held.keys.get(key_id or held.current)
    if found is None:
        raise CannotOpen(f"没有编号为 {key_id} 的索引密钥。请放回密钥文件或者 LIANXIN_INDEX_KEYS_OLD。")
    return found
