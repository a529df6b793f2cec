"""The ways out of the registry, act by act: what is written, what each one refuses, and who may not."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.links import linked_to
from lianxin.cases.models import Case, Kind, Link, Notice, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import handling, intake, leaving
from lianxin.jobs import integrity
from lianxin.organs.models import Organ
from lianxin.papers import IncompletePaper, PaperContent, check
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed, Refused, Stale, WrongRole
from tests.cast import XIN, Cast, key, on

DAY = "2026-05-08"
MERGED = {"what_happened": "并入先前一件", "why": "同一低保金停发事项", "what_stays_possible": "可以补充材料"}
ELSEWHERE = {
    "competent_organ": "绵阳市安州区医疗保障局",
    "address": "安州区银河大道1号",
    "phone": "0816-4000000",
    "online_entry": "当地政务服务网",
    "passed_on": "没有转交材料",
}
ROUTE = {"competent_organ": "绵阳市安州区人民政府", "legal_basis": "行政复议法 第二十条"}
OWN = {
    "procedure": "低保待遇复核",
    "deciding_unit": "社会救助股",
    "legal_period": "三十日（社会救助暂行办法）",
    "last_day": "2026-06-08",
    "to_hand_in": "家庭收入证明",
}
DECIDED = {"decision": "恢复发放", "reasons": "符合条件", "legal_basis": "社会救助暂行办法 第十二条"}
STUDIED = {
    "suggestion": "延长窗口时间",
    "studied": "已与窗口研究",
    "reasons": "人手可以安排",
    "thanks": "谢谢",
}
SIMPLE = {
    "first_time": True,
    **dict.fromkeys(("assigned_by_upper", "may_refuse", "statutory_route"), False),
    **dict.fromkeys(("many_bodies", "joint", "complex"), False),
}


def whole(case: Case, *kinds: str, desks: set[str] | None = None) -> None:
    """The case's papers are these and complete, its ledger holds, and it lies on these organs' lists."""
    book = load_book(case.rulebook)
    papers = list(Paper.objects.filter(case_id=case.pk).order_by("seq"))
    assert [paper.kind for paper in papers] == list(kinds)
    for paper in papers:
        check(book.papers[paper.kind], PaperContent(paper.kind, paper.content))
        assert XIN["name"] not in str(paper.content) and XIN["id_number"] not in str(paper.content)
    for step in Step.objects.filter(case_id=case.pk):
        assert XIN["name"] not in str(step.facts) + step.note
    items = set(WorkItem.objects.filter(case_id=case.pk).values_list("organ__code", flat=True))
    assert items == (desks or set())
    assert integrity.check(case.pk).faults == ()


def last_facts(case: Case) -> dict[str, object]:
    return dict(Step.objects.filter(case_id=case.pk).latest("seq").facts)


def owed(case: Case) -> dict[str, str]:
    return dict(Notice.objects.filter(case_id=case.pk).values_list("kind", "state"))


# --- T04 merge ------------------------------------------------------------------------------------------------------


def merge(cast: Cast, case: Case, earlier: Case, *, same: bool = True, **changes: object) -> Case:
    given = {"approver": cast.staff["shen"], **changes}
    return leaving.merge_duplicate(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        earlier=earlier.number,
        same=same,
        given=MERGED,
        key=key(),
        when=on(DAY),
        **given,  # type: ignore[arg-type]
    )


def test_a_repeat_goes_into_the_earlier_item(cast: Cast) -> None:
    earlier, case = cast.assigned(), cast.registered()
    done = merge(cast, case, earlier)
    assert done.state == "merged"
    whole(done, "merge_notice")
    assert owed(done) == {"receipt": "owed", "merge_notice": "owed"}
    assert earlier.number in str(Paper.objects.get(case_id=done.pk).content)
    assert [one.number for one in linked_to(cast.actor("fen"), done)] == [earlier.number]
    assert [(one.number, one.label) for one in linked_to(cast.actor("fen"), earlier)] == [
        (done.number, "重复信访")
    ]
    facts = last_facts(done)
    assert facts["earlier_item"] == earlier.number and facts["approver"] == cast.staff["shen"].pk


def test_a_third_repeat_is_linked_as_well(cast: Cast) -> None:
    earlier = cast.assigned()
    for _ in range(2):
        merge(cast, cast.registered(), earlier)
    assert len(linked_to(cast.actor("fen"), earlier)) == 2
    assert set(Link.objects.filter(case_id=earlier.pk).values_list("seq", flat=True)) == {1, 2}


def test_what_merging_refuses(cast: Cast) -> None:
    earlier, ended, case = cast.assigned(), cast.registered(), cast.registered()
    with pytest.raises(GuardFailed, match="不是同一信访人"):
        merge(cast, case, earlier, same=False)
    with pytest.raises(GuardFailed, match="没有找到"):
        merge(cast, case, case)
    with pytest.raises(GuardFailed, match="没有找到"):
        merge(cast, case, cast.filed(organ="fucheng").case)
    with pytest.raises(GuardFailed, match="没有找到"):
        merge(cast, case, cast.filed(kind="report").case)
    with pytest.raises(GuardFailed, match="审核人员尚未确认"):
        merge(cast, case, earlier, approver=None)
    with pytest.raises(GuardFailed, match=r"不是.*审核"):
        merge(cast, case, earlier, approver=cast.staff["han"])
    with pytest.raises(GuardFailed, match="先提出的不能并入后提出的"):
        merge(cast, ended, case)
    leaving.tell_elsewhere(
        cast.load("fen", ended), actor=cast.actor("fen"), given=ELSEWHERE, key=key(), when=on(DAY)
    )
    with pytest.raises(GuardFailed, match="已经办结"):
        merge(cast, case, ended)
    assert not Link.objects.exists() and not Paper.objects.filter(case_id=case.pk).exists()


def test_an_earlier_item_that_moves_meanwhile_stops_the_merge(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONC: the earlier item is closed between reading and writing; nothing is half linked."""
    earlier, case = cast.registered(), cast.registered()
    real = leaving.apply

    def overtaken(one: Case, changes: dict[str, object]) -> None:
        Case.objects.filter(pk=earlier.pk).update(version=one.version + 1)
        real(one, changes)

    monkeypatch.setattr(leaving, "apply", overtaken)
    with pytest.raises(Stale):
        merge(cast, case, earlier)
    assert Case.objects.get(pk=case.pk).state == "registered" and not Link.objects.exists()


