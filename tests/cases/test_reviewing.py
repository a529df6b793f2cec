"""Review and re-check through the services: who may be asked, until when, what is decided, and where the case lies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lianxin.cases.history import load
from lianxin.cases.models import Case, Notice, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours, may_read_content
from lianxin.cases.services import handling, reviewing, serving
from lianxin.cases.services.stages import (
    RECHECK,
    REVIEW,
    Asked,
    Found,
    Service,
    organs_to_ask,
    window_of,
)
from lianxin.jobs import integrity
from lianxin.organs.models import Organ, Post, Staff
from lianxin.procedure.errors import GuardFailed, Refused, Stale
from tests.cast import Cast, key, on

ASKED = Asked(("恢复发放低保金",), "补发的数额不对。")
FOUND = Found("经复查，原处理认定的事实清楚。", "计算无误。", "uphold")
SERVICE = Service("in_person", date(2026, 6, 22), "本人签收")


def whole(case: Case) -> None:
    """Nothing is wrong with what is stored of a case."""
    assert integrity.check(case.pk).faults == ()


def desks(case: Case) -> set[tuple[str, str]]:
    return set(WorkItem.objects.filter(case_id=case.pk).values_list("organ__code", "turn"))


def ask(
    cast: Cast, case: Case, *, asked: Asked = ASKED, organ: str = "mianyang", who: str = "", day: str
) -> Case:
    """Ask for review as the petitioner, or at somebody's window."""
    return reviewing.ask(
        load(Case.objects.get(pk=case.pk)),
        REVIEW,
        asked=asked,
        organ=cast.organs[organ],
        actor=cast.actor(who) if who else None,
        key=key(),
        when=on(day),
    )


def decide(cast: Cast, case: Case, who: str = "fu", approver: str = "shi", **changes: object) -> Case:
    values: dict[str, object] = {
        "found": FOUND,
        "service": SERVICE,
        "approver": cast.staff[approver] if approver else None,
        **changes,
    }
    return reviewing.decide(
        cast.load(who, case), REVIEW, actor=cast.actor(who), key=key(), when=on("2026-06-22"), **values
    )  # type: ignore[arg-type]


def remand(
    cast: Cast, case: Case, due: str = "2026-07-31", *, who: str = "fu", approver: str = "shi", once: str = ""
) -> Case:
    found = Found("经复查，没有核对停发期间。", "事实不清。")
    return reviewing.remand(
        load(Case.objects.get(pk=case.pk)) if once else cast.load(who, case),
        REVIEW,
        actor=cast.actor(who),
        found=found,
        due_on=date.fromisoformat(due),
        approver=cast.staff[approver],
        key=once or key(),
        when=on("2026-06-22"),
    )


