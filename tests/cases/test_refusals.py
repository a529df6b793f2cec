"""The refusals at the registry, reports under seal, and a matter brought again after the final re-check."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.links import linked_to
from lianxin.cases.models import Case, CaseText, Link, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.selectors import case_to_act_on, case_to_oversee, open_case
from lianxin.cases.services import acts, handling, intake, oversight, refusals, reports
from lianxin.cases.services.refusals import InProgress
from lianxin.jobs import integrity
from lianxin.ledger.ids import new_id
from lianxin.papers import IncompletePaper
from lianxin.procedure.clock import nearest
from lianxin.procedure.errors import AccusedLeak, GuardFailed, Refused, Stale, WrongRole, WrongStep
from tests.cases.test_leaving import DAY, last_facts, owed, whole
from tests.cast import XIN, Cast, key, on

REFUSED = {"ground": "同一事项正在下级机关办理", "what_next": "请等待答复"}
GUIDED = {"what_happened": "来访已登记", "why": "应当由县级办理", "what_stays_possible": "可以写信、网上提出"}
FINAL = {
    "recheck_no": "川民复核〔2026〕3号",
    "recheck_served_on": "2026-04-20",
    "same_facts": "与复核时相同",
    "how_new_facts": "可以带材料重新提出",
}
SEALED = {"content": "反映某办事员压件不办。", "secrecy_grade": "秘密"}
PROVINCE = "四川省民政厅"
DISCIPLINE = reports.Receiver("绵阳市纪律检查委员会监察委员会", "city", "discipline")


def at_city(cast: Cast, **changes: object) -> Case:
    case = cast.filed(organ="mianyang", **changes).case
    return intake.register(
        cast.load("shi", case),
        actor=cast.actor("shi"),
        key=key(),
        when=on("2026-05-07"),
        kind="claim",
        category="0101",
        subroute="31.6",
        summary="低保金停发，要求恢复发放",
    )


def at_fucheng(cast: Cast) -> Case:
    petition = cast.petition(organ="fucheng", channel="letter", summary="反映低保")
    return intake.record(petition, case_id=new_id(), actor=cast.actor("wai"), when=on("2026-05-06")).case


def supervised(cast: Cast) -> Case:
    """Return a case the city has asked to be told about by an earlier day than that of the answer."""
    found = case_to_oversee(cast.actor("du"), cast.assigned().pk)
    assert found is not None
    return oversight.supervise(
        acts.load(found),
        actor=cast.actor("du"),
        trigger="no_reason_late",
        facts="多次来信",
        required="抓紧办理",
        report_due_on=date(2026, 6, 5),
        key=key(),
        when=on("2026-05-20"),
    )


# --- T11 in progress ------------------------------------------------------------------------------------------------


def in_progress(cast: Cast, case: Case, running: InProgress, day: str = DAY, **changes: object) -> Case:
    given: dict[str, object] = {"same": True, "given": REFUSED, **changes}
    loaded, shi = cast.load("shi", case), cast.actor("shi")
    return refusals.refuse_in_progress(
        loaded,
        actor=shi,
        running=running,
        key=key(),
        when=on(day),
        **given,  # type: ignore[arg-type]
    )


def test_the_running_items_own_clock_gives_the_day(cast: Cast) -> None:
    below, case = cast.assigned(), at_city(cast)
    done = in_progress(cast, case, InProgress(f" {below.number.lower()} "))
    assert done.state == "not_accepted"
    text = str(Paper.objects.get(case_id=done.pk).content)
    assert below.number in text and "绵阳市安州区民政局" in text and "2026-07-07" in text
    assert last_facts(done)["lower_status"] == "handling"
    whole(done, "non_acceptance_notice")
    assert owed(done)["non_acceptance_notice"] == "owed"


def test_a_running_item_elsewhere_is_typed(cast: Cast) -> None:
    typed = InProgress("", "绵阳市安州区民政局", date(2026, 7, 1))
    done = in_progress(cast, at_city(cast), typed)
    assert "2026-07-01" in str(Paper.objects.get(case_id=done.pk).content)


def test_what_does_not_bar_an_item(cast: Cast) -> None:
    below, case = cast.assigned(), at_city(cast)
    with pytest.raises(GuardFailed, match="期限已过"):
        in_progress(cast, case, InProgress(below.number), day="2026-07-08")
    with pytest.raises(GuardFailed, match="没有正在办理"):
        in_progress(cast, case, InProgress(cast.registered().number))
    with pytest.raises(GuardFailed, match="没有正在办理"):
        in_progress(cast, case, InProgress(cast.served().number))
    with pytest.raises(GuardFailed, match="没有正在办理"):
        in_progress(cast, case, InProgress(below.number), same=False)
    with pytest.raises(GuardFailed, match="没有正在办理"):
        in_progress(cast, case, InProgress("", "某局", date(2026, 5, 1)))
    with pytest.raises(GuardFailed, match="不在本系统"):
        in_progress(cast, case, InProgress("XF000000"))
    with pytest.raises(GuardFailed, match="本机构负责"):
        in_progress(cast, case, InProgress(at_city(cast).number))
    with pytest.raises(GuardFailed, match="不在本系统"):
        in_progress(cast, case, InProgress(cast.filed(kind="report").case.number))
    assert Case.objects.get(pk=case.pk).state == "registered"


def test_a_supervisors_report_does_not_bar_an_item(cast: Cast) -> None:
    """Only the clock inside which the matter is handled counts, not the report an upper organ waits for."""
    below, case = supervised(cast), at_city(cast)
    assert nearest(acts.load(below).running()).clock == "ASSIGNED_REPORT"  # type: ignore[union-attr]
    done = in_progress(cast, case, InProgress(below.number), day="2026-05-21")
    assert "2026-07-07" in str(Paper.objects.get(case_id=done.pk).content)
    with pytest.raises(GuardFailed, match="期限已过"):
        in_progress(cast, at_city(cast), InProgress(below.number), day="2026-07-08")


def test_only_an_organ_below_bars_an_item(cast: Cast) -> None:
    """Art 19(3) is for the organ above; of an item elsewhere the number tells nothing."""
    beside, case = cast.assigned(), at_fucheng(cast)
    given = {"same": True, "given": REFUSED, "when": on(DAY)}

    def refuse(running: InProgress) -> Case:
        loaded, wai = cast.load("wai", case), cast.actor("wai")
        return refusals.refuse_in_progress(loaded, actor=wai, running=running, key=key(), **given)  # type: ignore[arg-type]

    with pytest.raises(GuardFailed, match="不在本系统里") as known:
        refuse(InProgress(beside.number))
    with pytest.raises(GuardFailed, match="不在本系统里") as unknown:
        refuse(InProgress("XF000000"))
    assert known.value.for_person() == unknown.value.for_person()
    done = refuse(InProgress(beside.number, "绵阳市安州区民政局", date(2026, 7, 1)))
    assert "lower_status" not in last_facts(done)


def test_a_refusal_needs_the_head(cast: Cast) -> None:
    case, typed = cast.registered(), InProgress("", "绵阳市涪城区民政局", date(2026, 7, 1))
    loaded, fen = cast.load("fen", case), cast.actor("fen")
    given = {"running": typed, "same": True, "given": REFUSED, "key": key(), "when": on(DAY)}
    with pytest.raises(WrongRole):
        refusals.refuse_in_progress(loaded, actor=fen, **given)  # type: ignore[arg-type]
    with pytest.raises(NotYours):
        refusals.refuse_in_progress(loaded, actor=cast.actor("wai"), **given)  # type: ignore[arg-type]
    done = refusals.refuse_in_progress(loaded, actor=fen, approver=cast.staff["tou"], **given)  # type: ignore[arg-type]
    assert last_facts(done)["approval"] == "stated"


# --- T12 visits -----------------------------------------------------------------------------------------------------


def visit(cast: Cast, organ: str, who: str) -> Case:
    when = on("2026-05-06")
    petition = cast.petition(organ=organ, channel="visit", read_back=True, summary="反映低保")
    return intake.record(petition, case_id=new_id(), actor=cast.actor(who), when=when).case


def guide(cast: Cast, case: Case, who: str, competent: str, *, offered: bool = True) -> Case:
    return refusals.refuse_visit_level(
        cast.load(who, case),
        actor=cast.actor(who),
        competent=cast.organs[competent],
        offered=offered,
        given=GUIDED,
        key=key(),
        when=on(DAY),
    )


def test_a_visit_two_levels_up_is_guided(cast: Cast) -> None:
    case = visit(cast, "province", "kun")
    done = guide(cast, case, "kun", "anzhou")
    assert done.state == "told_elsewhere"
    assert last_facts(done)["competent_organ"] == "county.civil_affairs"
    whole(done, "guidance_note")


def test_a_visit_one_level_up_is_taken(cast: Cast) -> None:
    with pytest.raises(Refused):
        guide(cast, visit(cast, "mianyang", "shi"), "shi", "anzhou")


def test_only_visits_are_guided_and_other_ways_are_offered(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="不是越级走访"):
        guide(cast, at_city(cast), "shi", "anzhou")
    case = visit(cast, "province", "kun")
    with pytest.raises(GuardFailed, match="其他渠道"):
        guide(cast, case, "kun", "anzhou", offered=False)


# --- T13 final, T48 and T49 again -----------------------------------------------------------------------------------


def refuse_final(cast: Cast, case: Case, *, same: bool = True, organ: str = PROVINCE, **changes: str) -> Case:
    return refusals.refuse_final(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        same=same,
        given={**FINAL, **changes},
        key=key(),
        when=on(DAY),
        approver=cast.staff["tou"],
        recheck_organ=organ,
    )


def test_no_further_after_a_recheck_elsewhere(cast: Cast) -> None:
    """A number this system does not know needs the organ, and stays marked as what the officer said."""
    with pytest.raises(GuardFailed, match="作出复核意见的机关"):
        refuse_final(cast, cast.registered(), organ="")
    done = refuse_final(cast, cast.registered())
    assert done.state == "no_further"
    whole(done, "no_further_notice")
    assert f"{FINAL['recheck_no']}（{PROVINCE}作出" in str(Paper.objects.get(case_id=done.pk).content)
    facts = last_facts(done)
    assert (facts["stated_elsewhere"], facts["recheck_organ"]) == (True, PROVINCE)


@pytest.mark.parametrize("state", ["closed_final", "no_further"])
def test_no_further_after_a_recheck_here(cast: Cast, state: str) -> None:
    earlier = closed_for_good(cast)
    Case.objects.filter(pk=earlier.pk).update(state=state)
    number = f"{earlier.number}-H01"
    done = refuse_final(cast, cast.registered(), organ="", recheck_no=number)
    facts = last_facts(done)
    assert (done.state, facts["recheck_no"], facts["stated_elsewhere"]) == ("no_further", number, False)


def test_what_refusing_for_good_refuses(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(GuardFailed, match="没有就同样事实"):
        refuse_final(cast, case, same=False)
    with pytest.raises(GuardFailed, match="不能晚于今天"):
        refuse_final(cast, case, recheck_served_on="2026-05-09")
    with pytest.raises(GuardFailed, match="不是一个日期"):
        refuse_final(cast, case, recheck_served_on="去年")
    with pytest.raises(IncompletePaper):
        refuse_final(cast, case, recheck_no="")
    with pytest.raises(GuardFailed, match="没有就同样事实"):
        refuse_final(cast, case, recheck_no=f"{cast.served().number}-H01")


def closed_for_good(cast: Cast) -> Case:
    """Return a case as it stands after a re-check; the way there is the reviewing acts' own test."""
    case = cast.served()
    Step.objects.filter(case_id=case.pk, seq=case.steps).update(state="closed_final")
    Case.objects.filter(pk=case.pk).update(state="closed_final")
    WorkItem.objects.filter(case_id=case.pk).delete()
    return Case.objects.get(pk=case.pk)


