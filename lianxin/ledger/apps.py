"""Acts and looks."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Entries are added, never changed."""

    name = "lianxin.ledger"
    label = "ledger"
