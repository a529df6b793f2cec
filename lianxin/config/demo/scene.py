"""What the scenes of the desk share: the officers of the main county on a day, moments of today, petitions of one's own choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from lianxin.cases.history import BEIJING, Loaded, Moment
from lianxin.cases.models import Case
from lianxin.cases.services import handling
from lianxin.config.demo.people import MAIN_COUNTY
from lianxin.config.demo.places import read
from lianxin.config.demo.plans import Plan
from lianxin.config.demo.play import Play, Stage
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ

TOWN = "010102001"


class OwnPlay(Play):
    """A petition that the main county registers and handles itself, with its promises due on a chosen day."""

    def __init__(self, stage: Stage, plan: Plan, *, promised_on: date | None = None) -> None:
        super().__init__(stage, plan)
        self.promised_on = promised_on

    def day(self, ago: int) -> Moment:
        """Return a moment so many days ago, never before the last one and never in the future."""
        return self._day(ago)

    def loaded(self) -> Loaded:
        """Return the case with what has happened to it."""
        return self._loaded()

    def said(self, text: str) -> str:
        """Return a text of the matter with its blanks filled."""
        return self._said(text)

    def _organs(self) -> tuple[Organ, Organ]:
        bureau = self.stage.world.bureau(MAIN_COUNTY)
        return bureau, bureau

    def _findings(self, when: Moment) -> list[handling.Finding]:
        found = super()._findings(when)
        if self.promised_on is None:
            return found
        return [replace(one, promise_on=self.promised_on) if one.promise else one for one in found]


@dataclass(slots=True)
class Scene:
    """The main county's desk on the day of the demonstration."""

    stage: Stage
    keys: int = 0

    @property
    def now(self) -> Moment:
        """Return the present."""
        return self.stage.now

    @property
    def bureau(self) -> Organ:
        """Return the main county's civil-affairs organ."""
        return self.stage.world.bureau(MAIN_COUNTY)

    def key(self) -> str:
        """Return a key no other act of the scenes has."""
        self.keys += 1
        return f"demo-desk-{self.keys}"

    def actor(self, role: str, organ: Organ | None = None, *, nth: int = 0, on: date | None = None) -> Actor:
        """Return an officer of an organ, of the main county's when none is named, at work on a day, today unless said."""
        found = self.stage.crew.actor(organ or self.bureau, role, nth=nth)
        return replace(found, on=on or self.now.on)

    def officer(self, case: Case, *, on: date) -> Actor:
        """Return the officer of a case at work on a day."""
        posts = self.stage.crew.posts[case.holder_id]
        return next(
            Actor(staff, case.holder, roles, on) for staff, roles in posts if staff.pk == case.officer_id
        )

    def ago(self, minutes: int) -> Moment:
        """Return the moment so many minutes ago, but of today."""
        midnight = datetime.combine(self.now.on, time.min, BEIJING)
        return Moment(self.now.on, max(self.now.at - timedelta(minutes=minutes), midnight))

    def days_ago(self, days: int) -> Moment:
        """Return a moment in the morning so many days ago."""
        day = self.now.on - timedelta(days=days)
        return Moment(day, min(datetime.combine(day, time(10, 30), BEIJING), self.now.at))

    def played(
        self, category: str, *days: int, seed: int, channel: str = "visit", promised_on: date | None = None
    ) -> OwnPlay:
        """Return a petition of the first matter of a category, played as far as there are days: received, registered, accepted,
        assigned, drafted, signed, served.
        """
        steps = ("register", "accept", "assign", "draft", "sign", "serve")[: len(days) - 1]
        play = OwnPlay(self.stage, plan(category, steps, days, channel, seed), promised_on=promised_on)
        play.run()
        return play


def plan(category: str, steps: tuple[str, ...], days: tuple[int, ...], channel: str, seed: int) -> Plan:
    """Return the plan of a petition of the first matter of a category."""
    matter = next(one for one in read("petitions.toml")["matter"] if one["category"] == category)
    return Plan(matter, channel, "", steps, days, seed)
