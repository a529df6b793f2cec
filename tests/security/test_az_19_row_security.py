"""AZ-19 and the walls in the database (COI): what raw SQL shows to the site's role on PostgreSQL, whatever the program forgot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.signals import request_finished
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg import ServerCursor

from lianxin.cases.links import link
from lianxin.cases.models import Alert, Attachment, Case, Evaluation, ImportedRow, Link, Step
from lianxin.cases.policies import content_of, progress_of
from lianxin.cases.walls import face_of, hides
from lianxin.config.cli import main
from lianxin.ledger import face
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor, actors_of
from lianxin.petitioners import drafts
from tests.cast import PASSWORD, Cast, on
from tests.guarding import ROLE, change_role, count, of_cases, protect, rows, set_role, tables
from tests.security.walling import DAY, hired, known_to, raised

COUNTY = "绵阳市安州区民政局"
BEHIND = ("ran", "fen", "han", "tou", "mi", "guan")
FRONT = ("shi", "fu", "du")
UNGUARDED = {
    "cases_numbercounter": "how many numbers a region has given out on a day",
    "ledger_place": "at which leaf a row stands",
    "ledger_treenode": "hashes",
    "ledger_pad": "hashes",
    "ledger_checkpoint": "published",
    "ledger_cosignature": "published",
    "ledger_nodelease": "processes",
}
"""Tables of the apps of cases that say nothing of one case, and what they say instead."""
WEB = Path(__file__).parents[2] / "lianxin/web"
APPS = ("cases", "petitioners", "ledger")


@dataclass
class Office:
    """Two cases: `hidden` from the county behind its wall, and `other` of another county, and who works there."""

    cast: Cast
    hidden: Case
    other: Case

    def sees(self, name: str) -> Actor:
        """Ask the database for an officer from now on."""
        actor = self.cast.actor(name)
        face.wear(face_of(actor))
        return actor


@pytest.fixture
def office(cast: Cast) -> Iterator[Office]:
    """Return two cases with a row in every table, and ask as the site's role from now on, for nobody."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles and no row policies")
    hidden, other = cast.under_review(), cast.filed(organ="fucheng").case
    hidden = raised(cast, hidden, COUNTY, who="shi", near="mianyang")
    filled(cast, hidden, other)
    change_role()
    with face.worn(face.PUBLIC):
        yield Office(cast, hidden, other)
    set_role("NONE")


def filled(cast: Cast, hidden: Case, other: Case) -> None:
    """Write what the acts of the cast leave out."""
    at, organ = on(DAY).at, cast.organs["anzhou"]
    record_look(case_id=hidden.pk, what="case", purpose="办理", reader=cast.actor("mi").reader(), at=at)
    link(other, hidden, Link.Kind.SAME_MATTER, reason="同一事项")
    Alert.objects.create(
        organ=organ, case_id=hidden.pk, mark="x", about=organ, due_on=DAY, raised_on=DAY, order=1, kind="claim",
        number=hidden.number,
    )  # fmt: skip
    Attachment.objects.create(
        case=hidden, seq=1, step=1, name="n", title="t", kind="pdf", size=1, state="clean", at=at
    )
    Evaluation.objects.create(
        case=hidden, seq=1, answered=True, right=True, office="satisfied", organ="satisfied", at=at
    )
    ImportedRow.objects.create(source="s", row_key="1", case_id=hidden.pk, imported_at=at)


def shown(case: Case) -> dict[str, int]:
    """Return how many rows of a case each table shows, where it shows any."""
    return {table: n for table in of_cases() if (n := count(table, case.pk))}


@contextmanager
def owner() -> Iterator[None]:
    """Look as the owner of the tables."""
    set_role("NONE")
    try:
        yield
    finally:
        set_role(ROLE)


def test_az_19_without_the_variable_there_are_no_rows(office: Office) -> None:
    with owner():
        full = {table for table in tables() if count(table)}
    assert full >= {*set(shown_by_owner(office)), "cases_querycode", "ledger_event"} - {"ledger_event"}
    with face.worn(None):
        assert {table: n for table in tables() if (n := count(table))} == {}
    with face.worn(face.Face("nobody known")):
        assert {table: n for table in tables() if table != "ledger_event" and (n := count(table))} == {}


