"""The case page: what is shown to whom, what may be done, and the recorded look."""

from __future__ import annotations

import pytest

from lianxin.cases.models import CaseText, Step
from lianxin.ledger.chain import Reader
from lianxin.ledger.models import Look
from lianxin.organs.models import Post
from lianxin.petitioners import vault
from tests.cast import FROM, STORY, XIN, Cast
from tests.cast import on as moment
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most, everything


def test_it_works(cast: Cast, desk: Desk) -> None:
    case = cast.drafted()
    answer = desk("tou").get(f"/desk/case/{case.pk}/")
    page = answer.content.decode()
    for word in (
        case.number,
        "意见书审签中",
        STORY,
        "停发系系统误判",
        "予以支持",
        "补发八月以来低保金",
        "信访人甲",
        "受理告知书",
        "计60日",
    ):
        assert word in page, word
    assert [act["label"] for act in answer.context["acts"]][:2] == ["签发处理意见", "退回修改"]
    assert not [value for value in XIN.values() if value in page]
    assert "no-store" in answer.headers["Cache-Control"]


def test_ten_statements(cast: Cast, desk: Desk) -> None:
    case, client = cast.served(), desk("han")
    with at_most(10):
        assert client.get(f"/desk/case/{case.pk}/").status_code == 200
    with at_most(10):
        assert client.get(f"/desk/case/{case.pk}/?as=petitioner").status_code == 200


