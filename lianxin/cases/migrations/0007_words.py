"""The table of words and what each database finds them with: a GIN index, or an FTS5 table kept by triggers."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import lianxin.cases.models.words

POSTGRESQL = (
    # what was just written is read through whole by each search until it is sorted in: no more than so many kilobytes of it
    "CREATE INDEX case_words_found ON cases_casewords USING gin (words) WITH (gin_pending_list_limit = 256)",
    # `lianxin db protect` puts one in its place that asks for whom (tools/row_security.sql)
    """
    CREATE OR REPLACE FUNCTION lianxin_words(asked text) RETURNS SETOF bigint LANGUAGE sql STABLE AS
    $$ SELECT DISTINCT case_id FROM cases_casewords WHERE words @@ to_tsquery('simple', asked) $$
    """,
)
SQLITE = (
    "CREATE UNIQUE INDEX case_words_row ON cases_casewords (id)",
    """
    CREATE VIRTUAL TABLE cases_casewords_fts USING fts5(
        words, content='cases_casewords', content_rowid='id', columnsize=0, tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER case_words_added AFTER INSERT ON cases_casewords BEGIN
        INSERT INTO cases_casewords_fts (rowid, words) VALUES (new.id, new.words);
    END
    """,
    """
    CREATE TRIGGER case_words_gone AFTER DELETE ON cases_casewords BEGIN
        INSERT INTO cases_casewords_fts (cases_casewords_fts, rowid, words) VALUES ('delete', old.id, old.words);
    END
    """,
)
"""Rows are made anew, never changed, so there is no trigger for a change. A later migration that makes the table anew on SQLite
has to make these anew with it."""


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make what this database finds words with."""
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def unmake(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it; indexes and triggers go with their table."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION lianxin_words(text)")
    else:
        editor.execute("DROP TABLE cases_casewords_fts")


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_two_persons")]

    operations = [
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("words", lianxin.cases.models.words.WordsField()),
                ("digest", models.CharField(max_length=16)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="case_words_digest", condition=models.Q(("digest", ""), _negated=True)
                    )
                ],
            },
        ),
        migrations.RunPython(make, unmake),
    ]
