"""The backend: PostgreSQL's own, whose statements carry the face they are asked for (`ledger.face`) where row policies hold.

The face travels in the same message as the statement and ends with its transaction: no statement of its own to wait for, and
nothing that a kept or pooled connection could hand on. The owner of the tables, to whom no policy applies, sends none.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from lianxin.ledger import face

TELL = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in face.VARIABLES)
GUARDED = "SELECT coalesce(row_security_active(to_regclass('cases_case')), false)"
WITHOUT = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
"""Statements that touch no row."""


class Faced(Cursor[Any]):
    """A cursor that tells the database the face with each statement, inside a transaction whenever it changes."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement as psycopg does. Raises its errors."""
        line: Any = self.connection
        if not line.guarded or (isinstance(query, str) and query.startswith(WITHOUT)):
            line.told = None
            return super().execute(query, params, **more)
        inside = line.pgconn.transaction_status == TransactionStatus.INTRANS
        wanted = face.told()
        if inside and line.told == wanted:
            return super().execute(query, params, **more)
        line.told = None
        with line.pipeline():
            Cursor(line).execute(TELL, wanted)
            super().execute(query, params, **more)
        line.told = wanted
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with faces."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters of a connection."""
        return {**super().get_connection_params(), "cursor_factory": Faced}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection that knows whether row policies apply to its role."""
        line = super().get_new_connection(conn_params)
        line.guarded, line.told = False, None
        line.autocommit = True
        with line.cursor() as cursor:
            line.guarded = bool(cursor.execute(GUARDED).fetchone()[0])
        return line

    def chunked_cursor(self) -> Any:
        """Return a cursor that reads at once: one on the server's side could not be told the face."""
        self.ensure_connection()
        return self.cursor() if self.connection.guarded else super().chunked_cursor()