def shown_by_owner(office: Office) -> dict[str, int]:
    """Return what there is of the hidden case."""
    with owner():
        return shown(office.hidden)


def test_coi_behind_a_wall_no_table_shows_a_row_whatever_is_asked(office: Office) -> None:
    there = shown_by_owner(office)
    assert there.keys() >= {
        "cases_case", "cases_casetext", "cases_claim", "cases_step", "cases_paper", "cases_notice", "cases_attachment",
        "cases_evaluation", "cases_link", "cases_wall", "cases_workitem", "cases_alert", "cases_casenumber",
        "cases_importedrow", "ledger_entry", "ledger_look", "petitioners_party", "petitioners_identitytoken",
    }  # fmt: skip
    for name in BEHIND:
        office.sees(name)
        assert shown(office.hidden) == {}, name
        face.name(office.hidden.pk)
        assert shown(office.hidden) == {}, f"{name}, who knows the number"
    for name in FRONT:
        office.sees(name)
        assert shown(office.hidden).keys() >= {"cases_case", "cases_step", "ledger_entry", "cases_wall"}, name


def test_coi_joins_counts_and_other_sides_do_not_tell_of_a_hidden_case(office: Office) -> None:
    case = office.hidden
    office.sees("tou")
    assert rows("SELECT count(*) FROM cases_case c JOIN cases_step s ON s.case_id = c.id") == [(0,)]
    assert rows("SELECT count(*) FROM organs_organ o JOIN cases_workitem w ON w.organ_id = o.id") == [(0,)]
    assert rows("SELECT max(seq) FROM ledger_look WHERE staff_id = %s", office.cast.staff["mi"].pk) == [
        (None,)
    ]
    assert rows("SELECT 1 FROM cases_querycode WHERE number = %s", case.number) == []
    assert rows("SELECT 1 FROM petitioners_party UNION ALL SELECT 1 FROM petitioners_identitytoken") == []
    face.name(office.other.pk)
    assert count("cases_case", office.other.pk) == 1 and count("cases_link") == 0
    office.sees("shi")
    face.name(office.other.pk)
    assert count("cases_link") == 2 and rows("SELECT 1 FROM cases_querycode WHERE number = %s", case.number)


def test_az_19_an_officer_sees_rows_of_cases_the_own_organ_has_to_do_with(office: Office) -> None:
    for name, mine, foreign in (("wai", office.other, office.hidden), ("fu", office.hidden, office.other)):
        office.sees(name)
        assert count("cases_casetext", mine.pk) == 1, name
        assert shown(foreign).keys() <= {"cases_casenumber"}, name
    office.sees("du")
    assert count("cases_step", office.hidden.pk) and count("cases_step", office.other.pk)
    office.sees("wai")
    assert shown(office.hidden).keys() == {"cases_casenumber"}
    face.name(office.hidden.pk)
    assert count("cases_step", office.hidden.pk), "found by its number, for a request or a link"


def test_az_19_the_public_face_sees_what_was_opened_one_by_one(office: Office) -> None:
    assert {table: n for table in tables() if table != "ledger_event" and (n := count(table))} == {}
    handle = drafts.begin(at=on(DAY).at)
    face.wear(face.PUBLIC)
    assert count("petitioners_draft") == 0 and drafts.opened(handle[:-1] + "-") is None
    assert count("petitioners_draft") == 1 and count("cases_case") == 0
    face.wear(face.PUBLIC)
    face.look_up(office.other.number)
    assert count("cases_casenumber") == 1 and count("cases_querycode") == 1 and count("cases_case") == 0
    face.name(office.other.pk)
    assert count("cases_case") == 1 == count("cases_casetext") and not shown(office.hidden)