def test_the_whole_ladder(cast: Cast) -> None:
    case = cast.asked_again()
    assert (case.state, case.holder, case.handled_by, case.officer) == (
        "review_requested", cast.organs["mianyang"], cast.organs["anzhou"], None,
    )  # fmt: skip
    assert desks(case) == {("mianyang", "act"), ("anzhou", "wait")}
    whole(case)
    case = cast.under_review()
    assert (case.state, case.officer) == ("reviewing", cast.staff["fu"])
    whole(case)
    case = cast.review_served()
    assert (case.state, desks(case)) == ("review_served", {("mianyang", "wait"), ("anzhou", "wait")})
    recheck_window = window_of(cast.load("fu", case), RECHECK)
    assert recheck_window is not None and recheck_window.started_on == date(2026, 6, 22)
    case = cast.under_recheck()
    assert (case.state, case.holder, case.officer) == (
        "rechecking",
        cast.organs["province"],
        cast.staff["kun"],
    )
    assert desks(case) == {("province", "act"), ("anzhou", "wait")}
    done = reviewing.decide(
        cast.load("kun", case),
        RECHECK,
        actor=cast.actor("kun"),
        found=FOUND,
        service=replace(SERVICE, served_on=date(2026, 7, 20)),
        approver=cast.staff["zong"],
        key=key(),
        when=on("2026-07-20"),
    )
    assert (done.state, desks(done)) == ("closed_final", set())
    assert Step.objects.get(case_id=done.pk, event="recheck_decide").facts["published"] is False
    whole(done)
    kinds = list(Paper.objects.filter(case_id=done.pk).order_by("seq").values_list("kind", flat=True))
    assert kinds[kinds.index("review_request") :] == [
        "review_request",
        "review_acceptance",
        "review_opinion",
        "proof_of_service",
        "recheck_request",
        "recheck_acceptance",
        "recheck_opinion",
        "proof_of_service",
    ]
    numbers = dict(Paper.objects.filter(case_id=done.pk).values_list("kind", "number"))
    assert "-F" in numbers["review_opinion"] and "-H" in numbers["recheck_opinion"]
    last = Paper.objects.get(case_id=done.pk, kind="recheck_opinion").content
    assert last["opinion_no"] == numbers["review_opinion"]
    assert "不再受理" in last["final"]
    told = Notice.objects.filter(case_id=done.pk, kind__in=["review_opinion", "recheck_opinion"])
    assert {notice.state for notice in told} == {"told"}


def test_the_organs_one_may_ask_are_the_next_above(cast: Cast) -> None:
    loaded = load(cast.served())
    assert [one.code for one in organs_to_ask(loaded, REVIEW, on=date(2026, 6, 1))] == [
        "anzhou_gov",
        "mianyang",
    ]
    loaded = load(cast.review_served())
    assert [one.code for one in organs_to_ask(loaded, RECHECK, on=date(2026, 7, 1))] == [
        "mianyang_gov",
        "province",
    ]


def test_an_organ_that_is_not_above_is_refused(cast: Cast) -> None:
    case = cast.served()
    with pytest.raises(GuardFailed, match="绵阳市民政局") as refused:
        ask(cast, case, organ="province", day="2026-06-10")
    assert refused.value.code == "LEVEL_SKIP_REVIEW"
    whole(case)


def test_where_no_organ_is_defined_it_is_said_kindly_with_whom_to_ask(cast: Cast) -> None:
    case = cast.served()
    Organ.objects.filter(code="anzhou").update(level="ministry")
    with pytest.raises(GuardFailed, match=r"没有规定由哪个机关复查.*电话0816-4360000") as refused:
        ask(cast, case, day="2026-06-10")
    assert refused.value.code == "NO_UPPER_DEFINED"


@pytest.mark.parametrize("asked", [replace(ASKED, claims=(" ",)), replace(ASKED, reasons="\n")])
def test_a_request_says_what_and_why(cast: Cast, asked: Asked) -> None:
    case = cast.served()
    with pytest.raises(GuardFailed, match="事实和理由"):
        ask(cast, case, asked=asked, day="2026-06-10")


def test_the_last_day_is_in_time_and_the_next_needs_a_reason(cast: Cast) -> None:
    case = cast.served()
    with pytest.raises(Refused, match="2026-06-29") as refused:
        ask(cast, case, day="2026-06-30")
    assert refused.value.code == "WINDOW_MISSED"
    done = ask(cast, case, asked=replace(ASKED, late_reason="住院。"), day="2026-06-30")
    step = Step.objects.get(case_id=done.pk, event="request_review")
    assert (step.facts["late_reason"], step.facts["code"]) == (True, "LATE_WITH_REASON")
    assert "住院" not in str(step.facts)
    paper = Paper.objects.get(case_id=done.pk, kind="review_request")
    assert "没有赶上期限的原因：住院。" in str(paper.content)
    whole(done)


def test_reasons_for_the_review_do_not_excuse_being_late(cast: Cast) -> None:
    case = cast.served()
    with pytest.raises(Refused) as refused:
        ask(cast, case, asked=replace(ASKED, reasons="理由很多。"), day="2026-07-20")
    assert refused.value.code == "WINDOW_MISSED"