def test_the_same_key_merges_once(cast: Cast) -> None:
    earlier, case = cast.assigned(), cast.registered()
    sent = key()
    for _ in range(2):
        leaving.merge_duplicate(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            earlier=earlier.number,
            same=True,
            given=MERGED,
            key=sent,
            when=on(DAY),
            approver=cast.staff["shen"],
        )
    assert Link.objects.count() == 2


# --- T06 elsewhere --------------------------------------------------------------------------------------------------


def elsewhere(cast: Cast, case: Case, who: str = "fen", **changes: str) -> Case:
    return leaving.tell_elsewhere(
        cast.load("fen", case),
        actor=cast.actor(who),
        given={**ELSEWHERE, **changes},
        key=key(),
        when=on(DAY),
    )


def test_told_elsewhere(cast: Cast) -> None:
    done = elsewhere(cast, cast.registered())
    assert done.state == "told_elsewhere"
    whole(done, "elsewhere_notice")
    assert owed(done)["elsewhere_notice"] == "owed"


@pytest.mark.parametrize("organ", ["", "绵阳市涪城区民政局"])
def test_elsewhere_is_outside_civil_affairs(cast: Cast, organ: str) -> None:
    with pytest.raises(Refused):
        elsewhere(cast, cast.registered(), competent_organ=organ)


