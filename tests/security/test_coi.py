"""The conflict wall (COI-01, 03, 04, 05, 06, 08): who is named does not reach the case and is not reached by it."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases import walls as behind
from lianxin.cases.models import Alert, Case, Notice, Paper, Wall, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import (
    disputes,
    handling,
    intake,
    leaving,
    oversight,
    reports,
    reviewing,
    routing,
    stages,
    walls,
)
from lianxin.cases.services.acts import load
from lianxin.jobs.integrity import check
from lianxin.jobs.sweeps import sweep
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import actors_of
from lianxin.organs.models import Organ, Post
from lianxin.organs.services import organs
from lianxin.petitioners import vault
from lianxin.procedure.errors import AccusedLeak, GuardFailed, Stale, WrongRole
from tests.cast import Cast, key, on
from tests.security.walling import DAY, hired, known_to, named, raised, who_know

ANZHOU = {"ran", "fen", "han", "shen", "tou", "mi", "guan", "gao", "tiao", "ting", "zhi"}
COUNTY, CITY, PROVINCE = "绵阳市安州区民政局", "绵阳市民政局", "四川省民政厅"


def held(cast: Cast, case: Case, name: str) -> bool:
    """Tell whether an organ has the case, sealed to it, on its list, and nothing is out of joint."""
    row = Case.objects.get(pk=case.pk)
    there = WorkItem.objects.filter(case_id=case.pk, organ=cast.organs[name]).exists()
    return row.holder_id == cast.organs[name].pk and there and not check(case.pk).faults


def test_coi_04_access_ends_at_once_and_the_case_goes_up(cast: Cast) -> None:
    case = cast.assigned()
    cast.load("han", case)
    assert {"han", "tou", "ran"} <= who_know(cast, case)
    done = raised(cast, case, COUNTY)
    assert held(cast, done, "mianyang") and done.state == "handling"
    assert (done.handled_by, done.officer) == (cast.organs["mianyang"], cast.staff["shi"])
    assert not who_know(cast, done) & ANZHOU and {"shi", "fu", "du", "dao"} <= who_know(cast, done)
    with pytest.raises(NotYours):
        handling.reassign(
            load(done),
            actor=cast.actor("tou"),
            officer=cast.staff["gao"],
            no_interest=True,
            key=key(),
            when=on(DAY),
        )


def test_coi_04_earlier_looks_are_listed_to_the_upper_organ_and_to_the_petitioner(cast: Cast) -> None:
    from lianxin.cases.selectors import followed, open_case
    from lianxin.web.public.following import timeline

    case = cast.assigned()
    assert open_case(cast.actor("han"), case.pk, purpose="办理", at=on("2026-05-20").at)
    assert open_case(cast.actor("du"), case.pk, purpose="督查", at=on("2026-05-21").at)
    done = raised(cast, case, COUNTY)
    opened = open_case(cast.actor("shi"), done.pk, purpose="办理", at=on(DAY).at)
    assert opened is not None
    seen = opened.steps[-1].facts["seen_before"]
    assert seen == [f"2026-05-20 {COUNTY}（承办）"] and opened.steps[-1].note == seen[0]
    assert seen[0] in str(timeline(followed(done.pk))[0]["text"])


def test_coi_04_an_officer_alone_is_replaced_in_the_same_organ(cast: Cast) -> None:
    case = cast.assigned()
    done = raised(cast, case, "韩承办")
    assert held(cast, done, "anzhou") and done.officer == cast.staff["tou"]
    assert "han" not in who_know(cast, done) and {"tou", "fen"} <= who_know(cast, done)


def test_coi_01_no_way_of_the_desk_leads_behind_the_wall(cast: Cast) -> None:
    case = raised(cast, cast.registered(), COUNTY)
    shi, day = cast.actor("shi"), on(DAY)
    loaded = cast.load("shi", case)
    with pytest.raises(GuardFailed, match="不能交给") as refused:
        routing.refer(loaded, actor=shi, target=cast.organs["anzhou"], key=key(), when=day)
    assert CITY in refused.value.instead and "回避" not in refused.value.sentence
    assert (
        routing.refer(loaded, actor=shi, target=cast.organs["fucheng"], key=key(), when=day).state
        == "referred"
    )


def test_coi_01_a_dispute_is_settled_by_nobody_behind_the_wall(cast: Cast) -> None:
    case = cast.referred()
    tou, shi = cast.actor("tou"), cast.actor("shi")
    case = routing.object_to(
        cast.load("tou", case),
        actor=tou,
        reasons="不属于本区",
        believed="涪城区",
        key=key(),
        when=on("2026-05-08"),
    )
    case = raised(cast, case, PROVINCE, who="shi", near="mianyang")
    ministry = cast.organs["ministry"]
    assert (case.holder, case.offered_to) == (ministry, ministry)
    assert not who_know(cast, case) & (ANZHOU | {"shi", "zong", "sheng", "dao"})
    assert not disputes.arbiters(case, on=DAY) and shi


def test_coi_01_a_referral_that_waits_comes_back_up(cast: Cast) -> None:
    case = raised(cast, cast.referred(), COUNTY, who="shi", near="mianyang")
    assert (case.holder, case.offered_to) == (cast.organs["mianyang"], cast.organs["mianyang"])
    taken = routing.take(cast.load("shi", case), actor=cast.actor("shi"), key=key(), when=on(DAY))
    assert taken.state == "registered" and held(cast, taken, "mianyang")


def test_coi_01_review_is_not_asked_behind_the_wall_and_a_remand_does_not_go_back(cast: Cast) -> None:
    case = cast.served()
    done = walls.raise_wall(
        cast.load_public(case), named=named(cast, CITY, near="mianyang"), actor=None, key=key(), when=on(DAY)
    )
    assert held(cast, done, "province")
    loaded, asked = cast.load_public(done), stages.Asked(("恢复发放低保金",), "数额不对。（虚构）")
    names = [one.name for one in stages.organs_to_ask(loaded, stages.REVIEW, on=DAY)]
    assert CITY not in names and names
    with pytest.raises(GuardFailed, match="所选机关不能复查"):
        reviewing.ask(
            loaded,
            stages.REVIEW,
            asked=asked,
            organ=cast.organs["mianyang"],
            actor=None,
            key=key(),
            when=on(DAY),
        )
    under = raised(cast, cast.under_review(), COUNTY, who="shi", near="mianyang")
    back = reviewing.remand(
        cast.load("fu", under),
        stages.REVIEW,
        actor=cast.actor("fu"),
        found=stages.Found("原处理没有核实收入。", "事实不清。"),
        due_on=date(2026, 7, 30),
        approver=cast.staff["shi"],
        key=key(),
        when=on("2026-06-20"),
    )
    assert held(cast, back, "mianyang") and back.officer == cast.staff["shi"]


def test_coi_01_a_report_is_not_forwarded_behind_the_wall(cast: Cast) -> None:
    case = cast.filed(kind="report").case
    mi = cast.actor("mi")
    case = intake.register(
        cast.load("mi", case), actor=mi, key=key(), when=on("2026-05-07"), kind="report", category="0101",
        subroute="", summary="反映经办人员收受好处",
    )  # fmt: skip
    case = raised(cast, case, "绵阳市涪城区民政局", who="mi", near="mianyang")
    given = {"content": "反映某办事员压件不办。", "secrecy_grade": "秘密"}
    with pytest.raises(AccusedLeak):
        reports.seal_as_report(
            cast.load("mi", case),
            actor=mi,
            receiver=reports.Receiver("绵阳市涪城区民政局", "county", "civil_affairs"),
            accused=["某镇人民政府"],
            sealed=True,
            given=given,
            key=key(),
            when=on(DAY),
        )


def test_coi_01_an_urgent_report_goes_past_an_organ_behind_the_wall(cast: Cast) -> None:
    case = walls.raise_wall(
        cast.load("tou", cast.registered()),
        named=named(cast, "石市局", near="mianyang"),
        actor=cast.actor("tou"),
        key=key(),
        when=on(DAY),
    )
    # Shi heads the city, so the county below it stands behind the wall as well
    assert held(cast, case, "province") and not known_to(cast.actor("zhi"), case)
    assert behind.upper_id(case, cast.organs["anzhou"], on=DAY) == cast.organs["province"].pk
    assert oversight.other_post(cast.actor("zong"), *oversight.POSTS) == "duty"


def test_coi_01_a_petition_to_the_organ_it_names_is_filed_above_it(cast: Cast) -> None:
    filed = cast.filed(avoid=named(cast, COUNTY, "某镇老王（虚构）"))
    case = filed.case
    assert held(cast, case, "mianyang") and case.registrar == cast.organs["mianyang"]
    assert not who_know(cast, case) & ANZHOU and "shi" in who_know(cast, case)
    assert [person.role for person in vault.parties(case.pk)] == ["petitioner", "accused"]
    steps = cast.load("shi", case).acts
    assert [act.event for act in steps] == ["submit", "raise_wall"] and "老王" not in str(steps)


def test_coi_01_a_report_that_names_the_desk_above_goes_to_the_next_one(cast: Cast) -> None:
    hired(cast, "dao", "province", "report_desk", since=date(2026, 1, 1))
    filed = cast.filed(kind="report", avoid=named(cast, COUNTY))
    assert filed.case.holder == cast.organs["province"]
    assert who_know(cast, filed.case) == {"dao"}


def test_coi_01_what_a_window_takes_in_against_its_own_organ_goes_up(cast: Cast) -> None:
    petition = cast.petition(
        channel="letter", avoid=named(cast, COUNTY), summary="低保金停发", subroute="31.6"
    )
    filed = intake.record(petition, case_id=new_id(), actor=cast.actor("ran"), when=on("2026-05-06"))
    assert filed.case.registrar == cast.organs["anzhou"] and held(cast, filed.case, "mianyang")
    assert not who_know(cast, filed.case) & ANZHOU


@pytest.mark.parametrize("part", ["approver", "officer"])
def test_coi_03_the_accused_is_passed_over_for_approval_and_assignment(cast: Cast, part: str) -> None:
    if part == "approver":
        hired(cast, "gao", "anzhou", "checker")
        case = raised(cast, cast.registered(), "高承办")
        loaded = cast.load("fen", case)
        with pytest.raises(GuardFailed, match="所选人员不能办理这一件"):
            leaving.route_out(
                loaded, actor=cast.actor("fen"), subroute="31.4", hint="reconsider", knew_on=None,
                given={"competent_organ": "绵阳市安州区人民政府", "legal_basis": "行政复议法 第二十条"},
                key=key(), when=on(DAY), approver=cast.staff["gao"],
            )  # fmt: skip
        return
    case = raised(cast, cast.accepted(), "高承办")
    assert behind.clear_staff(case, [cast.staff["gao"], cast.staff["han"]], on=DAY) == [cast.staff["han"]]
    with pytest.raises(GuardFailed, match="所选人员不能办理这一件"):
        handling.assign(
            cast.load("fen", case), actor=cast.actor("fen"), officer=cast.staff["gao"], no_interest=True, key=key(),
            when=on(DAY),
        )  # fmt: skip


def test_coi_05_nobody_lifts_a_wall_alone(cast: Cast) -> None:
    case = raised(cast, cast.assigned(), COUNTY)
    shi, zong = cast.actor("shi"), cast.staff["zong"]

    def lift(
        approver: str | None, reasons: str = "经核实没有利害关系。", who: str = "shi", seq: int = 1
    ) -> Case:
        return walls.lift_wall(
            cast.load(who, case), actor=cast.actor(who), lifted=[seq], reasons=reasons,
            approver=cast.staff[approver] if approver else None, key=key(), when=on("2026-06-02"),
        )  # fmt: skip

    for wrong in (None, "shi", "tou", "wai", "fu"):
        with pytest.raises(GuardFailed):
            lift(wrong)
    with pytest.raises(GuardFailed, match="请写明取消回避的理由"):
        lift("zong", " ")
    with pytest.raises(GuardFailed, match="没有写明应当回避"):
        lift("zong", seq=9)
    with pytest.raises(WrongRole):
        lift("zong", who="fu")
    assert Wall.objects.filter(lifted_step=None).count() == 1 and not who_know(cast, case) & ANZHOU
    done = lift("zong")
    step = cast.load("shi", done).acts[-1]
    assert (step.event, step.facts["upper_organ"]) == ("lift_wall", "province") and shi and zong
    assert f"{PROVINCE}负责人" in str(Paper.objects.get(case_id=done.pk, kind="wall_lifted_notice").content)
    assert Notice.objects.filter(case_id=done.pk, kind="wall_lifted_notice", state="owed").exists()
    assert held(cast, done, "mianyang") and "han" in who_know(cast, done), (
        "its organ registered it and follows it again"
    )
    assert Wall.objects.get(case_id=done.pk).lifted_step == done.steps


def test_coi_06_the_wall_goes_with_the_person(cast: Cast) -> None:
    case = raised(cast, cast.registered(), "高承办")
    assert {"han"} <= who_know(cast, case) and "gao" not in who_know(cast, case)
    hired(cast, "gao", "mianyang", "supervisor")
    hired(cast, "gao", "province", "supervisor", since=date(2026, 8, 1))
    for day in (DAY, date(2026, 8, 2)):
        posts = actors_of(cast.staff["gao"].pk, on=day)
        assert len(posts) > 1 and not any(known_to(actor, case) for actor in posts)


def test_coi_06_who_works_in_an_accused_organ_knows_it_in_no_other_post(cast: Cast) -> None:
    hired(cast, "han", "mianyang", "intake")
    case = raised(cast, cast.registered(), COUNTY)
    assert "shi" in who_know(cast, case) and "han" not in who_know(cast, case)


def test_coi_06_a_later_post_at_the_head_takes_the_case_from_that_organ(cast: Cast) -> None:
    case = raised(cast, cast.registered(), "魏外人", near="mianyang", who="tou")
    assert held(cast, case, "anzhou")
    hired(cast, "wai", "anzhou", "head", since=date(2026, 7, 1))
    later = date(2026, 7, 2)
    assert not who_know(cast, case, day=later) & ANZHOU
    assert sweep(when=on(later)).moved == 1 and sweep(when=on(later)).moved == 0
    row = Case.objects.get(pk=case.pk)
    assert row.holder == cast.organs["mianyang"] and "shi" in who_know(cast, row, day=later)


def test_coi_06_a_wall_follows_an_organ_to_its_successor(cast: Cast) -> None:
    parent, admin = (
        cast.organs["mianyang"],
        hired(cast, "guan", "province", "organ_admin", since=date(2026, 1, 1)),
    )
    old = Organ.objects.create(
        id=77, code="old", name="安州区老龄办", short_name="老龄办", level="county", kind="civil_affairs",
        region=cast.regions["anzhou"], parent=parent, path=f"{parent.path}77/", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    case = raised(cast, cast.registered(), "老龄办")
    assert held(cast, case, "anzhou") and admin
    guan = next(
        one for one in actors_of(cast.staff["guan"].pk, on=DAY) if one.organ == cast.organs["province"]
    )
    organs.end(
        guan, old, on=date(2026, 6, 3), at=on("2026-06-03").at, successor=cast.organs["anzhou"],
        also=lambda: walls.follow_change(old, cast.organs["anzhou"], when=on("2026-06-03")),
    )  # fmt: skip
    assert held(cast, case, "mianyang") and not who_know(cast, case) & ANZHOU
    later = raised(cast, cast.filed(organ="mianyang").case, "old", who="shi", near="mianyang")
    assert {wall.organ_id for wall in Wall.objects.filter(case_id=later.pk)} == {77, cast.organs["anzhou"].pk}


def test_coi_08_with_all_in_conflict_it_goes_up_and_at_the_top_to_the_report_desk(cast: Cast) -> None:
    hired(cast, "wai", "ministry", "report_desk", since=date(2026, 1, 1))
    Post.objects.filter(staff=cast.staff["wai"], organ=cast.organs["fucheng"]).delete()
    hired(cast, "kun", "ministry", "head", since=date(2026, 1, 1))
    case = raised(cast, cast.assigned(), CITY, near="mianyang")
    assert held(cast, case, "province")
    case = walls.raise_wall(
        cast.load_public(case),
        named=named(cast, "民政部", near="ministry"),
        actor=None,
        key=key(),
        when=on(DAY),
    )
    assert held(cast, case, "ministry") and case.officer == cast.staff["wai"]
    assert who_know(cast, case) == {"wai"}


def test_coi_08_at_the_top_with_nobody_left_it_is_kept(cast: Cast) -> None:
    case = raised(cast, cast.assigned(), "民政部", near="ministry")
    assert case.holder == cast.organs["ministry"] and case.state == "handling" and not check(case.pk).faults
    assert not who_know(cast, case)


def test_a_wall_names_somebody_and_only_those_who_may_raise_it(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match="没有写明应当回避"):
        raised(cast, case, "  ")
    for name in ("han", "shen"):
        with pytest.raises(WrongRole):
            raised(cast, case, "高承办", who=name)
    loaded = cast.load("tou", case)
    raised(cast, case, "高承办")
    with pytest.raises(Stale):
        walls.raise_wall(
            loaded, named=named(cast, "韩承办"), actor=cast.actor("tou"), key=key(), when=on(DAY)
        )
    with pytest.raises(GuardFailed, match="最多 20 行"):
        named(cast, *(f"第{n}人" for n in range(21)))


def test_words_that_name_nobody_here_are_sealed_to_whoever_has_the_case(cast: Cast) -> None:
    case = raised(cast, cast.registered(), COUNTY, "安州区某镇陈某某")
    (accused,) = [one for one in vault.parties(case.pk) if one.role == "accused"]
    assert accused.given == ("name",)
    text = vault.reveal(
        case_id=case.pk,
        seq=accused.seq,
        field="name",
        purpose="核对",
        reader=cast.actor("shi").reader(),
        at=on(DAY).at,
    )
    assert text == "安州区某镇陈某某" and "陈某某" not in str(list(Wall.objects.values()))


def test_an_alert_about_a_hidden_case_is_hidden(cast: Cast) -> None:
    case = cast.assigned()
    Alert.objects.create(
        organ=cast.organs["anzhou"], case_id=case.pk, mark="x", about=cast.organs["anzhou"], due_on=DAY, raised_on=DAY,
        order=1,
    )  # fmt: skip
    assert "tou" in who_know(cast, case)
    assert not who_know(cast, raised(cast, case, COUNTY)) & ANZHOU
