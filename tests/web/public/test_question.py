"""One question a page: answers are kept, errors lose nothing, whatever is typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client

from lianxin.jobs import sweeps
from lianxin.organs.models import Organ
from lianxin.petitioners.models import Draft
from tests.cast import Cast
from tests.web.public.walking import PAGES, answers, kept, walk

HUGE = str(2**63)
ODD = ["", "0", "-1", HUGE, "１２", "1; DROP TABLE", "null", "\x00", "all ", "1e9", "٣", "<b>", "9" * 400]


def test_it_asks_every_question_in_order(client: Client, cast: Cast) -> None:
    assert client.post("/file/")["Location"] == "/file/story/"
    for page, following in zip(PAGES, [*PAGES[1:], "check"], strict=True):
        assert client.get(f"/file/{page}/").status_code == 200
        assert client.post(f"/file/{page}/", answers(cast)[page])["Location"] == f"/file/{following}/"


def test_reading_writes_nothing(client: Client, cast: Cast) -> None:
    client.get("/file/")
    client.get("/file/story/")
    assert not Draft.objects.exists()


def test_the_draft_is_sealed_and_its_cookie_is_not_for_scripts(client: Client, cast: Cast) -> None:
    walk(client, cast)
    cookie = client.cookies["lx_draft"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    row = Draft.objects.get()
    assert "辛小禾".encode() not in bytes(row.box)
    assert cookie.value.split(".")[1] not in row.key_hash


def test_one_resumes_where_one_stopped(client: Client, cast: Cast) -> None:
    walk(client, cast, until="topic")
    page = client.get("/file/")
    assert "没写完的草稿" in page.content.decode()
    assert client.post("/file/")["Location"] == "/file/topic/"
    assert "低保金从八月起停发" in client.get("/file/story/").content.decode()


def test_a_page_too_far_leads_back_to_the_first_gap(client: Client, cast: Cast) -> None:
    walk(client, cast, until="kind")
    for page in ("organ", "contact", "city"):
        assert client.get(f"/file/{page}/")["Location"] == "/file/kind/"
        assert client.post(f"/file/{page}/", answers(cast)[page])["Location"] == "/file/kind/"
    assert client.get("/file/check/")["Location"] == "/file/kind/"


def test_an_unknown_page_is_not_there(client: Client, cast: Cast) -> None:
    walk(client, cast, until="claims")
    assert client.get("/file/surprise/").status_code == 404


def test_without_a_draft_one_begins_at_the_beginning(client: Client, cast: Cast) -> None:
    assert client.get("/file/kind/")["Location"] == "/file/"
    assert client.get("/file/check/")["Location"] == "/file/"


def test_a_story_typed_long_ago_is_kept_though_the_draft_is_gone(client: Client, cast: Cast) -> None:
    walk(client, cast, until="claims")
    Draft.objects.all().delete()
    assert client.post("/file/story/", {"story": "写了一整天"})["Location"] == "/file/claims/"
    assert kept(client)["story"] == "写了一整天"


def test_somebody_elses_cookie_opens_nothing(client: Client, cast: Cast) -> None:
    walk(client, cast)
    number = client.cookies["lx_draft"].value.split(".")[0]
    for forged in (f"{number}.wrong", number, f"{HUGE}.x", "x.y", "..", "9" * 30 + ".a"):
        other = Client()
        other.cookies["lx_draft"] = forged
        assert other.get("/file/story/")["Location"] == "/file/"


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_answer_is_told_at_the_field_and_on_top(client: Client, cast: Cast, page: str) -> None:
    walk(client, cast, until=page)
    response = client.post(f"/file/{page}/", {})
    text = response.content.decode()
    if page == "organ":
        assert response.status_code == 422
    assert response.status_code == 422
    assert "govuk-error-summary" in text
    assert "govuk-error-message" in text
    assert "错误：" in text.split("</title>")[0]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("story", "claims", "contact")])
@pytest.mark.parametrize("odd", ODD)
def test_a_choice_nobody_offered_is_refused_with_a_sentence(
    client: Client, cast: Cast, page: str, odd: str
) -> None:
    walk(client, cast, until=page)
    response = client.post(f"/file/{page}/", {page: odd})
    assert response.status_code == 422
    assert "请" in response.content.decode().split("govuk-error-message")[1][:300]


def test_the_last_of_doubled_values_counts(client: Client, cast: Cast) -> None:
    walk(client, cast, until="kind")
    assert client.post("/file/kind/", {"kind": ["report", "claim"]}).status_code == 302
    assert kept(client)["kind"] == "claim"


@pytest.mark.parametrize(
    "text",
    [
        "𠮷",
        "😀👨‍👩‍👧",
        "＜img src=x onerror=alert(1)＞<script>",
        "１２３",
        "a\x00b",
        "عربى",
        "é" * 19_999,
        "\r\n".join("行" * 9),
    ],
)
def test_any_words_are_taken_and_shown_again_as_typed(client: Client, cast: Cast, text: str) -> None:
    walk(client, cast, until="story")
    assert client.post("/file/story/", {"story": text}).status_code == 302
    assert kept(client)["story"] == text.replace("\x00", "")
    page = client.get("/file/story/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("text", [" ", "\n\n", "\x00", "\u3000\u200b", "\x07"])
def test_a_story_without_words_is_not_a_story(client: Client, cast: Cast, text: str) -> None:
    walk(client, cast, until="story")
    assert client.post("/file/story/", {"story": text}).status_code == 422


def test_too_long_a_story_is_told_with_its_length_and_stays(client: Client, cast: Cast) -> None:
    walk(client, cast, until="story")
    response = client.post("/file/story/", {"story": "长" * 20_001})
    text = response.content.decode()
    assert response.status_code == 422
    assert "您写了 20001 字，这里最多 20000 字，请删去 1 字。" in text
    assert "长" * 20_001 in text


def test_requests_that_do_not_fit_a_paper_are_told_one_by_one(client: Client, cast: Cast) -> None:
    walk(client, cast, until="claims")
    long = client.post("/file/claims/", {"claims": "好\n" + "长" * 501})
    assert "第 2 件有 501 字" in long.content.decode()
    many = client.post("/file/claims/", {"claims": "\n".join("要求" for _ in range(21))})
    assert "您写了 21 件" in many.content.decode()


@pytest.mark.parametrize(
    "phone",
    ["13900000001", "１３９ ００００－０００１", "+86 139-0000-0001", "010 58123114", "(010)58123114"],
)
def test_telephones_in_any_shape_are_taken(client: Client, cast: Cast, phone: str) -> None:
    walk(client, cast, until="contact")
    assert client.post("/file/contact/", {"name": "辛", "phone": phone}).status_code == 302


@pytest.mark.parametrize("phone", ["没有", "1", "139x", "1" * 21])
def test_what_is_no_telephone_is_told(client: Client, cast: Cast, phone: str) -> None:
    walk(client, cast, until="contact")
    response = client.post("/file/contact/", {"name": "辛", "phone": phone, "address": "某地"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "电话号码只写数字" in text
    assert 'value="某地"' in text


def test_another_place_asks_for_what_hangs_on_it_again(client: Client, cast: Cast) -> None:
    walk(client, cast)
    same = client.post("/file/city/", answers(cast)["city"])
    assert same["Location"] == "/file/check/"
    client.post("/file/county/", {"county": str(cast.regions["fucheng"].pk)})
    assert "organ" not in kept(client)
    assert client.get("/file/check/")["Location"] == "/file/organ/"
    assert kept(client)["story"]


def test_a_place_one_is_not_sure_of_stays_wide(client: Client, cast: Cast) -> None:
    walk(client, cast, until="city")
    assert client.post("/file/city/", {"city": "all"})["Location"] == "/file/topic/"
    client.post("/file/topic/", {"topic": "unknown"})
    page = client.get("/file/organ/").content.decode()
    assert "四川省民政厅" in page
    assert "安州区民政局" not in page


def test_a_province_without_anything_below_skips_those_questions(client: Client, cast: Cast) -> None:
    from lianxin.organs.models import Region

    china = cast.regions["china"]
    small = Region.objects.create(
        id=71000000000001,
        code="710000000000",
        name="某省",
        full_name="某省",
        level="province",
        parent=china,
        path=f"{china.path}71000000000001/",
    )
    walk(client, cast, until="province")
    assert client.post("/file/province/", {"province": str(small.pk)})["Location"] == "/file/topic/"


def test_not_knowing_the_matter_is_an_answer(client: Client, cast: Cast) -> None:
    walk(client, cast, until="topic")
    assert client.post("/file/topic/", {"topic": "unknown"})["Location"] == "/file/organ/"
    assert kept(client)["category"] == "1599"


def test_the_proposed_organ_stands_first_with_its_reasons(client: Client, cast: Cast) -> None:
    walk(client, cast, until="organ")
    page = client.get("/file/organ/").content.decode()
    first = str(cast.organs["anzhou"].pk)
    assert page.index(f'value="{first}" checked') < page.index("绵阳市民政局</label>")
    assert "事情发生在四川省绵阳市安州区" in page


def test_a_matter_of_others_is_told_and_still_taken(client: Client, cast: Cast) -> None:
    walk(client, cast, until="organ", category={"category": "0108"})
    page = client.get("/file/organ/").content.decode()
    assert "医疗保障局" in page
    assert " checked" not in page
    assert client.post("/file/organ/", {"organ": str(cast.organs["anzhou"].pk)}).status_code == 302


def test_an_organ_off_the_ladder_is_refused(client: Client, cast: Cast) -> None:
    walk(client, cast, until="organ")
    for name in ("fucheng", "anzhou_gov"):
        assert client.post("/file/organ/", {"organ": str(cast.organs[name].pk)}).status_code == 422


def test_anonymity_drops_what_was_said_of_oneself(client: Client, cast: Cast) -> None:
    walk(client, cast)
    assert client.post("/file/who/", {"who": "anonymous"})["Location"] == "/file/check/"
    assert "name" not in kept(client)


def test_extra_fields_are_ignored(client: Client, cast: Cast) -> None:
    walk(client, cast, until="kind")
    client.post(
        "/file/kind/", {"kind": "claim", "state": "closed", "organ": "1", "number": "X", "story": "别的"}
    )
    assert kept(client)["story"] != "别的"
    assert set(kept(client)) == {"story", "claims", "kind"}


def test_a_draft_is_deleted_on_demand(client: Client, cast: Cast) -> None:
    walk(client, cast, until="kind")
    assert client.get("/file/discard/").status_code == 405
    assert client.post("/file/discard/")["Location"] == "/file/"
    assert not Draft.objects.exists()
    assert not client.cookies["lx_draft"].value


def test_where_no_organ_is_there_is_a_way_on(client: Client, cast: Cast) -> None:
    walk(client, cast, until="organ")
    Organ.objects.update(valid_to=date(2026, 1, 1))
    for response in (client.get("/file/organ/"), client.post("/file/organ/", {})):
        page = response.content.decode()
        assert response.status_code in (200, 422)
        assert "这个地方还没有可以在这里受理的民政部门" in page
        assert f"请拨打 {settings.PUBLIC_PHONE}" in page
        assert "选大一些的范围" in page
        assert 'href="/file/province/"' in page
        assert "保存，下一步" not in page
    assert client.get("/file/province/").status_code == 200
    assert kept(client)["story"]


def test_where_the_own_organ_is_missing_the_nearest_above_is_proposed(client: Client, cast: Cast) -> None:
    walk(client, cast, until="organ")
    Organ.objects.filter(code="anzhou").update(valid_to=date(2026, 1, 1))
    page = client.get("/file/organ/").content.decode()
    nearest = str(cast.organs["mianyang"].pk)
    assert f'value="{nearest}" checked' in page
    assert "所以建议上一级的绵阳市民政局" in page
    assert client.post("/file/organ/", {"organ": nearest}).status_code == 302


def test_a_draft_is_kept_as_long_as_its_cookie(client: Client, cast: Cast) -> None:
    assert "过了 7 天没有再写，草稿就从我们这里删掉" in client.get("/file/").content.decode()
    client.post("/file/")
    lasts = timedelta(seconds=int(client.cookies["lx_draft"]["max-age"]))
    assert lasts == sweeps.LYING_KEPT == timedelta(days=7)
