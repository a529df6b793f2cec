"""How the tests of the public site walk through it: a fixed day, answers page by page, statements counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases import numbers
from lianxin.cases.models import Case
from lianxin.petitioners import drafts
from lianxin.web import clock
from tests.cast import STORY, Cast

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
PAGES = (
    "story",
    "claims",
    "kind",
    "province",
    "city",
    "county",
    "topic",
    "category",
    "organ",
    "who",
    "contact",
)


def set_day(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """Let the faces believe that it is eleven o'clock in Beijing on that day."""
    instant = datetime.fromisoformat(f"{day}T03:00:00").replace(tzinfo=UTC)
    monkeypatch.setattr(clock, "timezone", SimpleNamespace(now=lambda: instant))


def answers(cast: Cast) -> dict[str, dict[str, str]]:
    """Return a whole set of answers, by page."""
    places = {name: str(cast.regions[name].pk) for name in ("sichuan", "mianyang", "anzhou")}
    return {
        "story": {"story": STORY},
        "claims": {"claims": "恢复发放低保金\n补发三个月"},
        "kind": {"kind": "claim"},
        "province": {"province": places["sichuan"]},
        "city": {"city": places["mianyang"]},
        "county": {"county": places["anzhou"]},
        "topic": {"topic": "01"},
        "category": {"category": "0101"},
        "organ": {"organ": str(cast.organs["anzhou"].pk)},
        "who": {"who": "self"},
        "contact": {"name": "辛小禾", "phone": "139 0000 0001", "address": ""},
    }


def walk(client: Client, cast: Cast, *, until: str = "", **changes: dict[str, str]) -> None:
    """Answer every page in order (up to and without `until`), with other answers for the pages named."""
    client.post("/file/")
    given = {**answers(cast), **changes}
    for page in PAGES:
        if page == until:
            return
        if page == "category" and given["topic"]["topic"] == "unknown":
            continue
        if page == "contact" and given["who"]["who"] == "anonymous":
            continue
        response = client.post(f"/file/{page}/", given[page])
        assert response.status_code == 302, f"{page}: {response.content.decode()[:3000]}"


def kept(client: Client) -> dict[str, str]:
    """Return what the server keeps in the draft of this browser."""
    draft = drafts.opened(client.cookies["lx_draft"].value)
    assert draft is not None
    return draft.answers


def filed(client: Client) -> Case:
    """Return the case this browser's draft became."""
    return Case.objects.get(number=kept(client)["number"])


def show(client: Client, cast: Cast, case: Case, code: str) -> None:
    """Open a case on the follow page with its number and code."""
    response = client.post("/follow/", {"number": case.number, "code": code})
    assert response.status_code == 302


def new_code(case: Case) -> str:
    """Give a case a query code the test knows, and return it."""
    from lianxin.cases.models import QueryCode

    code = numbers.new_code()
    QueryCode.objects.filter(number=case.number).update(code_hash=numbers.code_hash(case.number, code))
    return code


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Fail when more statements are sent, transaction control not counted."""
    with CaptureQueriesContext(connection) as seen:
        yield
    sent = [one["sql"] for one in seen.captured_queries if not one["sql"].upper().startswith(CONTROL)]
    assert len(sent) <= count, f"{len(sent)} statements:\n" + "\n".join(sql[:160] for sql in sent)
