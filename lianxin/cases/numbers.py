"""The only maker and reader of item numbers (编号) and query codes (查询码); rulebook section 6.2.

A number is region (6) + channel letter + day (8) + daily count (6) + check character, for example
`330100N20260302000123K`; it says nothing of the person. A query code is 16 random letters of 32 (80 bits) and
a check letter; number and code are both needed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from lianxin.cases.models import NumberCounter
from lianxin.petitioners.keys import tokens
from lianxin.procedure.errors import LianxinError

CHANNEL_LETTERS = {"letter": "L", "visit": "V", "online": "N", "call": "C", "fax": "F", "other": "O"}
BLOCK = 20
LAST = 999_999

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 17
ROUNDS = 4096


class NumbersUsedUp(LianxinError):
    """A region has registered 999,999 items in one day."""


class Counter:
    """Hands out daily counts of a region from blocks, each taken in a short transaction of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[tuple[str, date], tuple[int, int]] = {}

    def next(self, region_code: str, day: date, *, block: int = BLOCK) -> int:
        """Return the next count of the region on that day, from 1. Call it before the registration's transaction."""
        with self._lock:
            following, end = self._blocks.get((region_code, day), (1, 0))
            if following > end:
                end = _take(region_code, day, block)
                following = end - block + 1
                self._blocks = (
                    {key: value for key, value in self._blocks.items() if key[1] >= day}
                    if len(self._blocks) > 5000
                    else self._blocks
                )
            if following > LAST:
                raise NumbersUsedUp(
                    f"{region_code} 在 {day} 的编号已用完（每日 {LAST} 个）。请次日继续登记。"
                )
            self._blocks[region_code, day] = (following + 1, end)
            return following


def _take(region_code: str, day: date, block: int) -> int:
    for _ in range(10):
        try:
            with transaction.atomic():
                row = NumberCounter.objects.filter(region_code=region_code, day=day)
                if row.update(last=F("last") + block):
                    return int(row.values_list("last", flat=True).get())
                NumberCounter.objects.create(region_code=region_code, day=day, last=block)
                return block
        except IntegrityError:
            continue
    raise RuntimeError(f"no number block for {region_code} on {day} after ten tries")


counter = Counter()


def item_number(*, region_code: str, channel: str, day: date, count: int) -> str:
    """Return the item number with its check character (ISO 7064, MOD 37,36)."""
    body = f"{region_code[:6]}{CHANNEL_LETTERS[channel]}{day:%Y%m%d}{count:06d}"
    return body + _mod_37_36(body)


def read_number(typed: str) -> str | None:
    """Return a typed item number in its stored form, or None when its shape or check character is wrong.

    Blanks, dashes, full-width and small letters are forgiven.
    """
    text = _fold(typed)
    if len(text) != 22 or any(c not in _ALNUM for c in text) or _mod_37_36(text[:-1]) != text[-1]:
        return None
    return text


def new_code() -> str:
    """Return a fresh query code: 16 random letters (80 bits from the system's source) and a check letter."""
    body = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH - 1))
    return body + _code_check(body)


def read_code(typed: str) -> str | None:
    """Return a typed code in its stored form, or None when one letter is wrong or two are swapped."""
    text = _fold(typed)
    if (
        len(text) != CODE_LENGTH
        or any(c not in CODE_LETTERS for c in text)
        or _code_check(text[:-1]) != text[-1]
    ):
        return None
    return text


def grouped(code: str) -> str:
    """Return a code as it is shown and printed: 4-4-4-5."""
    return "-".join([code[0:4], code[4:8], code[8:12], code[12:]])


def code_hash(number: str, code: str) -> str:
    """Return the slow hash of a code, salted by its number and keyed by a key that is not in the database."""
    return _code_hashes(number, code)[0]


def code_fits(number: str, code: str, stored: str) -> bool:
    """Tell whether a code belongs to a number, in the same time for a right and a wrong one."""
    fits = [hmac.compare_digest(one, stored) for one in _code_hashes(number, code)]
    return any(fits)


def _code_hashes(number: str, code: str) -> list[str]:
    """Return the hash of a code under each index key, the current one first: a code outlives the key it was hashed with."""
    slow = hashlib.pbkdf2_hmac("sha256", code.encode(), number.encode(), ROUNDS)
    return [f"pbkdf2-sha256-{ROUNDS}$" + one for one in tokens("query_code", slow.hex())]


def _fold(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).upper()
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Pd" and c not in "_.·")


def _mod_37_36(body: str) -> str:
    value = 36
    for letter in body:
        value = (value + _ALNUM.index(letter)) % 36 or 36
        value = value * 2 % 37
    return _ALNUM[(37 - value) % 36]


def _powers() -> tuple[int, ...]:
    """Return the powers of the generator of GF(32) with x^5 + x^2 + 1: 31 different weights."""
    found, value = [], 1
    for _ in range(31):
        found.append(value)
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return tuple(found)


_POWERS = _powers()
_LOG = {value: n for n, value in enumerate(_POWERS)}


def with_check(body: str) -> str:
    """Return letters of CODE_LETTERS with their check letter, as `read_code` takes 16 and one."""
    return body + _code_check(body)


def _code_check(body: str) -> str:
    """Return the check letter: a sum over GF(32) with a different weight at each place.

    It catches every single wrong letter and every swap of two letters, wherever they stand.
    """
    total = 0
    for place, letter in enumerate(body, start=1):
        value = CODE_LETTERS.index(letter)
        if value:
            total ^= _POWERS[(_LOG[value] + place) % 31]
    return CODE_LETTERS[total]
