"""PRIV-03, 05 to 08: faults, exports, statistics of the database, what a family sees, and officers' pages name nobody."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django import VERSION
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from lianxin.cases.models import Case
from lianxin.config.commands.ledger import export
from lianxin.ledger.models import Look
from lianxin.petitioners import vault
from lianxin.petitioners.models import IdentityToken, Party
from tests.cast import STORY, Cast
from tests.security.access import ROLES
from tests.security.addresses import addresses, rows_of_everything
from tests.security.conftest import Browser
from tests.security.test_settings import start
from tests.web.public.walking import filed, kept, new_code, show, walk

ROOT = Path(__file__).parents[2]
WHO = {
    "name": "鹮翀彧",
    "phone": "19900077012",
    "address": "麑麂巷七号",
    "email": "zqxjkv@example.com",
    "id_number": "510724188801010017",
}
"""An invented person no word of whom stands anywhere else."""


def named(text: str | bytes) -> list[str]:
    """Return which fields of the person stand in a text."""
    found = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return [field for field, value in WHO.items() if value in found]


@pytest.fixture
def mailed(settings: Settings) -> Any:
    """Let the log of faults also be sent by mail to the operators, as Django can be told to."""
    from django.utils.log import AdminEmailHandler

    settings.ADMINS = ["ops@example.org"] if VERSION >= (6, 0) else [("Ops", "ops@example.org")]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    handler = AdminEmailHandler(include_html=True)
    log = logging.getLogger("django.request")
    log.addHandler(handler)
    mail.outbox = []
    yield lambda: "\n".join(
        [*(str(one.message()) for one in mail.outbox), *(one.body for one in mail.outbox)]
        + [str(part.content) for one in mail.outbox for part in one.alternatives]
    )
    log.removeHandler(handler)


def test_priv_03_an_office_does_not_start_with_debug_on() -> None:
    done = start(DEBUG="true")
    assert done.returncode != 0 and "LIANXIN_DEBUG" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("debug", [False, True])
def test_priv_03_a_fault_while_filing_tells_nothing_of_the_person(
    cast: Cast, settings: Settings, mailed: Any, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    settings.DEBUG = debug
    client = Client(raise_request_exception=False)
    contact = {name: WHO[name] for name in ("name", "phone", "address")}
    walk(client, cast, contact=contact)

    def broken(**given: object) -> None:
        identity = given["identity"]
        raise RuntimeError(f"no room for {len(identity)} fields")  # type: ignore[arg-type]

    monkeypatch.setattr(vault, "enrol", broken)
    before = Case.objects.count()
    answer = client.post("/file/check/")
    assert answer.status_code == 500 and Case.objects.count() == before and not Party.objects.exists()
    assert not named(answer.content) and STORY not in answer.content.decode()
    assert client.cookies["lx_draft"].value not in answer.content.decode()
    told = mailed()
    assert mail.outbox and "no room for" in told, "the mail is there, and is one of this fault"
    assert not named(told) and STORY not in told and client.cookies["lx_draft"].value not in told


@pytest.mark.parametrize("debug", [False, True])
def test_priv_03_a_fault_after_a_field_was_opened_tells_nothing_of_the_person(
    cast: Cast,
    browser: Browser,
    settings: Settings,
    mailed: Any,
    monkeypatch: pytest.MonkeyPatch,
    debug: bool,
) -> None:
    case = handled(cast)
    client = browser("han")
    client.raise_request_exception = False
    settings.DEBUG = debug
    held = vault.reveal

    def breaks(**given: Any) -> str:
        value = held(**given)
        raise RuntimeError(f"opened {len(value)} letters and fell")

    monkeypatch.setattr(vault, "reveal", breaks)
    answer = client.post(
        f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": "name", "purpose": "打电话核实情况"}
    )
    assert answer.status_code == 500 and not named(answer.content)
    told = mailed()
    assert "letters and fell" in told and not named(told)
    assert client.cookies["lx_session"].value not in told + answer.content.decode()


def handled(cast: Cast) -> Case:
    """Return a case of the person that Han handles."""
    from tests import cast as casting

    held, casting.XIN = casting.XIN, WHO
    try:
        return cast.assigned()
    finally:
        casting.XIN = held


@pytest.mark.parametrize("contents", [False, True])
def test_priv_05_what_leaves_by_command_names_nobody(cast: Cast, tmp_path: Path, contents: bool) -> None:
    """The one export there is: for offline checking; also with the contents of steps it holds no identity."""
    from argparse import Namespace

    handled(cast)
    folder = tmp_path / "out"
    assert export(Namespace(folder=folder, contents=contents)) == 0
    written = [file for file in folder.rglob("*") if file.is_file()]
    assert len(written) >= 5
    for file in written:
        assert not named(file.read_bytes()), file.name


def test_priv_05_only_the_petitioner_saves_a_file_with_an_identity(cast: Cast, browser: Browser) -> None:
    """Every address by GET and POST as every role: nothing that is saved as a file holds the person."""
    case = handled(cast)
    clients = [Client(), *(browser(name) for name in sorted(set(ROLES.values())) if name in cast.staff)]
    saved = 0
    for one in addresses():
        for client in clients:
            if one.name in ("desk:sign_out", "desk:reveal"):
                continue
            answer = client.get(one.path(case_id=case.pk))
            if "attachment" in answer.headers.get("Content-Disposition", ""):
                saved += 1
                assert not named(body(answer)), one.route
            if re.search(r"csv|spreadsheet|excel|zip", answer.headers.get("Content-Type", "")):
                raise AssertionError(f"{one.route} is an export without a test of its own (PRIV-05)")
    assert saved
    assert Client().post("/follow/mine/").status_code == 302


def body(answer: HttpResponse) -> bytes:
    """Return what an answer holds, whole."""
    return b"".join(answer) if answer.streaming else answer.content


def test_priv_06_statements_and_statistics_of_the_database_hold_no_identity(
    cast: Cast, browser: Browser
) -> None:
    """As a slow log, pg_stat_statements or ANALYZE would keep them: with their values."""
    with CaptureQueriesContext(connection) as seen:
        client = Client()
        walk(client, cast, contact={name: WHO[name] for name in ("name", "phone", "address")})
        assert client.post("/file/check/").status_code == 302
        case = handled(cast)
        cast.filed(identity=WHO)
        client = browser("han")
        for field in WHO:
            shown = client.post(
                f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": field, "purpose": "打电话核实情况"}
            )
            assert WHO[field] in shown.content.decode()
        client.post(f"/desk/case/{case.pk}/others/", {"seq": "1", "purpose": "核对是不是同一件事"})
    sent = [one["sql"] for one in seen.captured_queries]
    assert len(sent) > 50 and not [sql[:80] for sql in sent if named(sql)]
    assert any("petitioners_party" in sql and "INSERT" in sql for sql in sent)
    assert IdentityToken.objects.count() >= 2, "the person can be found again, by a keyed token alone"
    for text in statistics():
        assert not named(text)


def statistics() -> list[str]:
    """Return what the database has noted of the contents of its columns."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT s::text FROM pg_stats s WHERE tablename LIKE 'petitioners%' OR tablename LIKE 'cases%'"
            )
        else:
            cursor.execute(
                "SELECT tbl || ' ' || coalesce(idx, '') || ' ' || coalesce(stat, '') FROM sqlite_stat1"
            )
        found = [str(row[0]) for row in cursor.fetchall()]
    assert any("petitioners_party" in text for text in found)
    return found


