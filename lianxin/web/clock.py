"""The one place where today enters: Beijing time, once per request, passed down as a Moment."""

from __future__ import annotations

from django.utils import timezone

from lianxin.cases.history import BEIJING
from lianxin.cases.services.acts import Moment

__all__ = ["BEIJING", "now"]


def now() -> Moment:
    """Return the legal day in Beijing and the instant."""
    at = timezone.now()
    return Moment(at.astimezone(BEIJING).date(), at)
