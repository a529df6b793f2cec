"""The health page: what is set up wrongly is said loudly, to those who can mend it, and names no person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.cases.models import CaseWords
from lianxin.cases.services import walls
from lianxin.config.cli import main
from lianxin.insight import health
from lianxin.ledger import log
from lianxin.organs.models import Organ, Post, Staff
from tests.cast import FROM, PASSWORD, Cast, key, on
from tests.security.walling import named
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

ADDRESS = "/desk/manage/health/"
ON = date(2026, 6, 1)


def told(cast: Cast, organ: str = "anzhou", day: date = ON) -> dict[str, tuple[str, ...]]:
    return {one.code: one.where for one in health.of_organs(cast.organs[organ], on=day)}


def rows(answer: HttpResponse) -> list[dict[str, object]]:
    return [row for group in answer.context["groups"] for row in group["rows"]]


@pytest.fixture
def runs(cast: Cast) -> Client:
    """Return the browser of somebody who runs the system of the county."""
    staff = Staff(id=91, username="xi", name="系统员")
    staff.set_password(PASSWORD)
    staff.save(force_insert=True)
    Post.objects.create(id=9100, staff=staff, organ=cast.organs["anzhou"], role="sysadmin", starts_on=FROM)
    client = Client()
    client.post("/desk/sign-in", {"username": "xi", "password": PASSWORD})
    return client


def test_whom_the_page_is_for(cast: Cast, desk: Desk, runs: Client) -> None:
    assert desk("guan").get(ADDRESS).status_code == runs.get(ADDRESS).status_code == 200
    assert desk("tou").get(ADDRESS).status_code == desk("wai").get(ADDRESS).status_code == 404
    assert desk("guan").post(ADDRESS).status_code == 405
    own, theirs = desk("guan").get(ADDRESS), runs.get(ADDRESS)
    assert [group["title"] for group in own.context["groups"]] == ["机构和人员", "规则和日历"]
    assert theirs.context["groups"][2]["title"] == "系统" and not any(row["href"] for row in rows(theirs))
    text = own.content.decode() + theirs.content.decode()
    assert not [staff.name for staff in cast.staff.values() if staff.name in text.replace("管机构", "")]


@pytest.mark.parametrize(
    ("role", "code"),
    [("handler", "handler"), ("head", "head"), ("report_desk", "report_desk"), ("duty", "duty")],
)
def test_an_organ_that_lacks_somebody_is_named(cast: Cast, role: str, code: str) -> None:
    assert code not in told(cast)
    Post.objects.filter(organ=cast.organs["anzhou"], role=role).update(ends_on=ON - timedelta(days=1))
    assert told(cast)[code] == ("绵阳市安州区民政局",)
    Post.objects.filter(organ=cast.organs["anzhou"], role=role).update(ends_on=ON)
    assert code not in told(cast), "the last day of a post counts"


def test_an_account_that_is_stopped_is_nobody(cast: Cast) -> None:
    Staff.objects.filter(username="tou").update(is_active=False)
    assert "head" in told(cast)


def test_window_or_intake_is_enough(cast: Cast) -> None:
    Post.objects.filter(organ=cast.organs["anzhou"], role="intake").delete()
    assert "window" not in told(cast)
    Post.objects.filter(organ=cast.organs["anzhou"], role="window").delete()
    assert "window" in told(cast)


def test_what_an_upper_organ_has_is_enough_for_some_roles(cast: Cast) -> None:
    Post.objects.filter(organ=cast.organs["anzhou"], role="duty").delete()
    assert "duty" in told(cast)
    Post.objects.create(
        id=9200, staff=cast.staff["shi"], organ=cast.organs["mianyang"], role="duty", starts_on=FROM
    )
    assert "duty" not in told(cast)


def test_an_organ_without_anybody_and_what_lies_there(cast: Cast) -> None:
    cast.registered()
    Post.objects.filter(organ=cast.organs["anzhou"]).delete()
    found = told(cast)
    assert found["empty"] == found["stuck"] == ("绵阳市安州区民政局",)
    assert "handler" not in found, "one line for one trouble"
    assert told(cast, "fucheng").keys().isdisjoint({"empty", "stuck"})


def test_posts_in_an_ended_organ(cast: Cast) -> None:
    cast.registered()
    Organ.objects.filter(pk=cast.organs["anzhou"].pk).update(valid_to=ON)
    found = told(cast, "mianyang")
    assert found["ended_posts"] == found["stuck"] == ("绵阳市安州区民政局",)


def test_a_county_without_an_organ(cast: Cast) -> None:
    assert "uncovered" not in told(cast, "mianyang")
    Organ.objects.filter(pk=cast.organs["fucheng"].pk).update(valid_to=ON)
    assert told(cast, "mianyang")["uncovered"] == ("四川省绵阳市涪城区",)


def test_what_is_behind_a_wall_is_not_told(cast: Cast) -> None:
    case = cast.registered()
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, "绵阳市安州区民政局"), actor=cast.actor("tou"), key=key(), when=on(ON)
    )  # fmt: skip
    organ, actor = cast.organs["mianyang"], cast.actor("guan")
    Post.objects.filter(organ=organ).delete()
    seen = {one.code for one in health.of_organs(organ, on=ON)}
    assert "stuck" in seen and "stuck" not in {
        one.code for one in health.of_organs(organ, on=ON, actor=actor)
    }


@pytest.mark.parametrize(
    ("day", "weight"),
    [("2026-06-01", None), ("2026-11-02", "soon"), ("2027-01-04", "now"), ("2025-12-01", None)],
)
def test_a_year_without_its_notice(cast: Cast, day: str, weight: str | None) -> None:
    found = {one.code: one.weight for one in health.of_law(on=date.fromisoformat(day))}
    assert found.get("calendar") == weight


def test_the_installation(cast: Cast, runs: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.registered()
    CaseWords.objects.all().delete()
    settings.PUBLIC_URL = "https://xf.example.gov.cn/"
    monkeypatch.setattr("lianxin.papers.fonts.files", lambda setup: ())
    monkeypatch.setattr(health, "_free", lambda folder: 5 * 1024**2)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    bad = {one.code for one in health.of_system(at=at)}
    assert {"sweep", "words", "scanner", "fonts", "https", "room", "witnesses"} <= bad
    log.sequence(on("2026-06-01"))
    settings.SCANNER, settings.HTTPS, settings.LOG_WITNESSES = "unix:/run/clamd", True, ["w"]
    monkeypatch.setattr(health, "_free", lambda folder: None)
    assert main(["search", "rebuild"]) == 0
    good = {one.code for one in health.of_system(at=on("2026-06-01").at)}
    assert good.isdisjoint({"sweep", "words", "scanner", "https", "room", "witnesses"})
    assert "sweep" in {one.code for one in health.of_system(at=on("2026-06-03").at)}


def test_the_command_says_the_same(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    Post.objects.filter(organ=cast.organs["anzhou"], role="head").delete()
    assert main(["health"]) == 1
    said = capsys.readouterr().out
    assert "[现在就影响群众] 没有负责人" in said and "绵阳市安州区民政局" in said and "怎么办：" in said


def test_few_statements_however_many_organs(cast: Cast, runs: Client, desk: Desk) -> None:
    client = desk("guan")
    for count in (3, 12):
        for n in range(count):
            parent = cast.organs["anzhou"]
            Organ.objects.get_or_create(
                id=500 + n, code=f"t{n}", name=f"第{n}镇", short_name=f"第{n}镇", level="township", kind="civil_affairs",
                region=parent.region, parent=parent, path=f"{parent.path}{500 + n}/", valid_from=FROM,
            )  # fmt: skip
        with at_most(8):
            assert any("还有" in str(row["where"]) or row["where"] for row in rows(client.get(ADDRESS)))
        with at_most(12):
            runs.get(ADDRESS)
