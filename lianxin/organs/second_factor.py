"""The only place for one-time codes (TOTP, RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes.

The secret is sealed, bound to its officer. A code is good once: the step it belongs to is written down by a conditional update,
and no step at or before it is taken again. Recovery codes are kept as slow hashes and struck out when used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import struct
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext as _

from lianxin.organs import sessions, throttle
from lianxin.organs.accounts import Origin, What, account_of, locked, note
from lianxin.organs.actors import Actor
from lianxin.organs.keys import (
    SECOND_FACTOR,
    CannotOpen,
    key_id,
    open_derived,
    seal,
    second_factor_key,
    suite_in_use,
)
from lianxin.organs.models import Account, Passkey, Staff
from lianxin.organs.policies import check_manages_person
from lianxin.organs.services.errors import BadRecord
from lianxin.organs.throttle import SECOND, Source, forgive, spend

STEP, DIGITS, AROUND = 30, 6, 1
LOOKED_ROUND = 10
"""Steps to each side in which a wrong code is looked for, only to say that a clock is wrong."""
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODES, CODE_LETTERS = 10, 10
log = logging.getLogger("lianxin.sign_in")


@dataclass(frozen=True, slots=True)
class Methods:
    """What an officer can prove himself with beside the password."""

    totp: bool
    passkeys: int
    codes: int

    def any(self) -> bool:
        """Tell whether there is a second factor."""
        return self.totp or self.passkeys > 0


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a code was right; if not, until when to wait, and whether a clock seems to be wrong."""

    right: bool
    wait_until: datetime | None = None
    clock: bool = False


def methods_of(staff_id: int, *, account: Account | None = None) -> Methods:
    """Return what the officer has. Two queries at most."""
    account = account or account_of(staff_id)
    return Methods(
        bool(account.totp_box), Passkey.objects.filter(staff_id=staff_id).count(), len(account.recovery)
    )


def new_secret(staff_id: int) -> str:
    """Return a new sealed secret (160 bits) in text, to be kept by the face until a first code proves it arrived."""
    return base64.b64encode(sealed_secret(staff_id, secrets.token_bytes(20))["totp_box"]).decode()


def shown(sealed: str, staff_id: int) -> str:
    """Return a sealed new secret in base 32, as an app takes it when typed."""
    return base64.b32encode(opened_secret(staff_id, base64.b64decode(sealed))).decode()


