"""Whom a county asks for help in the tests: its office, its home, a township and a village below it, and its neighbour."""

from __future__ import annotations

from datetime import date

from lianxin.cases.models import Case
from lianxin.organs.models import Organ, Post, Staff
from lianxin.together import services
from lianxin.together.models import JointTask
from lianxin.together.selectors import task_of
from tests.cast import FROM, PASSWORD, Cast, key, on

ROWS = (
    ("office", "anzhou", "安州区民政局社会救助股", "county", "department"),
    ("home", "anzhou", "安州区社会福利院", "county", "affiliated"),
    ("town", "anzhou", "花荄镇民政办", "township", "civil_affairs"),
    ("village", "town", "花荄镇红旗村民政服务点", "village", "network"),
)
PEOPLE = (
    ("gu", "谷股长", "office", ["head", "handler"]),
    ("yuan", "袁院长", "home", ["head", "handler"]),
    ("zhen", "甄镇办", "town", ["window", "handler"]),
    ("hua", "花镇办", "town", ["handler"]),
    ("cun", "村小霞", "village", ["window"]),
)
DAY = "2026-05-11"


def settle(cast: Cast) -> None:
    """Write the organs and officers, and add them to the cast."""
    for n, (name, above, title, level, kind) in enumerate(ROWS, start=60):
        parent = cast.organs[above]
        cast.organs[name] = Organ.objects.create(
            id=n, code=name, name=title, short_name=title, level=level, kind=kind, region=parent.region,
            parent=parent, path=f"{parent.path}{n}/", phone="0816-4360001", valid_from=FROM,
        )  # fmt: skip
    for n, (name, title, organ, roles) in enumerate(PEOPLE, start=60):
        staff = Staff(id=n, username=name, name=title)
        staff.set_password(PASSWORD)
        staff.save(force_insert=True)
        for m, role in enumerate(roles):
            Post.objects.create(
                id=n * 100 + m, staff=staff, organ=cast.organs[organ], role=role, starts_on=FROM
            )
        cast.staff[name] = staff


def asked(cast: Cast, case: Case, *, who: str = "han", day: str = DAY, **changes: object) -> Case:
    """Return the case with a part asked of the township, or as changed."""
    values: dict[str, object] = {
        "organ": cast.organs["town"],
        "what": "check",
        "question": "请到现场核实八月以来低保金是否停发、停发有没有公示。",
        "due_on": date(2026, 5, 18),
        "of_claims": [1],
        **changes,
    }
    wanted = services.Wanted(**values)  # type: ignore[arg-type]
    return services.ask(cast.load(who, case), wanted, actor=cast.actor(who), key=key(), when=on(day))


def found(cast: Cast, who: str, case: Case, seq: int = 1) -> tuple[JointTask, Case]:
    """Return a part as somebody of the asked organ sees it."""
    row = task_of(cast.actor(who), case.pk, seq)
    assert row is not None, f"{who} does not see part {seq}"
    return row


def taken(cast: Cast, who: str, case: Case, seq: int = 1, day: str = "2026-05-12") -> Case:
    """Return the case with a part taken by somebody."""
    row, loaded = found(cast, who, case, seq)
    return services.take(loaded, row, actor=cast.actor(who), key=key(), when=on(day))


def answered(cast: Cast, who: str, case: Case, seq: int = 1, day: str = "2026-05-14") -> Case:
    """Return the case with a part taken and answered by somebody."""
    taken(cast, who, case, seq)
    row, loaded = found(cast, who, case, seq)
    return services.answer(
        loaded, row, actor=cast.actor(who), words="已到现场核实：八月起停发，没有公示。",
        done_on=date(2026, 5, 13), key=key(), when=on(day),
    )  # fmt: skip
