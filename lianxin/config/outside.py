"""Settings of what lies outside: whom this system may call, and the identity platform through which officers may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lianxin.config.env import Reader, SettingsError


@dataclass(frozen=True, slots=True)
class Outside:
    """The settings as read and checked; `settings.py` gives them their names."""

    hosts: list[str]
    internal: list[str]
    authorities: str
    loopback: bool
    issuer: str
    client_id: str
    client_secret: str
    name: str
    acr: list[str]
    amr: list[str]
    organ: str


def outside(read: Reader, *, demo: bool, keys: Path) -> Outside:
    """Return the settings of this part. Raises SettingsError with a sentence for ones that would be unsafe or useless."""
    loopback = read.flag(
        "OUTGOING_LOOPBACK",
        False,
        "call this machine too, also without TLS: to try things out, demo profile only",
    )
    if loopback and not demo:
        raise SettingsError(
            "LIANXIN_OUTGOING_LOOPBACK is on in the office profile: services of this machine could be called. Switch it off."
        )
    issuer = read.text(
        "OIDC_ISSUER",
        "",
        "address of the identity platform (OpenID Connect) for officers; empty: no platform",
    )
    hosts = read.names(
        "OUTGOING_HOSTS",
        "",
        "further hosts that may be called, name or name:port; the platform's own is among them",
    )
    read_here = Outside(
        hosts=[*hosts, *([urlsplit(issuer).netloc.lower()] if issuer else [])],
        internal=read.names(
            "OUTGOING_INTERNAL",
            "",
            "those of these hosts that stand in a private network (10/8, 172.16/12, …)",
        ),
        authorities=read.text(
            "OUTGOING_CA", "", "file with further certificate authorities (PEM) for these calls"
        ),
        loopback=loopback,
        issuer=issuer,
        client_id=read.text("OIDC_CLIENT_ID", "", "name under which the platform knows this system"),
        client_secret=read.secret(
            "OIDC_CLIENT_SECRET",
            keys / "oidc_client_secret",
            "secret agreed with the platform; none for a public client",
            needed=False,
        ),
        name=read.text("OIDC_NAME", "", "name of the platform on the button; empty: 统一身份认证平台"),
        acr=read.names(
            "OIDC_ACR", "", "values of acr that count as the second factor; empty: Lianxin asks for its own"
        ),
        amr=read.names(
            "OIDC_AMR", "", "values of amr that count as the second factor; empty: Lianxin asks for its own"
        ),
        organ=read.text(
            "OIDC_ORGAN", "", "code of the organ whose officers, with those below it, may use the platform"
        ),
    )
    _check(read_here)
    return read_here


def _check(read_here: Outside) -> None:
    if read_here.authorities and not Path(read_here.authorities).is_file():
        raise SettingsError(f"LIANXIN_OUTGOING_CA is {read_here.authorities!r}, which is no file.")
    if unknown := set(read_here.internal) - set(read_here.hosts):
        raise SettingsError(
            f"LIANXIN_OUTGOING_INTERNAL names {sorted(unknown)}, not among LIANXIN_OUTGOING_HOSTS or the platform's own host."
        )
    if not read_here.issuer:
        return
    parts = urlsplit(read_here.issuer)
    secure = parts.scheme == "https" or (parts.scheme == "http" and read_here.loopback)
    if not secure or not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(f"LIANXIN_OIDC_ISSUER is {read_here.issuer!r}. It must be a plain https address.")
    if not read_here.client_id:
        raise SettingsError(
            "LIANXIN_OIDC_ISSUER is set, but not LIANXIN_OIDC_CLIENT_ID. The platform's operator gives it."
        )
