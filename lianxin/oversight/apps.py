"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """See the package's docstring for what it holds."""

    name = "lianxin.oversight"
    label = "oversight"
