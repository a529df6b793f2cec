"""Passkeys, with an authenticator made of software: adding, signing in, proving oneself, and what is refused."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.organs.models import Passkey
from tests.cast import PASSWORD, Cast
from tests.security.authenticator import PRESENT, Authenticator
from tests.security.conftest import Clock, enter, set_up_codes


def local() -> Client:
    """Return a browser at the address localhost, where passkeys work without https."""
    return Client(SERVER_NAME="localhost")


def add(client: Client, device: Authenticator, *, name: str = "办公电脑") -> HttpResponse:
    options = client.post("/desk/account/passkeys/options")
    assert options.status_code == 200
    answer = device.create(options.content.decode())
    return client.post("/desk/account/passkeys/add", {"credential": answer, "name": name})


def use(client: Client, device: Authenticator, **more: str) -> HttpResponse:
    options = client.post("/desk/sign-in/passkey/options")
    return client.post("/desk/sign-in/passkey", {"credential": device.get(options.content.decode()), **more})


@pytest.fixture
def device(cast: Cast) -> Authenticator:
    """Return an authenticator with a passkey of Ran."""
    client, made = local(), Authenticator()
    enter(client, "ran")
    done = add(client, made)
    assert done.status_code == 200 and len(done.context["codes"]) == 10
    return made


def test_a_passkey_signs_in_without_a_name(device: Authenticator) -> None:
    client = local()
    assert use(client, device, next="/desk/search/").headers["Location"] == "/desk/search/"
    assert "冉登记" in client.get("/desk/").content.decode()
    assert client.get("/desk/account/").context["passkeys"][0].name == "办公电脑"


def test_after_the_password_it_is_the_second_factor(cast: Cast, device: Authenticator) -> None:
    client = local()
    assert enter(client, "ran").headers["Location"] == "/desk/sign-in/second"
    assert client.get("/desk/").status_code == 302
    assert enter(client, "ran").status_code == 302
    assert use(client, device).headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_after_a_password_another_officers_passkey_is_refused(cast: Cast, device: Authenticator) -> None:
    fen, other = local(), Authenticator()
    enter(fen, "fen")
    add(fen, other)
    client = local()
    enter(client, "ran")
    assert use(client, other).status_code == 422
    assert client.get("/desk/").status_code == 302


def test_an_answer_is_good_once(device: Authenticator) -> None:
    client = local()
    options = client.post("/desk/sign-in/passkey/options")
    answer = device.get(options.content.decode())
    assert client.post("/desk/sign-in/passkey", {"credential": answer}).status_code == 302
    client.post("/desk/sign-out")
    assert client.post("/desk/sign-in/passkey", {"credential": answer}).status_code == 422


def test_an_answer_to_another_browsers_challenge_is_refused(device: Authenticator) -> None:
    here, elsewhere = local(), local()
    options = elsewhere.post("/desk/sign-in/passkey/options")
    here.post("/desk/sign-in/passkey/options")
    answer = device.get(options.content.decode())
    assert here.post("/desk/sign-in/passkey", {"credential": answer}).status_code == 422


def test_an_old_challenge_is_refused(device: Authenticator, clock: Clock) -> None:
    client = local()
    options = client.post("/desk/sign-in/passkey/options")
    clock.pass_by(minutes=6)
    answer = device.get(options.content.decode())
    assert client.post("/desk/sign-in/passkey", {"credential": answer}).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://localhost"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"key": Authenticator().key},
        {"credential_id": b"nobody's"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_wrong_answer_opens_nothing(device: Authenticator, changes: dict[str, object]) -> None:
    for name, value in changes.items():
        setattr(device, name, value)
    client = local()
    assert use(client, device).status_code == 422
    assert client.get("/desk/").status_code == 302


def test_a_copied_authenticator_is_noticed(device: Authenticator) -> None:
    assert use(local(), device).status_code == 302
    device.count = 0
    assert use(local(), device).status_code == 422


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", '{"rawId": 1}', '{"rawId": "AA"}', "x" * 30_000])
def test_what_is_no_answer_is_refused_politely(cast: Cast, answer: str) -> None:
    client = local()
    client.post("/desk/sign-in/passkey/options")
    assert client.post("/desk/sign-in/passkey", {"credential": answer}).status_code == 422


def test_auth_11_a_stopped_officers_passkey_is_dead(cast: Cast, device: Authenticator) -> None:
    cast.staff["ran"].is_active = False
    cast.staff["ran"].save()
    assert use(local(), device).status_code == 422


def test_without_user_verification_none_is_added(cast: Cast) -> None:
    client = local()
    enter(client, "ran")
    assert add(client, Authenticator(flags=PRESENT)).status_code == 422
    assert not Passkey.objects.exists()


def test_the_same_passkey_is_not_added_twice(device: Authenticator) -> None:
    client = local()
    use(client, device)
    assert add(client, device).status_code == 422
    assert Passkey.objects.count() == 1


def test_a_passkey_cannot_be_taken_for_another_account(cast: Cast, device: Authenticator) -> None:
    client = local()
    enter(client, "fen")
    assert add(client, device).status_code == 422
    assert Passkey.objects.get().staff == cast.staff["ran"]


def test_it_is_removed_by_its_owner_alone(cast: Cast, device: Authenticator) -> None:
    handle = Passkey.objects.get().handle
    other = local()
    enter(other, "fen")
    assert other.post(f"/desk/account/passkeys/{handle}/remove").status_code == 404
    client = local()
    use(client, device)
    assert client.post(f"/desk/account/passkeys/{handle}/remove").status_code == 302
    assert use(local(), device).status_code == 422


def test_mfa_06_it_proves_again(cast: Cast, device: Authenticator, clock: Clock) -> None:
    client = local()
    use(client, device)
    set_up_codes(client, clock)
    clock.pass_by(minutes=20)
    page = client.post("/desk/account/second-factor/codes", {"typed": "留着"})
    assert page.status_code == 403 and "留着" in page.content.decode()
    options = client.post("/desk/account/prove/options")
    sent = {"proof_passkey": device.get(options.content.decode())}
    assert len(client.post("/desk/account/second-factor/codes", sent).context["codes"]) == 10


def test_by_number_address_and_without_https_none_is_offered(cast: Cast) -> None:
    for host in ("127.0.0.1", "testserver"):
        client = Client(SERVER_NAME=host)
        assert "data-passkey" not in client.get("/desk/sign-in").content.decode()
        assert client.post("/desk/sign-in/passkey/options").status_code == 404
    assert "data-passkey" in local().get("/desk/sign-in").content.decode()


def test_rate_challenges_are_counted_by_network(cast: Cast) -> None:
    answers = {local().post("/desk/sign-in/passkey/options").status_code for _ in range(61)}
    assert answers == {200, 429}


def test_a_lost_passkey_is_replaced_by_a_recovery_code(cast: Cast) -> None:
    client, device = local(), Authenticator()
    enter(client, "ran")
    codes = add(client, device).context["codes"]
    late = local()
    enter(late, "ran", PASSWORD)
    assert late.post("/desk/sign-in/second", {"code": codes[4]}).status_code == 302
    assert late.get("/desk/").status_code == 200
