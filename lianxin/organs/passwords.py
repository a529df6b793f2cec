"""The only place for what a password must be, and for setting a new one that an officer has chosen.

Two profiles, chosen by LIANXIN_PASSWORD_PROFILE. `asvs` follows OWASP ASVS 5 (6.2): long, any characters, no forced mixing and no
forced change. `mlps3` (等保三级, GB/T 22239) adds mixed characters, a change every 90 days and no return of the last five.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import django.contrib.auth
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils.translation import gettext as _

from lianxin.organs.accounts import Origin, What, account_of, locked, note
from lianxin.organs.models import Account, Post, Staff
from lianxin.organs.services.errors import BadRecord

OF_THE_SYSTEM = ("连心", "信访", "民政", "lianxin", "xinfang", "minzheng")
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
PAIRS = frozenset(pair for row in ROWS for way in (row, row[::-1]) for pair in map("".join, pairwise(way)))
EDGE = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Profile:
    """Lengths in characters, how many kinds of characters, days until it must be changed (None: never), how many are remembered."""

    least: int
    most: int
    kinds: int
    days: int | None
    remembered: int


PROFILES = {
    "asvs": Profile(least=12, most=256, kinds=1, days=None, remembered=0),
    "mlps3": Profile(least=12, most=256, kinds=3, days=90, remembered=5),
}


def profile() -> Profile:
    """Return the profile in force."""
    return PROFILES[settings.PASSWORD_PROFILE]


def set_own(staff: Staff, new: str, *, at: datetime, origin: Origin) -> None:
    """Give the officer the password he has chosen; the caller has checked the present one. Raises BadRecord."""
    if found := problems(new, words=own_words(staff)):
        raise BadRecord(found[0])
    rules = profile()
    with transaction.atomic():
        account = locked(staff.pk)
        before = [staff.password, *account.earlier]
        if any(check_password(new, one) for one in before[: rules.remembered or 1]):
            raise BadRecord(_("新密码和用过的一样，请换一个"))
        staff.set_password(new)
        staff.save(update_fields=["password"])
        account.earlier = before[: rules.remembered]
        account.first_password, account.password_at = False, at
        account.save(update_fields=["earlier", "first_password", "password_at"])
        note(What.PASSWORD, staff.pk, at=at, origin=origin)


def must_change(staff_id: int, *, at: datetime, account: Account | None = None) -> bool:
    """Tell whether the password has to be changed first: a first one, or older than the profile allows."""
    account = account or account_of(staff_id)
    days = profile().days
    if account.first_password or days is None:
        return account.first_password
    return account.password_at is None or at - account.password_at > timedelta(days=days)


def own_words(staff: Staff) -> list[str]:
    """Return the words that are about the officer: names and the names of the organs worked for."""
    names = [staff.username, staff.name]
    for name, short in Post.objects.filter(staff=staff).values_list("organ__name", "organ__short_name"):
        names += [name, short]
    return names


def problems(password: str, *, words: Iterable[str] = ()) -> list[str]:
    """Return what is against a new password, in sentences; [] when it may be used. Letters are counted, not bytes."""
    rules, found = profile(), []
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < rules.least:
        found.append(_("太短，至少要 %(n)s 个字符，可以用一句话") % {"n": rules.least})
    if len(password) > rules.most:
        found.append(_("太长，最多 %(n)s 个字符") % {"n": rules.most})
    if _kinds(password) < rules.kinds:
        found.append(_("大写字母、小写字母、数字、其他符号（含汉字）里至少要有三种"))
    for word in (*OF_THE_SYSTEM, *words):
        plain = unicodedata.normalize("NFKC", word).casefold()
        if len(plain) >= (3 if plain.isascii() else 2) and plain in folded:
            found.append(_("不要包含“%(word)s”，太容易猜到") % {"word": word})
            break
    if _common(folded):
        found.append(_("太常见，别人很容易猜到，请换一个"))
    return found


def _kinds(password: str) -> int:
    kinds = (str.islower, str.isupper, lambda c: c.isascii() and c.isdigit())
    other = any(not any(kind(letter) for kind in kinds) for letter in password)
    return sum(any(kind(letter) for letter in password) for kind in kinds) + other


def _common(folded: str) -> bool:
    """Tell whether the password is on the lists, bare or with digits and signs around, or repeated, or a row of keys."""
    core = EDGE.sub("", folded)
    rest = len(folded) - len(core)
    if folded in common_list() or (core in common_list() and rest <= 8):
        return True
    half = re.fullmatch(r"(.{1,6}?)\1+.{0,3}", folded, re.DOTALL)
    if half is not None:
        return True
    return _runs_along(folded)


def _runs_along(folded: str) -> bool:
    """Tell whether three quarters of the password run along the alphabet, the digits or the keyboard, forward or back."""
    steps = sum(folded[i : i + 2] in PAIRS for i in range(len(folded) - 1))
    return len(folded) > 1 and steps >= 0.75 * (len(folded) - 1)


@lru_cache(maxsize=1)
def common_list() -> frozenset[str]:
    """Return the passwords seen most often in breaches: Django's twenty thousand, and those usual in Chinese."""
    general = files(django.contrib.auth).joinpath("common-passwords.txt.gz").read_bytes()
    chinese = files("lianxin.organs.data").joinpath("passwords.txt").read_text(encoding="utf-8")
    lines = gzip.decompress(general).decode().splitlines() + chinese.splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))
