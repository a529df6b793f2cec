"""Category, route and organ are proposed from dated data, with reasons a clerk can read."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.procedure.book import load_book
from lianxin.procedure.errors import BadFact
from lianxin.procedure.routing import OrganRef, classify, competence, propose, review_organs

BOOK = load_book("national_2022")
ON = date(2026, 3, 2)
LADDER = [
    OrganRef("330102", "上城区民政局", "county", "civil_affairs", "上城区"),
    OrganRef("330100", "杭州市民政局", "city", "civil_affairs", "杭州市"),
    OrganRef("330000", "浙江省民政厅", "province", "civil_affairs", "浙江省"),
    OrganRef("000000", "民政部", "ministry", "civil_affairs", "全国"),
]
OWN, ELSEWHERE = "法定程序受理/履职告知书", "法定途径告知书"


@pytest.mark.parametrize(
    ("intent", "target", "decided", "expected"),
    [
        ("claim", "contract", False, ("claim", "31.1", ELSEWHERE)),
        ("claim", "party_discipline", False, ("claim", "31.3", ELSEWHERE)),
        ("claim", "application", False, ("claim", "31.4", OWN)),
        ("claim", "application", True, ("claim", "31.4", ELSEWHERE)),
        ("claim", "omission", True, ("claim", "31.5", OWN)),
        ("claim", "organ", False, ("claim", "31.6", "受理告知书")),
        ("help", "application", False, ("claim", "31.4", OWN)),
        ("praise", "organ", False, ("suggestion", "-", "建议回复函")),
        ("suggest", "decision", True, ("suggestion", "-", "建议回复函")),
        ("report", "organ", True, ("report", "-", "移送函（检举控告）")),
    ],
)
def test_it_classifies(intent: str, target: str, decided: bool, expected: tuple[str, str, str]) -> None:
    route = classify(BOOK, {"intent": intent, "target_kind": target, "decision_exists": decided})
    assert (route.category, route.subroute, route.document) == expected
    assert route.article and route.paper in BOOK.papers


@pytest.mark.parametrize("facts", [{}, {"intent": "wish"}, {"intent": "claim", "target_kind": "moon"}])
def test_unknown_words_are_refused(facts: dict[str, object]) -> None:
    with pytest.raises(BadFact):
        classify(BOOK, facts)


def test_there_are_ninety_five_leaves_for_every_day() -> None:
    leaves = BOOK.categories.leaves
    assert len(leaves) == 95 and len(BOOK.categories.groups) == 15
    for code in leaves:
        for on in (date(2010, 1, 1), date(2018, 3, 21), date(2023, 3, 15), date(2023, 3, 16), ON):
            found = competence(BOOK, code, on)
            assert found.basis and found.label and found.label_en
            assert found.external or found.department or found.level == "external"


def test_a_reform_moves_a_matter_on_its_day() -> None:
    before, after = (competence(BOOK, "0807", day) for day in (date(2023, 3, 15), date(2023, 3, 16)))
    assert (before.external, after.external) == ("", "社会工作部")
    assert competence(BOOK, "1401", date(2018, 3, 20)).department["ministry"] == "优抚安置局"
    assert competence(BOOK, "1401", date(2018, 3, 21)).external == "退役军人事务部门"


@pytest.mark.parametrize(
    ("code", "organ", "subroute"),
    [
        ("0101", "330102", "31.4"),
        ("0604", "330100", "31.6"),
        ("0602", "330000", "31.5"),
        ("1306", "330100", "31.6"),
    ],
)
def test_it_proposes_the_deciding_level(code: str, organ: str, subroute: str) -> None:
    found = propose(BOOK, code, ON, ladder=LADDER, intent="claim")
    assert found.organ is not None and found.organ.code == organ
    assert found.route.subroute == subroute
    assert all(sentence.endswith("。") for sentence in found.because)
    assert any(competence(BOOK, code, ON).basis in sentence for sentence in found.because)


def test_a_matter_of_another_system_has_no_organ_here() -> None:
    found = propose(BOOK, "0108", ON, ladder=LADDER, intent="claim")
    assert found.organ is None and found.external == "医疗保障局"
    assert found.route.document == ELSEWHERE


def test_without_a_county_bureau_the_city_is_proposed() -> None:
    found = propose(BOOK, "0101", ON, ladder=LADDER[1:], intent="claim")
    assert found.organ is not None and found.organ.code == "330100"
    assert any("当地没有县级民政部门" in sentence for sentence in found.because)


def test_what_is_known_of_the_claim_beats_the_default_of_the_leaf() -> None:
    facts = {"target_kind": "decision", "decision_exists": True}
    assert propose(BOOK, "0204", ON, ladder=LADDER, intent="claim", facts=facts).route.subroute == "31.4"
    assert propose(BOOK, "0204", ON, ladder=LADDER, intent="suggest").route.category == "suggestion"
    assert propose(BOOK, "0607", ON, ladder=LADDER, intent="claim").route.category == "report"


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(BadFact, match="9999"):
        propose(BOOK, "9999", ON, ladder=LADDER, intent="claim")


def test_review_goes_to_the_next_higher_organ() -> None:
    assert review_organs(BOOK, "county.civil_affairs") == ("county.government", "city.civil_affairs")
    assert review_organs(BOOK, "ministry.civil_affairs") == ()