def test_priv_06_no_index_or_search_file_is_kept_beside_the_database(cast: Cast) -> None:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor, include_views=True))
    assert not [name for name in tables if re.search(r"fts|search|trgm|vector|index", name)]
    searching = r"\bwhoosh|haystack|elasticsearch|SearchVector|TrigramSimilarity|fts5"
    files = (ROOT / "lianxin").rglob("*.py")
    assert not [file for file in files if re.search(searching, file.read_text(encoding="utf-8"))]


TOPICS = re.compile(r"低保|救助|停发|dibao|民政局|安州|检举|举报|养老|离婚|残疾")


def title(answer: HttpResponse) -> str:
    """Return the title of a page, as it stays in the history of a shared telephone."""
    return " ".join(re.findall(r"<title>(.*?)</title>", answer.content.decode(), re.S))


def test_priv_07_titles_addresses_and_names_of_files_tell_a_family_nothing(cast: Cast) -> None:
    """There are no messages to a telephone or mailbox; what stays on a shared one is history and saved files."""
    client = Client()
    walk(client, cast)
    assert client.post("/file/check/").status_code == 302
    noted = [title(client.get("/file/receipt/"))]
    paper = client.post("/file/receipt/paper/", kept(client))
    assert paper.status_code == 200, paper.content.decode()[-1500:]
    noted.append(paper.headers["Content-Disposition"])
    case = cast.served()
    follower = Client()
    show(follower, cast, case, new_code(case))
    for page in (
        "case",
        "dates",
        "review",
        "withdraw",
        "evaluate",
        "accept",
        "correct",
        "proof",
        "avoid",
        "material",
    ):
        answer = follower.get(f"/follow/{page}/")
        assert answer.status_code in (200, 302, 409), page
        noted += [title(answer), answer.headers.get("Location", ""), str(answer.cookies)]
    noted += [
        follower.post(f"/follow/{page}/").headers.get("Content-Disposition", "")
        for page in ("mine", "receipt")
    ]
    noted += [one.route for one in addresses()]
    assert len([one for one in noted if one]) > 20
    assert not [one for one in noted if TOPICS.search(one) or named(one) or "辛小禾" in one]
    assert filed(client).number not in " ".join(noted[:1])


