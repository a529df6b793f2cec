"""Searching behind a wall answers and costs what it does where the case is not there (COI-02), and finds it in front of it."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases.services import intake, walls
from lianxin.ledger.ids import new_id
from tests.cast import PASSWORD, Cast, key, on
from tests.security.walling import named

COUNTY = "绵阳市安州区民政局"
OWN = (r'value="[^"]*"', r'nonce="[^"]*"', r"/desk/search/(\?again=)?\d+/?", r"\d\d:\d\d")
"""What is new on every page."""
ASKED = ("外婆", "低保金 停发", "恢复发放", "外", "没有这样的词")


def answers(clients: dict[str, Client]) -> dict[tuple[str, str, str], tuple[object, ...]]:
    """Return what each officer is answered to each search, and how many statements it took."""
    found = {}
    for who, client in clients.items():
        for words in ASKED:
            for filters in ({}, {"kind": "claim", "relation": "holder"}):
                sent = {"words": words, "purpose": "alike", "key": key(), **filters}
                with CaptureQueriesContext(connection) as seen:
                    first = client.post("/desk/search/", sent)
                    body = client.get(first.headers["Location"]).content.decode()
                for own in OWN:
                    body = re.sub(own, "", body)
                found[who, words, str(filters)] = (first.status_code, body, len(seen.captured_queries))
    return found


@pytest.mark.parametrize("hidden", [True, False])
def test_coi_02_a_hidden_case_is_found_as_one_that_is_not_there(
    cast: Cast, client: Client, hidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: on("2026-06-01").at)
    cast.assigned()
    clients = {name: Client() for name in ("tou", "han", "mi", "shi")}
    for name, one in clients.items():
        assert one.post("/desk/sign-in", {"username": name, "password": PASSWORD}).status_code == 302
    with transaction.atomic():
        case = intake.file(cast.petition(), case_id=new_id(), when=on("2026-05-06")).case
        if hidden:
            walls.raise_wall(
                cast.load("tou", case), named=named(cast, COUNTY), actor=cast.actor("tou"), key=key(), when=on("2026-06-01")
            )  # fmt: skip
        there = answers(clients)
        transaction.set_rollback(True)
    missing = answers(clients)
    different = {
        who for who, words, filters in there if there[who, words, filters] != missing[who, words, filters]
    }
    assert different == ({"shi"} if hidden else {"tou", "han", "mi"})
