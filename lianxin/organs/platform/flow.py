"""The two halves of signing in through the platform: what the browser is sent off with, and what its return proves.

Authorization code with PKCE (S256), state and nonce; the three are kept by the face in the session that began, for one return.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from django.conf import settings

from lianxin.organs.platform.errors import Rejected, Unreachable
from lianxin.organs.platform.provider import Provider, fetched, keys, provider

if TYPE_CHECKING:
    from lianxin.organs.platform.tokens import Expected


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what its return is checked against."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the platform names: issuer and subject, whether it says two factors were used, and when they were, if it says."""

    issuer: str
    subject: str
    strong: bool
    seen_at: datetime | None


def start(*, back: str, at: datetime, anew: bool = False) -> Started:
    """Return a new way to the platform that comes back to the address `back`; `anew` asks it to sign the person in again.

    Raises Unreachable.
    """
    there = provider(at=at)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": back,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if anew:
        asked |= {"prompt": "login", "max_age": "0"}
    if settings.OIDC_ACR:
        asked["acr_values"] = " ".join(settings.OIDC_ACR)
    return Started(_with(there.authorize, asked), state, nonce, verifier)


def finish(answer: Mapping[str, str], started: Started, *, back: str, at: datetime) -> Person:
    """Return whom the platform names. Raises Rejected, and Unreachable when it does not answer."""
    if not hmac.compare_digest(answer.get("state", "").encode(), started.state.encode()):
        raise Rejected("the answer belongs to no question of this browser (state)")
    there = provider(at=at)
    named = answer.get("iss", "")
    if (named or there.names_itself) and named != there.issuer:
        raise Rejected("the answer is by another issuer (iss)")
    if answer.get("error"):
        raise Rejected("the platform says no")
    code = answer.get("code", "")
    if not code or len(code) > 2000:
        raise Rejected("the answer carries no code")
    token = _token_for(code, started.verifier, there, back)
    return _person(token, started.nonce, at=at)


def ended_subject(token: str, *, at: datetime) -> str:
    """Return the subject whose sessions the platform says are over. Raises Rejected, Unreachable."""
    from lianxin.organs.platform import tokens

    published = keys(at=at, wanted=tokens.key_id(token))
    return tokens.logout_token(token, published, _expected(at))


def end_session_address(*, back: str, at: datetime) -> str:
    """Return where the officer signs out of the platform itself, "" when it has no such page or does not answer."""
    try:
        page = provider(at=at).end_session
    except Unreachable:
        return ""
    asked = {"client_id": settings.OIDC_CLIENT_ID, "post_logout_redirect_uri": back}
    return _with(page, asked) if page else ""


def _token_for(code: str, verifier: str, there: Provider, back: str) -> str:
    """Exchange the code, which is good once, for the ID token; nothing else of the answer is used."""
    client, secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {}
    if secret and not there.secret_in_form:
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    else:
        form["client_id"] = client
        if secret:
            form["client_secret"] = secret
    said = fetched(there.token, form=form, headers=headers)
    token = said.get("id_token")
    if not isinstance(token, str):
        raise Rejected("the platform gives no ID token")
    return token


def _person(token: str, nonce: str, *, at: datetime) -> Person:
    from lianxin.organs.platform import tokens

    published = keys(at=at, wanted=tokens.key_id(token))
    claims = tokens.id_token(token, published, _expected(at), nonce=nonce)
    used = claims.get("amr")
    used = [one for one in used if isinstance(one, str)] if isinstance(used, list) else []
    strong = claims.get("acr") in settings.OIDC_ACR or bool(set(used) & set(settings.OIDC_AMR))
    return Person(claims["iss"], claims["sub"], strong, tokens.instant(claims, "auth_time"))


def _expected(at: datetime) -> Expected:
    from lianxin.organs.platform import tokens

    return tokens.Expected(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, at)


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
