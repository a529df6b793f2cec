"""MFA: one-time codes, recovery codes, proving oneself again, and what happens when all is lost."""

from __future__ import annotations

import base64
import logging

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django.fixtures import Settings

from lianxin.cases.models import Case
from lianxin.ledger.models import Look
from lianxin.organs import keys, second_factor
from lianxin.organs.models import Account, Post, SignInEvent, Staff
from lianxin.organs.second_factor import code_at, new_secret, shown
from lianxin.organs.services import staff as services
from tests.cast import FROM, PASSWORD, XIN, Cast, on
from tests.security.conftest import Browser, Clock, account, code, enter, from_network, set_up_codes

RFC = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]
REVEAL = {"seq": "1", "field": "phone", "purpose": "打电话核实情况"}


@pytest.fixture
def secret(browser: Browser, clock: Clock) -> bytes:
    """Return the secret of Ran's phone; the code of this moment has been used."""
    client = browser("ran")
    found, _codes = set_up_codes(client, clock)
    client.post("/desk/sign-out")
    return found


def halfway(name: str = "ran") -> Client:
    """Return a browser in which the password was right and the second factor is asked for."""
    client = Client()
    assert enter(client, name).headers["Location"] == "/desk/sign-in/second"
    return client


def second(client: Client, typed: str) -> int:
    return client.post("/desk/sign-in/second", {"code": typed}).status_code


