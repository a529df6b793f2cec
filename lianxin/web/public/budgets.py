"""The only place that limits what one network may do on the public site: wrong codes, new drafts, petitions.

Wrong codes are counted in the database, for all servers together, and shut the door when they cannot be counted. Drafts and
petitions are counted in the memory of each process: nobody's petition waits for a counter, and none is lost by one. A right
code costs one statement more, a petition none.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.organs import throttle
from lianxin.organs.throttle import DAY, HOUR, MINUTE, Rule, Source
from lianxin.web.origin import network_of

log = logging.getLogger("lianxin.security")

LOOK = Rule("look", 5, HOUR, MINUTE, 15 * MINUTE)
"""Wrong codes for one number from one network."""
LOOK_NETWORK = Rule("look_network", 30, 15 * MINUTE, 5 * MINUTE, 15 * MINUTE)
"""Wrong codes from one network, whatever the number."""
LOOK_NUMBER = Rule("look_number", 50, DAY, timedelta(0), timedelta(0))
"""Wrong codes for one number from anywhere. Never shuts the number: it leaves each network a single try at a time."""
LOOK_ALL = Rule("look_all", 300, HOUR, timedelta(0), timedelta(0))
"""Wrong codes in all; only tells the operator."""
PERIOD = 10 * MINUTE
NETWORKS = 20_000
"""How many networks are counted apart; those beyond share one budget, so that memory stays small."""


class NotCounted(Exception):
    """Wrong codes cannot be counted now, so no code is looked at."""


def look_wait(request: HttpRequest, number: str, *, at: datetime) -> datetime | None:
    """Return until when to wait before another code of this number is looked at, or None. One query. Raises NotCounted."""
    try:
        pair, network, everywhere, _all = throttle.standing(_sources(request, number), at=at)
    except DatabaseError as error:
        log.error("wrong query codes cannot be counted, none is looked at: %s", type(error).__name__)
        raise NotCounted from error
    waits = [pair.until, network.until]
    if everywhere.tries >= LOOK_NUMBER.free and pair.tries and pair.since:
        waits.append(pair.since + LOOK.longest)
    return max((until for until in waits if until is not None and until > at), default=None)


def wrong_code(request: HttpRequest, number: str, *, at: datetime) -> None:
    """Count a wrong code, and tell the operator when there are very many. Raises NotCounted."""
    sources = _sources(request, number)
    try:
        throttle.spend(sources, at=at)
        _pair, _network, everywhere, in_all = throttle.standing(sources, at=at)
    except DatabaseError as error:
        raise NotCounted from error
    if everywhere.tries == LOOK_NUMBER.free:
        log.warning("%d wrong query codes for one number within a day", everywhere.tries)
    if in_all.tries and in_all.tries % LOOK_ALL.free == 0:
        log.warning("%d wrong query codes of late, for any number", in_all.tries)


def _sources(request: HttpRequest, number: str) -> list[Source]:
    network = network_of(request)
    return [
        Source(LOOK, f"{number}|{network}"),
        Source(LOOK_NETWORK, network),
        Source(LOOK_NUMBER, number),
        Source(LOOK_ALL, ""),
    ]


# --- drafts and petitions ---------------------------------------------------------------------------------


class Counter:
    """Counts what networks do within ten minutes of the clock, in this process. Thread-safe."""

    def __init__(self, name: str, times: int) -> None:
        self.name, self.times = name, times
        self._lock = threading.Lock()
        self._period, self._counts = 0, dict[str, int]()

    def take(self, network: str, *, at: datetime) -> datetime | None:
        """Take one and return None; return until when to wait where nothing is left."""
        free = self.times * settings.FILINGS
        period = int(at.timestamp() // PERIOD.total_seconds())
        with self._lock:
            if period != self._period:
                self._period, self._counts = period, {}
            key = network if network in self._counts or len(self._counts) < NETWORKS else ""
            count = self._counts.get(key, 0)
            if count >= free:
                return datetime.fromtimestamp((period + 1) * PERIOD.total_seconds(), tz=at.tzinfo)
            self._counts[key] = count + 1
        if count + 1 == free:
            log.warning("a network has used up its %s of ten minutes", self.name)
        return None


FILED, BEGUN = Counter("petitions", 1), Counter("drafts", 5)


def filing_wait(request: HttpRequest, *, at: datetime) -> datetime | None:
    """Take one petition from the budget of the network and return None, or until when to wait. No statement."""
    return FILED.take(network_of(request), at=at)


def draft_wait(request: HttpRequest, *, at: datetime) -> datetime | None:
    """Take one new draft from the budget of the network and return None, or until when to wait. No statement."""
    return BEGUN.take(network_of(request), at=at)


# --- what is said -------------------------------------------------------------------------------------------


def too_many_tries(until: datetime, *, at: datetime) -> str:
    """Return how long to wait after wrong codes, and what else one can do."""
    n = _minutes(until, at=at)
    return ngettext(
        "试的次数太多，请过 %(n)d 分钟再试。着急的话，可以带身份证件到窗口询问，或者打电话。",
        "试的次数太多，请过 %(n)d 分钟再试。着急的话，可以带身份证件到窗口询问，或者打电话。",
        n,
    ) % {"n": n}


def too_many_petitions(until: datetime, *, at: datetime) -> str:
    """Return how long to wait before a petition can be taken from this network, and that nothing is lost."""
    n = _minutes(until, at=at)
    return ngettext(
        "这个网络提交得太多，还没有收下。您填写的内容都还在，请过 %(n)d 分钟再按一次提交；也可以写信或者到窗口提出。",
        "这个网络提交得太多，还没有收下。您填写的内容都还在，请过 %(n)d 分钟再按一次提交；也可以写信或者到窗口提出。",
        n,
    ) % {"n": n}


def refused_page(request: HttpRequest, until: datetime, *, at: datetime) -> HttpResponse:
    """Return the page for a network that has begun too many drafts."""
    n = _minutes(until, at=at)
    text = ngettext(
        "请过 %(n)d 分钟再试；也可以写信、打电话或者到窗口提出。",
        "请过 %(n)d 分钟再试；也可以写信、打电话或者到窗口提出。",
        n,
    ) % {"n": n}
    return render(request, "error.html", {"title": _("这个网络现在新填写的太多"), "text": text}, status=429)


def not_counted_page(request: HttpRequest) -> HttpResponse:
    """Return the page for the time in which no code can be looked at."""
    context = {
        "title": _("现在查不了办理情况"),
        "text": _("系统暂时不能核对查询码。请过几分钟再试，或者带身份证件到窗口询问。"),
    }
    return render(request, "error.html", context, status=503)


def _minutes(until: datetime, *, at: datetime) -> int:
    return max(1, -int(-(until - at).total_seconds() // 60))
