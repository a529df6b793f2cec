"""The pages of the acts by which a case leaves the registry: works, rejects, other organ, wrong role, already done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.translation import gettext, override

from lianxin.cases.models import Case, Link, Paper, WorkItem
from lianxin.cases.selectors import case_by_code
from lianxin.procedure.book import books, load_book
from tests.cases import test_leaving as ways
from tests.cases import test_refusals as refusing
from tests.cast import Cast
from tests.house.test_translations import CHINESE
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

CHECKER, HEAD = "4", "5"


def typed(contents: dict[str, str]) -> dict[str, str]:
    """Return the contents of a paper as its form sends them."""
    sent: dict[str, str] = {}
    for name, value in contents.items():
        if name in ("last_day", "recheck_served_on"):
            sent |= day(f"paper_{name}", value)
        else:
            sent[f"paper_{name}"] = value
    return sent


def day(name: str, value: str) -> dict[str, str]:
    """Return a day as its three boxes are sent."""
    return {
        f"{name}_{part}": text for part, text in zip(("year", "month", "day"), value.split("-"), strict=True)
    }


ROUTE_OUT = {
    **typed(ways.ROUTE),
    "subroute": "31.4",
    "hint": "reconsider",
    **day("knew_on", "2026-05-01"),
    "approver": CHECKER,
}


def merging(cast: Cast, desk: Desk, earlier: Case) -> Round:
    """Return the round of a case that came after `earlier`."""
    sent = {**typed(ways.MERGED), "earlier": earlier.number, "same": "on", "approver": CHECKER}
    return Round(cast, desk, cast.registered(), "merge", "fen", sent, "merged")


PLACES: dict[str, Callable[[Cast, Desk], Round]] = {
    "elsewhere": lambda cast, desk: Round(
        cast,
        desk,
        cast.registered(),
        "elsewhere",
        "fen",
        {**typed(ways.ELSEWHERE), "sure": "on"},
        "told_elsewhere",
    ),
    "route-out": lambda cast, desk: Round(
        cast, desk, cast.registered(), "route-out", "fen", ROUTE_OUT, "route_out"
    ),
    "own-route": lambda cast, desk: Round(
        cast,
        desk,
        cast.registered(),
        "own-route",
        "fen",
        {**typed({**ways.OWN, "last_day": "2026-07-08"}), "subroute": "31.5"},
        "route_handling",
    ),
    "finish-route": lambda cast, desk: Round(
        cast,
        desk,
        ways.own_route(cast, cast.registered()),
        "finish-route",
        "han",
        {
            **typed(ways.DECIDED),
            **day("decided_on", "2026-05-20"),
            **day("served_on", "2026-05-22"),
            "proof": "本人签收",
        },
        "route_out",
        wrong="fen",
    ),
    "merge": lambda cast, desk: merging(cast, desk, cast.assigned()),
    "in-progress": lambda cast, desk: Round(
        cast,
        desk,
        cast.registered(),
        "in-progress",
        "fen",
        {
            **typed(refusing.REFUSED),
            "organ": "绵阳市涪城区民政局",
            **day("last_day", "2026-07-01"),
            "same": "on",
            "approver": HEAD,
        },
        "not_accepted",
    ),
    "visit-level": lambda cast, desk: Round(
        cast,
        desk,
        refusing.visit(cast, "province", "kun"),
        "visit-level",
        "kun",
        {**typed(refusing.GUIDED), "competent": str(cast.organs["anzhou"].pk), "offered": "on"},
        "told_elsewhere",
        wrong="zong",
    ),
    "final": lambda cast, desk: Round(
        cast,
        desk,
        cast.registered(),
        "final",
        "fen",
        {
            **typed(refusing.FINAL),
            "recheck_organ": refusing.PROVINCE,
            "same": "on",
            "approver": HEAD,
        },
        "no_further",
    ),
    "simple": lambda cast, desk: Round(
        cast,
        desk,
        cast.registered(),
        "simple",
        "fen",
        {**{name: "yes" if yes else "no" for name, yes in ways.SIMPLE.items()}, "told_by": "phone"},
        "accepted",
    ),
    "suggestion": lambda cast, desk: Round(
        cast,
        desk,
        ways.suggested(cast),
        "suggestion",
        "han",
        {**typed(ways.STUDIED), "adoption": "partly", "approver": CHECKER},
        "suggestion_answered",
        wrong="fen",
    ),
    "seal-report": lambda cast, desk: Round(
        cast,
        desk,
        refusing.reported(cast),
        "seal-report",
        "mi",
        {
            **typed(refusing.SEALED),
            "name": refusing.DISCIPLINE.name,
            "level": "city",
            "branch": "discipline",
            "accused": "绵阳市安州区民政局",
            "sealed": "on",
        },
        "forwarded_report",
        wrong="",
    ),
    "again-same": lambda cast, desk: Round(
        cast,
        desk,
        refusing.closed_for_good(cast),
        "again-same",
        "fen",
        {**typed(refusing.FINAL), "same": "on", "approver": HEAD},
        "no_further",
    ),
}
ASKED = {
    "elsewhere": ("paper_competent_organ", "paper_phone", "paper_passed_on", "sure"),
    "route-out": ("subroute", "hint", "paper_competent_organ", "paper_legal_basis", "approver"),
    "own-route": ("subroute", "paper_procedure", "paper_last_day", "paper_to_hand_in"),
    "finish-route": ("paper_decision", "paper_reasons", "decided_on", "served_on", "proof"),
    "merge": ("earlier", "same", "paper_why", "approver"),
    "in-progress": ("number", "same", "paper_ground", "approver"),
    "visit-level": ("competent", "offered", "paper_why"),
    "final": ("paper_recheck_no", "paper_recheck_served_on", "same", "approver"),
    "simple": ("first_time", "joint", "told_by"),
    "suggestion": ("paper_studied", "adoption", "paper_reasons", "approver"),
    "seal-report": ("name", "level", "branch", "accused", "sealed", "paper_content"),
    "again-same": ("paper_recheck_no", "same", "approver"),
}


@pytest.fixture(params=sorted(PLACES))
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    return PLACES[request.param](cast, desk)


def test_it_works(act: Round) -> None:
    act.works()
    assert not WorkItem.objects.filter(case_id=act.case.pk).exists() or act.ends_in in (
        "accepted",
        "route_handling",
    )


def test_it_rejects(act: Round) -> None:
    act.rejects(*ASKED[act.page])


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    if act.wrong:
        act.wrong_role()
    else:  # a report is not there for anybody but the report desk
        assert act.desk("fen").get(act.address).status_code == 404
        assert act.post("tou").status_code == 404


def test_already_done(act: Round) -> None:
    act.already_done()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_english_has_no_chinese_label(act: Round) -> None:
    """Every label of the form is in English on an English page (papers themselves stay Chinese)."""
    form = act.desk(act.who).get(act.address, headers={"accept-language": "en"}).context["form"]
    with override("en"):
        labels = [str(field.label) for field in form.visible_fields()]
    assert labels and not [label for label in labels if CHINESE.search(label)]


def test_every_content_of_every_paper_has_its_english() -> None:
    """The forms of acts are made from the rulebooks' labels: all of them, common contents and ways of appeal included."""
    labels = {
        one.label for name in books() for paper in load_book(name).papers.values() for one in paper.contents
    }
    with override("en"):
        missing = sorted(label for label in labels if CHINESE.search(gettext(label)))
    assert len(labels) > 100 and not missing


