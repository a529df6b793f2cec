"""PRIV-13, AZ-16: who reads very much is told to the auditors of the organ; they see who, when, what kind, and change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianxin.cases import reading
from lianxin.cases.models import Case, Notice, Step
from lianxin.cases.selectors import open_case
from lianxin.cases.services import alarming
from lianxin.jobs.sweeps import sweep
from lianxin.ledger.models import Entry, Event, Look
from lianxin.organs.models import Post, Staff
from lianxin.petitioners import vault
from tests.cast import FROM, PASSWORD, STORY, XIN, Cast, on
from tests.security.addresses import addresses
from tests.security.conftest import Browser, Clock
from tests.security.walling import hired, raised

DAY = "2026-06-01"


@pytest.fixture(autouse=True)
def few(settings: object) -> None:
    settings.READING_IDENTITIES = 3  # type: ignore[attr-defined]
    settings.READING_CASES = 2  # type: ignore[attr-defined]


def audits(cast: Cast, organ: str, name: str = "shu") -> Staff:
    """Return an auditor of an organ, newly appointed."""
    staff = Staff(id=900 + Staff.objects.count(), username=name, name=f"审计{name}")
    staff.set_password(PASSWORD)
    staff.save(force_insert=True)
    cast.staff[name] = staff
    Post.objects.create(
        id=staff.pk * 100, staff=staff, organ=cast.organs[organ], role="auditor", starts_on=FROM
    )
    return staff


def opens(cast: Cast, name: str, case: Case, times: int = 1, day: str = DAY) -> None:
    """Let an officer open the petitioner's name so often."""
    for n in range(times):
        reader, at = cast.actor(name).reader(), on(day).at + timedelta(seconds=n)
        vault.reveal(case_id=case.pk, seq=1, field="name", purpose="核对", reader=reader, at=at)


def alarmed() -> list[tuple[int, int | None, list[str]]]:
    """Return which organs were told of whom, and of which limits."""
    rows = Event.objects.filter(kind=reading.ALARMED).order_by("organ_id", "seq")
    return [(row.organ_id, row.staff_id, row.facts["over"]) for row in rows]


def test_priv_13_too_many_identities_in_a_day_alarm_the_auditor_once(cast: Cast) -> None:
    audits(cast, "anzhou")
    case = cast.assigned()
    opens(cast, "han", case, 3)
    assert sweep(when=on(DAY, 20)).reading == 0 and not alarmed()
    opens(cast, "han", case)
    assert sweep(when=on(DAY, 21)).reading == 1
    expected = [(cast.organs["anzhou"].pk, cast.staff["han"].pk, ["identities"])]
    assert alarmed() == expected
    opens(cast, "han", case, 5)
    assert sweep(when=on("2026-06-02", 1)).reading == 0 and alarmed() == expected
    opens(cast, "han", case, 4, day="2026-06-02")
    assert sweep(when=on("2026-06-03", 1)).reading == 1, "the night after counts the day before"


def test_priv_13_few_a_day_on_many_days_alarm_nobody(cast: Cast) -> None:
    audits(cast, "anzhou")
    case = cast.assigned()
    for day in ("2026-05-30", "2026-05-31", DAY):
        opens(cast, "han", case, 3, day=day)
    assert sweep(when=on(DAY, 20)).reading == 0 and not alarmed()


def test_priv_13_the_reveal_that_passes_the_limit_alarms_at_once(cast: Cast, browser: Browser) -> None:
    audits(cast, "anzhou")
    case, client = cast.assigned(), browser("han")
    sent = {"seq": "1", "field": "phone", "purpose": "联系信访人"}
    for _ in range(3):
        assert client.post(f"/desk/case/{case.pk}/reveal/", sent).status_code == 200
    assert not alarmed()
    assert client.post(f"/desk/case/{case.pk}/reveal/", sent).status_code == 200
    assert alarmed() == [(cast.organs["anzhou"].pk, cast.staff["han"].pk, ["identities"])]
    page = client.get("/desk/account/").content.decode()
    assert "打开身份信息 4 次（限度 3 次）" in page


def test_priv_13_cases_of_the_own_worklist_do_not_count_others_do(cast: Cast) -> None:
    audits(cast, "province")
    cases = [cast.assigned() for _ in range(3)]
    for case in cases:
        assert open_case(cast.actor("han"), case.pk, purpose="办理", at=on(DAY).at)
    assert sweep(when=on(DAY, 20)).reading == 0
    for case in cases:
        assert open_case(cast.actor("du"), case.pk, purpose="督查", at=on(DAY).at)
        assert open_case(cast.actor("du"), case.pk, purpose="督查", at=on(DAY, 10).at)
    assert reading.own(cast.actor("du")) == reading.Read(0, 3)
    assert sweep(when=on(DAY, 20)).reading == 1
    assert alarmed() == [(cast.organs["province"].pk, cast.staff["du"].pk, ["outside"])]


