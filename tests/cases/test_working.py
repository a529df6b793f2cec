"""Acts on a case under way: another officer, more time, mediation, hearings, disputes, notices told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lianxin.cases.models import Case, Notice, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import disputes, extending, handling, hearings, mediation, notices, routing
from lianxin.cases.services.acts import Request, Writing, perform
from lianxin.cases.services.mediation import Consents, Duty
from lianxin.jobs import integrity
from lianxin.organs.models import Organ, Staff
from lianxin.papers import PaperContent, check
from lianxin.petitioners.models import Party
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, deadline
from lianxin.procedure.errors import GuardFailed, OutOfTime, Refused, WrongStep
from tests.cast import XIN, Cast, key, on

DAY = "2026-05-12"
AGREED = Consents("安州区某敬老院", petitioner=True, other=True, how="当面说明后双方签字")


def whole(case: Case, *kinds: str) -> None:
    """The stored case equals its steps, and these papers are its latest, each whole by the rulebook."""
    assert integrity.check(case.pk).faults == ()
    issued = list(Paper.objects.filter(case_id=case.pk).order_by("seq"))[-len(kinds) :] if kinds else []
    assert [paper.kind for paper in issued] == list(kinds)
    book = load_book(case.rulebook)
    for paper in issued:
        check(book.papers[paper.kind], PaperContent(paper.kind, paper.content))
        assert XIN["name"] not in str(paper.content)


def work(case: Case) -> set[tuple[str, str]]:
    return set(WorkItem.objects.filter(case_id=case.pk).values_list("organ__code", "turn"))


def handle_clock(cast: Cast, case: Case, who: str = "tou") -> Running:
    return next(one for one in cast.load(who, case).running() if one.clock == "HANDLE")


# --- officers -----------------------------------------------------------------------------------------------


def recuse(cast: Cast, case: Case, who: str = "han", replacement: str = "", reasons: str = "是亲属") -> Case:
    return handling.recuse(
        cast.load(who, case),
        actor=cast.actor(who),
        reasons=reasons,
        replacement=cast.staff[replacement] if replacement else None,
        key=key(),
        when=on(DAY),
    )


def assign(cast: Cast, case: Case, officer: str) -> Case:
    return handling.assign(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        officer=cast.staff[officer],
        no_interest=True,
        key=key(),
        when=on(DAY),
    )


@pytest.mark.parametrize(("who", "replacement"), [("han", "gao"), ("tou", "")])
def test_an_officer_with_an_interest_leaves_the_case(cast: Cast, who: str, replacement: str) -> None:
    case = cast.assigned()
    due = handle_clock(cast, case).deadline.legal
    done = recuse(cast, case, who, replacement)
    assert (done.state, done.officer) == ("accepted", None)
    whole(done, "recusal_decision")
    assert WorkItem.objects.get(case_id=case.pk).officer_id is None
    assert handle_clock(cast, case).deadline.legal == due, "the sixty days run on"
    with pytest.raises(GuardFailed, match="已经回避"):
        assign(cast, case, "han")
    assert assign(cast, case, "gao").officer == cast.staff["gao"]
    whole(done, "assignment_slip")


def test_standing_back_needs_the_interest_and_another_person(cast: Cast) -> None:
    case = cast.assigned()
    for who, replacement, reasons, words in (
        ("han", "", " ", "直接利害关系"),
        ("han", "han", "亲属", "不能是回避的人员"),
        ("han", "fen", "亲属", "承办"),
        ("han", "", f"是{XIN['name']}的表弟", "姓名"),
    ):
        with pytest.raises(GuardFailed, match=words):
            recuse(cast, case, who, replacement, reasons)
    with pytest.raises(NotYours):
        recuse(cast, case, "gao")
    assert Case.objects.get(pk=case.pk).state == "handling"


def reassign(cast: Cast, case: Case, officer: str, who: str = "tou", no_interest: bool = True) -> Case:
    return handling.reassign(
        cast.load(who, case),
        actor=cast.actor(who),
        officer=cast.staff[officer],
        no_interest=no_interest,
        key=key(),
        when=on("2026-05-22"),
    )


@pytest.mark.parametrize(("make", "who"), [("assigned", "fen"), ("drafted", "tou")])
def test_another_officer_takes_over(cast: Cast, make: str, who: str) -> None:
    case = getattr(cast, make)()
    state = case.state
    done = reassign(cast, case, "gao", who)
    assert (done.state, done.officer) == (state, cast.staff["gao"])
    assert WorkItem.objects.get(case_id=case.pk).officer_name == "高承办"
    whole(done, "assignment_slip")


def test_taking_over_needs_another_handler_without_interest(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match="已经是本件的承办人"):
        reassign(cast, case, "han")
    with pytest.raises(GuardFailed, match="承办"):
        reassign(cast, case, "shen")
    with pytest.raises(GuardFailed, match="利害关系"):
        reassign(cast, case, "gao", no_interest=False)
    with pytest.raises(Refused):
        reassign(cast, case, "gao", "han")


# --- more time ----------------------------------------------------------------------------------------------


def extend(
    cast: Cast, case: Case, days: int, *, day: str = DAY, who: str = "tou", reason: str = "情况复杂"
) -> Case:
    return extending.extend(
        cast.load(who, case), actor=cast.actor(who), days=days, reason=reason, key=key(), when=on(day)
    )


def test_the_new_last_day_is_the_clocks(cast: Cast) -> None:
    case = cast.assigned()
    book, calendar = load_book(case.rulebook), load_calendar()
    old = deadline(book, "HANDLE", date(2026, 5, 8), calendar=calendar).legal
    new = deadline(book, "HANDLE", date(2026, 5, 8), calendar=calendar, extension_days=20).legal
    done = extend(cast, case, 20)
    said = {
        part["key"]: part["value"] for part in Paper.objects.get(kind="extension_notice").content["sections"]
    }
    assert (said["old_last_day"], said["new_last_day"]) == (old.isoformat(), new.isoformat())
    assert handle_clock(cast, case).deadline.legal == new
    assert WorkItem.objects.get(case_id=case.pk).legal_on == new
    assert Notice.objects.get(case_id=case.pk, kind="extension_notice").state == "owed"
    whole(done, "extension_notice")
    again = deadline(book, "HANDLE", date(2026, 5, 8), calendar=calendar, extension_days=30).legal
    extend(cast, case, 10, day="2026-05-13")
    assert handle_clock(cast, case).deadline.legal == again, "counted from the unrolled day"
    whole(done, "extension_notice")


def test_an_extension_keeps_to_its_bounds(cast: Cast) -> None:
    case = cast.assigned()
    last = handle_clock(cast, case).deadline.legal
    for days, reason, words in ((31, "复杂", "30日"), (0, "复杂", "至少是 1 天"), (5, " ", "理由")):
        with pytest.raises(GuardFailed, match=words):
            extend(cast, case, days, reason=reason)
    with pytest.raises(OutOfTime):
        extend(cast, case, 5, day=str(last + timedelta(days=1)))
    with pytest.raises(Refused):
        extend(cast, case, 5, who="fen")
    with pytest.raises(WrongStep):
        extend(cast, cast.accepted(), 5)
    assert not Paper.objects.filter(kind="extension_notice").exists()


def simple(cast: Cast) -> Case:
    """A case in the simple procedure that Han handles."""
    case = cast.registered()
    asked = ("joint", "assigned_by_upper", "may_refuse", "statutory_route", "many_bodies")
    parts = {"competent": True, "first_time": True, **dict.fromkeys(asked, False), "procedure": "simple"}
    perform(
        cast.load("fen", case),
        Request("accept_simple", key(), parts, role="intake"),
        actor=cast.actor("fen"),
        when=on("2026-05-08"),
        writing=Writing({"handled_by": cast.organs["anzhou"]}),
    )
    return assign(cast, case, "han")


def to_ordinary(cast: Cast, case: Case) -> Case:
    return extending.to_ordinary(
        cast.load("tou", case), actor=cast.actor("tou"), reason="争议较大", key=key(), when=on(DAY)
    )


def test_the_ordinary_procedure_counts_from_the_simple_acceptance(cast: Cast) -> None:
    case = simple(cast)
    done = to_ordinary(cast, case)
    due = deadline(load_book(case.rulebook), "HANDLE", date(2026, 5, 8), calendar=load_calendar()).legal
    assert handle_clock(cast, case).deadline.legal == due
    said = {
        part["key"]: part["value"] for part in Paper.objects.get(kind="ordinary_notice").content["sections"]
    }
    assert said["last_day"] == due.isoformat()
    whole(done, "ordinary_notice")
    with pytest.raises(GuardFailed, match="没有适用简易办理"):
        to_ordinary(cast, case)


def test_the_simple_period_is_not_extended(cast: Cast) -> None:
    case = simple(cast)
    with pytest.raises(GuardFailed, match="没有正在计算的办理期限"):
        extend(cast, case, 5)


# --- mediation ----------------------------------------------------------------------------------------------


def mediate(cast: Cast, case: Case, consents: Consents = AGREED) -> Case:
    return mediation.start_mediation(
        cast.load("tiao", case), actor=cast.actor("tiao"), consents=consents, key=key(), when=on(DAY)
    )


def settle(
    cast: Cast,
    case: Case,
    *,
    consents: Consents = AGREED,
    duties: Sequence[Duty] = (Duty("敬老院退还押金", date(2026, 7, 1)),),
    approver: Staff | None = None,
    signed: bool = True,
    lawful: bool = True,
    within: bool = True,
) -> Case:
    return mediation.agree_settlement(
        cast.load("tiao", case),
        actor=cast.actor("tiao"),
        consents=consents,
        duties=duties,
        signatures="双方和调解员当场签名",
        signed=signed,
        lawful=lawful,
        within_discretion=within,
        approver=approver,
        key=key(),
        when=on("2026-06-01"),
    )


def test_mediation_does_not_stop_the_clock(cast: Cast) -> None:
    case = cast.assigned()
    before = handle_clock(cast, case)
    done = mediate(cast, case)
    assert handle_clock(cast, case) == before and before.stopped_on is None
    said = Paper.objects.get(kind="mediation_consent").content
    assert before.deadline.legal.isoformat() in str(said) and "〔信访人姓名〕" in str(said)
    whole(done, "mediation_consent")


@pytest.mark.parametrize(
    "consents",
    [Consents("敬老院", False, True, "签字"), Consents("敬老院", True, False, "签字")],
)
def test_one_side_alone_is_no_mediation(cast: Cast, consents: Consents) -> None:
    case = cast.assigned()
    for act in (mediate, settle):
        approver = {"approver": cast.staff["shen"]} if act is settle else {}
        with pytest.raises(GuardFailed) as refused:
            act(cast, case, consents=consents, **approver)
        assert refused.value.code == "MEDIATION_NO_CONSENT"
    assert not Paper.objects.filter(kind__startswith="mediation").exists()


def test_a_settlement_closes_with_its_duties_and_days(cast: Cast) -> None:
    case = cast.assigned()
    done = settle(cast, case, approver=cast.staff["shen"])
    assert done.state == "closed_mediated" and not work(case)
    running = {one.clock: one for one in cast.load("tou", case).running()}
    assert running["HANDLE"].stopped_on == date(2026, 6, 1)
    assert running["MED_CONFIRM"].deadline.rule.information
    facts = Step.objects.get(case_id=case.pk, event="agree_settlement").facts
    assert (facts["approved_by_checker"], facts["approval"]) == (True, "stated")
    assert "敬老院退还押金（2026-07-01前履行）" in str(Paper.objects.get(kind="mediation_agreement").content)
    whole(done, "mediation_agreement")


def test_a_settlement_is_signed_lawful_and_agreed_by_the_checker(cast: Cast) -> None:
    case = cast.assigned()
    shen = cast.staff["shen"]
    for changes, words in (
        ({}, "审核"),
        ({"approver": cast.staff["tou"]}, "审核"),
        ({"approver": shen, "signed": False}, "没有签名"),
        ({"approver": shen, "lawful": False}, "超出法律"),
        ({"approver": shen, "within": False}, "裁量"),
        ({"approver": shen, "duties": ()}, "义务"),
        ({"approver": shen, "duties": (Duty("退还", date(2026, 5, 1)),)}, "已经过去"),
        ({"approver": shen, "duties": (Duty(f"退还{XIN['name']}", date(2026, 7, 1)),)}, "姓名"),
    ):
        with pytest.raises(Refused, match=words):
            settle(cast, case, **changes)  # type: ignore[arg-type]
    assert Case.objects.get(pk=case.pk).state == "handling"


# --- hearings -----------------------------------------------------------------------------------------------


def call(cast: Cast, case: Case, *, who: str = "ting", held_on: str = "2026-05-20", day: str = DAY) -> Case:
    return hearings.call_hearing(
        cast.load(who, case),
        actor=cast.actor(who),
        on=date.fromisoformat(held_on),
        time="上午 9:30",
        place="区民政局三楼会议室",
        subject="低保金应否停发",
        weighty=True,
        key=key(),
        when=on(day),
    )


def told(
    cast: Cast, case: Case, kind: str, *, who: str = "fen", told_on: str = "", day: str = "2026-05-13"
) -> Case:
    owed = [notices.name_of(one) for one in notices.owed(case) if one.kind == kind]
    return notices.give_notice(
        cast.load(who, case),
        actor=cast.actor(who),
        notices=owed,
        way="in_person",
        proof="本人签收",
        told_on=date.fromisoformat(told_on or day),
        key=key(),
        when=on(day),
    )


def record(
    cast: Cast, case: Case, *, closed_on: str = "2026-05-21", day: str = "2026-05-22", who: str = "ting"
) -> Case:
    held = hearings.Held(
        "信访人、承办人和两名听证员",
        "双方各陈述一次",
        "台账复印件",
        "事实清楚",
        date.fromisoformat(closed_on),
    )
    return hearings.record_hearing(
        cast.load(who, case), actor=cast.actor(who), held=held, key=key(), when=on(day)
    )


def test_a_hearing_is_called_told_and_recorded_while_the_clock_runs(cast: Cast) -> None:
    case = cast.assigned()
    before = handle_clock(cast, case).deadline.legal
    whole(call(cast, case), "hearing_notice")
    with pytest.raises(GuardFailed, match="告知信访人"):
        record(cast, case)
    told(cast, case, "hearing_notice")
    whole(record(cast, case), "hearing_record")
    assert handle_clock(cast, case).deadline.legal == before
    assert not [one for one in notices.owed(case) if one.kind == "hearing_notice"]
    with pytest.raises(GuardFailed, match="还没有发出听证通知"):
        record(cast, case)


def test_a_hearing_told_after_it_was_held_is_none(cast: Cast) -> None:
    case = cast.assigned()
    call(cast, case)
    told(cast, case, "hearing_notice", day="2026-05-21")
    with pytest.raises(GuardFailed, match="以后才告知"):
        record(cast, case)


def test_a_repeated_key_finds_its_first_result(cast: Cast) -> None:
    """Also where the first one has changed what the act is checked against."""
    case, once = cast.assigned(), {"key": "reassigned", "when": on("2026-05-10")}
    names = {"officer": cast.staff["gao"], "no_interest": True, **once}
    for _ in range(2):
        handling.reassign(cast.load("fen", case), actor=cast.actor("fen"), **names)  # type: ignore[arg-type]
    owed = [notices.name_of(one) for one in notices.owed(case)][:1]
    for _ in range(2):
        notices.give_notice(
            cast.load("fen", case), actor=cast.actor("fen"), notices=owed, way="in_person", proof="本人签收",
            told_on=date(2026, 5, 12), key="told", when=on("2026-05-12"),
        )  # fmt: skip
    events = [act.event for act in cast.load("fen", case).acts]
    assert (events.count("reassign"), events.count("give_notice")) == (1, 1)


def test_the_chair_has_not_worked_on_the_case(cast: Cast) -> None:
    case = cast.assigned()
    reassign(cast, case, "gao")
    for name in ("han", "gao"):
        actor = cast.actor(name)
        chair = replace(actor, roles=actor.roles | {"chair"})
        with pytest.raises(GuardFailed, match="不能主持") as refused:
            hearings.check_chair(cast.load("tou", case), chair)
        assert refused.value.code == "RECUSE"


def test_hearing_days_are_real(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match="已经过去"):
        call(cast, case, held_on="2026-05-11")
    call(cast, case)
    told(cast, case, "hearing_notice")
    for closed_on in ("2026-05-19", "2026-05-23"):
        with pytest.raises(GuardFailed, match="听证结论"):
            record(cast, case, closed_on=closed_on)


def rechecking(cast: Cast) -> Case:
    """A case that the province re-checks, asked for on 2026-07-20."""
    case = cast.served()
    way: list[tuple[str, str, str, dict[str, object], dict[str, object]]] = [
        (
            "request_review",
            "petitioner",
            "2026-06-05",
            {},
            {"holder": cast.organs["mianyang"], "officer": None},
        ),
        ("accept_review", "reviewer", "2026-06-08", {"is_upper_organ": True}, {}),
        ("review_uphold", "reviewer", "2026-07-01", {"sound": True, "approved_by_head": True}, {}),
        ("request_recheck", "petitioner", "2026-07-20", {}, {"holder": cast.organs["province"]}),
        ("accept_recheck", "rechecker", "2026-07-21", {"is_upper_organ": True}, {}),
    ]
    for event, role, day, parts, changes in way:
        case = perform(
            cast.load("tou", case),
            Request(event, key(), parts, role=role),
            actor=None,
            when=on(day),
            writing=Writing(changes),
        )
    return case


def test_in_the_recheck_the_hearing_days_are_left_out(cast: Cast) -> None:
    case = rechecking(cast)
    province = cast.organs["province"]
    sheng = cast.actor("sheng")
    chair = replace(sheng, organ=province, roles=frozenset({"chair", "window"}))
    book, calendar = load_book(case.rulebook), load_calendar()

    def running() -> date:
        found = [one for one in cast.load("tou", case).running() if one.clock == "RECHECK"]
        return found[-1].deadline.legal

    assert running() == deadline(book, "RECHECK", date(2026, 7, 20), calendar=calendar).legal
    hearings.call_hearing(
        cast.load("sheng", case),
        actor=chair,
        on=date(2026, 7, 29),
        time="上午 9:30",
        place="省民政厅",
        subject="低保金应否停发",
        weighty=True,
        key=key(),
        when=on("2026-07-22"),
    )
    assert running() == deadline(book, "RECHECK", date(2026, 7, 20), calendar=calendar).legal
    owed = [notices.name_of(one) for one in notices.owed(case) if one.kind == "hearing_notice"]
    notices.give_notice(
        cast.load("sheng", case),
        actor=chair,
        notices=owed,
        way="post",
        proof="挂号信编号（虚构）",
        told_on=date(2026, 7, 23),
        key=key(),
        when=on("2026-07-23"),
    )
    held = hearings.Held("双方", "陈述", "证据", "结论", date(2026, 7, 31))
    hearings.record_hearing(
        cast.load("sheng", case), actor=chair, held=held, key=key(), when=on("2026-08-03")
    )
    span = {"from": "2026-07-22", "to": "2026-07-31", "kind": "hearing"}
    assert running() == deadline(book, "RECHECK", date(2026, 7, 20), calendar=calendar, excluded=[span]).legal
    whole(case, "hearing_record")


# --- disputes -----------------------------------------------------------------------------------------------


def objected(cast: Cast) -> Case:
    case = cast.referred()
    return routing.object_to(
        cast.load("tou", case),
        actor=cast.actor("tou"),
        reasons="户籍在涪城区",
        believed="涪城区民政局",
        key=key(),
        when=on("2026-05-11"),
    )


def escalate(cast: Cast, case: Case, arbiter: Organ | None, *, who: str = "shi") -> Case:
    return disputes.escalate_dispute(
        cast.load(who, case),
        actor=cast.actor(who),
        arbiter=arbiter,
        reasons="经办地在安州区",
        key=key(),
        when=on(DAY),
    )


def designate(
    cast: Cast, case: Case, target: str, *, who: str = "sheng", reason: str = "经办地在安州区"
) -> Case:
    return disputes.decide_organ(
        cast.load(who, case),
        actor=cast.actor(who),
        target=cast.organs[target],
        reason=reason,
        key=key(),
        when=on("2026-05-14"),
    )


def test_a_dispute_goes_to_the_nearest_organ_above_both(cast: Cast) -> None:
    case = objected(cast)
    assert [organ.code for organ in disputes.arbiters(case, on=date(2026, 5, 12))] == ["province", "ministry"]
    done = escalate(cast, case, cast.organs["province"])
    assert (done.state, done.arbiter) == ("disputed", cast.organs["province"])
    assert work(case) == {("province", "act"), ("mianyang", "wait"), ("anzhou", "wait")}
    whole(done, "dispute_report")
    done = designate(cast, case, "anzhou")
    assert (done.state, done.offered_to, done.arbiter) == ("referred", cast.organs["anzhou"], None)
    assert work(case) == {("mianyang", "wait"), ("anzhou", "act")}
    running = [one for one in cast.load("tou", case).running() if one.stopped_on is None]
    assert {one.clock: one.started_on for one in running} == {
        "REF_NOTICE": date(2026, 5, 14),
        "OBJECTION": date(2026, 5, 14),
    }
    whole(done, "designation_notice", "referral_notice")
    routing.take(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-15"))
    assert Party.objects.get(case_id=case.pk).sealed_to == cast.organs["anzhou"].pk


def test_the_sender_may_be_designated(cast: Cast) -> None:
    case = escalate(cast, objected(cast), cast.organs["province"])
    designate(cast, case, "mianyang")
    assert work(case) == {("mianyang", "act")}
    done = routing.take(cast.load("shi", case), actor=cast.actor("shi"), key=key(), when=on("2026-05-15"))
    assert (done.state, done.holder) == ("registered", cast.organs["mianyang"])
    whole(done)


def test_without_a_common_organ_the_joint_conference_decides(cast: Cast) -> None:
    Organ.objects.filter(pk=cast.organs["mianyang"].pk).update(path="/3/")
    Organ.objects.filter(pk=cast.organs["anzhou"].pk).update(path="/3/4/")
    case = Case.objects.get(pk=objected(cast).pk)
    assert disputes.arbiters(case, on=date(2026, 5, 12)) == []
    done = escalate(cast, case, None)
    assert done.arbiter == cast.organs["mianyang"] and disputes.by_conference(cast.load("shi", done))
    designate(cast, done, "anzhou", who="shi", reason="联席会议议定由安州区办理")
    facts = Step.objects.get(case_id=case.pk, event="decide_organ").facts
    assert facts["joint_conference_result"] == "联席会议议定由安州区办理"


def test_disputes_keep_to_the_ladder(cast: Cast) -> None:
    case = objected(cast)
    with pytest.raises(GuardFailed, match="共同的上级"):
        escalate(cast, case, None)
    with pytest.raises(GuardFailed, match="不是双方共同的上级"):
        escalate(cast, case, cast.organs["fucheng"])
    with pytest.raises(NotYours):
        escalate(cast, case, cast.organs["province"], who="tou")
    done = escalate(cast, case, cast.organs["province"])
    with pytest.raises(NotYours):
        designate(cast, done, "anzhou", who="shi")
    with pytest.raises(GuardFailed, match="不能指定"):
        designate(cast, done, "ministry")
    with pytest.raises(GuardFailed, match="理由"):
        designate(cast, done, "anzhou", reason="")


# --- notices ------------------------------------------------------------------------------------------------


def test_a_notice_is_told_by_somebody_and_only_the_chosen_one(cast: Cast) -> None:
    case = cast.accepted()
    kinds = [one.kind for one in notices.owed(case)]
    assert kinds == ["receipt", "acceptance_notice"]
    done = told(cast, case, "acceptance_notice", told_on="2026-05-11")
    assert [one.kind for one in notices.owed(case)] == ["receipt"]
    row = Notice.objects.get(case_id=case.pk, kind="acceptance_notice")
    assert row.told_at is not None and row.told_at.date() == date(2026, 5, 11)
    assert Step.objects.get(case_id=case.pk, event="give_notice").facts["way"] == "当场告知：本人签收"
    whole(done)
    with pytest.raises(GuardFailed, match="还没有告知"):
        told(cast, case, "acceptance_notice")


def test_telling_needs_a_way_a_proof_and_a_day(cast: Cast) -> None:
    case = cast.accepted()
    names = [notices.name_of(one) for one in notices.owed(case)]
    good: dict[str, object] = {
        "notices": names,
        "way": "post",
        "proof": "邮件编号",
        "told_on": date(2026, 5, 9),
    }
    for changes, words in (
        ({"notices": []}, "还没有告知"),
        ({"notices": [*names, "1.opinion"]}, "还没有告知"),
        ({"way": "shout"}, "方式"),
        ({"proof": " "}, "凭证"),
        ({"proof": f"寄给{XIN['name']}"}, "姓名"),
        ({"proof": f"打{XIN['phone']}告知"}, "电话"),
        ({"told_on": date(2026, 5, 7)}, "告知日期"),
        ({"told_on": date(2026, 5, 14)}, "告知日期"),
    ):
        with pytest.raises(GuardFailed, match=words):
            notices.give_notice(
                cast.load("ran", case),
                actor=cast.actor("ran"),
                key=key(),
                when=on("2026-05-13"),
                **{**good, **changes},  # type: ignore[arg-type]
            )
    assert len(notices.owed(case)) == 2


def test_another_organ_tells_nothing(cast: Cast) -> None:
    with pytest.raises(NotYours):
        told(cast, cast.referred(), "referral_notice", who="fen")


def test_beijing_lengthens_the_review_too(cast: Cast) -> None:
    case = cast.served()
    Case.objects.filter(pk=case.pk).update(rulebook="beijing_2006")
    way: list[tuple[str, str, str, dict[str, object], dict[str, object]]] = [
        (
            "request_review",
            "petitioner",
            "2026-06-05",
            {},
            {"holder": cast.organs["mianyang"], "officer": None},
        ),
        ("accept_review", "reviewer", "2026-06-08", {"is_upper_organ": True}, {}),
    ]
    for event, role, day, parts, changes in way:
        case = perform(
            cast.load("tou", case),
            Request(event, key(), parts, role=role),
            actor=None,
            when=on(day),
            writing=Writing(changes),
        )
    done = extend(cast, case, 20, day="2026-06-20", who="shi")
    new = deadline(
        load_book("beijing_2006"),
        "REVIEW",
        date(2026, 6, 5),
        calendar=load_calendar(),
        extension_days=20,
    ).legal
    running = extending.period(cast.load("shi", done))
    assert (done.state, running and running.deadline.legal) == ("reviewing", new)
    paper = Paper.objects.get(kind="extension_notice")
    assert paper.content["title"] == "延长复查期限告知书" and new.isoformat() in str(paper.content)
    with pytest.raises(GuardFailed, match="30日"):
        extend(cast, case, 11, day="2026-06-21", who="shi")


def test_elsewhere_the_review_is_not_lengthened(cast: Cast) -> None:
    with pytest.raises(WrongStep):
        extend(cast, rechecking(cast), 10, day="2026-07-22", who="sheng")
