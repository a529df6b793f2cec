"""AZ: questions by hidden columns, parts of a case without the case, those who run the system, sealing, and sweeps."""

# ruff: noqa: F811

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from lianxin.cases.models import Alert, Case, CodeRenewal, Opening, Paper, Step
from lianxin.cases.selectors import open_alerts
from lianxin.jobs.sweeps import sweep
from lianxin.ledger.models import Look
from lianxin.organs.selectors import path_ids
from lianxin.petitioners.models import Party
from tests.cast import XIN, Cast, on
from tests.files import samples
from tests.files.conftest import own_store  # noqa: F401
from tests.security.addresses import addresses, rows_of_everything
from tests.security.conftest import Browser
from tests.security.test_az_more import WORDS, newcomer, telling
from tests.security.test_bg import asked as opening_asked
from tests.security.test_qc_reissue import asked as code_asked
from tests.security.test_settings import start
from tests.web.desk.rounds import Round, everything
from tests.web.desk.test_material import bring
from tests.web.public.walking import new_code, show

# --- AZ-12 ----------------------------------------------------------------------------------------------------------

HIDDEN = {
    "text__body__contains": "外婆",
    "text__ask": "恢复发放低保金",
    "summary__contains": "低保",
    "holder__code": "anzhou",
    "holder": "4",
    "organ_id": "4",
    "officer_id": "3",
    "registrar__path__startswith": "/1/2/3/",
    "parties__token": "x",
    "case_id__gte": "0",
    "kind": "report",
    "q": "外婆",
    "order": "received_at",
    "sort": "text__body",
    "fields": "text__body",
    "page": "2",
    "after": "2020-01-01.1",
    "state": "handling",
}
"""What a query builder might ask of columns, each true of a case that is hidden."""


def lists() -> list[str]:
    """Return the addresses of the desk that list cases or find one."""
    names = ("worklist", "alerts", "search", "codes", "openings", "retention", "reading")
    return [one.path() for one in addresses() if one.name in {f"desk:{name}" for name in names}]


@pytest.mark.parametrize("who", ["wai", "tou"])
def test_az_12_hidden_columns_answer_nothing_neither_rows_nor_counts(
    cast: Cast, browser: Browser, who: str
) -> None:
    client = browser(who)
    questions = [{name: value} for name, value in HIDDEN.items()] + [HIDDEN]
    without = {(path, n): answered(client, path, q) for path in lists() for n, q in enumerate(questions)}
    assert len(lists()) == 7
    if who == "wai":
        hidden = [cast.drafted(), cast.assigned(), cast.registered(), cast.filed(kind="report").case]
    else:
        hidden = [cast.filed(kind="report", category="1302").case, cast.filed(organ="fucheng").case]
    for case in hidden:
        Alert.objects.create(
            organ=case.holder, case_id=case.pk, mark="m", rule="nobody", addressee="handler", about=case.holder,
            number=case.number, kind=case.kind, order=1, due_on=on("2026-05-20").on, raised_on=on("2026-05-21").on,
        )  # fmt: skip
    for path in lists():
        for n, question in enumerate(questions):
            assert answered(client, path, question) == without[path, n], (path, question)
    for number in (case.number for case in hidden):
        for part in (number, number[:8], number[:-1] + "*", f"{number}%", "%", "' OR '1'='1"):
            answer = client.get("/desk/search/", {"number": part})
            assert answer.status_code in (404, 422), part
    assert not Look.objects.filter(staff_id=cast.staff[who].pk).exists()


def answered(client: Client, path: str, question: dict[str, str]) -> tuple[int, str]:
    """Return status and page of a list that is asked something, without its one-time marks."""
    answer = client.get(path, question)
    return answer.status_code, Round.bare(answer)


# --- AZ-14 ----------------------------------------------------------------------------------------------------------


def test_az_14_parts_of_a_case_are_not_there_without_it(
    cast: Cast, browser: Browser, own_store: Path
) -> None:
    case, own = cast.served(), cast.filed(organ="fucheng").case
    bring(case, *((f"证明{n}.pdf", samples.pdf()) for n in range(2)))
    opening, renewal = opening_asked(cast, case), code_asked(cast, case)
    papers = list(Paper.objects.filter(case_id=case.pk).values_list("seq", flat=True))
    parts = [f"case/%d/papers/{seq}.pdf" for seq in papers]
    parts += [f"case/%d/files/{n}/{way}" for n in (1, 2) for way in ("", "save/", "original/")]
    parts += [f"codes/%d/{renewal.seq}/{way}" for way in ("", "decide/", "issue/")]
    asked = [f"openings/%d/{opening.seq}/{way}" for way in ("", "decide/", "reveal/")]
    assert len(papers) > 1 and Opening.objects.count() == CodeRenewal.objects.count() == 1
    paths = [part % case_id for part in parts for case_id in (own.pk, case.pk, 0)]
    paths += [part % case_id for part in asked for case_id in (own.pk, 0)]
    sent = {"answer": "yes", "seq": "1", "field": "phone", "case": str(case.pk), "case_id": str(case.pk)}
    client, before = browser("wai"), rows_of_everything()
    for path in paths:
        for answer in (client.get(f"/desk/{path}", sent), client.post(f"/desk/{path}", sent)):
            assert answer.status_code in (404, 405), path
    assert rows_of_everything() == before
    assert client.get("/desk/" + asked[0] % case.pk).status_code == 200, "the organ that was asked to decide"
    assert browser("zhi").get("/desk/" + asked[0] % case.pk).status_code == 404, (
        "not a colleague who did not ask"
    )