def address(sealed: str, staff: Staff) -> str:
    """Return the otpauth:// address of a sealed new secret, for the square code."""
    values = {"secret": shown(sealed, staff.pk), "issuer": "Lianxin", "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote('Lianxin:' + staff.username)}?{urlencode(values)}"


def code_at(secret: bytes, step: int) -> str:
    """Return the six digits of a step (RFC 4226, 5.3)."""
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def turn_on(staff: Staff, sealed: str, typed: str, *, at: datetime, origin: Origin) -> list[str]:
    """Make the new secret the officer's and return fresh recovery codes. Raises BadRecord when the code is not right."""
    secret = opened_secret(staff.pk, base64.b64decode(sealed))
    step = _matching(secret, typed, at=at, around=AROUND)
    if step is None:
        raise BadRecord(_("验证码不对，请核对手机时间，用最新显示的 6 位数字再试"))
    with transaction.atomic():
        account = locked(staff.pk)
        columns = {**sealed_secret(staff.pk, secret), "totp_step": step, "totp_at": at}
        for name, value in columns.items():
            setattr(account, name, value)
        account.save(update_fields=list(columns))
        note(What.TOTP_ON, staff.pk, at=at, origin=origin)
        return _new_codes(account)


def turn_off(staff: Staff, *, at: datetime, origin: Origin) -> None:
    """Forget the secret; without passkeys the recovery codes go too."""
    with transaction.atomic():
        account = locked(staff.pk)
        account.totp_box, account.totp_at = b"", None
        if not Passkey.objects.filter(staff=staff).exists():
            account.recovery = {}
        account.save(update_fields=["totp_box", "totp_at", "recovery"])
        note(What.TOTP_OFF, staff.pk, at=at, origin=origin)


def new_codes(staff: Staff, *, at: datetime, origin: Origin) -> list[str]:
    """Return fresh recovery codes; the old ones are void. They are shown once."""
    with transaction.atomic():
        note(What.CODES, staff.pk, at=at, origin=origin)
        return _new_codes(locked(staff.pk))


def check(staff_id: int, typed: str, *, at: datetime, origin: Origin) -> Checked:
    """Tell whether `typed` is a code of now, never used before, or a recovery code, which is struck out. Tries are counted."""
    budget = Source(SECOND, str(staff_id))
    if until := spend([budget], at=at):
        return Checked(False, until)
    account, plain = account_of(staff_id), _plain(typed)
    if plain.isdigit() and len(plain) == DIGITS:
        right, clock = _check_totp(account, plain, at=at)
    else:
        right, clock = _strike_out(staff_id, plain), False
        if right:
            note(What.RECOVERED, staff_id, at=at, origin=origin)
    if right:
        forgive(budget)
    else:
        note(What.WRONG_SECOND, staff_id, at=at, origin=origin)
    return Checked(right, clock=clock)


def ask_reset(actor: Actor, staff: Staff, *, why: str, at: datetime, on: date, origin: Origin) -> None:
    """Ask that a lost second factor be taken off; another administrator has to agree. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    why = " ".join(why.split())
    if len(why) < 4 or len(why) > 200:
        raise BadRecord(_("请写明怎样当面核对了本人身份，4 到 200 字"))
    if not methods_of(staff.pk).any():
        raise BadRecord(_("这个账号没有第二重验证"))
    with transaction.atomic():
        account = locked(staff.pk)
        account.reset_by, account.reset_note = actor.staff, why
        account.save(update_fields=["reset_by", "reset_note"])
        note(What.RESET_ASKED, staff.pk, at=at, origin=origin, by=actor.staff)


def agree_reset(actor: Actor, staff: Staff, *, at: datetime, on: date, origin: Origin) -> None:
    """Take a lost second factor off, as another administrator asked; sessions end. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    with transaction.atomic():
        account = locked(staff.pk)
        if account.reset_by_id is None:
            raise BadRecord(_("还没有管理员提出申请"))
        if account.reset_by_id == actor.staff.pk:
            raise BadRecord(_("不能同意自己提出的申请，请另一位管理员办理"))
        account.totp_box, account.totp_at, account.recovery = b"", None, {}
        account.reset_by, account.reset_note = None, ""
        account.save(update_fields=["totp_box", "totp_at", "recovery", "reset_by", "reset_note"])
        Passkey.objects.filter(staff=staff).delete()
        note(What.RESET, staff.pk, at=at, origin=origin, by=actor.staff)
    throttle.forgive(Source(SECOND, str(staff.pk)))
    sessions.end_all([staff.pk])


def _check_totp(account: Account, plain: str, *, at: datetime) -> tuple[bool, bool]:
    if not account.totp_box:
        return False, False
    try:
        secret = opened_secret(
            account.staff_id, bytes(account.totp_box), suite=account.totp_suite, named=account.totp_key
        )
    except CannotOpen:
        log.error(
            "the secret of one-time codes of officer %d was sealed with another master key", account.staff_id
        )
        return False, False
    step = _matching(secret, plain, at=at, around=AROUND)
    if step is None:
        near = _matching(secret, plain, at=at, around=LOOKED_ROUND)
        if near is not None:
            seconds = (near - int(at.timestamp()) // STEP) * STEP
            log.warning("one-time code %+d s from the server's time: look at both clocks", seconds)
        return False, near is not None
    fresh = Account.objects.filter(pk=account.staff_id, totp_step__lt=step).update(totp_step=step)
    return bool(fresh), False


def _matching(secret: bytes, typed: str, *, at: datetime, around: int) -> int | None:
    now, plain, found = int(at.timestamp()) // STEP, _plain(typed), None
    for step in range(now - around, now + around + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), plain.encode()):
            found = step
    return found


def _strike_out(staff_id: int, plain: str) -> bool:
    number, letters = plain[:1], plain[1:]
    with transaction.atomic():
        account = locked(staff_id)
        kept = account.recovery.get(number, "")
        if not check_password(letters, kept or make_password(None)):
            return False
        del account.recovery[number]
        account.save(update_fields=["recovery"])
    return True


def _new_codes(account: Account) -> list[str]:
    made = ["".join(secrets.choice(LETTERS) for _n in range(CODE_LETTERS)) for _c in range(CODES)]
    account.recovery = {str(number): make_password(letters) for number, letters in enumerate(made)}
    account.save(update_fields=["recovery"])
    half = CODE_LETTERS // 2
    return [f"{number}-{letters[:half]}-{letters[half:]}" for number, letters in enumerate(made)]


def _plain(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed[:64]).casefold()
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())


def sealed_secret(staff_id: int, secret: bytes) -> dict[str, Any]:
    """Return the columns of an account that hold a secret, sealed with the current key in the suite in use."""
    suite, named = suite_in_use(), key_id()
    box = seal(second_factor_key(suite, named), secret, bound_to=_bound(staff_id), suite=suite)
    return {"totp_box": box, "totp_suite": suite, "totp_key": named}


def opened_secret(staff_id: int, box: bytes, *, suite: str = "", named: str = "") -> bytes:
    """Return a sealed secret. Raises CannotOpen. Without a key's name each key that is known is tried."""
    wanted = suite or suite_in_use()
    return open_derived(SECOND_FACTOR, box, bound_to=_bound(staff_id), suite=wanted, key_id=named)


def _bound(staff_id: int) -> bytes:
    return f"totp|{staff_id}".encode()
