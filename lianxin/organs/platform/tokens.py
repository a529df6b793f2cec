"""The only place that knows the JOSE library, and that says whether a token of the platform is believed.

The library takes eleven megabytes; this module is loaded when the first token of a process comes in. What a token says of its own
key (`jwk`, `jku`, `x5u`) is not looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from lianxin.organs.platform.errors import Rejected

ALGORITHMS = {"RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC", "ES384": "EC"}
"""What is believed, and by which kind of key. Never `none`, never a shared secret (HS256)."""
LONGEST = 16_000
AROUND = timedelta(seconds=60)
"""How far clocks may differ."""
YOUNG = timedelta(minutes=10)
"""A token is handed over right after it was made."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Expected:
    """For whom, by whom and when a token has to be made out."""

    issuer: str
    client_id: str
    at: datetime


def key_id(token: str) -> str:
    """Return the id of the key a token names, "" for none. Raises Rejected for something that is no signed token."""
    return str(_header(token).get("kid", ""))


def id_token(token: str, keys: Iterable[dict[str, Any]], expected: Expected, *, nonce: str) -> dict[str, Any]:
    """Return what an ID token says. Raises Rejected unless all of OpenID Connect Core 3.1.3.7 holds."""
    claims = _claims(token, keys, types={"", "JWT"})
    _check_common(claims, expected)
    if not nonce or claims.get("nonce") != nonce:
        raise Rejected("the token answers another question (nonce)")
    return claims


def logout_token(token: str, keys: Iterable[dict[str, Any]], expected: Expected) -> str:
    """Return the subject whose sessions end. Raises Rejected unless Back-Channel Logout 2.6 holds and a subject is named."""
    claims = _claims(token, keys, types={"", "JWT", "LOGOUT+JWT"})
    _check_common(claims, expected)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise Rejected("the token ends no session")
    if "nonce" in claims or not claims.get("jti"):
        raise Rejected("the token is no logout token")
    return str(claims["sub"])


def _header(token: str) -> dict[str, Any]:
    try:
        if not token.isascii() or len(token) > LONGEST or token.count(".") != 2:
            raise ValueError("no compact token")
        part = token.partition(".")[0]
        header = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise Rejected("this is no token") from None
    if not isinstance(header, dict):
        raise Rejected("this is no token")
    return header


def _claims(token: str, keys: Iterable[dict[str, Any]], *, types: set[str]) -> dict[str, Any]:
    header = _header(token)
    alg, kid = str(header.get("alg", "")), str(header.get("kid", ""))
    kind = str(header.get("typ", "")).upper().removeprefix("APPLICATION/")
    if alg not in ALGORITHMS or kind not in types or "crit" in header:
        raise Rejected(f"tokens with alg {alg[:20]!r} and typ {kind[:20]!r} are not believed")
    fitting = [one for one in keys if _fits(one, alg) and (not kid or one.get("kid") == kid)]
    if len(fitting) != 1:
        raise Rejected("no one key of the platform fits the token")
    try:
        key = jwk.import_key(fitting[0], ALGORITHMS[alg])  # type: ignore[call-overload]
        return dict(jwt.decode(token, key, algorithms=[alg]).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise Rejected("the signature is not right") from None


def _fits(key: dict[str, Any], alg: str) -> bool:
    """Tell whether a published key may verify this algorithm; short RSA keys may not."""
    if key.get("kty") != ALGORITHMS[alg] or key.get("use", "sig") != "sig" or key.get("alg", alg) != alg:
        return False
    return key["kty"] != "RSA" or len(str(key.get("n", ""))) >= 2048 // 6


def _check_common(claims: dict[str, Any], expected: Expected) -> None:
    """Raise Rejected unless issuer, audience, party, times and subject are what they have to be."""
    if claims.get("iss") != expected.issuer:
        raise Rejected("the token is by another issuer")
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else audience
    if not isinstance(audience, list) or expected.client_id not in audience:
        raise Rejected("the token is for somebody else (aud)")
    party = claims.get("azp", expected.client_id if len(audience) == 1 else None)
    if party != expected.client_id:
        raise Rejected("the token is for somebody else (azp)")
    ends, made = instant(claims, "exp"), instant(claims, "iat")
    if ends is None or made is None or expected.at >= ends + AROUND:
        raise Rejected("the token is over, or says not until when it lasts")
    if made > expected.at + AROUND or expected.at - made > YOUNG:
        raise Rejected("the token was not made just now")
    starts = instant(claims, "nbf")
    if "nbf" in claims and (starts is None or starts > expected.at + AROUND):
        raise Rejected("the token is not yet good")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isascii():
        raise Rejected("the token names nobody")


def instant(claims: dict[str, Any], name: str) -> datetime | None:
    """Return an instant that a token names, None where it names none that can be read."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**35:
        return None
    return datetime.fromtimestamp(value, UTC)
