"""One turn of a random history: the case as it is, who acts, when, and the dice."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.models import Case
from lianxin.cases.policies import organ_for
from lianxin.cases.selectors import WITH
from lianxin.cases.services.papers import FILLED
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Organ, Post, Role, Staff
from tests import cast as stage

BORN = date(2010, 1, 1)
ROLES = sorted(set(Role.values) - {"auditor", "organ_admin", "sysadmin"})
WORDS = ("经核查属实", "已经核对有关材料", "情况已经说明", "按照规定办理", "双方均无异议")


@dataclass
class World:
    """Places, organs, and in each organ two people who may do everything: what stops them is the law alone."""

    cast: stage.Cast
    people: dict[int, list[Staff]] = field(default_factory=dict)
    cases: list[int] = field(default_factory=list)

    def actor(self, organ_id: int, place: int, on: date) -> Actor:
        """Return the first (0) or second (1) person of an organ at work on a day."""
        return actors_of(self.people[organ_id][place].pk, on=on)[0]


def build() -> World:
    """Write the stage and its people and return it."""
    world = World(stage.build())
    Organ.objects.update(valid_from=BORN)
    pk = 100
    for organ in Organ.objects.order_by("pk"):
        for place in range(2):
            pk += 1
            staff = Staff(id=pk, username=f"all-{pk}", name=f"甲{'一二'[place]}{organ.pk}")
            staff.set_unusable_password()
            staff.save(force_insert=True)
            Post.objects.bulk_create(
                Post(id=pk * 100 + n, staff=staff, organ=organ, role=role, starts_on=BORN)
                for n, role in enumerate(ROLES)
            )
            world.people.setdefault(organ.pk, []).append(staff)
    return world


@dataclass
class Turn:
    """What a deed may use: the loaded case, the event, the day, and random choices that a seed repeats."""

    world: World
    dice: random.Random
    loaded: Loaded
    event: str
    when: Moment

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.loaded.case

    @property
    def key(self) -> str:
        """Return a fresh idempotency key."""
        return secrets.token_urlsafe(12)

    @property
    def organ(self) -> int:
        """Return the id of the organ whose step it is."""
        return organ_for(self.case, self.event) or self.case.holder_id

    @property
    def actor(self) -> Actor:
        """Return one of the two people of that organ."""
        return self.world.actor(self.organ, self.dice.randrange(2), self.when.on)

    @property
    def officer(self) -> Actor:
        """Return the officer of the case, else one of the two."""
        mine = [n for n, one in enumerate(self.world.people[self.organ]) if one.pk == self.case.officer_id]
        return self.world.actor(self.organ, mine[0], self.when.on) if mine else self.actor

    @property
    def other(self) -> Actor:
        """Return the one of the two who is not the officer of the case."""
        mine = [n for n, one in enumerate(self.world.people[self.organ]) if one.pk == self.case.officer_id]
        return self.world.actor(self.organ, 1 - mine[0] if mine else 0, self.when.on)

    def colleague(self, actor: Actor) -> Staff:
        """Return the other person of an officer's organ."""
        return next(one for one in self.world.people[actor.organ.pk] if one.pk != actor.staff.pk)

    def text(self) -> str:
        """Return some words."""
        return "，".join(self.dice.sample(WORDS, 2)) + "。（虚构）"

    def later(self, least: int = 1, most: int = 40) -> date:
        """Return a day to come."""
        return self.when.on + timedelta(days=self.dice.randint(least, most))

    def likely(self, share: float = 0.85) -> bool:
        """Return True more often than not."""
        return self.dice.random() < share

    def given(self, paper: str, known: Sequence[str] = (), **fixed: object) -> Mapping[str, object]:
        """Return words for every content of a paper that only the act knows."""
        rule = self.loaded.book.papers[paper]
        keys = [one.key for one in rule.contents if one.key not in FILLED and one.key not in known]
        days = {key: self.later().isoformat() for key in keys if key.endswith("_on") or key == "last_day"}
        return {key: days.get(key) or self.text() for key in keys} | fixed


def loaded(case_id: int) -> Loaded:
    """Return a case with its acts, whoever asks."""
    return load(Case.objects.select_related(*WITH).get(pk=case_id))
