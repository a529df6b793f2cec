"""The only place that signs: checkpoints of the log, cosignatures of witnesses (C2SP signed-note, tlog-cosignature).

The key is a file of 32 bytes in hex that `settings.LOG_KEY_FILE` names, never a row of the database. Ed25519 is the
suite; its number stands in each key, so that another one can follow.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lianxin.ledger.proofs import COSIGNATURE, ED25519, key_hash
from lianxin.procedure.errors import LianxinError


class NoLogKey(LianxinError):
    """There is no key to sign with, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and a private key."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """Return the public key."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def short(self) -> str:
        """Return the name with the short hash of the log's key."""
        return f"{self.name}+{key_hash(self.name, ED25519, self.public).hex()}"

    def shown(self, kind: int = ED25519) -> str:
        """Return the verifier key `name+hash+base64` as others are given it; `kind` COSIGNATURE for a witness."""
        short = key_hash(self.name, kind, self.public).hex()
        return f"{self.name}+{short}+{base64.b64encode(bytes([kind]) + self.public).decode()}"

    def line(self, body: str) -> str:
        """Return the log's signature line under a checkpoint."""
        return self._line(ED25519, self.key.sign(body.encode()))

    def cosigned(self, body: str, *, time: int) -> str:
        """Return a witness's signature line: it saw this checkpoint grow out of the last one, at `time` (Unix seconds)."""
        message = f"cosignature/v1\ntime {time}\n{body}".encode()
        return self._line(COSIGNATURE, time.to_bytes(8, "big") + self.key.sign(message))

    def _line(self, kind: int, value: bytes) -> str:
        raw = key_hash(self.name, kind, self.public) + value
        return f"\u2014 {self.name} {base64.b64encode(raw).decode()}"


def body(*, origin: str, size: int, root: bytes, suites: str, time: int) -> str:
    """Return what is signed: origin, size, root in base64, then the hash suites and the time in Unix seconds."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\nsuites {suites}\ntime {time}\n"


def read_signer(file: Path, name: str) -> Signer:
    """Return the signer whose key is in `file`. Raises NoLogKey with a sentence."""
    if not name or any(char.isspace() or char == "+" for char in name):
        raise NoLogKey(f"日志名 {name!r} 不能用：不能为空，不能有空格和加号。请改 LIANXIN_LOG_ORIGIN。")
    try:
        raw = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise NoLogKey(f"没有可用的日志签名密钥 {file}。请运行 lianxin log key 生成。") from None
    if len(raw) != 32:
        raise NoLogKey(f"日志签名密钥 {file} 应为 64 个十六进制数字。")
    return Signer(name, Ed25519PrivateKey.from_private_bytes(raw))


def make_key(file: Path) -> bool:
    """Write a new key readable by its owner alone; False when the file is there already, which is never touched."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise NoLogKey(f"不能写入 {file}：{error.strerror}。") from None
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return True
