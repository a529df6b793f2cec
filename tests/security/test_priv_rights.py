"""PRIV-09, BKP-06: the end of keeping. Two persons, no hold, nothing left but a tombstone, and a tree that still holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import TestCase
from pytest_django import Settings

from lianxin.cases import disposal
from lianxin.cases.history import load
from lianxin.cases.models import Attachment, Case, CaseText, Claim, Link, Paper, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.selectors import case_to_act_on
from lianxin.cases.services import disposing, erasing, evaluation
from lianxin.config.erasure import TABLES
from lianxin.config.placements import CITUS_TABLES
from lianxin.files.store import store
from lianxin.jobs import integrity
from lianxin.ledger import chain, log, notes
from lianxin.ledger.models import Entry, Event, Look
from lianxin.organs.models import Post
from lianxin.petitioners.models import IdentityToken, Party
from lianxin.procedure.errors import GuardFailed, Refused
from lianxin.procedure.retention import load_classes
from tests.cast import FROM, STORY, XIN, Cast, key, on
from tests.ledger.drill import ORIGIN, Drill

LATER = "2057-01-01"
"""The first day on which a case that was closed with a result in 2026 is no longer kept."""
ROLE = Path(__file__).parents[2] / "tools/ledger_role.sql"


def closed(cast: Cast) -> Case:
    """Return a case answered and closed in 2026, with its petitioner's evaluation."""
    case = cast.served()
    case = evaluation.accept_result(cast.load_public(case), key=key(), when=on("2026-06-05"))
    return Case.objects.get(pk=case.pk)


def second(cast: Cast) -> None:
    """Give Shen the post of a supervisor beside that of a checker: the second reviewer."""
    organ = cast.organs["anzhou"]
    Post.objects.create(id=9900, staff=cast.staff["shen"], organ=organ, role="supervisor", starts_on=FROM)


def loaded(case: Case) -> disposal.Loaded:
    return load(Case.objects.select_related(*disposal.WIDE).get(pk=case.pk))


def proposed(cast: Cast, case: Case, *, by: str = "tou", day: str = LATER) -> None:
    actor = cast.actor(by, date.fromisoformat(day))
    disposing.propose(loaded(case), actor=actor, reason="保管期满，无继续保存价值", key=key(), when=on(day))


def agreed(cast: Cast, case: Case, *, by: str = "shen", day: str = LATER) -> None:
    disposing.agree(loaded(case), actor=cast.actor(by, date.fromisoformat(day)), key=key(), when=on(day))


def erased(cast: Cast, case: Case) -> Event:
    second(cast)
    proposed(cast, case)
    agreed(cast, case)
    with TestCase.captureOnCommitCallbacks(execute=True):
        return erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))


