"""The sequencer: nothing lost, nothing twice, whatever is killed; and what the public log tells of those who wrote."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, DataError, connection, connections
from pytest_django import Settings

from lianxin.cases.history import Moment
from lianxin.cases.models import Case, Step
from lianxin.jobs import sweeps
from lianxin.ledger import chain, evidence, log, store
from lianxin.ledger.models import Checkpoint, Entry, Event, Look, Pad, Place, TreeNode
from lianxin.ledger.proofs import leaf_data, leaf_hash
from lianxin.petitioners import vault
from tests.cast import Cast, on
from tests.ledger.drill import Drill

READER = chain.Reader(1, 2, "handler")
ROLE = Path(__file__).parents[2] / "tools/ledger_role.sql"


def look(case_id: int, hour: int = 9) -> Look:
    return chain.record_look(
        case_id=case_id, what="case", purpose="办理", reader=READER, at=on("2026-05-07", hour).at
    )


def test_every_row_has_one_leaf_in_the_order_of_its_chain(drill: Drill) -> None:
    rows = Entry.objects.count() + Look.objects.count() + Event.objects.count()
    assert Place.objects.count() == rows
    assert Place.objects.values("position").distinct().count() == rows
    assert rows + Pad.objects.count() == 32 == TreeNode.objects.filter(level=0).count()
    for pk in (case.pk for case in drill.cases):
        for name in ("act", "look"):
            places = Place.objects.filter(subject_id=pk, chain=name).order_by("seq")
            positions = list(places.values_list("position", flat=True))
            assert positions == sorted(positions)


def test_it_runs_again_without_doing_anything_twice(drill: Drill) -> None:
    before = list(TreeNode.objects.order_by("level", "position").values())
    assert log.sequence(on("2026-05-08")) == log.Sequenced(size=32)
    assert list(TreeNode.objects.order_by("level", "position").values()) == before
    done = log.sequence(on("2026-05-09"))
    assert (done.rows, done.pads, done.size) == (0, 16, 48)


def test_crash_11_killed_at_any_statement_nothing_is_half(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(drill.cases[0].pk, 12)

    def counts() -> tuple[int, ...]:
        return tuple(m._default_manager.count() for m in (TreeNode, Place, Pad, Checkpoint))

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    before = counts()
    for model, method in ((Place.objects, "bulk_create"), (Pad.objects, "bulk_create"), (Checkpoint, "save")):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(model, method, killed)
            log.sequence(on("2026-05-09"))
        assert counts() == before
    assert log.sequence(on("2026-05-09")).rows == 1


def test_crash_11_killed_before_signing_the_next_run_signs(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(log, "sign", lambda: 0)
        log.sequence(on("2026-05-09"))
    last = store.last_checkpoint()
    assert last is not None and store.note_of(last) == ""
    assert log.sequence(on("2026-05-09")).signed == 1
    assert store.note_of(last)


def test_the_slower_of_two_gives_way(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the same last checkpoint; the second finds its first leaf taken, and writes nothing."""
    look(drill.cases[0].pk, 12)
    old = store.last_checkpoint()
    log.sequence(on("2026-05-09"))
    with monkeypatch.context() as patch:
        answers = iter([None, old, old])
        real = store.last_checkpoint
        patch.setattr(store, "last_checkpoint", lambda: next(answers, None) or real())
        done = log.sequence(on("2026-05-09"))
    assert (done.rows, done.pads, done.size) == (0, 0, 48)
    assert TreeNode.objects.filter(level=0).count() == 48


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_nothing_and_double_nothing() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs a database for several connections")
    for n in range(200):
        look(n % 7 + 1)
    failed: list[BaseException] = []

    def run(day: int) -> None:
        try:
            log.sequence(on(f"2026-05-{day:02}"))
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(day,)) for day in range(9, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Place.objects.count() == 200 == Place.objects.values("position").distinct().count()
    last = store.last_checkpoint()
    assert last is not None and TreeNode.objects.filter(level=0).count() == last.size
    assert store.tree(last.suites).root(last.size).hex() == last.root


def test_more_rows_than_a_batch_holds(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST", 32)
    for n in range(75):
        look(n % 4 + 1)
    done = log.sequence(on("2026-05-09"))
    assert (done.rows, done.pads, done.size) == (75, 5, 80)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [32, 64, 80]


def test_a_row_with_an_old_database_time_is_found_by_a_thorough_run(drill: Drill) -> None:
    row = look(drill.cases[0].pk, 12)
    Look.objects.filter(case_id=row.case_id, seq=row.seq).update(written_at=on("2020-01-01").at)
    assert log.sequence(on("2026-05-09")).rows == 0
    assert log.sequence(on("2026-05-10"), thorough=True).rows == 1


def test_a_clock_set_back_does_not_stop_the_log(drill: Drill) -> None:
    assert log.sequence(on("2026-05-01")).size == 48


def test_log_07_a_leaf_cannot_be_guessed(drill: Drill) -> None:
    """All of a row but its salts is known, and still no leaf matches."""
    leaves = set(TreeNode.objects.filter(level=0).values_list("hash", flat=True))
    for row in (*Entry.objects.all(), *Look.objects.all(), *Event.objects.all()):
        name = {Entry: "act", Look: "look", Event: "event"}[type(row)]
        assert leaf_hash(leaf_data(name, chain.leaf_salt(row), row.hash)).hex() in leaves
        guesses = [leaf_data(name, "", row.hash), row.hash.encode(), bytes.fromhex(row.hash)]
        guesses.append(chain.canonical(chain.parts(row)))
        if isinstance(row, Entry):
            guesses.append(leaf_data(name, row.payload, row.hash))
        assert not {leaf_hash(guess).hex() for guess in guesses} & leaves


def test_log_07_the_salt_on_a_receipt_opens_no_payload(drill: Drill) -> None:
    row, step = Entry.objects.first(), Step.objects.first()
    assert row is not None and step is not None
    shown = bytes.fromhex(chain.leaf_salt(row))
    payload = chain.canonical(Step.objects.get(case_id=row.case_id, seq=row.seq).payload())
    assert chain.digest(bytes(row.salt) + payload) == row.payload
    assert row.payload not in {chain.digest(shown + payload), chain.digest(shown[:16] + payload)}


@pytest.mark.parametrize("count", [0, 1, 15, 16])
def test_log_08_a_quiet_night_looks_like_a_busy_one(empty: Drill, count: int) -> None:
    for n in range(count):
        look(n + 1)
    log.sequence(on("2026-05-09", 3))
    assert TreeNode.objects.filter(level=0).count() == 16
    assert Checkpoint.objects.get().at == on("2026-05-09", 3).at


def test_log_08_the_rhythm_does_not_follow_the_writers(drill: Drill) -> None:
    look(drill.cases[0].pk, 12)
    start = on("2026-05-08")
    soon = type(start)(start.on, start.at + timedelta(minutes=9))
    assert log.sequence(soon).size == 32
    later = type(start)(start.on, start.at + timedelta(minutes=10))
    assert log.sequence(later).rows == 1


@pytest.mark.parametrize("role", ["lianxin_app", "lianxin_eraser"])
@pytest.mark.parametrize("model", [Entry, Look, Event, Place, TreeNode, Pad, Checkpoint])
def test_log_09_the_role_of_the_site_cannot_change_the_ledger(drill: Drill, model: type, role: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(ROLE.read_text(encoding="utf-8"))
        cursor.execute(f"SET LOCAL ROLE {role}")
        column = model._meta.pk_fields[0].column  # type: ignore[attr-defined]
        for sql in ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"):
            cursor.execute("SAVEPOINT tried")
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(sql.format(table, column))
            cursor.execute("ROLLBACK TO SAVEPOINT tried")


def test_log_09_the_role_of_the_site_can_do_its_work(drill: Drill) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute(ROLE.read_text(encoding="utf-8"))
        cursor.execute("SET LOCAL ROLE lianxin_app")
        drill.cases.append(drill.cast.accepted())
        look(drill.cases[0].pk, 12)
        done = log.sequence(on("2026-05-09"))
        assert done.rows > 1 and done.signed == 1
        cursor.execute("SAVEPOINT tried")
        when = on("2026-05-10")
        with pytest.raises(DatabaseError, match="permission denied"):
            log.erase(drill.cases[0].pk, organ_id=1, staff_id=2, reason="依规销毁", when=when)
        cursor.execute("ROLLBACK TO SAVEPOINT tried")
        cursor.execute("SET LOCAL ROLE lianxin_eraser")
        log.erase(drill.cases[0].pk, organ_id=1, staff_id=2, reason="依规销毁", when=when)
        assert log.is_erased(drill.cases[0].pk)


def test_log_10_it_is_known_how_long_the_log_is_behind(drill: Drill) -> None:
    assert log.waiting_since() is None
    row = look(drill.cases[0].pk, 12)
    row.refresh_from_db()
    assert log.waiting_since() == row.written_at
    log.sequence(on("2026-05-09"))
    assert log.waiting_since() is None


@pytest.mark.parametrize("kind", ["grant", "conflict", "break_glass", "switch"])
def test_log_12_what_is_done_beside_the_cases_becomes_a_leaf(drill: Drill, kind: str) -> None:
    event = chain.record_event(kind=kind, organ_id=7, staff_id=3, at=on("2026-05-09").at, facts={"what": "x"})
    log.sequence(on("2026-05-09"))
    assert event.seq == 2
    assert Place.objects.filter(subject_id=7, chain="event", seq=2).exists()
    Event.objects.filter(organ_id=7, seq=2).update(kind="other")
    done = drill.verify(drill.export())
    assert done.returncode == 1 and "记录被改动：7 第 2 条事项" in done.stdout


def test_log_13_no_look_no_data(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocked(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the ledger is blocked")

    monkeypatch.setattr(Look, "save", blocked)
    with pytest.raises(DatabaseError):
        vault.reveal(
            case_id=drill.cases[0].pk,
            seq=1,
            field="name",
            purpose="送达",
            reader=READER,
            at=on("2026-05-09").at,
        )


def test_log_13_no_entry_no_act(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocked(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the ledger is blocked")

    monkeypatch.setattr(Entry, "save", blocked)
    with pytest.raises(DatabaseError):
        cast.registered()
    assert Case.objects.get().state == "received"
    assert Step.objects.count() == Entry.objects.count() == 1


def test_log_14_the_log_goes_on_in_another_suite(drill: Drill, settings: Settings) -> None:
    before = drill.proof()
    settings.LOG_SUITE = "sm3"
    drill.cases.insert(0, drill.cast.accepted())
    drill.look(12, "2026-05-09")
    log.sequence(on("2026-05-09"))
    last = store.last_checkpoint()
    assert last is not None and last.suites == "0:sha256,32:sm3"
    assert Entry.objects.filter(suite="sm3").exists() and Entry.objects.filter(suite="sha256").exists()
    done = drill.verify(drill.export())
    assert done.returncode == 1 and "补记" in done.stdout and "改动" not in done.stdout
    new = drill.proof(every=True)
    assert drill.verify(new).returncode == 0
    drill.cases.pop(0)
    assert drill.verify(drill.proof(since=32), "--before", before).returncode == 0


def test_log_14_what_waited_while_the_suite_was_changed_keeps_its_promised_leaf(
    drill: Drill, settings: Settings
) -> None:
    old = drill.cast.registered()
    settings.LOG_SUITE = "sm3"
    new = drill.cast.registered()
    drill.look(12, "2026-05-09")
    promised = {one.pk: evidence.standing(one.pk) for one in (old, new)}
    log.sequence(on("2026-05-09"))
    last = store.last_checkpoint()
    assert last is not None and last.suites == "0:sha256,48:sm3" and last.size == 64
    for case, suite, low in ((old, "sha256", 32), (new, "sm3", 48)):
        place = Place.objects.get(subject_id=case.pk, chain="act", seq=1)
        was, now = promised[case.pk], evidence.standing(case.pk)
        assert was and now and was.leaf == now.leaf and now.position == place.position
        assert TreeNode.objects.get(level=0, position=place.position).hash == was.leaf
        assert low <= place.position < low + 16 and Entry.objects.get(case_id=case.pk, seq=1).suite == suite
        assert drill.verify(drill.keep(json.dumps(evidence.bundle(case.pk, every=True)))).returncode == 0


def test_erasure_destroys_the_salts_and_leaves_the_tree(drill: Drill) -> None:
    pk, other = drill.cases[0].pk, drill.cases[1].pk
    kept, nodes = drill.proof(), list(TreeNode.objects.order_by("level", "position").values())
    destroyed: list[int] = []
    log.erase(
        pk,
        organ_id=1,
        staff_id=2,
        reason="依规销毁",
        when=on("2026-05-09"),
        also=lambda: destroyed.append(pk),
    )
    assert destroyed == [pk]
    assert not any(
        bytes(row.salt) for row in (*Entry.objects.filter(case_id=pk), *Look.objects.filter(case_id=pk))
    )
    assert all(bytes(row.salt) for row in Entry.objects.filter(case_id=other))
    assert list(TreeNode.objects.order_by("level", "position").values()) == nodes
    log.sequence(on("2026-05-09"))
    done = drill.verify(drill.export())
    assert done.returncode == 0, done.stdout
    assert f"内容已依规销毁：{pk} 第 1 条步骤" in done.stdout
    assert drill.verify(kept).returncode == 0, "a proof given before still holds"
    steps = {row.seq: row.payload() for row in Step.objects.filter(case_id=pk)}
    entries = list(Entry.objects.filter(case_id=pk))
    assert chain.faults(entries, steps, erased=log.is_erased(pk)) == []
    assert "salt is gone" in chain.faults(entries, steps)[0]


def test_erasure_is_undone_when_the_payload_cannot_be_destroyed(drill: Drill) -> None:
    def fails() -> None:
        raise OSError("store is away")

    pk = drill.cases[0].pk
    with pytest.raises(OSError, match="away"):
        log.erase(pk, organ_id=1, staff_id=2, reason="依规销毁", when=on("2026-05-09"), also=fails)
    assert all(bytes(row.salt) for row in Entry.objects.filter(case_id=pk)) and not log.is_erased(pk)
    with pytest.raises(ValueError, match="reason"):
        log.erase(pk, organ_id=1, staff_id=2, reason=" ", when=on("2026-05-09"))


def test_without_a_key_the_log_grows_unsigned_and_is_signed_later(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = drill.file.with_name("away")
    drill.file.rename(away)
    assert log.sequence(on("2026-05-09")).signed == 0
    away.rename(drill.file)
    assert log.sequence(on("2026-05-09")).signed == 1


def test_looks_from_before_the_tree_are_given_a_salt(drill: Drill) -> None:
    kept = Look.objects.get(case_id=drill.cases[0].pk, seq=2)
    Look.objects.filter(case_id=drill.cases[0].pk).exclude(seq=2).update(salt=b"")
    import_module("lianxin.ledger.migrations.0003_salt_former_looks").salt_looks(apps, None)
    salts = {row.seq: bytes(row.salt) for row in Look.objects.filter(case_id=drill.cases[0].pk)}
    assert len(set(salts.values())) == 3 and salts[2] == bytes(kept.salt) and all(salts.values())
    assert chain.look_faults(Look.objects.filter(case_id=drill.cases[0].pk)) == []


def test_log_14_two_processes_of_different_suites_never_fill_a_checkpoint(
    drill: Drill, settings: Settings
) -> None:
    for n in range(24):
        settings.LOG_SUITE = ("sm3", "sha256")[n % 2]
        at = on("2026-05-09").at + timedelta(hours=n)
        chain.record_event(kind="grant", organ_id=7, staff_id=3, at=at, facts={"n": n})
        assert log.sequence(Moment(at.date(), at)).rows == 1
    last = Checkpoint.objects.order_by("-size").first()
    assert last is not None and len(last.suites) > 200 and last.suites.count(",") == 24
    done = drill.verify(drill.export())
    assert done.returncode == 0, done.stdout


def test_log_10_a_log_that_cannot_be_written_is_an_alarm_and_the_sweep_goes_on(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(Checkpoint, "save", full)
    monkeypatch.setattr(sweeps, "forget_drafts", lambda *, when: 7)
    before = Checkpoint.objects.count()
    done = sweeps.sweep(when=on("2026-05-10"))
    assert "DataError" in done.alarm and "value" not in done.alarm and done.forgotten == 7
    assert Checkpoint.objects.count() == before