def test_a_paper_with_a_hole_is_not_issued(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(IncompletePaper):
        elsewhere(cast, case, phone="")
    assert Case.objects.get(pk=case.pk).state == "registered"


def test_no_name_in_what_is_typed(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="姓名"):
        elsewhere(cast, cast.registered(), passed_on=f"{XIN['name']}的来信")


def test_only_intake_of_the_own_organ_tells(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(NotYours):
        elsewhere(cast, case, who="wai")
    with pytest.raises(WrongRole):
        elsewhere(cast, case, who="han")


# --- T07 route out --------------------------------------------------------------------------------------------------


def route_out(cast: Cast, case: Case, **changes: object) -> Case:
    given: dict[str, object] = {
        "subroute": "31.4",
        "hint": "reconsider",
        "knew_on": date(2026, 5, 1),
        "given": ROUTE,
        "approver": cast.staff["shen"],
        **changes,
    }
    loaded = cast.load("fen", case)
    return leaving.route_out(loaded, actor=cast.actor("fen"), key=key(), when=on(DAY), **given)  # type: ignore[arg-type]


def test_the_last_day_is_the_clocks(cast: Cast) -> None:
    done = route_out(cast, cast.registered())
    assert (done.state, done.subroute) == ("route_out", "31.4")
    book = load_book(done.rulebook)
    last = deadline(book, "RECONSIDER", date(2026, 5, 1), calendar=load_calendar()).legal
    assert last.isoformat() in str(Paper.objects.get(case_id=done.pk).content)
    hints = {one.clock: one.deadline.legal for one in cast.load("fen", done).running()}
    assert hints["RECONSIDER"] == last and "LITIGATE" in hints
    whole(done, "route_notice")


def test_a_limit_that_is_over_is_said_to_be_over(cast: Cast) -> None:
    done = route_out(cast, cast.registered(), hint="litigate", knew_on=date(2025, 5, 1))
    assert "已经届满" in str(Paper.objects.get(case_id=done.pk).content)


def test_without_the_day_the_notice_says_how_to_count(cast: Cast) -> None:
    done = route_out(cast, cast.registered(), knew_on=None)
    assert "自您知道该行政行为之日起满60日" in str(Paper.objects.get(case_id=done.pk).content)
    assert not {"RECONSIDER", "LITIGATE"} & {one.clock for one in cast.load("fen", done).running()}


def test_another_limit_is_typed(cast: Cast) -> None:
    typed = {**ROUTE, "time_limit": "劳动仲裁一年", "time_limit_ends_on": "2027-01-04"}
    done = route_out(cast, cast.registered(), subroute="31.2", hint="other", given=typed)
    assert "2027-01-04" in str(Paper.objects.get(case_id=done.pk).content)
    assert "knew_on" not in last_facts(done)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"subroute": "31.6"}, "不属于应当由其他机关"),
        ({"approver": None}, "尚未同意"),
        ({"knew_on": date(2026, 5, 9)}, "不能晚于今天"),
        ({"hint": "other"}, "期限"),
    ],
)
def test_what_routing_out_refuses(cast: Cast, changes: dict[str, object], word: str) -> None:
    case = cast.registered()
    with pytest.raises((GuardFailed, IncompletePaper), match=word):
        route_out(cast, case, **changes)
    assert Case.objects.get(pk=case.pk).state == "registered"


# --- T08, T09 the organ's own procedure -----------------------------------------------------------------------------


def own_route(cast: Cast, case: Case, subroute: str = "31.5", **changes: str) -> Case:
    return leaving.open_own_route(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        subroute=subroute,
        given={**OWN, **changes},
        key=key(),
        when=on(DAY),
    )


