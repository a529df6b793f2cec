"""Repeat is our debt: what an organ left undone, and a fresh pair of eyes that says what is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lianxin.cases.links import link
from lianxin.cases.models import Case, Link, Promise, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import routing, walls
from lianxin.jobs import promises as job
from lianxin.ledger.models import Look
from lianxin.organs.models import Post
from lianxin.oversight import selectors
from lianxin.oversight.models import SecondReading
from lianxin.oversight.services import readings
from lianxin.procedure.errors import GuardFailed
from tests.cast import STORY, XIN, Cast, key, on
from tests.security.walling import named

TEXTS = {
    "unanswered": "停发的原因没有说",
    "undone": "",
    "unclear": "计算方法看不懂",
    "proposal": "十日内补一份说明",
}


def post(cast: Cast, name: str) -> Post:
    return Post.objects.filter(staff=cast.staff[name]).select_related("organ", "staff").order_by("pk")[0]


def asked(cast: Cast, case: Case, who: str = "wai", **changes: object) -> SecondReading:
    given: dict[str, object] = {"why": "old", "due_on": date(2026, 6, 10), "key": key(), **changes}
    found = selectors.owing_case(cast.actor("du"), case.pk)
    assert found is not None
    return readings.ask(
        found,
        post(cast, who),
        actor=cast.actor("du"),
        when=on("2026-06-01"),
        **given,  # type: ignore[arg-type]
    )


def test_each_debt_is_the_organs(cast: Cast) -> None:
    du, organ = cast.actor("du"), cast.organs["anzhou"]
    first, second, broken = cast.assigned(), cast.assigned(), cast.under_review()
    link(first, second, Link.Kind.REPEAT, reason="同一件事")
    WorkItem.objects.filter(case_id=first.pk).update(bounced=2)
    job.sweep(when=on("2026-07-02"))
    day = date(2026, 12, 1)
    found = {
        why: {one.case_id for one in selectors.debts_for(du, organ, why, on=day)} for why in selectors.DEBTS
    }
    assert found == {
        "undone": {broken.pk},
        "overdue": {first.pk, second.pk, broken.pk} - {broken.pk},
        "bounced": {first.pk},
        "old": {first.pk, second.pk, broken.pk},
        "again": {first.pk, second.pk},
    }
    for who in ("wai", "han"):
        assert not selectors.debts_for(cast.actor(who), organ, "old", on=day), who
    assert len(selectors.debts_for(cast.actor("tou"), organ, "old", on=day)) == 3


def test_what_the_petitioner_says_was_carried_out_is_no_debt(cast: Cast) -> None:
    case = cast.under_review()
    job.sweep(when=on("2026-07-02"))

    def owed() -> list[int]:
        rows = selectors.debts_for(cast.actor("du"), cast.organs["anzhou"], "undone", on=date(2026, 7, 3))
        return [one.case_id for one in rows]

    assert owed() == [case.pk]
    Promise.objects.filter(case_id=case.pk).update(said="done", said_on=date(2026, 7, 3))
    assert owed() == []


def test_a_wall_hides_a_debt(cast: Cast) -> None:
    case = cast.assigned()
    before = selectors.debts_for(cast.actor("du"), cast.organs["anzhou"], "old", on=date(2026, 12, 1))
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, cast.organs["mianyang"].name), actor=cast.actor("tou"), key=key(),
        when=on("2026-06-02"),
    )  # fmt: skip
    assert before and not selectors.debts_for(
        cast.actor("du"), cast.organs["anzhou"], "old", on=date(2026, 12, 1)
    )


def test_a_fresh_pair_of_eyes_reads_one_case_until_a_day(cast: Cast) -> None:
    case, other = cast.assigned(), cast.assigned()
    found = asked(cast, case)
    inside = replace(cast.actor("wai"), on=date(2026, 6, 5))
    read = selectors.open_reading(inside, found, at=on("2026-06-05").at)
    assert read is not None and read.text.body == STORY and read.case.pk == case.pk != other.pk
    look = Look.objects.filter(case_id=case.pk).latest("seq")
    assert look.purpose.startswith("重新审视：") and look.staff_id == cast.staff["wai"].pk
    late = replace(cast.actor("wai"), on=date(2026, 6, 11))
    assert selectors.open_reading(late, found, at=on("2026-06-11").at) is None
    assert selectors.open_reading(cast.actor("du"), found, at=on("2026-06-05").at) is None
    with pytest.raises(GuardFailed, match="姓名"):
        readings.write(found, texts={**TEXTS, "unclear": XIN["name"]}, actor=inside, when=on("2026-06-05"))
    with pytest.raises(GuardFailed, match="至少写明一项"):
        readings.write(found, texts={"proposal": "补一份说明"}, actor=inside, when=on("2026-06-05"))
    readings.write(found, texts=TEXTS, actor=inside, when=on("2026-06-05"))
    assert selectors.open_reading(inside, found, at=on("2026-06-05").at) is None, (
        "written: the right has ended"
    )
    with pytest.raises(NotYours):
        readings.write(found, texts=TEXTS, actor=inside, when=on("2026-06-05"))
    shown = selectors.readings(cast.actor("tou"))
    assert [(one.unanswered, one.owing.code) for one in shown] == [("停发的原因没有说", "anzhou")]


def test_who_had_a_hand_in_it_is_no_fresh_pair_of_eyes(cast: Cast) -> None:
    case = cast.assigned()
    owing = selectors.owing_case(cast.actor("du"), case.pk)
    assert owing is not None
    names = {one.staff.username for one in readings.candidates(owing, actor=cast.actor("du"))}
    assert "wai" in names and "fu" in names and not names & {"han", "tou", "gao", "shen"}
    for who in ("gao", "han", "kun"):
        with pytest.raises(GuardFailed, match="没有经手"):
            asked(cast, case, who)
    with pytest.raises(GuardFailed, match="完成期限"):
        asked(cast, case, due_on=date(2026, 9, 1))
    with pytest.raises(NotYours):
        readings.ask(
            owing, post(cast, "wai"), why="old", due_on=date(2026, 6, 10), actor=cast.actor("wai"), key=key(),
            when=on("2026-06-01"),
        )  # fmt: skip
    first, second = (asked(cast, case, key="the-key-of-a-form") for _ in range(2))
    assert first.pk == second.pk


def test_a_unit_that_had_the_case_once_is_no_fresh_pair_of_eyes(cast: Cast) -> None:
    case = routing.object_to(
        cast.load("tou", cast.referred()), actor=cast.actor("tou"), reasons="不属于本机关职责", believed="区人民政府", key=key(),
        when=on("2026-05-08"),
    )  # fmt: skip
    case = routing.agree_objection(
        cast.load("shi", case), actor=cast.actor("shi"), key=key(), when=on("2026-05-09")
    )
    owing = selectors.owing_case(cast.actor("du"), case.pk)
    assert owing is not None and owing.holder.code == "mianyang"
    units = {one.organ.code for one in readings.candidates(owing, actor=cast.actor("du"))}
    assert units == {"fucheng"}, "the county that sent it back has had its say"


def test_a_reader_behind_a_wall_is_not_offered(cast: Cast) -> None:
    case = cast.assigned()
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, cast.organs["fucheng"].name), actor=cast.actor("tou"), key=key(),
        when=on("2026-05-20"),
    )  # fmt: skip
    owing = selectors.owing_case(cast.actor("du"), case.pk)
    assert owing is not None
    assert "wai" not in {one.staff.username for one in readings.candidates(owing, actor=cast.actor("du"))}
