"""The pages of supervision: lists with their clocks, promises, debts, and the two acts on a case."""

from __future__ import annotations

import re
from datetime import date

import pytest

from lianxin.cases.models import Case, Promise, Supervision
from lianxin.cases.services import acts, oversight, serving
from lianxin.jobs import promises as job
from tests.cast import STORY, XIN, Cast, key
from tests.cast import on as moment
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most

REPORT = {"done": "已补发", "evidence": "银行流水", "result": "办结", "petitioner_view": "认可"}
KEPT = {
    "seq": "1",
    "kept_on_year": "2026",
    "kept_on_month": "5",
    "kept_on_day": "30",
    "evidence": "补发三个月，银行代发流水",
}


def supervised(
    cast: Cast, case: Case, *, due: str = "2026-06-15", day: str = "2026-05-29", **more: object
) -> Case:
    return oversight.supervise(
        acts.load(Case.objects.get(pk=case.pk)), actor=cast.actor("du"), trigger="no_feedback", facts="没有反馈",
        required="请反馈", report_due_on=date.fromisoformat(due), key=key(), when=moment(day), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def reported(cast: Cast, case: Case, day: str = "2026-05-30") -> Case:
    return oversight.hand_in_report(
        cast.load("han", case), actor=cast.actor("han"), given=REPORT, key=key(), when=moment(day)
    )


def broken(cast: Cast) -> Case:
    case = serving.lapse(cast.load_public(cast.served()), when=moment("2026-06-30"))
    job.sweep(when=moment("2026-07-02"))
    case.refresh_from_db()
    return case


@pytest.fixture(params=["keep", "end"])
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    if request.param == "keep":
        return Round(cast, desk, cast.served(), "keep-promise", "han", KEPT, "served", wrong="shen")
    case = reported(cast, supervised(cast, cast.assigned()))
    data = {"reasons": "已补发，流水核对无误"}
    return Round(cast, desk, case, "end-supervision", "du", data, "handling", wrong="tou")


def test_an_act_works(act: Round) -> None:
    act.works()
    rows = (
        Promise.objects.filter(state="kept")
        if act.page == "keep-promise"
        else Supervision.objects.exclude(ended_on=None)
    )
    assert rows.get().case_id == act.case.pk


def test_an_act_rejects_an_empty_form(act: Round) -> None:
    act.rejects(*(["seq", "kept_on", "evidence"] if act.page == "keep-promise" else ["reasons"]))


def test_opening_an_act_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_an_act_is_done_once(act: Round) -> None:
    act.already_done()


def test_the_list_of_supervisions_says_what_is_due_and_what_came_in(cast: Cast, desk: Desk) -> None:
    late = supervised(cast, cast.assigned(), due="2026-05-31")
    answered = reported(cast, supervised(cast, cast.assigned()))
    page = desk("du").get("/desk/supervision/")
    rows = {row["number"]: row for row in page.context["rows"]}
    assert rows[late.number]["late"] and rows[late.number]["clock"] == "已超过 1 天"
    assert rows[answered.number]["reported_on"] == date(2026, 5, 30) and rows[answered.number]["end_href"]
    text = page.content.decode()
    assert STORY not in text and XIN["name"] not in text and late.summary not in text
    received = desk("tou").get("/desk/supervision/", {"side": "received"})
    assert {row["number"] for row in received.context["rows"]} == {late.number, answered.number}
    assert desk("tou").get("/desk/supervision/").context["rows"] == []


def test_a_supervision_that_was_of_no_avail_is_repeated_and_then_listed(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    with pytest.raises(oversight.GuardFailed, match="先督办过"):
        supervised(cast, case, form="listed")
    case = supervised(cast, case, form="reminder", day="2026-05-20", due="2026-05-25")
    case = supervised(cast, case, form="listed")
    running = Supervision.objects.filter(ended_on=None)
    assert [(one.form, one.about.code) for one in running] == [("listed", "anzhou")]
    page = desk("du").get("/desk/supervision/").content.decode()
    assert "挂牌督办" in page


def test_a_supervision_that_was_repeated_has_no_report_of_its_own(cast: Cast, desk: Desk) -> None:
    case = supervised(cast, cast.assigned(), day="2026-05-20", due="2026-05-25")
    supervised(cast, case)
    first = Supervision.objects.get(asked_on=date(2026, 5, 20))
    assert (first.reported_on, first.ended_on) == (None, date(2026, 5, 29)), "no report ever came in"
    (row,) = desk("du").get("/desk/supervision/", {"side": "ended"}).context["rows"]
    assert not row["clock"] and not row["late"] and not row["end_href"]


def test_what_one_organ_ends_leaves_the_supervision_of_another(cast: Cast) -> None:
    case = supervised(cast, cast.assigned())
    case = oversight.supervise(
        acts.load(Case.objects.get(pk=case.pk)), actor=cast.actor("dao"), trigger="no_feedback", facts="没有反馈",
        required="请反馈", report_due_on=date(2026, 6, 15), key=key(), when=moment("2026-05-29"),
    )  # fmt: skip
    reported(cast, case)

    def end(who: str) -> None:
        loaded = acts.load(Case.objects.get(pk=case.pk))
        oversight.end_supervision(
            loaded, actor=cast.actor(who), reasons="已补发", key=key(), when=moment("2026-06-01")
        )

    end("du")
    with pytest.raises(oversight.GuardFailed, match="本机关的督办"):
        end("du")
    end("dao")
    assert not Supervision.objects.filter(ended_on=None).exists()


@pytest.mark.parametrize("typed", ["0001" + "9" * 20, "0001" + "9" * 5000, "-1", "4１", "41"])
def test_a_page_that_cannot_be_is_the_first(cast: Cast, desk: Desk, typed: str) -> None:
    cast.assigned()
    assert desk("du").get("/desk/supervision/promises/", {"page": typed}).status_code == 200


def test_the_promises_of_an_organ(cast: Cast, desk: Desk, today) -> None:  # type: ignore[no-untyped-def]
    first = cast.served()
    today("2026-06-20")
    soon = desk("tou").get("/desk/supervision/promises/", {"kind": "soon"})
    assert [row["number"] for row in soon.context["rows"]] == [first.number]
    assert soon.context["rows"][0]["clock"] == "还有 11 天"
    gone = broken(cast)
    today("2026-07-03")
    tou, du = desk("tou"), desk("du")
    over = tou.get("/desk/supervision/promises/")
    assert {row["number"] for row in over.context["rows"]} == {first.number, gone.number}
    assert du.get("/desk/supervision/promises/").context["rows"] == [], "the city itself promised nothing"
    below = du.get("/desk/supervision/promises/", {"organ": str(cast.organs["anzhou"].pk)})
    text = below.content.decode()
    assert gone.number in text and "已重新办理" in text and XIN["name"] not in text and STORY not in text
    assert desk("wai").get("/desk/supervision/promises/").context["rows"] == []
    assert (
        desk("wai")
        .get("/desk/supervision/promises/", {"organ": str(cast.organs["anzhou"].pk)})
        .context["rows"]
        == []
    )


@pytest.mark.parametrize("count", [3, 12])
def test_the_lists_cost_the_same_for_three_rows_and_for_twelve(
    cast: Cast, desk: Desk, today, count: int
) -> None:  # type: ignore[no-untyped-def]
    for _ in range(count):
        supervised(cast, cast.served())
    job.sweep(when=moment("2026-07-02"))
    today("2026-12-20")
    du = desk("du")
    organ = str(cast.organs["anzhou"].pk)
    for address, data in (
        ("/desk/supervision/", {}),
        ("/desk/supervision/promises/", {"organ": organ}),
        ("/desk/supervision/debts/", {"organ": organ, "why": "undone"}),
        ("/desk/supervision/debts/", {"organ": organ, "why": "old"}),
    ):
        du.get(address, data)
        with at_most(6):
            page = du.get(address, data)
        assert len(page.context["rows"]) == count, address


def test_the_debts_are_the_organs_and_name_nobody(cast: Cast, desk: Desk, today) -> None:  # type: ignore[no-untyped-def]
    case = broken(cast)
    today("2026-07-10")
    page = desk("tou").get("/desk/supervision/debts/")
    text = page.content.decode()
    assert case.number in text and "补发八月以来低保金" in text
    assert XIN["name"] not in text and STORY not in text and not re.search(r"第\s*\d+\s*次(上访|信访)", text)


def test_who_has_nothing_to_do_with_supervision_finds_no_page(cast: Cast, desk: Desk) -> None:
    for name in ("han", "ran", "guan", "mi"):
        client = desk(name)
        for page in ("", "promises/", "debts/", "inspections/", "suggestions/", "findings/", "readings/"):
            assert client.get(f"/desk/supervision/{page}").status_code == 404, (name, page)
        assert "/desk/supervision/" not in client.get("/desk/").content.decode()
    assert "/desk/supervision/" in desk("tou").get("/desk/").content.decode()


def test_the_petitioner_reads_that_a_superior_supervises(cast: Cast) -> None:
    from lianxin.cases.selectors import followed
    from lianxin.web.public.sentences import told

    case = supervised(cast, cast.assigned())
    opened = followed(case.pk)
    assert told(opened.steps[-1], opened.loaded.book) == ("superior", "上级正在督办")
    case = broken(cast)
    opened = followed(case.pk)
    assert told(opened.steps[-1], opened.loaded.book) == ("organ", "承诺到期没有落实，重新办理")
