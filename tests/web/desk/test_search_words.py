"""Looking for words over the cases one may read: recorded, within one's rights, without identity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.cases.models import Case
from lianxin.cases.services import claims, walls
from lianxin.cases.services.claims import Added
from lianxin.insight import services
from lianxin.insight.models import Search
from lianxin.ledger.models import Event, Look
from lianxin.organs.models import Post
from tests.cast import FROM, Cast, key, on
from tests.security.walling import named
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

SENT = {"words": "低保金", "purpose": "alike", "key": "k"}
COUNTY = "绵阳市安州区民政局"


def look_for(client: Client, **changes: str) -> HttpResponse:
    """Return the page a search leads to."""
    answer = client.post("/desk/search/", {**SENT, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer.headers["Location"])


def found(answer: HttpResponse) -> list[str]:
    """Return the numbers on a page of results."""
    return [row["number"] for row in answer.context["rows"]]


def test_what_is_found_and_what_a_hit_shows(cast: Cast, desk: Desk) -> None:
    case = cast.registered()
    answer = look_for(desk("han"))
    text = answer.content.decode()
    assert found(answer) == [case.number] and case.summary in text
    assert "外婆独自居住" not in text and "辛小禾" not in text and "13900000001" not in text
    assert Look.objects.filter(case_id=case.pk, what="case").count() == 0, "a hit is no look"
    assert found(look_for(desk("han"), words="低保金 三次 恢复发放", key="k2")) == [case.number]
    assert found(look_for(desk("han"), words=case.number, key="k3")) == [case.number]
    assert found(look_for(desk("han"), words="辛小禾", key="k4")) == [], "the vault is not searched"


@pytest.mark.parametrize("name", ["guan", "wai", "du"])
def test_others_find_nothing(cast: Cast, desk: Desk, name: str) -> None:
    cast.registered()
    client = desk(name)
    answer = client.post("/desk/search/", SENT)
    if name == "wai":
        assert found(client.get(answer.headers["Location"])) == []
    else:
        assert answer.status_code == 404 and "要找的词" not in client.get("/desk/search/").content.decode()


def test_reports_are_found_at_the_report_desk_alone(cast: Cast, desk: Desk) -> None:
    case = cast.filed(kind="report", category="", body="工作人员收受红包。（虚构）", ask="").case
    assert found(look_for(desk("tou"), words="红包")) == []
    assert found(look_for(desk("mi"), words="红包")) == [case.number]


def test_words_and_purpose_stand_in_no_address_but_in_the_record(cast: Cast, desk: Desk) -> None:
    cast.registered()
    client = desk("han")
    answer = client.post("/desk/search/", {**SENT, "purpose": "other", "why": "核对承诺", "kind": "claim"})
    row, event = Search.objects.get(), Event.objects.get(kind=services.SEARCHED)
    assert answer.headers["Location"] == f"/desk/search/{row.id}/"
    assert (row.words, row.why, row.purpose, row.shown) == ("低保金", "核对承诺", "other", 1)
    assert (event.staff_id, event.facts["search"], event.facts["filters"]) == (
        cast.staff["han"].pk, row.id, {"kind": "claim"},
    )  # fmt: skip
    assert "低保金" not in str(event.facts) and "核对承诺" not in str(event.facts)


def test_a_double_click_is_one_search_and_another_word_another(cast: Cast, desk: Desk) -> None:
    client = desk("han")
    first, second = client.post("/desk/search/", SENT), client.post("/desk/search/", SENT)
    assert first.headers["Location"] == second.headers["Location"]
    assert Search.objects.count() == Event.objects.filter(kind=services.SEARCHED).count() == 1
    client.post("/desk/search/", {**SENT, "words": "停发"})
    assert Search.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": " \u200b "}, "words"),
        ({"words": "低" * 51}, "words"),
        ({"words": "\ufdfa" * 20}, "words"),
        ({"words": "一 二 三 四 五 六"}, "words"),
        ({"words": "13900000001"}, "words"),
        ({"words": "139 0000 0001"}, "words"),
        ({"words": "５１０７２４１９５００１０１００１１"}, "words"),
        ({"words": "\x00"}, "words"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "x"}, "purpose"),
        ({"purpose": "other"}, "why"),
        ({"state": "nowhere"}, "state"),
        ({"since_year": "2026", "since_month": "13", "since_day": "1"}, "since"),
        ({"since_year": "2026", "since_month": "5", "since_day": "9",
          "until_year": "2026", "until_month": "5", "until_day": "8"}, "until"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_told_and_kept(
    cast: Cast, desk: Desk, changes: dict[str, str], field: str
) -> None:
    answer = desk("han").post("/desk/search/", {**SENT, **changes})
    assert answer.status_code == 422 and field in answer.context["by_words"].errors
    assert answer.context["by_words"].data["words"] == {**SENT, **changes}["words"]
    assert not Search.objects.exists() and not Event.objects.filter(kind=services.SEARCHED).exists()


@pytest.mark.parametrize("words", ["低", "12345", "0816-4360000", "2026年5月", "' OR 1=1 --", '"', "*", "%"])
def test_short_and_strange_words_are_looked_for(cast: Cast, desk: Desk, words: str) -> None:
    cast.registered()
    answer = look_for(desk("han"), words=words)
    assert answer.status_code == 200 and len(found(answer)) == (words == "低")


def test_filters_narrow(cast: Cast, desk: Desk) -> None:
    case, client = cast.registered(), desk("tou")
    day = {"since_year": "2026", "since_month": "5", "since_day": "6"}
    asked: list[tuple[dict[str, str], bool]] = [
        ({"state": "registered", "kind": "claim", "channel": "online", "category": "0101", **day}, True),
        ({"state": "handling"}, False),
        ({"channel": "letter"}, False),
        ({"category": "0102"}, False),
        ({"since_year": "2026", "since_month": "5", "since_day": "7"}, False),
        ({"until_year": "2026", "until_month": "5", "until_day": "6"}, True),
        ({"until_year": "2026", "until_month": "5", "until_day": "5"}, False),
        ({"relation": "own"}, True),
        ({"relation": "holder"}, True),
        ({"relation": "others"}, False),
        ({"relation": "offered"}, False),
    ]
    for n, (changes, there) in enumerate(asked):
        answer = look_for(client, key=f"k{n}", **changes)
        assert found(answer) == ([case.number] if there else []), changes
        assert answer.context["chips"] and (there or answer.context["wider"]["words"] == "低保金")
        assert there or "不限范围，再找这些词" in answer.content.decode()


def test_nothing_found_says_so_and_the_words_come_back(desk: Desk, cast: Cast) -> None:
    client = desk("han")
    answer = look_for(client, words="没有这样的词", state="handling")
    assert "没有一件有这样的词" in answer.content.decode() and answer.context["wider"]
    again = client.get(answer.context["again_href"])
    assert again.context["by_words"].initial["words"] == "没有这样的词"
    assert (
        'value="没有这样的词"' in again.content.decode()
        and '<details class="govuk-details" open>' in again.content.decode()
    )


def test_a_search_is_its_officers_own_and_lasts_some_hours(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    address = desk("han").post("/desk/search/", SENT).headers["Location"]
    assert desk("han").get(address).status_code == 200
    assert desk("gao").get(address).status_code == desk("wai").get(address).status_code == 404
    assert desk("han").post(address).status_code == 405
    for nowhere in ("9", "9" * 20):
        assert desk("han").get(f"/desk/search/{nowhere}/").status_code == 404
    today("2026-06-02")
    assert desk("han").get(address).status_code == 404
    assert desk("han").get(f"/desk/search/?again={Search.objects.get().id}").context["by_words"].initial == {}


def test_pages_go_on_after_the_last_one(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [cast.filed(day=f"2026-05-{day:02}").case.number for day in (6, 7, 8, 8, 9)]
    monkeypatch.setattr("lianxin.insight.selectors.find.__kwdefaults__", {"after": None, "size": 2})
    client = desk("tou")
    answer, seen = look_for(client), list[str]()
    assert "2+" in answer.context["count"]
    while True:
        seen += found(answer)
        if not answer.context["later_href"]:
            break
        answer = client.get(answer.context["later_href"])
    assert sorted(seen) == sorted(made) and seen[0] == made[-1] and seen[-1] == made[0]
    assert client.get(f"/desk/search/{Search.objects.get().id}/?after=x.y").status_code == 200


def test_a_few_statements_however_many_are_found(cast: Cast, desk: Desk) -> None:
    client = desk("tou")
    for count in (3, 12):
        while Case.objects.count() < count:
            cast.filed()
        address = client.post("/desk/search/", {**SENT, "key": str(count)}).headers["Location"]
        with at_most(5):
            assert len(found(client.get(address))) == count
        with at_most(9):
            client.post("/desk/search/", {**SENT, "key": f"{count}+"})
    with at_most(3):
        client.get("/desk/search/")


def test_acts_that_write_text_write_what_finds_it(cast: Cast, desk: Desk) -> None:
    case = cast.filed(category="").case
    client = desk("tou")
    assert found(look_for(client, words="要求恢复发放", key="a")) == []
    case = cast.registered()
    assert found(look_for(client, words="要求恢复发放", key="b")) == [case.number]
    claims.sort_claims(
        cast.load("fen", case), actor=cast.actor("fen"), routes={1: "31.6"}, added=[Added("补发丧葬补助", "31.6")],
        key=key(), when=on("2026-05-08"),
    )  # fmt: skip
    assert found(look_for(client, words="丧葬补助", key="c")) == [case.number]


def test_behind_a_wall_nothing_is_found(cast: Cast, desk: Desk) -> None:
    case = cast.registered()
    assert found(look_for(desk("tou"))) == [case.number]
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, COUNTY), actor=cast.actor("tou"), key=key(), when=on("2026-05-09")
    )  # fmt: skip
    answer = look_for(desk("tou"), key="k2")
    assert found(answer) == [] and Search.objects.filter(shown=0).count() == 1
    assert found(look_for(desk("shi"), key="k3")) == [case.number]


def test_words_are_forgotten_after_half_a_year(cast: Cast, desk: Desk) -> None:
    look_for(desk("han"), purpose="other", why="核对")
    made = Search.objects.get()
    assert services.forget(at=made.at + services.KEPT) == 0
    assert services.forget(at=made.at + services.KEPT + timedelta(days=1)) == 1
    made = Search.objects.get()
    assert (made.words, made.why, made.salt, made.purpose) == ("", "", "", "other")


def test_the_auditor_reads_who_searched_for_what_and_why(cast: Cast, desk: Desk) -> None:
    cast.registered()
    for n, name in enumerate(("tou", "shi"), start=70):
        organ = cast.actor(name).organ
        Post.objects.create(id=n, staff=cast.staff[name], organ=organ, role="auditor", starts_on=FROM)
    look_for(desk("han"), words="低保金 停发", purpose="other", why="核对承诺", kind="claim")
    overview = desk("tou").get("/desk/reading/")
    assert [(row["name"], row["searches"], row["cases"]) for row in overview.context["rows"]] == [
        ("韩承办", 1, 0)
    ]
    shown = desk("tou").get(overview.context["rows"][0]["href"])
    assert [one["words"] for one in shown.context["searches"]] == ["低保金 停发"]
    text = shown.content.decode()
    assert "核对承诺" in text and "申诉求决" in text and "找到" not in text
    assert desk("shi").get("/desk/reading/").context["rows"] == [], "another organ's searches are not theirs"
    services.forget(at=Search.objects.get().at + services.KEPT + timedelta(days=1))
    assert "已过保存期限" in desk("tou").get(overview.context["rows"][0]["href"]).content.decode()