def test_the_same_again_on_the_closed_case(cast: Cast) -> None:
    case = closed_for_good(cast)

    def again(*, same: bool) -> Case:
        return refusals.file_again_same(
            cast.load("fen", case),
            actor=cast.actor("fen"),
            same=same,
            given=FINAL,
            key=key(),
            when=on("2026-08-03"),
            approver=cast.staff["tou"],
        )

    with pytest.raises(GuardFailed, match="新的事实"):
        again(same=False)
    done = again(same=True)
    assert done.state == "no_further" and not WorkItem.objects.filter(case_id=case.pk).exists()
    assert Paper.objects.filter(case_id=case.pk).latest("seq").kind == "no_further_notice"


def again_new(
    cast: Cast, case: Case, who: str = "ran", new_facts: str = "找到了新的收入证明"
) -> intake.Filed:
    petition = cast.petition(day="2026-08-03", channel="letter", summary="低保金停发，有新证明")
    return refusals.file_again_new(
        cast.load("ran", case),
        actor=cast.actor(who),
        petition=petition,
        new_facts=new_facts,
        case_id=new_id(),
        when=on("2026-08-03"),
    )


def test_new_facts_make_a_new_item(cast: Cast) -> None:
    old = closed_for_good(cast)
    filed = again_new(cast, old)
    new = Case.objects.get(pk=filed.case.pk)
    assert (new.state, len(filed.code)) == ("registered", 17)
    assert Case.objects.get(pk=old.pk).state == "closed_final"
    assert [(one.number, one.label) for one in linked_to(cast.actor("fen"), old)] == [(new.number, "后续")]
    assert [one.number for one in linked_to(cast.actor("fen"), new)] == [old.number]
    assert WorkItem.objects.get(case_id=new.pk).clock == "REG_NOTICE"
    assert not WorkItem.objects.filter(case_id=old.pk).exists()
    assert integrity.check(new.pk).faults == ()