def test_a_last_day_that_is_no_day_is_refused(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(GuardFailed, match="不是一个日期"):
        own_route(cast, case, last_day="下个月底")
    assert Case.objects.get(pk=case.pk).state == "registered"


def finish(cast: Cast, case: Case, who: str = "han", **changes: object) -> Case:
    given: dict[str, object] = {
        "decided_on": date(2026, 5, 20),
        "served_on": date(2026, 5, 22),
        "proof": "本人签收",
        "given": DECIDED,
        **changes,
    }
    loaded = cast.load("han", case)
    return leaving.finish_route(loaded, actor=cast.actor(who), key=key(), when=on("2026-05-25"), **given)  # type: ignore[arg-type]


def test_the_own_procedure_from_opening_to_decision(cast: Cast) -> None:
    opened = own_route(cast, cast.registered())
    assert (opened.state, opened.subroute, opened.handled_by) == (
        "route_handling",
        "31.5",
        cast.organs["anzhou"],
    )
    item = WorkItem.objects.get(case_id=opened.pk)
    assert (item.turn, item.clock, item.legal_on) == ("act", "OWN_ROUTE", date(2026, 6, 8))
    whole(opened, "own_procedure_notice", desks={"anzhou"})
    done = finish(cast, opened)
    assert done.state == "route_out"
    whole(done, "own_procedure_notice", "route_decision")
    assert owed(done)["route_decision"] == "told" and owed(done)["own_procedure_notice"] == "owed"
    text = str(Paper.objects.get(case_id=done.pk, kind="route_decision").content)
    last = deadline(load_book(done.rulebook), "RECONSIDER", date(2026, 5, 22), calendar=load_calendar())
    assert last.legal.isoformat() in text and "绵阳市安州区人民政府" in text and "人民法院" in text


def test_what_the_own_procedure_refuses(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(GuardFailed, match="不属于本机关"):
        own_route(cast, case, subroute="31.1")
    with pytest.raises(GuardFailed, match="已经过去"):
        own_route(cast, case, last_day="2026-05-01")
    with pytest.raises(IncompletePaper):
        own_route(cast, case, last_day="")
    opened = own_route(cast, case)
    with pytest.raises(GuardFailed, match="尚未作出并送达"):
        finish(cast, opened, proof=" ")
    with pytest.raises(GuardFailed, match="依次"):
        finish(cast, opened, decided_on=date(2026, 5, 23))
    with pytest.raises(GuardFailed, match="依次"):
        finish(cast, opened, served_on=date(2026, 5, 26))
    with pytest.raises(WrongRole):
        finish(cast, opened, who="fen")
    with pytest.raises(NotYours):
        finish(cast, opened, who="wai")


# --- T15 simple procedure, T16 suggestion ---------------------------------------------------------------------------


def simple(cast: Cast, case: Case, told_by: str = "phone", **changes: bool) -> Case:
    return leaving.accept_simple(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        answers={**SIMPLE, **changes},
        told_by=told_by,
        key=key(),
        when=on(DAY),
    )


def test_the_opinion_names_the_day_of_the_simple_acceptance(cast: Cast) -> None:
    case = simple(cast, cast.registered())
    fen, han, tou = (cast.actor(name) for name in ("fen", "han", "tou"))
    handling.assign(
        cast.load("fen", case),
        actor=fen,
        officer=cast.staff["han"],
        no_interest=True,
        key=key(),
        when=on(DAY),
    )
    finding = handling.Finding(1, "系统误判。", "support", "恢复发放。", "办法", "补发", date(2026, 7, 1))
    handling.draft_opinion(
        cast.load("han", case), actor=han, findings=[finding], heard=True, verified=True, key=key(),
        when=on("2026-05-12"),
    )  # fmt: skip
    handling.sign(cast.load("tou", case), actor=tou, key=key(), when=on("2026-05-14"))
    paper = Paper.objects.get(case_id=case.pk, kind="opinion")
    assert paper.content["accepted_on"] == DAY


def test_simple_acceptance_gives_ten_working_days(cast: Cast) -> None:
    done = simple(cast, cast.registered())
    assert (done.state, done.handled_by) == ("accepted", cast.organs["anzhou"])
    item = WorkItem.objects.get(case_id=done.pk)
    assert (item.clock, item.legal_on) == ("SIMPLE_REPLY", date(2026, 5, 21))
    assert "2026-05-21" in str(Paper.objects.get(case_id=done.pk).content)
    whole(done, "acceptance_notice", desks={"anzhou"})
    assert owed(done)["acceptance_notice"] == "told"
    assigned = handling.assign(
        cast.load("fen", done),
        actor=cast.actor("fen"),
        officer=cast.staff["han"],
        no_interest=True,
        key=key(),
        when=on("2026-05-09"),
    )
    assert assigned.state == "handling"


def test_on_paper_the_notice_is_still_owed(cast: Cast) -> None:
    assert owed(simple(cast, cast.registered(), told_by="paper"))["acceptance_notice"] == "owed"


@pytest.mark.parametrize(
    ("fact", "value", "word"),
    [
        ("first_time", False, "初次"),
        ("assigned_by_upper", True, "上级交办"),
        ("may_refuse", True, "不予受理"),
        ("statutory_route", True, "法定途径"),
        ("many_bodies", True, "多个责任主体"),
    ],
)
def test_what_does_not_suit_the_simple_procedure(cast: Cast, fact: str, value: bool, word: str) -> None:
    with pytest.raises(GuardFailed, match=word):
        simple(cast, cast.registered(), **{fact: value})


def test_the_simple_procedure_asks_everything(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(GuardFailed, match="逐项回答"):
        leaving.accept_simple(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            answers={"first_time": True},
            told_by="phone",
            key=key(),
            when=on(DAY),
        )
    with pytest.raises(GuardFailed, match="怎样告知"):
        simple(cast, case, told_by="pigeon")


def suggested(cast: Cast) -> Case:
    case = cast.filed(kind="suggestion").case
    return intake.register(
        cast.load("ran", case),
        actor=cast.actor("ran"),
        key=key(),
        when=on("2026-05-07"),
        kind="suggestion",
        category="0101",
        subroute="",
        summary="建议延长窗口时间",
    )


def answer(cast: Cast, case: Case, who: str = "han", adoption: str = "partly", **changes: object) -> Case:
    given = {"given": STUDIED, "approver": cast.staff["shen"], **changes}
    loaded = cast.load("han", case)
    return leaving.answer_suggestion(
        loaded,
        actor=cast.actor(who),
        adoption=adoption,
        key=key(),
        when=on(DAY),
        **given,  # type: ignore[arg-type]
    )


def test_a_suggestion_is_answered(cast: Cast) -> None:
    done = answer(cast, suggested(cast))
    assert done.state == "suggestion_answered"
    whole(done, "suggestion_reply")
    assert "部分采纳" in str(Paper.objects.get(case_id=done.pk).content)
    assert last_facts(done)["approved_by_checker"] is True


def test_what_answering_a_suggestion_refuses(cast: Cast) -> None:
    case = suggested(cast)
    with pytest.raises(WrongRole):
        answer(cast, case, approver=None)
    with pytest.raises(WrongRole):
        answer(cast, case, who="fen")
    with pytest.raises(IncompletePaper):
        answer(cast, case, adoption="")
    with pytest.raises(IncompletePaper):
        answer(cast, case, given={**STUDIED, "studied": ""})
    with pytest.raises(GuardFailed, match="不是建议意见"):
        answer(cast, cast.registered())
    with pytest.raises(GuardFailed, match="申诉求决"):
        simple(cast, case)
    assert Case.objects.get(pk=case.pk).kind == Kind.SUGGESTION


def test_a_suggestion_of_another_organ_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotYours):
        answer(cast, suggested(cast), who="wai")


def test_an_organ_without_a_government_above_names_itself(cast: Cast) -> None:
    Organ.objects.filter(code__in=["anzhou_gov", "mianyang_gov"]).update(valid_to=date(2021, 1, 1))
    done = finish(cast, own_route(cast, cast.registered()))
    text = str(Paper.objects.get(case_id=done.pk, kind="route_decision").content)
    assert "人民政府" not in text and "人民法院" in text
