"""A letter's two reviews and its post: nothing leaves unread by a second person, and the post's result proves the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lianxin.cases.models import Case, Step
from lianxin.cases.services import handling, intake
from lianxin.ledger.ids import new_id
from lianxin.letters import selectors
from lianxin.letters.models import Posting
from lianxin.letters.services import posting, reviewing
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import GuardFailed, Refused
from tests.cast import XIN, Cast, key, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most

DAY = "2026-11-10"
BEFORE = [item.id for item in load_book("national_2022").reviews["before"].items]
AFTER = [item.id for item in load_book("national_2022").reviews["after"].items]
NUMBER = "XA12345678951"


@pytest.fixture(autouse=True)
def a_day_in_november(today: Callable[[str], None]) -> None:
    """Hold the clock behind the day since which letters are reviewed."""
    today("2026-11-20")


def by_letter(cast: Cast, *, day: str = DAY, **changes: object) -> Case:
    """Return a case Ran has registered from a letter."""
    given = {"channel": "letter", "summary": "低保金停发，要求恢复发放", "subroute": "31.6", **changes}
    petition = cast.petition(day=day, **given)
    return intake.record(petition, case_id=new_id(), actor=cast.actor("ran"), when=on(day)).case


def read_again(cast: Cast, case: Case, who: str = "shen", *, day: str = "2026-11-11") -> Case:
    return reviewing.review(
        cast.load(who, case),
        "before",
        actor=cast.actor(who),
        checked=BEFORE,
        remark="",
        key=key(),
        when=on(day),
    )


def accepted(cast: Cast, case: Case) -> Case:
    return handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on("2026-11-12"),
        approver=cast.staff["tou"],
    )


def drafted(cast: Cast, case: Case, *, day: str = "2026-11-16") -> Case:
    finding = handling.Finding(
        1, "停发系系统误判。", "explain", "已向您说明原因并恢复发放。", "社会救助暂行办法 第十二条"
    )
    return handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding], heard=True, verified=True, key=key(),
        when=on(day),
    )  # fmt: skip


def in_signoff(cast: Cast) -> Case:
    """Return a letter's case whose opinion awaits signature, read again before and not checked yet."""
    case = accepted(cast, read_again(cast, by_letter(cast)))
    case = handling.assign(
        cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True, key=key(),
        when=on("2026-11-13"),
    )  # fmt: skip
    return drafted(cast, case)


def checked(cast: Cast, case: Case) -> Case:
    return reviewing.review(
        cast.load("shen", case), "after", actor=cast.actor("shen"), checked=AFTER, remark="", key=key(),
        when=on("2026-11-17"),
    )  # fmt: skip


def signed(cast: Cast, case: Case) -> Case:
    return handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-11-18"))


def issued(cast: Cast) -> Case:
    """Return a letter's case whose opinion is signed."""
    return signed(cast, checked(cast, in_signoff(cast)))


def post_of(case: Case) -> dict[str, str]:
    (paper,) = [one.seq for one in selectors_papers(case) if one.kind == "opinion"]
    day = {"posted_on_year": "2026", "posted_on_month": "11", "posted_on_day": "18"}
    return {"paper": str(paper), "service": "registered", "post_no": "xa 1234-5678951", **day}


def selectors_papers(case: Case) -> list[selectors.Paper]:
    return list(selectors.Paper.objects.filter(case_id=case.pk))


def before_round(cast: Cast, desk: Desk) -> Round:
    data: dict[str, object] = {"checked": BEFORE}
    return Round(
        cast,
        desk,
        by_letter(cast),
        "review-before",
        "shen",
        data,
        "registered",
        wrong="ran",  # type: ignore[arg-type]
    )


def test_reading_again_works(cast: Cast, desk: Desk) -> None:
    done = before_round(cast, desk).works()
    step = Step.objects.get(case_id=done.pk, event="review_before")
    assert step.facts["checked"] == BEFORE and step.staff_id == cast.staff["shen"].pk


def test_reading_again_round(cast: Cast, desk: Desk) -> None:
    one = before_round(cast, desk)
    one.get_writes_nothing()
    one.rejects("checked")
    one.other_organ()
    one.wrong_role()
    one.replayed_key_does_not_double()


def test_the_refusal_names_what_was_not_checked(cast: Cast, desk: Desk) -> None:
    one = before_round(cast, desk)
    answer = one.desk("shen").post(one.address, {**one.sent, "checked": BEFORE[1:], "remark": "附件少一页"})
    assert answer.status_code == 422
    said = str(answer.context["form"].errors["checked"])
    assert "原件完整" in said and "类别" not in said and "附件少一页" in answer.content.decode()


def test_no_identity_is_written_into_a_remark(cast: Cast, desk: Desk) -> None:
    one = before_round(cast, desk)
    answer = one.desk("shen").post(one.address, {**one.sent, "remark": f"已问过{XIN['name']}"})
    assert answer.status_code == 409 and "姓名" in answer.content.decode()


