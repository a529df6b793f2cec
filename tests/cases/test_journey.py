"""The main path through the services, on SQLite and PostgreSQL: each act with its number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases import selectors
from lianxin.cases.links import link
from lianxin.cases.models import Case, CaseText, Claim, Evaluation, Link, Notice, Paper, Step, WorkItem
from lianxin.cases.policies import may_reveal
from lianxin.cases.services import acts, evaluation, handling, intake, reviewing, routing, serving, stages
from lianxin.cases.services.acts import Moment
from lianxin.jobs import integrity
from lianxin.ledger.chain import faults
from lianxin.ledger.ids import new_id
from lianxin.ledger.models import Entry, Look
from lianxin.organs.models import Post
from lianxin.procedure.errors import GuardFailed, Refused, Stale
from tests.cast import Cast, key, on

STATEMENTS = {
    "file": 11,
    "register": 5,
    "refer": 9,
    "take": 9,
    "accept": 8,
    "assign": 6,
    "draft_opinion": 8,
    "sign": 8,
    "serve": 8,
    "evaluate": 7,
    "accept_result": 6,
}
"""Statements of each service call, transaction control not counted; a case page or a form adds its own."""


@contextmanager
def statements(act: str) -> Iterator[None]:
    with CaptureQueriesContext(connection) as seen:
        yield
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    real = [q["sql"] for q in seen.captured_queries if not q["sql"].upper().startswith(control)]
    assert len(real) == STATEMENTS[act], f"{act}: {len(real)} statements\n" + "\n".join(
        sql[:150] for sql in real
    )


def test_from_the_door_to_the_answer(cast: Cast) -> None:
    warm = cast.filed(organ="mianyang")
    shi, fen, han, tou, ran = (cast.actor(name) for name in ("shi", "fen", "han", "tou", "ran"))
    petition = cast.petition(organ="mianyang")
    with statements("file"):
        filed = intake.file(petition, case_id=new_id(), when=on("2026-05-06"))
    case = filed.case
    assert (case.state, case.holder, len(filed.code)) == ("received", cast.organs["mianyang"], 17)
    assert warm.case.number != case.number

    loaded = cast.load("shi", case)
    with statements("register"):
        intake.register(
            loaded,
            actor=shi,
            key=key(),
            when=on("2026-05-07"),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary="低保金停发，要求恢复发放",
        )
    proposal = routing.propose(
        rulebook=case.rulebook,
        category="0101",
        kind="claim",
        place=cast.regions["anzhou"],
        on=date(2026, 5, 7),
    )
    assert proposal.organ is not None
    assert proposal.organ.code == "anzhou"
    assert proposal.because

    loaded = cast.load("shi", case)
    with statements("refer"):
        routing.refer(loaded, actor=shi, target=cast.organs["anzhou"], key=key(), when=on("2026-05-07", 10))
    assert set(WorkItem.objects.filter(case_id=case.pk).values_list("organ__code", "turn")) == {
        ("mianyang", "wait"),
        ("anzhou", "act"),
    }
    loaded = cast.load("fen", case)
    with statements("take"):
        routing.take(loaded, actor=fen, key=key(), when=on("2026-05-08"))
    loaded = cast.load("fen", case)
    with statements("accept"):
        handling.accept(loaded, actor=fen, key=key(), when=on("2026-05-08"), approver=cast.staff["tou"])
    loaded = cast.load("fen", case)
    with statements("assign"):
        handling.assign(
            loaded, actor=fen, officer=cast.staff["han"], no_interest=True, key=key(), when=on("2026-05-09")
        )
    basis = "社会救助暂行办法 第十二条"
    finding = handling.Finding(
        1, "系统误判。", "support", "恢复发放并补发。", basis, "补发", date(2026, 7, 1)
    )
    loaded = cast.load("han", case)
    with statements("draft_opinion"):
        handling.draft_opinion(
            loaded, actor=han, findings=[finding], heard=True, verified=True, key=key(), when=on("2026-05-20")
        )
    loaded = cast.load("tou", case)
    with statements("sign"):
        handling.sign(loaded, actor=tou, key=key(), when=on("2026-05-25"))
    loaded = cast.load("ran", case)
    with statements("serve"):
        serving.serve(
            loaded,
            actor=ran,
            method="in_person",
            served_on=date(2026, 5, 28),
            proof="本人签收",
            receiver="",
            refused=False,
            witness="",
            key=key(),
            when=on("2026-05-28"),
        )
    item = WorkItem.objects.get(case_id=case.pk)
    assert (item.turn, item.clock, item.legal_on) == ("wait", "REVIEW_WIN", date(2026, 6, 29))
    opinion = evaluation.Opinion(True, True, None, "satisfied", "basically")
    loaded = acts.load(Case.objects.select_related(*selectors.WITH).get(pk=case.pk))
    with statements("evaluate"):
        evaluation.evaluate(loaded, opinion=opinion, key=key(), when=on("2026-05-30"))
    loaded = acts.load(Case.objects.select_related(*selectors.WITH).get(pk=case.pk))
    with statements("accept_result"):
        closed = evaluation.accept_result(loaded, key=key(), when=on("2026-05-31"))
    assert closed.state == "closed_satisfied"
    check_whole(case.pk)
    assert not WorkItem.objects.filter(case_id=case.pk).exists()
    assert Evaluation.objects.get(case_id=case.pk).office == "satisfied"
    assert list(Paper.objects.filter(case_id=case.pk).order_by("seq").values_list("kind", flat=True)) == [
        "referral_letter",
        "referral_notice",
        "transfer_receipt",
        "acceptance_notice",
        "assignment_slip",
        "opinion_draft",
        "opinion",
        "proof_of_service",
        "evaluation_record",
        "closing_notice",
    ]


def check_whole(case_id: int) -> None:
    """The stored state equals that of the last step, the chain holds, the numbers have no gap."""
    case = Case.objects.get(pk=case_id)
    steps = list(Step.objects.filter(case_id=case_id).order_by("seq"))
    assert [step.seq for step in steps] == list(range(1, case.steps + 1))
    assert steps[-1].state == case.state
    entries = list(Entry.objects.filter(case_id=case_id))
    assert faults(entries, {step.seq: step.payload() for step in steps}) == []
    assert max(entries, key=lambda e: e.seq).hash == case.head


def test_a_repeated_key_does_nothing_twice(cast: Cast) -> None:
    case = cast.registered()
    again = key()
    for _ in range(2):
        handling.accept(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            key=again,
            when=on("2026-05-08"),
            approver=cast.staff["tou"],
        )
    assert Step.objects.filter(case_id=case.pk, event="accept").count() == 1
    assert Paper.objects.filter(case_id=case.pk).count() == 1
    check_whole(case.pk)


def test_conc_01_the_second_of_two_is_told(cast: Cast) -> None:
    case = cast.registered()
    one, other = cast.load("fen", case), cast.load("fen", case)
    accept = {"actor": cast.actor("fen"), "when": on("2026-05-08"), "approver": cast.staff["tou"]}
    handling.accept(one, key=key(), **accept)  # type: ignore[arg-type]
    with pytest.raises(Stale):
        handling.accept(other, key=key(), **accept)  # type: ignore[arg-type]
    assert Step.objects.filter(case_id=case.pk, event="accept").count() == 1
    check_whole(case.pk)


def test_conc_02_the_slower_twin_of_a_double_click_finds_the_first_result(cast: Cast) -> None:
    case = cast.registered()
    one, twin, same = cast.load("fen", case), cast.load("fen", case), key()
    for loaded in (one, twin):
        done = handling.accept(
            loaded, actor=cast.actor("fen"), key=same, when=on("2026-05-08"), approver=cast.staff["tou"]
        )
        assert done.state == "accepted"
    assert Step.objects.filter(case_id=case.pk, event="accept").count() == 1
    check_whole(case.pk)


def test_conc_02_one_draft_becomes_one_case(cast: Cast) -> None:
    petition = cast.petition()
    case_id = new_id()
    intake.file(petition, case_id=case_id, when=on("2026-05-06"))
    with pytest.raises(IntegrityError):
        intake.file(petition, case_id=case_id, when=on("2026-05-06"))


def test_a_refused_act_writes_nothing(cast: Cast) -> None:
    case = cast.registered()
    before = (Step.objects.count(), Notice.objects.count(), Paper.objects.count())
    with pytest.raises(Refused) as refused:
        handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-08"))
    assert refused.value.code in {"BAD_STATE", "PAPER_INCOMPLETE"}
    assert (Step.objects.count(), Notice.objects.count(), Paper.objects.count()) == before


def test_acceptance_needs_the_head(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(Refused):
        handling.accept(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-08"))
    with pytest.raises(GuardFailed):
        handling.accept(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            key=key(),
            when=on("2026-05-08"),
            approver=cast.staff["han"],
        )


def test_a_claim_with_a_hole_stops_the_opinion(cast: Cast) -> None:
    case = cast.assigned()
    hole = handling.Finding(1, "查明。", "support", "恢复发放。", "")
    with pytest.raises(GuardFailed, match="第 1 项诉求缺少：法律政策依据"):
        handling.draft_opinion(
            cast.load("han", case),
            actor=cast.actor("han"),
            findings=[hole],
            heard=True,
            verified=True,
            key=key(),
            when=on("2026-05-20"),
        )
    assert Claim.objects.get(case_id=case.pk).facts == ""


def test_only_the_assigned_officer_drafts(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(Refused, match="承办人"):
        handling.draft_opinion(
            cast.load("tou", case),
            actor=cast.actor("tou"),
            findings=[],
            heard=True,
            verified=True,
            key=key(),
            when=on("2026-05-20"),
        )


def test_an_objection_goes_back_and_is_counted(cast: Cast) -> None:
    case = cast.referred()
    routing.object_to(
        cast.load("tou", case),
        actor=cast.actor("tou"),
        reasons="属涪城区",
        believed="涪城区民政局",
        key=key(),
        when=on("2026-05-11"),
    )
    routing.agree_objection(cast.load("shi", case), actor=cast.actor("shi"), key=key(), when=on("2026-05-12"))
    item = WorkItem.objects.get(case_id=case.pk)
    assert (item.organ_id, item.bounced, item.state) == (cast.organs["mianyang"].pk, 1, "registered")
    check_whole(case.pk)


def test_an_objection_after_five_working_days_is_refused(cast: Cast) -> None:
    case = cast.referred()
    with pytest.raises(Refused) as refused:
        routing.object_to(
            cast.load("tou", case),
            actor=cast.actor("tou"),
            reasons="属涪城区",
            believed="",
            key=key(),
            when=on("2026-05-15"),
        )
    assert refused.value.code == "OBJECTION_LATE"


def test_identities_are_sealed_to_the_organ_that_takes(cast: Cast) -> None:
    from lianxin.petitioners.models import Party

    case = cast.referred()
    assert Party.objects.get(case_id=case.pk).sealed_to == cast.organs["mianyang"].pk
    routing.take(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-08"))
    assert Party.objects.get(case_id=case.pk).sealed_to == cast.organs["anzhou"].pk


def test_service_before_the_opinion_is_refused(cast: Cast) -> None:
    case = cast.issued()
    with pytest.raises(GuardFailed, match="送达日期"):
        serving.serve(
            cast.load("ran", case),
            actor=cast.actor("ran"),
            method="post",
            served_on=date(2026, 5, 20),
            proof="x",
            receiver="",
            refused=False,
            witness="",
            key=key(),
            when=on("2026-05-28"),
        )


def test_no_proof_no_window(cast: Cast) -> None:
    case = cast.issued()
    with pytest.raises(Refused):
        serving.serve(
            cast.load("ran", case),
            actor=cast.actor("ran"),
            method="post",
            served_on=date(2026, 5, 28),
            proof="",
            receiver="",
            refused=False,
            witness="",
            key=key(),
            when=on("2026-05-28"),
        )
    assert Case.objects.get(pk=case.pk).state == "issued"


def test_silence_closes_after_the_window_and_is_no_rating(cast: Cast) -> None:
    case = cast.served()
    loaded = acts.load(Case.objects.select_related(*selectors.WITH).get(pk=case.pk))
    with pytest.raises(Refused):
        serving.lapse(loaded, when=on("2026-06-29"))
    serving.lapse(loaded, when=on("2026-06-30"))
    assert Case.objects.get(pk=case.pk).state == "closed_lapsed"
    assert not Evaluation.objects.exists()


def test_others_do_not_see_the_case(cast: Cast) -> None:
    case = cast.registered()
    wai = cast.actor("wai")
    assert selectors.case_to_act_on(wai, case.pk) is None
    assert selectors.open_case(wai, case.pk, purpose="办理", at=on("2026-05-08").at) is None
    assert selectors.case_by_number(wai, case.number) is None
    assert selectors.worklist(wai, selectors.Wanted(), on=date(2026, 5, 8)).items == []


def test_reports_are_for_the_report_desk(cast: Cast) -> None:
    case = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    for name in ("ran", "fen", "tou"):
        assert selectors.case_to_act_on(cast.actor(name), case.pk) is None
        assert selectors.worklist(cast.actor(name), selectors.Wanted(), on=date(2026, 5, 8)).items == []
    assert selectors.case_to_act_on(cast.actor("mi"), case.pk) is not None


def test_a_report_goes_up_to_the_nearest_report_desk(cast: Cast) -> None:
    assert cast.filed(kind="report", category="1302").case.holder == cast.organs["anzhou"]
    Post.objects.create(
        id=9001,
        staff=cast.staff["shi"],
        organ=cast.organs["mianyang"],
        role="report_desk",
        starts_on=date(2020, 1, 1),
    )
    case = cast.filed(kind="report", category="1302", organ="fucheng").case
    assert case.holder == cast.organs["mianyang"]
    assert selectors.case_to_act_on(cast.actor("shi"), case.pk) is not None
    assert selectors.case_to_act_on(cast.actor("wai"), case.pk) is None


def test_a_letter_keeps_its_day_of_receipt(cast: Cast) -> None:
    petition = cast.petition(channel="letter", day="2026-05-06")
    filed = intake.record(petition, case_id=new_id(), actor=cast.actor("ran"), when=on("2026-05-09"))
    steps = list(Step.objects.filter(case_id=filed.case.pk).order_by("seq"))
    assert [(s.event, s.on) for s in steps] == [
        ("record_offline", date(2026, 5, 6)),
        ("register", date(2026, 5, 9)),
    ]
    assert WorkItem.objects.get(case_id=filed.case.pk).legal_on == date(2026, 5, 21)
    check_whole(filed.case.pk)


def test_an_oral_statement_must_be_read_back(cast: Cast) -> None:
    with pytest.raises(Refused):
        intake.record(
            cast.petition(channel="visit"), case_id=new_id(), actor=cast.actor("ran"), when=on("2026-05-06")
        )
    intake.record(
        cast.petition(channel="visit", read_back=True),
        case_id=new_id(),
        actor=cast.actor("ran"),
        when=on("2026-05-06"),
    )


def test_bad_input_is_named(cast: Cast) -> None:
    for changes, words in (
        ({"body": " \n"}, "不能为空"),
        ({"body": "长" * 20_001}, "最多 20000 字"),
        ({"people": 0}, "至少为 1"),
    ):
        with pytest.raises(intake.BadPetition, match=words):
            cast.filed(**changes)
    with pytest.raises(intake.BadPetition, match="晚于今天"):
        intake.file(
            cast.petition(day="2026-05-07"),
            case_id=new_id(),
            when=Moment(date(2026, 5, 6), on("2026-05-06").at),
        )
    assert not Case.objects.exists()


def test_a_referral_goes_down_only(cast: Cast) -> None:
    case = cast.registered()
    for target in ("mianyang", "fucheng", "ministry"):
        with pytest.raises(Refused):
            routing.refer(
                cast.load("fen", case),
                actor=cast.actor("fen"),
                target=cast.organs[target],
                key=key(),
                when=on("2026-05-08"),
                reason="不是本机关的事项",
            )
    assert Case.objects.get(pk=case.pk).state == "registered"


def test_log_01_a_changed_paper_text_claim_or_look_is_named(cast: Cast) -> None:
    case = cast.accepted()
    selectors.open_case(cast.actor("fen"), case.pk, purpose="办理", at=on("2026-05-09").at)
    assert integrity.check(case.pk).faults == ()
    Paper.objects.filter(case_id=case.pk).update(content={"matter": "改过"})
    CaseText.objects.filter(case_id=case.pk).update(body="改过")
    Look.objects.filter(case_id=case.pk).update(purpose="改过")
    found = " ".join(integrity.check(case.pk).faults)
    assert "paper" in found and "words" in found and "look 1" in found


def test_a_summary_that_names_the_petitioner_is_refused(cast: Cast) -> None:
    case = cast.filed().case
    with pytest.raises(intake.BadPetition, match="姓名"):
        intake.register(
            cast.load("ran", case),
            actor=cast.actor("ran"),
            key=key(),
            when=on("2026-05-07"),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary="辛小禾反映低保停发",
        )


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("姓名", "辛 小 禾反映低保停发"),
        ("电话", "139 0000-0001来电反映低保停发"),
        ("住址", "安州区 花荄镇文胜路18号低保停发"),
        ("身份证件号码", "510724195001010011低保停发"),
        ("姓名", "代写人贾代写反映低保停发"),
    ],
)
def test_no_field_of_any_party_stands_in_a_summary(cast: Cast, field: str, written: str) -> None:
    helper = {"name": "贾代写"}
    case = cast.filed(helper=helper).case
    with pytest.raises(intake.BadPetition, match=field):
        intake.register(
            cast.load("ran", case),
            actor=cast.actor("ran"),
            key=key(),
            when=on("2026-05-07"),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary=written,
        )
    petition = cast.petition(channel="letter", summary=written, helper=helper)
    with pytest.raises(intake.BadPetition, match=field):
        intake.record(petition, case_id=new_id(), actor=cast.actor("ran"), when=on("2026-05-06"))
    petition = cast.petition(channel="letter", helper=helper)
    with pytest.raises(intake.BadPetition, match=field):
        intake.record(
            petition, case_id=new_id(), actor=cast.actor("ran"), when=on("2026-05-06"), note=written
        )
    assert not Case.objects.exclude(pk=case.pk).exists()


def test_no_paper_and_no_fact_tells_the_rating(cast: Cast) -> None:
    """The officers who handled it read every paper and step of the case (rulebook 11)."""
    case = cast.served()
    opinion = evaluation.Opinion(True, False, None, "not_satisfied", "not_satisfied", "办得太慢")
    evaluation.evaluate(cast.load_public(case), opinion=opinion, key=key(), when=on("2026-05-30"))
    paper = Paper.objects.get(case_id=case.pk, kind="evaluation_record")
    step = Step.objects.filter(case_id=case.pk).latest("seq")
    told = str([paper.content, step.facts, step.note])
    assert "2026-05-30" in told
    assert not any(word in told for word in ("满意", "satisf", "太慢"))
    assert Evaluation.objects.get(case_id=case.pk).organ == "not_satisfied"


def answer_again(cast: Cast, case: Case) -> None:
    """Take a served case through review, remand and a second answer, served on 2026-07-01."""
    fu, han, tou, ran = (cast.actor(name) for name in ("fu", "han", "tou", "ran"))
    review = stages.REVIEW
    reviewing.ask(
        cast.load_public(case), review, asked=stages.Asked(("恢复发放低保金",), "数额不对。"),
        organ=cast.organs["mianyang"], actor=None, key=key(), when=on("2026-06-10"),
    )  # fmt: skip
    reviewing.accept(
        cast.load("fu", case), review, actor=fu, ground="期限以内", key=key(), when=on("2026-06-12")
    )
    reviewing.remand(
        cast.load("fu", case), review, actor=fu, found=stages.Found("没有核对停发期间。", "事实不清。"),
        due_on=date(2026, 7, 31), approver=cast.staff["shi"], key="once", when=on("2026-06-22"),
    )  # fmt: skip
    finding = handling.Finding(
        1, "停发六个月。", "support", "补发六个月。", "办法", "补发", date(2026, 7, 31)
    )
    handling.draft_opinion(
        cast.load("han", case), actor=han, findings=[finding], heard=True, verified=True, key=key(),
        when=on("2026-06-28"),
    )  # fmt: skip
    handling.sign(cast.load("tou", case), actor=tou, key=key(), when=on("2026-06-29"))
    serving.serve(
        cast.load("ran", case), actor=ran, method="in_person", served_on=date(2026, 7, 1), proof="本人签收",
        receiver="", refused=False, witness="", key=key(), when=on("2026-07-01"),
    )  # fmt: skip


def test_each_answer_is_evaluated_once(cast: Cast) -> None:
    """The answer after a remand is another one."""
    case, opinion = cast.served(), evaluation.Opinion(True, True, None, "satisfied", "satisfied")

    def evaluate(day: str, act: str = "") -> Case:
        given = {"opinion": opinion, "key": act or key(), "when": on(day)}
        return evaluation.evaluate(cast.load_public(case), **given)  # type: ignore[arg-type]

    first = evaluate("2026-05-30", "again").steps
    assert evaluate("2026-05-30", "again").steps == first
    with pytest.raises(GuardFailed, match="已经评价过"):
        evaluate("2026-05-31")
    answer_again(cast, case)
    evaluate("2026-07-02")
    with pytest.raises(GuardFailed, match="已经评价过"):
        evaluate("2026-07-03")
    assert Evaluation.objects.filter(case_id=case.pk).count() == 2


def test_what_repeats_an_earlier_item_is_not_evaluated(cast: Cast) -> None:
    first, again = cast.served(), cast.served()
    Case.objects.filter(pk=again.pk).update(received_at=first.received_at + timedelta(days=1))
    again.refresh_from_db()
    link(again, first, Link.Kind.REPEAT, reason="同一人同一事")
    opinion = evaluation.Opinion(True, True, None, "satisfied", "satisfied")
    with pytest.raises(GuardFailed, match="初次"):
        evaluation.evaluate(cast.load_public(again), opinion=opinion, key=key(), when=on("2026-05-30"))
    evaluation.evaluate(cast.load_public(first), opinion=opinion, key=key(), when=on("2026-05-30"))
    assert Evaluation.objects.get().case_id == first.pk


def test_a_repeated_take_finds_its_first_result(cast: Cast) -> None:
    case = cast.referred()
    loaded = cast.load("fen", case)
    done = routing.take(loaded, actor=cast.actor("fen"), key="twice", when=on("2026-05-08"))
    again = routing.take(cast.load("fen", case), actor=cast.actor("fen"), key="twice", when=on("2026-05-08"))
    assert again.steps == done.steps


def test_serving_tells_only_of_the_opinion(cast: Cast) -> None:
    case = cast.served()
    told = dict(Notice.objects.filter(case_id=case.pk).values_list("kind", "state"))
    assert told.pop("opinion", "told") == "told"
    assert {state for kind, state in told.items() if kind in {"receipt", "acceptance_notice"}} <= {"owed"}


def test_identities_close_to_the_window_once_an_officer_has_the_case(cast: Cast) -> None:
    case = cast.assigned()
    assert not may_reveal(cast.actor("ran"), case)
    assert may_reveal(cast.actor("han"), case)
    assert may_reveal(cast.actor("ran"), cast.issued())
