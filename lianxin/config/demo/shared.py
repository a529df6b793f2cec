"""What several share in the demonstration: parts asked of other organs, a linked pair of cases, filters of the worklist."""

from __future__ import annotations

from lianxin.cases.models import Link
from lianxin.cases.services import linking, lists
from lianxin.config.demo.people import NETWORK
from lianxin.config.demo.scene import TOWN, OwnPlay, Scene
from lianxin.organs.models import Organ
from lianxin.together import selectors
from lianxin.together import services as together

FILTERS = (
    ("intake", "社会救助，快到期", "queue=all&category=01&shelf=due", True),
    ("intake", "来信", "queue=all&channel=letter", False),
    ("head", "养老服务，全部", "queue=all&category=02", True),
    ("handler", "我手里快到期的", "queue=all&mine=1&shelf=due", False),
)
"""Whose filter, its name, what it asks for, and whether colleagues have it too."""


def show(scene: Scene) -> None:
    """Ask for three parts, one of them answered and one of a village's service point; link two cases; keep some filters."""
    world = scene.stage.world
    town, network = world.bureau(TOWN), world.organs[NETWORK]
    first = scene.played("0102", 24, 24, 20, 18, seed=31)
    _ask(
        scene, first, town, "part", "请核对照料护理协议的签订和履行情况，写明护理人现在每周上门几次。", ago=9
    )
    _answer(scene, first, town)
    _ask(scene, first, network, "visit", "请上门看望，看看起居和饮食有没有人照料，本人愿不愿意到敬老院试住。", ago=2)  # fmt: skip
    second = scene.played("0103", 15, 15, 11, 10, seed=32)
    _ask(scene, second, town, "check", "请核对临时救助申请材料是哪一天收到的，为什么没有录入。", ago=2)
    _link(scene, first)
    for role, name, query, is_shared in FILTERS:
        lists.save(scene.actor(role), name=name, query=query, shared=is_shared, at=scene.now.at)


def _ask(scene: Scene, play: OwnPlay, organ: Organ, what: str, question: str, *, ago: int) -> None:
    when, loaded = play.day(ago), play.loaded()
    due_on = together.usual_due(loaded, on=when.on)
    wanted = together.Wanted(organ, what, f"{question}（虚构）", due_on, of_claims=(1,))
    officer = scene.officer(play.case, on=when.on)
    play.case = together.ask(loaded, wanted, actor=officer, key=scene.key(), when=when)


def _answer(scene: Scene, play: OwnPlay, organ: Organ) -> None:
    """Let the asked organ take the first part and answer it."""
    for ago in (8, 5):
        when = play.day(ago)
        helper = scene.actor("handler", organ, on=when.on)
        found = selectors.task_of(helper, play.case.pk, 1)
        if found is None:
            return
        task, case = found
        if ago == 8:
            play.case = together.take(case, task, actor=helper, key=scene.key(), when=when)
        else:
            words = (
                "协议已经签订，原护理人外出务工；新的护理人从本周起每天上门两次，已经到家里核对过。（虚构）"
            )
            play.case = together.answer(
                case, task, actor=helper, words=words, done_on=when.on, key=scene.key(), when=when
            )


def _link(scene: Scene, first: OwnPlay) -> None:
    """Tie a second petition on the same matter to the first one."""
    other = scene.played("0102", 3, 3, seed=33, channel="call")
    when = other.day(1)
    linking.link_cases(
        other.loaded(),
        actor=scene.actor("intake", on=when.on),
        number=first.case.number,
        kind=Link.Kind.SAME_MATTER,
        reasons="两件反映的是同一位老人的照料问题，查明情况可以互相参考，分别答复。（虚构）",
        key=scene.key(),
        when=when,
    )
