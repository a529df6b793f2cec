"""LOG-12 and LOG-13: what is done beside the cases is a leaf, and what cannot be recorded is not done."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from lianxin.adapters import tables
from lianxin.cases.services import walls
from lianxin.jobs import holidays, switches
from lianxin.ledger import chain, log
from lianxin.ledger.models import Entry, Event, Place
from lianxin.organs import accounts, importing, passkeys, passwords, second_factor
from lianxin.organs.accounts import Origin, What
from lianxin.organs.actors import actors_of
from lianxin.organs.models import Account, Budget, Organ, Passkey, Post, Session, SignInEvent, Staff
from lianxin.organs.services import csv_import, organs, sign_in, staff
from lianxin.organs.services.staff import Term
from lianxin.petitioners import vault
from tests.cast import PASSWORD, Cast, key, on
from tests.ledger.drill import Drill

DAY, ORIGIN = date(2026, 6, 1), Origin("203.0.113", "Firefox")
AT = on(DAY).at
Deed = Callable[[Cast], object]
TABLES = (Organ, Post, Staff, Account, Passkey, Session, SignInEvent, Event)


def facts(cast: Cast, organ: Organ) -> organs.Facts:
    return organs.Facts(organ.name, organ.short_name, cast.regions["anzhou"], phone="0816-1")


def post_of(cast: Cast, name: str) -> Post:
    return Post.objects.filter(staff=cast.staff[name]).order_by("pk")[0]


def give(cast: Cast) -> object:
    return staff.grant(
        cast.actor("guan"), cast.staff["han"], organ=cast.organs["anzhou"], role="duty", term=Term(DAY), at=AT
    )


def add_person(cast: Cast) -> object:
    return staff.add(
        cast.actor("guan"), username="xin.ren", name="新人", organ=cast.organs["anzhou"], role="duty",
        term=Term(DAY), at=AT,
    )  # fmt: skip


def restart(cast: Cast) -> object:
    Staff.objects.filter(pk=cast.staff["han"].pk).update(is_active=False)
    return staff.reactivate(cast.actor("guan"), Staff.objects.get(pk=cast.staff["han"].pk), on=DAY, at=AT)


def add_organ(cast: Cast) -> object:
    return organs.add(
        cast.actor("guan"), parent=cast.organs["anzhou"], code="t", level="township", kind="civil_affairs",
        facts=facts(cast, cast.organs["anzhou"]), valid_from=DAY, at=AT,
    )  # fmt: skip


def below(cast: Cast) -> Organ:
    parent = cast.organs["anzhou"]
    return Organ.objects.create(
        id=77, code="u", name="桑枣镇", short_name="桑枣", level="township", kind="civil_affairs",
        region=cast.regions["anzhou"], parent=parent, path=f"{parent.path}77/", valid_from=date(2020, 1, 1),
    )  # fmt: skip


def codes_on(cast: Cast) -> tuple[Staff, list[str]]:
    """Turn one-time codes on for Han and return him with his recovery codes."""
    han = cast.staff["han"]
    sealed = second_factor.new_secret(han.pk)
    secret = base64.b32decode(second_factor.shown(sealed, han.pk))
    now = second_factor.code_at(secret, int(AT.timestamp()) // second_factor.STEP)
    return han, second_factor.turn_on(han, sealed, now, at=AT, origin=ORIGIN)


def reset_second(cast: Cast) -> object:
    han, _codes = codes_on(cast)
    Account.objects.filter(staff=han).update(reset_by=cast.staff["shi"], reset_note="当面核对")
    return second_factor.agree_reset(cast.actor("guan"), han, at=AT, on=DAY, origin=ORIGIN)


def own_key(cast: Cast) -> object:
    Passkey.objects.create(
        handle="h", staff=cast.staff["han"], credential_id=b"c", public_key=b"p", name="k", added_at=AT
    )
    return passkeys.remove(cast.staff["han"], "h", at=AT, origin=ORIGIN)


def import_posts(cast: Cast) -> object:
    row = f"han,{cast.organs['anzhou'].code},duty,2026-06-01,"
    data = f"登录名,机构代码,岗位,任职日期,离任日期\n{row}\n".encode()
    done = csv_import.run(cast.actor("guan"), kind="posts", data=data, on=DAY, at=AT, dry_run=False)
    assert done[0].state == "written", done
    return done


DEEDS: dict[str, tuple[Deed, str]] = {
    "a post is given": (give, "post.given"),
    "a post ends": (
        lambda c: staff.end_post(c.actor("guan"), post_of(c, "han"), on=DAY, at=AT),
        "post.ended",
    ),
    "posts come from a file": (import_posts, "post.given"),
    "an account is made": (add_person, "staff.added"),
    "an account is stopped": (
        lambda c: staff.deactivate(c.actor("guan"), c.staff["han"], on=DAY, at=AT),
        "staff.stopped",
    ),
    "an account is started": (restart, "staff.restarted"),
    "a password is set by an administrator": (
        lambda c: staff.reset_password(c.actor("guan"), c.staff["han"], on=DAY, at=AT),
        "password.reset",
    ),
    "a second factor is taken off": (reset_second, "account.reset2"),
    "one-time codes are turned on": (codes_on, "account.totp_on"),
    "one-time codes are turned off": (
        lambda c: second_factor.turn_off(c.staff["han"], at=AT, origin=ORIGIN),
        "account.totp_off",
    ),
    "a passkey is removed": (own_key, "account.key_off"),
    "recovery codes are made anew": (
        lambda c: second_factor.new_codes(c.staff["han"], at=AT, origin=ORIGIN),
        "account.codes",
    ),
    "a password is changed": (
        lambda c: passwords.set_own(c.staff["han"], "白墙黑瓦 小桥流水 2026", at=AT, origin=ORIGIN),
        "account.password",
    ),
    "somebody signs in": (lambda c: sign_in.came_in(c.staff["han"], origin=ORIGIN, at=AT), "account.in"),
    "sessions are ended": (
        lambda c: sign_in.end_sessions(c.staff["han"].pk, origin=ORIGIN, at=AT, by=c.staff["guan"]),
        "account.ended",
    ),
    "all sessions of an organ are ended": (
        lambda c: sign_in.end_organ_sessions(c.actor("guan"), c.organs["anzhou"], at=AT),
        "sessions.ended",
    ),
    "an organ is added": (add_organ, "organ.added"),
    "an organ is edited": (
        lambda c: organs.edit(
            c.actor("guan"), c.organs["anzhou"], facts=facts(c, c.organs["anzhou"]), on=DAY, at=AT
        ),
        "organ.edited",
    ),
    "an organ ends": (lambda c: organs.end(c.actor("guan"), below(c), on=DAY, at=AT), "organ.ended"),
}


def rows() -> list[list[dict[str, object]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in TABLES]


@pytest.mark.parametrize("deed", DEEDS)
def test_log_12_each_is_a_leaf_and_the_chain_holds(empty: Drill, deed: str) -> None:
    carry_out, kind = DEEDS[deed]
    carry_out(empty.cast)
    event = Event.objects.get(kind=kind)
    assert Organ.objects.filter(pk=event.organ_id, path__startswith=empty.cast.organs["anzhou"].path).exists()
    assert event.staff_id
    log.sequence(on("2026-06-02"))
    assert Place.objects.filter(subject_id=event.organ_id, chain="event", seq=event.seq).exists()
    assert empty.verify(empty.export()).returncode == 0
    Event.objects.filter(organ_id=event.organ_id, seq=event.seq).delete()
    done = empty.verify(empty.export())
    assert done.returncode == 1 and f"{event.organ_id} 第 {event.seq} 条事项" in done.stdout


@pytest.mark.parametrize("deed", DEEDS)
def test_log_13_what_cannot_be_recorded_is_not_done(
    cast: Cast, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, kind = DEEDS[deed]
    save = Event.save

    def blocked(self: Event, *args: object, **kwargs: object) -> None:
        if self.kind == kind:
            raise DatabaseError("the ledger is blocked")
        save(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Event, "save", blocked)
    before = rows()
    with pytest.raises(DatabaseError, match="blocked"):
        carry_out(cast)
    after = rows()
    if deed in {
        "a second factor is taken off",
        "a passkey is removed",
        "an organ ends",
        "an account is started",
    }:
        assert not Event.objects.filter(kind=kind).exists(), "the stage was set before; only that is there"
        assert not SignInEvent.objects.filter(what__in=[What.RESET, What.PASSKEY_OFF]).exists()
        assert not Organ.objects.filter(pk=77).exclude(valid_to=None).exists()
    else:
        assert after == before


def test_log_12_no_event_tells_a_name_a_password_or_an_address(cast: Cast) -> None:
    for carry_out, _kind in DEEDS.values():
        if carry_out is not give:
            Staff.objects.update(is_active=True)
            cast.staff["han"].refresh_from_db()
            carry_out(cast)
    told = str([(one.facts, one.kind) for one in Event.objects.all()])
    for secret in (
        PASSWORD,
        "203.0.113",
        "Firefox",
        *(one.name for one in Staff.objects.all()),
        "pbkdf",
        "md5$",
    ):
        assert secret not in told


def test_log_12_a_barred_sign_in_is_one_event_an_hour(cast: Cast) -> None:
    ran = cast.staff["ran"]
    for minute in range(50):
        at = AT + timedelta(minutes=minute)
        sign_in.with_password("ran", "wrong", origin=Origin("198.51.100.7"), at=at, on=DAY)
        sign_in.with_password("nobody", "wrong", origin=Origin("198.51.100.8"), at=at, on=DAY)
    assert SignInEvent.objects.filter(staff_id=ran.pk, what=What.WAIT).count() > 1
    assert [one.facts for one in Event.objects.filter(kind="account.wait")] == [{"staff": ran.pk}]
    assert Budget.objects.exists() and not Event.objects.filter(organ_id=0).exists()


def test_log_12_a_conflict_wall_and_a_break_glass_are_leaves(empty: Drill) -> None:
    cast = empty.cast
    case = cast.registered()
    near = cast.organs["anzhou"]
    named = walls.named_in("安州区民政局", near, on=DAY)
    walls.raise_wall(cast.load_public(case), named=named, actor=None, key=key(), when=on("2026-05-08"))
    vault.reveal(
        case_id=case.pk, seq=1, field="phone", purpose="紧急联系", at=on("2026-05-09").at,
        reader=chain.Reader(cast.organs["mianyang"].pk, cast.staff["shi"].pk, "head"),
    )  # fmt: skip
    log.sequence(on("2026-05-09"))
    wall = Entry.objects.get(case_id=case.pk, act="case.raise_wall")
    assert Place.objects.filter(subject_id=case.pk, chain="act", seq=wall.seq).exists()
    assert Place.objects.filter(subject_id=case.pk, chain="look").exists()


# --- settings, rules, holidays --------------------------------------------------------------------------------


def test_log_12_changed_settings_are_named_and_no_value_is_told(cast: Cast) -> None:
    values = {"PROOF_MINUTES": "10", "DATABASE": "postgresql://u:geheim@h/db"}
    assert switches.record(values, process="start", when=on(DAY)) == switches.Switched()
    assert switches.record(values, process="start", when=on(DAY)).settings == ()
    assert switches.record(values, process="sweep", when=on(DAY)).settings == ()
    before = Event.objects.count()
    done = switches.record({**values, "PROOF_MINUTES": "600"}, process="start", when=on(DAY))
    assert done.settings == ("PROOF_MINUTES",) and Event.objects.count() == before + 1
    event = Event.objects.filter(organ_id=0, kind="config.changed").order_by("-seq")[0]
    assert event.facts["changed"] == ["PROOF_MINUTES"] and event.facts["process"] == "start"
    assert "geheim" not in str(event.facts) and "600" not in str(event.facts["changed"])


def test_log_12_another_key_is_named(cast: Cast, settings: Settings) -> None:
    values, old = {"HTTPS": "True"}, settings.MASTER_KEY
    switches.record(values, process="start", when=on(DAY))
    settings.MASTER_KEY, settings.MASTER_KEYS_OLD = "ab" * 32, [old]
    assert switches.record(values, process="start", when=on(DAY)).settings == ("MASTER_KEY",)
    settings.MASTER_KEY, settings.MASTER_KEYS_OLD = "cd" * 32, []
    assert switches.record(values, process="start", when=on(DAY)).settings == ("MASTER_KEY",)
    assert switches.record(values, process="start", when=on(DAY)).settings == ()


def test_log_12_changed_rules_and_holidays_are_named(cast: Cast, tmp_path: Path, settings: Settings) -> None:
    settings.HOLIDAYS_DIR = tmp_path / "holidays"
    switches.record({}, process="sweep", when=on(DAY))
    source = tmp_path / "2026.toml"
    source.write_bytes((switches.RULEBOOKS / "calendar/2026.toml").read_bytes() + b"\n")
    loading = holidays.examine(source, folder=settings.HOLIDAYS_DIR)
    holidays.install(loading, folder=settings.HOLIDAYS_DIR, when=on(DAY))
    event = Event.objects.get(organ_id=0, kind="holidays.loaded")
    assert event.facts["year"] == 2026 and event.facts["mark"] == loading.mark
    assert switches.record({}, process="sweep", when=on(DAY)).rules == ("holidays/2026.toml",)


def test_log_13_a_notice_that_cannot_be_recorded_is_not_loaded(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocked(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the ledger is blocked")

    monkeypatch.setattr(Event, "save", blocked)
    source = tmp_path / "2026.toml"
    source.write_bytes((switches.RULEBOOKS / "calendar/2026.toml").read_bytes() + b"\n")
    folder = tmp_path / "holidays"
    loading = holidays.examine(source, folder=folder)
    with pytest.raises(DatabaseError):
        holidays.install(loading, folder=folder, when=on(DAY))
    assert not list(folder.glob("*.toml"))
    with pytest.raises(DatabaseError):
        switches.record({}, process="start", when=on(DAY))


def test_log_12_events_are_numbered_without_a_gap(cast: Cast) -> None:
    for minute in range(3):
        accounts.note(What.IN, cast.staff["han"].pk, at=AT + timedelta(minutes=minute), origin=ORIGIN)
    seqs = (
        Event.objects.filter(organ_id=cast.organs["anzhou"].pk).order_by("seq").values_list("seq", flat=True)
    )
    assert list(seqs) == [1, 2, 3] and actors_of(cast.staff["han"].pk, on=DAY)


def test_log_12_and_13_a_table_of_organs_is_an_event_or_nothing(cast: Cast, tmp_path: Path) -> None:
    table = tmp_path / "organs.csv"
    heads, row = (
        "代码,名称,级别,性质,区划代码,上级代码",
        "t1,桑枣镇社会事务办,township,civil_affairs,510705000000",
    )
    table.write_text(f"{heads}\n{row},{cast.organs['anzhou'].code}\n", encoding="utf-8")

    def take() -> importing.Imported:
        with tables.opened(table, encoding="utf-8") as opened:
            return importing.import_rows(opened.rows, on=DAY, at=AT)

    with pytest.MonkeyPatch.context() as inner:
        inner.setattr(Event, "save", _blocked)
        before = Organ.objects.count()
        with pytest.raises(DatabaseError):
            take()
        assert Organ.objects.count() == before
    done = take()
    assert done.faults == [] and Event.objects.get(organ_id=0).facts == {"added": 1, "updated": 0}


def _blocked(*args: object, **kwargs: object) -> None:
    raise DatabaseError("the ledger is blocked")
