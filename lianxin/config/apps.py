"""Start of the project: registers the storage checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class Config(AppConfig):
    """Knows everybody; see `placements.py` for where each table stands."""

    name = "lianxin.config"
    label = "lianxin_config"

    def ready(self) -> None:
        """Register the system checks, and tell the papers where fonts lie and the calendar where notices do."""
        from lianxin import papers
        from lianxin.config import checks  # noqa: F401
        from lianxin.procedure import calendar

        papers.configure(font_dirs=settings.FONT_DIRS, cache_dir=settings.DATA_DIR / "cache")
        calendar.configure(settings.HOLIDAYS_DIR)
