"""AUTH-08: signing in through a province's platform, with a platform of the tests' own that can misbehave.

The account belongs to issuer and subject, to nothing else; every refusal leaves nobody signed in and nothing bound.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from lianxin.organs.accounts import What
from lianxin.organs.models import Binding, Post, Session, SignInEvent, Staff
from tests.cast import FROM, PASSWORD, Cast
from tests.security.conftest import Browser, Clock, code, enter, set_up_codes
from tests.security.oidc_provider import CLIENT, SECRET, Key, Platform, b64, ec_key, rsa_key, serve

START, BACK = "/desk/sign-in/platform", "/desk/sign-in/platform/back"
BIND, BIND_BACK = "/desk/account/platform/bind", "/desk/account/platform/back"
ENDED = "/desk/sign-in/platform/ended"


@pytest.fixture
def platform(settings: Settings, clock: Clock) -> Iterator[Platform]:
    """Return the platform, running, as the settings name it."""
    made = Platform(clock=lambda: clock.at.timestamp())
    made.backs = {f"http://testserver{path}" for path in (BACK, BIND_BACK)}
    server = serve(made)
    settings.OUTGOING_LOOPBACK = True
    settings.OIDC_ISSUER, settings.OUTGOING_HOSTS = made.issuer, [urlsplit(made.issuer).netloc]
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def bound(cast: Cast, platform: Platform, clock: Clock) -> Binding:
    """Return the binding of Ran to the account signed in at the platform."""
    return tie(cast, platform, clock, "ran", "officer-1")


def tie(cast: Cast, platform: Platform, clock: Clock, name: str, subject: str) -> Binding:
    from datetime import date

    from lianxin.organs.accounts import Origin
    from lianxin.organs.platform import bindings

    staff, day = cast.staff[name], date(2026, 6, 1)
    return bindings.bind(staff, platform.issuer, subject, at=clock.at, on=day, origin=Origin())


def sent_back(there: str) -> str:
    """Return where the platform sends a browser that comes with this address."""
    parts = urlsplit(there)
    line = http.client.HTTPConnection(parts.netloc, timeout=5)
    line.request("GET", f"{parts.path}?{parts.query}")
    answer = line.getresponse()
    line.close()
    assert answer.status == 302
    return str(answer.headers["Location"]).removeprefix("http://testserver")


def through(client: Client, goal: str = "/desk/search/") -> HttpResponse:
    """Return the answer to the return from the platform."""
    off = client.get(START, {"next": goal})
    assert off.status_code == 302, off.content.decode()
    return client.get(sent_back(off.headers["Location"]))


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def refused(client: Client, answer: HttpResponse, *, status: int = 422) -> None:
    """Check that nobody came in and nothing was bound or noted as a sign-in."""
    assert answer.status_code == status, answer.content.decode()
    assert not is_in(client)
    assert not SignInEvent.objects.filter(what__in=[What.IN, What.IN_BY_PLATFORM]).exists()
    assert not Session.objects.exclude(staff_id=None).exists()


def test_auth_08_the_bound_officer_comes_in(bound: Binding, platform: Platform) -> None:
    client = Client()
    assert "统一身份认证平台" in client.get("/desk/sign-in").content.decode()
    done = through(client)
    assert done.status_code == 302 and done.headers["Location"] == "/desk/search/"
    assert "冉登记" in client.get("/desk/").content.decode()
    [grant] = platform.grants
    assert "client_secret" not in grant and len(grant["code_verifier"]) >= 43
    assert Binding.objects.get().used_at is not None
    assert [line.what for line in SignInEvent.objects.filter(staff_id=bound.staff_id).order_by("id")] == [
        "bound",
        "in_platform",
    ]


def test_auth_08_elliptic_keys_are_believed_too(bound: Binding, platform: Platform) -> None:
    platform.keys = [ec_key("curve")]
    client = Client()
    assert through(client).status_code == 302 and is_in(client)


def test_auth_08_a_new_session_under_a_new_key(bound: Binding, platform: Platform) -> None:
    client = Client()
    off = client.get(START)
    before = client.cookies["lx_session"].value
    assert client.get(sent_back(off.headers["Location"])).status_code == 302
    assert client.cookies["lx_session"].value != before
    stolen = Client()
    stolen.cookies["lx_session"] = before
    assert not is_in(stolen)
    assert not client.session.get("at_platform")


@pytest.mark.parametrize(
    "person",
    [
        {
            "sub": "officer-2",
            "email": "ran@civil.example",
            "email_verified": True,
            "preferred_username": "ran",
        },
        {"sub": "ran", "name": "冉登记", "phone_number": "13900000001"},
        {"sub": "officer-1 "},
        {"sub": "Officer-1"},
        {"sub": ""},
        {"sub": None},
        {"sub": 1},
        {"sub": ["officer-1"]},
        {"sub": "officer-1" + "x" * 255},
    ],
)
def test_auth_08_another_subject_is_somebody_else_whatever_it_says(
    bound: Binding, platform: Platform, person: dict[str, object]
) -> None:
    platform.person = person
    client = Client()
    refused(client, through(client))
    assert Binding.objects.get().used_at is None and Staff.objects.filter(username="officer-2").count() == 0


def test_auth_08_the_same_subject_of_another_issuer_is_somebody_else(
    cast: Cast, bound: Binding, platform: Platform, settings: Settings, clock: Clock
) -> None:
    other = Platform(backs=platform.backs, clock=platform.clock)
    server = serve(other)
    settings.OIDC_ISSUER, settings.OUTGOING_HOSTS = other.issuer, [urlsplit(other.issuer).netloc]
    client = Client()
    refused(client, through(client))
    server.shutdown()
    server.server_close()


NOW = 1780275600
BENT: dict[str, dict[str, object]] = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "audience": {"aud": "another-client"},
    "audiences": {"aud": [CLIENT, "another-client"]},
    "no audience": {"aud": None},
    "party": {"azp": "another-client"},
    "over": {"exp": NOW - 61},
    "no end": {"exp": None},
    "end in words": {"exp": "2099"},
    "end without end": {"exp": 1e300},
    "old": {"iat": NOW - 3600},
    "no birth": {"iat": None},
    "to come": {"iat": NOW + 3600},
    "not yet": {"nbf": NOW + 3600},
}


@pytest.mark.parametrize("bend", BENT)
def test_auth_08_a_token_that_is_not_for_this_sign_in_is_refused(
    bound: Binding, platform: Platform, clock: Clock, bend: str
) -> None:
    assert clock.at.timestamp() == NOW
    platform.claims = BENT[bend]
    client = Client()
    refused(client, through(client))


def test_auth_08_several_audiences_with_us_as_the_party_are_believed(
    bound: Binding, platform: Platform
) -> None:
    platform.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert through(Client()).status_code == 302


def unsigned(token: str) -> str:
    return ".".join([b64(b'{"alg":"none","typ":"JWT"}'), token.split(".")[1], ""])


def shared(token: str) -> str:
    """Sign with HMAC under the public key and under the client's secret's name: the classic confusion of algorithms."""
    import hashlib
    import hmac

    from tests.security.oidc_provider import FIRST

    header = b64(b'{"alg":"HS256","typ":"JWT","kid":"first"}')
    signed = f"{header}.{token.split('.')[1]}"
    secret = json.dumps(FIRST.public()).encode()
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def flipped(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{b64(json.dumps({**claims, 'extra': 1}).encode())}.{signature}"


FORGED: dict[str, Callable[[str], str]] = {
    "alg none": unsigned,
    "shared secret": shared,
    "changed": flipped,
    "cut": lambda token: token[:-20],
    "no token": lambda token: "hello",
    "five parts": lambda token: token + ".a.b",
    "deep": lambda token: b64(b"[" * 9000) + "." + token.split(".", 1)[1],
    "long": lambda token: token + "x" * 20_000,
}


@pytest.mark.parametrize("way", FORGED)
def test_auth_08_a_token_without_the_platforms_signature_is_refused(
    bound: Binding, platform: Platform, way: str
) -> None:
    platform.forge = FORGED[way]
    client = Client()
    refused(client, through(client))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256"},
        {"alg": "RS1"},
        {"typ": "logout+jwt"},
        {"crit": ["x"], "x": 1},
        {"kid": "unknown"},
        {"kid": "unknown", "jku": "http://127.0.0.1:1/keys"},
    ],
)
def test_auth_08_what_a_token_says_of_its_own_key_is_not_believed(
    bound: Binding, platform: Platform, header: dict[str, object]
) -> None:
    platform.header = header
    client = Client()
    refused(client, through(client))


def test_auth_08_a_key_the_token_brings_along_is_not_used(bound: Binding, platform: Platform) -> None:
    before = Client()
    assert through(before).status_code == 302, "the published keys are known here now"
    own = rsa_key("first")
    platform.keys, platform.header = [own], {"jwk": own.public()}
    client = Client()
    assert through(client).status_code == 422 and not is_in(client)


def test_auth_08_short_keys_are_not_believed(bound: Binding, platform: Platform) -> None:
    platform.keys = [rsa_key("short", 1024)]
    client = Client()
    refused(client, through(client))


def test_auth_08_keys_change_and_the_new_ones_are_fetched_at_most_once_a_minute(
    bound: Binding, platform: Platform, clock: Clock
) -> None:
    assert through(Client()).status_code == 302
    platform.keys = [rsa_key("second")]
    assert through(Client()).status_code == 422
    clock.pass_by(seconds=61)
    assert through(Client()).status_code == 302
    platform.keys = [Key("third", platform.keys[0].pair)]
    for _ in range(5):
        assert through(Client()).status_code == 422
    assert platform.asked.count("/keys") == 2


def test_auth_08_another_browsers_answer_is_refused(bound: Binding, platform: Platform) -> None:
    thief, victim = Client(), Client()
    back = sent_back(thief.get(START).headers["Location"])
    victim.get(START)
    refused(victim, victim.get(back))
    nobody = Client()
    refused(nobody, nobody.get(back))
    assert platform.grants == [], "no code of another browser is sent on"


@pytest.mark.parametrize(
    "bend",
    [
        {"state": "another"},
        {"state": None},
        {"state": "ａ"},
        {"code": None},
        {"code": "x" * 3000},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"error": "access_denied", "code": None},
    ],
)
def test_auth_08_a_bent_answer_is_refused_before_the_code_is_used(
    bound: Binding, platform: Platform, bend: dict[str, str | None]
) -> None:
    platform.answer = bend
    client = Client()
    refused(client, through(client))
    assert platform.grants == []


def test_auth_08_an_answer_that_says_something_twice_is_refused(bound: Binding, platform: Platform) -> None:
    client = Client()
    back = sent_back(client.get(START).headers["Location"])
    refused(client, client.get(back + "&code=another"))
    assert platform.grants == []


def test_auth_08_an_issuer_is_not_missed_where_none_is_promised(bound: Binding, platform: Platform) -> None:
    platform.description = {"authorization_response_iss_parameter_supported": None}
    platform.answer = {"iss": None}
    assert through(Client()).status_code == 302


def test_auth_08_an_answer_is_good_once_and_for_ten_minutes(
    bound: Binding, platform: Platform, clock: Clock
) -> None:
    client = Client()
    back = sent_back(client.get(START).headers["Location"])
    assert client.get(back).status_code == 302
    client.post("/desk/sign-out")
    assert client.get(back).status_code == 422 and not is_in(client)
    assert len(platform.grants) == 1
    platform.reuse = True
    late = Client()
    back = sent_back(late.get(START).headers["Location"])
    clock.pass_by(minutes=11)
    assert late.get(back).status_code == 422 and not is_in(late)
    assert len(platform.grants) == 1


def test_auth_08_an_answer_that_failed_is_not_taken_again(bound: Binding, platform: Platform) -> None:
    client = Client()
    back = sent_back(client.get(START).headers["Location"])
    platform.reuse, platform.claims = True, {"nonce": "another"}
    assert client.get(back).status_code == 422
    platform.claims = {}
    refused(client, client.get(back))
    assert len(platform.grants) == 1


def test_auth_08_a_binding_begun_long_ago_is_void(
    cast: Cast, platform: Platform, browser: Browser, clock: Clock
) -> None:
    client = browser("ran")
    back = sent_back(client.post(BIND).context["address"])
    clock.pass_by(minutes=11)
    assert client.get(back).status_code == 422 and is_in(client)
    assert not Binding.objects.exists() and platform.grants == []


def test_auth_08_a_code_stolen_on_the_way_is_worth_nothing_without_the_verifier(
    bound: Binding, platform: Platform
) -> None:
    mine, theirs = Client(), Client()
    stolen = parse_qs(urlsplit(sent_back(theirs.get(START).headers["Location"])).query)["code"][0]
    own = parse_qs(urlsplit(sent_back(mine.get(START).headers["Location"])).query)
    answer = mine.get(BACK, {"code": stolen, "state": own["state"][0], "iss": own["iss"][0]})
    refused(mine, answer)
    assert len(platform.grants) == 1


@pytest.mark.parametrize(
    "bend",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"token_endpoint": "https://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"end_session_endpoint": "https://evil.example/out"},
    ],
)
def test_auth_08_ssrf_01_a_platform_that_describes_itself_strangely_is_not_used(
    bound: Binding, platform: Platform, bend: dict[str, object]
) -> None:
    platform.description = bend
    client = Client()
    refused(client, client.get(START), status=503)
    assert set(platform.asked) == {"/.well-known/openid-configuration"}


def test_auth_08_a_platform_that_is_away_leaves_the_other_ways_open(
    cast: Cast, platform: Platform, settings: Settings
) -> None:
    gone = Platform()
    server = serve(gone)
    server.shutdown()
    server.server_close()
    settings.OIDC_ISSUER, settings.OUTGOING_HOSTS = gone.issuer, [urlsplit(gone.issuer).netloc]
    client = Client()
    refused(client, client.get(START), status=503)
    assert enter(client, "ran").status_code == 302 and is_in(client)


def test_auth_08_without_a_platform_nothing_of_it_is_there(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    assert START not in Client().get("/desk/sign-in").content.decode()
    assert "统一身份认证" not in client.get("/desk/account/").content.decode()
    for method, path in (("get", START), ("get", BACK), ("post", ENDED), ("post", BIND), ("get", BIND_BACK)):
        assert getattr(client, method)(path).status_code == 404, path


def stopped(cast: Cast, settings: Settings, clock: Clock) -> None:
    Staff.objects.filter(username="ran").update(is_active=False)


def without_post(cast: Cast, settings: Settings, clock: Clock) -> None:
    Post.objects.filter(staff=cast.staff["ran"]).update(ends_on="2026-05-31")


def administrator(cast: Cast, settings: Settings, clock: Clock) -> None:
    _post(cast, "organ_admin")


def auditor(cast: Cast, settings: Settings, clock: Clock) -> None:
    _post(cast, "auditor")


def outside(cast: Cast, settings: Settings, clock: Clock) -> None:
    settings.OIDC_ORGAN = cast.organs["fucheng"].code


def unknown_organ(cast: Cast, settings: Settings, clock: Clock) -> None:
    settings.OIDC_ORGAN = "nowhere"


def away(cast: Cast, settings: Settings, clock: Clock) -> None:
    settings.DORMANT_DAYS = 90
    assert through(Client()).status_code == 302
    SignInEvent.objects.all().delete()
    Session.objects.all().delete()
    clock.pass_by(days=91)


def _post(cast: Cast, role: str) -> None:
    staff = cast.staff["ran"]
    Post.objects.create(id=9001, staff=staff, organ=cast.organs["anzhou"], role=role, starts_on=FROM)


@pytest.mark.parametrize("why", [stopped, without_post, administrator, auditor, outside, unknown_organ, away])
def test_auth_08_the_platform_lets_nobody_in_whom_the_posts_do_not(
    cast: Cast,
    bound: Binding,
    platform: Platform,
    settings: Settings,
    clock: Clock,
    why: Callable[[Cast, Settings, Clock], None],
) -> None:
    why(cast, settings, clock)
    client = Client()
    refused(client, through(client))
    assert SignInEvent.objects.filter(staff_id=bound.staff_id, what=What.PLATFORM_WRONG).count() == 1


def test_auth_08_officers_of_the_named_organ_and_below_come_in(
    cast: Cast, bound: Binding, platform: Platform, settings: Settings
) -> None:
    settings.OIDC_ORGAN = cast.organs["mianyang"].code
    assert through(Client()).status_code == 302


def test_auth_08_a_session_of_the_platform_ends_when_an_administrators_post_begins(
    cast: Cast, bound: Binding, platform: Platform
) -> None:
    client = Client()
    through(client)
    assert is_in(client)
    administrator(cast, None, None)  # type: ignore[arg-type]
    assert not is_in(client)


def test_auth_08_mfa_the_own_second_factor_is_asked_unless_the_platform_vouches(
    cast: Cast, platform: Platform, settings: Settings, clock: Clock, browser: Browser
) -> None:
    secret, _codes = set_up_codes(browser("ran"), clock)
    tie(cast, platform, clock, "ran", "officer-1")
    clock.pass_by(seconds=60)
    client = Client()
    assert through(client).headers["Location"] == "/desk/sign-in/second"
    assert not is_in(client)
    done = client.post("/desk/sign-in/second", {"code": code(secret, clock)})
    assert done.headers["Location"] == "/desk/search/" and is_in(client)
    for values, said, asked in (
        ([], {"acr": "loa3", "amr": ["otp"]}, True),
        (["loa3"], {"acr": "loa2"}, True),
        (["loa3"], {"acr": ["loa3"]}, True),
        (["loa3"], {}, True),
        (["loa3"], {"acr": "loa3"}, False),
    ):
        settings.OIDC_ACR, platform.claims = values, said
        client = Client()
        assert (through(client).headers["Location"] == "/desk/sign-in/second") is asked, (values, said)
        assert is_in(client) is not asked
    settings.OIDC_ACR, settings.OIDC_AMR, platform.claims = [], ["hwk"], {"amr": ["pwd", "hwk"]}
    client = Client()
    assert through(client).headers["Location"] == "/desk/search/" and is_in(client)


def test_auth_08_mfa_where_a_second_factor_is_required_it_is_still_owed(
    bound: Binding, platform: Platform, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    client = Client()
    assert through(client).headers["Location"] == "/desk/account/second-factor/"
    settings.OIDC_ACR, platform.claims = ["loa3"], {"acr": "loa3"}
    client = Client()
    assert through(client).headers["Location"] == "/desk/search/"


def test_auth_08_sess_05_who_was_seen_long_ago_proves_himself_before_something_grave(
    cast: Cast, bound: Binding, platform: Platform
) -> None:
    case = cast.assigned()
    page = f"/desk/case/{case.pk}/reveal/"
    fresh, old, silent = Client(), Client(), Client()
    through(fresh)
    platform.claims = {"auth_time": NOW - 3600}
    through(old)
    platform.claims = {"auth_time": None}
    through(silent)
    assert fresh.get(page).status_code != 403
    for client in (old, silent):
        assert is_in(client)
        answer = client.post(BIND)
        assert answer.status_code == 403 and "请再验证一次身份" in answer.content.decode()
    done = old.post("/desk/account/prove", {"proof_password": PASSWORD, "next": "/desk/account/"})
    assert done.status_code == 302


def test_auth_08_the_officer_binds_and_unbinds_with_proof(
    cast: Cast, platform: Platform, browser: Browser, clock: Clock
) -> None:
    client, elsewhere = browser("ran"), browser("ran")
    clock.pass_by(minutes=11)
    assert client.post(BIND).status_code == 403
    assert client.post(BIND, {"proof_password": "wrong"}).status_code == 422
    assert not platform.asked
    page = client.post(BIND, {"proof_password": PASSWORD})
    assert page.status_code == 200
    there = page.context["address"]
    assert parse_qs(urlsplit(there).query)["prompt"] == ["login"]
    done = client.get(sent_back(there))
    assert done.headers["Location"] == "/desk/account/?done=bound"
    binding = Binding.objects.get()
    assert (binding.staff_id, binding.issuer, binding.subject, binding.bound_by_id) == (
        cast.staff["ran"].pk,
        platform.issuer,
        "officer-1",
        None,
    )
    assert is_in(client) and not is_in(elsewhere)
    assert "officer-1" in client.get("/desk/account/").content.decode()
    assert client.post(BIND).status_code == 409
    other = Client()
    assert through(other).status_code == 302 and is_in(other)
    clock.pass_by(minutes=11)
    assert client.post(f"/desk/account/platform/{binding.handle}/remove").status_code == 403
    assert Binding.objects.count() == 1
    done = client.post(f"/desk/account/platform/{binding.handle}/remove", {"proof_password": PASSWORD})
    assert done.headers["Location"] == "/desk/account/?done=unbound" and not Binding.objects.exists()
    assert not is_in(other)
    assert through(Client()).status_code == 422


def test_auth_08_an_account_of_the_platform_opens_one_account_here(
    cast: Cast, bound: Binding, platform: Platform, browser: Browser
) -> None:
    fen = browser("fen")
    answer = fen.get(sent_back(fen.post(BIND).context["address"]))
    assert answer.status_code == 409 and "已经绑定" in answer.content.decode()
    assert [one.staff_id for one in Binding.objects.all()] == [bound.staff_id]


def test_auth_08_nobody_is_lured_into_binding_a_strangers_account(
    cast: Cast, platform: Platform, browser: Browser
) -> None:
    """The return of a stranger's binding, or of a sign-in, binds nothing in another officer's session."""
    victim, stranger = browser("ran"), browser("han")
    theirs = sent_back(stranger.post(BIND).context["address"])
    assert victim.get(theirs).status_code == 422
    victim.post(BIND)
    assert victim.get(theirs).status_code == 422
    off = victim.get(START)
    back = sent_back(off.headers["Location"])
    assert victim.get(back.replace(BACK, BIND_BACK)).status_code == 422
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = victim.cookies
    assert careful.post(BIND).status_code == 403
    assert victim.post(BIND, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Binding.objects.exists() and platform.grants == []


@pytest.mark.parametrize("name", ["guan"])
def test_auth_08_administrators_bind_nothing_for_themselves(
    cast: Cast, platform: Platform, browser: Browser, name: str
) -> None:
    client = browser(name)
    assert client.post(BIND).status_code == 409
    staff = cast.staff[name].pk
    assert client.post(f"/desk/manage/staff/{staff}/access/platform/", {"subject": "x"}).status_code == 409
    assert (
        not Binding.objects.exists() and "不能用平台账号登录" in client.get("/desk/account/").content.decode()
    )


def test_auth_08_an_administrator_binds_the_officer_confirms_and_the_administrator_unties(
    cast: Cast, platform: Platform, browser: Browser, clock: Clock
) -> None:
    guan, ran = browser("guan"), cast.staff["ran"].pk
    page = f"/desk/manage/staff/{ran}/access/"
    for wrong in ("", "有 空", "x" * 256, "a\tb"):
        answer = guan.post(page + "platform/", {"subject": wrong})
        assert answer.status_code in (409, 422) and "还有内容需要您补充或改正" in answer.content.decode()
    assert not Binding.objects.exists()
    assert guan.post(page + "platform/", {"subject": "officer-1"}).status_code == 302
    shown = guan.get(page).content.decode()
    assert "officer-1" in shown and "等本人确认" in shown
    assert Binding.objects.get().bound_by_id == cast.staff["guan"].pk
    client = Client()
    there = enter(client, "ran").headers["Location"]
    assert there.startswith("/desk/account/notice?")
    notice = client.get(there).content.decode()
    assert "管理员给您的账号绑定了一个平台账号" in notice and "/desk/account/#platform" in notice
    assert "由管理员" in client.get("/desk/account/").content.decode()
    done = client.get(sent_back(client.post(BIND).context["address"]))
    assert done.headers["Location"] == "/desk/account/?done=bound"
    assert Binding.objects.get().bound_by_id is None
    assert [line.by_id for line in SignInEvent.objects.filter(what=What.BOUND).order_by("id")] == [
        cast.staff["guan"].pk,
        None,
    ]
    assert through(Client()).headers["Location"] == "/desk/search/", "told until it is confirmed"
    handle = Binding.objects.get().handle
    assert guan.post(f"{page}platform/remove/", {"handle": handle}).status_code == 302
    assert not Binding.objects.exists() and not is_in(client)


@pytest.fixture
def waiting(cast: Cast, platform: Platform, browser: Browser) -> Binding:
    """Return what an administrator tied to Ran: his own account at the platform, which vouches for two factors."""
    page = f"/desk/manage/staff/{cast.staff['ran'].pk}/access/platform/"
    assert browser("guan").post(page, {"subject": "officer-1"}).status_code == 302
    return Binding.objects.get()


def test_auth_08_an_administrators_own_account_opens_no_officers_account(
    cast: Cast, waiting: Binding, platform: Platform, settings: Settings, browser: Browser
) -> None:
    ran, thief = browser("ran"), Client()
    settings.OIDC_ACR, platform.claims = ["loa3"], {"acr": "loa3"}
    assert through(thief).status_code == 422 and not is_in(thief)
    waiting.refresh_from_db()
    assert waiting.used_at is None and waiting.bound_by_id == cast.staff["guan"].pk
    assert not SignInEvent.objects.filter(what=What.IN_BY_PLATFORM).exists()
    assert SignInEvent.objects.filter(staff_id=waiting.staff_id, what=What.PLATFORM_WRONG).count() == 1
    platform.claims = {}
    assert Client().post(ENDED, {"logout_token": platform.logout_token("officer-1")}).status_code == 200
    assert is_in(ran), "nor does signing out there end his sessions"


def test_auth_08_only_who_holds_the_account_there_confirms_it(
    cast: Cast, waiting: Binding, platform: Platform, browser: Browser, clock: Clock
) -> None:
    client = browser("ran")
    clock.pass_by(minutes=11)
    assert client.post(BIND).status_code == 403
    platform.person = {"sub": "officer-2"}
    answer = client.get(sent_back(client.post(BIND, {"proof_password": PASSWORD}).context["address"]))
    assert answer.status_code == 409 and "请先解除" in answer.content.decode()
    assert [(one.subject, one.bound_by_id) for one in Binding.objects.all()] == [
        ("officer-1", cast.staff["guan"].pk)
    ]
    done = client.post(f"/desk/account/platform/{waiting.handle}/remove")
    assert done.headers["Location"] == "/desk/account/?done=unbound" and not Binding.objects.exists()


def test_auth_08_who_came_through_the_platform_ties_nothing(
    cast: Cast, bound: Binding, platform: Platform, browser: Browser
) -> None:
    client = Client()
    through(client)
    assert client.post(f"/desk/account/platform/{bound.handle}/remove").status_code == 302
    page = f"/desk/manage/staff/{cast.staff['ran'].pk}/access/platform/"
    assert browser("guan").post(page, {"subject": "officer-1"}).status_code == 302
    answer = client.post(BIND)
    assert answer.status_code == 409 and "用登录名和密码登录" in answer.content.decode()
    assert Binding.objects.get().bound_by_id == cast.staff["guan"].pk


def test_auth_08_the_officer_is_told_until_he_confirms_also_past_what_comes_first(
    cast: Cast, waiting: Binding, platform: Platform, settings: Settings, clock: Clock
) -> None:
    told = "管理员给您的账号绑定了一个平台账号"
    through(Client())
    for _ in range(2):
        there = enter(Client(), "ran").headers["Location"]
        assert parse_qs(urlsplit(there).query)["bound"] == ["1"], "neither coming nor trying uses it up"
    settings.SECOND_FACTOR = "required"
    client = Client()
    assert enter(client, "ran").headers["Location"] == "/desk/account/second-factor/"
    assert told in client.get("/desk/account/").content.decode()
    set_up_codes(client, clock)
    assert told in client.get("/desk/account/").content.decode()


def test_auth_08_sess_05_a_proof_at_the_platform_lasts_from_when_it_was_given(
    bound: Binding, platform: Platform, clock: Clock
) -> None:
    client, ahead = Client(), Client()
    platform.claims = {"auth_time": NOW - 540}
    through(client)
    assert client.post("/desk/account/platform/x/remove").status_code == 404, "proved nine minutes ago"
    platform.claims = {"auth_time": NOW + 30}
    through(ahead)
    assert ahead.post("/desk/account/platform/x/remove").status_code == 404, "its clock is ahead of ours"
    clock.pass_by(seconds=61)
    assert client.post("/desk/account/platform/x/remove").status_code == 403
    assert Binding.objects.count() == 1


@pytest.mark.parametrize("seen", [NOW - 1, NOW - 3600, None])
def test_auth_08_an_account_is_tied_only_by_who_signs_in_there_anew(
    cast: Cast, platform: Platform, browser: Browser, seen: int | None
) -> None:
    client = browser("ran")
    there = client.post(BIND).context["address"]
    assert parse_qs(urlsplit(there).query)["max_age"] == ["0"]
    platform.claims = {"auth_time": seen}
    assert client.get(sent_back(there)).status_code == 422
    assert not Binding.objects.exists()


def test_conc_01_auth_08_untying_takes_the_sessions_before_the_ledger(
    cast: Cast, bound: Binding, platform: Platform, browser: Browser
) -> None:
    """As ending sessions does; in the other order the two would wait for each other."""
    guan, page = browser("guan"), f"/desk/manage/staff/{bound.staff_id}/access/"
    for way, data in (("sessions/", {}), ("platform/remove/", {"handle": bound.handle})):
        ran = browser("ran")
        with CaptureQueriesContext(connection) as done:
            assert guan.post(page + way, data).status_code == 302
        said = [one["sql"] for one in done.captured_queries]
        rows = [n for n, sql in enumerate(said) if sql.startswith('DELETE FROM "organs_session"')]
        ledger = [n for n, sql in enumerate(said) if '"ledger_event"' in sql]
        assert len(rows) == 1 and rows[0] < ledger[0] and not is_in(ran), way
    assert not Binding.objects.exists()


@pytest.mark.parametrize("name", ["ran", "tou", "wai"])
def test_auth_08_others_bind_nobody(cast: Cast, platform: Platform, browser: Browser, name: str) -> None:
    page = f"/desk/manage/staff/{cast.staff['fen'].pk}/access/platform/"
    assert browser(name).post(page, {"subject": "mine"}).status_code == 404
    assert not Binding.objects.exists()


def test_auth_08_an_administrator_elsewhere_binds_nobody_here(
    cast: Cast, platform: Platform, browser: Browser
) -> None:
    guan, shi = browser("guan"), cast.staff["shi"].pk
    answer = guan.post(f"/desk/manage/staff/{shi}/access/platform/", {"subject": "mine"})
    assert answer.status_code in (404, 409) and not Binding.objects.exists()


def test_csrf_02_auth_08_a_link_elsewhere_starts_nothing_and_signs_nobody_out(
    bound: Binding, platform: Platform, browser: Browser
) -> None:
    for site in ("cross-site", "same-site"):
        client = Client()
        answer = client.get(START, headers={"sec-fetch-site": site})
        assert answer.headers["Location"] == "/desk/sign-in" and "lx_session" not in client.cookies
    assert platform.asked == []
    fen = browser("fen")
    fen.get(START)
    assert is_in(fen)
    fen.get(BACK, {"code": "x", "state": "y"})
    assert is_in(fen)


def test_auth_08_where_one_wanted_to_go_is_an_address_of_the_desk(bound: Binding, platform: Platform) -> None:
    for goal in ("https://evil.example/", "//evil.example", "/desk/../x", "/follow/"):
        there = through(Client(), goal).headers["Location"]
        assert there.startswith("/desk/"), (goal, there)


def test_auth_08_signing_out_leads_to_the_platforms_own_sign_out(
    bound: Binding, platform: Platform, browser: Browser
) -> None:
    client = Client()
    through(client)
    page = client.post("/desk/sign-out")
    assert page.status_code == 200 and not is_in(client)
    asked = urlsplit(page.context["address"])
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{platform.issuer}/out"
    query = parse_qs(asked.query)
    assert query == {"client_id": [CLIENT], "post_logout_redirect_uri": ["http://testserver/desk/sign-in"]}
    assert browser("fen").post("/desk/sign-out").status_code == 302


def test_auth_08_the_platform_ends_the_sessions_of_its_subject(
    bound: Binding, platform: Platform, browser: Browser
) -> None:
    client, careful = Client(), Client(enforce_csrf_checks=True)
    through(client)
    fen = browser("fen")
    assert careful.post(ENDED, {"logout_token": platform.logout_token("somebody-else")}).status_code == 200
    assert is_in(client)
    assert careful.post(ENDED, {"logout_token": platform.logout_token("officer-1")}).status_code == 200
    assert not is_in(client) and is_in(fen)


LOGOUTS: dict[str, dict[str, object]] = {
    "no event": {"events": None},
    "another event": {"events": {"x": {}}},
    "an id token": {"nonce": "x"},
    "no jti": {"jti": None},
    "for another": {"aud": "another-client"},
    "by another": {"iss": "https://evil.example"},
    "old": {"iat": NOW - 3600},
    "over": {"exp": NOW - 61},
    "nobody": {"sub": None, "sid": "a-session"},
}


@pytest.mark.parametrize("bend", LOGOUTS)
def test_auth_08_a_strange_logout_token_ends_nothing(bound: Binding, platform: Platform, bend: str) -> None:
    client = Client()
    through(client)
    platform.claims = LOGOUTS[bend]
    assert Client().post(ENDED, {"logout_token": platform.logout_token("officer-1")}).status_code == 400
    assert is_in(client)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "\u202e.é.x"])
def test_auth_08_what_is_no_logout_token_ends_nothing(bound: Binding, platform: Platform, text: str) -> None:
    client = Client()
    through(client)
    assert Client().post(ENDED, {"logout_token": text}).status_code == 400
    platform.forge = unsigned
    assert Client().post(ENDED, {"logout_token": platform.logout_token("officer-1")}).status_code == 400
    assert is_in(client)


def test_auth_08_an_id_token_is_no_logout_token_and_the_other_way_round(
    bound: Binding, platform: Platform
) -> None:
    client = Client()
    through(client)
    assert Client().post(ENDED, {"logout_token": platform.id_token("nonce")}).status_code == 400
    assert is_in(client)


def test_auth_08_tries_are_counted_by_network(bound: Binding, platform: Platform) -> None:
    answers = [Client(REMOTE_ADDR="203.0.113.9").get(START).status_code for _ in range(62)]
    assert answers[:60] == [302] * 60 and answers[-1] == 429
    assert Client(REMOTE_ADDR="203.0.113.10").get(START).status_code == 302


@pytest.mark.parametrize("password", ["", " ", "\x00", "　"])
def test_auth_08_an_empty_password_signs_nobody_in(cast: Cast, password: str) -> None:
    client = Client()
    assert client.post("/desk/sign-in", {"username": "ran", "password": password}).status_code == 422
    assert not is_in(client)
