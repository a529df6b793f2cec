"""Alerts are told once, to the organ that must know, the unattended first; what was seen to is settled."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.models import Alert, Case, WorkItem
from lianxin.cases.selectors import open_alerts
from lianxin.jobs import alerting
from lianxin.organs.models import Organ
from tests.cast import Cast, on


def told(**wanted: object) -> list[tuple[str, str, str]]:
    rows = Alert.objects.filter(**wanted).order_by("order", "mark", "organ_id")
    return [(row.rule, row.addressee, row.organ.short_name) for row in rows.select_related("organ")]


def test_half_way_the_handler_is_told_at_the_end_the_organ_above(cast: Cast) -> None:
    case = cast.accepted()
    Case.objects.filter(pk=case.pk).update(officer=cast.staff["han"])
    WorkItem.objects.update(officer_id=cast.staff["han"].pk)
    assert alerting.alert(when=on("2026-06-05")).told == 0
    alerting.alert(when=on("2026-06-08"))
    assert [one[:2] for one in told()] == [("reminder", "handler")]
    alerting.alert(when=on("2026-07-08"))
    marks = {(row.rule, row.organ_id) for row in Alert.objects.all()}
    above = cast.organs["anzhou"].parent_id
    assert ("warning", cast.organs["anzhou"].pk) in marks
    assert {("overdue", cast.organs["anzhou"].pk), ("overdue", above)} <= marks


def test_a_second_sweep_tells_nothing_twice(cast: Cast) -> None:
    cast.accepted()
    first = alerting.alert(when=on("2026-08-01"))
    again = alerting.alert(when=on("2026-08-01"))
    assert first.told == Alert.objects.count() > 0
    assert (again.told, again.settled) == (0, 0) and Alert.objects.count() == first.told


def test_a_sweep_that_was_stopped_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        cast.registered()
    monkeypatch.setattr(alerting, "BATCH", 1)
    whole = alerting._alert
    seen: list[int] = []

    def stops(case_ids: list[int], done: alerting.Alerted, *, on: date) -> None:
        whole(case_ids, done, on=on)
        seen.extend(case_ids)
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(alerting, "_alert", stops)
    with pytest.raises(KeyboardInterrupt):
        alerting.alert(when=on("2026-08-01"))
    half = Alert.objects.count()
    monkeypatch.setattr(alerting, "_alert", whole)
    done = alerting.alert(when=on("2026-08-01"))
    assert half and done.told == half and Alert.objects.values("case_id").distinct().count() == 4


def test_what_nobody_has_comes_first(cast: Cast) -> None:
    late, nobody = cast.assigned(), cast.registered(day="2026-05-20")
    order = [case_id for batch in alerting.batches(date(2026, 12, 1)) for case_id in batch]
    assert order.index(nobody.pk) < order.index(late.pk)
    assert sorted(order) == sorted({late.pk, nobody.pk})


def test_what_was_seen_to_is_settled_and_gone_from_the_page(cast: Cast) -> None:
    case = cast.accepted()
    alerting.alert(when=on("2026-05-20"))
    tou = cast.actor("tou")
    assert [one.alert.rule for one in open_alerts(tou)[0]] == ["nobody"]
    from lianxin.cases.services import handling
    from tests.cast import key

    handling.assign(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        officer=cast.staff["han"],
        no_interest=True,
        key=key(),
        when=on("2026-05-21"),
    )
    assert alerting.alert(when=on("2026-05-22")).settled == 1
    assert open_alerts(tou) == ([], 0)
    assert Alert.objects.get().settled_on == date(2026, 5, 22)


def test_at_the_top_of_the_tree_the_own_head_is_told(cast: Cast) -> None:
    case = cast.accepted()
    Organ.objects.filter(pk=cast.organs["anzhou"].pk).update(parent=None)
    alerting.alert(when=on("2026-12-01"))
    mine = {row.organ_id for row in Alert.objects.filter(case_id=case.pk)}
    assert mine == {cast.organs["anzhou"].pk} and ("overdue", "head") in {one[:2] for one in told()}


def test_a_receiver_is_told_of_what_it_has_not_taken(cast: Cast) -> None:
    case = cast.referred()
    alerting.alert(when=on("2026-06-30"))
    overdue = Alert.objects.filter(
        case_id=case.pk, rule="overdue", clock="REF_NOTICE", addressee="head"
    ).get()
    assert overdue.organ_id == overdue.about_id == cast.organs["anzhou"].pk


def test_reports_are_for_the_report_desk_and_other_organs_see_nothing(cast: Cast) -> None:
    case = cast.filed(kind="report").case
    alerting.alert(when=on("2026-06-30"))
    assert Alert.objects.filter(case_id=case.pk).exists()
    assert not open_alerts(cast.actor("tou"))[0] and not open_alerts(cast.actor("wai"))[0]
    assert open_alerts(cast.actor("mi"))[0]


def test_no_alert_names_a_person(cast: Cast) -> None:
    cast.accepted()
    alerting.alert(when=on("2026-12-01"))
    held = str(list(Alert.objects.values()))
    assert (
        "辛小禾" not in held
        and {field.name for field in Alert._meta.get_fields()} & {"staff", "party"} == set()
    )


def test_an_urgent_report_and_pressure_are_told_upward(cast: Cast) -> None:
    from lianxin.cases.services import oversight, withdrawing
    from tests.cast import key

    case = cast.assigned()
    seen = oversight.Emergency(date(2026, 5, 12), "上午", "大厅", "一人", "晕倒", "有生命危险", "已叫救护车")
    oversight.urgent_report(
        cast.load("zhi", case),
        actor=cast.actor("zhi"),
        emergency=seen,
        approver=cast.staff["tou"],
        key=key(),
        when=on("2026-05-12"),
    )
    withdrawing.pressed(cast.load_public(case), words="局里让我撤（虚构）", key=key(), when=on("2026-05-13"))
    alerting.alert(when=on("2026-05-14"))
    above = cast.organs["mianyang"].pk
    assert set(Alert.objects.filter(organ_id=above).values_list("rule", flat=True)) == {"urgent", "pressed"}
    assert Alert.objects.get(organ_id=cast.organs["anzhou"].pk, rule="urgent").addressee == "head"
    assert "局里让我撤" not in str(list(Alert.objects.values()))
    alerting.alert(when=on("2026-06-30"))
    assert not Alert.objects.filter(rule__in=["urgent", "pressed"], settled_on=None).exists()
