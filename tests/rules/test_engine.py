"""decide() and offers(): state, then role, then conditions; the refusal speaks to the person."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.procedure.book import book_for, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import Act, Decision, Snapshot, decide, offers
from lianxin.procedure.errors import (
    AccusedLeak,
    GuardFailed,
    OutOfTime,
    Refused,
    RulebookError,
    WrongRole,
    WrongStep,
)

BOOK = load_book("national_2022")
CALENDAR = load_calendar()
ON = date(2026, 3, 9)
FILED = (
    Act("submit", "received", date(2026, 3, 2), "330102"),
    Act("register", "registered", date(2026, 3, 3), "330102"),
)


def case(state: str, acts: tuple[Act, ...] = (), **more: str) -> Snapshot:
    return Snapshot(
        state,
        date(2026, 3, 2),
        "online",
        more.get("kind", "claim"),
        more.get("subroute", "31.6"),
        acts,
        "330102",
    )


def take(state: str, event: str, roles: str | frozenset[str], **parts: object) -> Decision:
    return decide(BOOK, case(state, FILED), event, roles=roles, on=ON, parts=parts, calendar=CALENDAR)


def test_a_decision_says_everything_that_follows() -> None:
    found = take("registered", "accept", "intake", competent=True, approved_by_head=True)
    assert (found.step, found.source, found.state, found.label) == ("T14", "registered", "accepted", "受理")
    assert found.starts == ("HANDLE",) and "REG_NOTICE" in found.stops
    assert found.paper is not None and found.paper.label == "受理告知书"
    assert found.notices == ("acceptance_notice",) and "第三十四条" in found.article


@pytest.mark.parametrize("roles", ["intake+head", frozenset({"intake", "head", "window"})])
def test_both_roles_may_act_together(roles: str | frozenset[str]) -> None:
    assert take("registered", "accept", roles, competent=True).state == "accepted"


def test_an_approval_alone_is_nobody_acting() -> None:
    parts = {"competent": True, "approved_by_head": True, "approved_by_intake": True}
    with pytest.raises(WrongRole):
        take("registered", "accept", "window", **parts)


def test_state_comes_before_role_and_role_before_condition() -> None:
    with pytest.raises(WrongStep) as state:
        take("handling", "sign_opinion", "petitioner")
    assert state.value.code == "BAD_STATE"
    assert "办理中" in state.value.sentence and "意见书审签中" in state.value.instead
    with pytest.raises(WrongRole) as role:
        take("signoff", "sign_opinion", "checker")
    assert role.value.code == "BAD_ROLE" and "机关、单位负责人" in role.value.sentence
    with pytest.raises(GuardFailed) as guard:
        take("signoff", "sign_opinion", "head")
    assert (guard.value.code, guard.value.guard) == ("GUARD_FAILED", "content_complete")


def test_a_refusal_has_one_text_for_the_person() -> None:
    with pytest.raises(Refused) as refused:
        take("issued", "serve", "window")
    assert refused.value.for_person() == (
        "没有送达凭证，复查期限不能开始（信访工作条例 第三十五条）。"
        "请取得签收、电子阅读回执或者邮寄凭证后再登记送达。"
    )


def test_errors_have_their_class() -> None:
    with pytest.raises(AccusedLeak):
        decide(
            BOOK,
            case("registered", FILED, kind="report"),
            "refer_down",
            roles="intake",
            on=ON,
            parts={"target_organ": "330106", "accused_organs": ["330106"], "petitioner_told": True},
            calendar=CALENDAR,
        )
    referred = (*FILED, Act("refer_down", "referred", date(2026, 3, 4), "330100"))
    with pytest.raises(OutOfTime) as late:
        decide(
            BOOK,
            case("referred", referred),
            "object",
            roles="head",
            on=date(2026, 3, 12),
            parts={"reasons": "不属于"},
            calendar=CALENDAR,
        )
    assert late.value.code == "OBJECTION_LATE"


def test_an_unknown_event_is_a_fault_of_the_program() -> None:
    with pytest.raises(RulebookError, match="there is no step 'acept'"):
        take("registered", "acept", "intake")


def test_withdrawing_stops_what_runs() -> None:
    asked = Act("ask_to_withdraw", "registered", date(2026, 3, 3), "330102")
    snapshot = case("registered", (*FILED, asked))
    parts = {"free": True, "recorded": True}
    found = decide(
        BOOK, snapshot, "withdraw", roles="petitioner", on=date(2026, 3, 7), parts=parts, calendar=CALENDAR
    )
    assert found.stops == ("REG_NOTICE",) and found.state == "withdrawn"


def test_offers_list_what_the_state_knows_and_why_not() -> None:
    found = {
        offer.event: offer
        for offer in offers(BOOK, case("registered", FILED), roles="intake", on=ON, calendar=CALENDAR)
    }
    assert found["accept"].allowed and found["refer_down"].allowed
    assert "sign_opinion" not in found
    assert not found["withdraw"].allowed and "信访人" in found["withdraw"].reason
    assert found["withdraw"].article == "撤回惯例"


def test_offers_judge_what_needs_no_typing() -> None:
    acts = (*FILED, Act("serve", "served", date(2026, 3, 5), "330102"))
    for on, allowed in ((date(2026, 4, 7), False), (date(2026, 4, 8), True)):
        found = offers(BOOK, case("served", acts), roles="system", on=on, calendar=CALENDAR)
        (lapse,) = (offer for offer in found if offer.event == "window_end")
        assert lapse.allowed is allowed


@pytest.mark.parametrize(
    ("received_on", "profile", "book"),
    [
        (date(2022, 5, 1), None, "national_2022"),
        (date(2022, 4, 30), None, "national_2005"),
        (date(2004, 1, 1), None, "national_2005"),
        (date(2019, 5, 6), "zhejiang_2016", "zhejiang_2016"),
        (date(2015, 5, 6), "zhejiang_2016", "national_2005"),
        (date(2026, 5, 6), "zhejiang_2016", "zhejiang_2016@national_2022"),
    ],
)
def test_the_day_of_receipt_chooses_the_rulebook(received_on: date, profile: str | None, book: str) -> None:
    found = book_for(received_on, profile=profile)
    assert found.id == book and load_book(book) is found


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(RulebookError, match="no profile 'mars'"):
        book_for(date(2026, 1, 1), profile="mars")
