"""The only place that puts the protecting headers on every answer, also on those no page has made: redirects, refusals, files.

The content policy itself stands in the settings (`CONTENT_SECURITY_POLICY`); here is what no package of ours sets.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

Handler = Callable[[HttpRequest], HttpResponse]
DENIED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)
"""What no page asks of a browser; a photograph is taken through the file field, which needs no permission."""
OWN = ("publickey-credentials-create", "publickey-credentials-get")
"""What our own pages alone may ask: passkeys."""
PERMISSIONS = ", ".join([*(f"{name}=()" for name in DENIED), *(f"{name}=(self)" for name in OWN)])


def headers(get_response: Handler) -> Handler:
    """Return the middleware, the outermost: no cache keeps a page, no other site embeds or reads it, no sensor is open."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response["Permissions-Policy"] = PERMISSIONS
        response.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response["X-Permitted-Cross-Domain-Policies"] = "none"
        return response

    return answer