def test_a_letter_does_not_go_on_unread(cast: Cast, desk: Desk) -> None:
    case = by_letter(cast)
    with pytest.raises(GuardFailed, match="办前复阅"):
        accepted(cast, case)
    page = desk("fen").get(f"/desk/case/{case.pk}/").content.decode()
    assert "还没有经过办前复阅" in page
    assert accepted(cast, read_again(cast, case)).state == "accepted"


@pytest.mark.parametrize(
    ("changes", "day"),
    [({"channel": "fax"}, DAY), ({"channel": "visit", "read_back": True}, DAY), ({}, "2026-10-30")],
)
def test_other_channels_and_letters_from_before_the_rule_go_on(
    cast: Cast, changes: dict[str, object], day: str
) -> None:
    case = by_letter(cast, day=day, **changes)
    assert accepted(cast, case).state == "accepted"
    with pytest.raises(GuardFailed, match="不用复阅"):
        read_again(cast, case)


def test_a_report_stays_with_its_desk(cast: Cast, desk: Desk) -> None:
    case = by_letter(cast, kind="report", category="1302", subroute="")
    assert desk("shen").get(f"/desk/case/{case.pk}/review-before/").status_code == 404
    with pytest.raises(Refused):
        read_again(cast, case, "mi")


def test_nothing_is_signed_unchecked_nor_changed_afterwards(cast: Cast) -> None:
    case = in_signoff(cast)
    with pytest.raises(GuardFailed, match="发出前审核"):
        signed(cast, case)
    case = checked(cast, case)
    with pytest.raises(GuardFailed, match="不用复阅"):
        checked(cast, case)
    case = handling.send_back(
        cast.load("tou", case), actor=cast.actor("tou"), reasons="补写依据", key=key(), when=on("2026-11-17")
    )
    case = drafted(cast, case, day="2026-11-17")
    with pytest.raises(GuardFailed, match="发出前审核"):
        signed(cast, case)
    assert signed(cast, checked(cast, case)).state == "issued"


def test_checking_the_answer_works(cast: Cast, desk: Desk) -> None:
    case = in_signoff(cast)
    data: dict[str, object] = {"checked": AFTER}
    one = Round(cast, desk, case, "review-after", "shen", data, "signoff")  # type: ignore[arg-type]
    page = one.desk("shen").get(one.address)
    assert "停发系系统误判。" in page.content.decode() and "退回承办人修改" in page.content.decode()
    one.wrong_role()
    one.works()


def test_the_officer_of_a_case_never_checks_it(cast: Cast) -> None:
    from lianxin.organs.models import Post
    from tests.cast import FROM

    Post.objects.create(
        id=9901, staff=cast.staff["han"], organ=cast.organs["anzhou"], role="checker", starts_on=FROM
    )
    case = in_signoff(cast)
    with pytest.raises(Refused, match="承办人不能"):
        reviewing.review(
            cast.load("han", case), "after", actor=cast.actor("han"), checked=AFTER, remark="", key=key(),
            when=on("2026-11-17"),
        )  # fmt: skip


def test_posting_works_and_waits_for_its_result(cast: Cast, desk: Desk) -> None:
    case = issued(cast)
    desk_before = selectors.desk(cast.actor("ran"), on=date(2026, 11, 18))
    assert (desk_before.count("post"), desk_before.count("result")) == (1, 0)
    one = Round(cast, desk, case, "post-paper", "ran", post_of(case), "issued", wrong="shen")
    one.get_writes_nothing()
    one.rejects("paper", "post_no")
    one.other_organ()
    one.wrong_role()
    one.works()
    row = Posting.objects.get()
    assert (row.post_no, row.paper_kind, row.number) == (NUMBER, "opinion", case.number)
    found = selectors.desk(cast.actor("ran"), on=date(2026, 11, 18))
    assert (found.count("post"), found.count("result")) == (0, 1)
    assert selectors.desk(cast.actor("wai"), on=date(2026, 11, 18)).count("result") == 0


def result_of(outcome: str, **more: str) -> dict[str, str]:
    day = {"on_year": "2026", "on_month": "11", "on_day": "19"}
    return {"post_no": NUMBER, "outcome": outcome, **day, **more}


def posted(cast: Cast) -> Case:
    case = issued(cast)
    (paper,) = [one for one in selectors_papers(case) if one.kind == "opinion"]
    return posting.post(
        cast.load("ran", case), actor=cast.actor("ran"), paper=paper, service="registered", post_no=NUMBER,
        posted_on=date(2026, 11, 18), key=key(), when=on("2026-11-18"),
    )  # fmt: skip


