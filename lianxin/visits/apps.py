"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """See the package's docstring for what it holds."""

    name = "lianxin.visits"
    label = "visits"