def test_what_a_new_item_needs(cast: Cast) -> None:
    old = closed_for_good(cast)
    count = Case.objects.count()
    with pytest.raises(GuardFailed, match="没有新的事实"):
        again_new(cast, old, new_facts=" ")
    with pytest.raises(WrongRole):
        again_new(cast, old, who="han")
    with pytest.raises(NotYours):
        again_new(cast, old, who="wai")
    with pytest.raises(WrongStep):
        again_new(cast, cast.registered())
    assert Case.objects.count() == count + 1 and not Link.objects.exists()


def test_a_report_is_never_linked(cast: Cast) -> None:
    """The number of a report beside the old item would tell who has made it."""
    old = closed_for_good(cast)
    with pytest.raises(GuardFailed, match="单独登记"):
        refusals.file_again_new(
            cast.load("ran", old),
            actor=cast.actor("ran"),
            petition=cast.petition(day="2026-08-03", channel="letter", kind="report"),
            new_facts="新证明",
            case_id=new_id(),
            when=on("2026-08-03"),
        )
    filed = again_new(cast, old)
    Case.objects.filter(pk=filed.case.pk).update(kind="report")
    assert linked_to(cast.actor("fen"), old) == []


def test_of_two_at_once_one_new_item_is_made(cast: Cast) -> None:
    old = closed_for_good(cast)
    stale = cast.load("ran", old)
    again_new(cast, old)
    count = Case.objects.count()
    with pytest.raises(Stale):
        refusals.file_again_new(
            stale,
            actor=cast.actor("ran"),
            petition=cast.petition(day="2026-08-03", channel="letter"),
            new_facts="新证明",
            case_id=new_id(),
            when=on("2026-08-03"),
        )
    assert Case.objects.count() == count


