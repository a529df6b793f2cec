"""Supervision in the demonstration: a special inspection with findings, promises with their days, a suggestion to an organ."""

from __future__ import annotations

from datetime import timedelta

from lianxin.cases.services import promises
from lianxin.config.demo.people import MAIN_CITY
from lianxin.config.demo.scene import Scene
from lianxin.oversight import selectors
from lianxin.oversight.models import Finding, Inspection
from lianxin.oversight.services import inspections, suggestions

WRONGS = (
    ("受理通知没有写明办理期限和联系电话。", "案卷中的受理通知", "补寄写明期限和电话的通知，并核对同期的其他通知。"),
    ("答复没有逐项回应，第一项诉求只写了结论。", "案卷中的处理意见书", "逐项补充说明事实和依据，向信访人当面解释。"),
)  # fmt: skip
"""What was found wrong, by which evidence, and what is to be done."""


def show(scene: Scene) -> None:
    """Inspect the county from the city, let promises run, and make a suggestion that waits for its feedback."""
    _promises(scene)
    _inspection(scene)
    _suggestion(scene)


def _promises(scene: Scene) -> None:
    """Answer two petitions with promises: one due in ten days, and one that was kept yesterday."""
    on = scene.now.on
    scene.played("0204", 62, 62, 58, 57, 24, 22, 20, seed=41, promised_on=on + timedelta(days=10))
    kept = scene.played("0101", 58, 58, 55, 54, 26, 24, 22, seed=42, promised_on=on + timedelta(days=3))
    for one in promises.of_case(kept.case.pk):
        when = kept.day(1)
        kept.case = promises.keep(
            kept.loaded(),
            actor=scene.officer(kept.case, on=when.on),
            seq=one.seq,
            kept_on=when.on,
            evidence="银行发放回单，已经电话告知信访人（虚构）",
            key=scene.key(),
            when=when,
        )


def _inspection(scene: Scene) -> None:
    """Plan, draw and read; two findings, of which the county has rectified one."""
    city = scene.stage.world.bureau(MAIN_CITY)
    planned, drawn = scene.days_ago(6), scene.days_ago(5)
    planner = scene.actor("supervisor", city, on=planned.on)
    wanted = inspections.Plan(
        topic="养老服务、社会救助类事项逐项答复（虚构）",
        scope=scene.bureau,
        received_from=planned.on - timedelta(days=150),
        received_to=planned.on - timedelta(days=14),
        starts_on=planned.on,
        ends_on=planned.on + timedelta(days=30),
        size=6,
        inspectors=[planner.staff, scene.actor("reviewer", city).staff],
    )
    found = inspections.plan(wanted, actor=planner, key=scene.key(), when=planned)
    found = inspections.draw(found, actor=scene.actor("supervisor", city, on=drawn.on), when=drawn)
    made = _findings(scene, found)
    if len(made) > 1:
        when = scene.ago(60)
        inspections.rectify(
            made[1],
            actor=scene.actor("supervisor"),
            done="已经逐项补充说明，并当面解释，有签收的说明书。（虚构）",
            done_on=when.on,
            when=when,
        )


def _findings(scene: Scene, found: Inspection) -> list[Finding]:
    """Read the first cases of the sample and write down what is wrong with two of them."""
    when = scene.days_ago(1)
    inspector = scene.actor("supervisor", scene.stage.world.bureau(MAIN_CITY), on=when.on)
    drawn = [sample for sample, may_read in selectors.samples(inspector, found) if may_read]
    made = []
    for sample, (wrong, evidence, required) in zip(drawn, WRONGS, strict=False):
        if selectors.open_sampled(inspector, found, sample.case_id, at=when.at) is None:
            continue
        given = inspections.Wrong(
            0, f"{wrong}（虚构）", "信访工作条例 第三十二条", evidence, required, when.on + timedelta(days=15)
        )
        made.append(
            inspections.find(found, sample.case_id, given, actor=inspector, key=scene.key(), when=when)
        )
    return made


def _suggestion(scene: Scene) -> None:
    """Suggest from the city to the county how to work better."""
    when = scene.days_ago(4)
    city = scene.stage.world.bureau(MAIN_CITY)
    suggestions.issue(
        "work",
        scene.bureau,
        title="高龄津贴停发前先告知本人（虚构）",
        facts="近半年有多件反映高龄津贴停发前没有接到通知，经核对属于年审数据没有及时更新。（虚构）",
        basis="信访工作条例 第四十条第一款",
        words="建议停发前先电话核实，并书面告知原因、补办办法和联系电话。（虚构）",
        actor=scene.actor("supervisor", city, on=when.on),
        key=scene.key(),
        when=when,
    )
