"""Headers on every answer, whatever made it; the host is checked, forwarded words are believed from the right place only."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from lianxin.web.origin import network_of
from tests.cast import Cast
from tests.security.addresses import addresses
from tests.security.conftest import Browser

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(header: str) -> dict[str, str]:
    """Return the directives of a content policy."""
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))  # type: ignore[misc]


def test_csrf_03_xss_06_every_answer_carries_the_protecting_headers(cast: Cast, browser: Browser) -> None:
    case = cast.served()
    for client in (Client(), browser("ran")):
        for one in addresses():
            for method in ("get", "post", "put"):
                answer = getattr(client, method)(one.path(case_id=case.pk))
                if one.name in ("desk:sign_out", "desk:sign_in"):
                    client = browser("ran") if client.cookies else client
                found = policy(answer.headers["Content-Security-Policy"])
                where = (method, one.route)
                assert {name: found.get(name) for name in POLICY} == POLICY, where
                assert "unsafe" not in str(found) and "*" not in str(found) and "report-uri" not in found, (
                    where
                )
                assert answer.headers["X-Frame-Options"] == "DENY", where
                assert answer.headers["X-Content-Type-Options"] == "nosniff", where
                assert answer.headers["Referrer-Policy"] == "same-origin", where
                assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", where
                assert "camera=()" in answer.headers["Permissions-Policy"], where
                assert "no-store" in answer.headers["Cache-Control"], where


def test_priv_04_redirects_refusals_and_bad_hosts_are_not_stored_either(client: Client) -> None:
    for answer in (
        client.get("/desk/case/1"),
        client.get("/case/1/x.css"),
        client.get("/desk/", headers={"host": "evil.example"}),
        client.post("/follow/leave/", headers={"sec-fetch-site": "cross-site"}),
        Client(enforce_csrf_checks=True).post("/follow/leave/"),
    ):
        assert answer.status_code in (301, 400, 403, 404)
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "127.0.0.1.evil", "testserver\x00", "[::1"]
)
def test_ssrf_05_a_foreign_host_is_refused(client: Client, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400 and "evil" not in answer.content.decode()


def test_ssrf_05_forwarded_host_and_port_lead_nowhere(client: Client) -> None:
    names = ("x-forwarded-host", "x-host", "x-forwarded-server", "x-original-host")
    forged = {
        "x-forwarded-port": "99",
        "forwarded": "host=evil.example",
        **dict.fromkeys(names, "evil.example"),
    }
    assert "evil" not in client.get("/", headers=forged).content.decode()
    assert client.get("/desk/case/1", headers=forged).headers["Location"] == "/desk/case/1/"


def test_ssrf_05_forwarded_proto_counts_behind_the_proxy_only(settings: Settings) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-proto": "https"})
    assert not request.is_secure()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert request.is_secure()


@pytest.mark.parametrize(
    ("trusted", "hops", "forwarded", "network"),
    [
        (False, 1, "203.0.113.9", "198.51.100.1"),
        (True, 1, "", "198.51.100.1"),
        (True, 1, "203.0.113.9", "203.0.113.9"),
        (True, 1, "10.0.0.1, 10.0.0.2, 203.0.113.9", "203.0.113.9"),
        (True, 2, "10.0.0.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
        (True, 2, "203.0.113.9", "unknown"),
        (True, 1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (True, 1, "2001:db8:1:2:bbbb:cccc::9", "2001:db8:1:2::/64"),
        (True, 1, "::ffff:203.0.113.9", "203.0.113.9"),
        (True, 1, "203.0.113.9, <script>", "unknown"),
        (True, 1, "203.0.113.9, １０.0.0.1", "unknown"),
    ],
)
def test_ssrf_05_senders_are_counted_from_the_right(
    settings: Settings, trusted: bool, hops: int, forwarded: str, network: str
) -> None:
    settings.TRUSTED_PROXY, settings.PROXY_HOPS = trusted, hops
    meta = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert network_of(RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", **meta)) == network


GOALS = (
    "//evil.example",
    "https:evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "\r\nLocation: https://evil.example",
    "／／evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\x00//evil.example",
    "/ /evil.example",
    "///evil.example",
)


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("address", ["/print-size/", "/i18n/setlang/"])
def test_redir_01_onward_is_our_own_site(client: Client, address: str, goal: str) -> None:
    from urllib.parse import urljoin, urlsplit

    answer = client.post(
        address, {"next": goal, "language": "en"}, headers={"referer": f"https://evil.example/{goal[:3]!r}"}
    )
    assert answer.status_code in (302, 204)
    location = answer.headers.get("Location", "/")
    # as a browser reads it: backslashes are slashes, control characters are dropped
    read = "".join(c for c in location.replace("\\", "/") if ord(c) > 31)
    assert urlsplit(urljoin("http://testserver/", read)).netloc == "testserver", location
    assert "\n" not in location and "\r" not in location