@pytest.mark.parametrize(("seconds", "expected"), RFC)
def test_the_vectors_of_rfc_6238(seconds: int, expected: str) -> None:
    assert code_at(b"12345678901234567890", seconds // 30) == expected


def test_the_secret_is_sealed_to_its_officer(cast: Cast, secret: bytes) -> None:
    row = account(cast, "ran")
    assert secret not in bytes(row.totp_box) and base64.b32encode(secret) not in bytes(row.totp_box)
    sealed = base64.b64encode(bytes(row.totp_box)).decode()
    assert base64.b32decode(shown(sealed, row.staff_id)) == secret
    with pytest.raises(keys.CannotOpen):
        shown(sealed, cast.staff["fen"].pk)
    assert new_secret(1) != new_secret(1)


def test_the_page_shows_square_and_letters(browser: Browser) -> None:
    page = browser("ran").get("/desk/account/second-factor/")
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert "data:" in page.headers["Content-Security-Policy"]


def test_a_wrong_first_code_turns_nothing_on(cast: Cast, browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    letters = client.get("/desk/account/second-factor/").context["letters"]
    answer = client.post("/desk/account/second-factor/", {"code": "000000"})
    assert answer.status_code == 422 and answer.context["letters"] == letters
    assert not second_factor.methods_of(cast.staff["ran"].pk).any()


def test_after_the_password_the_code_is_asked(secret: bytes, clock: Clock) -> None:
    client = halfway()
    assert client.get("/desk/").status_code == 302
    assert client.get("/desk/sign-in/second").status_code == 200
    clock.pass_by(seconds=30)
    assert second(client, "000000") == 422
    answer = client.post(
        "/desk/sign-in/second", {"code": f" {code(secret, clock)[:3]} {code(secret, clock)[3:]} "}
    )
    assert answer.headers["Location"] == "/desk/" and client.get("/desk/").status_code == 200


def test_next_is_kept_over_the_second_step(secret: bytes, clock: Clock) -> None:
    client = Client()
    enter(client, "ran", next="/desk/search/")
    clock.pass_by(seconds=30)
    answer = client.post("/desk/sign-in/second", {"code": code(secret, clock), "next": "//evil.example"})
    assert answer.headers["Location"] == "/desk/search/"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(secret: bytes, clock: Clock, steps: int) -> None:
    clock.pass_by(minutes=2)
    assert second(halfway(), code(secret, clock, steps=steps)) == 302


def test_clk_07_a_clock_two_minutes_off_is_named_and_not_let_in(
    secret: bytes, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.pass_by(minutes=5)
    client = halfway()
    with caplog.at_level(logging.WARNING, "lianxin.sign_in"):
        answer = client.post("/desk/sign-in/second", {"code": code(secret, clock, steps=4)})
    assert answer.status_code == 422 and "时间不一致" in answer.content.decode()
    assert "+120 s" in caplog.text and code(secret, clock, steps=4) not in caplog.text
    assert client.get("/desk/").status_code == 302


def test_the_second_step_waits_five_minutes(secret: bytes, clock: Clock) -> None:
    client = halfway()
    clock.pass_by(minutes=6)
    answer = client.post("/desk/sign-in/second", {"code": code(secret, clock)})
    assert answer.headers["Location"] == "/desk/sign-in" and client.get("/desk/").status_code == 302


def test_a_password_changed_meanwhile_stops_the_second_step(cast: Cast, secret: bytes, clock: Clock) -> None:
    client = halfway()
    clock.pass_by(seconds=30)
    services.reset_password(
        cast.actor("guan"), cast.staff["ran"], on=FROM.replace(year=2026), at=on("2026-06-01").at
    )
    assert (
        client.post("/desk/sign-in/second", {"code": code(secret, clock)}).headers["Location"]
        == "/desk/sign-in"
    )


def test_mfa_01_required_opens_nothing_before_it_is_set_up(
    cast: Cast, browser: Browser, clock: Clock, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    case = cast.assigned()
    client = browser("han")
    opened = {}
    for address in addresses(case):
        for send in (client.get, client.post):
            answer = send(address)
            if answer.status_code != 405:
                opened[address] = answer.headers.get("Location", answer.status_code)
    first = "/desk/account/second-factor/"
    assert set(opened.values()) == {first}, opened
    set_up_codes(client, clock)
    assert client.get("/desk/").status_code == 200


def addresses(case: Case) -> list[str]:
    """Return every address of the desk but those of signing in and of the account."""
    found = []
    for pattern in get_resolver("lianxin.web.desk.urls").url_patterns:
        route = str(pattern.pattern)
        if not route.startswith(("sign-", "account")):
            values = {"case_id": case.pk, "seq": 1}
            for converter in pattern.pattern.converters:
                route = route.replace(f"<int:{converter}>", str(values.get(converter, 4)))
            found.append(f"/desk/{route}")
    assert len(found) > 30 and not [route for route in found if "<" in route]
    return found


def test_mfa_01_the_last_factor_cannot_be_turned_off(
    browser: Browser, clock: Clock, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    client = browser("ran")
    set_up_codes(client, clock)
    answer = client.post("/desk/account/second-factor/off")
    assert answer.status_code == 409 and "必须有第二重验证" in answer.content.decode()
    settings.SECOND_FACTOR = "optional"
    assert client.post("/desk/account/second-factor/off").status_code == 302
    assert enter(Client(), "ran").headers["Location"] == "/desk/"


def test_mfa_02_a_code_is_good_once(secret: bytes, clock: Clock) -> None:
    clock.pass_by(seconds=30)
    one, other = halfway(), halfway()
    typed = code(secret, clock)
    assert second(one, typed) == 302
    assert second(other, typed) == 422
    assert second(other, code(secret, clock, steps=-1)) == 422, "nor is one before it"
    assert second(other, code(secret, clock, steps=1)) == 302


def test_mfa_02_the_code_that_set_it_up_is_used_up(secret: bytes, clock: Clock) -> None:
    assert second(halfway(), code(secret, clock)) == 422


def test_mfa_03_guesses_stop_and_the_space_cannot_be_walked(cast: Cast, secret: bytes, clock: Clock) -> None:
    guesser = halfway()
    answers = [second(guesser, f"{n:06d}") for n in range(1000)]
    assert answers.count(422) <= 10 and answers[10:] == [429] * 990
    looked_at = 0
    for _ in range(7 * 24):
        clock.pass_by(hours=1)
        looked_at += second(halfway(), "000000") == 422
    assert looked_at <= 20, "at this pace a million codes take centuries"
    clock.pass_by(days=1)
    client = halfway()
    answer = client.post("/desk/sign-in/second", {"code": code(secret, clock)})
    assert answer.headers["Location"].startswith("/desk/account/notice"), "the owner is told"


def test_mfa_04_a_new_password_leaves_the_factor_on(cast: Cast, secret: bytes) -> None:
    made = services.reset_password(
        cast.actor("guan"), cast.staff["ran"], on=FROM.replace(year=2026), at=on("2026-06-01").at
    )
    assert enter(Client(), "ran", made.password).headers["Location"] == "/desk/sign-in/second"
    stopped = services.deactivate(
        cast.actor("guan"), cast.staff["ran"], on=FROM.replace(year=2026), at=on("2026-06-01").at
    )
    again = services.reactivate(
        cast.actor("guan"), stopped, on=FROM.replace(year=2026), at=on("2026-06-01").at
    )
    assert enter(Client(), "ran", again.password).headers["Location"] == "/desk/sign-in/second"


@pytest.fixture
def second_admin(cast: Cast) -> str:
    """Give Shen the administrator's post as well, and return the name."""
    Post.objects.create(
        id=9902, staff=cast.staff["shen"], organ=cast.organs["anzhou"], role="organ_admin", starts_on=FROM
    )
    return "shen"


def test_mfa_04_two_administrators_take_a_lost_factor_off(
    cast: Cast, browser: Browser, secret: bytes, second_admin: str
) -> None:
    page, why = "/desk/manage/staff/1/access/second/", "本人到场，核对了工作证"
    guan, shen = browser("guan"), browser(second_admin)
    assert shen.post(page, {"act": "agree"}).status_code == 409
    assert guan.post(page, {"why": ""}).status_code == 422
    assert guan.post(page, {"why": why}).status_code == 302
    assert guan.post(page, {"act": "agree"}).status_code == 409
    assert second_factor.methods_of(cast.staff["ran"].pk).totp
    assert why in shen.get("/desk/manage/staff/1/access/").content.decode()
    assert shen.post(page, {"act": "agree"}).status_code == 302
    assert not second_factor.methods_of(cast.staff["ran"].pk).any()
    said = dict(SignInEvent.objects.filter(what__in=["reset1", "reset2"]).values_list("what", "by_id"))
    assert said == {"reset1": cast.staff["guan"].pk, "reset2": cast.staff["shen"].pk}
    assert enter(Client(), "ran").headers["Location"] == "/desk/"


def test_mfa_04_an_officer_elsewhere_is_not_there(cast: Cast, browser: Browser) -> None:
    guan = browser("guan")
    for staff_id in (8, 9, 12345):
        assert (
            guan.post(f"/desk/manage/staff/{staff_id}/access/second/", {"why": "本人到场"}).status_code == 404
        )
    assert browser("tou").post("/desk/manage/staff/1/access/second/", {"why": "本人到场"}).status_code == 404


def test_mfa_05_recovery_codes_are_shown_once_and_good_once(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    client = browser("ran")
    _secret, codes = set_up_codes(client, clock)
    assert len(set(codes)) == 10 and all(len(one) == 13 for one in codes)
    stored = str(Account.objects.filter(staff=cast.staff["ran"]).values())
    assert not [one for one in codes if one in stored or one[2:].replace("-", "") in stored]
    assert not [one for one in codes if one in client.get("/desk/account/").content.decode()]
    assert second(halfway(), codes[3].upper().replace("-", " ")) == 302
    assert second(halfway(), codes[3]) == 422
    assert second(halfway(), codes[4][:-1] + ("2" if codes[4][-1] != "2" else "3")) == 422
    assert second_factor.methods_of(cast.staff["ran"].pk).codes == 9


def test_mfa_05_with_another_master_key_the_recovery_codes_still_work(
    browser: Browser, clock: Clock, settings: Settings
) -> None:
    _secret, codes = set_up_codes(browser("ran"), clock)
    clock.pass_by(minutes=1)
    settings.MASTER_KEY = "ab" * 32
    client = halfway()
    assert second(client, code(_secret, clock)) == 422
    assert second(client, codes[0]) == 302


def test_mfa_05_new_codes_make_the_old_ones_void(browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    _secret, old = set_up_codes(client, clock)
    new = client.post("/desk/account/second-factor/codes").context["codes"]
    assert second(halfway(), old[0]) == 422 and second(halfway(), new[0]) == 302


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.assigned()


def test_mfa_06_an_old_session_opens_no_identity_until_proved(
    case: Case, browser: Browser, clock: Clock
) -> None:
    client, address = browser("han"), f"/desk/case/{case.pk}/reveal/"
    assert client.post(address, REVEAL).status_code == 200
    clock.pass_by(minutes=20)
    before = Look.objects.count()
    page = client.post(address, REVEAL)
    assert page.status_code == 403 and Look.objects.count() == before
    assert 'name="purpose" value="打电话核实情况"' in page.content.decode()
    wrong = client.post(address, {**REVEAL, "proof_password": "wrong"})
    assert wrong.status_code == 422 and XIN["phone"] not in wrong.content.decode()
    assert "打电话核实情况" in wrong.content.decode() and Look.objects.count() == before
    right = client.post(address, {**REVEAL, "proof_password": PASSWORD})
    assert right.status_code == 200 and XIN["phone"] in right.content.decode()
    assert client.post(address, REVEAL).status_code == 200, "and stays proved for some minutes"


def test_mfa_06_the_key_changes_when_proved(case: Case, browser: Browser, clock: Clock) -> None:
    client = browser("han")
    before = client.cookies["lx_session"].value
    clock.pass_by(minutes=20)
    client.post(f"/desk/case/{case.pk}/reveal/", {**REVEAL, "proof_password": PASSWORD})
    assert client.cookies["lx_session"].value != before


def test_mfa_06_with_codes_on_the_password_alone_does_not_prove(
    case: Case, browser: Browser, clock: Clock
) -> None:
    client, address = browser("han"), f"/desk/case/{case.pk}/reveal/"
    secret, _codes = set_up_codes(client, clock)
    clock.pass_by(minutes=20)
    assert client.post(address, {**REVEAL, "proof_password": PASSWORD}).status_code == 422
    clock.pass_by(minutes=2)
    typed = code(secret, clock)
    assert client.post(address, {**REVEAL, "proof_code": typed}).status_code == 200
    clock.pass_by(seconds=20 * 60)
    assert client.post(address, {**REVEAL, "proof_code": typed}).status_code == 422


def test_mfa_06_guesses_at_an_open_desk_are_counted(case: Case, browser: Browser, clock: Clock) -> None:
    client, address = browser("han"), f"/desk/case/{case.pk}/reveal/"
    clock.pass_by(minutes=20)
    answers = [client.post(address, {**REVEAL, "proof_password": f"{n}"}).status_code for n in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert client.post(address, {**REVEAL, "proof_password": PASSWORD}).status_code == 429
    assert enter(from_network("203.0.113.8"), "han").status_code == 302


NEW_STAFF = {"organ": "4", "role": "checker", "username": "xin.ren", "name": "新人"}
START = {"starts_on_year": "2026", "starts_on_month": "6", "starts_on_day": "1"}


def test_mfa_06_grants_ask_for_proof_and_keep_what_was_typed(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    guan, sent = browser("guan"), {**NEW_STAFF, **START}
    clock.pass_by(minutes=20)
    before = Post.objects.count(), Staff.objects.count()
    for address, data in {
        "staff/add/": sent,
        "staff/1/": {"organ": "4", "role": "checker", **START},
        "staff/1/switch/": {"act": "stop"},
        "posts/100/end/": {"post100-on_year": "2026"},
        "staff/1/access/sessions/": {},
    }.items():
        assert guan.get("/desk/manage/staff/add/").status_code == 200, "looking stays free"
        page = guan.post(f"/desk/manage/{address}", data)
        assert page.status_code == 403
        assert all(f'name="{name}" value="{value}"' in page.content.decode() for name, value in data.items())
    assert (Post.objects.count(), Staff.objects.count()) == before
    assert guan.post("/desk/manage/staff/add/", {**sent, "proof_password": PASSWORD}).status_code == 200
    assert Staff.objects.get(username="xin.ren").name == "新人"


def test_mfa_06_the_import_asks_before_a_file_is_chosen(cast: Cast, browser: Browser, clock: Clock) -> None:
    guan = browser("guan")
    clock.pass_by(minutes=20)
    page = guan.get("/desk/manage/import/")
    assert page.status_code == 403 and 'name="next" value="/desk/manage/import/"' in page.content.decode()
    answer = guan.post("/desk/account/prove", {"proof_password": PASSWORD, "next": "/desk/manage/import/"})
    assert answer.headers["Location"] == "/desk/manage/import/"
    assert guan.get("/desk/manage/import/").status_code == 200


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example/desk/", "/file/", ""])
def test_redir_01_proving_leads_to_the_desk_only(cast: Cast, browser: Browser, goal: str) -> None:
    answer = browser("ran").post("/desk/account/prove", {"proof_password": PASSWORD, "next": goal})
    assert answer.headers["Location"] == "/desk/"


def test_who_may_not_does_not_learn_of_it_by_being_asked(cast: Cast, browser: Browser, clock: Clock) -> None:
    tou = browser("tou")
    clock.pass_by(minutes=20)
    assert tou.post("/desk/manage/staff/add/", NEW_STAFF).status_code == 404


def test_sess_05_a_new_factor_ends_the_other_sessions(browser: Browser, clock: Clock) -> None:
    client, other = browser("ran"), browser("ran")
    set_up_codes(client, clock)
    assert client.get("/desk/").status_code == 200 and other.get("/desk/").status_code == 302


def test_setting_it_up_needs_a_fresh_proof(browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    letters = client.get("/desk/account/second-factor/").context["letters"]
    secret = base64.b32decode(letters.replace(" ", ""))
    clock.pass_by(minutes=20)
    page = client.post("/desk/account/second-factor/", {"code": code(secret, clock)})
    assert page.status_code == 403
    done = client.post(
        "/desk/account/second-factor/", {"code": code(secret, clock), "proof_password": PASSWORD}
    )
    assert done.status_code == 200 and len(done.context["codes"]) == 10


def test_nothing_of_one_officer_is_open_to_another(cast: Cast, browser: Browser, secret: bytes) -> None:
    fen = browser("fen").get("/desk/account/")
    assert "冉登记" not in fen.content.decode() and not fen.context["methods"].any()
