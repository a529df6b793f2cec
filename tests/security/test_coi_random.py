"""Whatever is done with a case and whoever is named on its walls: nobody behind a wall ever knows of it, and somebody has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianxin.cases import walls as behind
from lianxin.cases.history import load
from lianxin.cases.models import Case
from lianxin.cases.services import handling, intake, routing, walls
from lianxin.jobs.integrity import check
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Organ
from lianxin.procedure.errors import Refused
from tests.cast import Cast, key, on
from tests.security.walling import hired, known_to, named

WORDS = (
    "绵阳市安州区民政局",
    "绵阳市涪城区民政局",
    "绵阳市民政局",
    "四川省民政厅",
    "韩承办",
    "陶负责",
    "石市局",
    "高承办",
    "魏外人",
)
ACTS = ("register", "refer", "take", "accept", "assign", "object", "raise", "post", "rehome")
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.sampled_from(WORDS))
FIRST = date(2026, 5, 6)


def tried(cast: Cast, case: Case, what: str, pick: int, word: str, day: date) -> Case:
    """Return the case after one act by whoever may take it; as it was where the act is refused."""
    when, organ = on(day), list(cast.organs.values())[pick % len(cast.organs)]
    if what == "post":
        hired(
            cast,
            list(cast.staff)[pick],
            list(cast.organs)[pick % 5],
            ("head", "handler", "intake")[pick % 3],
            since=day,
        )
        return case
    if what == "rehome":
        walls.rehome(when=when)
        return Case.objects.get(pk=case.pk)
    if what == "raise":
        found = named(cast, word, near="province")
        return walls.raise_wall(load(case), named=found, actor=None, key=key(), when=when)
    anybody = list(cast.staff.values())[pick]
    acts: dict[str, Callable[[Actor], Case]] = {
        "register": lambda actor: intake.register(
            load(case), actor=actor, key=key(), when=when, kind="claim", category="0101", subroute="31.6",
            summary="低保金停发",
        ),
        "refer": lambda actor: routing.refer(load(case), actor=actor, target=organ, key=key(), when=when),
        "take": lambda actor: routing.take(load(case), actor=actor, key=key(), when=when),
        "object": lambda actor: routing.object_to(
            load(case), actor=actor, reasons="不属于本机关", believed="其他机关", key=key(), when=when
        ),
        "accept": lambda actor: handling.accept(load(case), actor=actor, key=key(), when=when, approver=anybody),
        "assign": lambda actor: handling.assign(
            load(case), actor=actor, officer=anybody, no_interest=True, key=key(), when=when
        ),
    }  # fmt: skip
    for staff in cast.staff.values():
        for actor in actors_of(staff.pk, on=day):
            try:
                return acts[what](actor)
            except Refused:
                case = Case.objects.select_related("holder", "offered_to", "officer").get(pk=case.pk)
    return case


def nobody_behind_knows(cast: Cast, case: Case, day: date) -> None:
    """Fail where somebody of the cast who is behind a wall of the case knows of it, in any post, on that day."""
    row = Case.objects.select_related("holder").get(pk=case.pk)
    found = behind.walled(row, on=day)
    hidden = behind.hidden_among(found, [one.pk for one in cast.staff.values()], on=day)
    for name, staff in cast.staff.items():
        actors = actors_of(staff.pk, on=day)
        inside = staff.pk in hidden
        assert not inside or not any(known_to(actor, row) for actor in actors), (name, found)
        for actor in actors:
            accused = found.organ(actor.organ) and actor.organ.parent_id is not None
            assert not accused or not known_to(actor, row), (name, actor.organ, found)
    assert not check(case.pk).faults


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=2, max_size=9), organ=st.sampled_from(("anzhou", "mianyang", "fucheng")))
def test_nobody_behind_a_wall_ever_knows(cast: Cast, steps: list[tuple[str, int, str]], organ: str) -> None:
    with transaction.atomic():
        case = cast.filed(organ=organ).case
        for count, (what, pick, word) in enumerate(steps, start=1):
            day = date.fromordinal(FIRST.toordinal() + count)
            case = tried(cast, case, what, pick, word, day)
            nobody_behind_knows(cast, case, day)
            walls.rehome(when=on(day))
            row = Case.objects.select_related("holder").get(pk=case.pk)
            found = behind.walled(row, on=day)
            top = Organ.objects.get(pk=cast.organs["ministry"].pk)
            assert not found.organ(row.holder) or row.holder == top, "a case is left behind its wall"
        transaction.set_rollback(True)
