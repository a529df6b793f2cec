"""Joint handling with one lead: who may ask whom for what, what the asked organ may do and see, and what stops an opinion."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from lianxin.cases.models import Case, Claim, Step
from lianxin.cases.policies import NotYours, content_of, progress_of
from lianxin.cases.selectors import followed
from lianxin.cases.services import handling
from lianxin.jobs import alerting
from lianxin.ledger import behind
from lianxin.ledger.models import Entry, Look
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed, Refused
from lianxin.procedure.joint import parts
from lianxin.together import selectors, services
from lianxin.together.models import JointTask, TaskItem
from lianxin.together.policies import may_reveal_for, may_see_file
from tests.cast import XIN, Cast, key, on
from tests.security.walling import raised
from tests.together.places import answered, asked, found, settle, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
    settle(cast)
    return cast.assigned()


def draft(cast: Cast, case: Case, *, missing_reason: str = "") -> Case:
    finding = handling.Finding(
        seq=1,
        facts="停发系误判。",
        outcome="explain",
        decision="恢复发放。",
        basis="社会救助暂行办法 第十二条",
    )
    return handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding], heard=True, verified=True, key=key(),
        when=on("2026-05-20"), missing_reason=missing_reason,
    )  # fmt: skip


def test_a_part_is_asked_taken_and_answered_and_the_case_stays_where_it_is(cast: Cast, case: Case) -> None:
    before = case.state, case.holder_id
    case = asked(cast, case)
    row = JointTask.objects.get(case_id=case.pk, seq=1)
    assert (row.state, row.organ.code, row.of_claims, row.ended_on) == ("offered", "town", [1], None)
    case = answered(cast, "zhen", case)
    row.refresh_from_db()
    item = TaskItem.objects.get(organ=cast.organs["town"])
    assert (row.state, row.officer_id, row.done_on) == ("answered", cast.staff["zhen"].pk, date(2026, 5, 13))
    assert (item.state, item.officer_name, item.ended_on) == ("answered", "甄镇办", date(2026, 5, 14))
    assert (case.state, case.holder_id) == before
    steps = Step.objects.filter(case_id=case.pk).order_by("-seq")[:3]
    assert [step.event for step in steps] == ["answer_part", "take_part", "ask_part"]
    assert steps[0].organ_id == cast.organs["town"].pk
    assert Entry.objects.filter(case_id=case.pk, act="case.answer_part").exists()


def test_departments_and_units_of_the_same_level_take_part_like_lower_organs(cast: Cast, case: Case) -> None:
    found_ = selectors.askable(case, cast.organs["anzhou"], on=date(2026, 5, 11))
    names = {
        name: {one.code for one in getattr(found_, name)} for name in ("inside", "below", "local", "beside")
    }
    assert names == {
        "inside": {"office", "home"},
        "below": set(),
        "local": {"town", "village"},
        "beside": {"fucheng"},
    }
    for who, organ in (("gu", "office"), ("yuan", "home"), ("cun", "village")):
        case = asked(cast, case, organ=cast.organs[organ])
        assert found(cast, who, case, len(parts(cast.load("han", case).acts)))


def test_a_neighbour_is_asked_through_the_organ_above_both_which_is_told(cast: Cast, case: Case) -> None:
    case = asked(cast, case, organ=cast.organs["fucheng"])
    assert JointTask.objects.get(case_id=case.pk).through_id == cast.organs["mianyang"].pk
    due = list(alerting.due_alerts(cast.load("han", case), on=date(2026, 5, 11)))
    assert [(one.rule, one.organ_id) for one in due if one.rule == "part_told"] == [
        ("part_told", cast.organs["mianyang"].pk)
    ]


def test_an_organ_that_is_not_on_the_list_is_not_asked(cast: Cast, case: Case) -> None:
    for organ in ("mianyang", "province", "anzhou", "anzhou_gov"):
        with pytest.raises(GuardFailed, match="不能请"):
            asked(cast, case, organ=cast.organs[organ])
    assert not JointTask.objects.exists()


def test_only_the_officer_or_the_head_of_the_lead_asks(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYours):
        asked(cast, case, who="gao")
    with pytest.raises(Refused):
        asked(cast, case, who="fen")
    assert asked(cast, case, who="tou").steps == case.steps + 1


def test_the_asked_organ_reads_nothing_of_the_case_but_its_part(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    zhen = cast.actor("zhen")
    assert not Case.objects.filter(content_of(zhen) | progress_of(zhen), pk=case.pk).exists()
    assert selectors.task_of(cast.actor("cun"), case.pk, 1) is None
    assert selectors.task_of(cast.actor("wai"), case.pk, 1) is None
    assert selectors.task_of(cast.actor("guan"), case.pk, 1) is None
    looks = Look.objects.filter(case_id=case.pk).count()
    assert selectors.open_task(zhen, case.pk, 1, at=on("2026-05-12").at)
    look = Look.objects.filter(case_id=case.pk).order_by("-seq")[0]
    assert (Look.objects.filter(case_id=case.pk).count(), look.what, look.organ_id) == (
        looks + 1,
        "part.1",
        cast.organs["town"].pk,
    )


def test_who_has_taken_a_part_answers_it_and_a_colleague_may_take_it_over(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    row, loaded = found(cast, "zhen", case)
    with pytest.raises(GuardFailed, match="现在不能办理"):
        services.answer(
            loaded,
            row,
            actor=cast.actor("zhen"),
            words="没有接手",
            done_on=None,
            key=key(),
            when=on("2026-05-12"),
        )
    case = taken(cast, "zhen", case)
    row, loaded = found(cast, "hua", case)
    with pytest.raises(NotYours):
        services.give_back(
            loaded, row, actor=cast.actor("hua"), reasons="不归我", key=key(), when=on("2026-05-13")
        )
    taken(cast, "hua", case)
    row, loaded = found(cast, "hua", case)
    services.give_back(
        loaded, row, actor=cast.actor("hua"), reasons="这一户不在本镇。", key=key(), when=on("2026-05-13")
    )
    assert JointTask.objects.get(case_id=case.pk).state == "returned"


def test_a_repeated_key_finds_its_first_result(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    row, loaded = found(cast, "zhen", case)
    for _ in range(2):
        services.take(loaded, row, actor=cast.actor("zhen"), key="one-key-of-a-form", when=on("2026-05-12"))
    assert Step.objects.filter(case_id=case.pk, event="take_part").count() == 1


def test_an_opinion_waits_for_its_parts_or_says_why_not(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    with pytest.raises(GuardFailed, match="花荄镇民政办“请到现场核实") as refused:
        draft(cast, case)
    assert refused.value.guard == "parts_in_or_why"
    case = draft(cast, case, missing_reason="银行流水已经证明停发，不用再等。")
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-21"))
    paper = next(one for one in followed(case.pk).papers if one.kind == "opinion")
    assert "花荄镇民政办" in paper.content["missing_parts"]
    assert "银行流水已经证明停发" in paper.content["missing_parts"]
    assert "请到现场核实" not in str(paper.content["missing_parts"])


def test_a_part_answered_meanwhile_is_not_told_as_missing(cast: Cast, case: Case) -> None:
    case = draft(cast, asked(cast, case), missing_reason="不用再等。")
    case = answered(cast, "zhen", case, day="2026-05-21")
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-21"))
    paper = next(one for one in followed(case.pk).papers if one.kind == "opinion")
    assert "missing_parts" not in paper.content


def test_an_opinion_goes_on_once_every_part_is_in_or_recalled(cast: Cast, case: Case) -> None:
    case = answered(cast, "zhen", asked(cast, case))
    case = asked(cast, case, organ=cast.organs["office"], question="请提供停发的审批材料。")
    row = JointTask.objects.get(case_id=case.pk, seq=2)
    case = services.recall(
        cast.load("han", case), row, actor=cast.actor("han"), reasons="材料已经找到。", key=key(),
        when=on("2026-05-15"),
    )  # fmt: skip
    assert draft(cast, case).state == "signoff"


def test_a_part_is_due_within_the_lead_s_own_clock(cast: Cast, case: Case) -> None:
    for day in (date(2026, 5, 10), date(2026, 12, 31)):
        with pytest.raises(GuardFailed, match="日期"):
            asked(cast, case, due_on=day)


def test_a_lead_that_is_late_itself_may_still_ask(cast: Cast, case: Case) -> None:
    assert services.usual_due(cast.load("han", case), on=date(2026, 7, 1)) == date(2026, 7, 7)
    case = asked(cast, case, day="2026-07-20", due_on=date(2026, 7, 24))
    assert services.usual_due(cast.load("han", case), on=date(2026, 7, 20)) == date(2026, 7, 29)


def test_nothing_typed_holds_the_identity(cast: Cast, case: Case) -> None:
    for text in (XIN["name"], XIN["phone"], XIN["address"]):
        with pytest.raises(GuardFailed, match="填写的内容里有"):
            asked(cast, case, question=f"请去看望{text}。")
    case = taken(cast, "zhen", asked(cast, case))
    row, loaded = found(cast, "zhen", case)
    with pytest.raises(GuardFailed, match="填写的内容里有"):
        services.answer(
            loaded, row, actor=cast.actor("zhen"), words=f"见到了{XIN['name']}。", done_on=None, key=key(),
            when=on("2026-05-13"),
        )  # fmt: skip
    dumped = str([list(model.objects.values()) for model in (JointTask, TaskItem)])
    assert not any(value in dumped for value in XIN.values())


def test_an_identity_is_opened_only_by_who_took_the_part_only_the_named_fields_until_it_ends(
    cast: Cast, case: Case
) -> None:
    with pytest.raises(GuardFailed, match="为什么需要身份信息"):
        asked(cast, case, what="visit", identity=["name", "address"])
    case = asked(cast, case, what="visit", identity=["name", "address"], need="要上门见到本人")
    zhen, hua = cast.actor("zhen"), cast.actor("hua")
    row, loaded = found(cast, "zhen", case)
    assert not may_reveal_for(zhen, loaded, row, "name"), "not before it is taken"
    case = taken(cast, "zhen", case)
    row, loaded = found(cast, "zhen", case)
    assert not may_reveal_for(hua, loaded, row, "name"), "not a colleague"
    for field in ("phone", "id_number"):
        with pytest.raises(KeyError):
            services.reveal(loaded, row, actor=zhen, seq=1, field=field, when=on("2026-05-13"))
    said = services.reveal(loaded, row, actor=zhen, seq=1, field="address", when=on("2026-05-13"))
    assert said == XIN["address"]
    look = Look.objects.filter(case_id=case.pk).order_by("-seq")[0]
    assert (look.what, look.purpose) == ("identity.address", "协助办理：要上门见到本人")
    services.answer(
        loaded, row, actor=zhen, words="已上门。", done_on=date(2026, 5, 13), key=key(), when=on("2026-05-14")
    )
    row, loaded = found(cast, "zhen", case)
    with pytest.raises(KeyError):
        services.reveal(loaded, row, actor=zhen, seq=1, field="address", when=on("2026-05-15"))
    assert vault.TOKEN not in row.identity


def test_behind_a_wall_nobody_is_asked_and_an_asked_part_vanishes(cast: Cast, case: Case) -> None:
    case = taken(cast, "zhen", asked(cast, case, what="visit", identity=["name"], need="要见到本人"))
    row, _case = found(cast, "zhen", case)
    raised(cast, case, "花荄镇民政办")
    for who in ("zhen", "hua", "cun"):
        assert selectors.task_of(cast.actor(who), case.pk, 1) is None
        assert not selectors.tasks_on(cast.actor(who)).open
    assert not may_reveal_for(cast.actor("zhen"), Case.objects.get(pk=case.pk), row, "name")
    with pytest.raises(NotYours):
        services.answer(
            Case.objects.get(pk=case.pk), row, actor=cast.actor("zhen"), words="办了", done_on=None, key=key(),
            when=on("2026-06-01"),
        )  # fmt: skip
    fresh = Case.objects.get(pk=case.pk)
    offered = selectors.askable(fresh, cast.organs["anzhou"], on=date(2026, 6, 1)).organs().values()
    assert {one.code for one in offered} == {"office", "home", "fucheng"}
    for organ in ("town", "village"):
        with pytest.raises(GuardFailed, match="不能请"):
            asked(cast, fresh, organ=cast.organs[organ], day="2026-06-01", due_on=date(2026, 6, 5))


def test_an_officer_behind_a_wall_sees_no_part_though_the_colleague_does(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    raised(cast, case, "花镇办", near="town")
    assert selectors.task_of(cast.actor("hua"), case.pk, 1) is None
    assert selectors.task_of(cast.actor("zhen"), case.pk, 1) is not None


def test_an_overdue_part_alerts_the_lead_until_it_is_answered(cast: Cast, case: Case) -> None:
    case = taken(cast, "zhen", asked(cast, case))

    def late(day: date) -> list[tuple[int, str]]:
        due = alerting.due_alerts(cast.load("han", case), on=day)
        return sorted((one.organ_id, one.addressee) for one in due if one.rule == "part_late")

    anzhou = cast.organs["anzhou"].pk
    assert late(date(2026, 5, 18)) == []
    assert late(date(2026, 5, 19)) == [(anzhou, "handler"), (anzhou, "head")]
    row, loaded = found(cast, "zhen", case)
    services.answer(
        loaded, row, actor=cast.actor("zhen"), words="办了。", done_on=None, key=key(), when=on("2026-05-20")
    )
    assert late(date(2026, 5, 21)) == []


def test_parts_of_an_ended_case_are_recalled_by_the_sweep(cast: Cast, case: Case) -> None:
    case = asked(cast, case)
    assert services.recall_ended(when=on("2026-05-20")) == 0
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    assert [services.recall_ended(when=on("2026-05-20")) for _ in range(2)] == [1, 0]
    assert JointTask.objects.get(case_id=case.pk).state == "recalled"
    assert not TaskItem.objects.filter(ended_on=None).exists()


def test_nothing_of_a_report_is_asked_of_others(cast: Cast) -> None:
    settle(cast)
    case = cast.assigned()
    Case.objects.filter(pk=case.pk).update(kind="report")
    with pytest.raises((NotYours, GuardFailed)):
        loaded = services.load(Case.objects.get(pk=case.pk))
        services.ask(
            loaded, services.Wanted(cast.organs["town"], "check", "请核实。", date(2026, 5, 18)),
            actor=cast.actor("tou"), key=key(), when=on("2026-05-11"),
        )  # fmt: skip
    assert not TaskItem.objects.exists()


def test_claims_are_named_by_number_and_never_quoted(cast: Cast, case: Case) -> None:
    asked(cast, case)
    text = Claim.objects.get(case_id=case.pk, seq=1).text
    assert text not in str(list(JointTask.objects.values()) + list(TaskItem.objects.values()))
    with pytest.raises(GuardFailed, match="不在这一件里"):
        asked(cast, case, of_claims=[9])


def test_a_part_that_cannot_be_recalled_now_stops_no_sweep_and_is_recalled_by_the_next(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(cast, case)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")

    def waits(_at: object) -> None:
        raise behind.LogBehind("日志落后", article="")

    with monkeypatch.context() as patched:
        patched.setattr(behind, "check", waits)
        assert services.recall_ended(when=on("2026-05-20")) == 0
    assert services.recall_ended(when=on("2026-05-20")) == 1


def test_the_sweep_reads_no_case_that_goes_on(
    cast: Cast, case: Case, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for organ in ("town", "village", "office", "home"):
        case = asked(cast, case, organ=cast.organs[organ])
    with django_assert_max_num_queries(3):
        assert services.recall_ended(when=on("2026-05-20")) == 0


def test_the_list_shows_nothing_of_what_is_a_report_by_now(cast: Cast, case: Case) -> None:
    case = answered(cast, "zhen", asked(cast, case))
    assert len(selectors.tasks_on(cast.actor("zhen")).over) == 1
    asked(cast, case, organ=cast.organs["town"], day="2026-05-15")
    Case.objects.filter(pk=case.pk).update(kind="report")
    listed = selectors.tasks_on(cast.actor("zhen"))
    assert not listed.open and not listed.over
    assert selectors.task_of(cast.actor("zhen"), case.pk, 1) is None


def test_nothing_more_is_opened_once_the_case_has_ended_before_the_sweep_comes(
    cast: Cast, case: Case
) -> None:
    case = taken(cast, "zhen", asked(cast, case, what="visit", identity=["address"], need="要上门见到本人"))
    row, loaded = found(cast, "zhen", case)
    assert may_reveal_for(cast.actor("zhen"), loaded, row, "address")
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    row, loaded = found(cast, "zhen", case)
    with pytest.raises(KeyError):
        services.reveal(loaded, row, actor=cast.actor("zhen"), seq=1, field="address", when=on("2026-05-13"))
    row.shown_files = [1]
    assert not may_see_file(cast.actor("zhen"), loaded, row, 1)
