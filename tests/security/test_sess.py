"""SESS and CSRF: how long a session lasts, what ends it, and what a copy of it is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from lianxin.organs import sessions
from lianxin.organs.models import Session, SignInEvent
from lianxin.web.desk.session_store import SessionStore, stored
from tests.cast import PASSWORD, Cast
from tests.security.conftest import Browser, Clock, enter

NEW = "白墙黑瓦 小桥流水 2026"


def key_of(client: Client) -> str:
    return str(client.cookies["lx_session"].value)


def holding(key: str) -> Client:
    """Return a browser that holds this session key and nothing else."""
    client = Client()
    client.cookies["lx_session"] = key
    return client


def test_sess_01_the_key_is_new_and_the_old_row_is_gone(cast: Cast) -> None:
    client = Client()
    fixed = client.session.session_key
    client.cookies["lx_session"] = fixed
    enter(client, "ran")
    assert key_of(client) != fixed and not SessionStore().exists(str(fixed))


def test_sess_01_a_key_made_up_by_a_stranger_is_never_used(cast: Cast) -> None:
    client = holding("a" * 32)
    enter(client, "ran")
    assert key_of(client) != "a" * 32
    assert holding("a" * 32).get("/desk/").status_code == 302


def test_a_copy_of_the_table_signs_nobody_in(browser: Browser) -> None:
    client = browser("ran")
    row = Session.objects.get()
    assert row.session_key == stored(key_of(client)) and key_of(client) not in str(vars(row))
    assert holding(row.session_key).get("/desk/").status_code == 302


def test_sess_03_half_an_hour_without_use_ends_it(browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    for _ in range(4):
        clock.pass_by(minutes=29)
        assert client.get("/desk/").status_code == 200
    clock.pass_by(minutes=31)
    assert client.get("/desk/").status_code == 302
    assert not Session.objects.filter(staff_id__isnull=False).exists()


def test_sess_03_twelve_hours_end_it_however_much_it_is_used(browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    for _ in range(35):
        clock.pass_by(minutes=20)
        assert client.get("/desk/").status_code == 200
    clock.pass_by(minutes=21)
    assert client.get("/desk/").status_code == 302


def test_sess_03_proving_and_switching_do_not_lengthen_it(cast: Cast, browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    for _ in range(36):
        clock.pass_by(minutes=20)
        client.post("/desk/account/prove", {"proof_password": PASSWORD})
        client.post("/desk/switch-organ", {"organ": "4"})
    clock.pass_by(minutes=1)
    assert client.get("/desk/").status_code == 302


def test_sess_03_a_kiosk_may_be_set_shorter(browser: Browser, clock: Clock, settings: object) -> None:
    settings.SESSION_IDLE_MINUTES = 15  # type: ignore[attr-defined]
    client = browser("ran")
    clock.pass_by(minutes=16)
    assert client.get("/desk/").status_code == 302


def test_sess_03_what_was_typed_comes_back_without_the_password(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    client = browser("han")
    case = cast.assigned()
    clock.pass_by(minutes=31)
    sent = {"purpose": "打电话核实情况", "proof_password": PASSWORD, "proof_code": "123456"}
    page = client.post(f"/desk/case/{case.pk}/reveal/", sent)
    assert page.status_code == 403 and "打电话核实情况" in page.content.decode()
    assert PASSWORD not in page.content.decode() and "123456" not in page.content.decode()


@pytest.mark.parametrize(
    "address", ["/desk/", "/desk/account/", "/desk/account/second-factor/", "/desk/sign-in"]
)
def test_sess_04_no_page_is_stored(browser: Browser, address: str) -> None:
    assert "no-store" in browser("ran").get(address).headers["Cache-Control"]


def test_sess_04_after_signing_out_nothing_is_answered(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    key = key_of(client)
    answer = client.post("/desk/sign-out")
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert holding(key).get("/desk/").status_code == 302
    assert holding(key).post("/desk/switch-organ", {"organ": "4"}).status_code == 403
    assert SignInEvent.objects.filter(staff_id=cast.staff["ran"].pk, what="out").exists()


def test_sess_05_a_new_password_ends_the_other_sessions(browser: Browser) -> None:
    client, other = browser("ran"), browser("ran")
    before = key_of(client)
    data = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/desk/account/password", data).status_code == 302
    assert client.get("/desk/").status_code == 200 and key_of(client) != before
    assert other.get("/desk/").status_code == 302
    assert holding(before).get("/desk/").status_code == 302


def test_sess_05_a_lost_post_counts_at_the_next_request(cast: Cast, browser: Browser) -> None:
    client, guan = browser("ran"), browser("guan")
    assert client.get("/desk/register/").status_code == 200
    guan.post("/desk/manage/staff/1/", {"organ": "4", "role": "checker", **day("starts_on", "2026-06-01")})
    assert guan.post("/desk/manage/posts/100/end/", day("post100-on", "2026-05-31")).status_code == 302
    assert client.get("/desk/register/").status_code in (302, 403, 404)


def day(name: str, on: str) -> dict[str, str]:
    """Return a day as its three boxes send it."""
    return dict(zip((f"{name}_year", f"{name}_month", f"{name}_day"), on.split("-"), strict=True))


def test_sess_06_one_sees_and_ends_ones_own_sessions(browser: Browser) -> None:
    client, other, foreign = browser("ran"), browser("ran"), browser("fen")
    listed = client.get("/desk/account/").context["sessions"]
    assert [one["own"] for one in listed].count(True) == 1 and len(listed) == 2
    handle = next(one["row"].session_key for one in listed if not one["own"])
    assert client.post("/desk/account/sessions/end", {"session": stored(key_of(foreign))}).status_code == 404
    assert client.post("/desk/account/sessions/end", {"session": handle}).status_code == 302
    assert other.get("/desk/").status_code == 302
    assert client.get("/desk/").status_code == foreign.get("/desk/").status_code == 200


def test_sess_06_all_others_at_once(browser: Browser) -> None:
    client, others = browser("ran"), [browser("ran") for _ in range(3)]
    assert client.post("/desk/account/sessions/end", {"session": "all"}).status_code == 302
    assert {other.get("/desk/").status_code for other in others} == {302}
    assert client.get("/desk/").status_code == 200


def test_sess_06_the_administrator_ends_an_officers_sessions(cast: Cast, browser: Browser) -> None:
    client, guan = browser("ran"), browser("guan")
    assert client.get("/desk/").status_code == 200
    assert guan.post("/desk/manage/staff/1/access/sessions/").status_code == 302
    assert client.get("/desk/").status_code == 302
    assert SignInEvent.objects.get(what="ended").by_id == cast.staff["guan"].pk


def test_sess_06_the_administrator_ends_those_of_an_organ(cast: Cast, browser: Browser) -> None:
    inside, outside, guan = browser("ran"), browser("shi"), browser("guan")
    assert guan.post("/desk/manage/organs/4/sessions/").status_code == 302
    assert inside.get("/desk/").status_code == guan.get("/desk/").status_code == 302
    assert outside.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    "address", ["staff/8/access/sessions/", "staff/9/access/sessions/", "organs/3/sessions/"]
)
def test_sess_06_nobody_ends_what_lies_outside(cast: Cast, browser: Browser, address: str) -> None:
    shi, guan = browser("shi"), browser("guan")
    assert guan.post(f"/desk/manage/{address}").status_code == 404
    assert browser("tou").post(f"/desk/manage/{address}").status_code == 404
    assert shi.get("/desk/").status_code == 200


def test_sess_07_signing_out_wins_over_a_request_under_way(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    """Whatever a slower request writes after the sign-out, at each point where it can write, nothing comes back."""
    for _ in range(200):
        client = browser("ran")
        key = key_of(client)
        slow = SessionStore(key)
        slow["organ"] = 4
        client.post("/desk/sign-out")
        assert not slow.seen(clock.at + timedelta(minutes=2))
        with pytest.raises(UpdateError):
            slow.save()
        assert not Session.objects.exists()
        assert holding(key).get("/desk/").status_code == 302


def test_sess_07_a_slower_request_does_not_undo_a_new_key(browser: Browser) -> None:
    client = browser("ran")
    old = key_of(client)
    slow = SessionStore(old)
    slow["organ"] = 4
    client.post("/desk/switch-organ", {"organ": "4"})
    assert key_of(client) != old
    with pytest.raises(UpdateError):
        slow.save()
    assert holding(old).get("/desk/").status_code == 302


def test_the_organ_is_changed_under_a_new_key(browser: Browser) -> None:
    client = browser("ran")
    before = key_of(client)
    assert client.post("/desk/switch-organ", {"organ": "4"}).status_code == 302
    assert key_of(client) != before and holding(before).get("/desk/").status_code == 302


def test_using_it_costs_one_write_a_minute(browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    first = Session.objects.get().seen_at
    clock.pass_by(seconds=59)
    client.get("/desk/")
    assert Session.objects.get().seen_at == first
    clock.pass_by(seconds=2)
    client.get("/desk/")
    assert Session.objects.get().seen_at == clock.at


def test_old_sessions_are_forgotten(browser: Browser, clock: Clock) -> None:
    browser("ran")
    assert sessions.forget(before=clock.at) == 0
    clock.pass_by(hours=13)
    assert sessions.forget(before=clock.at) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_csrf_01_a_form_from_another_site_is_refused(cast: Cast, browser: Browser, site: str) -> None:
    client = browser("ran")
    sent = {"session": "all"}
    assert (
        client.post("/desk/account/sessions/end", sent, headers={"sec-fetch-site": site}).status_code == 403
    )
    assert client.get("/desk/", headers={"sec-fetch-site": site}).status_code == 200
    own = client.post("/desk/account/sessions/end", sent, headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "account/password",
        "account/second-factor/",
        "account/second-factor/off",
        "account/second-factor/codes",
        "account/passkeys/options",
        "account/passkeys/add",
        "account/sessions/end",
        "account/prove",
        "sign-in/second",
        "sign-in/passkey",
        "sign-in/passkey/options",
        "manage/staff/1/access/sessions/",
        "manage/staff/1/access/second/",
        "manage/organs/4/sessions/",
    ],
)
def test_csrf_01_every_new_form_needs_its_token(cast: Cast, browser: Browser, address: str) -> None:
    signed = browser("guan")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed.cookies
    assert client.post(f"/desk/{address}").status_code == 403
