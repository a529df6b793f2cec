"""The only engine of sessions: rows of the officers' desk, found by the hash of the browser's key.

A copy of the table holds no key that signs anybody in. A row names its officer, so that one can list and end one's sessions;
an ended session cannot be saved again, because saving updates a row and never makes one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Rows
from django.utils import timezone

from lianxin.organs.models import Session

BEGUN_KEY = "begun"
"""Under this name a session holds when, from which network and in which browser it began."""


def stored(session_key: str) -> str:
    """Return the form in which a session's key is kept: 160 bits of its SHA-256."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(Rows):
    """Sessions by hashed key. `row` is the row read for this request, None for a new session."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def load(self) -> dict[str, Any]:
        """Return the values of the session, {} when it is not there or over."""
        key = self.session_key
        self.row = (
            Session.objects.filter(session_key=stored(key), expire_date__gt=timezone.now()).first()
            if key
            else None
        )
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    def exists(self, session_key: str) -> bool:
        """Tell whether a session has this key."""
        return Session.objects.filter(session_key=stored(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of these values."""
        staff_id, begun = data.get(SESSION_KEY), data.get(BEGUN_KEY, {})
        started = datetime.fromisoformat(begun["at"]) if begun else None
        return Session(
            session_key=stored(str(self.session_key)),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            staff_id=int(staff_id) if staff_id else None,
            started_at=started,
            seen_at=self.row.seen_at if self.row is not None else started,
            network=begun.get("network", ""),
            device=begun.get("device", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """End a session, this one when no key is given."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=stored(key)).delete()

    def handle(self) -> str:
        """Return the name under which this session is listed and ended."""
        return stored(str(self.session_key))

    def seen(self, at: datetime) -> bool:
        """Note that the session was used; False when it has been ended meanwhile. Values are left alone."""
        if self.row is None or not self.session_key:
            return False
        self.row.seen_at = at
        return bool(Session.objects.filter(session_key=stored(self.session_key)).update(seen_at=at))
