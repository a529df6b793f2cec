"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """See the package's docstring for what it holds."""

    name = "lianxin.calls"
    label = "calls"