def test_the_look_is_recorded_and_shown(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    client.get(f"/desk/case/{case.pk}/")
    page = client.get(f"/desk/case/{case.pk}/")
    looks = list(Look.objects.filter(case_id=case.pk).order_by("seq"))
    assert [(look.seq, look.what, look.purpose, look.staff_id) for look in looks] == [
        (1, "case", "办理", cast.staff["han"].pk),
        (2, "case", "办理", cast.staff["han"].pk),
    ]
    assert looks[1].prev == looks[0].hash
    shown = page.context["looks"][0]
    assert shown["by"] == "绵阳市安州区民政局 承办" and "韩承办" not in shown["by"]


def test_opening_it_changes_nothing_of_the_case(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    before = everything()
    assert desk("han").get(f"/desk/case/{case.pk}/").status_code == 200
    assert desk("han").head(f"/desk/case/{case.pk}/").status_code == 200
    assert desk("han").post(f"/desk/case/{case.pk}/").status_code == 405
    assert everything() == before


def test_other_organ_gets_what_a_missing_case_gets(cast: Cast, desk: Desk) -> None:
    case, client = cast.served(), desk("wai")
    found, missing = client.get(f"/desk/case/{case.pk}/"), client.get("/desk/case/123456789/")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert Round.bare(found).replace(str(case.pk), "") == Round.bare(missing).replace("123456789", "")
    assert client.get("/desk/case/99999999999999999999999/").status_code == 404
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_az_15_an_administrator_opens_no_case(cast: Cast, desk: Desk) -> None:
    assert desk("guan").get(f"/desk/case/{cast.served().pk}/").status_code == 404


def test_a_report_is_there_for_the_report_desk_alone(cast: Cast, desk: Desk) -> None:
    case = cast.filed(kind="report").case
    assert desk("fen").get(f"/desk/case/{case.pk}/").status_code == 404
    assert desk("mi").get(f"/desk/case/{case.pk}/").status_code == 200


def test_az_07_after_the_transfer_the_sender_follows_progress_only(cast: Cast, desk: Desk) -> None:
    case = cast.referred()
    assert STORY in desk("shi").get(f"/desk/case/{case.pk}/").content.decode()
    taking = {"key": "a-key-for-taking", "version": case.version}
    assert desk("fen").post(f"/desk/case/{case.pk}/take/", taking).status_code == 302
    answer = desk("shi").get(f"/desk/case/{case.pk}/")
    page = answer.content.decode()
    assert "看不到内容" in page and STORY not in page and "信访人甲" not in page
    acts = [act["href"] for act in answer.context["acts"]]
    assert acts == [f"/desk/case/{case.pk}/{act}/" for act in ("give-notice", "reissue-code")], (
        "the sender still owes its own notices, renews a lost code at its window, and nothing else"
    )
    assert not [act for act in acts if STORY in desk("shi").get(act).content.decode()]
    assert answer.context["looks"][0]["what"] == "查看办理进度"


def test_who_follows_progress_only_sees_no_notes_names_or_purposes(cast: Cast, desk: Desk) -> None:
    case = cast.referred()
    taking = {"key": "a-key-for-taking", "version": case.version}
    assert desk("fen").post(f"/desk/case/{case.pk}/take/", taking).status_code == 302
    Step.objects.filter(case_id=case.pk).update(note="内部的话")
    reader = Reader(cast.organs["anzhou"].pk, cast.staff["fen"].pk, "intake")
    vault.reveal(
        case_id=case.pk, seq=1, field="phone", purpose="自由填写", reader=reader, at=moment("2026-06-01").at
    )
    assert "内部的话" in desk("fen").get(f"/desk/case/{case.pk}/").content.decode()
    for view in ("", "?as=petitioner", "?as=officer"):
        answer = desk("shi").get(f"/desk/case/{case.pk}/{view}")
        page = answer.content.decode()
        assert answer.context["public"] and "内部的话" not in page and "自由填写" not in page
        assert "费分办" not in str(answer.context["timeline"]) and "查看身份信息" in page


def test_what_is_not_allowed_says_why(cast: Cast, desk: Desk) -> None:
    answer = desk("ran").get(f"/desk/case/{cast.registered().pk}/")
    assert "受理" not in [act["label"] for act in answer.context["acts"]]
    refused = {act["label"]: act["reason"] for act in answer.context["refused"]}
    assert "甄别分派人员" in refused["受理"]


def test_the_main_act_of_a_competent_county_is_to_accept(cast: Cast, desk: Desk) -> None:
    answer = desk("fen").get(f"/desk/case/{cast.registered().pk}/")
    assert answer.context["main_act"]["label"] == "受理"
    assert all(act["hint"] for act in answer.context["acts"])


def test_only_the_assigned_handler_is_offered_the_draft(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    Post.objects.create(
        id=777, staff=cast.staff["shen"], organ=cast.organs["anzhou"], role="handler", starts_on=FROM
    )
    assert desk("han").get(f"/desk/case/{case.pk}/").context["main_act"]["label"] == "拟制处理意见"
    other = desk("shen").get(f"/desk/case/{case.pk}/").context
    assert not {"拟制处理意见", "回避"} & {act["label"] for act in other["acts"]}
    assert "您不是本件的承办人" in str(other["refused"])


def test_the_petitioners_view_has_no_names_and_no_notes(cast: Cast, desk: Desk) -> None:
    case = cast.served()
    own, public = (
        desk("han").get(f"/desk/case/{case.pk}/{view}").context["timeline"] for view in ("", "?as=petitioner")
    )
    assert len(own) == len(public)
    assert "费分办" in str(own) and not [
        n for n in ("费分办", "韩承办", "陶负责", "冉登记") if n in str(public)
    ]


@pytest.mark.parametrize(("original", "twice"), [("同样的话", False), ("同样的 话", True)])
def test_the_original_stands_beside_only_where_it_differs(
    cast: Cast, desk: Desk, original: str, twice: bool
) -> None:
    case = cast.filed().case
    CaseText.objects.filter(case=case).update(body="同样的话", original=original)
    assert ("原文" in desk("ran").get(f"/desk/case/{case.pk}/").content.decode()) is twice


def test_words_of_the_petition_are_escaped(cast: Cast, desk: Desk) -> None:
    case = cast.filed(body='<script>alert("x")</script><img src=x onerror=y>').case
    page = desk("ran").get(f"/desk/case/{case.pk}/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize("done", ["accept", "serve", "<b>x</b>", "take_over"])
def test_done_speaks_only_of_the_last_act(cast: Cast, desk: Desk, done: str) -> None:
    answer = desk("fen").get(f"/desk/case/{cast.accepted().pk}/", {"done": done})
    assert bool(answer.context["done"]) is (done == "accept")
    assert "<b>x</b>" not in answer.content.decode()
