"""The eligibility questions of 10.1, each allowed and refused, and the first failure in the order of the list."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import ask
from lianxin.procedure.errors import CODES, BadFact
from lianxin.procedure.inquiry import Answer
from lianxin.procedure.questions import QUESTIONS

EXTENSION = {
    "accepted_on": "2024-03-18",
    "decided_on": "2024-05-10",
    "days": 20,
    "approved_by": "head",
    "petitioner_told": True,
    "reason": "复杂",
}
SIMPLE = {"first_time": True, "joint": False, "assigned_by_upper": False, "may_refuse": False}
VISIT = {"channel": "visit", "competent_organ": "county.civil_affairs", "visited_organ": "city.government"}
REPORT = {"category": "report", "accused_organ": "city.civil_affairs"}
LATE = {"served_on": "2024-01-11", "act_on": "2024-02-19"}
BELOW = {"same_matter": True, "lower_status": "handling", "accepted_on": "2024-03-18"}


def answer(question: str, facts: dict[str, object], book: str = "national_2022") -> Answer:
    return ask(load_book(book), question, facts, calendar=load_calendar())


@pytest.mark.parametrize(
    ("question", "facts", "allowed", "code"),
    [
        ("accept_visit", VISIT, True, "OK"),
        ("accept_visit", {**VISIT, "visited_organ": "ministry.civil_affairs"}, False, "VISIT_LEVEL_SKIP"),
        ("accept_visit", {**VISIT, "visited_organ": "township.government"}, True, "OK"),
        (
            "accept_visit",
            {**VISIT, "visited_organ": "central.civil_affairs", "channel": "letter"},
            True,
            "OK",
        ),
        ("accept_reps", {"channel": "visit", "people": 30, "representatives": 5}, True, "OK"),
        ("accept_reps", {"channel": "visit", "people": 6}, False, "REPS_OVER_5"),
        ("accept_reps", {"channel": "letter", "people": 30, "representatives": 9}, True, "OK"),
        ("accept_at_upper", {**BELOW, "asof": "2024-05-17"}, False, "IN_PROGRESS_ELSEWHERE"),
        ("accept_at_upper", {**BELOW, "asof": "2024-05-18"}, True, "OK"),
        (
            "accept_at_upper",
            {**BELOW, "asof": "2024-05-18", "extension_days": 10},
            False,
            "IN_PROGRESS_ELSEWHERE",
        ),
        ("accept_at_upper", {**BELOW, "same_matter": False}, True, "OK"),
        ("accept_at_upper", {**BELOW, "lower_status": "registered"}, True, "OK"),
        (
            "accept_at_upper",
            {"lower_status": "reviewing", "requested_on": "2024-03-18", "asof": "2024-04-17"},
            False,
            "IN_PROGRESS_ELSEWHERE",
        ),
        ("request_review", {**LATE, "act_on": "2024-02-18"}, True, "OK"),
        ("request_review", LATE, False, "WINDOW_MISSED"),
        ("request_review", {**LATE, "late_reason": "住院"}, True, "LATE_WITH_REASON"),
        ("request_review", {"served_on": None, "act_on": "2024-02-19"}, True, "OK"),
        (
            "request_review",
            {**LATE, "handling_organ": "county.civil_affairs", "review_organ": "province.civil_affairs"},
            False,
            "LEVEL_SKIP_REVIEW",
        ),
        (
            "request_recheck",
            {"review_opinion_exists": False, "act_on": "2024-02-19"},
            False,
            "LEVEL_SKIP_REVIEW",
        ),
        ("request_recheck", {**LATE, "review_opinion_exists": True}, False, "WINDOW_MISSED"),
        ("request_recheck", {"review_served_on": "2025-09-04", "act_on": "2025-10-09"}, True, "OK"),
        ("reaccept_after_final", {"recheck_served": False, "same_facts_and_reasons": True}, True, "OK"),
        ("extend", EXTENSION, True, "OK"),
        ("extend", {**EXTENSION, "already_extended": 11}, False, "EXT_TOO_LONG"),
        ("extend", {**EXTENSION, "days": 31, "approved_by": "handler"}, False, "EXT_TOO_LONG"),
        ("extend", {**EXTENSION, "approved_by": "handler", "reason": ""}, False, "EXT_NOT_HEAD"),
        ("extend", {**EXTENSION, "decided_on": "2024-05-18", "reason": ""}, False, "EXT_LATE"),
        ("extend", {**EXTENSION, "decided_on": "2024-05-17"}, True, "OK"),
        ("extend", {**EXTENSION, "petitioner_told": False, "reason": ""}, False, "EXT_NO_NOTICE"),
        ("extend", {**EXTENSION, "reason": ""}, False, "EXT_NO_REASON"),
        ("extend", {**EXTENSION, "days": 0}, False, "GUARD_FAILED"),
        ("use_simple", SIMPLE, True, "OK"),
        ("use_simple", {**SIMPLE, "first_time": False, "may_refuse": True}, False, "SIMPLE_NOT_FIRST"),
        ("use_simple", {**SIMPLE, "may_refuse": True}, False, "SIMPLE_MAY_REFUSE"),
        ("use_simple", {**SIMPLE, "statutory_route": True}, False, "SIMPLE_STATUTORY_ROUTE"),
        ("use_simple", {**SIMPLE, "many_bodies": True}, False, "SIMPLE_COMPLEX_JOINT"),
        ("use_simple", {**SIMPLE, "joint": True}, False, "SIMPLE_COMPLEX_JOINT"),
        ("must_notify", {"name_clear": True, "address_clear": True}, True, "OK"),
        ("must_notify", {"name_clear": True, "address_clear": False}, False, "NAME_ADDRESS_UNCLEAR"),
        ("forward_to", {**REPORT, "target": "county.civil_affairs"}, False, "ACCUSED_LEAK"),
        ("forward_to", {**REPORT, "target": "city.civil_affairs.care_home"}, False, "ACCUSED_LEAK"),
        ("forward_to", {**REPORT, "target": "city.discipline"}, True, "OK"),
        ("forward_to", {**REPORT, "target": "province.civil_affairs"}, True, "OK"),
        (
            "forward_to",
            {"category": "report", "accused_organ": "city.government", "target": "county.civil_affairs"},
            False,
            "ACCUSED_LEAK",
        ),
        ("forward_to", {**REPORT, "category": "claim", "target": "city.civil_affairs"}, True, "OK"),
        ("assign_handler", {"direct_interest": True}, False, "RECUSE"),
        ("assign_handler", {"handler": "H01", "interested": ["H01"]}, False, "RECUSE"),
        ("assign_handler", {"handler": "H01", "no_interest": True}, True, "OK"),
        (
            "object_referral",
            {"received_on": "2024-09-26", "objected_on": "2024-10-09"},
            False,
            "OBJECTION_NO_REASON",
        ),
        ("object_referral", {"reasons": "不属于本县", "sender_agrees": True}, True, "OK"),
        (
            "object_referral",
            {"reasons": "不属于本县", "sender_agrees": False},
            False,
            "OBJECTION_NEEDS_CONSENT",
        ),
        ("review_organs", {"handling_organ": "ministry.civil_affairs"}, False, "NO_UPPER_DEFINED"),
        ("review_organs", {"handling_organ": "province.government"}, False, "NO_UPPER_DEFINED"),
        ("evaluate", {"first_time": True, "category": "claim", "subroute": "31.6"}, True, "OK"),
        ("evaluate", {"first_time": False, "category": "report"}, False, "EVAL_OUT_OF_SCOPE"),
        ("evaluate", {"first_time": True, "subroute": "31.2"}, False, "EVAL_OUT_OF_SCOPE"),
        ("evaluate", {"first_time": True, "through_system": False}, False, "EVAL_OUT_OF_SCOPE"),
        ("evaluate", {"first_time": False}, False, "EVAL_NOT_FIRST"),
        ("exclude_hearing_time", {"stage": "recheck"}, True, "OK"),
        ("exclude_hearing_time", {"stage": "review"}, False, "HEARING_TIME_NOT_EXCLUDED"),
        (
            "close_by_mediation",
            {"party_a_consent": True, "party_b_consent": True, "lawful": True},
            True,
            "OK",
        ),
        (
            "close_by_mediation",
            {"party_a_consent": True, "party_b_consent": True, "lawful": False},
            False,
            "GUARD_FAILED",
        ),
    ],
)
def test_it_answers(question: str, facts: dict[str, object], allowed: bool, code: str) -> None:
    found = answer(question, facts)
    assert (found.allowed, found.code) == (allowed, code)
    assert found.code in CODES
    if not allowed:
        assert found.sentence.endswith("。") and found.article


@pytest.mark.parametrize(
    ("organ", "above"),
    [
        ("township.government", ("county.government",)),
        ("subdistrict.office", ("county.government",)),
        ("county.civil_affairs", ("county.government", "city.civil_affairs")),
        ("city.civil_affairs", ("city.government", "province.civil_affairs")),
        ("county.government", ("city.government",)),
        ("city.government", ("province.government",)),
    ],
)
def test_the_next_higher_organs(organ: str, above: tuple[str, ...]) -> None:
    assert answer("review_organs", {"handling_organ": organ}).organs == above


def test_places_answer_by_their_own_numbers() -> None:
    assert answer("exclude_hearing_time", {"stage": "review"}, "aba_prefecture").allowed
    sixty = {**EXTENSION, "days": 60, "decided_on": "2024-04-15"}
    assert answer("extend", sixty, "zhejiang_2016").new_legal == date(2024, 6, 17)
    late = {"received_on": "2019-05-06", "objected_on": "2019-06-06", "reasons": "不属于本县"}
    assert answer("object_referral", late, "national_2005").allowed
    assert answer("object_referral", late, "beijing_2006").code == "OBJECTION_LATE"


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("accept", {}),
        ("accept_visit", {"channel": "visit", "competent_organ": "县民政局", "visited_organ": "city.x"}),
        ("review_organs", {}),
        ("accept_reps", {"channel": "visit", "people": "many"}),
        ("request_review", {**LATE, "via": "pigeon"}),
        ("exclude_hearing_time", {"stage": "lunch"}),
        ("extend", {**EXTENSION, "accepted_on": "18 March"}),
    ],
)
def test_an_unusable_fact_is_refused_by_name(question: str, facts: dict[str, object]) -> None:
    with pytest.raises(BadFact):
        answer(question, facts)


def test_every_question_of_the_contract_is_there() -> None:
    assert len(QUESTIONS) == 16
