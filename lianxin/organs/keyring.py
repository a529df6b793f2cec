"""The only place that knows where the root keys are kept: variables, a file of their own, or behind a command of a key service.

There are two rings, `master` (sealing) and `index` (blind indexes and query codes). Each has one current key, with which
everything new is sealed, and older ones, which only open. A key is known by its short name, which is taken from the key itself.
Keys never stand in the database. The file is read again when it changes, so that a new key needs no restart.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import secrets
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from lianxin.procedure.errors import LianxinError

FORMAT = "lianxin-keys/1"
BYTES = 32
KINDS = ("master", "index")
COMMAND_SECONDS, RETRY_SECONDS = 20, 30
log = logging.getLogger(__name__)


class KeysUnusable(LianxinError):
    """The root keys cannot be read or written; the sentence names the file or command, never a key."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys of one kind by short name. `current` seals; all of them open. Its text form tells names alone."""

    kind: str
    current: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Ring({self.kind}, {self.current}, {sorted(self.keys)})"

    def __iter__(self) -> Any:
        """Return an iterator over the short names, the current one first."""
        return iter(sorted(self.keys, key=lambda one: (one != self.current, one)))


class Wrapper(Protocol):
    """What a key service does: it wraps a key for the file, and unwraps it in memory."""

    def wrap(self, key: bytes) -> str:
        """Return the wrapped key as text."""

    def unwrap(self, text: str) -> bytes:
        """Return the key. Raises KeysUnusable."""


class Plain:
    """No key service: the file holds the keys in hex and is readable by its owner alone."""

    def wrap(self, key: bytes) -> str:
        """Return the key in hex."""
        return key.hex()

    def unwrap(self, text: str) -> bytes:
        """Return the key of a text in hex. Raises KeysUnusable."""
        return read_hex(text)


