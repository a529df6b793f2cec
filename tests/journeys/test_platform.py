"""AUTH-08 in a real browser: an officer ties an account of the platform, signs in through it, and signs out of both."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.cast import PASSWORD
from tests.journeys.browsing import Visitor
from tests.journeys.conftest import running
from tests.security.oidc_provider import CLIENT, SECRET, Platform, serve

NAME = "四川省统一身份认证平台（虚构）"
BACKS = ("/desk/sign-in/platform/back", "/desk/account/platform/back")


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    made = Platform()
    server = serve(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def platform_site(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    more = {
        "OUTGOING_LOOPBACK": "true",
        "OIDC_ISSUER": platform.issuer,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_NAME": NAME,
    }
    named = {f"LIANXIN_{name}": value for name, value in more.items()}
    with running(tmp_path_factory.mktemp("platform"), **named) as address:
        platform.backs = {address + path for path in BACKS}
        yield address


@pytest.mark.parametrize("javascript", [True, False])
def test_auth_08_tied_in_and_out(
    platform: Platform, platform_site: str, browser: Browser, width: int, javascript: bool
) -> None:
    name = {(390, True): "ran", (1280, True): "fen", (390, False): "han", (1280, False): "shen"}[
        width, javascript
    ]
    platform.person = {"sub": f"person-{name}"}
    with Visitor(
        browser, platform_site, width=width, javascript=javascript, also=(platform.issuer,)
    ) as officer:
        officer.go("/desk/sign-in")
        officer.fill(username=name, password=PASSWORD)
        officer.send("/desk/sign-in")
        officer.go("/desk/account/")
        officer.press("绑定平台账号")
        officer.sees(NAME, "十分钟内有效")
        officer.press(f"去{NAME}登录")
        officer.sees("平台账号已绑定", f"person-{name}")
        officer.press("退出")
        officer.press(f"用{NAME}登录")
        assert urlsplit(officer.page.url).path == "/desk/"
        officer.press("退出")
        officer.sees("已退出", NAME)
        assert officer.page.get_by_role("link", name=f"从{NAME}退出").get_attribute("href", timeout=2000)
        officer.go("/desk/")
        assert urlsplit(officer.page.url).path == "/desk/sign-in"