def test_on_the_last_day_it_is_still_open(cast: Cast) -> None:
    assert ask(cast, cast.served(), day="2026-06-29").state == "review_requested"


def test_a_letter_counts_by_its_postmark(cast: Cast) -> None:
    posted = replace(ASKED, via="post", received_on=date(2026, 7, 2))
    case = cast.served()
    with pytest.raises(Refused) as refused:
        ask(cast, case, asked=replace(posted, postmark=date(2026, 6, 30)), who="ran", day="2026-07-03")
    assert refused.value.code == "WINDOW_MISSED"
    done = ask(cast, case, asked=replace(posted, postmark=date(2026, 6, 29)), who="ran", day="2026-07-03")
    step = Step.objects.get(case_id=done.pk, event="request_review")
    assert (step.on, step.role, step.staff_id) == (date(2026, 7, 2), "petitioner", cast.staff["ran"].pk)
    whole(done)


@pytest.mark.parametrize(
    ("received", "postmark"),
    [("2026-06-11", None), ("2026-05-27", None), ("2026-06-09", "2026-06-10"), ("2026-06-09", "2026-05-20")],
)
def test_days_that_cannot_be_are_refused(cast: Cast, received: str, postmark: str | None) -> None:
    case = cast.served()
    asked = replace(
        ASKED,
        via="post",
        received_on=date.fromisoformat(received),
        postmark=date.fromisoformat(postmark) if postmark else None,
    )
    with pytest.raises(GuardFailed, match="日期"):
        ask(cast, case, asked=asked, who="ran", day="2026-06-10")


def test_a_window_of_the_reviewing_organ_may_record_without_reading(cast: Cast) -> None:
    case = cast.served()
    assert not may_read_content(cast.actor("shi"), case)
    done = ask(cast, case, asked=replace(ASKED, via="window"), who="shi", day="2026-06-10")
    assert (done.state, done.holder) == ("review_requested", cast.organs["mianyang"])


@pytest.mark.parametrize("who", ["wai", "han", "fu"])
def test_other_windows_and_other_roles_may_not(cast: Cast, who: str) -> None:
    case = cast.served()
    with pytest.raises(NotYours):
        ask(cast, case, asked=replace(ASKED, via="window"), who=who, day="2026-06-10")


def test_a_closed_case_may_be_reopened_by_a_late_request(cast: Cast) -> None:
    case = serving.lapse(load(cast.served()), when=on("2026-06-30"))
    assert not desks(case)
    done = ask(cast, case, asked=replace(ASKED, late_reason="住院"), day="2026-07-10")
    assert desks(done) == {("mianyang", "act"), ("anzhou", "wait")}
    whole(done)


def test_the_same_opinion_is_reviewed_once(cast: Cast) -> None:
    case = serving.lapse(load(cast.review_served()), when=on("2026-07-30"))
    assert case.state == "closed_lapsed"
    with pytest.raises(GuardFailed, match="已经复查过"):
        ask(cast, case, asked=replace(ASKED, late_reason="住院"), day="2026-08-10")


def test_only_a_reviewer_of_the_organ_asked_takes_it_on(cast: Cast) -> None:
    case = cast.asked_again()
    with pytest.raises(Refused):
        reviewing.accept(
            cast.load("shi", case),
            REVIEW,
            actor=cast.actor("shi"),
            ground="有理由",
            key=key(),
            when=on("2026-06-12"),
        )
    with pytest.raises(NotYours):
        reviewing.accept(
            cast.load("han", case),
            REVIEW,
            actor=cast.actor("han"),
            ground="有理由",
            key=key(),
            when=on("2026-06-12"),
        )
    whole(case)


