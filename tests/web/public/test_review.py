"""Asking for review and re-check online: what is asked, the last day, late requests, and what the page shows after."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from lianxin.cases.history import load
from lianxin.cases.models import Case, Paper, Step
from lianxin.cases.services import handling, reviewing, serving
from lianxin.cases.services.stages import RECHECK, REVIEW, Found, Service
from lianxin.organs.models import Organ
from tests.cast import XIN, Cast, key, on
from tests.web.public.walking import at_most, new_code, set_day, show

KEY = "r" * 22


def opened(client: Client, cast: Cast, case: Case) -> Case:
    show(client, cast, case, new_code(case))
    return case


def answers(cast: Cast, at: str = "mianyang", **changes: object) -> dict[str, object]:
    chosen = str(cast.organs[at].pk) if at else ""
    return {"key": KEY, "claims": ["1"], "reasons": "数额不对", "organ": chosen, **changes}


def text(client: Client, path: str = "case") -> str:
    return client.get(f"/follow/{path}/").content.decode()


def test_it_shows_the_last_day_with_its_arithmetic_and_the_organs(client: Client, cast: Cast) -> None:
    opened(client, cast, cast.served())
    assert 'href="/follow/review/"' in text(client)
    page = text(client, "review")
    assert "2026年6月29日" in page
    assert "起算" in page
    assert "绵阳市安州区人民政府" in page and "绵阳市民政局" in page
    assert "恢复发放低保金" in page
    assert 'name="late_reason"' not in page


def test_a_request_goes_to_the_organ_chosen_once(client: Client, cast: Cast) -> None:
    case = opened(client, cast, cast.served())
    for _ in range(2):
        assert client.post("/follow/review/", answers(cast))["Location"] == "/follow/case/"
    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.holder, found.handled_by) == (
        "review_requested",
        cast.organs["mianyang"],
        cast.organs["anzhou"],
    )
    assert Step.objects.filter(case_id=case.pk, event="request_review").count() == 1
    shown = text(client)
    assert "您的复查请求已经收到" in shown
    assert "绵阳市民政局正在决定是否受理。" in shown
    assert "复查申请书/回执" in shown
    assert 'href="/follow/review/"' not in shown


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"claims": []}, "claims"),
        ({"reasons": " "}, "reasons"),
        ({"organ": ""}, "organ"),
        ({"organ": "2"}, "organ"),
    ],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(
    client: Client, cast: Cast, changes: dict[str, object], name: str
) -> None:
    case = opened(client, cast, cast.served())
    response = client.post("/follow/review/", answers(cast, attachments="发票两张", **changes))
    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert "发票两张" in response.content.decode() and KEY in response.content.decode()
    assert Case.objects.get(pk=case.pk).state == "served"


def test_another_request_may_be_written(client: Client, cast: Cast) -> None:
    case = opened(client, cast, cast.served())
    client.post("/follow/review/", answers(cast, claims=[], other="重新计算补发数额"))
    assert "重新计算补发数额" in str(Paper.objects.get(case_id=case.pk, kind="review_request").content)


@pytest.mark.parametrize("lapsed", [False, True])
def test_a_late_request_is_asked_for_its_reason(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, lapsed: bool
) -> None:
    case = cast.served()
    if lapsed:
        serving.lapse(load(case), when=on("2026-06-30"))
    set_day(monkeypatch, "2026-07-10")
    opened(client, cast, case)
    shown = text(client)
    assert "期限已过，说明原因后提出" in shown and "不同意，请求复查" not in shown
    assert "已经过了" in text(client, "review")
    assert client.post("/follow/review/", answers(cast)).status_code == 422
    assert client.post("/follow/review/", answers(cast, late_reason="住院"))["Location"] == "/follow/case/"
    step = Step.objects.get(case_id=case.pk, event="request_review")
    assert step.facts["code"] == "LATE_WITH_REASON"


def test_where_nobody_is_defined_it_says_whom_to_ask(client: Client, cast: Cast) -> None:
    case = cast.served()
    Organ.objects.filter(code="anzhou").update(level="ministry")
    opened(client, cast, case)
    page = text(client, "review")
    assert "0816-4360000" in page and "没有写明由哪个机关" in page
    assert "提交请求" not in page
    assert client.post("/follow/review/", answers(cast)).status_code == 200
    assert Case.objects.get(pk=case.pk).state == "served"


@pytest.mark.parametrize("stage", ["registered", "assigned", "issued", "asked_again", "under_review"])
def test_before_an_answer_and_during_a_review_nothing_is_asked(
    client: Client, cast: Cast, stage: str
) -> None:
    opened(client, cast, getattr(cast, stage)())
    assert 'href="/follow/review/"' not in text(client)
    assert client.get("/follow/review/")["Location"] == "/follow/case/"
    assert client.post("/follow/review/", answers(cast))["Location"] == "/follow/case/"


def test_reading_asks_for_nothing(client: Client, cast: Cast) -> None:
    case = opened(client, cast, cast.served())
    client.get("/follow/review/", answers(cast))
    assert Case.objects.get(pk=case.pk).state == "served"


def test_the_review_opinion_is_shown_and_recheck_offered(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_day(monkeypatch, "2026-06-30")
    case = opened(client, cast, cast.review_served())
    page = text(client)
    assert "绵阳市民政局，2026年6月22日送达，结论：维持。" in page
    assert "复查意见书" in page
    assert "请求复核的最后一日是 2026年7月22日" in page
    assert 'datetime="2026-07-22"' in page
    assert "傅复查" not in page and XIN["name"] not in page
    form = text(client, "review")
    assert "绵阳市人民政府" in form and "四川省民政厅" in form and "绵阳市安州区人民政府" not in form
    assert client.post("/follow/review/", answers(cast, "province"))["Location"] == "/follow/case/"
    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.holder) == ("recheck_requested", cast.organs["province"])
    assert "您的复核请求已经收到" in text(client)


@pytest.mark.parametrize("stage", ["asked_again", "review_served", "recheck_asked"])
def test_it_takes_few_statements(client: Client, cast: Cast, stage: str) -> None:
    opened(client, cast, getattr(cast, stage)())
    with at_most(13):
        assert client.get("/follow/case/").status_code == 200


def test_after_a_remand_the_new_opinion_is_held_back_until_it_is_served(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cast.under_review()
    case = reviewing.remand(
        cast.load("fu", case),
        REVIEW,
        actor=cast.actor("fu"),
        found=Found("没有核对停发期间。", "事实不清。"),
        due_on=date(2026, 7, 31),
        approver=cast.staff["shi"],
        key=key(),
        when=on("2026-06-22"),
    )
    set_day(monkeypatch, "2026-06-25")
    opened(client, cast, case)
    assert "恢复发放并补发。" in text(client)
    again = handling.Finding(1, "重新核对了。", "explain", "新的答复。", "依据")
    handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[again], heard=True, verified=True, key=key(),
        when=on("2026-06-24"),
    )  # fmt: skip
    handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-06-25"))
    assert "新的答复。" not in text(client)
    opinions = list(Paper.objects.filter(case_id=case.pk, kind="opinion").order_by("seq"))
    assert client.get(f"/follow/paper/{opinions[0].seq}/").status_code == 200
    assert client.get(f"/follow/paper/{opinions[1].seq}/").status_code == 404


@pytest.mark.parametrize("end", ["closed_lapsed", "closed_final"])
def test_the_answer_may_be_rated_after_the_end(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    set_day(monkeypatch, "2026-08-20")
    if end == "closed_lapsed":
        case = serving.lapse(load(cast.served()), when=on("2026-06-30"))
    else:
        case = cast.under_recheck()
        case = reviewing.decide(
            cast.load("kun", case),
            RECHECK,
            actor=cast.actor("kun"),
            found=Found("清楚。", "正确。", "uphold"),
            service=Service("in_person", date(2026, 7, 20), "本人签收"),
            approver=cast.staff["zong"],
            key=key(),
            when=on("2026-07-20"),
        )
    assert opened(client, cast, case).state == end
    assert 'href="/follow/evaluate/"' in text(client)
    rating = {
        "answered": "yes",
        "right": "no",
        "carried_out": "none",
        "office": "satisfied",
        "organ": "satisfied",
    }
    assert client.post("/follow/evaluate/", {"key": "k" * 22, **rating}).status_code == 302
    assert "谢谢您的评价" in text(client)
    assert Case.objects.get(pk=case.pk).state == end


def test_drafts_and_slips_stay_in_the_house(client: Client, cast: Cast) -> None:
    case = opened(client, cast, cast.issued())
    for paper in Paper.objects.filter(case_id=case.pk).exclude(kind__in=["acceptance_notice"]):
        assert client.get(f"/follow/paper/{paper.seq}/").status_code == 404, paper.kind
