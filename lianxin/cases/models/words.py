"""The words of a case as search finds them: rows of bigrams, made in the transaction that writes the text."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lianxin.cases.models.case import Case


class WordsField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """Tokens parted by blanks: stored as a vector with places on PostgreSQL, as text with an FTS5 index on SQLite."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        """Return how a value is written: PostgreSQL makes the vector from the tokens."""
        return "to_tsvector('simple', %s)" if connection.vendor == "postgresql" else "%s"


class CaseWords(models.Model):
    """检索词: a part of a case's words, without identity. `digest` tells from which texts it was made.

    `id` is what the index of SQLite knows the row by. Rows are made anew, never changed.
    """

    pk = models.CompositePrimaryKey("case_id", "id")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    words = WordsField()
    digest = models.CharField(max_length=16)

    class Meta:
        constraints = [models.CheckConstraint(name="case_words_digest", condition=~models.Q(digest=""))]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.id}"
