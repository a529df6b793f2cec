"""What is to happen to each invented petition: how far it gets, on which days, and what it is about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lianxin.config.demo.places import read

CHANNELS = (("online", 50), ("letter", 15), ("visit", 15), ("call", 13), ("fax", 3), ("other", 4))
MAIN_PATH = ("register", "accept", "assign", "draft", "sign", "serve")
GAPS = {
    "register": (0, 3),
    "refer": (0, 2),
    "take": (1, 3),
    "object": (1, 4),
    "agree": (1, 3),
    "insist": (1, 3),
    "accept": (1, 7),
    "assign": (0, 2),
    "draft": (12, 38),
    "sign": (1, 4),
    "serve": (1, 5),
    "content": (3, 20),
    "lapse": (31, 33),
}
"""Days between one step and the next, at least and at most."""


@dataclass(frozen=True, slots=True)
class Target:
    """How far some of the petitions get: their number, their steps, and for how many days they have lain there since."""

    state: str
    count: int
    steps: tuple[str, ...]
    lying: tuple[int, ...]


def _until(step: str) -> tuple[str, ...]:
    return MAIN_PATH[: MAIN_PATH.index(step) + 1]


TARGETS = (
    Target("received", 16, (), (0, 0, 1, 1, 2, 3, 4, 6, 9, 12, 13, 14, 15, 19)),
    Target("registered", 34, ("register",), (*range(15), 11, 12, 13, 14, 17, 24)),
    Target("referred", 24, ("register", "refer"), (0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 9, 12, 13, 16)),
    Target("objected", 8, ("register", "refer", "object"), (0, 1, 2, 3, 4, 5)),
    Target("registered", 6, ("register", "refer", "object", "agree"), (0, 1, 3, 5, 8)),
    Target("referred", 4, ("register", "refer", "object", "insist"), (0, 1, 2, 4)),
    Target("accepted", 22, _until("accept"), (0, 0, 1, 1, 2, 3, 4, 5, 7, 10)),
    Target("handling", 54, _until("assign"), (*range(0, 56, 3), 52, 54, 56, 57, 58, 59, 60, 62, 66, 75)),
    Target("signoff", 18, _until("draft"), (0, 0, 1, 1, 2, 3, 4, 6)),
    Target("issued", 16, _until("sign"), (0, 0, 1, 2, 3, 4, 6, 9)),
    Target("served", 36, _until("serve"), tuple(range(0, 29, 2))),
    Target("closed_satisfied", 36, (*MAIN_PATH, "content"), tuple(range(1, 121, 6))),
    Target("closed_lapsed", 30, (*MAIN_PATH, "lapse"), tuple(range(1, 105, 6))),
)
REFERRED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Plan:
    """One petition: what it is about, how it came in, what happens, and how many days ago each step is taken."""

    matter: dict[str, Any]
    channel: str
    state: str
    steps: tuple[str, ...]
    days_ago: tuple[int, ...]
    seed: int

    @property
    def received_days_ago(self) -> int:
        """Return how long ago the petition came in."""
        return self.days_ago[0]


def plans(chance: random.Random) -> list[Plan]:
    """Return the plans in the order in which the petitions came in, the same for the same chance."""
    return sorted(_all(chance), key=lambda plan: -plan.received_days_ago)


def _all(chance: random.Random) -> Iterator[Plan]:
    matters = read("petitions.toml")["matter"]
    claims = [matter for matter in matters if matter.get("kind", "claim") == "claim"]
    for target in TARGETS:
        early = target.steps in ((), ("register",))
        pool = matters if early else claims
        order = chance.sample(range(len(pool)), len(pool))
        for n in range(target.count):
            yield _plan(target, pool[order[n % len(pool)]], target.lying[n % len(target.lying)], chance)


def _plan(target: Target, matter: dict[str, Any], lying: int, chance: random.Random) -> Plan:
    """Return a plan whose last step was `lying` days ago."""
    steps = target.steps
    if "accept" in steps and chance.random() < REFERRED_SHARE:
        steps = ("register", "refer", "take", *steps[1:])
    channel = _channel(chance) if steps else "online"
    ago = lying
    days = [ago]
    for step in reversed(steps):
        gap = 0 if step == "register" and channel != "online" else chance.randint(*GAPS[step])
        ago += gap
        days.append(ago)
    return Plan(matter, channel, target.state, steps, tuple(reversed(days)), chance.randrange(1 << 30))


def _channel(chance: random.Random) -> str:
    names, weights = zip(*CHANNELS, strict=True)
    return str(chance.choices(names, weights)[0])
