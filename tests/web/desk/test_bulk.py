"""Acts on several cases: a preview row by row, one act per case, a result per row, and never a decision."""

from __future__ import annotations

from io import BytesIO

import pypdfium2 as pdfium
import pytest

from lianxin.cases.models import Case, Paper, Step
from lianxin.cases.services import bulk as services
from lianxin.cases.services import handling
from lianxin.ledger.ids import new_id
from lianxin.ledger.models import Look
from lianxin.procedure.errors import LianxinError
from lianxin.web.desk.urls import urlpatterns
from lianxin.web.desk.views.bulk import BULK
from tests.cast import Cast, key, on
from tests.security.walling import raised
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most, everything


def ticked(*cases: Case, **more: object) -> dict[str, object]:
    return {"do": "assign", "case": [str(case.pk) for case in cases], "list": "queue=intake", **more}


def sent(cast: Cast, *cases: Case, **more: object) -> dict[str, object]:
    return {
        "case": [f"{case.pk}.{case.version}" for case in cases], "officer": str(cast.staff["han"].pk),
        "no_interest": "on", "key": "a-key-of-one-bulk-page", "list": "queue=intake", **more,
    }  # fmt: skip


def officers_now(*cases: Case) -> list[int | None]:
    return [Case.objects.get(pk=case.pk).officer_id for case in cases]


def test_only_two_things_are_done_to_several_and_neither_is_a_decision() -> None:
    assert set(BULK) == {"assign", "print"}
    addresses = {pattern.name for pattern in urlpatterns if str(pattern.pattern).startswith("bulk")}
    assert addresses == {"bulk", "bulk_assign", "bulk_print"}


def test_the_preview_says_of_each_row_what_will_happen(cast: Cast, desk: Desk) -> None:
    able, early, mine = cast.accepted(), cast.registered(), cast.assigned()
    before, client = everything(), desk("fen")
    page = client.get("/desk/bulk/", ticked(able, early, mine))
    assert [bool(row["why"]) for row in page.context["rows"]] == [False, True, True]
    assert "已登记待甄别" in page.content.decode() and page.context["able"] == 1
    page = client.get("/desk/bulk/", ticked(able, early, officer=str(cast.staff["han"].pk)))
    assert (
        "由韩承办承办，出具承办单" in page.content.decode()
        and page.context["officer"].pk == cast.staff["han"].pk
    )
    assert client.get("/desk/bulk/", ticked(able, officer="1")).status_code == 422
    assert everything() == before


def test_each_case_is_assigned_by_its_own_act(cast: Cast, desk: Desk) -> None:
    cases = [cast.accepted() for _ in range(3)]
    page = desk("fen").post("/desk/bulk/assign/", sent(cast, *cases, note="请尽快联系"))
    assert page.status_code == 200 and [row["done"] for row in page.context["rows"]] == [True] * 3
    assert officers_now(*cases) == [cast.staff["han"].pk] * 3
    steps = Step.objects.filter(event="assign", case_id__in=[case.pk for case in cases])
    assert len({step.key for step in steps}) == 3 == steps.count()
    assert {step.note for step in steps} == {"请尽快联系"}


def test_a_double_click_does_nothing_twice(cast: Cast, desk: Desk) -> None:
    cases = [cast.accepted() for _ in range(2)]
    client = desk("fen")
    first = client.post("/desk/bulk/assign/", sent(cast, *cases))
    before = everything()
    again = client.post("/desk/bulk/assign/", sent(cast, *cases))
    assert everything() == before
    assert (
        [row["done"] for row in again.context["rows"]]
        == [row["done"] for row in first.context["rows"]]
        == [True, True]
    )


