"""What every page may say: the site's name, whether it is a demonstration, the telephone for help."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the values every template may use."""
    return {
        "demo": settings.DEMO,
        "help_phone": settings.PUBLIC_PHONE,
        "large_print": request.COOKIES.get("lx_print") == "large",
        "actor": getattr(request, "actor", None),
    }
