"""The only place that reads and plays the situations in `*.toml`: steps with dates, and what must come of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from lianxin.procedure.book import Rulebook, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, clocks
from lianxin.procedure.engine import Act, Decision, Snapshot, decide, find_rule
from lianxin.procedure.errors import Refused

HERE = Path(__file__).parent
NOT_SITUATIONS = {"usual.toml"}
KEYS = frozenset(
    {
        "name",
        "from",
        "steps",
        "facts",
        "roles",
        "without",
        "kind",
        "channel",
        "subroute",
        "organ",
        "book",
        "received_on",
        "source",
        "state",
        "refused",
        "guard",
        "article",
        "clocks",
        "running",
        "stopped",
    }
)
ORGAN = "city.civil_affairs"


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation a lawyer can write: the steps, what differs from the usual, and what must come of it."""

    file: str
    name: str
    steps: tuple[str, ...]
    written: Mapping[str, object]

    def text(self, key: str, default: str = "") -> str:
        """Return a written text, or the default."""
        return str(self.written.get(key, default))

    def table(self, key: str) -> Mapping[str, object]:
        """Return a written table; empty where it is not written."""
        value = self.written.get(key, {})
        assert isinstance(value, dict), f"{self.file}: {self.name}: '{key}' must be a table"
        return value

    def names(self, key: str) -> list[str]:
        """Return a written list of names."""
        value = self.written.get(key, [])
        assert isinstance(value, list), f"{self.file}: {self.name}: '{key}' must be a list"
        return [str(one) for one in value]


@dataclass(slots=True)
class Played:
    """What came of a situation."""

    book: Rulebook
    state: str
    organ: str
    acts: list[Act] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    refused: Refused | None = None
    refused_step: str = ""
    refused_state: str = ""

    def clocks(self) -> tuple[Running, ...]:
        """Return the clocks of the case as they stand at the end."""
        return clocks(self.book, self.acts, calendar=load_calendar())


@lru_cache(maxsize=1)
def usual() -> Mapping[str, Mapping[str, object]]:
    """Return the usual roles, facts and paths."""
    return tomllib.loads((HERE / "usual.toml").read_text(encoding="utf-8"))


def path_to(name: str) -> tuple[str, ...]:
    """Return the usual steps to a state."""
    path = usual()["path"][name]
    assert isinstance(path, dict)
    before = path_to(path["from"]) if "from" in path else ()
    return (*before, *path["steps"])


@lru_cache(maxsize=1)
def situations() -> tuple[Situation, ...]:
    """Return every situation of every file; a misspelt key is an error."""
    found = []
    for file in sorted(HERE.glob("*.toml")):
        if file.name in NOT_SITUATIONS:
            continue
        for written in tomllib.loads(file.read_text(encoding="utf-8"))["situation"]:
            unknown = set(written) - KEYS
            assert not unknown, f"{file.name}: {written.get('name')}: unknown key(s) {sorted(unknown)}"
            before = path_to(written["from"]) if "from" in written else ()
            found.append(Situation(file.name, written["name"], (*before, *written["steps"]), written))
    return tuple(found)


def _facts(situation: Situation, event: str, *, last: bool) -> dict[str, object]:
    own = situation.table("facts").get(event, {})
    assert isinstance(own, dict)
    ordinary = usual()["facts"].get(event, {})
    assert isinstance(ordinary, dict)
    facts = {**ordinary, **own}
    return {k: v for k, v in facts.items() if not (last and k in situation.names("without"))}


def play(situation: Situation) -> Played:
    """Take the steps one after another; stop at the first refusal."""
    book = load_book(situation.text("book", "national_2022"))
    first = situation.steps[0].split()[0]
    start = "-" if first == "record_offline" else "draft"
    played = Played(book, start, situation.text("organ", ORGAN))
    received_on = situation.written.get("received_on") or date.fromisoformat(situation.steps[0].split()[1])
    assert isinstance(received_on, date)
    for number, step in enumerate(situation.steps, start=1):
        event, day = step.split()
        _take(situation, played, event, date.fromisoformat(day), received_on, number == len(situation.steps))
        if played.refused:
            assert number == len(situation.steps), f"{situation.name}: {step}: {played.refused}"
    return played


def _take(situation: Situation, played: Played, event: str, on: date, received_on: date, last: bool) -> None:
    facts = _facts(situation, event, last=last)
    roles = str((situation.table("roles") if last else {}).get(event, usual()["roles"][event]))
    case = Snapshot(
        played.state,
        received_on,
        situation.text("channel", "online"),
        situation.text("kind", "claim"),
        situation.text("subroute", "31.6"),
        tuple(played.acts),
        played.organ,
    )
    try:
        decision = decide(played.book, case, event, roles=roles, on=on, parts=facts, calendar=load_calendar())
    except Refused as refused:
        played.refused, played.refused_state = refused, played.state
        if refused.kind != "BAD_STATE":
            played.refused_step = find_rule(played.book, played.state, event).id
        return
    played.acts.append(Act(event, decision.state, on, played.organ, facts))
    played.decisions.append(decision)
    played.state = decision.state
    if event in ("refer_down", "decide_organ"):
        played.organ = str(facts.get("target_organ", played.organ))


def situations_by_step(all_situations: Sequence[Situation]) -> Mapping[str, tuple[list[str], list[str]]]:
    """Return for each step of the default book the names of the situations that pass and that are refused.

    A situation passes a step only if the step is written in it and is not just on the way there.
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    for situation in all_situations:
        if "book" in situation.written:
            continue
        played = play(situation)
        own = situation.written["steps"]
        assert isinstance(own, list)
        for decision in played.decisions[len(situation.steps) - len(own) :]:
            found.setdefault(decision.step, ([], []))[0].append(situation.name)
        if played.refused_step:
            found.setdefault(played.refused_step, ([], []))[1].append(situation.name)
    return found


def situations_by_clock(all_situations: Sequence[Situation]) -> Mapping[str, tuple[list[str], list[str]]]:
    """Return for each clock of the default book the situations that state its last day."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for situation in all_situations:
        if "book" not in situation.written:
            for clock in situation.table("clocks"):
                found.setdefault(clock, ([], []))[0].append(situation.name)
    return found
