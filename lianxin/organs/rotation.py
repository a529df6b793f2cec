"""Bringing the secrets of officers' one-time codes over to the current master key. A run that was killed is run again."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count, F

from lianxin.organs.keys import CannotOpen, key_id, suite_in_use
from lianxin.organs.models import Account
from lianxin.organs.second_factor import opened_secret, sealed_secret


def secrets(*, told: Callable[[int], object]) -> tuple[int, tuple[int, ...]]:
    """Seal each secret anew with the current key; return how many, and the officers whose secret does not open."""
    done, stuck = 0, []
    for row in Account.objects.exclude(totp_box=b"").order_by("pk"):
        if (row.totp_key, row.totp_suite) == (key_id(), suite_in_use()):
            continue
        try:
            secret = opened_secret(row.pk, bytes(row.totp_box), suite=row.totp_suite, named=row.totp_key)
        except CannotOpen:
            stuck.append(row.pk)
            continue
        same = Account.objects.filter(pk=row.pk, totp_box=row.totp_box)
        done += same.update(**sealed_secret(row.pk, secret))
        told(1)
    return done, tuple(stuck)


def in_use() -> dict[str, int]:
    """Return how many secrets stand under each key, "" where none is named."""
    rows = Account.objects.exclude(totp_box=b"").values(named=F("totp_key")).annotate(n=Count("*"))
    return dict(rows.values_list("named", "n"))
