"""The pages of knowledge: looking up, one article in its editions, hints, writing and publishing."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.knowledge import entitlements, shipped
from lianxin.knowledge.entitlements import Entitlements
from lianxin.knowledge.models import Article, State
from tests.cast import Cast, on
from tests.knowledge.making import DAY, drafted, published
from tests.knowledge.making import shipped as national
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

SENT = {
    "key": "a-key-of-one-form-page", "title": "高龄津贴", "issuer": "本局", "document": "安民发〔2026〕1号",
    "article": "第三条", "text": "八十岁以上每月发。", "source": "本局网站", "topic": "0205",
    "starts_on_year": "2026", "starts_on_month": "1", "starts_on_day": "1",
    "name1": "告知", "words1": "依照第三条，您可以领取【填写：金额】元。",
}  # fmt: skip
HOUSE = {"place": "四川省绵阳市安州区", "people": "3", "income": "1000", "property_within": "yes"}


def test_it_finds_what_is_in_force_and_marks_what_is_not_checked(cast: Cast, desk: Desk) -> None:
    shipped.load(at=on(DAY).at)
    client = desk("han")
    page = client.get("/desk/knowledge/", {"q": "低保停发"}).content.decode()
    assert "低保增发、减发、停发" in page and "第十三条" in page
    page = client.get("/desk/knowledge/", {"q": "孤儿生活费"}).content.decode()
    assert "孤儿基本生活费" in page and "未核对原文" in page
    assert "没有查到" in client.get("/desk/knowledge/", {"q": "火星移民许可"}).content.decode()


def test_an_older_edition_is_found_by_its_day_and_says_that_it_is_old(cast: Cast, desk: Desk) -> None:
    shipped.load(at=on(DAY).at)
    client = desk("han")
    day = {"day_year": "2021", "day_month": "5", "day_day": "1"}
    page = client.get("/desk/knowledge/", {"q": "六十日内办结", **day}).content.decode()
    assert "六十日内办结（2005）" in page
    old = Article.objects.get(code="petition.handle-limit", starts_on=date(2005, 5, 1))
    page = client.get(f"/desk/knowledge/{old.pk}/").content.decode()
    assert "不是现行版本" in page and "信访工作条例第三十四条" in page
    wrong = {"day_year": "2021", "day_month": "13", "day_day": "1"}
    answer = client.get("/desk/knowledge/", {"q": "六十日", **wrong})
    assert answer.status_code == 422 and 'value="六十日"' in answer.content.decode()


def test_the_results_alone_are_those_of_the_page(cast: Cast, desk: Desk) -> None:
    shipped.load(at=on(DAY).at)
    client = desk("ran")
    page = client.get("/desk/knowledge/", {"q": "低保申请"}).content.decode()
    part = client.get("/desk/knowledge/found/", {"q": "低保申请"}).content.decode()
    assert part.strip() in page
    ticks = client.get("/desk/knowledge/found/", {"q": "低保申请", "mode": "tick"}).content.decode()
    first = Article.objects.get(code="assistance.dibao-apply").pk
    assert f'value="{first}"' in ticks and "data-lx-insert" not in ticks
    told = client.get(
        "/desk/knowledge/found/", {"q": "低保申请", "mode": "tick", "shown": str(first)}
    ).content.decode()
    assert told.count(f'value="{first}"') == 1 and "checked" in told
    panel = client.get("/desk/knowledge/found/", {"panel": "1", "mode": "insert"}).content.decode()
    assert 'id="knowledge-q"' in panel and "data-lx-insert" in panel


def test_the_search_costs_the_same_however_many_there_are(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    for n in range(3):
        national(f"few{n}", title=f"津贴 {n}")
    with at_most(6):
        client.get("/desk/knowledge/", {"q": "津贴"})
    with at_most(5):
        client.get("/desk/knowledge/found/", {"q": "津贴"})
    for n in range(12):
        national(f"more{n}", title=f"津贴 {n}")
    with at_most(6):
        client.get("/desk/knowledge/", {"q": "津贴"})
    with at_most(5):
        client.get("/desk/knowledge/found/", {"q": "津贴"})
    one = Article.objects.filter(title="津贴 1").first()
    assert one is not None
    with at_most(7):
        client.get(f"/desk/knowledge/{one.pk}/")


def test_it_is_not_there_for_who_is_not_signed_in(cast: Cast, client: object) -> None:
    answer = client.get("/desk/knowledge/?q=x")  # type: ignore[attr-defined]
    assert answer.status_code == 302 and "/desk/sign-in" in answer.headers["Location"]


def test_a_draft_goes_from_one_to_the_other(cast: Cast, desk: Desk) -> None:
    guan, tou = desk("guan"), desk("tou")
    assert guan.get("/desk/knowledge/write/").status_code == 200
    answer = guan.post("/desk/knowledge/write/", SENT)
    assert answer.status_code == 302, answer.content.decode()
    again = guan.post("/desk/knowledge/write/", SENT)
    assert again.headers["Location"] == answer.headers["Location"] and Article.objects.count() == 1
    address = answer.headers["Location"]
    assert "撰写的人不能自己发布" in guan.get(address).content.decode()
    refused = guan.post(f"{address}publish/")
    assert refused.status_code == 409
    assert "草稿" in tou.get("/desk/knowledge/").content.decode()
    assert tou.post(f"{address}publish/").status_code == 302
    assert tou.post(f"{address}publish/").status_code == 302
    article = Article.objects.get()
    assert (article.state, article.publisher) == (State.PUBLISHED, cast.staff["tou"])
    assert "高龄津贴" in desk("ran").get("/desk/knowledge/", {"q": "高龄津贴"}).content.decode()


def test_one_person_with_both_posts_does_not_publish_the_own_draft(cast: Cast, desk: Desk) -> None:
    from tests.security.walling import hired

    hired(cast, "guan", "anzhou", "head", since=date(2025, 1, 1))
    article = drafted(cast)
    answer = desk("guan").post(f"/desk/knowledge/{article.pk}/publish/")
    assert answer.status_code == 409 and "撰写的人不能自己发布" in answer.content.decode()


def test_an_incomplete_edition_keeps_what_was_typed(cast: Cast, desk: Desk) -> None:
    guan = desk("guan")
    sent = {**SENT, "title": "", "checked_by": "某某", "name2": "只有名称"}
    answer = guan.post("/desk/knowledge/write/", sent)
    assert answer.status_code == 422
    assert {"title", "checked_by", "name2"} <= set(answer.context["form"].errors)
    assert "八十岁以上每月发。" in answer.content.decode()
    uncited = guan.post("/desk/knowledge/write/", {**SENT, "words1": "您可以领取。"})
    assert uncited.status_code == 409 and "没有写明依据" in uncited.content.decode()
    assert not Article.objects.exists()


def test_a_new_edition_begins_with_the_old_words(cast: Cast, desk: Desk) -> None:
    old, guan = published(cast), desk("guan")
    page = guan.get("/desk/knowledge/write/", {"earlier": str(old.pk)}).content.decode()
    assert old.title in page
    later = {**SENT, "starts_on_month": "7"}
    answer = guan.post(f"/desk/knowledge/write/?earlier={old.pk}", later)
    assert answer.status_code == 302
    assert Article.objects.get(starts_on=date(2026, 7, 1)).code == old.code
    assert guan.get("/desk/knowledge/write/", {"earlier": "7"}).status_code == 404


def test_editing_is_for_drafts_of_the_own_organ(cast: Cast, desk: Desk) -> None:
    draft, done = drafted(cast), published(cast, starts_on=date(2026, 2, 1))
    guan = desk("guan")
    assert guan.get(f"/desk/knowledge/{draft.pk}/edit/").status_code == 200
    assert guan.post(f"/desk/knowledge/{draft.pk}/edit/", {**SENT, "text": "改好了"}).status_code == 302
    assert Article.objects.get(pk=draft.pk).text == "改好了"
    assert guan.post(f"/desk/knowledge/{done.pk}/edit/", SENT).status_code == 409
    for who in ("ran", "wai", "shi"):
        assert desk(who).get(f"/desk/knowledge/{draft.pk}/").status_code == 404
        assert desk(who).post(f"/desk/knowledge/{draft.pk}/edit/", SENT).status_code == 404
        assert desk(who).get("/desk/knowledge/write/").status_code == 404
    for who, status in (("ran", 404), ("wai", 409)):
        assert desk(who).post(f"/desk/knowledge/{done.pk}/withdraw/").status_code == status
    assert desk("tou").post(f"/desk/knowledge/{done.pk}/withdraw/").status_code == 302
    assert "撤下" in desk("tou").get(f"/desk/knowledge/{done.pk}/").content.decode()


def test_hints_show_the_arithmetic_and_refuse_nobody(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = entitlements.load()
    near = tuple(
        entitlements.Standard(one.benefit, "5107", one.amount, one.starts_on, None, "虚构", True)
        for one in known.standards
    )
    monkeypatch.setattr(entitlements, "load", lambda: Entitlements(known.ages, known.benefits, near))
    client = desk("ran")
    page = client.post("/desk/knowledge/hints/", HOUSE).content.decode()
    assert "1,000.00 ÷ 3 = 333.33" in page and "720.00 × 3 − 1,000.00 = 1,160.00" in page
    assert "演示用的数" in page and "可能可以申请" in page and "不予" not in page
    richer = client.post("/desk/knowledge/hints/", {**HOUSE, "income": "99999"}).content.decode()
    assert "照样可以申请" in richer and "不符合" not in richer


def test_hints_with_nothing_known_say_what_to_ask(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    page = client.post("/desk/knowledge/hints/", {"place": "四川省绵阳市安州区"}).content.decode()
    assert "还要问清楚：" in page and "照现在说的，这一项不合" not in page
    whole = {"people": "1", "income": "0", "property_within": "yes"}
    page = client.post("/desk/knowledge/hints/", {"place": "四川省绵阳市安州区", **whole}).content.decode()
    assert "当地标准（系统里还没有，请查当地文件）" in page
    with at_most(4):
        client.get("/desk/knowledge/hints/")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"people": "0"}, "people"),
        ({"people": "三"}, "people"),
        ({"income": "-1"}, "income"),
        ({"income": "1.005"}, "income"),
        ({"income": "NaN"}, "income"),
        ({"age": "131"}, "age"),
        ({"place": "火星"}, "place"),
        ({"disabled": "maybe"}, "disabled"),
    ],
)
def test_hints_say_at_the_field_what_is_wrong(
    cast: Cast, desk: Desk, changed: dict[str, str], field: str
) -> None:
    answer = desk("ran").post("/desk/knowledge/hints/", {**HOUSE, **changed})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {field}
