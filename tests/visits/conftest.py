"""What the tests of the visit window share: a window at the county, tickets, a reception that has begun."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from lianxin.cases.history import Moment
from lianxin.ledger.ids import new_id
from lianxin.visits.models import Booth, Reception, Ticket
from lianxin.visits.services import plan, receptions, tickets
from tests.cast import Cast, key, on

DAY = "2026-06-01"


@dataclass
class Hall:
    """The reception hall of the county 安州区, where Ran sits at window 1."""

    cast: Cast
    booths: list[Booth] = field(default_factory=list)

    def booth(self, name: str = "1 号窗口") -> Booth:
        """Return a new window."""
        made = plan.set_booth(
            None, actor=self.cast.actor("ran"), name=name, purpose="general", hours={"1": "9:00-12:00"}
        )
        self.booths.append(made)
        return made

    def ticket(self, need: str = "ordinary", people: int = 1, hour: int = 9, day: str = DAY) -> Ticket:
        """Return a new ticket."""
        return tickets.issue(
            actor=self.cast.actor("ran"), need=need, people=people, key=key(), when=on(day, hour)
        )

    def next(self, booth: Booth, hour: int = 10) -> Ticket | None:
        """Return the ticket that is called next."""
        return tickets.call_next(booth, actor=self.cast.actor("ran"), key=key(), when=on(DAY, hour))

    def received(self, *, people: int = 1, draft_id: int | None = None) -> Reception:
        """Return a reception that has begun."""
        self.ticket(people=people)
        called = self.next(self.booths[0] if self.booths else self.booth())
        assert called is not None
        when: Moment = on(DAY, 10)
        return receptions.begin(
            called, actor=self.cast.actor("ran"), draft_id=draft_id or new_id(), when=when
        )


@pytest.fixture
def hall(cast: Cast) -> Hall:
    return Hall(cast)
