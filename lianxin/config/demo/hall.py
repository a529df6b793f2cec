"""The reception of the demonstration: windows and today's tickets, emergencies, a leader's day, calls and promised call-backs."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lianxin.calls import services as calls
from lianxin.cases.history import BEIJING, Moment
from lianxin.config.demo.people import MAIN_CITY
from lianxin.config.demo.scene import Scene
from lianxin.petitioners import drafts
from lianxin.procedure.calendar import load_calendar
from lianxin.visits.models import Booth, Emergency, EmergencyEntry
from lianxin.visits.services import days, emergencies, plan, receptions, tickets

HOURS = dict.fromkeys("12345", "9:00-11:30，14:00-17:00")
BOOTHS = (("1 号窗口", "general"), ("2 号窗口", "assisted"), ("3 号窗口", "general"))
CAME = (
    ("ordinary", 1),
    ("aged", 1),
    ("ordinary", 2),
    ("ordinary", 1),
    ("child", 2),
    ("ordinary", 1),
    ("aged", 1),
    ("ordinary", 3),
)
"""Who came today, in this order: what is to be considered, and how many persons."""
OVER = ((80, 0, "received"), (72, 1, "received"), (60, 0, "elsewhere"))
"""The visits that are over: how many minutes ago it was called, to which window, what became of it."""
What, Whom = EmergencyEntry.What, EmergencyEntry.Whom


def show(scene: Scene) -> None:
    """Open the windows, let people come, help in two emergencies, announce a leader's day, and promise two calls."""
    booths = _booths(scene)
    _tickets(scene, booths)
    _helped(scene)
    _over(scene)
    _leader(scene)
    _calls(scene)


def _booths(scene: Scene) -> list[Booth]:
    planner = scene.actor("head")
    made = [
        plan.set_booth(None, actor=planner, name=name, purpose=purpose, hours=HOURS)
        for name, purpose in BOOTHS
    ]
    for booth, role in zip(made, ("window", "intake"), strict=False):
        plan.seat(booth, actor=planner, staff=scene.actor(role).staff, on=scene.now.on)
    plan.make_screen(actor=planner, name="一楼候访大厅", key=scene.key(), when=scene.ago(90))
    return made


def _tickets(scene: Scene, booths: list[Booth]) -> None:
    """Give out eight numbers: three visits are over, one is going on, one was called and nobody came, three wait."""
    actor = scene.actor("window")
    for n, (need, people) in enumerate(CAME):
        tickets.issue(actor=actor, need=need, people=people, key=scene.key(), when=scene.ago(95 - 8 * n))
    for minutes, place, outcome in OVER:
        called = tickets.call_next(booths[place], actor=actor, key=scene.key(), when=scene.ago(minutes))
        if called is not None:
            tickets.serve(called, actor=actor, when=scene.ago(minutes - 1))
            tickets.finish(called, actor=actor, outcome=outcome, when=scene.ago(minutes - 18))
    if (
        missing := tickets.call_next(booths[1], actor=actor, key=scene.key(), when=scene.ago(25))
    ) is not None:
        tickets.absent(missing, actor=actor)
    called = tickets.call_next(booths[0], actor=actor, key=scene.key(), when=scene.ago(14))
    if called is not None:
        when = scene.ago(13)
        draft_id = int(drafts.begin(at=when.at).partition(".")[0])
        visit = receptions.begin(called, actor=actor, draft_id=draft_id, when=when)
        receptions.keep(visit, receptions.Visit(people=called.people), actor=actor, when=when)


def _helped(scene: Scene) -> None:
    """Record an emergency of today in which help is under way; the city has confirmed the report."""
    actor, began = scene.actor("window"), scene.ago(35)
    seen = emergencies.Seen(
        kind=Emergency.Kind.ILL,
        place="一楼候访大厅",
        people=1,
        happening="一位等候的老人突然头晕、站立不稳，意识清楚。（虚构）",
        done="扶到休息室，量了血压，由家人陪着。",
        called=(Whom.AMBULANCE, Whom.DUTY),
    )
    row = emergencies.record(seen, actor=actor, key=scene.key(), when=began)
    city = scene.actor("head", scene.stage.world.bureau(MAIN_CITY))
    emergencies.take(row, actor=city, text="收到，请随时报告。", key=scene.key(), when=scene.ago(28))
    _line(scene, row, 20, "急救人员已到，老人正在检查；家属已经赶来。")


def _over(scene: Scene) -> None:
    """Record an emergency of the day before yesterday, helped and ended."""
    when = scene.days_ago(2)
    actor = scene.actor("window", on=when.on)
    seen = emergencies.Seen(
        kind=Emergency.Kind.CHILD,
        place="服务大厅门口",
        people=1,
        happening="一个约六岁的孩子独自站在门口，说找不到外婆。（虚构）",
        done="请到接待室，给了热水，有人一直陪着。",
        called=(Whom.POLICE, Whom.CHILDREN, Whom.HEAD),
    )
    row = emergencies.record(seen, actor=actor, key=scene.key(), when=when)
    later = Moment(when.on, when.at + timedelta(minutes=40))
    emergencies.close(
        row, actor=actor, text="民警找到外婆，核对身份后接回；次日电话回访，孩子平安。", key=scene.key(), when=later
    )  # fmt: skip


def _line(scene: Scene, row: Emergency, minutes: int, text: str) -> None:
    when = scene.ago(minutes)
    line = emergencies.Line(What.HELP, when.at, text=text)
    emergencies.add(row, line, actor=scene.actor("window"), key=scene.key(), when=when)


def _leader(scene: Scene) -> None:
    """Announce a leader's day next week and book a case for it."""
    planner = scene.actor("head")
    planned = days.Planned(
        kind="here",
        on=load_calendar().next_working(scene.now.on + timedelta(days=6)),
        opens=time(9),
        closes=time(11, 30),
        leader=f"{planner.staff.name}，局长（虚构）",
        place="一楼领导接访室",
        topic="养老服务、社会救助",
    )
    day = days.announce(planned, actor=planner, key=scene.key(), when=scene.days_ago(1))
    booked = scene.played("0202", 12, 12, 8, 7, seed=21)
    days.book(day, actor=scene.actor("window"), case=booked.case, key=scene.key(), when=scene.ago(30))


def _calls(scene: Scene) -> None:
    """Keep two questions by telephone, each with a promised call-back: one is due today, one the day after tomorrow."""
    actor = scene.actor("window")
    midnight = datetime.combine(scene.now.on + timedelta(days=1), time.min, BEIJING)
    today = min(scene.now.at + timedelta(hours=2), midnight - timedelta(minutes=1))
    for due_at, category, answer, about in (
        (today, "0101", "低保先由街道受理，要带的材料已经逐项告知。", "核对完家庭情况后，告诉能不能补交材料"),
        (today + timedelta(days=2), "0205", "高龄津贴按月发放，停发的原因正在向街道核实。", "停发的原因，补发的日期"),
    ):  # fmt: skip
        promise = calls.Promise(due_at, f"{about}（虚构）", actor.staff, "10000000000")
        calls.consulted(
            actor, answer=f"{answer}（虚构）", category=category, shown=(), key=scene.key(), when=scene.ago(45), promise=promise
        )  # fmt: skip
