"""Drafting the opinion, claim by claim."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Claim
from lianxin.cases.services import handling
from lianxin.organs.models import Post
from tests.cast import FROM, Cast, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

DATA = {
    "claim1-facts": "经核查属系统误判",
    "claim1-outcome": "support",
    "claim1-decision": "恢复发放并补发",
    "claim1-basis": "社会救助暂行办法 第十二条",
    "claim1-promise": "补发八月以来低保金",
    "claim1-promise_on_year": "2026",
    "claim1-promise_on_month": "7",
    "claim1-promise_on_day": "1",
    "heard": "on",
    "verified": "on",
}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.assigned(), "draft-opinion", "han", DATA, "signoff", wrong="fen")


def test_it_works(act: Round) -> None:
    act.works()
    claim = Claim.objects.get(case_id=act.case.pk)
    assert (claim.outcome, claim.promise, str(claim.promise_on)) == (
        "support",
        "补发八月以来低保金",
        "2026-07-01",
    )


def test_after_a_draft_was_sent_back_its_reason_stands_on_the_page(cast: Cast, desk: Desk) -> None:
    case = cast.drafted()
    page = f"/desk/case/{case.pk}/draft-opinion/"
    handling.send_back(
        cast.load("tou", case), actor=cast.actor("tou"), reasons="第一项没有算清补发的月数", key="sent-back-once",
        when=on("2026-05-22"),
    )  # fmt: skip
    text = desk("han").get(page).content.decode()
    assert "上一稿被退回" in text and "第一项没有算清补发的月数" in text
    fresh = cast.assigned()
    assert "上一稿被退回" not in desk("han").get(f"/desk/case/{fresh.pk}/draft-opinion/").content.decode()


def test_it_rejects_and_names_every_hole(act: Round) -> None:
    act.rejects("heard", "verified")
    row = act.desk("han").post(act.address, {}).context["form"].rows[0]
    assert set(row.errors) == {"facts", "outcome", "decision", "basis"}


def test_every_text_is_kept_on_an_error(act: Round) -> None:
    page = act.post("han", **{"claim1-basis": "", "claim1-promise_on_month": "十三"}).content.decode()
    for typed in ("经核查属系统误判", "恢复发放并补发", "补发八月以来低保金", "十三"):
        assert typed in page


def test_half_a_promise_is_refused(act: Round) -> None:
    answer = act.post("han", **{"claim1-promise": ""})
    assert answer.status_code == 422 and "promise" in answer.context["form"].rows[0].errors


def test_the_preview_writes_nothing(act: Round) -> None:
    before = everything()
    page = act.post("han", preview="1")
    assert page.status_code == 200 and "处理意见书预览" in page.content.decode()
    assert everything() == before


def test_another_handler_of_the_organ_may_not(act: Round) -> None:
    cast = act.cast
    Post.objects.create(
        id=777, staff=cast.staff["shen"], organ=cast.organs["anzhou"], role="handler", starts_on=FROM
    )
    assert act.desk("shen").get(act.address).status_code == 409
    assert act.post("shen").status_code == 409


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_already_done(act: Round) -> None:
    act.already_done()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()
