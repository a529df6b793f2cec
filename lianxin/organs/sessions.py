"""The only place that lists and ends the sessions of officers; an ended one is over at its next request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from lianxin.organs.models import Organ, Post, Session

SEEN_EVERY = timedelta(minutes=1)
"""The use of a session is written down this often at most."""


def of(staff_id: int) -> QuerySet[Session]:
    """Return the open sessions of an officer, the last used first."""
    return Session.objects.filter(staff_id=staff_id).order_by("-seen_at")


def end(staff_id: int, handle: str) -> int:
    """End one session of an officer by its handle and return how many there were: 1 or 0."""
    return Session.objects.filter(staff_id=staff_id, session_key=handle).delete()[0]


def end_all(staff_ids: Iterable[int], *, but: str = "") -> int:
    """End all sessions of these officers, except the one with the handle `but`; return how many."""
    return Session.objects.filter(staff_id__in=list(staff_ids)).exclude(session_key=but).delete()[0]


def end_organ(organ: Organ) -> int:
    """End all sessions of the officers with posts in an organ or below it; return how many."""
    holders = Post.objects.filter(organ__path__startswith=organ.path).values_list("staff_id", flat=True)
    return end_all(set(holders))


def forget(*, before: datetime) -> int:
    """Delete sessions that were over before an instant and return how many."""
    return Session.objects.filter(expire_date__lt=before).delete()[0]
