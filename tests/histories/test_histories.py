"""Ten years of random histories through the real services: what is stored equals what follows from the steps.

`LIANXIN_TEST_HISTORIES` sets how many (eighty where it is not set); a failure names the seed.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection

from lianxin.cases.models import Alert, Case, Step
from lianxin.cases.services import intake
from lianxin.jobs import alerting, integrity, sweeps
from lianxin.ledger.ids import new_id
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import offers
from lianxin.procedure.errors import Refused
from tests.cast import on
from tests.histories import turn as turns
from tests.histories.deeds import DEEDS, ELSEWHERE, FIRST

HISTORIES = int(os.environ.get("LIANXIN_TEST_HISTORIES", "80"))
LAST = date(2026, 11, 1)
STEPS = 30
LOOPS = frozenset(
    {
        "urgent_report",
        "supervise",
        "hand_in_report",
        "give_notice",
        "evaluate",
        "sort_claims",
        "reassign",
        "add_material",
        "ask_correction",
        "answer_correction",
    }
)
OUT = frozenset(
    {"tell_elsewhere", "refuse_final", "refuse_visit_level", "refuse_in_progress", "merge_duplicate"}
)
OUT |= frozenset({"route_out", "open_own_route", "ask_to_withdraw", "withdraw", "recuse", "accept_result"})
AHEAD = frozenset(
    {"accept", "assign", "draft_opinion", "sign_opinion", "serve", "request_review", "accept_review"}
)
AHEAD |= frozenset({"request_recheck", "accept_recheck", "review_uphold", "review_change", "take"})
"""Steps that change nothing or lead out at once are taken seldom, those that lead on often: histories grow long."""
EVERYBODY = frozenset(load_book("national_2022").roles)


def begin(world: turns.World, dice: random.Random, day: date) -> int:
    """Open a case on a day, online or at a window, and return its id."""
    organ = dice.choice(["anzhou", "anzhou", "mianyang", "province"])
    channel = dice.choice(["online", "letter", "visit", "call"])
    kind = dice.choice(["claim"] * 6 + ["report", "suggestion"])
    claims = ["恢复发放低保金", "补发八月以来的低保金"][: dice.randint(0, 2)]
    given = {"channel": channel, "kind": kind, "claims": claims, "read_back": True, "subroute": "31.6"}
    given["summary"] = "低保金停发，要求恢复发放"
    petition = world.cast.petition(organ=organ, day=day.isoformat(), **given)
    if channel == "online":
        return intake.file(petition, case_id=new_id(), when=on(day)).case.pk
    actor = world.actor(world.cast.organs[organ].pk, 0, day)
    return intake.record(petition, case_id=new_id(), actor=actor, when=on(day)).case.pk


def live(world: turns.World, case_id: int, dice: random.Random, day: date, seen: Counter[str]) -> None:
    """Let a case live through up to thirty steps: whatever the rules offer somebody, in any order, days apart."""
    refused: set[tuple[str, str]] = set()
    for _ in range(STEPS):
        loaded = turns.loaded(case_id)
        state = loaded.case.state
        found = offers(loaded.book, loaded.snapshot(), roles=EVERYBODY, on=day, calendar=load_calendar())
        open_ = [one.event for one in found if one.allowed and one.event not in ELSEWHERE]
        open_ = [event for event in open_ if (state, event) not in refused]
        if day > LAST or (not set(open_) - LOOPS and dice.random() < 0.5):
            return
        (event,) = dice.choices(open_, [weight(event) for event in open_])
        try:
            DEEDS[event](turns.Turn(world, dice, loaded, event, on(day)))
            seen[Step.objects.filter(case_id=case_id).latest("seq").rule] += 1
        except Refused:
            refused.add((state, event))
            seen[f"refused {event}"] += 1
        day += timedelta(days=dice.choice([0, 0, 1, 3, 7, 20, 45]))
        if dice.random() < 0.2:
            sweeps.close_if_over(case_id, when=on(day))


def weight(event: str) -> int:
    """Return how often a step is taken where several are open."""
    return 1 if event in LOOPS else 2 if event in OUT else 30 if event in AHEAD else 8


def lines_up(case_id: int) -> list[str]:
    """Return what of a stored case does not follow from its steps."""
    case = Case.objects.get(pk=case_id)
    faults = list(integrity.check(case_id).faults)
    if integrity.rebuild(case_id):
        faults.append("a worklist row was not what the steps make of it")
    ends = load_book(case.rulebook).states[case.state].ends
    running = [one for one in turns.loaded(case_id).running() if one.stopped_on is None]
    rules = [one.deadline.rule for one in running]
    if ends and any(not rule.information and not rule.outlives for rule in rules):
        faults.append(f"{case.state}: a clock runs in an end state")
    return faults


@pytest.fixture
def world(db: None) -> turns.World:
    return turns.build()


def test_every_step_has_a_deed() -> None:
    for book in ("national_2022", "national_2005"):
        assert set(load_book(book).steps) == set(DEEDS) | ELSEWHERE


def test_stored_equals_recomputed(world: turns.World) -> None:
    span = (LAST - FIRST).days
    seen: Counter[str] = Counter()
    for seed in range(HISTORIES):
        dice = random.Random(seed)
        day = FIRST + timedelta(days=dice.randrange(span))
        case_id = begin(world, dice, day)
        world.cases.append(case_id)
        live(world, case_id, dice, day, seen)
        assert lines_up(case_id) == [], f"seed {seed}"
    states = Counter(Case.objects.values_list("state", flat=True))
    taken = {rule for rule in seen if not rule.startswith("refused")}
    print(
        f"{connection.vendor}: {HISTORIES} histories, {Step.objects.count()} steps, {len(taken)} transitions"
    )
    print(dict(seen.most_common()), dict(states))
    if HISTORIES >= 80:
        assert len(taken) >= 35 and len(states) >= 12
    told = alerting.alert(when=on(LAST)).told
    assert alerting.alert(when=on(LAST)).told == 0 and Alert.objects.count() == told
