"""Planning the reception: windows and their hours, who sits where, days without reception, screens."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from lianxin.cases.history import Moment
from lianxin.cases.services.wording import needed
from lianxin.ledger import chain
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.procedure.errors import GuardFailed
from lianxin.visits.models import Booth, ClosedDay, Screen, Seat
from lianxin.visits.policies import check_plans

ARTICLE = "信访工作条例 第十八条第一款"
SALT = "lianxin.visits.screen"


def set_booth(
    booth: Booth | None,
    *,
    actor: Actor,
    name: str,
    purpose: str,
    hours: Mapping[str, str],
    ends_on: date | None = None,
) -> Booth:
    """Return a window of the officer's organ as given; a new one for None. Raises NotYours, GuardFailed for a name used twice."""
    check_plans(actor)
    row = booth or Booth(id=new_id(), organ=actor.organ)
    row.name = needed(name, "窗口名称", article=ARTICLE, line=True)
    row.purpose, row.ends_on = purpose, ends_on
    row.hours = {day: text for day, text in hours.items() if text}
    try:
        with transaction.atomic():
            row.save(force_insert=booth is None)
    except IntegrityError:
        raise GuardFailed("已经有一个窗口叫这个名称", article=ARTICLE, instead="请换一个名称。") from None
    return row


def seat(booth: Booth, *, actor: Actor, staff: Staff | None, on: date) -> None:
    """Say who sits at a window on a day; None empties it. Raises NotYours."""
    check_plans(actor)
    rows = Seat.objects.filter(organ=actor.organ, booth_id=booth.id, on=on)
    if staff is None:
        rows.delete()
    elif not rows.update(staff=staff):
        try:
            with transaction.atomic():
                Seat.objects.create(id=new_id(), organ=actor.organ, booth_id=booth.id, on=on, staff=staff)
        except IntegrityError:
            rows.update(staff=staff)


def close_day(*, actor: Actor, on: date, reason: str, when: Moment) -> None:
    """Announce a day without reception and why; a day announced before gets the new reason. Raises NotYours, GuardFailed."""
    check_plans(actor)
    if on < when.on:
        raise GuardFailed("这一天已经过去了", article=ARTICLE)
    why = needed(reason, "原因", article=ARTICLE, line=True)[:120]
    if not ClosedDay.objects.filter(organ=actor.organ, on=on).update(reason=why):
        try:
            with transaction.atomic():
                ClosedDay.objects.create(id=new_id(), organ=actor.organ, on=on, reason=why)
        except IntegrityError:
            ClosedDay.objects.filter(organ=actor.organ, on=on).update(reason=why)


def open_day(*, actor: Actor, on: date) -> None:
    """Take back that a day is without reception. Raises NotYours."""
    check_plans(actor)
    ClosedDay.objects.filter(organ=actor.organ, on=on).delete()


def make_screen(*, actor: Actor, name: str, key: str, when: Moment) -> Screen:
    """Return a new screen; a repeated key finds the first one. Raises NotYours, GuardFailed."""
    check_plans(actor)
    where = needed(name, "放在哪里", article=ARTICLE, line=True)[:40]
    known = Screen.objects.filter(organ=actor.organ, key=key).first()
    if known is not None:
        return known
    with transaction.atomic():
        screen = Screen.objects.create(
            id=new_id(), organ=actor.organ, name=where, made_by=actor.staff, made_at=when.at, key=key
        )
        _record("screen.made", screen, actor=actor, when=when)
    return screen


def end_screen(screen: Screen, *, actor: Actor, when: Moment) -> None:
    """End a screen; its address shows nothing from now on. Raises NotYours."""
    check_plans(actor)
    with transaction.atomic():
        if Screen.objects.filter(pk=screen.pk, ended_at=None).update(ended_at=when.at):
            _record("screen.ended", screen, actor=actor, when=when)


def token_of(screen: Screen) -> str:
    """Return the part of the screen's address that nobody can guess; it is made, never stored."""
    return f"{screen.pk}-{_secret(screen.pk)}"


def screen_of(token: str) -> Screen | None:
    """Return the running screen of an address, None where there is none or the secret is wrong. One query at most."""
    number, _, secret = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 20):
        return None
    if int(number) >= 2**63 or not hmac.compare_digest(secret.encode(), _secret(int(number)).encode()):
        return None
    return Screen.objects.select_related("organ").filter(pk=int(number), ended_at=None).first()


def _secret(screen_id: int) -> str:
    return salted_hmac(SALT, str(screen_id), secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()[:40]


def _record(kind: str, screen: Screen, *, actor: Actor, when: Moment) -> None:
    facts = {"screen": screen.pk}
    chain.record_event(kind=kind, organ_id=actor.organ.pk, staff_id=actor.staff.pk, at=when.at, facts=facts)