def dump() -> str:
    """Return everything the database holds as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            found += [f"{table} {row!r}" for row in cursor.fetchall()]
    return "\n".join(found)


def nothing_done(case: Case, events: int) -> None:
    assert Event.objects.filter(case_id=case.pk).count() == events
    assert CaseText.objects.filter(case=case).exists() and Party.objects.filter(case_id=case.pk).exists()
    assert Case.objects.get(pk=case.pk).erased_on is None


def test_priv_09_classes_count_from_the_last_act() -> None:
    classes = {one.id: one for one in load_classes()}
    assert classes["result"].until(date(2026, 6, 5)) == date(2056, 12, 31)
    assert classes["no_result"].until(date(2026, 1, 1)) == date(2036, 12, 31)
    assert classes["supervised"].until(date(2026, 1, 1)) is None


def test_priv_09_an_organ_may_keep_longer_never_shorter(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text('[[class]]\nid = "result"\nyears = 50\narticle = "本机关保管期限表"\n', encoding="utf-8")
    assert load_classes(file)[-1].years == 50
    shorter = tmp_path / "shorter.toml"
    shorter.write_text('[[class]]\nid = "result"\nyears = 10\narticle = "x"\n', encoding="utf-8")
    with pytest.raises(Exception, match="never shorter"):
        load_classes(shorter)


def test_priv_09_nothing_is_due_before_its_day(cast: Cast) -> None:
    case = closed(cast)
    open_ = cast.assigned()
    assert list(disposal.all_due(on=date(2056, 12, 31))) == []
    assert [one.case.pk for one in disposal.all_due(on=date(2057, 1, 1))] == [case.pk]
    with pytest.raises(GuardFailed, match="2056-12-31"):
        proposed(cast, case, day="2056-12-31")
    with pytest.raises(GuardFailed, match="还没有办结"):
        proposed(cast, open_)
    nothing_done(case, 0)


def test_priv_09_two_persons_and_not_the_handler(cast: Cast) -> None:
    case = closed(cast)
    second(cast)
    Post.objects.create(
        id=9901, staff=cast.staff["han"], organ=cast.organs["anzhou"], role="supervisor", starts_on=FROM
    )
    with pytest.raises(NotYours):
        proposed(cast, case, by="fen")
    with pytest.raises(NotYours):
        proposed(cast, case, by="wai")
    with pytest.raises(GuardFailed):
        agreed(cast, case)
    nothing_done(case, 0)
    proposed(cast, case)
    with pytest.raises(NotYours, match="提出的人"):
        agreed(cast, case, by="tou")
    with pytest.raises(NotYours, match="办理过"):
        agreed(cast, case, by="han")
    with pytest.raises(GuardFailed):
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
    nothing_done(case, 1)
    assert disposal.agreed() == []
    agreed(cast, case)
    assert disposal.agreed() == [case.pk]


def test_priv_09_a_held_case_is_not_erased(cast: Cast) -> None:
    case = closed(cast)
    second(cast)
    tou = cast.actor("tou", date.fromisoformat(LATER))
    proposed(cast, case)
    agreed(cast, case)
    once = key()
    for _ in range(2):
        disposing.hold(loaded(case), actor=tou, reason="行政诉讼正在审理", key=once, when=on(LATER))
    (held,) = disposal.standing_of(case.pk).holds
    with pytest.raises(GuardFailed, match="暂缓销毁"):
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
    with pytest.raises(GuardFailed):
        disposing.lift(loaded(case), actor=tou, of="4.999", reason="判决生效", key=key(), when=on(LATER))
    nothing_done(case, 3)
    mark = disposal.mark_of(held)
    disposing.lift(loaded(case), actor=tou, of=mark, reason="判决生效", key=key(), when=on(LATER))
    assert not disposal.standing_of(case.pk).holds
    log.sequence(on("2057-01-02"))
    assert {row.kind for row in Event.objects.filter(case_id=case.pk)} >= {"keeping.hold", "keeping.lift"}
    erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))


def test_priv_09_a_reason_names_nobody(cast: Cast) -> None:
    case = closed(cast)
    with pytest.raises(GuardFailed, match="姓名"):
        disposing.hold(
            loaded(case),
            actor=cast.actor("tou"),
            reason=f"{XIN['name']}在打官司",
            key=key(),
            when=on("2026-07-01"),
        )
    nothing_done(case, 0)


def test_priv_09_a_new_act_ends_the_consent(cast: Cast) -> None:
    case = closed(cast)
    second(cast)
    proposed(cast, case)
    agreed(cast, case)
    Step.objects.filter(case=case, seq=case.steps).update(on=date(2027, 1, 1))
    with pytest.raises(GuardFailed, match="2057-12-31"):
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
    nothing_done(case, 2)


def test_priv_09_nothing_is_left_but_a_tombstone(cast: Cast) -> None:
    case = closed(cast)
    other = cast.assigned()
    Link.objects.create(case=other, seq=1, other_id=case.pk, kind="repeat", reason=STORY[:60])
    name = f"{case.pk}/{'a' * 32}"
    store().put(name, [b"sealed"])
    Attachment.objects.create(
        case=case, seq=1, step=1, name=name, title="低保证照片.jpg", kind="jpeg", size=6, sha256="c" * 64,
        state="checked", at=on("2026-05-06").at,
    )  # fmt: skip
    wrapped = bytes(Party.objects.get(case_id=case.pk, seq=1).wrapped_key)
    salt = bytes(Entry.objects.get(case_id=case.pk, seq=1).salt)
    before = dump()
    words = ("恢复发放并补发", "低保证照片", "经核查，停发系系统误判")
    assert all(word in before for word in words) and repr(salt) in before
    gone = erased(cast, case)
    mine = "\n".join(line for line in dump().splitlines() if str(case.pk) in line)
    for word in (*words, STORY, "恢复发放低保金", repr(wrapped), repr(salt)):
        assert word not in mine, word
    assert not CaseText.objects.filter(case=case).exists() and not Claim.objects.filter(case=case).exists()
    assert not Party.objects.filter(case_id=case.pk).exists()
    assert not IdentityToken.objects.filter(case_id=case.pk).exists()
    assert store().names(case.pk) == []
    assert {row.facts == {} and row.note == "" for row in Step.objects.filter(case=case)} == {True}
    assert {row.content == {} for row in Paper.objects.filter(case=case)} == {True}
    assert {bytes(row.salt) for model in (Entry, Look) for row in model.objects.filter(case_id=case.pk)} == {
        b""
    }
    assert CaseText.objects.filter(case=other).exists() and Party.objects.filter(case_id=other.pk).exists()
    left = Case.objects.get(pk=case.pk)
    assert left.number == case.number and left.erased_on == date(2057, 1, 2) and left.summary == ""
    assert gone.facts["class"] == "result" and gone.facts["reason"] == "保管期满，无继续保存价值"
    assert gone.facts["proposed_by"] != gone.facts["agreed_by"]
    assert case_to_act_on(cast.actor("tou", date(2057, 1, 2)), case.pk) is None


def test_priv_09_chains_and_tree_stay_valid_and_say_erased_by_rule(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    settings.LOG_ORIGIN, settings.LOG_KEY_FILE = ORIGIN, tmp_path / "keys/log_key"
    notes.make_key(settings.LOG_KEY_FILE)
    drill = Drill(cast, tmp_path, settings.LOG_KEY_FILE)
    case, other = closed(cast), cast.assigned()
    log.sequence(on("2026-07-01"), thorough=True)
    before = drill.export()
    erased(cast, case)
    log.sequence(on("2057-01-03"), thorough=True)
    result = integrity.check(case.pk)
    assert result.faults == () and result.erased
    assert integrity.check(other.pk).faults == () and not integrity.check(other.pk).erased
    done = drill.verify(drill.export(), "--before", before)
    assert done.returncode == 0 and f"内容已依规销毁：{case.pk}" in done.stdout, done.stdout
    assert f"销毁：{other.pk}" not in done.stdout
    Step.objects.filter(case=case, seq=1).update(note="写回去的内容")
    assert "holds content again" in " ".join(integrity.check(case.pk).faults)


def test_priv_09_a_salt_without_an_erasure_is_found(cast: Cast) -> None:
    case = closed(cast)
    Entry.objects.filter(case_id=case.pk, seq=1).update(salt=b"")
    assert "without a record of erasure" in " ".join(integrity.check(case.pk).faults)
    Case.objects.filter(pk=case.pk).update(erased_on=date(2057, 1, 2))
    assert "do not agree" in " ".join(integrity.check(case.pk).faults)


def test_priv_09_erasure_reaches_every_table_that_knows_a_case() -> None:
    labels = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.label in CITUS_TABLES
        and any(field.name in ("case", "case_id") for field in model._meta.local_fields)
    }
    assert labels <= set(TABLES), "say in config.erasure what erasing does to these tables"
    assert set(TABLES) - {"cases.Case"} <= labels


def test_priv_09_only_the_eraser_may(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    from django.db import DatabaseError

    case = closed(cast)
    second(cast)
    proposed(cast, case)
    agreed(cast, case)
    with connection.cursor() as cursor:
        cursor.execute(ROLE.read_text(encoding="utf-8"))
        cursor.execute("SET LOCAL ROLE lianxin_app")
        cursor.execute("SAVEPOINT tried")
        with pytest.raises(DatabaseError, match="permission denied"):
            erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
        cursor.execute("ROLLBACK TO SAVEPOINT tried")
        nothing_done(case, 2)
        cursor.execute("SET LOCAL ROLE lianxin_eraser")
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
        cursor.execute("RESET ROLE")
    assert not Party.objects.filter(case_id=case.pk).exists()


def test_bkp_06_a_restored_case_is_erased_again_by_the_signed_list(cast: Cast, tmp_path: Path) -> None:
    case, twin = closed(cast), closed(cast)
    file = tmp_path / "erasures.jsonl"
    rows = {
        model: list(model.objects.filter(case_id=case.pk).values())
        for model in (CaseText, Claim, Party, Entry, Step)
    }
    erased(cast, case)
    assert erasing.write_list(file) == 1 and erasing.write_list(file) == 0
    assert case.number in file.read_text(encoding="utf-8") and STORY not in file.read_text(encoding="utf-8")
    # a backup from before comes back, without the events of the erasure
    Event.objects.filter(case_id=case.pk).delete()
    Case.objects.filter(pk=case.pk).update(erased_on=None, summary="低保金停发")
    for model, old in rows.items():
        model.objects.filter(case_id=case.pk).delete()
        model.objects.bulk_create(model(**one) for one in old)
    orders = erasing.read_list(file)
    assert erasing.replay(orders, tables=TABLES, when=on("2057-02-01")) == [case.number]
    assert erasing.replay(orders, tables=TABLES, when=on("2057-02-01")) == []
    assert (
        not CaseText.objects.filter(case=case).exists() and not Party.objects.filter(case_id=case.pk).exists()
    )
    assert integrity.check(case.pk).faults == ()
    assert CaseText.objects.filter(case=twin).exists()


def test_bkp_06_a_forged_list_erases_nothing(cast: Cast, tmp_path: Path) -> None:
    case, victim = closed(cast), closed(cast)
    file = tmp_path / "erasures.jsonl"
    erased(cast, case)
    erasing.write_list(file)
    line = json.loads(file.read_text(encoding="utf-8"))
    for forged in (
        {"signed": line["signed"][:-2] + "xx"},
        {"number": victim.number, "signed": json.dumps({"case_id": victim.pk})},
        {"number": victim.number},
    ):
        file.write_text(json.dumps(forged) + "\n", encoding="utf-8")
        with pytest.raises(erasing.BadList):
            erasing.read_list(file)
    nothing_done(victim, 0)


def test_priv_09_an_erased_case_takes_no_further_act(cast: Cast) -> None:
    case = closed(cast)
    erased(cast, case)
    for deed in (
        lambda: proposed(cast, case, day="2057-02-01"),
        lambda: agreed(cast, case, day="2057-02-01"),
        lambda: erasing.erase(case.pk, tables=TABLES, when=on("2057-02-01")),
    ):
        with pytest.raises(Refused):
            deed()
    assert integrity.rebuild(case.pk) == 0
    assert chain.look_faults(Look.objects.filter(case_id=case.pk)) == []


def test_priv_09_files_a_store_did_not_give_up_go_at_the_next_run(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, name, kept = closed(cast), "", store()
    name = f"{case.pk}/{'b' * 32}"
    kept.put(name, [b"sealed"])
    with monkeypatch.context() as down:
        down.setattr(type(kept), "drop", lambda *_: (_ for _ in ()).throw(OSError("away")))
        event = erased(cast, case)
        assert event.pk and Case.objects.get(pk=case.pk).erased_on and kept.names(case.pk) == [name]
        with pytest.raises(OSError, match="away"):
            erasing.throw_away_left(when=on("2057-01-02"))
    erasing.throw_away_left(when=on("2057-01-02"))
    assert kept.names(case.pk) == []


def test_priv_09_files_stay_where_the_erasure_fails_at_its_last_statement(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = closed(cast)
    name = f"{case.pk}/{'c' * 32}"
    store().put(name, [b"sealed"])
    second(cast)
    proposed(cast, case)
    agreed(cast, case)

    def full(*_args: object, **_more: object) -> None:
        assert not Party.objects.filter(case_id=case.pk).exists(), "the event is written after all else"
        raise OSError("no space left")

    monkeypatch.setattr(chain, "record_event", full)
    with pytest.raises(OSError, match="no space"), TestCase.captureOnCommitCallbacks(execute=True) as later:
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
    assert later == [] and store().names(case.pk) == [name]
    nothing_done(case, 2)
