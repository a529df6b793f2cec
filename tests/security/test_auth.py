"""AUTH and RATE: what a stranger may try at the sign-in, and what passwords are taken."""

from __future__ import annotations

import statistics
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from lianxin.organs import accounts, throttle
from lianxin.organs.models import Account, Budget, Post, Session, SignInEvent, Staff
from lianxin.organs.passwords import common_list, problems
from lianxin.organs.services import sign_in
from lianxin.organs.services import staff as services
from lianxin.organs.services.errors import BadRecord
from lianxin.organs.services.staff import Term
from lianxin.procedure.errors import Refused
from lianxin.web.origin import network_of
from tests.cast import FROM, PASSWORD, Cast
from tests.cast import on as moment
from tests.security.conftest import Browser, Clock, enter, from_network

AT = moment("2026-06-01").at
STRANGER = "198.51.100.7"
NEW = "白墙黑瓦 小桥流水 2026"


class QuickArgon2(Argon2PasswordHasher):
    """The hasher of the project with little memory, so that hundreds of tries take seconds."""

    time_cost, memory_cost, parallelism = 2, 8192, 1


def test_auth_01_a_stranger_is_slowed_down_and_locks_nobody_out(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    known = browser("ran")
    known.post("/desk/sign-out")
    stranger = from_network(STRANGER)
    answers = [enter(stranger, "ran", f"wrong {n}").status_code for n in range(30)]
    assert answers == [422] * 5 + [429] * 25
    assert enter(stranger, "ran").status_code == 429, "the right password must not be looked at meanwhile"
    assert enter(known, "ran").status_code == 302, "a browser that proved itself waits for no stranger"
    assert enter(from_network("203.0.113.9"), "ran").status_code == 302, "nor does another network"
    clock.pass_by(minutes=2)
    assert enter(stranger, "ran").status_code == 302


def test_auth_01_the_wait_grows_and_is_capped(cast: Cast, clock: Clock) -> None:
    stranger, waits = from_network(STRANGER), []
    for _ in range(4):
        enter(stranger, "ran", "wrong")
    assert enter(stranger, "ran", "wrong").status_code == 422
    for _ in range(8):
        minutes = 0
        while enter(stranger, "ran", "wrong").status_code == 429:
            clock.pass_by(minutes=1)
            minutes += 1
            assert minutes < 60
        waits.append(minutes)
    assert waits == [1, 2, 4, 8, 15, 15, 15, 15]


def test_auth_01_the_owner_is_told(cast: Cast, browser: Browser) -> None:
    stranger = from_network(STRANGER)
    for n in range(7):
        enter(stranger, "ran", f"wrong {n}")
    client = Client()
    there = enter(client, "ran", next="/desk/search/").headers["Location"]
    assert there.startswith("/desk/account/notice?")
    page = client.get(there).content.decode()
    assert "试了 7 次没有成功" in page and STRANGER in page and 'href="/desk/search/"' in page
    client.post("/desk/sign-out")
    assert enter(client, "ran").headers["Location"] == "/desk/"


def test_auth_02_one_password_for_many_accounts_is_stopped_at_the_source(cast: Cast) -> None:
    stranger = from_network(STRANGER)
    answers = [enter(stranger, f"officer{n}", "Passw0rd2026").status_code for n in range(500)]
    assert answers.count(422) <= 20 and answers[20:] == [429] * 480
    assert enter(stranger, "ran").status_code == 429
    for name in cast.staff:
        assert enter(from_network("203.0.113.9"), name).status_code == 302


def test_auth_02_an_account_tried_from_everywhere_opens_for_its_browsers_alone(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    known = browser("ran")
    known.post("/desk/sign-out")
    answers = [
        enter(from_network(f"198.51.{n // 250}.{n % 250}"), "ran", "wrong").status_code for n in range(120)
    ]
    assert answers.count(422) == 100
    assert enter(from_network("203.0.113.1"), "ran").status_code == 429
    assert enter(known, "ran").status_code == 302
    clock.pass_by(minutes=16)
    assert enter(from_network("203.0.113.1"), "ran").status_code == 302, "no lock is for good"


@pytest.fixture
def kinds(cast: Cast) -> dict[str, list[str]]:
    """Return sign-in names of each kind: in use, stopped, without a post, and of nobody."""
    for name in ("tou", "shen", "mi"):
        Staff.objects.filter(pk=cast.staff[name].pk).update(is_active=False)
    Post.objects.filter(staff=cast.staff["wai"]).delete()
    return {
        "known": ["ran", "fen", "han"],
        "stopped": ["tou", "shen", "mi"],
        "no post": ["wai", "wai", "wai"],
        "unknown": ["nemo", "nobody", "niemand"],
    }


def test_auth_03_the_same_work_for_each_kind_of_name(kinds: dict[str, list[str]]) -> None:
    sent = {}
    for number, (kind, names) in enumerate(kinds.items()):
        client = from_network(f"203.0.113.{number}")
        with CaptureQueriesContext(connection) as seen:
            answer = enter(client, names[0], "wrong")
        words = [query["sql"].split()[:3] for query in seen.captured_queries]
        shape = [first for first in words if first[0] not in ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")]
        headers = {k: v for k, v in answer.headers.items() if k not in ("Expires", "Content-Length")}
        sent[kind] = (answer.status_code, headers, shape)
    assert all(one == sent["known"] for one in sent.values()), sent


def test_auth_03_the_same_time_for_each_kind_of_name(kinds: dict[str, list[str]], settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.security.test_auth.QuickArgon2"]
    for staff in Staff.objects.all():
        staff.set_password(PASSWORD)
        staff.save()
    del kinds["no post"]
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for n in range(200):
        for kind, names in kinds.items():
            client = from_network(f"203.0.{n}.{list(kinds).index(kind)}")
            began = time.perf_counter()
            status = enter(client, names[n % 3], "wrong").status_code
            taken[kind].append(time.perf_counter() - began)
            assert status == 422
    usual = statistics.median(taken["known"])
    ratios = {kind: statistics.median(times) / usual for kind, times in taken.items()}
    assert all(0.8 <= ratio <= 1.25 for ratio in ratios.values()), ratios


def own(password: str, words: tuple[str, ...] = ()) -> list[str]:
    return problems(password, words=words)


@pytest.mark.parametrize(
    "password",
    [
        "seven77",
        "elevenchars",
        "password1234",
        "Woaini1314520!",
        "adminadmin2026",
        "qwertyuiopasdfgh",
        "123456789012",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaa",
        "安安安安安安安安安安安安安安",
        "1qaz2wsx3edc",
        "abcabcabcabcabc",
        "连心是一个很好的系统呢呀",
        "我们的ｘｉｎｆａｎｇ办公室真好",
        "绵阳市安州区民政局第一名",
    ],
)
def test_auth_04_weak_passwords_are_refused_with_a_reason(password: str) -> None:
    found = own(password, ("绵阳市安州区民政局", "ran"))
    assert found and all(sentence for sentence in found)


def test_auth_04_the_twenty_thousand_commonest_are_refused_bare_and_dressed_up() -> None:
    assert len(common_list()) > 19_000
    for word in common_list():
        assert own(word), word
        if word.isalpha() and len(word) >= 7:
            assert own(f"{word.title()}2026!"), word


@pytest.mark.parametrize(
    "password",
    [
        NEW,
        "correct horse battery staple",
        "春眠不觉晓处处闻啼鸟夜来风雨声",
        "早上好🌻今天也要好好吃饭🍜",
        "K9v.tr2-Mq8_zd5!wh3@Lp6%" + " ümläute und spaces " * 2,
        "山高水远路漫漫 " + "".join(chr(0x4E00 + 37 * n) for n in range(120)),
    ],
)
def test_auth_04_long_ones_are_taken_exactly(cast: Cast, browser: Browser, password: str) -> None:
    client = browser("ran")
    data = {"current": PASSWORD, "new": password, "again": password}
    assert client.post("/desk/account/password", data).status_code == 302
    client.post("/desk/sign-out")
    assert enter(client, "ran", password[:-1]).status_code == 422
    assert enter(client, "ran", password + " ").status_code == 422
    assert enter(client, "ran", password).status_code == 302


def test_auth_04_names_of_the_officer_and_the_organ_are_refused(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    for word in ("冉登记", "绵阳市安州区民政局"):
        new = f"{word} 白墙黑瓦小桥流水"
        answer = client.post("/desk/account/password", {"current": PASSWORD, "new": new, "again": new})
        assert answer.status_code == 422 and "不要包含" in answer.content.decode()
        assert new not in answer.content.decode()


def test_the_present_password_is_asked_and_guesses_of_it_are_counted(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    data = {"current": "wrong", "new": NEW, "again": NEW}
    assert [client.post("/desk/account/password", data).status_code for _ in range(7)] == [422] * 5 + [
        429
    ] * 2
    assert cast.staff["ran"].__class__.objects.get(username="ran").check_password(PASSWORD)


def test_two_different_new_passwords_are_refused(browser: Browser) -> None:
    data = {"current": PASSWORD, "new": NEW, "again": NEW + "x"}
    answer = browser("ran").post("/desk/account/password", data)
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"again"}


def test_mlps3_asks_for_mixing_change_and_no_return(
    cast: Cast, browser: Browser, settings: Settings, clock: Clock
) -> None:
    settings.PASSWORD_PROFILE = "mlps3"
    client = browser("ran")
    assert client.get("/desk/").headers["Location"] == "/desk/account/password"
    assert own("correct horse battery staple") and not own("Correct horse battery staple 7")
    used = [PASSWORD]
    for n in range(6):
        new = f"Stille Wasser {n}{n + 2} sind tief"
        data = {"current": used[-1], "new": new, "again": new}
        assert client.post("/desk/account/password", data).status_code == 302, n
        used.append(new)
    for old, status in ((used[-1], 422), (used[-2], 422), (used[-5], 422), (used[1], 302)):
        data = {"current": used[-1], "new": old, "again": old}
        assert client.post("/desk/account/password", data).status_code == status
    client.post("/desk/sign-out")
    assert enter(client, "ran", used[1]).headers["Location"] == "/desk/"
    client.post("/desk/sign-out")
    clock.pass_by(days=91)
    assert enter(client, "ran", used[1]).headers["Location"] == "/desk/account/password"


def test_a_first_password_must_be_changed_before_anything_else(cast: Cast, browser: Browser) -> None:
    made = services.reset_password(cast.actor("guan"), cast.staff["ran"], on=FROM.replace(year=2026), at=AT)
    client = browser("ran", made.password)
    for address in ("/desk/", "/desk/search/", "/desk/manage/", "/desk/register/"):
        assert client.get(address).headers["Location"] == "/desk/account/password"
    assert client.post("/desk/switch-organ", {"organ": "4"}).headers["Location"] == "/desk/account/password"
    same = {"current": made.password, "new": made.password, "again": made.password}
    assert client.post("/desk/account/password", same).status_code == 422
    data = {"current": made.password, "new": NEW, "again": NEW}
    assert client.post("/desk/account/password", data).status_code == 302
    assert client.get("/desk/").status_code == 200
    assert enter(Client(), "ran", made.password).status_code == 422


def test_auth_05_a_fresh_installation_has_no_account_and_no_admin_site(db: None) -> None:
    assert not Staff.objects.exists()
    for address in ("/admin/", "/desk/admin/", "/accounts/login/"):
        assert Client().get(address).status_code == 404


@pytest.mark.parametrize("typed", ["Ran", "ran ", "ｒａｎ", "RAN"])
def test_auth_10_names_are_one_after_folding(cast: Cast, typed: str) -> None:
    with pytest.raises(BadRecord, match="已经有人"):
        services.add(
            cast.actor("guan"),
            username=typed,
            name="同名",
            organ=cast.organs["anzhou"],
            role="window",
            term=Term(FROM),
            at=AT,
        )


@pytest.mark.parametrize("typed", ["rаn", "ran\u200b", "rän", "管理员", "-ran", "r"])
def test_auth_10_look_alikes_are_refused(cast: Cast, typed: str) -> None:
    with pytest.raises(BadRecord, match="不能用"):
        services.username_of(typed)


def test_auth_11_an_account_unused_for_ninety_days_is_closed(
    cast: Cast, settings: Settings, clock: Clock
) -> None:
    settings.DORMANT_DAYS = 90
    assert enter(from_network("203.0.113.1"), "ran").status_code == 302
    clock.pass_by(days=90)
    assert enter(from_network("203.0.113.2"), "ran").status_code == 302
    clock.pass_by(days=91)
    closed, unknown = (enter(from_network(f"203.0.113.{n}"), name) for n, name in ((3, "ran"), (4, "nemo")))
    assert closed.status_code == unknown.status_code == 422
    on = clock.at.date()
    made = services.reset_password(cast.actor("guan", on), cast.staff["ran"], on=on, at=AT)
    assert enter(from_network("203.0.113.5"), "ran", made.password).status_code == 302


def test_auth_11_the_last_post_ends_the_session(cast: Cast, browser: Browser, clock: Clock) -> None:
    client = browser("ran")
    Post.objects.filter(staff=cast.staff["ran"]).update(ends_on=clock.at.date())
    assert client.get("/desk/").status_code == 200
    clock.pass_by(hours=16)
    assert enter(client, "ran").status_code == 422
    assert client.get("/desk/").status_code == 302


def test_rate_06_a_forged_address_moves_nobody(cast: Cast, settings: Settings) -> None:
    stranger = from_network(STRANGER)
    answers = [
        stranger.post(
            "/desk/sign-in",
            {"username": "ran", "password": "wrong"},
            headers={"x-forwarded-for": f"10.0.0.{n}", "x-real-ip": f"10.0.0.{n}"},
        ).status_code
        for n in range(8)
    ]
    assert answers == [422] * 5 + [429] * 3
    settings.TRUSTED_PROXY = True
    for n in range(3):
        forged = RequestFactory().get(
            "/", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": f"10.0.0.{n}, {STRANGER}"}
        )
        assert network_of(forged) == STRANGER


def test_rate_06_a_whole_ipv6_network_is_one_source() -> None:
    seen = {
        network_of(RequestFactory().get("/", REMOTE_ADDR=address))
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:0db8:0001:0002::abcd")
    }
    assert seen == {"2001:db8:1:2::/64"}
    assert network_of(RequestFactory().get("/", REMOTE_ADDR="::ffff:198.51.100.7")) == STRANGER
    assert network_of(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"


def test_rate_06_two_hundred_honest_officers_behind_one_address_are_served(cast: Cast) -> None:
    for _ in range(30):
        for name in ("ran", "fen", "han", "shen", "tou", "mi", "guan"):
            assert enter(from_network("203.0.113.200"), name).status_code == 302


def test_guesses_sent_at_once_are_counted_before_they_are_checked(cast: Cast, clock: Clock) -> None:
    source = throttle.Source(throttle.PAIR, "ran|198.51.100.7")
    taken = [throttle.spend([source], at=clock.at) for _ in range(8)]
    assert [wait is None for wait in taken] == [True] * 5 + [False] * 3


def test_a_refused_try_takes_nothing_from_the_other_budgets(cast: Cast, clock: Clock) -> None:
    one, other = throttle.Source(throttle.PAIR, "a"), throttle.Source(throttle.NETWORK, "b")
    for _ in range(5):
        throttle.spend([one], at=clock.at)
    assert throttle.spend([one, other], at=clock.at) is not None
    assert Budget.objects.get(key=other.key).tries == 0


def test_the_tables_name_nobody_who_is_not_there(cast: Cast) -> None:
    enter(from_network(STRANGER), "my-password-typed-here", "x")
    rows = [*Budget.objects.values_list("key", flat=True), *SignInEvent.objects.values_list()]
    assert "my-password" not in str(rows)
    assert SignInEvent.objects.get().staff_id == accounts.NOBODY


def test_old_lines_and_budgets_are_forgotten(cast: Cast, browser: Browser, clock: Clock) -> None:
    enter(from_network(STRANGER), "nemo", "x")
    enter(from_network(STRANGER), "ran", "x")
    browser("fen")
    assert sign_in.forget(at=clock.at) == 0
    clock.pass_by(days=40)
    lines = SignInEvent.objects.count()
    assert sign_in.forget(at=clock.at) > 0
    assert not Budget.objects.exists() and not Session.objects.exists()
    assert SignInEvent.objects.count() == lines - 1
    clock.pass_by(days=361)
    sign_in.forget(at=clock.at)
    assert not SignInEvent.objects.exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("organ_admin", "auditor"),
        ("auditor", "organ_admin"),
        ("sysadmin", "organ_admin"),
        ("sysadmin", "auditor"),
    ],
)
def test_three_administrators_are_three_persons(cast: Cast, first: str, second: str) -> None:
    Post.objects.create(
        id=9901, staff=cast.staff["ran"], organ=cast.organs["fucheng"], role=first, starts_on=FROM
    )
    with pytest.raises(Refused, match="不能同时"):
        services.grant(
            cast.actor("guan"),
            cast.staff["ran"],
            organ=cast.organs["anzhou"],
            role=second,
            term=Term(FROM.replace(year=2026)),
            at=AT,
        )
    assert not Post.objects.filter(staff=cast.staff["ran"], role=second).exists()


def test_one_after_the_other_is_no_conflict(cast: Cast) -> None:
    Post.objects.create(
        id=9901,
        staff=cast.staff["ran"],
        organ=cast.organs["anzhou"],
        role="auditor",
        starts_on=FROM,
        ends_on=FROM.replace(year=2025),
    )
    term = Term(FROM.replace(year=2026))
    organ = cast.organs["anzhou"]
    assert services.grant(
        cast.actor("guan"), cast.staff["ran"], organ=organ, role="organ_admin", term=term, at=AT
    )


def test_az_13_no_answer_holds_a_hash_or_secret(cast: Cast, browser: Browser) -> None:
    client = browser("ran")
    pages = [client.get(address).content.decode() for address in ("/desk/account/", "/desk/account/password")]
    guan = browser("guan")
    pages.append(guan.get(f"/desk/manage/staff/{cast.staff['ran'].pk}/access/").content.decode())
    hashed = Staff.objects.get(username="ran").password
    assert not [page for page in pages if hashed in page or "argon2" in page or "md5$" in page]
    assert Account.objects.filter(staff=cast.staff["ran"]).exists()