def test_priv_08_officers_see_pseudonyms_until_one_gives_a_reason(cast: Cast, browser: Browser) -> None:
    case = handled(cast)
    names = [
        name
        for name in sorted({*ROLES.values(), "shi", "fu", "kun", "zong", "dao", "wai"})
        if name in cast.staff
    ]
    shown = 0
    for name in names:
        client = browser(name)
        for one in addresses():
            if one.name == "desk:sign_out":
                continue
            answer = client.get(one.path(case_id=case.pk))
            if "text/html" in answer.headers.get("Content-Type", ""):
                shown += answer.status_code == 200
                assert not named(answer.content), (name, one.route)
    assert shown > 50
    assert "信访人甲" in browser("han").get(f"/desk/case/{case.pk}/").content.decode()


@pytest.mark.parametrize("purpose", ["", " ", "\u3000", "\u200b"])
def test_priv_08_without_a_reason_nothing_is_opened_and_nothing_noted(
    cast: Cast, browser: Browser, purpose: str
) -> None:
    case = handled(cast)
    client = browser("han")
    before = rows_of_everything()
    answer = client.post(f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": "name", "purpose": purpose})
    assert answer.status_code == 422 and not named(answer.content)
    assert rows_of_everything() == before


def test_priv_08_each_opening_is_one_field_and_noted_with_its_reason_before_it_is_seen(
    cast: Cast, browser: Browser
) -> None:
    case = handled(cast)
    client = browser("han")
    for n, field in enumerate(WHO, start=1):
        answer = client.post(
            f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": field, "purpose": f"打电话核实情况{n}"}
        )
        assert named(answer.content) == [field]
        look = Look.objects.filter(case_id=case.pk).order_by("-seq").first()
        assert look is not None and look.what.startswith("identity.") and look.purpose == f"打电话核实情况{n}"
        assert look.staff_id == cast.staff["han"].pk
    for name in ("ran", "wai", "guan", "tou"):
        stranger = browser(name)
        before = rows_of_everything()
        answer = stranger.post(
            f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": "name", "purpose": "打电话核实情况"}
        )
        assert answer.status_code == 404 and not named(answer.content) and rows_of_everything() == before, (
            name
        )
