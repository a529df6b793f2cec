"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """See the package's docstring for what it holds."""

    name = "lianxin.letters"
    label = "letters"