# --- T05 reports ----------------------------------------------------------------------------------------------------


def reported(cast: Cast) -> Case:
    case = cast.filed(kind="report", body=f"举报某办事员。{XIN['phone']}").case
    return intake.register(
        cast.load("mi", case),
        actor=cast.actor("mi"),
        key=key(),
        when=on("2026-05-07"),
        kind="report",
        category="0101",
        subroute="",
        summary="检举控告事项",
    )


def seal(cast: Cast, case: Case, who: str = "mi", **changes: object) -> Case:
    given: dict[str, object] = {
        "receiver": DISCIPLINE,
        "accused": ["绵阳市安州区民政局"],
        "sealed": True,
        "given": SEALED,
        **changes,
    }
    loaded = cast.load("mi", case)
    return reports.seal_as_report(loaded, actor=cast.actor(who), key=key(), when=on(DAY), **given)  # type: ignore[arg-type]


def test_a_report_goes_under_seal(cast: Cast) -> None:
    case = reported(cast)
    opened = open_case(cast.actor("mi"), case.pk, purpose="办理", at=on(DAY).at)
    assert opened is not None and opened.text is not None
    done = seal(cast, case)
    assert done.state == "forwarded_report"
    whole(done, "report_transfer")
    content = str(Paper.objects.get(case_id=done.pk).content)
    assert "绵阳市纪律检查委员会" in content and "米专办" in content
    assert CaseText.objects.get(case_id=done.pk).body not in content
    assert last_facts(done)["accused_organs"] == ["county.civil_affairs", "anzhou"]
    for name in ("fen", "tou", "ran", "wai"):
        assert case_to_act_on(cast.actor(name), done.pk) is None
        assert open_case(cast.actor(name), done.pk, purpose="看", at=on(DAY).at) is None


