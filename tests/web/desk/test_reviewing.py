"""The desk's pages of review and re-check: each works, rejects, and is not there for others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lianxin.cases.models import Case, Paper, Step
from tests.cast import STORY, Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

LATER = "2026-07-20"


def day(name: str, text: str) -> dict[str, str]:
    """Return a day in three boxes."""
    return dict(zip((f"{name}_year", f"{name}_month", f"{name}_day"), text.split("-"), strict=True))


FOUND = {"found_facts": "经复查事实清楚。", "found_reasons": "计算无误。"}
SERVED = {
    "method": "in_person",
    "proof": "本人签收",
    "receiver": "",
    "witness": "",
    **day("served_on", LATER),
}
REQUEST = {
    "claims": "恢复发放低保金\n重新计算补发数额",
    "because": "数额不对。",
    "via": "post",
    **day("received_on", "2026-06-12"),
    **day("postmark", "2026-06-10"),
}


def staff(cast: Cast, name: str) -> str:
    return str(cast.staff[name].pk)


def rounds(cast: Cast, desk: Desk) -> dict[str, Callable[[], Round]]:
    """Return each act's round by its page."""
    shi, zong = staff(cast, "shi"), staff(cast, "zong")
    city, province = str(cast.organs["mianyang"].pk), str(cast.organs["province"].pk)

    def one(case: Case, page: str, who: str, data: dict[str, str], ends: str, wrong: str) -> Round:
        return Round(cast, desk, case, page, who, data, ends, wrong=wrong, leaves=page in LEAVING)

    return {
        "request-review": lambda: one(
            cast.served(), "request-review", "ran", {**REQUEST, "organ": city}, "review_requested", "han"
        ),
        "accept-review": lambda: one(
            cast.asked_again(),
            "accept-review",
            "fu",
            {"paper_ground": "在期限以内提出。"},
            "reviewing",
            "shi",
        ),
        "refuse-review": lambda: one(
            cast.asked_again(),
            "refuse-review",
            "fu",
            {"ground": "new_matter", "reasons": "另提新的请求。", "approver": shi},
            "served",
            "fen",
        ),
        "review-uphold": lambda: one(
            cast.under_review(),
            "review-uphold",
            "fu",
            {**FOUND, **SERVED, "approver": shi},
            "review_served",
            "tou",
        ),
        "review-change": lambda: one(
            cast.under_review(),
            "review-change",
            "fu",
            {**FOUND, **SERVED, "outcome": "change", "decision": "变更为三千元。", "approver": shi},
            "review_served",
            "tou",
        ),
        "review-remand": lambda: one(
            cast.under_review(),
            "review-remand",
            "fu",
            {**FOUND, "decision": "", "approver": shi, **day("due_on", "2026-08-31")},
            "handling",
            "tou",
        ),
        "request-recheck": lambda: one(
            cast.review_served(),
            "request-recheck",
            "shi",
            {
                **REQUEST,
                **day("received_on", "2026-07-02"),
                **day("postmark", "2026-07-01"),
                "organ": province,
            },
            "recheck_requested",
            "fu",
        ),
        "accept-recheck": lambda: one(
            cast.recheck_asked(),
            "accept-recheck",
            "kun",
            {"paper_ground": "在期限以内提出。"},
            "rechecking",
            "han",
        ),
        "recheck-decide": lambda: one(
            cast.under_recheck(),
            "recheck-decide",
            "kun",
            {**FOUND, **SERVED, "outcome": "uphold", "decision": "", "approver": zong},
            "closed_final",
            "tou",
        ),
        "recheck-remand": lambda: one(
            cast.under_recheck(),
            "recheck-remand",
            "kun",
            {**FOUND, "decision": "", "approver": zong, **day("due_on", "2026-08-31")},
            "handling",
            "tou",
        ),
    }


PAGES = (
    "request-review",
    "accept-review",
    "refuse-review",
    "review-uphold",
    "review-change",
    "review-remand",
    "request-recheck",
    "accept-recheck",
    "recheck-decide",
    "recheck-remand",
)
LEAVING = frozenset({"refuse-review", "review-remand", "request-recheck", "recheck-remand"})
MISSING = {
    "request-review": ("claims", "because", "organ", "via", "received_on"),
    "accept-review": ("paper_ground",),
    "refuse-review": ("ground", "reasons", "approver"),
    "review-uphold": ("found_facts", "found_reasons", "approver", "method", "served_on", "proof"),
    "review-change": ("outcome", "found_facts", "approver", "served_on"),
    "review-remand": ("found_facts", "found_reasons", "due_on", "approver"),
    "request-recheck": ("claims", "because", "organ"),
    "accept-recheck": ("paper_ground",),
    "recheck-decide": ("outcome", "found_facts", "approver", "served_on"),
    "recheck-remand": ("found_facts", "due_on", "approver"),
}


