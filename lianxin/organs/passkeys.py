"""The only place for passkeys (WebAuthn level 2): making the options a browser asks for, and checking what it answers.

User verification is always asked for, so that a passkey is two factors: the device, and its PIN or fingerprint. No attestation is
asked for. The library checks signature, challenge, origin, relying party and counter.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianxin.organs.accounts import Origin, What, locked, note
from lianxin.organs.models import Passkey, Staff
from lianxin.organs.services.errors import BadRecord

MOST = 10


@dataclass(frozen=True, slots=True)
class Site:
    """The site a passkey belongs to: its host name, and its origin (scheme, host, port)."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Options for the browser in JSON, and the challenge in hex to check the answer with."""

    options: str
    challenge: str


def of(staff_id: int) -> list[Passkey]:
    """Return the officer's passkeys, the oldest first."""
    return list(Passkey.objects.filter(staff_id=staff_id).order_by("added_at"))


def ask_new(staff: Staff, site: Site) -> Asked:
    """Return what the browser needs to make a passkey; those the officer has are excluded."""
    from lianxin.organs import ceremony

    return Asked(
        *ceremony.new_options(
            site.host,
            user_id=staff.pk.to_bytes(8, "big"),
            user_name=staff.username,
            shown=staff.name,
            known=_known(staff.pk),
        )
    )


def add(
    staff: Staff, answer: str, *, challenge: str, site: Site, name: str, at: datetime, origin: Origin
) -> Passkey:
    """Return the new passkey of the officer. Raises BadRecord when the answer is not right."""
    from lianxin.organs import ceremony

    try:
        made = ceremony.check_new(_read(answer), challenge=challenge, host=site.host, origin=site.origin)
    except (ValueError, KeyError, TypeError):
        raise BadRecord(_("没有添加成功，请再试一次")) from None
    try:
        with transaction.atomic():
            locked(staff.pk)
            if Passkey.objects.filter(staff=staff).count() >= MOST:
                raise BadRecord(_("最多 %(n)s 个通行密钥，请先删除不用的") % {"n": MOST})
            note(What.PASSKEY_ON, staff.pk, at=at, origin=origin)
            return Passkey.objects.create(
                handle=_handle(made.credential_id),
                staff=staff,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=" ".join(name.split())[:40] or _("通行密钥"),
                added_at=at,
            )
    except IntegrityError:
        raise BadRecord(_("这个通行密钥已经添加过了")) from None


def remove(staff: Staff, handle: str, *, at: datetime, origin: Origin) -> bool:
    """Delete one of the officer's passkeys; False when there is none with this handle."""
    with transaction.atomic():
        gone = Passkey.objects.filter(staff=staff, handle=handle).delete()[0]
        if gone:
            note(What.PASSKEY_OFF, staff.pk, at=at, origin=origin)
    return bool(gone)


def ask(site: Site, *, staff_id: int | None = None) -> Asked:
    """Return what the browser needs to use a passkey: one of the officer's, or any it holds for this site."""
    from lianxin.organs import ceremony

    known = _known(staff_id) if staff_id is not None else []
    return Asked(*ceremony.use_options(site.host, known=known))


def proven(
    answer: str, *, challenge: str, site: Site, at: datetime, staff_id: int | None = None
) -> Staff | None:
    """Return whose passkey answered; None for a wrong answer, or for one of another officer than `staff_id`."""
    from lianxin.organs import ceremony

    try:
        credential = _read(answer)
        found = Passkey.objects.select_related("staff").get(handle=_handle(ceremony.raw_id(credential)))
        checked = ceremony.check_use(
            credential,
            challenge=challenge,
            host=site.host,
            origin=site.origin,
            public_key=bytes(found.public_key),
            sign_count=found.sign_count,
        )
    except (Passkey.DoesNotExist, ValueError, KeyError, TypeError):
        return None
    if staff_id is not None and found.staff_id != staff_id:
        return None
    won = Passkey.objects.filter(handle=found.handle, sign_count=found.sign_count).update(
        sign_count=checked.new_sign_count, used_at=at
    )
    return found.staff if won else None


def _read(answer: str) -> dict[str, Any]:
    value = json.loads(answer[:20_000])
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _known(staff_id: int) -> list[bytes]:
    return [bytes(one.credential_id) for one in of(staff_id)]


def _handle(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
