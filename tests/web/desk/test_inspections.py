"""The pages of inspections, suggestions and second readings: who sees what, what is refused, what a second click does."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Case
from lianxin.cases.services import walls
from lianxin.ledger.models import Event, Look
from lianxin.oversight.models import Finding, Inspection, Sample, SecondReading, Suggestion
from tests.cast import STORY, XIN, Cast, key
from tests.cast import on as moment
from tests.oversight.test_inspections import drawn, wrong
from tests.oversight.test_readings import asked
from tests.oversight.test_suggestions import issued
from tests.security.walling import named
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

ROOT = "/desk/supervision"
KEY = "a-key-of-one-form-page"


def days(**given: str) -> dict[str, str]:
    """Return days as the form sends them."""
    return {
        f"{name}_{part}": value
        for name, day in given.items()
        for part, value in zip(("year", "month", "day"), day.split("-"), strict=True)
    }


def plan(cast: Cast, **more: str) -> dict[str, object]:
    return {
        "key": KEY,
        "topic": "低保停发来信办理质量",
        "scope": str(cast.organs["anzhou"].pk),
        "size": "2",
        "inspectors": [str(cast.staff["fu"].pk)],
        "checklist": "按期告知\n逐项答复",
        **days(
            received_from="2026-05-01", received_to="2026-05-31", starts_on="2026-06-01", ends_on="2026-06-10"
        ),
        **more,
    }


def finding(**more: str) -> dict[str, str]:
    return {
        "key": KEY,
        "claim": "1",
        "wrong": "没有写明计算方法",
        "article": "信访工作条例 第三十二条",
        "evidence": "意见书第二页",
        "required": "补写并送达",
        **days(due_on="2026-06-20"),
        **more,
    }


def test_an_inspection_from_the_plan_to_the_report(cast: Cast, desk: Desk) -> None:
    cases = [cast.assigned() for _ in range(4)]
    du, fu, tou = desk("du"), desk("fu"), desk("tou")
    assert du.get(f"{ROOT}/inspections/plan/").status_code == 200
    for _ in range(2):
        answer = du.post(f"{ROOT}/inspections/plan/", plan(cast))
        assert answer.status_code == 302, answer.content.decode()
    found = Inspection.objects.get()
    page = f"{ROOT}/inspections/{found.pk}/"
    before = du.get(page).content.decode()
    assert found.seed_hash in before and found.seed not in before
    assert tou.get(page).status_code == 404, "planned in secret from those who are inspected"
    for _ in range(2):
        assert du.post(page, {"do": "draw", "key": KEY}).status_code == 302
    assert Event.objects.filter(kind="inspection.drawn").count() == 1 and Sample.objects.count() == 2
    after = fu.get(page)
    assert (
        found.seed in after.content.decode()
        and sum(bool(row["href"]) for row in after.context["samples"]) == 2
    )
    assert not any(row["href"] for row in du.get(page).context["samples"]), "the planner is not named"
    assert tou.get(page).context["samples"] == [], "who is inspected does not see which were drawn"
    one = Sample.objects.order_by("case_id")[0]
    reading = f"{page}case/{one.case_id}/"
    text = fu.get(reading).content.decode()
    assert STORY in text and XIN["name"] not in text and "专项督查" in text
    assert Look.objects.filter(case_id=one.case_id, purpose__startswith="专项督查").exists()
    outside = next(case for case in cases if not Sample.objects.filter(case_id=case.pk).exists())
    for client, address in (
        (fu, f"{page}case/{outside.pk}/"),
        (du, reading),
        (tou, reading),
        (fu, f"{page}case/123456789/"),
    ):
        assert client.get(address).status_code == client.post(address, finding()).status_code == 404
    bad = fu.post(reading, finding(article="", wrong="问题还在"))
    assert bad.status_code == 422 and "问题还在" in bad.content.decode()
    named_ = fu.post(reading, finding(evidence=XIN["name"]))
    assert named_.status_code == 409 and "姓名" in named_.content.decode()
    for _ in range(2):
        assert fu.post(reading, finding()).status_code == 302
    row = Finding.objects.get()
    task = f"{ROOT}/findings/{found.pk}/{row.seq}/"
    assert [one["one"].pk for one in tou.get(f"{ROOT}/findings/").context["rows"]] == [row.pk]
    assert du.post(task, {"key": KEY, "done": "x", **days(done_on="2026-06-01")}).status_code in (404, 409)
    sent = {"key": KEY, "done": "已补写并送达", **days(done_on="2026-06-01")}
    assert tou.post(task, sent).status_code == 302
    assert tou.post(task, sent).status_code == 409
    assert du.post(task, {"key": KEY, "enough": "yes", "remark": "核对无误"}).status_code == 302
    assert du.post(page, {"do": "close", "key": KEY, "report": ""}).status_code == 422
    assert du.post(page, {"do": "close", "key": KEY, "report": "两件都按期告知。"}).status_code == 302
    assert fu.get(reading).status_code == 404, "closed: the right to read has ended"
    assert "两件都按期告知。" in tou.get(page).content.decode()


def test_the_right_to_read_ends_with_its_day(cast: Cast, desk: Desk, today) -> None:  # type: ignore[no-untyped-def]
    case = cast.assigned()
    found = drawn(cast)
    reading = f"{ROOT}/inspections/{found.pk}/case/{case.pk}/"
    today("2026-06-10")
    assert desk("fu").get(reading).status_code == 200
    today("2026-06-11")
    looks = Look.objects.count()
    assert desk("fu").get(reading).status_code == 404 and Look.objects.count() == looks


def test_a_plan_with_holes_keeps_what_was_typed(cast: Cast, desk: Desk) -> None:
    answer = desk("du").post(f"{ROOT}/inspections/plan/", plan(cast, topic="主题还在", size="0", scope=""))
    assert answer.status_code == 422 and {"size", "scope"} <= set(answer.context["form"].errors)
    assert "主题还在" in answer.content.decode() and not Inspection.objects.exists()
    late = desk("du").post(f"{ROOT}/inspections/plan/", plan(cast, **days(ends_on="2026-12-10")))
    assert late.status_code == 409 and "最长" in late.content.decode()
    for name in ("tou", "fu"):
        assert desk(name).get(f"{ROOT}/inspections/plan/").status_code == 404


def test_a_suggestion_is_issued_once_and_answered_once(cast: Cast, desk: Desk) -> None:
    du, tou = desk("du"), desk("tou")
    sent = {
        "key": KEY, "kind": "work", "target": str(cast.organs["anzhou"].pk), "title": "写明计算方法", "facts": "两件没有写明",
        "basis": "信访工作条例 第三十二条", "words": "统一计算表",
    }  # fmt: skip
    assert du.get(f"{ROOT}/suggestions/issue/").status_code == 200
    assert du.post(f"{ROOT}/suggestions/issue/", {**sent, "facts": ""}).status_code == 422
    assert du.post(f"{ROOT}/suggestions/issue/", {**sent, "kind": "account"}).status_code == 422, (
        "a head's alone"
    )
    for _ in range(2):
        assert du.post(f"{ROOT}/suggestions/issue/", sent).status_code == 302
    page = f"{ROOT}/suggestions/{Suggestion.objects.get().pk}/"
    assert "还有 30 天" in tou.get(f"{ROOT}/suggestions/").content.decode()
    assert du.post(page, {"key": KEY, "adoption": "adopted", "feedback": "照办"}).status_code == 404
    assert tou.post(page, {"key": KEY, "adoption": "not", "feedback": ""}).status_code == 422
    assert tou.post(page, {"key": KEY, "adoption": "adopted", "feedback": "照办"}).status_code == 302
    assert tou.post(page, {"key": KEY, "adoption": "not", "feedback": "不办"}).status_code == 409
    assert "照办" in du.get(page).content.decode()
    sealed = issued(cast, "account", who="shi")
    for name, status in (("tou", 200), ("du", 200), ("shen", 404), ("wai", 404), ("fu", 404)):
        assert desk(name).get(f"{ROOT}/suggestions/{sealed.pk}/").status_code == status, name


def test_a_second_reading_from_the_debt_to_what_is_owed(cast: Cast, desk: Desk, today) -> None:  # type: ignore[no-untyped-def]
    case = cast.assigned()
    today("2026-12-01")
    du, wai = desk("du"), desk("wai")
    organ = {"organ": str(cast.organs["anzhou"].pk), "why": "old"}
    (row,) = du.get(f"{ROOT}/debts/", organ).context["rows"]
    asking = du.get(row["ask_href"])
    assert asking.status_code == 200 and asking.context["form"].initial["why"] == "old"
    reader = f"{cast.organs['fucheng'].pk}.{cast.staff['wai'].pk}"
    sent = {"key": KEY, "why": "old", "reader": reader, **days(due_on="2026-12-10")}
    assert du.post(row["ask_href"], {**sent, "reader": f"4.{cast.staff['han'].pk}"}).status_code == 422
    for _ in range(2):
        assert du.post(row["ask_href"], sent).status_code == 302
    one = SecondReading.objects.get()
    page = f"{ROOT}/readings/{case.pk}/{one.seq}/"
    assert wai.get(f"/desk/case/{case.pk}/").status_code == 404, "only the page of the reading opens it"
    text = wai.get(page).content.decode()
    assert STORY in text and XIN["name"] not in text
    assert STORY not in du.get(page).content.decode()
    for name in ("han", "shen", "zong"):
        assert desk(name).get(page).status_code == 404, name
    assert wai.post(page, {"key": KEY, "proposal": "补一份说明"}).status_code == 409
    assert (
        wai.post(page, {"key": KEY, "unclear": "计算方法看不懂", "proposal": "补一份说明"}).status_code == 302
    )
    assert STORY not in wai.get(page).content.decode(), "written: the right to read has ended"
    shown = desk("tou").get(f"{ROOT}/debts/", {"why": "old"}).content.decode()
    assert "计算方法看不懂" in shown and "补一份说明" in shown


def test_behind_a_wall_there_is_nothing_of_it(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    found = drawn(cast)
    seq = Finding.objects.count()
    from lianxin.oversight.services import inspections

    row = inspections.find(
        found, case.pk, wrong(), actor=cast.actor("fu"), key=key(), when=moment("2026-06-01")
    )
    asked(cast, case)
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, cast.organs["mianyang"].name), actor=cast.actor("tou"), key=key(),
        when=moment("2026-06-01"),
    )  # fmt: skip
    case = Case.objects.get(pk=case.pk)
    for name in ("fu", "du", "wai", "tou"):
        client = desk(name)
        for page in (
            f"{ROOT}/inspections/{found.pk}/case/{case.pk}/",
            f"{ROOT}/findings/{found.pk}/{row.seq}/",
            f"{ROOT}/debts/{case.pk}/ask/",
            f"{ROOT}/readings/{case.pk}/1/",
        ):
            assert client.get(page).status_code == 404, (name, page)
        for page in (
            "inspections/",
            f"inspections/{found.pk}/",
            "findings/",
            "readings/",
            "debts/?why=old",
            "promises/",
        ):
            assert case.number not in client.get(f"{ROOT}/{page}").content.decode(), (name, page)
    assert seq == 0


def opened(client: Client, *pages: str) -> dict[str, int]:
    """Return how each page answers, within its budget: a list six statements, the page of an inspection eleven."""
    counts = {}
    for page in pages:
        client.get(f"{ROOT}/{page}")
        with at_most(11 if page.count("/") > 1 else 6):
            counts[page] = client.get(f"{ROOT}/{page}").status_code
    return counts


@pytest.mark.parametrize("count", [3, 12])
def test_the_lists_cost_the_same_for_three_rows_and_for_twelve(cast: Cast, desk: Desk, count: int) -> None:
    from lianxin.oversight.services import inspections

    cases = [cast.assigned() for _ in range(count)]
    found = drawn(cast, size=count)
    for case in cases:
        inspections.find(
            found, case.pk, wrong(), actor=cast.actor("fu"), key=key(), when=moment("2026-06-01")
        )
        issued(cast)
        asked(cast, case)
    few = ("inspections/", f"inspections/{found.pk}/", "readings/")
    for name in ("fu", "du", "tou"):
        pages = few if name == "fu" else (*few, "findings/", "suggestions/")
        assert set(opened(desk(name), *pages).values()) == {200}, name
    fu = desk("fu")
    reading = f"{ROOT}/inspections/{found.pk}/case/{cases[0].pk}/"
    fu.get(reading)
    with at_most(12):
        fu.get(reading)
