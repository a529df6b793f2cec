"""What a search finds: by pairs of characters, in force on the day, of the organ's own places, best first."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.knowledge import selectors, services
from lianxin.knowledge.models import Article
from lianxin.knowledge.selectors import Sought
from lianxin.knowledge.words import folded, pieces
from tests.cast import Cast, on
from tests.knowledge.making import DAY, drafted, published, shipped, written
from tests.web.desk.rounds import at_most

TODAY = date.fromisoformat(DAY)


def titles(cast: Cast, words: str, *, who: str = "ran", day: date = TODAY, topic: str = "") -> list[str]:
    near = cast.actor(who).organ
    return [one.title for one in selectors.found(Sought(words, day, topic), near=near)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("低保停发", ["低保", "保停", "停发"]),
        ("60天 延长", ["60", "天", "延长"]),
        ("ＡＢＣ１", ["abc1"]),
        ("老", ["老"]),
        ("……", []),
        ("低保低保", ["低保", "保低"]),
    ],
)
def test_typed_words_become_pairs(typed: str, found: list[str]) -> None:
    assert pieces(typed) == found


def test_folding_leaves_one_blank_for_signs() -> None:
    assert folded("第３条：（一）  Ａ") == "第3条 一 a"


@pytest.mark.django_db
def test_it_finds_the_article_best_first(cast: Cast) -> None:
    shipped("a", title="低保停发要书面说明理由", text="决定停发低保的应当书面说明理由。", paragraphs=())
    shipped("b", title="低保怎么申请", text="向乡镇申请低保。", paragraphs=())
    shipped("c", title="结婚登记", text="到任何一个登记机关。", for_petitioner="", paragraphs=())
    assert titles(cast, "低保停发怎么办")[0] == "低保停发要书面说明理由"
    assert "结婚登记" not in titles(cast, "低保停发怎么办")
    assert titles(cast, "火星移民许可") == []
    assert titles(cast, "？！") == []


@pytest.mark.django_db
def test_signs_of_a_pattern_are_letters_like_others(cast: Cast) -> None:
    shipped("a", title="甲", text="百分之五十。", paragraphs=())
    assert titles(cast, "%") == [] and titles(cast, "_") == []


@pytest.mark.django_db
def test_it_finds_plain_words_and_paragraphs(cast: Cast) -> None:
    published(cast)
    assert titles(cast, "到镇上申请") == ["安州区高龄津贴发放办法"]
    assert titles(cast, "您可以领取") == ["安州区高龄津贴发放办法"]


@pytest.mark.django_db
def test_only_the_edition_in_force_on_the_day(cast: Cast) -> None:
    shipped("limit", starts="2005-05-01", title="办理期限（旧）")
    shipped("limit", starts="2022-05-01", title="办理期限（新）")
    shipped("gone", starts="2010-01-01", title="办理期限（废止）", ends_on=date(2015, 12, 31))
    assert titles(cast, "办理期限") == ["办理期限（新）"]
    assert titles(cast, "办理期限", day=date(2022, 4, 30)) == ["办理期限（旧）"]
    assert set(titles(cast, "办理期限", day=date(2015, 12, 31))) == {"办理期限（旧）", "办理期限（废止）"}
    assert titles(cast, "办理期限", day=date(2005, 4, 30)) == []
    assert [one.title for one in selectors.editions(cast.actor("ran"), "limit")] == [
        "办理期限（新）",
        "办理期限（旧）",
    ]
    assert Article.objects.get(title="办理期限（旧）").ends_on is None


@pytest.mark.django_db
def test_drafts_and_withdrawn_ones_and_other_places_are_not_found(cast: Cast) -> None:
    drafted(cast, title="草稿里的津贴")
    gone = published(cast, title="撤下的津贴", starts_on=date(2026, 2, 1))
    services.withdraw(cast.actor("tou"), gone, at=on(DAY).at)
    published(cast, title="安州的津贴", starts_on=date(2026, 3, 1))
    assert titles(cast, "津贴") == ["安州的津贴"]
    assert titles(cast, "津贴", who="wai") == [] and titles(cast, "津贴", who="shi") == []


@pytest.mark.django_db
def test_a_topic_narrows_by_leaf_and_group(cast: Cast) -> None:
    shipped("a", title="高龄津贴", topics=("0205",))
    shipped("b", title="孤儿津贴", topics=("0301",))
    assert titles(cast, "津贴", topic="02") == ["高龄津贴"]
    assert titles(cast, "", topic="0301") == ["孤儿津贴"]


@pytest.mark.django_db
def test_two_statements_however_many_articles(cast: Cast) -> None:
    near = cast.actor("ran").organ
    for n in range(3):
        shipped(f"few{n}", title=f"津贴 {n}")
    with at_most(2):
        assert len(selectors.found(Sought("津贴", TODAY), near=near)) == 3
    for n in range(12):
        shipped(f"more{n}", title=f"津贴 {n}")
    with at_most(2):
        assert len(selectors.found(Sought("津贴", TODAY), near=near)) == selectors.MOST
    assert written().title
