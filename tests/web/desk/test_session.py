"""Signing in and out, and changing the organ."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.organs.models import Post
from tests.cast import FROM, PASSWORD, Cast
from tests.web.desk.conftest import Desk


def bare(answer: HttpResponse) -> str:
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def headers(answer: HttpResponse) -> list[tuple[str, str]]:
    """Return the headers but for the time and the length, which follows the name typed."""
    return sorted(
        (name, value) for name, value in answer.headers.items() if name not in ("Expires", "Content-Length")
    )


def try_in(username: str, password: str, **more: str) -> HttpResponse:
    return Client().post("/desk/sign-in", {"username": username, "password": password, **more})


def test_it_works(cast: Cast) -> None:
    client = Client()
    assert client.get("/desk/sign-in").status_code == 200
    answer = client.post("/desk/sign-in", {"username": "ran", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")
    page = client.get("/desk/")
    assert page.status_code == 200 and "冉登记" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("typed", ["RAN", " ran ", "ｒａｎ"])
def test_the_name_is_read_forgivingly(cast: Cast, typed: str) -> None:
    assert try_in(typed, PASSWORD).status_code == 302


def test_auth_03_unknown_wrong_and_disabled_get_one_answer(cast: Cast) -> None:
    cast.staff["han"].is_active = False
    cast.staff["han"].save()
    Post.objects.filter(staff=cast.staff["tou"]).delete()
    answers = [
        try_in("nobody", PASSWORD),
        try_in("ran", "wrong"),
        try_in("han", PASSWORD),
        try_in("han", "wrong"),
        try_in("tou", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({bare(answer) for answer in answers}) == 1
    assert len({str(headers(answer)) for answer in answers}) == 1


@pytest.mark.parametrize(
    "header", ["REMOTE_USER", "HTTP_REMOTE_USER", "HTTP_X_FORWARDED_USER", "HTTP_X_SSL_CLIENT_S_DN"]
)
def test_auth_07_a_header_signs_nobody_in(cast: Cast, header: str) -> None:
    assert Client(**{header: "ran"}).get("/desk/").status_code == 302


def test_auth_09_the_stored_hash_is_no_password(cast: Cast) -> None:
    assert try_in("ran", cast.staff["ran"].password).status_code == 422


def test_sess_01_the_session_is_new_after_signing_in(cast: Cast) -> None:
    client = Client()
    session = client.session
    session["organ"] = 5
    session.save()
    fixed = session.session_key
    client.cookies["lx_session"] = fixed
    client.post("/desk/sign-in", {"username": "ran", "password": PASSWORD})
    assert client.cookies["lx_session"].value != fixed
    assert "绵阳市安州区民政局" in client.get("/desk/").content.decode()
    old = Client()
    old.cookies["lx_session"] = fixed
    assert old.get("/desk/").status_code == 302


def test_sess_04_signing_out_ends_everything(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    session = client.cookies["lx_session"].value
    answer = client.post("/desk/sign-out")
    assert answer.status_code == 302 and "cache" in answer.headers["Clear-Site-Data"]
    old = Client()
    old.cookies["lx_session"] = session
    assert old.get("/desk/").headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F"


def test_signing_out_by_get_is_refused(desk: Desk) -> None:
    client = desk("ran")
    assert client.get("/desk/sign-out").status_code == 405
    assert client.get("/desk/").status_code == 200


def test_sess_05_a_new_password_or_a_stopped_account_ends_open_sessions(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    cast.staff["ran"].set_password("another-long-password")
    cast.staff["ran"].save()
    assert client.get("/desk/").status_code == 302
    other = desk("fen")
    cast.staff["fen"].is_active = False
    cast.staff["fen"].save()
    assert other.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "https:evil.example",
        "https://evil.example/desk/",
        "/\\evil.example",
        "/desk/\r\nX: y",
        "／／evil.example",
        "javascript:alert(1)",
        "/%0d%0aevil",
        "\t//evil.example",
        "http:///evil.example",
        "/file/",
        "",
    ],
)
def test_redir_01_next_leads_to_the_desk_only(cast: Cast, goal: str) -> None:
    assert try_in("ran", PASSWORD, next=goal).headers["Location"] == "/desk/"


def test_next_leads_back_to_where_one_came_from(cast: Cast) -> None:
    first = Client().get("/desk/search/?number=1")
    assert first.headers["Location"] == "/desk/sign-in?next=%2Fdesk%2Fsearch%2F%3Fnumber%3D1"
    assert (
        try_in("ran", PASSWORD, next="/desk/search/?number=1").headers["Location"] == "/desk/search/?number=1"
    )


def test_an_empty_form_is_refused_with_both_fields(cast: Cast) -> None:
    answer = try_in("", "")
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"username", "password"}


def test_the_password_is_never_in_the_page(cast: Cast) -> None:
    assert "a-typed-password" not in try_in("ran", "a-typed-password").content.decode()


@pytest.fixture
def two_organs(cast: Cast) -> Cast:
    Post.objects.create(
        id=990, staff=cast.staff["shi"], organ=cast.organs["anzhou"], role="window", starts_on=FROM
    )
    return cast


def test_switching_the_organ(two_organs: Cast, desk: Desk) -> None:
    client = desk("shi")
    assert client.get("/desk/").context["post"].organ.code == "mianyang"
    assert "切换" in client.get("/desk/").content.decode()
    assert client.post("/desk/switch-organ", {"organ": "4"}).status_code == 302
    page = client.get("/desk/")
    assert page.context["post"].organ.code == "anzhou" and page.context["post"].role_label == "登记接待"


@pytest.mark.parametrize("organ", ["5", "99", "x", "", "-1", "9223372036854775808"])
def test_az_06_an_organ_without_a_post_is_not_there(two_organs: Cast, desk: Desk, organ: str) -> None:
    client = desk("shi")
    assert client.post("/desk/switch-organ", {"organ": organ}).status_code == 404
    assert client.get("/desk/?organ=5", HTTP_X_ORGAN="5").context["post"].organ.code == "mianyang"


def test_switching_by_get_is_refused(two_organs: Cast, desk: Desk) -> None:
    assert desk("shi").get("/desk/switch-organ").status_code == 405


def test_csrf_02_signing_in_and_out_need_the_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/desk/sign-in", {"username": "ran", "password": PASSWORD}).status_code == 403
    assert client.post("/desk/sign-out").status_code == 403


def test_a_form_sent_after_the_session_ended_is_not_thrown_away(cast: Cast, desk: Desk) -> None:
    client, case = desk("ran"), cast.filed().case
    client.cookies.pop("lx_session")
    sent = {
        "key": "a-key-of-one-form-page",
        "version": "1",
        "summary": "<b>写了很久</b>的摘要",
        "kind": "claim",
    }
    answer = client.post(f"/desk/case/{case.pk}/register/", sent)
    page = answer.content.decode()
    assert answer.status_code == 403 and "没有提交成功" in page and "草稿" not in page
    assert "&lt;b&gt;写了很久&lt;/b&gt;的摘要" in page and sent["key"] not in page
    assert '<a class="govuk-link" href="/desk/sign-in" target="_blank" rel="noopener">' in page
    english = client.post("/desk/register/", {"body": "words"}, headers={"accept-language": "en"})
    assert "You are signed out" in english.content.decode()
