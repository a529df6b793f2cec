"""The only place that says whether the log is so far behind that acts must wait (LOG-10).

An act whose leaf cannot enter the log is an act nobody outside can check. When the oldest row has waited longer than
`LOG_BEHIND_HOURS`, officers' acts and the system's own are refused until the log has caught up; what a petitioner does
is taken all the same. How far behind it is each process looks up when an officer reads a page, at most once in `EVERY`, so
that an act costs no statement more; only one that comes after a long silence, or would be refused, looks itself.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from lianxin.ledger import face, log
from lianxin.procedure.errors import Refused

EVERY, SILENCE = timedelta(minutes=1), timedelta(minutes=10)
logger = logging.getLogger("lianxin.ledger")


class LogBehind(Refused):
    """The log is further behind than allowed: nothing is written until it has caught up."""

    default_code = "LOG_BEHIND"


@dataclass(slots=True)
class _Seen:
    """What this process knows: since when the oldest row waits (None: none does), and when it looked."""

    since: datetime | None = None
    looked: datetime | None = None


_seen = _Seen()


def look(at: datetime) -> datetime | None:
    """Look up since when the oldest row waits, keep it for this process, and return it; None when none waits."""
    _seen.looked = at
    with face.worn(face.SYSTEM):
        _seen.since = log.waiting_since()
    return _seen.since


def look_if_due(at: datetime, *, every: timedelta = EVERY) -> None:
    """As `look`, at most once in `every`; a database that is down changes nothing."""
    if not settings.LOG_BEHIND_HOURS or (_seen.looked is not None and abs(at - _seen.looked) < every):
        return
    try:
        look(at)
    except DatabaseError:
        logger.warning("it could not be looked up how far the log is behind", exc_info=True)


def is_behind(at: datetime) -> bool:
    """Tell whether the oldest row waited too long when it was last looked up. No query."""
    hours = settings.LOG_BEHIND_HOURS
    return bool(hours) and _seen.since is not None and at - _seen.since > timedelta(hours=hours)


def check(at: datetime) -> None:
    """Raise LogBehind when the log is too far behind. No query, but after a silence and before it refuses."""
    look_if_due(at, every=SILENCE)
    if is_behind(at):
        look_if_due(at)
    if is_behind(at):
        raise LogBehind(
            _("系统的存证日志暂时没有跟上，办理操作先停一停，这一步没有保存"),
            article="",
            instead=_(
                "登记来信来访、群众网上提交都照常。请告诉系统管理员；恢复以后自动可以办理，不用重新登录。"
            ),
        )
