"""LOG-10: while the log is too far behind officers' acts wait, petitioners are served, and all goes on by itself afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from lianxin.cases.history import Moment
from lianxin.cases.models import Case, Step
from lianxin.cases.selectors import followed
from lianxin.cases.services import acts, handling, intake, withdrawing
from lianxin.jobs import sweeps
from lianxin.ledger import behind, log
from lianxin.ledger.behind import LogBehind
from lianxin.ledger.models import Entry, Event
from lianxin.organs.models import Post
from lianxin.organs.services import staff
from lianxin.organs.services.staff import Term
from lianxin.procedure.book import load_book
from lianxin.procedure.worked import DEFAULT_BOOK
from tests.cast import PASSWORD, Cast, key, on
from tests.ledger.drill import Drill

HOURS = 72


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    """Begin and end with a process that has not looked."""
    settings.LOG_BEHIND_HOURS = HOURS
    behind._seen.since = behind._seen.looked = None
    yield
    behind._seen.since = behind._seen.looked = None


def late(cast: Cast) -> tuple[Case, Moment]:
    """Return a registered case and a moment at which its acts have waited for the log too long, looked up."""
    case = cast.registered()
    since = log.waiting_since()
    assert since is not None
    at = since + timedelta(hours=HOURS, minutes=1)
    behind.look(at)
    return case, Moment(on("2026-05-08").on, at)


def accept(cast: Cast, case: Case, when: Moment) -> Case:
    return handling.accept(
        cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=when, approver=cast.staff["tou"]
    )


def counts() -> tuple[int, int, int]:
    return Step.objects.count(), Entry.objects.count(), Event.objects.count()


def test_log_10_an_officers_act_waits_and_nothing_is_written(cast: Cast) -> None:
    case, when = late(cast)
    before = counts()
    with pytest.raises(LogBehind, match="存证日志暂时没有跟上"):
        accept(cast, case, when)
    assert counts() == before and Case.objects.get(pk=case.pk).version == case.version


def test_log_10_within_the_policy_it_goes_on(cast: Cast) -> None:
    case, when = late(cast)
    early = Moment(when.on, when.at - timedelta(minutes=2))
    assert accept(cast, case, early).state == "accepted"


def test_log_10_switched_off_it_never_waits(cast: Cast, settings: Settings) -> None:
    settings.LOG_BEHIND_HOURS = 0
    case, when = late(cast)
    assert accept(cast, case, when).state == "accepted"


def test_log_10_letters_visits_and_petitions_are_taken_all_the_same(cast: Cast) -> None:
    case, when = late(cast)
    filed = intake.file(cast.petition(), case_id=990001, when=Moment(on("2026-05-08").on, when.at))
    assert filed.case.state == "received"
    visit = intake.record(
        cast.petition(channel="visit", read_back=True), case_id=990002, actor=cast.actor("ran"), when=when
    )
    assert visit.case.state == "registered"
    opened = followed(case.pk)
    withdrawing.ask(opened.loaded, via="online", key=key(), when=when, actor=None)
    assert Step.objects.filter(case_id=case.pk, event="ask_to_withdraw").exists()


def test_log_10_rights_are_taken_away_but_none_are_given(cast: Cast) -> None:
    _case, when = late(cast)
    guan, before = cast.actor("guan"), counts()
    with pytest.raises(LogBehind):
        staff.grant(
            guan, cast.staff["han"], organ=cast.organs["anzhou"], role="duty", term=Term(when.on), at=when.at
        )
    assert counts() == before and not Post.objects.filter(staff=cast.staff["han"], role="duty").exists()
    staff.deactivate(guan, cast.staff["han"], on=when.on, at=when.at)
    assert Event.objects.get(organ_id=cast.organs["anzhou"].pk).kind == "staff.stopped"


def test_log_10_it_goes_on_by_itself_once_the_log_has_caught_up(drill: Drill) -> None:
    case, when = late(drill.cast)
    log.sequence(Moment(when.on, when.at), thorough=True)
    behind.look_if_due(when.at + timedelta(seconds=1))
    assert behind.is_behind(when.at), "each process asks once a minute, not at each request"
    behind.look_if_due(when.at + timedelta(minutes=1))
    assert accept(drill.cast, case, when).state == "accepted"


def test_log_10_a_log_that_cannot_be_written_stops_acts_in_the_end(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no space left")

    monkeypatch.setattr("lianxin.ledger.models.Checkpoint.save", full)
    case, when = late(drill.cast)
    with pytest.raises(DatabaseError):
        log.sequence(when)
    behind.look(when.at)
    with pytest.raises(LogBehind):
        accept(drill.cast, case, when)


def test_log_10_the_clock_closes_no_case_meanwhile_and_does_so_afterwards(
    cast: Cast, settings: Settings
) -> None:
    case = cast.served()
    since = log.waiting_since()
    assert since is not None
    when = Moment(on("2027-03-01").on, since + timedelta(hours=HOURS + 1))
    done = sweeps.sweep(when=when)
    assert (done.looked_at, done.closed) == (1, 0) and Case.objects.get(pk=case.pk).state == "served"
    again = sweeps.sweep(when=Moment(when.on, when.at + timedelta(hours=1)))
    assert again.closed == 1, "the sweep brought the log up to date at its end"


def test_log_10_an_act_asks_the_database_nothing_for_it(cast: Cast) -> None:
    case, when = late(cast)
    with CaptureQueriesContext(connection) as asked, pytest.raises(LogBehind):
        behind.check(when.at)
    assert not asked.captured_queries and case


def test_log_10_a_process_looks_when_a_page_is_read_and_an_act_only_after_a_silence(cast: Cast) -> None:
    case, when = late(cast)
    behind._seen.since = behind._seen.looked = None
    with pytest.raises(LogBehind):
        accept(cast, case, when)
    log.sequence(when, thorough=True)
    with pytest.raises(LogBehind):
        accept(cast, case, Moment(when.on, when.at + timedelta(seconds=59)))
    assert accept(cast, case, Moment(when.on, when.at + timedelta(minutes=1))).state == "accepted"


def test_log_10_the_page_says_so_and_keeps_what_was_typed(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, when = late(cast)
    monkeypatch.setattr("lianxin.web.clock.timezone.now", lambda: when.at)
    client.post("/desk/sign-in", {"username": "fen", "password": PASSWORD})
    before = counts()
    behind._seen.since = behind._seen.looked = None
    page = client.get(f"/desk/case/{case.pk}/accept/")
    assert "登记来信来访、群众网上提交和查询都照常" in page.content.decode()
    sent = {
        "key": key(),
        "version": str(case.version),
        "approver": str(cast.staff["tou"].pk),
    }
    answer = client.post(f"/desk/case/{case.pk}/accept/", sent)
    assert answer.status_code == 503 and "这一步没有保存" in answer.content.decode()
    assert sent["key"] in answer.content.decode() and counts()[:2] == before[:2]


def test_log_10_a_database_that_is_down_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> datetime:
        raise DatabaseError("away")

    monkeypatch.setattr(log, "waiting_since", down)
    at = on("2026-05-08").at
    behind.look_if_due(at)
    assert behind._seen.looked == at and not behind.is_behind(at)


def test_log_10_acts_that_protect_somebody_never_wait(cast: Cast) -> None:
    case, late_case = cast.assigned(), cast.registered()
    since = log.waiting_since()
    assert since is not None
    when = Moment(on("2026-05-08").on, since + timedelta(hours=HOURS, minutes=1))
    behind.look(when.at)
    with pytest.raises(LogBehind):
        accept(cast, late_case, when)
    done = handling.recuse(
        cast.load("han", case),
        actor=cast.actor("han"),
        reasons="是亲属",
        replacement=None,
        key=key(),
        when=when,
    )
    assert Step.objects.get(case_id=case.pk, seq=done.steps).event == "recuse" and behind.is_behind(when.at)


@pytest.mark.parametrize("event", sorted(acts.NEVER_WAITS))
def test_log_10_what_never_waits_is_an_act_of_the_rules(event: str) -> None:
    assert event in load_book(DEFAULT_BOOK).steps
