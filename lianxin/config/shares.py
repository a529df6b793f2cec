"""The only place that splits a root key into shares for paper and joins them again (Shamir, over 16 bytes at a time).

A share is five lines of sixteen letters and a check letter each, so that a wrong or swapped letter is found in its line. It
names the key it belongs to; what is joined is believed only when the short name of the result is that name.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from Crypto.Protocol.SecretSharing import Shamir  # nosec B413

from lianxin.cases.numbers import CODE_LENGTH, CODE_LETTERS, grouped, read_code, with_check
from lianxin.organs.keyring import BYTES, KINDS, name_of
from lianxin.procedure.errors import LianxinError

HALF = 16
LINES = "ABCDE"
BODY = 15
"""Letters of a line that carry the share; before them stands the letter of the line, behind them the check letter."""
SUM = 3
MOST = 31
VERSION = 1


class BadShares(LianxinError):
    """Shares cannot be read or do not belong together; the sentence says which line or which key, and no letter of a share."""


@dataclass(frozen=True, slots=True)
class Share:
    """One share of one key: any `threshold` shares of the same key restore it. Its text form does not tell the share."""

    kind: str
    key_id: str
    threshold: int
    number: int
    part: bytes = field(repr=False)


def split(kind: str, key: bytes, *, shares: int, threshold: int) -> list[Share]:
    """Return the shares of a key. Raises BadShares for numbers that make no sense."""
    if not 2 <= threshold <= shares <= MOST:
        raise BadShares(f"份数应为 2 到 {MOST}，其中能恢复的份数应为 2 到总份数。")
    halves = [Shamir.split(threshold, shares, key[start : start + HALF]) for start in range(0, BYTES, HALF)]
    named = name_of(kind, key)
    return [
        Share(kind, named, threshold, first[0], first[1] + second[1])
        for first, second in zip(*halves, strict=True)
    ]


def join(shares: Iterable[Share]) -> tuple[str, bytes]:
    """Return kind and key of shares of one key. Raises BadShares when they are too few or do not make the key they name."""
    found = {share.number: share for share in shares}
    some = sorted(found.values(), key=lambda share: share.number)
    if len({(one.kind, one.key_id, one.threshold) for one in some}) != 1:
        raise BadShares("这些份额不属于同一把密钥。")
    first = some[0]
    if len(some) < first.threshold:
        raise BadShares(
            f"密钥 {first.key_id}：要 {first.threshold} 份才能恢复，现在只有 {len(some)} 份不同的份额。"
        )
    used = some[: first.threshold]
    halves = [
        Shamir.combine([(one.number, one.part[start : start + HALF]) for one in used])
        for start in range(0, BYTES, HALF)
    ]
    key = b"".join(halves)
    if name_of(first.kind, key) != first.key_id:
        raise BadShares(f"密钥 {first.key_id}：这些份额合不成这把密钥，其中有抄错的或者别处的份额。")
    return first.kind, key


def written(share: Share) -> list[str]:
    """Return the lines of a share as they are printed."""
    head = bytes([VERSION << 4 | KINDS.index(share.kind), share.threshold, share.number])
    body = head + bytes.fromhex(share.key_id) + share.part
    value = int.from_bytes(body + _sum(body))
    letters = ""
    for _ in range(BODY * len(LINES)):
        value, rest = divmod(value, len(CODE_LETTERS))
        letters = CODE_LETTERS[rest] + letters
    pieces = [letters[start : start + BODY] for start in range(0, len(letters), BODY)]
    return [
        grouped(with_check(line + piece)) for line, piece in zip(LINES, pieces, strict=True)
    ]  # fmt: skip


def read(text: str) -> Iterator[Share]:
    """Yield the shares of a text in which other lines may stand. Raises BadShares with the number of the line that is wrong."""
    pieces: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        typed = _letters(line)
        if len(typed) != CODE_LENGTH:
            continue
        code = read_code(typed)
        if code is None:
            raise BadShares(f"第 {number} 行有抄错的字母，请对照纸上核对。")
        if code[0] != LINES[len(pieces)]:
            raise BadShares(f"第 {number} 行应当以 {LINES[len(pieces)]} 开头，中间缺了一行或者次序不对。")
        pieces.append(code[1:-1])
        if len(pieces) == len(LINES):
            yield _share("".join(pieces), number)
            pieces = []
    if pieces:
        raise BadShares(f"缺少以 {LINES[len(pieces)]} 开头的一行。")


def _share(letters: str, line: int) -> Share:
    value = 0
    for letter in letters:
        value = value * len(CODE_LETTERS) + CODE_LETTERS.index(letter)
    length = 3 + 8 + BYTES
    try:
        data = value.to_bytes(length + SUM)
    except OverflowError:
        data = b""
    body, kind = data[:length], data[0] & 15 if data else MOST
    if (
        not data
        or data[0] >> 4 != VERSION
        or kind >= len(KINDS)
        or data[length:] != _sum(body)
        or not body[2]
    ):
        raise BadShares(f"到第 {line} 行为止的五行不是一份完整的份额，请检查有没有混进别的纸上的行。")
    return Share(KINDS[kind], body[3:11].hex(), body[1], body[2], body[11:])


def _letters(line: str) -> str:
    text = unicodedata.normalize("NFKC", line).upper()
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(b"lianxin share" + body).digest()[:SUM]
