"""Builds the demonstration in a fresh data folder: places, organs, officers, about 300 petitions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

from django.db import transaction

from lianxin.cases.history import Moment
from lianxin.cases.models import Case
from lianxin.cases.numbers import grouped
from lianxin.config.demo import marker, people, places
from lianxin.config.demo.marker import Followed, Marker
from lianxin.config.demo.plans import Plan, plans
from lianxin.config.demo.play import Play, Stage
from lianxin.jobs import alerting
from lianxin.organs.models import Staff
from lianxin.organs.regions import load_packaged

SEED = 20260302
FOLLOWED_STATES = ("registered", "handling", "served")

Bar = Callable[..., Iterable[Plan]]


def holds_other_data() -> bool:
    """Tell whether the database is in use for something that is no demonstration."""
    return Staff.objects.exists() or Case.objects.exists()


def build(folder: Path, *, now: Moment, say: Callable[[str], None], bar: Bar) -> Marker:
    """Fill the database, mark the folder, and return what is to be printed. The same day gives the same petitions."""
    chance = random.Random(SEED)  # noqa: S311 - invented data
    say("载入全国行政区划……")
    load_packaged()
    say("建立虚构的机构和工作人员……")
    with transaction.atomic():
        world = places.build()
        crew = people.hire(world, chance)
    stage = Stage(world, crew, now)
    todo = plans(chance)
    say(f"登记并办理 {len(todo)} 件虚构的信访事项……")
    played = [_played(stage, plan) for plan in bar(todo, total=len(todo), what="虚构信访件", unit="件")]
    alerting.alert(when=now)
    made = Marker(
        built_on=now.on.isoformat(),
        password=people.PASSWORD,
        main_organ=world.bureau(people.MAIN_COUNTY).code,
        sign_ins=tuple(crew.sign_ins),
        followed=tuple(_followed(played)),
    )
    marker.write(folder, made)
    return made


def _played(stage: Stage, plan: Plan) -> Play:
    """Play one petition in one transaction; its services open their own inside."""
    play = Play(stage, plan)
    with transaction.atomic():
        play.run()
    return play


def _followed(played: list[Play]) -> list[Followed]:
    """Return one recent item in each of some states, with its code, for the visitor to follow."""
    found = {}
    for play in played:
        if (
            play.code
            and play.case.state in FOLLOWED_STATES
            and play.case.holder.code.startswith(people.MAIN_COUNTY)
        ):
            found[play.case.state] = Followed(play.case.state, play.case.number, grouped(play.code))
    return [found[state] for state in FOLLOWED_STATES if state in found]