def refused(sql: str, *values: object) -> bool:
    """Tell whether a statement is refused by a policy."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, list(values))
    except DatabaseError as error:
        assert "row-level security" in str(error), error
        return True
    return False


def test_az_19_nothing_is_written_through_the_policies(office: Office) -> None:
    case, before = office.hidden, shown_by_owner(office)
    step = "INSERT INTO cases_step SELECT (jsonb_populate_record(NULL::cases_step, %s::jsonb)).* RETURNING 1"
    tie = "INSERT INTO cases_link (case_id, seq, other_id, kind, reason) VALUES (%s, 9, %s, 'repeat', '')"
    with owner():
        copy = rows(
            'SELECT to_jsonb(s) || \'{"seq": 999, "key": "x"}\' FROM cases_step s WHERE case_id = %s', case.pk
        )
        last = rows("SELECT steps, state FROM cases_case WHERE id = %s", case.pk)
    for name in ("tou", "wai", ""):
        office.sees(name) if name else face.wear(face.PUBLIC)
        assert rows("UPDATE cases_case SET state = 'x' WHERE id = %s RETURNING 1", case.pk) == []
        assert (
            rows("UPDATE petitioners_party SET sealed_to = 4 WHERE case_id = %s RETURNING 1", case.pk) == []
        )
        assert rows("DELETE FROM cases_wall WHERE case_id = %s RETURNING 1", case.pk) == []
        assert rows("DELETE FROM cases_workitem WHERE case_id = %s RETURNING 1", case.pk) == []
        assert refused(step, copy[0][0])
        assert refused(tie, case.pk, office.other.pk)
    office.sees("tou")
    face.name(office.other.pk)
    assert refused(tie, office.other.pk, case.pk), "the other side is hidden"
    office.sees("wai")
    assert refused(
        "UPDATE cases_claim SET case_id = %s WHERE case_id = %s RETURNING 1", case.pk, office.other.pk
    )
    assert shown_by_owner(office) == before
    with owner():
        assert rows("SELECT steps, state FROM cases_case WHERE id = %s", case.pk) == last
    office.sees("shi")
    assert not refused(step, copy[0][0])


def test_az_19_the_net_is_never_narrower_than_the_program_and_walls_are_the_same(office: Office) -> None:
    """Every officer in every post, before every kind of wall: by organ, by name, by a post as head, by a post elsewhere."""
    cast = office.cast
    with owner(), face.worn(face.SYSTEM):
        hired(cast, "wai", "anzhou", "handler")
        hired(cast, "gao", "fucheng", "head")
        cases = [office.hidden, office.other, cast.referred()]
        cases += [raised(cast, cast.assigned(), *words) for words in (["韩承办"], ["陶负责"], ["高承办"])]
        cases.append(raised(cast, cast.registered(), "绵阳市涪城区民政局"))
        actors = [one for staff in cast.staff.values() for one in actors_of(staff.pk, on=DAY)]
        said = {
            (a, case.pk): (hides(fresh(case), a), known_to(a, case))
            for a in map(Key, actors)
            for case in cases
        }
    walled = 0
    for (who, case_id), (hidden, known) in said.items():
        case = next(one for one in cases if one.pk == case_id)
        face.wear(face_of(who.actor))
        if known:
            assert count("cases_case", case_id) and count("cases_step", case_id), (
                f"{who.actor.staff} misses {case}"
            )
            again = Case.objects.filter(progress_of(who.actor) | content_of(who.actor), pk=case_id)
            assert again.exists() or known_to(who.actor, case)
        face.name(case_id)
        assert bool(count("cases_case", case_id)) is not hidden, f"{who.actor.staff} {case}"
        assert bool(shown(case)) is not hidden
        walled += hidden
    assert walled > 20 and sum(known for _, known in said.values()) > 40


class Key:
    """An officer at work that can be a key."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def has(self, *roles: str) -> bool:
        """As the officer."""
        return self.actor.has(*roles)

    def __getattr__(self, name: str) -> object:
        return getattr(self.actor, name)


def fresh(case: Case) -> Case:
    """Return a case as it is now."""
    return Case.objects.get(pk=case.pk)


def test_az_19_every_table_of_cases_is_guarded_or_named(office: Office) -> None:
    known = {model._meta.db_table for name in APPS for model in apps.get_app_config(name).get_models()}
    assert known - set(tables()) == set(UNGUARDED)
    assert rows("SELECT count(*) FROM pg_policies WHERE NOT 'lianxin_app' = ANY (roles)") == [(0,)]


def test_az_19_whatever_face_finds_an_officer_tells_the_database() -> None:
    web = [file.read_text(encoding="utf-8") for file in sorted(WEB.glob("**/*.py"))]
    assert sum("actors_of(" in text for text in web) >= 2
    assert [text[:80] for text in web if "actors_of(" in text and "face.wear(face_of(" not in text] == []