@pytest.mark.parametrize(
    "receiver",
    [
        reports.Receiver("绵阳市安州区民政局", "county", "civil_affairs"),
        reports.Receiver("绵阳市安州区民政局办公室", "county", "other"),
        reports.Receiver("某镇民政办", "county", "civil_affairs"),
    ],
)
def test_neither_the_accused_nor_those_below_receive_it(cast: Cast, receiver: reports.Receiver) -> None:
    case = reported(cast)
    with pytest.raises(AccusedLeak):
        seal(cast, case, receiver=receiver)
    assert Case.objects.get(pk=case.pk).state == "registered"
    assert not Paper.objects.filter(case_id=case.pk).exists()


def test_an_organ_below_the_accused_one_does_not_receive_it(cast: Cast) -> None:
    below = reports.Receiver("绵阳市安州区民政局", "county", "other")
    with pytest.raises(AccusedLeak):
        seal(cast, reported(cast), accused=["mianyang"], receiver=below)


@pytest.mark.parametrize("field", ["name", "phone", "address", "id_number"])
def test_no_identity_in_the_letter(cast: Cast, field: str) -> None:
    case = reported(cast)
    with pytest.raises(GuardFailed, match="填写的内容里有"):
        seal(cast, case, given={**SEALED, "content": f"来信人{XIN[field]}反映"})


def test_what_sealing_refuses(cast: Cast) -> None:
    case = reported(cast)
    with pytest.raises(GuardFailed, match="尚未密封"):
        seal(cast, case, sealed=False)
    with pytest.raises(GuardFailed, match="没有写明被检举控告"):
        seal(cast, case, accused=[" "])
    with pytest.raises(GuardFailed, match="接收"):
        seal(cast, case, receiver=reports.Receiver("", "city", "discipline"))
    with pytest.raises(NotYours):
        seal(cast, case, who="fen")
    with pytest.raises(NotYours):
        seal(cast, case, who="wai")


def test_a_claim_is_not_sealed(cast: Cast) -> None:
    case = cast.registered()
    with pytest.raises(GuardFailed, match="不是检举控告"):
        reports.seal_as_report(
            cast.load("mi", case),
            actor=cast.actor("mi"),
            receiver=DISCIPLINE,
            accused=["某局"],
            sealed=True,
            given=SEALED,
            key=key(),
            when=on(DAY),
        )


def test_a_refused_route_stays_open_to_acceptance(cast: Cast) -> None:
    """Nothing of a refused act is left: the case is accepted as if it had not been tried."""
    case = cast.registered()
    with pytest.raises(GuardFailed):
        refuse_final(cast, case, same=False)
    done = handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on(DAY),
        approver=cast.staff["tou"],
    )
    assert done.state == "accepted" and last_facts(done)["competent"] is True
