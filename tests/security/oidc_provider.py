"""An identity platform on the loopback address: real keys, real PKCE, one-time codes; and it can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT, SECRET = "lianxin-anzhou", "an agreed secret: a+b&c"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    """Return a number as JWK writes it."""
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass
class Key:
    """A key pair with its id; RS256 or ES256 by its kind."""

    kid: str
    pair: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def alg(self) -> str:
        """Return the algorithm of the key."""
        return "RS256" if isinstance(self.pair, rsa.RSAPrivateKey) else "ES256"

    def public(self) -> dict[str, str]:
        """Return the key as published."""
        numbers = self.pair.public_key().public_numbers()
        if isinstance(numbers, rsa.RSAPublicNumbers):
            shown = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        else:
            x, y = (b64(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
            shown = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {**shown, "kid": self.kid, "use": "sig", "alg": self.alg}

    def sign(self, data: bytes) -> bytes:
        """Return the signature of JWS."""
        if isinstance(self.pair, rsa.RSAPrivateKey):
            return self.pair.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.pair.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def rsa_key(kid: str, size: int = 2048) -> Key:
    """Return a new RSA key."""
    return Key(kid, rsa.generate_private_key(65537, size))


def ec_key(kid: str) -> Key:
    """Return a new key on P-256."""
    return Key(kid, ec.generate_private_key(ec.SECP256R1()))


FIRST = rsa_key("first")
"""One RSA key for all tests: making one takes a while."""


@dataclass
class Platform:
    """The platform: who is signed in there, and in which ways it misbehaves."""

    issuer: str = ""
    backs: set[str] = field(default_factory=set)
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "officer-1"})
    keys: list[Key] = field(default_factory=lambda: [FIRST])
    clock: Callable[[], float] = time.time
    description: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str | None] = field(default_factory=dict)
    forge: Callable[[str], str] = str
    reuse: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    grants: list[dict[str, str]] = field(default_factory=list)

    def token(self, claims: dict[str, Any], *, typ: str = "JWT", key: Key | None = None) -> str:
        """Return a signed token; claims and header are bent as told."""
        key = key or self.keys[-1]
        header = {"alg": key.alg, "typ": typ, "kid": key.kid, **self.header}
        bent = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        parts = [b64(json.dumps(part).encode()) for part in (header, bent)]
        signed = ".".join(parts)
        return self.forge(f"{signed}.{b64(key.sign(signed.encode()))}")

    def id_token(self, nonce: str) -> str:
        """Return the ID token of who is signed in."""
        now = int(self.clock())
        base = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
        }
        return self.token({**base, **self.person})

    def logout_token(self, subject: str) -> str:
        """Return a back-channel logout token."""
        now = int(self.clock())
        base = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        return self.token({**base, "sub": subject, "events": {LOGOUT: {}}}, typ="logout+jwt")

    def described(self) -> dict[str, Any]:
        """Return the discovery document."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/out",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.description,
        }
        return {name: value for name, value in said.items() if value is not None}

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to, with a code; a wrong question is an assertion."""
        assert asked["client_id"] == CLIENT and asked["redirect_uri"] in self.backs, asked
        assert asked["response_type"] == "code" and "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        assert len(asked["state"]) > 20 and len(asked["nonce"]) > 20 and asked["state"] != asked["nonce"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.issuer, **self.answer}
        return asked["redirect_uri"] + "?" + urlencode({k: v for k, v in given.items() if v is not None})

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return status and answer of the token endpoint: client, code, address and verifier are checked."""
        self.grants.append(form)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ":"
        client, secret = (unquote(part) for part in pair.split(":", 1))
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = (
            self.codes.get(form.get("code", "")) if self.reuse else self.codes.pop(form.get("code", ""), None)
        )
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        token = self.id_token(asked["nonce"])
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    platform: Platform

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.platform.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._json(200, self.platform.described())
        elif parts.path == "/keys":
            self._json(200, {"keys": [key.public() for key in self.platform.keys]})
        elif parts.path == "/authorize":
            there = self.platform.authorize(
                {name: values[0] for name, values in parse_qs(parts.query).items()}
            )
            self.send_response(302)
            self.send_header("Location", there)
            self.end_headers()
        else:
            self._json(200 if parts.path == "/out" else 404, {})

    def do_POST(self) -> None:
        self.platform.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._json(*self.platform.exchange(form, self.headers.get("Authorization", "")))

    def _json(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


def serve(platform: Platform, port: int = 0) -> ThreadingHTTPServer:
    """Start the platform on a port of the loopback address, give it its issuer, and return its server."""
    handler = type("Handler", (_Handler,), {"platform": platform})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    platform.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server
