"""The only place that knows the platform's description of itself (discovery) and its keys, kept in memory for an hour."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from lianxin.organs.platform.errors import Rejected, Unreachable
from lianxin.outgoing.calls import Failed, call
from lianxin.outgoing.goals import Forbidden, goal_of

KEPT = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""An unknown key makes the keys be fetched anew, but no more often than that."""
PAUSE = timedelta(seconds=10)
"""A platform that has not answered is left alone so long, and nobody waits for it."""
WAITING = 1.0
MOST_KEYS = 50
Keys = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """The platform: where its pages and services are, and what it promises."""

    issuer: str
    authorize: str
    token: str
    jwks: str
    end_session: str
    names_itself: bool
    """Whether it puts `iss` on its answers (RFC 9207); then an answer without is refused."""
    secret_in_form: bool


@dataclass(slots=True)
class _Known:
    provider: Provider | None = None
    provider_at: datetime | None = None
    keys: Keys = ()
    keys_at: datetime | None = None
    failed_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_known: dict[str, _Known] = {}


def is_set() -> bool:
    """Tell whether this installation has a platform."""
    return bool(settings.OIDC_ISSUER)


def provider(*, at: datetime) -> Provider:
    """Return the platform as it describes itself. Raises Unreachable."""
    with _held() as known:
        if known.provider is None or not _fresh(known.provider_at, at, KEPT):
            known.provider = _described(known, at)
            known.provider_at = at
        return known.provider


def keys(*, at: datetime, wanted: str = "") -> Keys:
    """Return the platform's public keys, fetched anew when the `wanted` key id is not among them. Raises Unreachable."""
    address = provider(at=at).jwks
    with _held() as known:
        missing = bool(wanted) and all(one.get("kid") != wanted for one in known.keys)
        if not _fresh(known.keys_at, at, KEPT) or (missing and not _fresh(known.keys_at, at, AGAIN)):
            found = _asked(known, address, at).get("keys")
            if not isinstance(found, list) or len(found) > MOST_KEYS:
                raise Unreachable("the platform's keys cannot be read")
            known.keys = tuple(one for one in found if isinstance(one, dict))
            known.keys_at = at
        return known.keys


def fetched(url: str, **sent: Any) -> dict[str, Any]:
    """Return the JSON object a service of the platform answers with. Raises Unreachable, and Rejected when a form is refused."""
    try:
        answer = call(url, **sent)
        value = json.loads(answer.body)
    except (Forbidden, Failed) as problem:
        raise Unreachable(str(problem)) from None
    except (ValueError, RecursionError):
        raise Unreachable("the platform answers no JSON") from None
    if "form" in sent and 400 <= answer.status < 500:
        raise Rejected(f"the platform answers {answer.status} {str(value)[:100]!r}")
    if answer.status != 200 or not isinstance(value, dict):
        raise Unreachable(f"the platform answers {answer.status}")
    return value


@contextmanager
def _held() -> Iterator[_Known]:
    """Hold what is known of the platform; while another asks it, do not wait long. Raises Unreachable."""
    known = _known.setdefault(settings.OIDC_ISSUER, _Known())
    if not known.lock.acquire(timeout=WAITING):
        raise Unreachable("the platform is being asked already")
    try:
        yield known
    finally:
        known.lock.release()


def _asked(known: _Known, url: str, at: datetime) -> dict[str, Any]:
    if _fresh(known.failed_at, at, PAUSE):
        raise Unreachable("the platform did not answer just now")
    try:
        return fetched(url)
    except Unreachable:
        known.failed_at = at
        raise


def _fresh(then: datetime | None, at: datetime, span: timedelta) -> bool:
    return then is not None and timedelta(0) <= at - then < span


def _described(known: _Known, at: datetime) -> Provider:
    issuer = str(settings.OIDC_ISSUER)
    said = _asked(known, issuer.rstrip("/") + "/.well-known/openid-configuration", at)
    if said.get("issuer") != issuer:
        raise Unreachable("the platform calls itself by another name than LIANXIN_OIDC_ISSUER")
    methods = said.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise Unreachable("the platform does not know PKCE with S256")
    ways = said.get("token_endpoint_auth_methods_supported")
    ways = ways if isinstance(ways, list) else ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorize=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        jwks=_address(said, "jwks_uri"),
        end_session=_address(said, "end_session_endpoint") if said.get("end_session_endpoint") else "",
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        secret_in_form="client_secret_basic" not in ways and "client_secret_post" in ways,
    )


def _address(said: dict[str, Any], name: str) -> str:
    """Return an address from the description; also those that only the browser opens must lead to a host of the settings."""
    value = said.get(name)
    try:
        goal_of(value if isinstance(value, str) else "")
    except Forbidden as problem:
        raise Unreachable(f"{name} of the platform: {problem}") from None
    return str(value)