def test_one_row_that_fails_stops_no_other(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's act in between, a refusal, and a fault below: each is told at its row."""
    changed, early, faulty, good = cast.accepted(), cast.registered(), cast.accepted(), cast.accepted()
    values = sent(cast, changed, early, faulty, good)
    handling.assign(
        cast.load("fen", changed), actor=cast.actor("fen"), officer=cast.staff["gao"], no_interest=True, key=key(),
        when=on("2026-05-30"),
    )  # fmt: skip
    really = handling.assign

    def assign(loaded: object, **given: object) -> object:
        if loaded.case.pk == faulty.pk:  # type: ignore[attr-defined]
            raise LianxinError("文书里有印不出来的字")
        return really(loaded, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(services.handling, "assign", assign)
    page = desk("fen").post("/desk/bulk/assign/", values)
    rows = {int(row["id"]): row for row in page.context["rows"]}
    assert [rows[case.pk]["done"] for case in (changed, early, faulty, good)] == [False, False, False, True]
    assert (
        "有同事办理过" in rows[changed.pk]["why"]
        and "印不出来" in rows[faulty.pk]["why"]
        and rows[early.pk]["why"]
    )
    assert officers_now(changed, faulty, good) == [cast.staff["gao"].pk, None, cast.staff["han"].pk]


@pytest.mark.parametrize(
    ("changes", "field"), [({"officer": ""}, "officer"), ({"officer": "4"}, "officer"), ({"no_interest": ""}, "no_interest")]
)  # fmt: skip
def test_a_form_with_a_hole_does_nothing(cast: Cast, desk: Desk, changes: dict[str, str], field: str) -> None:
    case, before = cast.accepted(), None
    before = everything()
    page = desk("fen").post("/desk/bulk/assign/", sent(cast, case, **changes, note="留着的话"))
    assert page.status_code == 422 and field in page.context["form"].errors and everything() == before
    assert field == "officer" or "留着的话" in page.content.decode()
    assert desk("fen").post("/desk/bulk/assign/", sent(cast)).status_code == 422


def test_what_is_not_ones_own_is_not_there(cast: Cast, desk: Desk) -> None:
    case, before = cast.accepted(), None
    before = everything()
    assert desk("wai").get("/desk/bulk/", ticked(case)).context["rows"] == []
    page = desk("wai").post("/desk/bulk/assign/", sent(cast, case, officer=str(cast.staff["wai"].pk)))
    assert page.context["rows"] == [] and page.context["missing"] == 1 and everything() == before
    missing = desk("wai").post(
        "/desk/bulk/assign/", {**sent(cast, officer=str(cast.staff["wai"].pk)), "case": [f"{new_id()}.3"]}
    )
    bare = [page.content.decode().split("<main")[1] for page in (page, missing)]
    assert bare[0] == bare[1]


def test_behind_a_wall_a_case_is_not_there_and_goes_to_nobody(cast: Cast, desk: Desk) -> None:
    hidden, other = cast.accepted(), cast.accepted()
    raised(cast, hidden, "费分办")
    page = desk("fen").get("/desk/bulk/", ticked(hidden, other))
    assert [row["number"] for row in page.context["rows"]] == [other.number] and page.context["missing"] == 1
    assert hidden.number not in page.content.decode()


def test_an_officer_behind_a_wall_is_not_given_the_case(cast: Cast, desk: Desk) -> None:
    case = raised(cast, cast.accepted(), "韩承办")
    page = desk("fen").get("/desk/bulk/", ticked(case, officer=str(cast.staff["han"].pk)))
    assert page.context["rows"][0]["why"]
    page = desk("fen").post("/desk/bulk/assign/", sent(cast, case))
    assert [row["done"] for row in page.context["rows"]] == [False] and officers_now(case) == [None]


@pytest.mark.parametrize("who", ["han", "tou", "ran", "guan", "du"])
def test_it_is_for_those_who_assign(cast: Cast, desk: Desk, who: str) -> None:
    case = cast.accepted()
    assert desk(who).get("/desk/bulk/", ticked(case)).status_code == 404
    assert desk(who).post("/desk/bulk/assign/", sent(cast, case)).status_code == 404
    assert officers_now(case) == [None]


def test_nothing_ticked_and_nothing_known(cast: Cast, desk: Desk) -> None:
    client = desk("fen")
    assert client.get("/desk/bulk/", {"do": "assign"}).status_code == 422
    assert client.get("/desk/bulk/", {"do": "sign", "case": "1"}).status_code == 404
    assert (
        client.get("/desk/bulk/", {"do": "assign", "case": ["x", "-1", "1.x", "9" * 40]}).status_code == 422
    )
    assert (
        client.post("/desk/bulk/").status_code == 405 and client.get("/desk/bulk/assign/").status_code == 405
    )


def test_no_more_than_a_page_at_once(cast: Cast, desk: Desk) -> None:
    cases = [str(n) for n in range(1, 80)]
    page = desk("fen").get("/desk/bulk/", {"do": "assign", "case": cases})
    assert page.context["missing"] == services.MOST


def test_the_preview_costs_the_same_for_three_and_for_twelve(cast: Cast, desk: Desk) -> None:
    cases = [cast.accepted() for _ in range(12)]
    client = desk("fen")
    for some in (cases[:3], cases):
        with at_most(7):
            client.get("/desk/bulk/", ticked(*some, officer=str(cast.staff["han"].pk)))
        with at_most(6):
            client.get("/desk/bulk/", ticked(*some, do="print", kind="acceptance_notice"))


def test_papers_are_printed_together_each_a_look(cast: Cast, desk: Desk) -> None:
    cases = [cast.accepted() for _ in range(2)]
    none = cast.registered()
    kind = Paper.objects.filter(case_id=cases[0].pk).order_by("-seq").values_list("kind", flat=True)[0]
    client, values = desk("fen"), ticked(*cases, none, do="print")
    kinds = dict(client.get("/desk/bulk/", values).context["form"].fields["kind"].choices)
    assert "2 件有" in kinds[kind]
    page = client.get("/desk/bulk/", {**values, "kind": kind})
    assert [bool(row["paper"]) for row in page.context["rows"]] == [True, True, False]
    looks = Look.objects.count()
    answer = client.post(
        "/desk/bulk/print/", {"case": values["case"], "kind": kind, "key": "a-key-of-one-page"}
    )
    assert answer.headers["Content-Type"] == "application/pdf"
    whole = pdfium.PdfDocument(BytesIO(answer.content))
    assert len(whole) >= 2
    mine = Look.objects.filter(case_id__in=[case.pk for case in cases], purpose=services.PRINTING)
    assert Look.objects.count() == looks + 2 == looks + mine.count()


def test_a_paper_that_cannot_be_printed_is_told_and_the_others_can_be(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [cast.accepted() for _ in range(2)]
    kind = Paper.objects.filter(case_id=cases[0].pk).order_by("-seq").values_list("kind", flat=True)[0]
    really = services.render_apart
    bad = Paper.objects.get(case_id=cases[0].pk, kind=kind).content

    def press(content: object, **given: object) -> bytes:
        if content.fields["item_no"] == bad["item_no"]:  # type: ignore[attr-defined]
            raise LianxinError("字库里没有这个字")
        return really(content, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "render_apart", press)
    values = {"case": [str(case.pk) for case in cases], "kind": kind, "key": "a-key-of-one-page"}
    page = desk("fen").post("/desk/bulk/print/", values)
    assert page.status_code == 409 and [row["done"] for row in page.context["rows"]] == [False, True]
    assert "字库里没有这个字" in page.content.decode() and "打印其余的件" in page.content.decode()


def test_others_print_nothing(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    values = {"case": [str(case.pk)], "kind": "acceptance_notice", "key": "a-key-of-one-page"}
    assert desk("wai").post("/desk/bulk/print/", values).status_code == 422
    assert desk("guan").post("/desk/bulk/print/", values).status_code == 404
    assert not Look.objects.filter(purpose=services.PRINTING).exists()
