"""COI-01, 02, 04: a petitioner keeps the case from somebody after filing, online, with number and code alone."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Alert, Case, Step, Wall
from lianxin.cases.selectors import open_alerts
from lianxin.cases.services import walls
from lianxin.jobs import alerting
from lianxin.ledger.models import Look
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed
from tests.cast import Cast, key, on
from tests.security.conftest import Browser
from tests.security.walling import known_to, named, who_know
from tests.web.public.walking import new_code, show

DAY = "2026-06-01"
COUNTY, CITY = "绵阳市安州区民政局", "绵阳市民政局"
PAGE = "/follow/avoid/"


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.assigned()


@pytest.fixture
def follower(client: Client, cast: Cast, case: Case) -> Client:
    """Return a browser in which the case has been opened."""
    show(client, cast, case, new_code(case))
    return client


def test_coi_01_an_organ_picked_from_the_list_is_kept_out_at_once(
    follower: Client, cast: Cast, case: Case
) -> None:
    assert "/follow/avoid/" in follower.get("/follow/case/").content.decode()
    searched = follower.post(PAGE, {"search": "1", "word": "安州区民政", "people": "还没写完", "key": key()})
    text = searched.content.decode()
    assert searched.status_code == 200 and COUNTY in text and "涪城" not in text and "还没写完" in text
    assert "govuk-error" not in text and not Wall.objects.exists()
    before = {"han", "tou"} & who_know(cast, case)
    sent = {"organs": "anzhou", "word": "", "people": "", "sure": "on", "key": key()}
    assert follower.post(PAGE, sent).status_code == 302
    now = Case.objects.get(pk=case.pk)
    assert (
        before and now.holder == cast.organs["mianyang"] and not {"han", "tou", "ran"} & who_know(cast, now)
    )
    step = Step.objects.filter(case_id=case.pk).latest("seq")
    assert (step.event, step.role, step.staff) == ("raise_wall", "petitioner", None)
    page = follower.get("/follow/case/").content.decode()
    assert "设置了回避：您写明的单位和人看不到这件事" in page
    assert follower.post(PAGE, sent).status_code == 302 and Wall.objects.count() == 1, (
        "a second click is the first"
    )


def test_coi_04_what_the_named_had_seen_before_is_listed(
    follower: Client, cast: Cast, case: Case, browser: Browser
) -> None:
    assert browser("han").get(f"/desk/case/{case.pk}/").status_code == 200
    follower.post(PAGE, {"people": "韩承办", "sure": "on", "key": key()})
    assert not known_to(cast.actor("han"), case)
    page = follower.get("/follow/case/").content.decode()
    assert f"2026-06-01 {COUNTY}（承办）" in page
    assert browser("han").get(f"/desk/case/{case.pk}/").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"sure": "on"},
        {"organs": "anzhou"},
        {"organs": "no-such-organ", "sure": "on"},
        {"people": "\n".join(f"第{n}人" for n in range(21)), "sure": "on"},
        {"people": "长" * 101, "sure": "on"},
    ],
)
def test_coi_01_what_is_missing_is_said_and_nothing_is_written(
    follower: Client, sent: dict[str, str]
) -> None:
    before = (Step.objects.count(), Wall.objects.count(), Look.objects.count())
    answer = follower.post(PAGE, {**sent, "key": key()})
    assert answer.status_code == 422 and "govuk-error" in answer.content.decode()
    assert (Step.objects.count(), Wall.objects.count(), Look.objects.count()) == before
    assert sent.get("people", "")[-4:] in answer.content.decode()


def test_coi_01_without_number_and_code_there_is_no_page(client: Client, case: Case) -> None:
    for method in ("get", "post"):
        answer = getattr(client, method)(PAGE, {"organs": "anzhou", "sure": "on"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/follow/")
    assert not Wall.objects.exists()


def test_coi_01_a_petitioner_has_no_end_of_walls(cast: Cast, case: Case) -> None:
    loaded = cast.load_public(case)
    for n in range(walls.RAISED_AT_MOST):
        walls.raise_wall(loaded, named=walls.Named(others=[f"第{n}人"]), actor=None, key=key(), when=on(DAY))
        loaded = cast.load_public(case)
    steps = Step.objects.count()
    with pytest.raises(GuardFailed, match="多次设置回避"):
        walls.raise_wall(loaded, named=walls.Named(others=["又一人"]), actor=None, key=key(), when=on(DAY))
    assert Step.objects.count() == steps


def test_coi_08_words_that_name_nobody_go_to_an_organ_above_to_decide(
    follower: Client, cast: Cast, case: Case, browser: Browser
) -> None:
    assert (
        follower.post(PAGE, {"people": "花荄镇老王（虚构）", "sure": "on", "key": key()}).status_code == 302
    )
    page = follower.get("/follow/case/").content.decode()
    assert "收到您的回避要求" in page and "有 1 个名字没有在系统里找到" in page and "老王" not in page
    assert not Wall.objects.exists() and not Step.objects.filter(facts__icontains="老王").exists()
    alerting.alert(when=on(DAY))
    told = Alert.objects.get(rule="unnamed")
    assert (told.organ, told.about) == (cast.organs["mianyang"], cast.organs["anzhou"])
    rows, _ = open_alerts(cast.actor("du"), rule="unnamed")
    assert [one.opens for one in rows] == [True]
    above = browser("du")
    path = f"/desk/case/{case.pk}/raise-wall/"
    looks = Look.objects.filter(case_id=case.pk, staff_id=cast.staff["du"].pk)
    assert "老王" in above.get(path).content.decode()
    assert looks.get().purpose == walls.DECIDING, "whoever reads the words has looked"
    sent = {"avoid": COUNTY, "key": key(), "version": str(Case.objects.get(pk=case.pk).version)}
    assert above.post(path, sent).status_code == 302
    now = Case.objects.get(pk=case.pk)
    assert now.holder == cast.organs["mianyang"] and Wall.objects.count() == 1
    assert not {"han", "tou"} & who_know(cast, now)


def test_coi_08_who_has_the_case_does_not_decide_who_is_meant(
    cast: Cast, case: Case, browser: Browser
) -> None:
    walls.raise_wall(
        cast.load_public(case),
        named=walls.Named(others=["老王（虚构）"]),
        actor=None,
        key=key(),
        when=on(DAY),
    )
    count = Look.objects.count()
    for name in ("tou", "han", "wai", "zong"):
        assert "老王" not in browser(name).get(f"/desk/case/{case.pk}/raise-wall/").content.decode(), name
    assert Look.objects.count() == count
    for name in ("tou", "han", "zong"):
        loaded = cast.load_public(Case.objects.get(pk=case.pk))
        assert not walls.words_to_decide(loaded, actor=cast.actor(name), at=on(DAY).at)


def test_coi_08_nobody_behind_the_wall_is_asked_who_is_meant(cast: Cast, case: Case) -> None:
    """The city is named as well: the province is asked, and a city that pressed is not told either."""
    wanted = named(cast, CITY, near="mianyang")
    both = walls.Named(wanted.organs, (), ["老王（虚构）"])
    done = walls.raise_wall(cast.load_public(case), named=both, actor=None, key=key(), when=on(DAY))
    assert done.holder == cast.organs["province"]
    alerting.alert(when=on(DAY))
    assert [one.organ for one in Alert.objects.filter(rule="unnamed")] == [cast.organs["ministry"]]
    walls.raise_wall(cast.load_public(cast.referred()), named=both, actor=None, key=key(), when=on(DAY))


def test_coi_01_the_petitioner_of_a_report_keeps_it_from_its_desk(client: Client, cast: Cast) -> None:
    report = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    show(client, cast, report, new_code(report))
    assert client.post(PAGE, {"organs": "anzhou", "sure": "on", "key": key()}).status_code == 302
    assert not known_to(cast.actor("mi"), Case.objects.get(pk=report.pk))
    page = client.get("/follow/case/").content.decode()
    assert "设置了回避" in page and COUNTY not in page and CITY not in page


def test_coi_04_the_words_are_nowhere_but_in_the_vault(follower: Client, case: Case) -> None:
    follower.post(PAGE, {"people": "花荄镇老王（虚构）", "sure": "on", "key": key()})
    people = [one for one in vault.parties(case.pk) if one.role == vault.ACCUSED]
    assert len(people) == 1 and people[0].given == ("name",)
    for table in (Step, Case, Alert, Look):
        assert not [row for row in table.objects.values() if "老王" in str(row)], table
