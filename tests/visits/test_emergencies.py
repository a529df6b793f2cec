"""Emergencies: recorded once, lines that are never changed, the report up the line within its hours, confirmed, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lianxin.cases.policies import NotYours
from lianxin.cases.services import walls
from lianxin.ledger.models import Event
from lianxin.organs.models import Post, Staff
from lianxin.procedure.book import book_for
from lianxin.procedure.clock import told_by
from lianxin.procedure.errors import GuardFailed, RulebookError, Stale
from lianxin.visits import selectors
from lianxin.visits.models import Emergency, EmergencyEntry
from lianxin.visits.services import emergencies
from lianxin.visits.services.emergencies import Line, Seen
from tests.cast import FROM, Cast, key, on
from tests.security.walling import named
from tests.visits.conftest import DAY

CHILD = Seen(
    "child", "接待大厅门口", 1, "长椅上有一个婴儿，没有大人在旁边。（虚构）", "抱进室内", ("police", "duty")
)


def seen(cast: Cast, who: str = "ran", **changes: object) -> Emergency:
    """Return an emergency recorded at nine."""
    return emergencies.record(CHILD, actor=cast.actor(who), key=key(), when=on(DAY), **changes)  # type: ignore[arg-type]


def lines(emergency: Emergency) -> list[tuple[str, str]]:
    return [(one.what, one.whom) for one in selectors.lines_of(emergency)]


def test_one_press_records_calls_and_report(cast: Cast) -> None:
    row = seen(cast)
    assert lines(row) == [("seen", ""), ("called", "police"), ("called", "duty"), ("reported", "")]
    row.refresh_from_db()
    assert (row.told, row.told_at, row.head_at) == (cast.organs["mianyang"], on(DAY).at, on(DAY).at)
    event = Event.objects.get(kind="emergency.seen")
    assert event.organ_id == cast.organs["anzhou"].pk and "婴儿" not in str(event.facts)


def test_a_repeated_key_records_one(cast: Cast) -> None:
    same = key()
    made = [emergencies.record(CHILD, actor=cast.actor("ran"), key=same, when=on(DAY)) for _ in range(2)]
    assert made[0].pk == made[1].pk and Emergency.objects.count() == 1 and EmergencyEntry.objects.count() == 4


def test_the_hours_come_from_the_rulebook() -> None:
    at = on(DAY).at
    until = told_by(book_for(on(DAY).on), at)
    assert (until.head - at, until.upper - at) == (timedelta(hours=1), timedelta(hours=2))
    rule = book_for(on(DAY).on).clocks["URGENT"]
    assert "一小时内告知负责人，两小时内告知上级" in rule.note


def test_a_book_without_the_clock_says_so() -> None:
    with pytest.raises(RulebookError, match="URGENT"):
        told_by(replace(book_for(on(DAY).on), clocks={}), on(DAY).at)


def test_at_the_top_there_is_nobody_above(cast: Cast) -> None:
    staff = Staff.objects.create(id=77, username="bu", name="部值班")
    Post.objects.create(id=7700, staff=staff, organ=cast.organs["ministry"], role="duty", starts_on=FROM)
    cast.staff["bu"] = staff
    row = seen(cast, "bu")
    assert (row.told, row.told_at) == (None, None)
    with pytest.raises(GuardFailed, match="没有上级"):
        emergencies.report_up(row, actor=cast.actor("bu"), key=key(), when=on(DAY))


def test_calls_have_their_time_and_lines_stay(cast: Cast) -> None:
    row, ran = seen(cast), cast.actor("ran")
    later = on(DAY, 10)
    same = key()
    for _ in range(2):
        emergencies.add(row, Line("called", on(DAY, 9).at, whom="ambulance"), actor=ran, key=same, when=later)
    last = selectors.lines_of(row)[-1]
    assert (last.whom, last.at, last.written_at, last.seq) == ("ambulance", on(DAY, 9).at, later.at, 5)
    for bad in (later.at + timedelta(minutes=1), on(DAY, 8).at):
        with pytest.raises(GuardFailed):
            emergencies.add(row, Line("called", bad, whom="fire"), actor=ran, key=key(), when=later)
    with pytest.raises(GuardFailed):
        emergencies.add(row, Line("called", later.at, whom="nobody"), actor=ran, key=key(), when=later)
    with pytest.raises(GuardFailed):
        emergencies.add(row, Line("help", later.at, text=" "), actor=ran, key=key(), when=later)


def test_the_organ_above_sees_it_and_confirms_once(cast: Cast) -> None:
    row, shi = seen(cast), cast.actor("shi")
    assert [one.pk for one in selectors.open_emergencies(shi)] == [row.pk]
    assert selectors.emergency(cast.actor("wai"), row.pk) is None
    assert selectors.emergency(cast.actor("zong"), row.pk) is None
    same = key()
    for _ in range(2):
        emergencies.take(row, actor=shi, text="已派人", key=same, when=on(DAY, 10))
    with pytest.raises(Stale):
        emergencies.take(row, actor=shi, text="", key=key(), when=on(DAY, 10))
    assert lines(row)[-1] == ("taken", "")
    with pytest.raises(NotYours):
        emergencies.add(row, Line("help", on(DAY, 10).at, text="x"), actor=shi, key=key(), when=on(DAY, 10))
    with pytest.raises(NotYours):
        emergencies.take(row, actor=cast.actor("tou"), text="", key=key(), when=on(DAY, 10))


def test_it_ends_with_words_and_then_stays(cast: Cast) -> None:
    row, ran = seen(cast), cast.actor("ran")
    with pytest.raises(GuardFailed):
        emergencies.close(row, actor=ran, text=" ", key=key(), when=on(DAY, 12))
    emergencies.close(row, actor=ran, text="孩子已送救助站，身体无恙。", key=key(), when=on(DAY, 12))
    with pytest.raises(Stale):
        emergencies.close(row, actor=ran, text="再结束", key=key(), when=on(DAY, 12))
    row.refresh_from_db()
    with pytest.raises(GuardFailed):
        emergencies.add(row, Line("help", on(DAY, 12).at, text="x"), actor=ran, key=key(), when=on(DAY, 12))
    assert not selectors.open_emergencies(ran) and len(selectors.closed_emergencies(ran)) == 1


def test_the_database_keeps_times_in_order(cast: Cast) -> None:
    row = seen(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyEntry.objects.filter(emergency_id=row.pk, seq=1).update(at=on(DAY, 23).at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=row.pk).update(told=None)


def test_only_who_works_at_the_window_records(cast: Cast) -> None:
    with pytest.raises(NotYours):
        seen(cast, "han")


def test_a_wall_hides_it_once_it_is_a_case(cast: Cast) -> None:
    """The organ above named on the wall of the case no longer finds the emergency."""
    row, case = seen(cast), cast.registered()
    emergencies.became(row.pk, actor=cast.actor("ran"), case_id=case.pk, when=on(DAY, 10))
    assert selectors.emergency(cast.actor("tou"), row.pk) is not None
    walls.raise_wall(
        cast.load("tou", case),
        named=named(cast, "绵阳市安州区民政局"),
        actor=None,
        key=key(),
        when=on(DAY, 11),
    )
    assert selectors.emergency(cast.actor("tou"), row.pk) is None
    assert not selectors.open_emergencies(cast.actor("tou"))
    assert selectors.emergency(cast.actor("shi"), row.pk) is not None
