"""The only place that says where a request comes from: network, browser in a few words, and whether the browser proved itself.

Forwarded addresses are believed from proxies of one's own alone: `PROXY_HOPS` says how many there are, and the address which
the outermost of them wrote stands so many places from the right. What a sender has put before it is not looked at.
"""

from __future__ import annotations

import ipaddress
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from lianxin.organs.accounts import Origin

SALT = "lianxin.device"
KEPT_SECONDS = 180 * 86400
REMEMBERED = 5
"""Officers remembered in one browser: a shared window has a few."""


def origin_of(request: HttpRequest, username: str = "") -> Origin:
    """Return where the request comes from; `proven` is set when this officer has signed in with this browser before."""
    proven = dict(_remembered(request)).get(_mark(username), "") if username else ""
    return Origin(network_of(request), _device(request), proven)


def network_of(request: HttpRequest) -> str:
    """Return the sender's IPv4 address or IPv6 /64 network; "unknown" when there is none."""
    written = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.TRUSTED_PROXY and forwarded:
        seen = [one.strip() for one in forwarded.split(",")]
        written = seen[-settings.PROXY_HOPS] if len(seen) >= settings.PROXY_HOPS else ""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let this browser count as one in which this officer has signed in, for 180 days from now."""
    mark = _mark(username)
    kept = [one for one in _remembered(request) if one[0] != mark][-REMEMBERED + 1 :]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([*kept, (mark, secrets.token_hex(16))], salt=SALT),
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _remembered(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        kept = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT_SECONDS
        )
    except signing.BadSignature:
        return []
    return [(str(mark), str(proof)) for mark, proof in kept]


def _mark(username: str) -> str:
    return salted_hmac(SALT, username, algorithm="sha256").hexdigest()[:20]


def _device(request: HttpRequest) -> str:
    agent = request.META.get("HTTP_USER_AGENT", "")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "HarmonyOS", "Linux")
    browsers = ("MicroMessenger", "Edg", "Firefox", "OPR", "QQBrowser", "Chrome", "Safari")
    found = [next((name for name in names if name in agent), "") for names in (browsers, systems)]
    return " · ".join(name for name in found if name)
