"""The only place that says whom this system may call: the hosts of the settings, at addresses that are what they should be.

An address is judged after it was resolved. What lies in private networks is called only where the settings name the host as
internal; this machine itself only in the demonstration profile, by a setting of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from lianxin.procedure.errors import LianxinError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PORTS = {"https": 443, "http": 80}
LONGEST = 2000
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\Z")
NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\Z")
"""What resolvers read as a number: 2130706433, 0x7f.1, 127.1."""
PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+\Z", re.I)
LOOPBACK = [ip_network(one) for one in ("127.0.0.0/8", "::1/128")]
PRIVATE = [
    ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
SPECIAL = [
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
"""Of no one host (IANA's special registries), or ways by which IPv6 carries an IPv4 address that cannot be judged."""
GLOBAL_IPV6, NAT64 = ip_network("2000::/3"), ip_network("64:ff9b::/96")


class Forbidden(LianxinError):
    """This call is not made: the address, the host, or what the host resolves to is none that may be called."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An address that may be called, taken apart; `literal` where the host is an IP address."""

    scheme: str
    host: str
    port: int
    path: str
    literal: bool

    @property
    def shown(self) -> str:
        """Return the host as it stands in settings and in the Host line: with the port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def goal_of(url: str) -> Goal:
    """Return an address as one that may be called. Raises Forbidden."""
    if len(url) > LONGEST or not PLAIN.fullmatch(url):
        raise Forbidden("the address is no plain URL")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise Forbidden("the address cannot be read") from None
    scheme = parts.scheme
    if scheme != "https" and not (scheme == "http" and settings.OUTGOING_LOOPBACK):
        raise Forbidden("only https is called")
    if "@" in parts.netloc or parts.fragment:
        raise Forbidden("the address carries a name or a fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    goal = Goal(scheme, host, PORTS[scheme] if port is None else port, path, _is_literal(host))
    if not goal.port or goal.shown not in settings.OUTGOING_HOSTS:
        raise Forbidden(f"the host is not among LIANXIN_OUTGOING_HOSTS: {host}")
    return goal


def check_address(text: str, goal: Goal) -> None:
    """Raise Forbidden unless the host of `goal` may be called at this resolved address."""
    try:
        judged = _judged(ip_address(text))
    except ValueError:
        raise Forbidden("the host resolves to something that is no address") from None
    if _within(judged, LOOPBACK):
        allowed = bool(settings.OUTGOING_LOOPBACK)
    elif goal.scheme != "https":
        allowed = False
    elif _within(judged, PRIVATE):
        allowed = goal.shown in settings.OUTGOING_INTERNAL
    else:
        allowed = not _within(judged, SPECIAL) and (judged.version == 4 or judged in GLOBAL_IPV6)
    if not allowed:
        raise Forbidden(f"the host {goal.host} resolves to an address that is not called")


def _is_literal(host: str) -> bool:
    """Tell whether a host is an IP address in its usual form. Raises Forbidden for unusual ones and for names that are none."""
    try:
        ip_address(host)
    except ValueError:
        if NAME.fullmatch(host) and not NUMBER.fullmatch(host):
            return False
        raise Forbidden("the host is neither a name nor an address in its usual form") from None
    if "%" in host:
        raise Forbidden("the host names an interface")
    return True


def _judged(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