def test_az_19_statistics_of_guarded_tables_are_not_for_the_role(office: Office) -> None:
    with owner():
        rows("SELECT 1")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE cases_casetext")
            cursor.execute("ANALYZE organs_organ")
        assert rows("SELECT count(*) FROM pg_stats WHERE tablename = 'cases_casetext'")[0][0]
    office.sees("shi")
    assert rows("SELECT count(*) FROM pg_stats WHERE tablename = 'cases_casetext'") == [(0,)]
    assert rows("SELECT count(*) FROM pg_stats WHERE tablename = 'organs_organ'")[0][0]


def test_az_19_the_face_costs_no_statement_of_its_own(office: Office) -> None:
    office.sees("shi")
    with CaptureQueriesContext(connection) as seen:
        assert Step.objects.filter(case_id=office.hidden.pk).exists()
    assert len(seen.captured_queries) == 1


def test_az_19_the_face_follows_through_savepoints_and_failures(office: Office) -> None:
    told = "SELECT current_setting('lianxin.actor', true)"
    office.sees("shi")
    with pytest.raises(DatabaseError), transaction.atomic():
        office.sees("tou")
        rows("SELECT 1 / 0")
    office.sees("shi")
    assert '"staff":8' in rows(told)[0][0] and count("cases_step", office.hidden.pk)
    try:
        with transaction.atomic():
            office.sees("tou")
            assert not count("cases_step", office.hidden.pk)
            raise KeyError
    except KeyError:
        pass
    assert not count("cases_step", office.hidden.pk), "Tou is still the one"


@pytest.mark.django_db(transaction=True)
def test_az_19_nothing_of_a_face_stays_on_a_kept_connection() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles and no row policies")
    from tests.cast import build

    cast = build()
    case = cast.assigned()
    protect()
    options, kept = connection.settings_dict["OPTIONS"], connection.settings_dict["OPTIONS"]["options"]
    options["options"] += f" -c role={ROLE}"
    connection.close()
    request_finished.disconnect(close_old_connections)
    try:
        with face.worn(replace(face.PUBLIC, cases=frozenset({case.pk}))):
            assert count("cases_case") == 1
            assert left() == ""
            with transaction.atomic():
                assert count("cases_case") == 1 and left() == "public"
            assert left() == ""
        client = Client()
        assert client.post("/desk/sign-in", {"username": "han", "password": PASSWORD}).status_code == 302
        line = connection.connection
        page = client.get(f"/desk/case/{case.pk}/")
        assert page.status_code == 200 and connection.connection is line and left() == ""
        with face.worn(face.PUBLIC):
            assert count("cases_case") == 0
    finally:
        request_finished.connect(close_old_connections)
        options["options"] = kept
        connection.close()


def left() -> str:
    """Return what the connection itself remembers, asked beside the program."""
    with connection.connection.cursor() as cursor:
        line = connection.connection
        line.guarded, before = False, line.guarded
        try:
            cursor.execute("SELECT current_setting('lianxin.face', true)")
            return str(cursor.fetchone()[0] or "")
        finally:
            line.guarded = before


def test_az_19_the_command_protects_and_may_be_run_again(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = main(["db", "protect"])
    if connection.vendor != "postgresql":
        assert first == 2 and "SQLite" in capsys.readouterr().err
        return
    assert (first, main(["db", "protect"])) == (0, 0)
    assert "已保护" in capsys.readouterr().out and len(tables()) > 20
    set_role(ROLE)
    try:
        assert main(["db", "protect"]) == 2
    finally:
        set_role("NONE")
    assert "所有者" in capsys.readouterr().err


def test_az_19_a_table_that_is_in_use_is_a_sentence_and_nothing_is_changed(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no locks of tables")
    before, other = tables(), connection.copy("other")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            other.set_autocommit(False)
            other.cursor().execute("LOCK TABLE cases_case IN ACCESS SHARE MODE")
            assert main(["db", "protect"]) == 2
    finally:
        other.close()
    assert "请先停止网站" in capsys.readouterr().err and tables() == before


def test_az_19_the_first_statement_of_a_connection_has_a_face_too(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no cursors on the server's side")
    monkeypatch.setattr("lianxin.config.postgresql.base.GUARDED", "SELECT true")
    other: Any = connection.copy("other")
    try:
        assert not isinstance(other.chunked_cursor().cursor, ServerCursor)
        assert other.connection.guarded
    finally:
        other.close()