def test_who_handled_the_case_does_not_review_it(cast: Cast) -> None:
    case = cast.asked_again()
    Post.objects.create(
        id=9001,
        staff=cast.staff["han"],
        organ=cast.organs["mianyang"],
        role="reviewer",
        starts_on=date(2020, 1, 1),
    )
    Post.objects.filter(staff=cast.staff["han"], organ=cast.organs["anzhou"]).delete()
    with pytest.raises(GuardFailed) as refused:
        reviewing.accept(
            cast.load("han", case),
            REVIEW,
            actor=cast.actor("han"),
            ground="有理由",
            key=key(),
            when=on("2026-06-12"),
        )
    assert refused.value.code == "RECUSE"


def moved_up(cast: Cast, name: str, role: str, organ: str = "mianyang") -> Staff:
    """Return an officer of the county who holds a post above by now."""
    staff = cast.staff[name]
    Post.objects.filter(staff=staff).delete()
    Post.objects.create(
        id=9100 + staff.pk, staff=staff, organ=cast.organs[organ], role=role, starts_on=date(2020, 1, 1)
    )
    return staff


@pytest.mark.parametrize("name", ["fen", "han", "tou"])
def test_who_assigned_drafted_or_signed_judges_no_review(cast: Cast, name: str) -> None:
    """Neither as the reviewer nor as the one who consents (Art 28)."""
    case = cast.under_review()
    moved_up(cast, name, "reviewer")
    for act in (lambda: decide(cast, case, who=name), lambda: remand(cast, case, who=name)):
        with pytest.raises(GuardFailed, match="办理过这一件") as refused:
            act()
        assert refused.value.code == "RECUSE"
    moved_up(cast, name, "head")
    for act in (lambda: decide(cast, case, approver=name), lambda: remand(cast, case, approver=name)):
        with pytest.raises(GuardFailed, match="同意人办理过这一件"):
            act()
    assert decide(cast, case).state == "review_served"


def test_who_handled_the_case_does_not_refuse_its_review(cast: Cast) -> None:
    case = cast.asked_again()
    moved_up(cast, "han", "reviewer")
    with pytest.raises(GuardFailed, match="您办理过这一件"):
        refuse(cast, case, who="han")
    moved_up(cast, "tou", "head")
    with pytest.raises(GuardFailed, match="同意人办理过这一件"):
        refuse(cast, case, approver=cast.staff["tou"])


@pytest.mark.parametrize("name", ["fu", "shi"])
def test_who_reviewed_or_consented_does_not_recheck(cast: Cast, name: str) -> None:
    case = cast.recheck_asked()
    moved_up(cast, name, "rechecker", "province")
    with pytest.raises(GuardFailed, match="您办理过这一件，不能再复核"):
        reviewing.accept(
            cast.load(name, case), RECHECK, actor=cast.actor(name), ground="期限以内", key=key(),
            when=on("2026-07-03"),
        )  # fmt: skip


def test_a_repeated_remand_or_refusal_finds_its_first_result(cast: Cast) -> None:
    case = cast.under_review()
    steps = remand(cast, case, once="once").steps
    assert remand(cast, case, once="once").steps == steps
    case = cast.asked_again()
    steps = refuse(cast, case, once="once").steps
    assert refuse(cast, case, once="once").steps == steps


def refuse(cast: Cast, case: Case, *, who: str = "fu", once: str = "", **changes: object) -> Case:
    values = {"ground": "new_matter", "reasons": "另提新的请求。", "approver": cast.staff["shi"], **changes}
    loaded = load(Case.objects.get(pk=case.pk)) if once else cast.load(who, case)
    return reviewing.refuse(loaded, actor=cast.actor(who), key=once or key(), when=on("2026-06-12"), **values)  # type: ignore[arg-type]