def test_priv_13_of_an_auditor_and_of_a_head_the_organ_above_is_told_as_well(cast: Cast) -> None:
    own, above = audits(cast, "anzhou"), audits(cast, "mianyang", "shang")
    case = cast.assigned()
    opens(cast, "tou", case, 4)
    assert alarming.alarm(cast.staff["tou"].pk, when=on(DAY, 20)) == 2
    assert [one[0] for one in alarmed()] == sorted((cast.organs["anzhou"].pk, cast.organs["mianyang"].pk))
    hired(cast, "shu", "anzhou", "handler", since=FROM)
    opens(cast, "shu", case, 4)
    assert alarming.alarm(own.pk, when=on(DAY, 20)) == 1
    assert [one[0] for one in alarmed() if one[1] == own.pk] == [cast.organs["mianyang"].pk]
    assert above.pk not in {one[1] for one in alarmed()}


def test_priv_13_where_nobody_audits_the_alarm_waits_for_one(cast: Cast) -> None:
    opens(cast, "han", cast.assigned(), 4)
    assert sweep(when=on(DAY, 20)).reading == 1
    audits(cast, "anzhou")
    assert [one.staff for one in reading.alarms(cast.actor("shu"), at=on(DAY, 21).at)] == [cast.staff["han"]]


def test_priv_13_an_alarm_tells_nothing_of_a_case_kept_from_the_organ(cast: Cast) -> None:
    audits(cast, "anzhou")
    case = cast.assigned()
    opens(cast, "han", case, 4)
    raised(cast, case, "绵阳市安州区民政局")
    assert sweep(when=on(DAY, 20)).reading == 0 and not alarmed()
    found = reading.looks_of(cast.actor("shu"), cast.staff["han"].pk, on=on(DAY).on)
    assert found is not None and not found[1] and not reading.tallies(cast.actor("shu"), on=on(DAY).on)


def test_az_16_the_auditor_sees_who_when_and_what_kind_by_name_and_no_content(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    audits(cast, "anzhou")
    case = cast.assigned()
    opens(cast, "tou", case, 9)
    opens(cast, "han", case, 4)
    assert open_case(cast.actor("fen"), case.pk, purpose="有人问到（虚构）", at=on(DAY).at)
    sweep(when=on(DAY, 20))
    client = browser("shu")
    page = client.get("/desk/reading/?day_year=2026-06-01")
    text = page.content.decode()
    assert [row["name"] for row in page.context["rows"]] == sorted(
        row["name"] for row in page.context["rows"]
    )
    assert {"陶负责", "韩承办", "费分办"} <= {
        row["name"] for row in page.context["rows"]
    } and "超过限度" in text
    detail = client.get(f"/desk/reading/{cast.staff['han'].pk}/?day_year=2026-06-01").content.decode()
    assert detail.count("查看身份信息") == 4 and "承办" in detail
    for shown in (text, detail):
        assert not [word for word in secrets_of(case) if word in shown]


def secrets_of(case: Case) -> list[str]:
    """Return what no auditor may see: words, people, numbers and purposes."""
    return [STORY[:8], "恢复发放低保金", *XIN.values(), case.number, str(case.pk), "有人问到", "核对"]


def test_az_16_an_auditor_changes_nothing_and_reads_no_content(cast: Cast, browser: Browser) -> None:
    audits(cast, "anzhou")
    case = cast.served()
    client = browser("shu")
    tables = (Case, Step, Entry, Look, Notice, Event, Post)
    before = [table.objects.count() for table in tables]
    opened = 0
    for one in addresses():
        if not one.route.startswith("/desk/") or "sign-out" in one.route or "account" in one.route:
            continue
        path = one.path(case_id=case.pk, draft_id="1")
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            opened += answer.status_code == 200
            text = body.decode(errors="replace").replace(path, "")
            assert not [word for word in secrets_of(case) if word in text], path
    assert [table.objects.count() for table in tables] == before and opened >= 3


def test_az_16_others_find_no_such_page_and_an_auditor_no_other_organ(cast: Cast, browser: Browser) -> None:
    audits(cast, "anzhou")
    assert browser("tou").get("/desk/reading/").status_code == 404
    client: Client = browser("shu")
    assert client.get(f"/desk/reading/{cast.staff['shi'].pk}/").status_code == 404
    assert client.get("/desk/reading/99999/").status_code == 404
    assert client.get("/desk/reading/?day_year=2099-01-01").status_code == 422


def test_priv_13_an_alarm_of_an_officer_below_opens_to_the_auditors_above(cast: Cast) -> None:
    audits(cast, "mianyang")
    case = cast.assigned()
    day = on(DAY).on
    assert reading.looks_of(cast.actor("shu"), cast.staff["han"].pk, on=day) is None
    opens(cast, "han", case, 4)
    sweep(when=on(DAY, 20))
    found = reading.looks_of(cast.actor("shu"), cast.staff["han"].pk, on=day)
    assert found is not None and found[2] == 4


def test_priv_13_who_is_told_twice_at_once_is_told_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that looked before another one had written finds out when it writes itself."""
    audits(cast, "anzhou")
    opens(cast, "han", cast.assigned(), 4)
    looked: list[int] = []
    real = alarming.record_event

    def late(**given: object) -> object:
        if not looked:
            looked.append(1)
            real(**given)
        return real(**given)

    monkeypatch.setattr(alarming, "record_event", late)
    assert alarming.alarm(cast.staff["han"].pk, when=on(DAY, 20)) == 0 and looked
    monkeypatch.setattr(alarming, "record_event", real)
    assert alarming.alarm(cast.staff["han"].pk, when=on(DAY, 20)) == 1 and len(alarmed()) == 1
