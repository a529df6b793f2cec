"""No state is a trap, no clock outlives its case, and no report reaches its accused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.procedure.book import load_book, profiles
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.catalogue import LEVELS
from lianxin.procedure.engine import Act, Snapshot, decide
from lianxin.procedure.errors import Refused
from lianxin.procedure.guards import GUARDS
from lianxin.procedure.levels import answers_to, reviewing_organs
from lianxin.procedure.rules import ANY, NOWHERE, Rulebook
from lianxin.procedure.soundness import exits

BOOKS = [load_book(name) for name in ("national_2022", "national_2005", *profiles())]
BOOKS.append(load_book("zhejiang_2016@national_2022"))
every_book = pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)


@every_book
def test_every_state_has_an_exit_or_is_an_end(book: Rulebook) -> None:
    ways = exits(book)
    by_law = [rule for rule in book.all_steps() if rule.id.startswith("T")]
    assert len(book.states) == 29 and len(by_law) == 53
    assert all(ways[state.id] or state.ends for state in book.states.values())


@every_book
def test_every_state_leads_to_an_end(book: Rulebook) -> None:
    ways = exits(book)
    for state in book.states:
        seen, waiting = set(), [state]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(ways.get(current, ()))
        assert any(book.states[one].ends for one in seen), state


@every_book
def test_no_clock_is_left_running_in_an_end(book: Rulebook) -> None:
    """Walk every reachable pair of state and running clocks; set dates and conditional clocks included."""
    start: tuple[str, frozenset[str]] = (NOWHERE, frozenset())
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [start, ("draft", frozenset[str]())]
    while waiting:
        state, running = waiting.pop()
        if (state, running) in seen:
            continue
        seen.add((state, running))
        if state in book.states and book.states[state].ends:
            left = {c for c in running if not book.clocks[c].information and not book.clocks[c].outlives}
            assert not left, f"{state}: {sorted(left)}"
        for rule in book.all_steps():
            if not rule.leads_from(state) or ANY in rule.sources:
                continue
            stopped = running - set(rule.stops) if ANY not in rule.stops else frozenset[str]()
            started = {*rule.starts, *(when.clock for when in rule.starts_when), *rule.resumes}
            kept = {c for c in started if not book.clocks[c].lengthens and book.clocks[c].unit != "now"}
            waiting.append((rule.state_after(state), frozenset(stopped | kept)))
    assert len(seen) < 2_000


@every_book
def test_every_rule_names_an_article(book: Rulebook) -> None:
    assert all(rule.basis for rule in book.all_steps())
    assert all(clock.article for clock in book.clocks.values())
    assert all(paper.basis for paper in book.papers.values())


def test_every_condition_of_the_engine_is_used() -> None:
    used = {name for book in BOOKS for name in book.guards}
    assert set(GUARDS) == used


organs = st.builds("{}.{}".format, st.sampled_from(LEVELS), st.sampled_from(["civil_affairs", "government"]))


@settings(max_examples=200, deadline=None)
@given(organs, organs, st.sampled_from(["seal_as_report", "refer_down"]))
def test_no_permitted_step_sends_a_report_to_its_accused_or_below(
    accused: str, target: str, event: str
) -> None:
    case = Snapshot("registered", date(2026, 3, 2), "letter", "report", None, (), "ministry.civil_affairs")
    parts = {
        "accused_organs": [accused],
        "target_organ": target,
        "petitioner_told": True,
        "identity_sealed": True,
    }
    roles = frozenset({"report_desc", "intake"})
    try:
        decide(BOOKS[0], case, event, roles=roles, on=date(2026, 3, 4), parts=parts, calendar=load_calendar())
    except Refused:
        return
    assert not answers_to(target, accused)


PASSING_ON = {
    "register": {},
    "refer_down": {"petitioner_told": True},
    "take": {"receiver": True},
    "object": {"reasons": "不属于本机关"},
    "agree_objection": {"agreed": True},
    "reject_objection": {"reasons": "应当由其办理"},
    "escalate_dispute": {"denying_organs": ["county.civil_affairs", "city.civil_affairs"]},
    "decide_organ": {},
    "seal_as_report": {"identity_sealed": True},
    "urgent_report": {"risk": "有人可能受到伤害"},
}
TARGETS = {"refer_down": "target_organ", "decide_organ": "target_organ", "escalate_dispute": "arbiter"}
TARGETS |= {"seal_as_report": "target_organ", "urgent_report": "report_to"}
EVERYBODY = frozenset(BOOKS[0].roles) - {"petitioner", "agent", "system"}
passings = st.lists(st.tuples(st.sampled_from(sorted(PASSING_ON)), organs), max_size=12)


@settings(max_examples=400, deadline=None)
@given(organs, passings)
def test_no_sequence_of_permitted_steps_sends_a_report_to_its_accused_or_below(
    accused: str, passings: list[tuple[str, str]]
) -> None:
    """Whatever steps are taken in whatever order by whoever may, the report never comes to the accused or below."""
    day, state, holder = date(2026, 3, 2), "received", "ministry.civil_affairs"
    acts: list[Act] = [Act("submit", "received", day, holder)]
    for event, target in passings:
        parts = {**PASSING_ON[event], "accused_organs": [accused], TARGETS.get(event, "nobody"): target}
        case = Snapshot(state, day, "letter", "report", None, tuple(acts), holder)
        try:
            found = decide(
                BOOKS[0], case, event, roles=EVERYBODY, on=day, parts=parts, calendar=load_calendar()
            )
        except Refused:
            continue
        if event in TARGETS:
            assert not answers_to(target, accused)
        acts.append(Act(event, found.state, day, holder, parts))
        state, holder = found.state, target if event in ("refer_down", "decide_organ") else holder


@given(organs)
def test_a_review_goes_up_and_never_to_the_same_organ(organ: str) -> None:
    for above in reviewing_organs(organ):
        assert above != organ and not answers_to(above, organ)
