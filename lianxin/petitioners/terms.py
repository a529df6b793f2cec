"""The only place for how long a draft nobody goes on with is kept."""

from __future__ import annotations

DRAFT_DAYS = 7
