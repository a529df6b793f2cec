"""Special inspections: a seed promised before the draw, a sample anybody can draw again, a reading right with an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lianxin.cases.models import Case
from lianxin.cases.policies import NotYours
from lianxin.cases.services import acts, oversight, walls
from lianxin.ledger.models import Event, Look
from lianxin.organs.models import Post, Staff
from lianxin.oversight import drawing, selectors
from lianxin.oversight.models import Finding, Inspection, Sample
from lianxin.oversight.services import inspections
from lianxin.oversight.services.inspections import Plan, Wrong
from lianxin.procedure.errors import GuardFailed, Stale
from tests.cast import FROM, STORY, XIN, Cast, key, on
from tests.security.walling import named

DAY = "2026-06-01"


def hired(cast: Cast, name: str, organ: str, *roles: str) -> Staff:
    """Return a further officer."""
    staff = Staff.objects.create(id=500 + Staff.objects.count(), username=name, name=name)
    for n, role in enumerate(roles):
        Post.objects.create(
            id=staff.pk * 100 + n, staff=staff, organ=cast.organs[organ], role=role, starts_on=FROM
        )
    cast.staff[name] = staff
    return staff


def planned(cast: Cast, **changes: object) -> Inspection:
    wanted = Plan(
        topic="低保停发来信办理质量",
        scope=cast.organs["anzhou"],
        received_from=date(2026, 5, 1),
        received_to=date(2026, 5, 31),
        starts_on=date(2026, 6, 1),
        ends_on=date(2026, 6, 10),
        size=3,
        inspectors=[cast.staff["fu"], cast.staff["du"]],
        category="01",
    )
    wanted = replace(wanted, **changes)  # type: ignore[arg-type]
    return inspections.plan(wanted, actor=cast.actor("du"), key=key(), when=on(DAY))


def drawn(cast: Cast, **changes: object) -> Inspection:
    return inspections.draw(planned(cast, **changes), actor=cast.actor("du"), when=on(DAY))


def wrong(**changes: object) -> Wrong:
    found = Wrong(
        claim=1,
        wrong="没有写明补发的计算方法",
        article="信访工作条例 第三十二条",
        evidence="处理意见书第二页",
        required="补写计算方法并送达信访人",
        due_on=date(2026, 6, 20),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def test_the_seed_is_promised_before_the_draw_and_shown_with_it(cast: Cast) -> None:
    for _ in range(7):
        cast.assigned()
    found = planned(cast)
    event = Event.objects.get(kind="inspection.planned")
    assert event.organ_id == cast.organs["mianyang"].pk and event.facts["seed_hash"] == found.seed_hash
    assert found.seed not in str(event.facts), "the seed itself stays unknown until the draw"
    found = inspections.draw(found, actor=cast.actor("du"), when=on(DAY))
    shown = Event.objects.get(kind="inspection.drawn").facts
    assert drawing.seed_digest(str(shown["seed"])) == event.facts["seed_hash"]
    frame = [int(one) for one in found.frame.splitlines()]
    sample = sorted(Sample.objects.values_list("case_id", flat=True))
    assert len(frame) == found.frame_size == 7 and len(sample) == 3
    assert tuple(sample) == drawing.draw(found.seed, frame, 3)
    assert shown["sample_hash"] == drawing.frame_digest(sample)


def test_the_record_of_a_draw_is_checked_without_the_system() -> None:
    seed, frame = drawing.new_seed(), list(range(100, 140))
    record: dict[str, object] = {
        "seed": seed, "seed_hash": drawing.seed_digest(seed), "frame": frame, "size": 5,
        "frame_hash": drawing.frame_digest(frame), "sample": list(drawing.draw(seed, frame, 5)),
    }  # fmt: skip
    assert drawing.faults(record) == []
    assert drawing.draw(seed, frame, 5) == drawing.draw(seed, reversed(frame), 5)
    for name, value in {
        "seed": drawing.new_seed(),
        "frame": frame[1:],
        "sample": [100, 101, 102, 103, 104, 105],
        "size": 6,
    }.items():
        assert drawing.faults({**record, name: value}), name
    assert drawing.faults({"seed": seed})


def test_a_known_draw_stays_what_it_is() -> None:
    """Golden: the algorithm is published; another order of the same ids gives the same sample for ever."""
    assert (
        drawing.seed_digest("00" * 32) == "f6ee87427a25af86da954854f74ae6051329f3f2c6441b5725658865f0e99c3f"
    )
    assert drawing.draw("00" * 32, range(20, 0, -1), 4) == (1, 5, 8, 18)


def test_a_second_draw_changes_nothing(cast: Cast) -> None:
    for _ in range(5):
        cast.assigned()
    found = drawn(cast)
    sample = list(Sample.objects.order_by("case_id").values_list("case_id", flat=True))
    again = inspections.draw(found, actor=cast.actor("du"), when=on("2026-06-02"))
    assert (again.frame_hash, again.drawn_on) == (found.frame_hash, found.drawn_on)
    assert list(Sample.objects.order_by("case_id").values_list("case_id", flat=True)) == sample
    assert Event.objects.filter(kind="inspection.drawn").count() == 1


def test_an_inspector_reads_what_was_drawn_while_the_inspection_runs(cast: Cast) -> None:
    case = cast.assigned()
    other = cast.filed(category="0201", day="2026-04-02").case
    found = drawn(cast)
    inside = replace(cast.actor("fu"), on=date(2026, 6, 5))
    read = selectors.open_sampled(inside, found, case.pk, at=on("2026-06-05").at)
    assert read is not None and read.text.body == STORY
    look = Look.objects.filter(case_id=case.pk).latest("seq")
    assert look.purpose == "专项督查：低保停发来信办理质量" and look.staff_id == cast.staff["fu"].pk
    assert Sample.objects.get(case_id=case.pk).read_on == date(2026, 6, 5)
    assert selectors.open_sampled(inside, found, other.pk, at=on(DAY).at) is None, "not drawn"
    for day in ("2026-05-31", "2026-06-11"):
        outside = replace(cast.actor("fu"), on=date.fromisoformat(day))
        assert selectors.open_sampled(outside, found, case.pk, at=on(day).at) is None, day
    assert selectors.open_sampled(cast.actor("shi"), found, case.pk, at=on(DAY).at) is None, "not named"
    looks = Look.objects.count()
    inspections.close(found, actor=cast.actor("du"), report="查看一件，没有发现问题。", when=on("2026-06-06"))
    found.refresh_from_db()
    assert selectors.open_sampled(inside, found, case.pk, at=on(DAY).at) is None, "closed"
    assert Look.objects.count() == looks


def test_walls_hold_in_the_frame_and_after_the_draw(cast: Cast) -> None:
    hidden = walls.raise_wall(
        cast.load("tou", cast.registered()), named=named(cast, "绵阳市涪城区民政局"), actor=cast.actor("tou"), key=key(),
        when=on("2026-05-20"),
    )  # fmt: skip
    case = cast.assigned()
    found = drawn(cast)
    assert str(hidden.pk) not in found.frame.splitlines() and Sample.objects.get().case_id == case.pk
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, cast.organs["mianyang"].name), actor=cast.actor("tou"), key=key(),
        when=on("2026-06-02"),
    )  # fmt: skip
    assert selectors.open_sampled(cast.actor("fu"), found, case.pk, at=on(DAY).at) is None
    assert selectors.samples(cast.actor("du"), found) == []
    with pytest.raises(NotYours):
        inspections.find(found, case.pk, wrong(), actor=cast.actor("fu"), key=key(), when=on(DAY))


def test_reports_are_never_drawn_and_nobody_inspects_own_work(cast: Cast) -> None:
    cast.filed(kind="report", category="0101", body="反映某工作人员收受财物（虚构）")
    case = cast.referred()
    found = planned(cast, scope=cast.organs["mianyang"], inspectors=[cast.staff["shi"], cast.staff["fu"]])
    found = inspections.draw(found, actor=cast.actor("du"), when=on(DAY))
    assert list(Sample.objects.values_list("case_id", flat=True)) == [case.pk]
    assert selectors.open_sampled(cast.actor("shi"), found, case.pk, at=on(DAY).at) is None, (
        "shi registered it"
    )
    assert selectors.open_sampled(cast.actor("fu"), found, case.pk, at=on(DAY).at) is not None
    assert [may for _, may in selectors.samples(cast.actor("shi"), found)] == [False]
    assert [may for _, may in selectors.samples(cast.actor("fu"), found)] == [True]


def test_to_have_supervised_a_case_is_no_hand_in_it(cast: Cast) -> None:
    case = oversight.supervise(
        acts.load(cast.assigned()), actor=cast.actor("du"), trigger="no_feedback", facts="没有反馈", required="请反馈",
        report_due_on=date(2026, 6, 15), key=key(), when=on("2026-05-20"),
    )  # fmt: skip
    found = drawn(cast)
    assert [may for _, may in selectors.samples(cast.actor("du"), found)] == [True]
    assert selectors.open_sampled(cast.actor("du"), found, case.pk, at=on(DAY).at) is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topic": " "}, "督查主题"),
        ({"size": 0}, "抽样件数"),
        ({"received_to": date(2026, 7, 1)}, "收到日期"),
        ({"starts_on": date(2026, 5, 30)}, "起止日期"),
        ({"ends_on": date(2026, 12, 1)}, "最长"),
        ({"inspectors": []}, "督查人员"),
        ({"checklist": [" "]}, "检查项目"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(
    cast: Cast, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(GuardFailed, match=words):
        planned(cast, **changes)
    assert not Inspection.objects.exists() and not Event.objects.filter(kind="inspection.planned").exists()


def test_only_organs_below_are_inspected_by_a_supervisor(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="下级"):
        planned(cast, scope=cast.organs["province"])
    with pytest.raises(GuardFailed, match="督查人员"):
        planned(cast, inspectors=[cast.staff["han"]])
    with pytest.raises(NotYours):
        inspections.draw(planned(cast), actor=cast.actor("dao"), when=on(DAY))
    with pytest.raises(GuardFailed, match="没有符合方案"):
        drawn(cast)


def test_a_finding_is_rectified_and_judged(cast: Cast) -> None:
    case = cast.assigned()
    found = drawn(cast)
    given = {"actor": cast.actor("fu"), "key": "the-key-of-a-form", "when": on("2026-06-03")}
    row = inspections.find(found, case.pk, wrong(), **given)  # type: ignore[arg-type]
    again = inspections.find(found, case.pk, wrong(), **given)  # type: ignore[arg-type]
    assert row.pk == again.pk and (row.about.code, row.state) == ("anzhou", "open")
    with pytest.raises(GuardFailed, match="姓名"):
        inspections.find(
            found,
            case.pk,
            wrong(evidence=XIN["name"]),
            actor=cast.actor("fu"),
            key=key(),
            when=on("2026-06-03"),
        )
    tou, du = cast.actor("tou"), cast.actor("du")
    with pytest.raises(NotYours):
        inspections.rectify(row, actor=du, done="x", done_on=date(2026, 6, 4), when=on("2026-06-04"))
    row = inspections.rectify(
        row, actor=tou, done="已补写并送达，见回证", done_on=date(2026, 6, 8), when=on("2026-06-08")
    )
    with pytest.raises(NotYours):
        inspections.judge(row, actor=tou, enough=True, remark="到位", due_on=None, when=on("2026-06-09"))
    row = inspections.judge(
        row, actor=du, enough=False, remark="缺送达凭据", due_on=date(2026, 6, 30), when=on("2026-06-09")
    )
    assert (row.state, row.due_on) == ("open", date(2026, 6, 30))
    row = inspections.rectify(
        row, actor=tou, done="补交回证", done_on=date(2026, 6, 12), when=on("2026-06-12")
    )
    row = inspections.judge(row, actor=du, enough=True, remark="核对无误", due_on=None, when=on("2026-06-13"))
    assert row.state == "accepted"
    with pytest.raises(Stale):
        inspections.judge(
            Finding.objects.get(),
            actor=du,
            enough=True,
            remark="再来一次",
            due_on=None,
            when=on("2026-06-14"),
        )
    told = {"drawn": 1, "read": 0, "cases": 1, "findings": 1, "accepted": 1}
    assert selectors.outcome(du, found) == selectors.outcome(tou, found) == told
    assert Case.objects.get(pk=case.pk).version == case.version, "an inspection changes no case"
