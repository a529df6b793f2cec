"""System checks of the storage rules: every table has a placement, and its keys allow that placement.

What a distributed store would refuse at the first migration is refused here on every database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from lianxin.config.placements import Placement, placement_of


@register("lianxin_storage")
def storage(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each rule a model breaks: placement, keys, uniqueness, foreign keys."""
    return [
        Error(problem, obj=model, id=f"lianxin.S{number:03d}")
        for model in apps.get_models(include_auto_created=True)
        for number, problem in faults(model)
    ]


def faults(model: type[models.Model]) -> Iterator[tuple[int, str]]:
    """Yield (rule number, sentence) for each storage rule the model breaks."""
    label = model._meta.label
    place = placement_of(label)
    if place is None:
        yield 1, f"{label} has no placement. Add it to CITUS_TABLES in lianxin/config/placements.py."
        return
    if place.group in {"case", "path"}:
        yield from _key_faults(model, place)
    yield from _relation_faults(model, place)


def _key_faults(model: type[models.Model], place: Placement) -> Iterator[tuple[int, str]]:
    label, meta = model._meta.label, model._meta
    if meta.auto_field is not None:
        yield (
            2,
            f"{label} has an automatic id; ids of spread tables are made by the application (ledger.ids).",
        )
    if place.column not in _columns(model, [field.name for field in meta.pk_fields]):
        yield 3, f"the primary key of {label} lacks {place.column}."
    for field in meta.local_fields:
        if field.unique and not field.primary_key and field.column != place.column:
            yield 4, f"{label}.{field.name} is unique; uniqueness across cases needs a table of its own."
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and place.column not in _columns(
            model, constraint.fields
        ):
            yield 4, f"constraint {constraint.name} of {label} lacks {place.column}."


def _relation_faults(model: type[models.Model], place: Placement) -> Iterator[tuple[int, str]]:
    for field in model._meta.local_fields:
        if not isinstance(field, models.ForeignKey) or not getattr(field, "db_constraint", True):
            continue
        target = placement_of(field.related_model._meta.label)
        if target is None or target.group == "reference":
            continue
        inside = place.group == target.group == "case" and field.column == place.column
        if not inside:
            yield 5, f"{model._meta.label}.{field.name} leads to another group; use a plain id column."


def _columns(model: type[models.Model], names: Any) -> set[str]:
    return {str(getattr(model._meta.get_field(name), "column", name)) for name in names}