def test_a_refusal_gives_the_case_back_and_the_window_runs_on(cast: Cast) -> None:
    done = refuse(cast, cast.asked_again())
    assert (done.state, done.holder, desks(done)) == ("served", cast.organs["anzhou"], {("anzhou", "wait")})
    running = window_of(load(done), REVIEW)
    assert running is not None and running.stopped_on is None and running.deadline.legal == date(2026, 6, 29)
    assert Paper.objects.get(case_id=done.pk, kind="review_refusal").content["remedy_organs"]
    whole(done)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ground": "out_of_time"}, "没有逾期"),
        ({"ground": "other"}, "请选择"),
        ({"reasons": " "}, "理由"),
        ({"approver": None}, "批准"),
    ],
)
def test_a_refusal_needs_its_ground_its_reasons_and_the_head(
    cast: Cast, changes: dict[str, object], word: str
) -> None:
    case = cast.asked_again()
    with pytest.raises(Refused, match=word):
        refuse(cast, case, **changes)
    assert Case.objects.get(pk=case.pk).state == "review_requested"


def test_a_late_request_may_be_refused_as_late(cast: Cast) -> None:
    case = ask(cast, cast.served(), asked=replace(ASKED, late_reason="忘了"), day="2026-07-01")
    assert refuse(cast, case, ground="out_of_time").state == "served"


def test_a_change_says_to_what(cast: Cast) -> None:
    case = cast.under_review()
    with pytest.raises(GuardFailed, match="撤销什么、变更为什么"):
        decide(cast, case, found=replace(FOUND, outcome="change"))
    done = decide(cast, case, found=replace(FOUND, outcome="change", decision="补发数额变更为三千元。"))
    step = Step.objects.get(case_id=done.pk, event="review_change")
    assert (done.state, step.facts["outcome"]) == ("review_served", "change")
    paper = Paper.objects.get(case_id=done.pk, kind="review_opinion").content
    assert (paper["outcome"], paper["decision"]) == ("change", "补发数额变更为三千元。")
    assert paper["remedy_organs"] == ["绵阳市人民政府", "四川省民政厅"]
    whole(done)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"found": replace(FOUND, facts=" ")}, "事实和理由"),
        ({"found": replace(FOUND, outcome="maybe")}, "结论"),
        ({"service": replace(SERVICE, proof=" ")}, "凭证"),
        ({"service": replace(SERVICE, served_on=date(2026, 6, 11))}, "送达日期"),
        ({"service": replace(SERVICE, served_on=date(2026, 6, 23))}, "送达日期"),
        ({"service": replace(SERVICE, refused=True)}, "见证人"),
        ({"service": replace(SERVICE, method="bird")}, "送达方式"),
        ({"approver": None}, "批准"),
        ({"publish": True, "consent": True}, "听证"),
    ],
)
def test_an_opinion_with_a_hole_is_not_made(cast: Cast, changes: dict[str, object], word: str) -> None:
    case = cast.under_review()
    with pytest.raises(Refused, match=word):
        decide(cast, case, **changes)
    assert Case.objects.get(pk=case.pk).state == "reviewing"
    assert not Paper.objects.filter(case_id=case.pk, kind="review_opinion").exists()


def test_the_head_may_state_the_reviewers_consent(cast: Cast) -> None:
    done = decide(cast, cast.under_review(), who="shi", approver="fu")
    facts = Step.objects.get(case_id=done.pk, event="review_uphold").facts
    assert (facts["approved_by_reviewer"], facts["approver"]) == (True, cast.staff["fu"].pk)


def test_the_second_of_two_is_told(cast: Cast) -> None:
    case = cast.under_review()
    one, other = cast.load("fu", case), cast.load("fu", case)
    values = {"actor": cast.actor("fu"), "found": FOUND, "service": SERVICE, "approver": cast.staff["shi"]}
    reviewing.decide(one, REVIEW, key=key(), when=on("2026-06-22"), **values)  # type: ignore[arg-type]
    with pytest.raises(Stale):
        reviewing.decide(other, REVIEW, key=key(), when=on("2026-06-22"), **values)  # type: ignore[arg-type]