@dataclass(frozen=True, slots=True)
class Command:
    """A key service reached by a command of the operator: `wrap` or `unwrap` is its last word, base64 goes in and comes out."""

    words: tuple[str, ...]

    def wrap(self, key: bytes) -> str:
        """Return the wrapped key as base64. Raises KeysUnusable."""
        return "wrapped:" + base64.b64encode(self._ask("wrap", key)).decode()

    def unwrap(self, text: str) -> bytes:
        """Return the key. Raises KeysUnusable, also for a key that was never wrapped."""
        if not text.startswith("wrapped:"):
            raise KeysUnusable("密钥文件里有没有经密钥服务加密的密钥。请用 lianxin keys wrap 重写这个文件。")
        return checked(self._ask("unwrap", _unbase64(text.removeprefix("wrapped:"))))

    def _ask(self, what: str, data: bytes) -> bytes:
        hidden = {name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")}
        try:
            done = subprocess.run(  # noqa: S603 the command stands in the settings; nothing anybody typed is part of it
                [*self.words, what],
                input=base64.b64encode(data),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=hidden,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise KeysUnusable("密钥服务的命令没有回答。请检查 LIANXIN_KEYS_COMMAND。") from None
        if done.returncode:
            raise KeysUnusable(f"密钥服务的命令返回 {done.returncode}。请检查 LIANXIN_KEYS_COMMAND。")
        return _unbase64(done.stdout.decode("ascii", "replace").strip())


def ring(kind: str) -> Ring:
    """Return the ring of a kind (`master`, `index`). Raises KeysUnusable when there is no key at all."""
    return _Known.rings()[kind]


def name_of(kind: str, key: bytes) -> str:
    """Return the short name of a key; nothing of the key follows from it."""
    words = {"master": b"lianxin key id", "index": b"lianxin index key id"}
    return hashlib.sha256(words[kind] + key).hexdigest()[:16]


def new_root() -> bytes:
    """Return a fresh root key."""
    return secrets.token_bytes(BYTES)


def with_key(rings: Mapping[str, Ring], kind: str, key: bytes, *, use: bool) -> dict[str, Ring]:
    """Return the rings with a further key, which becomes the current one if `use` is true or there is none."""
    name, old = name_of(kind, checked(key)), rings.get(kind) or Ring(kind, "", {})
    current = name if use or not old.current else old.current
    return {**rings, kind: replace(old, current=current, keys={**old.keys, name: key})}


def all_rings() -> dict[str, Ring]:
    """Return both rings. Raises KeysUnusable."""
    return dict(_Known.rings())


def write(rings: Mapping[str, Ring], file: Path, wrapper: Wrapper) -> None:
    """Write the rings to a file, whole or not at all, readable by its owner alone. Raises KeysUnusable."""
    body = {"format": FORMAT} | {
        one.kind: {"current": one.current, "keys": {name: wrapper.wrap(one.keys[name]) for name in one}}
        for one in rings.values()
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, aside = tempfile.mkstemp(dir=file.parent, prefix=".ring")
        with os.fdopen(number, "w", encoding="ascii") as out:
            json.dump(body, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        Path(aside).replace(file)
    except OSError as error:
        raise KeysUnusable(f"不能写入密钥文件 {file}：{error.strerror}。") from None


def read(file: Path, wrapper: Wrapper) -> dict[str, Ring]:
    """Return the rings of a file. Raises KeysUnusable for a file others may read, and for one that is damaged."""
    try:
        with file.open("rb") as source:
            if os.fstat(source.fileno()).st_mode & 0o077:
                raise KeysUnusable(f"密钥文件 {file} 的权限太宽，别人也能读。请运行 chmod 600 {file}。")
            body = json.loads(source.read())
        if body["format"] != FORMAT:
            raise ValueError
        found = {kind: _ring(kind, body[kind], wrapper) for kind in KINDS if kind in body}
    except OSError as error:
        raise KeysUnusable(f"不能读取密钥文件 {file}：{error.strerror}。") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysUnusable(f"密钥文件 {file} 已经损坏，或者不是密钥文件。") from None
    return found


def wrapper() -> Wrapper:
    """Return the key service of the settings, or none."""
    words = tuple(shlex.split(settings.KEYS_COMMAND))
    return Command(words) if words else Plain()


def read_hex(text: str) -> bytes:
    """Return the key of a text in hex. Raises KeysUnusable without repeating the text."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    return checked(key)


def checked(key: bytes) -> bytes:
    """Return the key. Raises KeysUnusable where it has not the length of a root key."""
    if len(key) != BYTES:
        raise KeysUnusable(f"密钥应为 {BYTES * 2} 个十六进制数字，请核对密钥的设置或者密钥文件。")
    return key


def _ring(kind: str, body: Mapping[str, Any], wrapper: Wrapper) -> Ring:
    keys = {str(name): wrapper.unwrap(str(text)) for name, text in body["keys"].items()}
    current = str(body["current"])
    if current not in keys or any(name_of(kind, key) != name for name, key in keys.items()):
        raise ValueError
    return Ring(kind, current, keys)


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise KeysUnusable("密钥服务的命令没有给出 base64。请检查 LIANXIN_KEYS_COMMAND。") from None


class _Known:
    """What the rings were last read from, and the rings; what could not be read, and when; one thread reads at a time."""

    last: tuple[tuple[object, ...], Mapping[str, Ring]] = ((), {})
    failed: tuple[tuple[object, ...], float] = ((), 0.0)
    lock = threading.Lock()

    @classmethod
    def rings(cls) -> Mapping[str, Ring]:
        """Return the rings, read anew when settings or file have changed, and again while that fails (`RETRY_SECONDS`)."""
        source = _source()
        known, found = cls.last
        if source == known:
            return found
        usable = bool(found) and source[0] == known[0]
        if usable and source == cls.failed[0] and time.monotonic() - cls.failed[1] < RETRY_SECONDS:
            return found
        if not cls.lock.acquire(blocking=not usable):
            return found
        try:
            return cls._read(source)
        finally:
            cls.lock.release()

    @classmethod
    def _read(cls, source: tuple[object, ...]) -> Mapping[str, Ring]:
        """Read the rings unless another thread just did; the ones read before go on where that fails."""
        known, found = cls.last
        if source == known:
            return found
        try:
            cls.last = source, _all_found()
        except KeysUnusable as problem:
            if not found or source[0] != known[0]:
                raise
            cls.failed = source, time.monotonic()
            log.error("the changed keys file cannot be used, the keys read before go on: %s", problem)
        return cls.last[1]


def _source() -> tuple[object, ...]:
    """Return what the rings depend on: the settings, and which bytes of the file they would be read from."""
    set_ = (
        *(settings.MASTER_KEY, settings.INDEX_KEY, *settings.MASTER_KEYS_OLD, "", *settings.INDEX_KEYS_OLD),
        *(str(settings.KEYS_FILE), settings.KEYS_COMMAND),
    )
    try:
        there = os.stat(settings.KEYS_FILE)
    except OSError:
        return set_, None
    return set_, (there.st_mtime_ns, there.st_ino, there.st_size, there.st_mode)


def _all_found() -> dict[str, Ring]:
    """Return what file and variables hold together; the file says which keys are current."""
    file = Path(settings.KEYS_FILE)
    rings = read(file, wrapper()) if file.exists() else {}
    for kind, texts in (
        ("master", (settings.MASTER_KEY, *settings.MASTER_KEYS_OLD)),
        ("index", (settings.INDEX_KEY, *settings.INDEX_KEYS_OLD)),
    ):
        rings = _joined(rings, kind, [read_hex(text) for text in texts if text])
        if kind not in rings:
            raise KeysUnusable(f"没有{kind}密钥。请运行 lianxin init，或者检查 LIANXIN_KEYS_FILE。")
    return rings


def _joined(rings: dict[str, Ring], kind: str, keys: Iterable[bytes]) -> dict[str, Ring]:
    for key in keys:
        rings = with_key(rings, kind, key, use=False)
    return rings
