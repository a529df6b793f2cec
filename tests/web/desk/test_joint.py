"""The pages of joint handling: the lead asks and recalls, the asked organ's list, the part, the field, the sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from lianxin.cases.models import Case
from lianxin.cases.selectors import followed
from lianxin.ledger.models import Look
from lianxin.procedure.joint import parts
from lianxin.together import services
from lianxin.together.models import JointTask, TaskItem
from tests.cast import STORY, XIN, Cast, key, on
from tests.files import samples
from tests.files.conftest import kept_files, own_store  # noqa: F401
from tests.security.walling import raised
from tests.together.places import answered, asked, found, settle, taken
from tests.web.desk.rounds import Round, at_most, everything
from tests.web.desk.test_material import bring

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]


@pytest.fixture
def case(cast: Cast) -> Case:
    settle(cast)
    return cast.assigned()


def sent(cast: Cast, **changes: str) -> dict[str, str]:
    """Return what the form to ask the township sends."""
    return {
        "organ": str(cast.organs["town"].pk),
        "what": "check",
        "question": "请到现场核实低保金停发有没有公示。",
        "due_on_year": "2026",
        "due_on_month": "6",
        "due_on_day": "8",
        "of_claims": "1",
        **changes,
    }


def asking(cast: Cast, desk: Desk, case: Case) -> Round:
    return Round(cast, desk, case, "ask-part", "han", sent(cast), "handling", wrong="gao")


def test_the_lead_asks(cast: Cast, desk: Desk, case: Case) -> None:
    asking(cast, desk, case).works()
    row = JointTask.objects.get(case_id=case.pk)
    assert (row.organ.code, row.due_on, row.of_claims) == ("town", date(2026, 6, 8), [1])


def test_the_form_says_what_is_missing(cast: Cast, desk: Desk, case: Case) -> None:
    asking(cast, desk, case).rejects("organ", "what", "question", "due_on")


def test_opening_the_form_writes_nothing_but_the_look(cast: Cast, desk: Desk, case: Case) -> None:
    asking(cast, desk, case).get_writes_nothing()
    asking(cast, desk, case).other_organ()
    asking(cast, desk, case).wrong_role()


def test_a_form_sent_twice_asks_once(cast: Cast, desk: Desk, case: Case) -> None:
    asking(cast, desk, case).replayed_key_does_not_double()
    assert JointTask.objects.count() == TaskItem.objects.count() == 1


def test_an_identity_needs_a_reason(cast: Cast, desk: Desk, case: Case) -> None:
    one = asking(cast, desk, case)
    answer = one.post("han", identity="name")
    assert answer.status_code == 422 and "need" in answer.context["form"].errors
    assert "请到现场核实低保金停发" in answer.content.decode(), "what was typed stays"
    assert not JointTask.objects.exists()


def test_the_form_costs_no_more_with_many_parts(cast: Cast, desk: Desk, case: Case) -> None:
    client = desk("han")
    for _ in range(2):
        with at_most(12):
            assert client.get(f"/desk/case/{case.pk}/ask-part/").status_code == 200
        for _ in range(5):
            case = asked(cast, case)


def test_the_parts_stand_on_the_case_page_and_cost_no_statement(cast: Cast, desk: Desk, case: Case) -> None:
    client = desk("han")
    with at_most(10):
        assert client.get(f"/desk/case/{case.pk}/").context["joint"] == []
    case = answered(cast, "zhen", asked(cast, case))
    for _ in range(4):
        case = asked(cast, case, organ=cast.organs["office"], question="请提供审批材料。")
    with at_most(10):
        answer = client.get(f"/desk/case/{case.pk}/")
    text = answer.content.decode()
    assert len(answer.context["joint"]) == 5
    assert "花荄镇民政办" in text and "已到现场核实：八月起停发" in text and "安州区民政局社会救助股" in text
    assert f"/desk/case/{case.pk}/parts/2/recall/" in text
    assert f"/desk/case/{case.pk}/parts/1/recall/" not in text, "an answered part is not recalled"
    assert "/recall/" not in desk("shen").get(f"/desk/case/{case.pk}/").content.decode()


def test_the_lead_recalls(cast: Cast, desk: Desk, case: Case) -> None:
    case = asked(cast, case)
    one = Round(cast, desk, case, "parts/1/recall", "han", {"reasons": "已经查明。"}, "handling", wrong="gao")
    one.rejects("reasons")
    one.other_organ()
    one.works()
    assert JointTask.objects.get(case_id=case.pk).state == "recalled"
    assert desk("han").get(f"/desk/case/{case.pk}/parts/9/recall/").status_code == 404


def test_the_asked_organ_s_list_costs_the_same_with_few_and_many(cast: Cast, desk: Desk, case: Case) -> None:
    client = desk("zhen")
    assert "现在没有请本单位协办的事" in client.get("/desk/tasks/").content.decode()
    for count in (3, 12):
        while TaskItem.objects.count() < count:
            case = asked(cast, case)
        with at_most(6):
            answer = client.get("/desk/tasks/")
        assert len(answer.context["rows"]) == count
    text = answer.content.decode()
    assert not any(value in text for value in (*XIN.values(), STORY))
    assert desk("wai").get("/desk/tasks/").context["rows"] == []
    assert desk("guan").get("/desk/tasks/").status_code == 404


def test_a_part_is_taken_and_answered_on_its_page(cast: Cast, desk: Desk, case: Case) -> None:
    case = asked(cast, case)
    client, page = desk("zhen"), f"/desk/tasks/{case.pk}/1/"
    looks = Look.objects.filter(case_id=case.pk).count()
    with at_most(10):
        text = client.get(page).content.decode()
    assert Look.objects.filter(case_id=case.pk).count() == looks + 1
    assert "由我接手" in text and "把结果答复给牵头单位" not in text
    assert not any(value in text for value in (*XIN.values(), STORY, "恢复发放低保金"))
    for _ in range(2):
        assert client.post(page + "take/", {"key": "a-key-of-one-form"}).status_code == 302
    assert "把结果答复给牵头单位" in client.get(page).content.decode()
    answer = client.post(page + "answer/", {"key": "another-key-of-it"})
    assert answer.status_code == 422 and "请写明办理的结果" in answer.content.decode()
    day = {"done_on_year": "2026", "done_on_month": "5", "done_on_day": "31"}
    named = {**day, "key": "another-key-of-it", "words": f"见到了{XIN['name']}，情况属实。"}
    answer = client.post(page + "answer/", named)
    assert answer.status_code == 409 and "情况属实" in answer.content.decode()
    for _ in range(2):
        answer = client.post(page + "answer/", {**named, "words": "八月起停发，没有公示。"})
        assert answer.status_code == 302
    row = JointTask.objects.get(case_id=case.pk)
    assert (row.state, row.words, row.done_on) == ("answered", "八月起停发，没有公示。", date(2026, 5, 31))
    text = client.get(page).content.decode()
    assert "八月起停发" in text and "由我接手" not in text


def test_a_day_in_the_future_is_no_day_of_a_visit(cast: Cast, desk: Desk, case: Case) -> None:
    case = taken(cast, "zhen", asked(cast, case))
    day = {"done_on_year": "2026", "done_on_month": "6", "done_on_day": "2"}
    answer = desk("zhen").post(
        f"/desk/tasks/{case.pk}/1/answer/", {**day, "key": "a-key-of-one-form", "words": "办了"}
    )
    assert answer.status_code == 422 and "办理日期不能晚于今天" in answer.content.decode()


def test_a_part_is_returned_and_the_lead_reads_why(cast: Cast, desk: Desk, case: Case) -> None:
    case = asked(cast, case)
    client, page = desk("zhen"), f"/desk/tasks/{case.pk}/1/"
    assert client.post(page + "return/", {"key": "a-key-of-one-form"}).status_code == 422
    data = {"key": "a-key-of-one-form", "reasons": "这一户不在本镇。"}
    assert client.post(page + "return/", data).status_code == 302
    assert "这一户不在本镇。" in desk("han").get(f"/desk/case/{case.pk}/").content.decode()


def test_for_everybody_else_the_part_is_not_there(cast: Cast, desk: Desk, case: Case) -> None:
    case = asked(cast, case)
    before = everything()
    for who in ("wai", "han", "cun", "guan"):
        client = desk(who)
        for call, path in ((client.get, ""), (client.get, "sheet/"), (client.get, "files/1/")):
            assert call(f"/desk/tasks/{case.pk}/1/{path}").status_code == 404
        for path in ("take/", "answer/", "return/"):
            answer = client.post(
                f"/desk/tasks/{case.pk}/1/{path}", {"key": "a-key-of-one-form", "words": "x", "reasons": "x"}
            )
            assert answer.status_code == 404
    assert desk("zhen").get(f"/desk/case/{case.pk}/").status_code == 404
    assert everything() == before


def test_a_named_field_is_opened_once_taken_and_the_petitioner_reads_it(
    cast: Cast, desk: Desk, case: Case
) -> None:
    case = asked(cast, case, what="visit", identity=["name", "address"], need="要上门见到本人")
    client, page = desk("zhen"), f"/desk/tasks/{case.pk}/1/"
    field = {"seq": "1", "field": "address"}
    assert client.post(page + "reveal/", field).status_code == 404
    taken(cast, "zhen", case)
    assert client.post(page + "reveal/", {"seq": "1", "field": "phone"}).status_code == 404
    assert XIN["address"] not in client.get(page).content.decode()
    answer = client.post(page + "reveal/", field)
    assert answer.status_code == 200 and XIN["address"] in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert desk("hua").post(page + "reveal/", field).status_code == 404
    look = Look.objects.filter(case_id=case.pk, what="identity.address").get()
    assert look.purpose == "协助办理：要上门见到本人"


def test_the_sheet_holds_nothing_of_the_person(cast: Cast, desk: Desk, case: Case) -> None:
    case = asked(cast, case, what="visit", identity=["name", "address"], need="要上门见到本人")
    taken(cast, "zhen", case)
    text = desk("zhen").get(f"/desk/tasks/{case.pk}/1/sheet/").content.decode()
    assert "协办事项单" in text and "请到现场核实八月以来" in text
    assert not any(value in text for value in (*XIN.values(), STORY))


def test_only_named_files_are_shown_and_only_until_the_part_ends(cast: Cast, desk: Desk, case: Case) -> None:
    case = bring(case, ("材料1.pdf", samples.pdf(pages=2)), ("材料2.pdf", samples.pdf(pages=2)))
    case = asked(cast, case, day="2026-05-21", due_on=date(2026, 5, 29), shown_files=[2])
    client, page = desk("zhen"), f"/desk/tasks/{case.pk}/1/"
    text = client.get(page).content.decode()
    assert "材料2.pdf" in text and "材料1.pdf" not in text
    assert client.get(page + "files/1/").status_code == 404
    answer = client.get(page + "files/2/")
    assert answer.status_code == 200 and "data:image/jpeg" in answer.content.decode()
    look = Look.objects.filter(case_id=case.pk).order_by("-seq")[0]
    assert (look.what, look.organ_id) == ("preview.2", cast.organs["town"].pk)
    taken(cast, "zhen", case, day="2026-05-22")
    row, loaded = found(cast, "zhen", case)
    services.answer(
        loaded,
        row,
        actor=cast.actor("zhen"),
        words="看过了。",
        done_on=None,
        key=key(),
        when=on("2026-05-22"),
    )
    assert client.get(page + "files/2/").status_code == 404
    assert "材料2.pdf" not in client.get(page).content.decode()


def test_behind_a_wall_lists_and_parts_are_as_if_nothing_had_been_asked(
    cast: Cast, desk: Desk, case: Case
) -> None:
    case = asked(cast, case)
    client = desk("zhen")
    assert client.get("/desk/tasks/").context["rows"]
    raised(cast, case, "花荄镇民政办")
    assert client.get("/desk/tasks/").context["rows"] == []
    assert client.get(f"/desk/tasks/{case.pk}/1/").status_code == 404
    offered = str(desk("han").get(f"/desk/case/{case.pk}/ask-part/").context["form"].fields["organ"].choices)
    assert "花荄镇" not in offered and "社会救助股" in offered


def test_departments_and_units_are_offered_for_a_referral_too(cast: Cast, desk: Desk) -> None:
    settle(cast)
    case = cast.registered()
    offered = str(desk("fen").get(f"/desk/case/{case.pk}/refer/").context["form"].fields["target"].choices)
    assert "安州区民政局社会救助股" in offered and "安州区社会福利院" in offered


def opinion(case: Case, **changes: str) -> dict[str, str]:
    return {
        "key": "a-key-of-one-form",
        "version": str(case.version),
        "claim1-facts": "停发系误判。",
        "claim1-outcome": "explain",
        "claim1-decision": "恢复发放。",
        "claim1-basis": "社会救助暂行办法 第十二条",
        "heard": "on",
        "verified": "on",
        **changes,
    }


def test_a_draft_with_a_part_missing_asks_for_the_reason_by_organ_and_question(
    cast: Cast, desk: Desk, case: Case
) -> None:
    case = asked(cast, case)
    client, page = desk("han"), f"/desk/case/{case.pk}/draft-opinion/"
    with at_most(12):
        assert "为什么不等协办答复" in client.get(page).content.decode()
    answer = client.post(page, opinion(case))
    assert answer.status_code == 422
    error = str(answer.context["form"].errors["missing_reason"])
    assert "花荄镇民政办" in error and "请到现场核实八月以来" in error
    assert client.post(page, opinion(case, missing_reason="流水已经证明。")).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "signoff"


def test_a_draft_without_parts_asks_for_no_reason(cast: Cast, desk: Desk, case: Case) -> None:
    case = answered(cast, "zhen", asked(cast, case))
    client, page = desk("han"), f"/desk/case/{case.pk}/draft-opinion/"
    text = client.get(page).content.decode()
    assert "为什么不等协办答复" not in text and "已到现场核实：八月起停发" in text
    assert client.post(page, opinion(case)).status_code == 302


def test_the_petitioner_reads_one_line_on_each_part_and_no_inner_word(cast: Cast, case: Case) -> None:
    from lianxin.web.public import following

    def lines(case: Case) -> list[str]:
        rows = following.timeline(followed(case.pk))
        return [str(row["text"]) for row in rows if str(row["title"]) == "请其他单位协助办理"]

    case = asked(cast, case)
    assert lines(case) == ["请花荄镇民政办到现场核实，2026年5月18日 以前答复；还没有接手"]
    case = answered(cast, "zhen", case)
    assert lines(case) == ["请花荄镇民政办到现场核实；2026年5月14日 已经答复"]
    whole = str(following.timeline(followed(case.pk)))
    assert "八月以来低保金是否停发" not in whole and "没有公示" not in whole and "甄镇办" not in whole
    assert len(parts(cast.load("han", case).acts)) == 1
