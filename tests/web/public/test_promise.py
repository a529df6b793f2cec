"""The petitioner's page of promises with dates: what was promised, what the organ says, and one's own word."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from lianxin.cases.models import Case, Promise
from lianxin.cases.services import promises, serving
from lianxin.jobs import promises as job
from tests.cast import Cast, key, on
from tests.web.public.walking import at_most, new_code, set_day

PAGE = "/follow/promise/1/"
KEY = "a-key-of-one-form-page"


def followed(client: Client, case: Case) -> str:
    client.post("/follow/", {"number": case.number, "code": new_code(case)})
    return client.get("/follow/case/").content.decode()


def test_a_promise_is_shown_once_the_answer_has_been_served(client: Client, cast: Cast) -> None:
    assert "答应您的事" not in followed(client, cast.issued())
    page = followed(client, cast.served())
    assert "答应您的事" in page and "补发八月以来低保金" in page and "机关还没有记录落实" in page


def test_it_takes_twelve_statements_at_most(client: Client, cast: Cast) -> None:
    followed(client, cast.served())
    with at_most(12):
        assert client.get("/follow/case/").status_code == 200


def test_before_its_day_there_is_nothing_to_say(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_day(monkeypatch, "2026-06-20")
    case = cast.served()
    assert PAGE not in followed(client, case)
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"done": "no", "key": KEY}).status_code == 302
    assert Promise.objects.get().said == ""


def test_not_carried_out_has_the_case_handled_again(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = promises.keep(
        cast.load("han", cast.served()), actor=cast.actor("han"), seq=1, kept_on=date(2026, 6, 20), evidence="代发流水",
        key=key(), when=on("2026-06-20"),
    )  # fmt: skip
    case = serving.lapse(cast.load_public(case), when=on("2026-06-30"))
    set_day(monkeypatch, "2026-07-03")
    page = followed(client, case)
    assert "机关记录" in page and "代发流水" in page and PAGE in page
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {"key": KEY}).status_code == 422
    for _ in range(2):
        assert client.post(PAGE, {"done": "no", "key": KEY}).status_code == 302
    assert Promise.objects.get().said == "undone"
    assert "您说没有落实" in client.get("/follow/case/").content.decode()
    assert job.sweep(when=on("2026-07-04")) == 1
    set_day(monkeypatch, "2026-07-04")
    page = followed(client, case)
    assert "承诺到期没有落实，重新办理" in page and "已重新办理" in page and "重新办理告知书" in page


def test_a_promise_of_another_case_is_not_there(client: Client, cast: Cast) -> None:
    followed(client, cast.served())
    assert client.get("/follow/promise/2/").status_code == 404
    assert Client().get(PAGE).status_code == 302