def test_az_14_a_petitioner_reaches_papers_of_the_own_case_alone(cast: Cast) -> None:
    other, own = cast.served(), cast.registered()
    client = Client()
    show(client, cast, own, new_code(own))
    before = rows_of_everything()
    for seq in Paper.objects.filter(case_id=other.pk).values_list("seq", flat=True):
        for question in ({}, {"case": str(other.pk)}, {"case_id": str(other.pk), "number": other.number}):
            assert client.get(f"/follow/paper/{seq}/", question).status_code == 404
    assert (
        not telling(client, f"/handed/{other.pk}/") and client.get(f"/handed/{other.pk}/").status_code == 404
    )
    assert rows_of_everything() == before


# --- AZ-15, AZ-18 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "organ"), [("sysadmin", "anzhou"), ("organ_admin", "anzhou"), ("sysadmin", "ministry")]
)
def test_az_15_who_runs_the_system_opens_no_page_of_a_case(
    cast: Cast, browser: Browser, role: str, organ: str
) -> None:
    case = cast.drafted()
    newcomer(cast, "yun", organ, role)
    client, before = browser("yun"), everything()
    for one in addresses():
        if not one.route.startswith("/desk/") or "sign-out" in one.route:
            continue
        path = one.path(case_id=case.pk)
        assert not telling(client, path), path
        assert case.number not in client.get(path).content.decode(), path
        if "case_id" in one.parts:
            assert client.get(path).status_code in (404, 405), path
            sent = {"key": "a-key-of-somebody", "version": str(case.version), "seq": "1", "field": "phone"}
            assert client.post(path, {**sent, "purpose": "维护"}).status_code in (404, 405), path
    assert everything() == before and not Look.objects.exists()
    health = client.get("/healthz").content.decode()
    assert len(health) < 200 and case.number not in health and "安州" not in health


@pytest.mark.parametrize("suite", ["", "none", "off", "plain", "aes"])
def test_az_18_sealing_cannot_be_switched_off(suite: str) -> None:
    done = start(SEAL_SUITE=suite)
    assert done.returncode != 0 and "LIANXIN_SEAL_SUITE" in done.stderr and "Traceback" not in done.stderr


def test_az_18_without_keys_an_office_does_not_start(tmp_path: Path) -> None:
    for name in ("MASTER_KEY", "INDEX_KEY"):
        done = start(DATA_DIR=str(tmp_path), **{name: ""})
        assert done.returncode != 0 and f"LIANXIN_{name}" in done.stderr and "Traceback" not in done.stderr
    assert start(SEAL_SUITE="sm4gcm").returncode == 0, "the rest was in order"


@pytest.mark.parametrize("suite", ["aes256gcm", "sm4gcm"])
def test_az_18_lists_and_rows_show_no_identity_whatever_seals_it(
    cast: Cast, browser: Browser, settings: Settings, suite: str
) -> None:
    settings.SEAL_SUITE = suite
    case = cast.assigned()
    assert not [value for value in XIN.values() if value in str(list(Party.objects.values()))]
    for who in ("fen", "han", "tou", "shen", "du"):
        client = browser(who)
        for path in ("/desk/", "/desk/alerts/", f"/desk/case/{case.pk}/", f"/desk/case/{case.pk}/dates/"):
            page = client.get(path).content.decode()
            assert not [value for value in XIN.values() if value in page], (who, path)


# --- AZ-20 ----------------------------------------------------------------------------------------------------------


def test_az_20_what_sweeps_tell_an_organ_is_of_its_own_cases(cast: Cast) -> None:
    homes = {"anzhou": cast.assigned(), "fucheng": cast.filed(organ="fucheng").case}
    served = cast.served()
    before = {case.pk: digest(case.pk) for case in homes.values()}
    sweep(when=on("2026-08-01"))
    assert {Case.objects.get(pk=served.pk).state} == {"closed_lapsed"}
    for alert in Alert.objects.all():
        case = Case.objects.select_related("holder").get(pk=alert.case_id)
        assert alert.organ_id in path_ids(case.holder.path), "the organ that owes, or one above it"
        assert not [word for word in WORDS if word in str(Alert.objects.filter(pk=alert.pk).values())]
    newcomer(cast, "fu2", "fucheng", "handler", "head")
    for who, organ in (("han", "anzhou"), ("fu2", "fucheng")):
        rows, count = open_alerts(cast.actor(who), size=100)
        assert {one.alert.case_id for one in rows} == {homes[organ].pk} and count == len(rows) > 0
    above, _ = open_alerts(cast.actor("shi"), size=100)
    assert above and not any(one.opens or one.summary for one in above), (
        "told that it is late, and no word of it"
    )
    steps = Step.objects.filter(case_id=served.pk).order_by("seq").last()
    assert steps is not None and steps.organ_id in (None, served.holder_id)
    assert {case.pk: digest(case.pk) for case in homes.values()} == before
    assert not getattr(mail, "outbox", []), "nothing is sent by mail"


def digest(case_id: int) -> str:
    """Return what stands for all steps and papers of a case."""
    rows = [list(model.objects.filter(case_id=case_id).order_by("pk").values()) for model in (Step, Paper)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()
