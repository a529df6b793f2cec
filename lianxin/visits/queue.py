"""The only place that says in which order tickets are called, and how long one may have to wait.

Who is old, pregnant, disabled, ill or has a child along is called as if one had come `HEAD_START` earlier: sooner than the
others, and yet nobody waits without end. What somebody did before plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianxin.visits.models import Ticket

HEAD_START = timedelta(minutes=30)
ENOUGH = 3
"""So many visits of the day say how long one takes."""
STEP = 5
"""Minutes an estimate is rounded to."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many are ahead, and between how many minutes one may have to wait; no minutes while the day tells too little."""

    ahead: int
    least: int | None = None
    most: int | None = None


def turn(ticket: Ticket) -> tuple[datetime, int]:
    """Return what waiting tickets are sorted by."""
    came = ticket.issued_at - HEAD_START if ticket.first else ticket.issued_at
    return came, ticket.id


def in_turn(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Return the waiting tickets in the order in which they will be called."""
    return sorted((one for one in tickets if one.state == Ticket.State.WAITING), key=turn)


def estimate(ticket: Ticket, tickets: Sequence[Ticket]) -> Estimate:
    """Return how long a waiting ticket may have to wait, by the visits of the day that are over.

    As many windows are counted as called somebody in the day, at least one.
    """
    ahead = [one.id for one in in_turn(tickets)].index(ticket.id) if ticket in in_turn(tickets) else 0
    took = [
        (one.ended_at - one.began_at).total_seconds() / 60 for one in tickets if one.began_at and one.ended_at
    ]
    if len(took) < ENOUGH:
        return Estimate(ahead)
    windows = len({one.booth_id for one in tickets if one.booth_id}) or 1
    minutes = sum(took) / len(took) * (ahead + 1) / windows
    least = int(minutes * 0.75 // STEP * STEP)
    return Estimate(ahead, least, max(least + STEP, int(-(-minutes * 1.25 // STEP) * STEP)))
