"""The only place that ties an account of the platform to an officer, unties it, and says whose account one is.

The tie is the pair of issuer and subject. It is made by the officer, who has just signed in on both sides; never by what the
platform tells of a person, and no account is made by it. What an administrator ties opens nothing: it waits until the officer
ties the very same account himself, and from then on it is his.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianxin.organs import sessions
from lianxin.organs.accounts import Origin, What, locked, note
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Binding, Organ, Staff
from lianxin.organs.policies import SEPARATE, check_manages_person
from lianxin.organs.selectors import path_ids
from lianxin.organs.services.errors import BadRecord


def of(staff_id: int) -> QuerySet[Binding]:
    """Return the officer's bindings to the platform of the settings, with the administrator they wait on; at most one."""
    found = Binding.objects.filter(staff_id=staff_id, issuer=settings.OIDC_ISSUER)
    return found.select_related("bound_by").order_by("bound_at")


def waits(staff_id: int) -> bool:
    """Tell whether an administrator made a binding that the officer has neither confirmed nor undone."""
    return of(staff_id).exclude(bound_by=None).exists()


def bound(issuer: str, subject: str) -> Binding | None:
    """Return the binding of this pair with its officer, or None; one with `bound_by` waits and opens nothing."""
    return Binding.objects.select_related("staff").filter(handle=_handle(issuer, subject)).first()


def may_use(at_work: Sequence[Actor]) -> bool:
    """Tell whether an officer with these posts may come in through the platform.

    Administrators and auditors may not: who runs the platform shall not be able to become one of them (三员分立). Where the
    settings name an organ, all posts have to be in it or below it.
    """
    if not at_work or any(actor.has(*SEPARATE) for actor in at_work):
        return False
    if not settings.OIDC_ORGAN:
        return True
    top = Organ.objects.filter(code=settings.OIDC_ORGAN).values_list("pk", flat=True).first()
    return all(top in path_ids(actor.organ.path) for actor in at_work)


def bind(
    staff: Staff,
    issuer: str,
    subject: str,
    *,
    at: datetime,
    on: date,
    origin: Origin,
    by: Staff | None = None,
) -> Binding:
    """Return a new binding of the officer; `by` is the administrator, where one made it and it has to be confirmed.

    By the officer himself it takes the place of the same one that waited. Raises BadRecord.
    """
    if not may_use(actors_of(staff.pk, on=on)):
        raise BadRecord(_("管理员和审计岗位，以及不在平台范围内的机构，不能用平台账号登录"))
    if not 0 < len(subject) <= 255 or not subject.isascii() or not subject.isprintable():
        raise BadRecord(_("平台账号标识是 1 到 255 个字母、数字或符号，请向平台管理员核对"))
    try:
        with transaction.atomic():
            locked(staff.pk)
            handle = _handle(issuer, subject)
            if by is None:
                of(staff.pk).filter(handle=handle).exclude(bound_by=None).delete()
            if of(staff.pk).exists():
                raise BadRecord(_("已经绑定了一个平台账号，请先解除再绑定新的"))
            made = Binding.objects.create(
                handle=handle,
                staff=staff,
                issuer=issuer,
                subject=subject,
                bound_at=at,
                bound_by=by,
            )
            note(What.BOUND, staff.pk, at=at, origin=origin, by=by)
            return made
    except IntegrityError:
        raise BadRecord(_("这个平台账号已经绑定在一个账号上，请本机构管理员核对")) from None


def unbind(staff: Staff, handle: str, *, at: datetime, origin: Origin, by: Staff | None = None) -> bool:
    """Take one of the officer's bindings away; False when there is none with this handle.

    Where an administrator does it, all sessions of the officer end; before the ledger's lock is held, as wherever they end.
    """
    with transaction.atomic():
        gone = Binding.objects.filter(staff=staff, handle=handle).delete()[0]
        if gone and by is not None:
            sessions.end_all([staff.pk])
        if gone:
            note(What.UNBOUND, staff.pk, at=at, origin=origin, by=by)
    return bool(gone)


def bind_for(actor: Actor, staff: Staff, subject: str, *, at: datetime, on: date, origin: Origin) -> Binding:
    """Return a binding an administrator makes for an officer, who is told until he confirms it. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    return bind(staff, settings.OIDC_ISSUER, subject, at=at, on=on, origin=origin, by=actor.staff)


def unbind_for(actor: Actor, staff: Staff, handle: str, *, at: datetime, on: date, origin: Origin) -> bool:
    """Take an officer's binding away and end his sessions; False when there is none. Raises NotManaged."""
    check_manages_person(actor, staff, on=on)
    return unbind(staff, handle, at=at, origin=origin, by=actor.staff)


def end_sessions_of(issuer: str, subject: str, *, at: datetime, origin: Origin) -> int:
    """End all sessions of the officer bound to a subject, as the platform asks, and return how many."""
    found = bound(issuer, subject)
    if found is None or found.bound_by_id is not None:
        return 0
    with transaction.atomic():
        ended = sessions.end_all([found.staff_id])
        if ended:
            note(What.ENDED, found.staff_id, at=at, origin=origin)
    return ended


def used(binding: Binding, *, at: datetime) -> None:
    """Note that somebody came in by a binding."""
    Binding.objects.filter(handle=binding.handle).update(used_at=at)


def _handle(issuer: str, subject: str) -> str:
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