def test_the_consent_must_be_of_a_checker(cast: Cast, desk: Desk) -> None:
    act = PLACES["route-out"](cast, desk)
    for wrong in (HEAD, "9", "x", ""):
        assert act.post("fen", approver=wrong).status_code == 422
    assert not Paper.objects.filter(case_id=act.case.pk).exists()


def test_the_last_day_is_shown_before_it_is_written(cast: Cast, desk: Desk) -> None:
    act = PLACES["route-out"](cast, desk)
    answer = act.post("fen", preview="1")
    assert answer.status_code == 200 and "2026-06-30" in answer.content.decode()
    assert Case.objects.get(pk=act.case.pk).state == "registered"


def test_the_earlier_number_stands_on_both_case_pages(cast: Cast, desk: Desk) -> None:
    act = PLACES["merge"](cast, desk)
    act.works()
    page = act.desk("fen").get(f"/desk/case/{act.case.pk}/").content.decode()
    assert act.data["earlier"] in page and "重复信访" in page
    other = Link.objects.get(case_id=act.case.pk).other_id
    assert act.case.number in act.desk("fen").get(f"/desk/case/{other}/").content.decode()


def test_the_main_act_follows_kind_and_route(cast: Cast, desk: Desk) -> None:
    def main(name: str, case: Case) -> str:
        return str(desk(name).get(f"/desk/case/{case.pk}/").context["main_act"]["href"])

    case = cast.registered()
    assert main("fen", case).endswith("/accept/")
    Case.objects.filter(pk=case.pk).update(subroute="31.2")
    assert main("fen", case).endswith("/route-out/")
    Case.objects.filter(pk=case.pk).update(subroute="31.5")
    assert main("fen", case).endswith("/own-route/")
    assert main("han", ways.suggested(cast)).endswith("/suggestion/")
    assert main("mi", refusing.reported(cast)).endswith("/seal-report/")