@pytest.fixture(params=PAGES)
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk, today: Callable[[str], None]) -> Round:
    today(LATER)
    return rounds(cast, desk)[str(request.param)]()


def test_it_works(act: Round) -> None:
    act.works()


def test_it_rejects(act: Round) -> None:
    act.rejects(*MISSING[act.page])


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_the_reviewer_sees_what_is_asked_beside_the_petition(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today("2026-06-15")
    case = cast.asked_again()
    page = desk("fu").get(f"/desk/case/{case.pk}/accept-review/").content.decode()
    assert "补发的数额不对。" in page and STORY[:10] in page
    assert "停发系系统误判" in page and "恢复发放并补发。" in page


def test_a_change_without_what_it_is_changed_to_is_told_at_its_field(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today(LATER)
    act = rounds(cast, desk)["review-change"]()
    answer = act.post("fu", decision=" ")
    assert answer.status_code == 422 and "decision" in answer.context["form"].errors


def test_service_cannot_come_before_the_review(cast: Cast, desk: Desk, today: Callable[[str], None]) -> None:
    today(LATER)
    act = rounds(cast, desk)["review-uphold"]()
    answer = act.post("fu", **day("served_on", "2026-06-01"))
    assert answer.status_code == 422 and "2026-06-12" in str(answer.context["form"].errors["served_on"])


def test_a_late_request_is_refused_without_and_recorded_with_a_reason(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today(LATER)
    act = rounds(cast, desk)["request-review"]()
    late = {**day("received_on", "2026-07-10"), **day("postmark", "2026-07-08")}
    answer = act.post("ran", **late)
    assert answer.status_code == 409 and "2026-06-29" in answer.content.decode()
    assert "重新计算补发数额" in answer.content.decode()
    assert act.post("ran", **late, late_reason="住院").status_code == 302
    shown = desk("fu").get(f"/desk/case/{act.case.pk}/accept-review/").content.decode()
    assert "逾期" in shown


def test_the_case_page_says_who_handled_and_who_reviews(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today("2026-06-15")
    case = cast.under_review()
    for name in ("fu", "fen"):
        page = desk(name).get(f"/desk/case/{case.pk}/").content.decode()
        assert "办理机构" in page and "复查机构" in page
        assert "绵阳市安州区民政局" in page and "绵阳市民政局" in page
    assert "等待其他方" in desk("fen").get("/desk/").content.decode()


def numbered(case: Case, **changes: str) -> dict[str, str]:
    return {**REQUEST, "key": "a-key-of-one-form-page", "number": case.number, **changes}


def test_a_reviewing_organ_records_by_number_and_sees_nothing_before(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today("2026-06-15")
    case = cast.served()
    shi = desk("shi")
    assert shi.get(f"/desk/case/{case.pk}/").status_code == 404
    assert "/desk/requests/" in shi.get("/desk/search/").content.decode()
    empty = shi.get("/desk/requests/")
    assert empty.status_code == 200 and STORY[:10] not in empty.content.decode()
    refused = shi.post("/desk/requests/", numbered(case, because=" "))
    assert refused.status_code == 422 and STORY[:10] not in refused.content.decode()
    for _ in range(2):
        done = shi.post("/desk/requests/", numbered(case))
        assert (done.status_code, done["Location"]) == (302, f"/desk/case/{case.pk}/")
    assert Step.objects.filter(case_id=case.pk, event="request_review").count() == 1
    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.holder) == ("review_requested", cast.organs["mianyang"])
    paper = Paper.objects.get(case_id=case.pk, kind="review_request")
    assert "重新计算补发数额" in str(paper.content)


def test_an_organ_that_may_not_review_gets_the_same_answer_as_for_no_case(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    today("2026-06-15")
    case, other = cast.served(), cast.registered()
    before = everything()
    wai = desk("wai")
    answers = [wai.post("/desk/requests/", numbered(one)) for one in (case, other)]
    assert [answer.status_code for answer in answers] == [404, 404]
    first, second = (Round.bare(answer) for answer in answers)
    assert first == second
    assert desk("fu").get("/desk/requests/").status_code == 404
    assert everything() == before
