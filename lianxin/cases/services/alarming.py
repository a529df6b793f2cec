"""Telling the auditors that an officer has read more on a day than the limits allow (警示); the leaf is `reading.alarmed`.

Once per officer and day. The alarm says which limit was passed, never what was read. May be stopped and run again at any
moment, also twice at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import transaction

from lianxin.cases import reading
from lianxin.cases.history import Moment
from lianxin.cases.reading import ALARMED, Seen
from lianxin.ledger import face
from lianxin.ledger.chain import record_event
from lianxin.organs.models import Organ, Post, Role, Staff
from lianxin.organs.selectors import path_ids

BATCH = 500
BACK = (1, 0)
"""Days before today that a sweep counts: it runs at night, so yesterday is the one that matters."""


def sweep(*, when: Moment) -> int:
    """Alarm the auditors of every officer who read too much yesterday or today; return how many alarms were told.

    One statement for 500 officers and a day, and a few for each who may have read too much.
    """
    return sum(_alarm(batch, when.on - timedelta(days=back), when) for back in BACK for batch in _officers())


def alarm(staff_id: int, *, when: Moment) -> int:
    """Alarm the auditors at once where this officer has read too much today; return how many alarms were told."""
    return _alarm([staff_id], when.on, when)


def _officers() -> Iterator[Sequence[int]]:
    last = 0
    while batch := list(
        Staff.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield batch
        last = batch[-1]


def _alarm(staff: Sequence[int], on: date, when: Moment) -> int:
    told = 0
    with face.worn(face.SYSTEM):
        for staff_id in reading.perhaps_over(staff, on=on):
            looks = reading.looks_by(staff_id, on=on)
            organs = Organ.objects.in_bulk({one.organ_id for one in looks})
            told += sum(_tell(staff_id, organ, looks, on=on, when=when) for organ in organs.values())
    return told


def _tell(staff_id: int, organ: Organ, looks: Sequence[Seen], *, on: date, when: Moment) -> int:
    """Tell the organs whose auditors must know of what an officer of `organ` read; return how many were told just now."""
    return sum(
        _told(one, staff_id, organ, over, on=on, when=when)
        for one in auditing_organs(staff_id, organ, on=on)
        if (over := reading.counted(reading.known_to(one, looks, on=on)).over())
    )


def auditing_organs(staff_id: int, organ: Organ, *, on: date) -> list[Organ]:
    """Return the organs whose auditors are told of an officer: the nearest one from `organ` up where somebody else audits.

    Of a head or an auditor the next one above is told as well. Where nobody audits, the organ keeps the alarm, and the
    topmost one of a head's or an auditor's, until somebody is appointed.
    """
    way = list(reversed(path_ids(organ.path)))
    posts = Post.objects.held_on(on).filter(organ_id__in=way, role=Role.AUDITOR, staff__is_active=True)
    there = set(posts.exclude(staff_id=staff_id).values_list("organ_id", flat=True))
    leads = Post.objects.held_on(on).filter(
        staff_id=staff_id, organ=organ, role__in=(Role.HEAD, Role.AUDITOR)
    )
    audited = [one for one in way if one in there]
    if leads.exists():
        wanted = audited[:2] if audited[:1] == way[:1] else (audited[:1] or [way[0], way[-1]])
    else:
        wanted = audited[:1] or way[:1]
    rows = Organ.objects.in_bulk(wanted)
    return [rows[one] for one in dict.fromkeys(wanted) if one in rows]


def _told(to: Organ, staff_id: int, organ: Organ, over: Sequence[str], *, on: date, when: Moment) -> bool:
    """Write the alarm into the chain of the organ that is told; False where it is there already."""
    facts = {"day": on.isoformat(), "organ": organ.pk, "over": list(over)}
    there = reading.alarms_of(to.pk).filter(staff_id=staff_id)
    if any(row.facts["day"] == facts["day"] for row in there):
        return False
    with transaction.atomic():
        row = record_event(kind=ALARMED, organ_id=to.pk, staff_id=staff_id, at=when.at, facts=facts)
        # the chain lets one writer in at a time: whoever was first has committed by now
        if any(other.seq < row.seq and other.facts["day"] == facts["day"] for other in there.all()):
            transaction.set_rollback(True)
            return False
    return True
