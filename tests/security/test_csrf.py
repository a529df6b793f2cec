"""CSRF on every address, from the resolver: no form without its token, none from another site, no change by looking."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.security.addresses import Address, addresses, rows_of_everything
from tests.security.conftest import Browser
from tests.web.public.walking import new_code, show

ELSEWHERE = ("handed", "desk:platform_ended")
"""Served under the files' host name alone; and called by the platform's server, with a signed token instead of a cookie."""


def test_csrf_01_no_address_takes_a_form_without_its_token(cast: Cast, browser: Browser) -> None:
    case = cast.served()
    careful = Client(enforce_csrf_checks=True)
    for signed in (Client(), browser("ran"), browser("guan")):
        careful.cookies = signed.cookies
        before = rows_of_everything()
        for one in addresses():
            for method in ("post", "put", "delete", "patch"):
                answer = getattr(careful, method)(one.path(case_id=case.pk))
                refused = (403, 404, 405) if one.name in ELSEWHERE else (403,)
                assert answer.status_code in refused, (method, one.route, answer.status_code)
        assert rows_of_everything() == before


def test_csrf_01_a_token_of_another_browser_or_a_text_body_is_refused(cast: Cast, browser: Browser) -> None:
    case = cast.served()
    foreign = Client()
    foreign.get("/follow/")
    token = str(foreign.cookies["lx_csrf"].value)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = browser("ran").cookies
    careful.get("/desk/account/password")
    page = f"/desk/case/{case.pk}/serve/"
    assert careful.post(page, {"csrfmiddlewaretoken": token}).status_code == 403
    assert careful.post(page, '{"a": 1}', content_type="text/plain").status_code == 403
    assert careful.post(page, '{"a": 1}', content_type="application/json").status_code == 403
    own = str(careful.cookies["lx_csrf"].value)
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        answer = careful.post(page, {"csrfmiddlewaretoken": own}, headers={"origin": origin})
        assert answer.status_code == 403, origin


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_csrf_01_no_address_takes_a_form_from_another_site(cast: Cast, browser: Browser, site: str) -> None:
    case, client = cast.served(), browser("ran")
    before = rows_of_everything()
    for one in addresses():
        answer = client.post(one.path(case_id=case.pk), headers={"sec-fetch-site": site})
        assert answer.status_code == 403, one.route
    assert rows_of_everything() == before


def test_csrf_02_signing_in_and_out_need_the_token(cast: Cast, browser: Browser) -> None:
    from tests.cast import PASSWORD

    careful = Client(enforce_csrf_checks=True)
    assert careful.post("/desk/sign-in", {"username": "ran", "password": PASSWORD}).status_code == 403
    signed = browser("ran")
    careful.cookies = signed.cookies
    assert careful.post("/desk/sign-out").status_code == 403
    assert signed.get("/desk/").status_code == 200


def test_csrf_02_no_link_signs_an_officer_out(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    for one in addresses():
        client.get(one.path())
        assert client.get("/desk/account/").status_code == 200, one.route


def is_writing(sql: str) -> bool:
    """Tell whether a statement changes a row of anything but sessions and the record of looks."""
    written = sql.upper().startswith(("INSERT", "UPDATE", "DELETE"))
    quiet = ("organs_session", "ledger_", "organs_signinevent", "organs_budget", "organs_account")
    return written and not any(f'"{name}' in sql for name in quiet)


@pytest.mark.parametrize("who", ["", "ran", "han", "tou", "guan", "mi"])
def test_csrf_01_looking_changes_nothing(cast: Cast, browser: Browser, who: str) -> None:
    case = cast.served()
    client = browser(who) if who else Client()
    if not who:
        show(client, cast, case, new_code(case))
    for one in addresses():
        with CaptureQueriesContext(connection) as seen:
            client.get(
                one.path(case_id=case.pk), {"key": "a-key-of-one-form-page", "sure": "on", "language": "en"}
            )
        wrote = [query["sql"][:120] for query in seen.captured_queries if is_writing(query["sql"])]
        assert not wrote, (one.route, wrote)


def test_every_address_has_its_sample_parts() -> None:
    found: list[Address] = addresses()
    assert len(found) > 100 and len({one.name for one in found}) == len(found)
    for one in found:
        assert "<" not in one.path(), one.route
