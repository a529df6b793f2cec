"""The storage rules: every table is placed, its keys allow the place, hot paths stay in one shard; planted faults are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from lianxin.cases import selectors
from lianxin.cases.models import Case, Step, WorkItem
from lianxin.cases.services import handling, intake
from lianxin.config import checks
from lianxin.config.citus.base import placing_sql
from lianxin.config.placements import CITUS_TABLES, Placement
from lianxin.ledger.ids import new_id
from tests.cast import Cast, key, on
from tests.storage.recorder import fan_outs, one_shard_each


def test_every_model_has_a_place_and_keys_that_allow_it() -> None:
    assert checks.storage(None) == []


def test_no_placement_without_a_model() -> None:
    known = {model._meta.label for model in apps.get_models()}
    assert set(CITUS_TABLES) <= known


@pytest.fixture
def planted() -> Iterator[dict[str, Placement]]:
    before = dict(CITUS_TABLES)
    yield CITUS_TABLES
    CITUS_TABLES.clear()
    CITUS_TABLES.update(before)


@isolate_apps("lianxin.cases")
def test_planted_faults_are_found(planted: dict[str, Placement]) -> None:
    class Unplaced(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "cases"

    class Serial(models.Model):  # noqa: DJ008
        code = models.CharField(max_length=3, unique=True)
        case = models.ForeignKey(Case, models.PROTECT, related_name="+")

        class Meta:
            app_label = "cases"
            constraints = [models.UniqueConstraint(name="planted_once", fields=["code"])]

    planted["cases.Serial"] = Placement("path", "code_owner")
    assert [number for number, _ in checks.faults(Unplaced)] == [1]
    assert {number for number, _ in checks.faults(Serial)} == {2, 3, 4, 5}


def test_nothing_leads_from_a_case_to_a_person() -> None:
    vault = {model for model in apps.get_models() if model._meta.app_label == "petitioners"}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = field.related_model
            assert not (target in vault or (model in vault and target not in (None, *vault))), (
                f"{model._meta.label}.{field.name}"
            )


def test_hot_paths_stay_in_one_shard(cast: Cast) -> None:
    petition = cast.petition()
    with one_shard_each():
        case = intake.file(petition, case_id=new_id(), when=on("2026-05-06")).case
    actor = cast.actor("fen")
    with one_shard_each():
        intake.register(
            cast.load("ran", case),
            actor=cast.actor("ran"),
            key=key(),
            when=on("2026-05-07"),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary="低保金停发",
        )
        handling.accept(
            cast.load("fen", case), actor=actor, key=key(), when=on("2026-05-08"), approver=cast.staff["tou"]
        )
        selectors.open_case(actor, case.pk, purpose="办理", at=on("2026-05-09").at)
        selectors.worklist(actor, selectors.Wanted(), on=date(2026, 5, 9))


def test_the_recorder_sees_a_fan_out(cast: Cast) -> None:
    cast.filed()
    wide = str(Step.objects.filter(event="submit").query)
    narrow = str(Step.objects.filter(case_id=7).query)
    work = str(WorkItem.objects.filter(case_id=7).query)
    assert fan_outs([wide]) == [wide]
    assert fan_outs([narrow]) == []
    assert fan_outs([work]) == [work]


def test_citus_places_each_group() -> None:
    assert (
        placing_sql("cases.Step", "cases_step") == "SELECT create_distributed_table('cases_step', 'case_id')"
    )
    assert "colocate_with => 'none'" in str(placing_sql("cases.WorkItem", "cases_workitem"))
    assert placing_sql("organs.Organ", "organs_organ") == "SELECT create_reference_table('organs_organ')"
    assert placing_sql("nobody.Knows", "x") is None


def test_postgresql_speaks_chinese(db: None) -> None:
    """On PostgreSQL the database must be UTF-8, or Chinese words are lost without an error."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
            )
            assert cursor.fetchone() == ("UTF8",)
    assert Case.objects.filter(summary__contains="低保").count() == 0