def test_a_visit_page_is_for_visits(cast: Cast, desk: Desk) -> None:
    case = cast.registered()
    assert desk("ran").get(f"/desk/case/{case.pk}/visit-level/").status_code == 409


def test_the_registers_page_proposes_the_route(cast: Cast, desk: Desk) -> None:
    case = cast.filed(category="0101").case
    form = desk("ran").get(f"/desk/case/{case.pk}/register/").context["form"]
    assert form["subroute"].value() == "31.4"
    Case.objects.filter(pk=case.pk).update(category="", subroute="")
    form = desk("ran").get(f"/desk/case/{case.pk}/register/").context["form"]
    assert form["subroute"].value() == "31.6"


# --- T49: a new item ------------------------------------------------------------------------------------------------

NEW = {
    "new_facts": "找到了新的收入证明",
    "channel": "visit",
    **day("received_on", "2026-06-01"),
    "people": "1",
    "body": "找到了新的收入证明，请求重新处理。（虚构）",
    "claims": "恢复发放低保金",
    "place": "安州区",
    "kind": "claim",
    "category": "0101",
    "subroute": "31.6",
    "summary": "低保金停发，有新证明",
    "confirmed": "on",
}


@pytest.fixture
def again(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, refusing.closed_for_good(cast), "again-new", "ran", NEW, "closed_final")


def test_a_new_item_shows_its_code_once_and_leaves_the_old_one(again: Round) -> None:
    client = again.desk("ran")
    assert client.get(again.address).status_code == 200
    answer = client.post(again.address, again.sent)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.headers["Location"])
    new = Case.objects.exclude(pk=again.case.pk).get()
    assert (new.state, new.summary) == ("registered", NEW["summary"])
    assert case_by_code(new.number, "".join(page.context["groups"])) == new.pk
    assert Case.objects.get(pk=again.case.pk).state == "closed_final"
    assert again.case.number in client.get(f"/desk/case/{new.pk}/").content.decode()


def test_a_new_item_sent_twice_is_one(again: Round) -> None:
    client = again.desk("ran")
    first = client.post(again.address, again.sent)
    before = everything()
    second = client.post(again.address, again.sent)
    assert second.headers["Location"] == first.headers["Location"]
    assert everything() == before


def test_two_windows_make_one_new_item(again: Round) -> None:
    assert again.post("ran").status_code == 302
    before = everything()
    assert again.post("ran", key="the-key-of-another-window").status_code == 409
    assert everything() == before


def test_a_new_item_rejects(again: Round) -> None:
    again.rejects("new_facts", "channel", "body", "place", "category", "summary", "confirmed")


def test_a_new_item_of_another_organ_or_role(again: Round) -> None:
    again.other_organ()
    again.wrong_role()


def test_a_summary_with_a_name_is_refused_and_nothing_is_left(again: Round) -> None:
    before = everything()
    sent = {**again.sent, "name": "辛小禾", "summary": "辛小禾的低保"}
    answer = again.desk("ran").post(again.address, sent)
    assert answer.status_code == 422 and everything() == before
