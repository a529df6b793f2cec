"""The only place that reads and writes the row of an account and its record of sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.models import Account, SignInEvent, Staff

What = SignInEvent.What
NOBODY = 0
"""Stands for the officer where no such name exists."""
BARRED_AGAIN = timedelta(hours=1)
"""An officer whose sign-in is barred over and over is an event of the ledger this often at most."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: network, browser in a few words, and the mark of a browser that proved itself, "" if none."""

    network: str = ""
    device: str = ""
    proven: str = ""


def account_of(staff_id: int) -> Account:
    """Return the account, an unsaved blank one when there is no row yet. One query."""
    return Account.objects.filter(staff_id=staff_id).first() or Account(staff_id=staff_id)


def locked(staff_id: int) -> Account:
    """Return the row of the account, made if need be, locked until the transaction ends."""
    Account.objects.get_or_create(staff_id=staff_id)
    return Account.objects.select_for_update().get(staff_id=staff_id)


def note(what: str, staff_id: int, *, at: datetime, origin: Origin, by: Staff | None = None) -> None:
    """Add a line to the record of sign-ins, with its event where it is one for the ledger; `by` is the administrator, where
    one did it. Raises when either cannot be written, and then neither is.
    """
    recorded = what in events.OF_ACCOUNTS or _newly_barred(what, staff_id, at=at)
    with transaction.atomic():
        SignInEvent.objects.create(
            id=new_id(),
            staff_id=staff_id,
            what=what,
            at=at,
            network=origin.network[:45],
            device=origin.device[:120],
            by_id=by.pk if by else None,
        )
        if recorded:
            events.of_account(what, staff_id, by_id=by.pk if by else staff_id, at=at)


def _newly_barred(what: str, staff_id: int, *, at: datetime) -> bool:
    if what != What.WAIT or staff_id == NOBODY:
        return False
    lately = SignInEvent.objects.filter(staff_id=staff_id, what=What.WAIT, at__gt=at - BARRED_AGAIN)
    return not lately.exists()


def record(staff_id: int, *, limit: int = 20) -> QuerySet[SignInEvent]:
    """Return the last lines of an officer's record, newest first."""
    return SignInEvent.objects.filter(staff_id=staff_id).order_by("-id")[:limit]


def wrong_since_last(staff_id: int) -> int:
    """Return how many wrong tries there were since the officer last signed in."""
    events = SignInEvent.objects.filter(staff_id=staff_id)
    wrong = events.filter(what__in=[What.WRONG, What.WAIT, What.WRONG_SECOND])
    came = events.filter(what__in=[What.IN, What.IN_BY_PLATFORM]).order_by("-id")
    return wrong.filter(id__gt=came.values_list("id", flat=True).first() or 0).count()


def first_password_set(staff: Staff) -> None:
    """Note that the password is a first one, which has to be changed before anything else can be done."""
    Account.objects.update_or_create(
        staff_id=staff.pk, defaults={"first_password": True, "password_at": None, "used_at": None}
    )


def forget(*, unknown_before: datetime, before: datetime) -> int:
    """Delete old lines, those of names nobody has sooner, and return how many."""
    old = SignInEvent.objects.filter(at__lt=before).delete()[0]
    return old + SignInEvent.objects.filter(staff_id=NOBODY, at__lt=unknown_before).delete()[0]