def test_a_delivery_fills_in_the_service(cast: Cast, desk: Desk) -> None:
    case = posted(cast)
    Round(cast, desk, case, "post-result", "ran", result_of("delivered"), "issued", wrong="shen").works()
    form = desk("ran").get(f"/desk/case/{case.pk}/serve/").context["form"]
    assert (form["method"].value(), str(form["served_on"].value())) == ("post", "2026-11-19")
    assert form["proof"].value() == f"挂号信{NUMBER}，2026-11-19 妥投"
    assert selectors.desk(cast.actor("ran"), on=date(2026, 11, 20)).count("result") == 0


def test_what_came_back_waits_until_another_way_is_taken(cast: Cast, desk: Desk) -> None:
    case = posted(cast)
    one = Round(cast, desk, case, "post-result", "ran", result_of("returned", reason="查无此人"), "issued")
    without = one.desk("ran").post(one.address, {**one.sent, "reason": ""})
    assert without.status_code == 422 and "reason" in without.context["form"].errors
    named = one.desk("ran").post(one.address, {**one.sent, "reason": f"{XIN['name']}已搬走"})
    assert named.status_code == 409
    one.works()
    assert Posting.objects.get().outcome == "returned"
    page = desk("ran").get("/desk/letters/", {"shelf": "result"}).content.decode()
    assert "要换一种方式送达" in page and "退回" in page
    fresh = desk("ran").get(f"/desk/case/{case.pk}/serve/").context["form"]
    assert fresh["method"].value() is None
    case = Case.objects.get(pk=case.pk)
    again = {"key": key(), "version": str(case.version), **post_of(case)}
    used = desk("ran").post(f"/desk/case/{case.pk}/post-paper/", again)
    assert used.status_code == 409 and "已经登记过" in used.content.decode()
    assert (
        desk("ran")
        .post(f"/desk/case/{case.pk}/post-paper/", {**again, "post_no": "XA99999999951"})
        .status_code
        == 302
    )
    found = selectors.desk(cast.actor("ran"), on=date(2026, 11, 20))
    assert [(one.post_no, one.outcome) for one in found.postings] == [("XA99999999951", "")]


def test_the_pages_stay_at_their_statements(cast: Cast, desk: Desk) -> None:
    case = in_signoff(cast)
    client = desk("shen")
    client.get(f"/desk/case/{case.pk}/review-after/")
    with at_most(12):
        client.get(f"/desk/case/{case.pk}/review-after/")
    out = posted(cast)
    ran = desk("ran")
    for page in ("post-paper", "post-result"):
        with at_most(12):
            assert ran.get(f"/desk/case/{out.pk}/{page}/").status_code == 200


def test_the_desk_lists_what_a_checker_owes(cast: Cast, desk: Desk) -> None:
    case, other = by_letter(cast), in_signoff(cast)
    found = selectors.desk(cast.actor("shen"), on=date(2026, 11, 20))
    assert {(one.item.case_id, one.phase) for one in found.checking} == {
        (case.pk, "before"),
        (other.pk, "after"),
    }
    client = desk("shen")
    client.get("/desk/letters/")
    for _ in range(2):
        with at_most(6):
            page = client.get("/desk/letters/", {"shelf": "review"}).content.decode()
        for _ in range(5):
            by_letter(cast)
    assert case.number in page and not [value for value in XIN.values() if value in page]
    read_again(cast, case)
    found = selectors.desk(cast.actor("shen"), on=date(2026, 11, 20))
    assert case.pk not in {one.item.case_id for one in found.checking}


def test_who_registered_or_drafted_does_not_check_the_own_work(cast: Cast) -> None:
    from lianxin.organs.models import Post
    from tests.cast import FROM

    for n, name in enumerate(("ran", "han"), start=9902):
        Post.objects.create(
            id=n, staff=cast.staff[name], organ=cast.organs["anzhou"], role="checker", starts_on=FROM
        )
    with pytest.raises(Refused, match="登记的人"):
        read_again(cast, by_letter(cast), "ran")
    case = handling.reassign(
        cast.load("fen", in_signoff(cast)), actor=cast.actor("fen"), officer=cast.staff["gao"], no_interest=True,
        key=key(), when=on("2026-11-17"),
    )  # fmt: skip
    with pytest.raises(Refused, match="起草的人"):
        reviewing.review(
            cast.load("han", case), "after", actor=cast.actor("han"), checked=AFTER, remark="", key=key(),
            when=on("2026-11-17"),
        )  # fmt: skip
    assert checked(cast, case).state == "signoff"


def test_only_who_may_check_is_led_to_the_checklist(cast: Cast, desk: Desk) -> None:
    case = by_letter(cast)
    shown = desk("shen").get("/desk/letters/").context["rows"]
    assert [row["href"] for row in shown] == [f"/desk/case/{case.pk}/review-before/"]
    seen = desk("ran").get("/desk/letters/", {"shelf": "review"}).context["rows"]
    assert [row["href"] for row in seen] == [f"/desk/case/{case.pk}/"]
