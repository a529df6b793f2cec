"""The backend: PostgreSQL's own, with keys that are checked at once and a schema editor that places tables."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.postgresql import base, features, operations, schema

from lianxin.config.placements import placement_of


def placing_sql(label: str, table: str) -> str | None:
    """Return the statement that places a new table, or None for a local one."""
    place = placement_of(label)
    if place is None or place.group == "local":
        return None
    if place.group == "reference":
        return f"SELECT create_reference_table('{table}')"
    alone = ", colocate_with => 'none'" if place.group == "path" else ""
    return f"SELECT create_distributed_table('{table}', '{place.column}'{alone})"


class DatabaseFeatures(features.DatabaseFeatures):
    """Foreign keys are checked at the statement, never deferred."""

    can_defer_constraint_checks = False


class DatabaseOperations(operations.DatabaseOperations):
    """No deferral: a broken key is an IntegrityError at once."""

    def deferrable_sql(self) -> str:
        """Return nothing."""
        return ""


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Places a table in the migration that makes it, before its foreign keys arrive."""

    def __enter__(self) -> DatabaseSchemaEditor:
        super().__enter__()
        if self.atomic_migration:
            self.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        return self

    def create_model(self, model: type[models.Model]) -> None:
        """Make the table and place it."""
        super().create_model(model)
        statement = placing_sql(model._meta.label, model._meta.db_table)
        if statement:
            self.execute(statement, params=None)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with tables in their places."""

    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def check_constraints(self, table_names: Any = None) -> None:
        """Do nothing: every key was checked at its statement."""
