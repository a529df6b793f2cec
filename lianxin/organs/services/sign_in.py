"""The only place that decides whether somebody may come in: a password is checked, budgets are kept, each try is noted.

A name nobody has, a wrong password, a stopped account, one without a post and one that lay unused too long get the same answer
after the same work, so that nobody learns which names exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from lianxin.organs import accounts, events, sessions, throttle
from lianxin.organs.accounts import NOBODY, Origin, What, account_of, note
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Account, Organ, Staff
from lianxin.organs.platform import bindings, provider
from lianxin.organs.platform.flow import Person
from lianxin.organs.throttle import ACCOUNT, DEVICE, NETWORK, PAIR, PROOF, Source

UNKNOWN_KEPT, RECORD_KEPT = timedelta(days=30), timedelta(days=400)
"""How long tries under names nobody has, and all others, stay in the record; 等保 asks for six months at least."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try led to: the officer, or nobody; and until when to wait when too much was tried."""

    staff: Staff | None = None
    wait_until: datetime | None = None


def with_password(username: str, password: str, *, origin: Origin, at: datetime, on: date) -> Tried:
    """Return the officer of this name and password who may come in on that day. Tries are counted before they are checked."""
    own, shared = _sources(username, origin)
    if until := throttle.spend([*own, *shared], at=at):
        staff_id = Staff.objects.filter(username=username).values_list("pk", flat=True).first()
        note(What.WAIT, staff_id or NOBODY, at=at, origin=origin)
        return Tried(wait_until=until)
    staff = Staff.objects.filter(username=username).first()
    right = _right(staff, password)
    account = account_of(staff.pk if staff else NOBODY)
    admitted = admits(staff.pk if staff else NOBODY, account, at=at, on=on)
    if staff is None or not right or not admitted:
        note(What.WRONG, staff.pk if staff else NOBODY, at=at, origin=origin)
        return Tried()
    for source in own:
        throttle.forgive(source)
    for source in shared:
        throttle.give_back(source)
    return Tried(staff)


@dataclass(frozen=True, slots=True)
class News:
    """Wrong tries since the sign-in before, and whether a binding that an administrator made waits for the officer."""

    wrong: int = 0
    bound: bool = False


def with_platform(person: Person, *, origin: Origin, at: datetime, on: date) -> Staff | None:
    """Return the officer bound to whom the platform names, if he may come in that way on that day; else None.

    A binding that an administrator made, and the officer has not confirmed, lets nobody in.
    """
    binding = bindings.bound(person.issuer, person.subject)
    if binding is None:
        return None
    staff = binding.staff
    confirmed = binding.bound_by_id is None
    admitted = confirmed and admits(staff.pk, account_of(staff.pk), at=at, on=on)
    if not admitted or not bindings.may_use(actors_of(staff.pk, on=on)):
        note(What.PLATFORM_WRONG, staff.pk, at=at, origin=origin)
        return None
    bindings.used(binding, at=at)
    return staff


def admits(staff_id: int, account: Account, *, at: datetime, on: date) -> bool:
    """Tell whether the officer has a post on that day, is not stopped, and has not stayed away too long."""
    at_work = bool(actors_of(staff_id, on=on))
    days = settings.DORMANT_DAYS
    lately = not days or account.used_at is None or at - account.used_at <= timedelta(days=days)
    return at_work and lately


def came_in(staff: Staff, *, origin: Origin, at: datetime, by_platform: bool = False) -> News:
    """Note that the officer has signed in, and return what has to be told."""
    bound = provider.is_set() and bindings.waits(staff.pk)
    news = News(accounts.wrong_since_last(staff.pk), bound)
    with transaction.atomic():
        Account.objects.update_or_create(staff_id=staff.pk, defaults={"used_at": at})
        note(What.IN_BY_PLATFORM if by_platform else What.IN, staff.pk, at=at, origin=origin)
    return news


def proves_password(staff: Staff, password: str, *, origin: Origin, at: datetime) -> Tried:
    """Return the officer when the password is right, for a signed-in officer who proves himself again. Tries are counted."""
    budget = Source(PROOF, str(staff.pk))
    if until := throttle.spend([budget], at=at):
        return Tried(wait_until=until)
    if not _right(staff, password):
        note(What.WRONG, staff.pk, at=at, origin=origin)
        return Tried()
    throttle.forgive(budget)
    return Tried(staff)


def end_session(staff_id: int, handle: str, *, origin: Origin, at: datetime) -> bool:
    """End one of an officer's own sessions by its handle, and note it; False when there is none."""
    with transaction.atomic():
        gone = bool(sessions.end(staff_id, handle))
        if gone:
            note(What.ENDED, staff_id, at=at, origin=origin)
    return gone


def end_sessions(
    staff_id: int, *, origin: Origin, at: datetime, by: Staff | None = None, but: str = ""
) -> None:
    """End an officer's sessions, all or all but the one with the handle `but`, and note it; `by` is the administrator."""
    with transaction.atomic():
        sessions.end_all([staff_id], but=but)
        note(What.ENDED, staff_id, at=at, origin=origin, by=by)


def end_organ_sessions(actor: Actor, organ: Organ, *, at: datetime) -> None:
    """End all sessions in an organ and below it, and record it. The caller has seen that the organ is the actor's to manage."""
    with transaction.atomic():
        sessions.end_organ(organ)
        events.by_actor(actor, "sessions.ended", organ_id=organ.pk, at=at)


def forget(*, at: datetime) -> int:
    """Delete what is old: sessions over, budgets unused for a month, lines of the record; return how many rows."""
    gone = sessions.forget(before=at) + throttle.forget(before=at - throttle.KEPT)
    return gone + accounts.forget(unknown_before=at - UNKNOWN_KEPT, before=at - RECORD_KEPT)


def _sources(username: str, origin: Origin) -> tuple[list[Source], list[Source]]:
    """Return the budgets of the try alone, and those it shares. A browser that proved itself depends on no stranger."""
    if origin.proven:
        return [Source(DEVICE, f"{username}|{origin.proven}")], []
    pair = Source(PAIR, f"{username}|{origin.network}")
    return [pair], [Source(NETWORK, origin.network), Source(ACCOUNT, username)]


def _right(staff: Staff | None, password: str) -> bool:
    if staff is None:
        Staff().set_password(password)
        return False
    return staff.check_password(password)
