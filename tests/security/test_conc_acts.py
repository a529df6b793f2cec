"""CONC: two officers at one case at the same instant: one wins, the other is told and keeps what was typed; nothing doubles."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client

from lianxin.cases import numbers
from lianxin.cases.models import Case, Notice, Paper, Step
from lianxin.organs.models import Post
from tests.cast import FROM, PASSWORD, Cast, build
from tests.web.public.walking import walk

ROUNDS = 6
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Return the cast; Ran and Shen may do what Fen may. Number blocks of tables emptied since are forgotten."""
    monkeypatch.setattr(numbers.counter, "_blocks", {})
    cast = build()
    for n, name in enumerate(("shen", "ran"), start=90):
        staff = cast.staff[name]
        Post.objects.create(
            id=9000 + n, staff=staff, organ=cast.organs["anzhou"], role="intake", starts_on=FROM
        )
    return cast


def signed_in(name: str) -> Client:
    """Return a browser in which somebody has signed in."""
    client = Client()
    assert client.post("/desk/sign-in", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Return what each gives; they begin at the same instant, each in its own thread with its own connection.

    SQLite in memory knows no waiting: where it says that it is locked, the request is sent again, as a person would.
    """
    gate, found = threading.Barrier(len(acts)), [0] * len(acts)

    def run(n: int, act: Callable[[], int]) -> None:
        gate.wait()
        try:
            for _ in range(50):
                try:
                    found[n] = act()
                    break
                except OperationalError as error:
                    if "locked" not in str(error):
                        raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def sending(client: Client, path: str, data: dict[str, str], pages: list[str]) -> Callable[[], int]:
    """Return the act of sending a form; the page that comes is kept."""

    def send() -> int:
        answer = client.post(path, data)
        pages.append(answer.content.decode())
        return int(answer.status_code)

    return send


def test_conc_01_two_officers_register_one_case(stage: Cast) -> None:
    clients = {name: signed_in(name) for name in ("ran", "fen")}
    for n in range(ROUNDS):
        case = stage.filed().case
        pages: list[str] = []
        sent = [
            sending(
                client,
                f"/desk/case/{case.pk}/register/",
                {
                    "key": f"key-of-{name}-{n}",
                    "version": str(case.version),
                    "kind": "claim",
                    "category": "0101",
                    "subroute": "31.6",
                    "place": "安州区",
                    "summary": f"低保金停发，{name} 登记",
                },
                pages,
            )
            for name, client in clients.items()
        ]
        assert sorted(at_once(*sent)) == [302, 409]
        assert Step.objects.filter(case_id=case.pk, event="register").count() == 1
        lost = next(page for page in pages if page)
        assert "您填写的内容都还在" in lost and "登记" in lost and "低保金停发" in lost
        assert Case.objects.get(pk=case.pk).version == case.version + 1


def test_conc_02_one_form_sent_five_times_is_one_case(stage: Cast) -> None:
    client = Client()
    walk(client, stage)
    cookies = client.cookies
    pages: list[str] = []

    def click() -> Callable[[], int]:
        one = Client()
        one.cookies = cookies.copy()
        return sending(one, "/file/check/", {}, pages)

    assert at_once(*(click() for _ in range(5))) == [302] * 5
    assert Case.objects.count() == 1 and Notice.objects.count() == 1


def test_conc_02_one_act_sent_five_times_is_one_act(stage: Cast) -> None:
    case = stage.filed().case
    data = {
        "key": "one-key-of-one-page",
        "version": str(case.version),
        "kind": "claim",
        "category": "0101",
        "subroute": "31.6",
        "place": "安州区",
        "summary": "低保金停发，要求恢复发放",
    }
    pages: list[str] = []
    path = f"/desk/case/{case.pk}/register/"
    clients = [signed_in("ran") for _ in range(5)]
    found = at_once(*(sending(client, path, data, pages) for client in clients))
    assert set(found) <= {302, 409} and 302 in found
    assert Step.objects.filter(case_id=case.pk, event="register").count() == 1
    assert Paper.objects.filter(case_id=case.pk).count() == len(
        set(Paper.objects.filter(case_id=case.pk).values_list("number", flat=True))
    )


def test_conc_04_petitions_at_one_instant_have_numbers_of_their_own(stage: Cast) -> None:
    clients = []
    for _ in range(6):
        client = Client()
        walk(client, stage)
        clients.append(client)
    pages: list[str] = []
    assert at_once(*(sending(client, "/file/check/", {}, pages) for client in clients)) == [302] * 6
    numbers = list(Case.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 6
