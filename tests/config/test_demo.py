"""The demonstration: everything invented, every state and channel, built through the services, whole."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.db import transaction

from lianxin.cases.models import Case, CaseText, Evaluation, Step, WorkItem
from lianxin.cases.selectors import case_by_code
from lianxin.config.commands import demo
from lianxin.config.commands.shell import Stop
from lianxin.config.demo import build, marker, people, places, plans
from lianxin.config.demo.play import Play, Stage
from lianxin.jobs import integrity
from lianxin.organs.data.packages import packaged
from lianxin.organs.models import Organ, Post, Region, Role
from tests.cast import on

STATES = {
    "received", "registered", "referred", "objected", "accepted", "handling", "signoff", "issued", "served", "closed_satisfied",
    "closed_lapsed",
}  # fmt: skip
NOW = on("2026-11-23", 17)


@pytest.fixture
def stage(db: None) -> Stage:
    """Return the invented places, organs and officers below an otherwise empty country."""
    Region.objects.create(
        id=1, code="100000000000", name="中国", full_name="中国", level="country", path="/1/"
    )
    world = places.build()
    return Stage(world, people.hire(world, random.Random(1)), NOW)


def test_plans_cover_every_state_channel_and_half_a_year() -> None:
    made = plans.plans(random.Random(build.SEED))
    assert 290 <= len(made) <= 320
    assert {plan.state for plan in made} == STATES
    assert {plan.channel for plan in made} == {name for name, _ in plans.CHANNELS}
    assert 150 <= max(plan.received_days_ago for plan in made) <= 200
    assert made == plans.plans(random.Random(build.SEED))


def test_no_place_is_a_real_one() -> None:
    real = {row["name"] for row in packaged("regions.tsv")}
    codes = {str(int(row["id"]) // 100).zfill(12)[:2] for row in packaged("regions.tsv")}
    for _, code, name, level in places._places():
        assert code[:2] not in codes
        assert name not in real or level in {"township", "village"}, name


def test_one_petition_of_each_kind_is_played_to_its_end(stage: Stage) -> None:
    chosen = {}
    for plan in plans.plans(random.Random(3)):
        chosen.setdefault((plan.state, plan.steps, plan.channel == "online"), plan)
    for plan in chosen.values():
        with transaction.atomic():
            case = Play(stage, plan).run()
        assert case.state == plan.state or plan.state == "closed_lapsed"
        assert not integrity.check(case.pk).faults and integrity.rebuild(case.pk) == 0
    assert set(Case.objects.values_list("state", flat=True)) == STATES
    assert not Step.objects.filter(at__gt=NOW.at).exists() and not Step.objects.filter(on__gt=NOW.on).exists()
    assert all("虚构" in body for body in CaseText.objects.values_list("body", flat=True))
    assert not any("{" in body for body in CaseText.objects.values_list("body", flat=True))


def test_the_whole_demonstration(db: None, tmp_path: Path) -> None:
    said: list[str] = []

    def bar(rows: Iterable[plans.Plan], **options: object) -> Iterable[plans.Plan]:
        return list(rows)[::4]

    made = build.build(tmp_path, now=NOW, say=said.append, bar=bar)
    assert marker.read(tmp_path) == made and len(said) == 3
    assert set(Role.values) == set(Post.objects.values_list("role", flat=True))
    assert {one.username for one in made.sign_ins} >= {
        "window",
        "intake",
        "handler",
        "head",
        "reviewer",
        "supervisor",
    }
    assert marker.main_organ(tmp_path) == "010102MZ" and Organ.objects.filter(code="010102MZ").exists()
    for item in made.followed:
        assert case_by_code(item.number, item.code.replace("-", "")) is not None
    clocks = Counter(WorkItem.objects.exclude(clock="").values_list("clock", flat=True))
    assert {"REG_NOTICE", "HANDLE", "OBJECTION", "REVIEW_WIN"} <= set(clocks)
    acting = WorkItem.objects.filter(turn="act")
    assert acting.filter(sort_on__lt=NOW.on).exists() and acting.filter(sort_on__gt=NOW.on).exists()
    assert Evaluation.objects.exists()


def test_other_data_is_never_touched(tmp_path: Path, cast: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.management.call_command", lambda *words, **options: None)
    with pytest.raises(Stop, match="不是演示数据"):
        demo._build(tmp_path)
    assert not (tmp_path / f"{marker.NAME}.building").exists()


def test_fresh_deletes_only_a_demonstration(tmp_path: Path) -> None:
    database = tmp_path / "lianxin.sqlite3"
    database.write_text("office")
    demo._throw_away(tmp_path)
    assert database.exists()
    marker.write(tmp_path, marker.Marker("2026-01-01", "x", "y", (), ()))
    demo._throw_away(tmp_path)
    assert not database.exists() and marker.read(tmp_path) is None


def test_a_damaged_marker_is_no_demonstration(tmp_path: Path) -> None:
    (tmp_path / marker.NAME).write_text('{"password": 1}')
    assert marker.read(tmp_path) is None and marker.main_organ(tmp_path) == ""


def test_invented_people_have_numbers_nobody_has() -> None:
    chance = random.Random(5)
    for _ in range(50):
        one = people.invented_identity(chance, "云禾省")
        assert one["phone"].startswith("100") and len(one["phone"]) == 11
        assert one["id_number"].startswith("01") and len(one["id_number"]) == 18
