"""Whether a case holds words, as a condition inside the statement that asks: FTS5 on SQLite, a vector's places on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

from lianxin.cases.words import WIDTH, asked


class Holds(Func):
    """Tells of a case whether a folded text stands in its words. The tokens are plain letters, so nothing of what was typed
    can be read as an operator by either database.
    """

    output_field = BooleanField()

    def __init__(self, text: str, case: str = "pk") -> None:
        """Take the folded text and the column with the case's id."""
        self.tokens = asked(text)
        super().__init__(F(case))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Return the condition on the rows FTS5 finds."""
        found = "SELECT rowid FROM cases_casewords_fts WHERE cases_casewords_fts MATCH %s"
        return self._among(
            compiler,
            f"IN (SELECT case_id FROM cases_casewords WHERE id IN ({found}))",  # noqa: S608 - the text of this function
            f"{self.tokens[0]}*" if self._single else f'"{" ".join(self.tokens)}"',
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Return the condition on what `lianxin_words` finds for whoever asks: asked once, whatever the planner thinks."""
        found = f"{self.tokens[0]}:*" if self._single else " <-> ".join(self.tokens)
        return self._among(compiler, "= ANY (ARRAY(SELECT lianxin_words(%s)))", found)

    @property
    def _single(self) -> bool:
        """Tell whether a single character is asked for: the beginning of a token."""
        return len(self.tokens[0]) == WIDTH

    def _among(self, compiler: SQLCompiler, rows: str, found: str) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} {rows}", (*params, found)