def test_a_remand_gives_the_case_back_to_its_handler_by_a_set_day(cast: Cast) -> None:
    done = remand(cast, cast.under_review())
    assert (done.state, done.holder, done.officer) == ("handling", cast.organs["anzhou"], cast.staff["han"])
    item = WorkItem.objects.get(case_id=done.pk)
    assert (item.organ.code, item.clock, item.legal_on) == ("anzhou", "HANDLE", date(2026, 7, 31))
    whole(done)


def test_a_remand_sets_a_day_to_come(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="以后"):
        remand(cast, cast.under_review(), due="2026-06-22")


def test_where_the_handler_is_gone_the_head_has_it(cast: Cast) -> None:
    case = cast.under_review()
    Post.objects.filter(staff=cast.staff["han"]).update(ends_on=date(2026, 6, 15))
    assert remand(cast, case).officer == cast.staff["tou"]


def test_where_nobody_is_left_it_is_refused(cast: Cast) -> None:
    case = cast.under_review()
    Post.objects.filter(organ=cast.organs["anzhou"]).update(ends_on=date(2026, 6, 15))
    with pytest.raises(GuardFailed, match="没有承办人"):
        remand(cast, case)
    whole(case)


def finding(facts: str, outcome: str = "support") -> handling.Finding:
    return handling.Finding(1, facts, outcome, "意见。", "依据", "办", date(2026, 8, 1))


def test_the_same_opinion_on_the_same_facts_is_not_given_again(cast: Cast) -> None:
    loaded = load(remand(cast, cast.under_review()))
    same = "经核查，停发系系统误判，\n信访人家庭仍符合条件。"
    with pytest.raises(GuardFailed, match="同一事实"):
        reviewing.check_not_repeated(loaded, [finding(same)])
    reviewing.check_not_repeated(loaded, [finding(same, "explain")])
    reviewing.check_not_repeated(loaded, [finding("重新核对了停发期间。")])


def test_without_a_remand_nothing_is_repeated(cast: Cast) -> None:
    reviewing.check_not_repeated(load(cast.assigned()), [finding("任何事实")])


def test_an_opinion_is_published_only_after_a_hearing_and_with_consent(cast: Cast) -> None:
    case = cast.under_recheck()
    values = {
        "actor": cast.actor("kun"),
        "found": FOUND,
        "service": replace(SERVICE, served_on=date(2026, 7, 20)),
        "approver": cast.staff["zong"],
        "publish": True,
        "consent": True,
        "when": on("2026-07-20"),
    }
    with pytest.raises(GuardFailed, match="复核听证"):
        reviewing.decide(cast.load("kun", case), RECHECK, key=key(), **values)  # type: ignore[arg-type]


def test_a_recheck_may_order_to_handle_again(cast: Cast) -> None:
    case = cast.under_recheck()
    done = reviewing.remand(
        cast.load("kun", case),
        RECHECK,
        actor=cast.actor("kun"),
        found=Found("没有核对。", "事实不清。"),
        due_on=date(2026, 8, 31),
        approver=cast.staff["zong"],
        key=key(),
        when=on("2026-07-20"),
    )
    assert (done.state, done.holder, done.officer) == ("handling", cast.organs["anzhou"], cast.staff["han"])
    assert "尚未终结" in Paper.objects.get(case_id=done.pk, kind="recheck_opinion").content["final"]
    whole(done)


def test_signs_no_font_has_do_not_cost_a_right(cast: Cast) -> None:
    done = ask(cast, cast.served(), asked=replace(ASKED, reasons="算错了😀"), day="2026-06-10")
    assert "算错了□" in str(Paper.objects.get(case_id=done.pk, kind="review_request").content)


def test_nobody_is_named(cast: Cast) -> None:
    cast.review_served()
    names = [staff.name for staff in Staff.objects.all()]
    for step in Step.objects.all():
        assert not [name for name in [*names, "辛小禾"] if name in str(step.facts)]
