"""What the petitioner says of the answer: accepting it, rating it, once and of one's own will."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Case, Evaluation, Step
from tests.cast import Cast
from tests.web.public.walking import new_code, show

KEY = "k" * 22
RATING = {
    "key": KEY,
    "answered": "yes",
    "right": "no",
    "carried_out": "none",
    "office": "satisfied",
    "organ": "not_satisfied",
    "words": "补发的数不对",
}


def served(client: Client, cast: Cast) -> Case:
    case = cast.served()
    show(client, cast, case, new_code(case))
    return case


def test_accepting_closes_the_case_once(client: Client, cast: Cast) -> None:
    case = served(client, cast)
    assert client.get("/follow/accept/").status_code == 200
    for _ in range(2):
        assert client.post("/follow/accept/", {"key": KEY, "sure": "on"})["Location"] == "/follow/case/"
    assert Case.objects.get(pk=case.pk).state == "closed_satisfied"
    assert Step.objects.filter(case_id=case.pk, event="accept_result").count() == 1
    text = client.get("/follow/case/").content.decode()
    assert "您认可了处理结果，这件事已经办结。" in text
    assert "您说认可" in text


def test_accepting_needs_the_plain_statement(client: Client, cast: Cast) -> None:
    case = served(client, cast)
    response = client.post("/follow/accept/", {"key": KEY})
    assert response.status_code == 422
    assert "不认可就不要提交" in response.content.decode()
    assert KEY in response.content.decode()
    assert Case.objects.get(pk=case.pk).state == "served"


def test_reading_the_question_accepts_nothing(client: Client, cast: Cast) -> None:
    case = served(client, cast)
    client.get("/follow/accept/", {"sure": "on", "key": KEY})
    assert Case.objects.get(pk=case.pk).state == "served"


@pytest.mark.parametrize("path", ["accept", "evaluate"])
def test_before_the_answer_there_is_nothing_to_say(client: Client, cast: Cast, path: str) -> None:
    case = cast.assigned()
    show(client, cast, case, new_code(case))
    assert client.get(f"/follow/{path}/")["Location"] == "/follow/case/"
    given = {"key": KEY, "sure": "on"} if path == "accept" else RATING
    response = client.post(f"/follow/{path}/", given)
    assert response.status_code == 409
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_a_rating_is_kept_once_and_shown(client: Client, cast: Cast) -> None:
    case = served(client, cast)
    assert client.get("/follow/evaluate/").status_code == 200
    for _ in range(2):
        assert client.post("/follow/evaluate/", RATING)["Location"] == "/follow/case/"
    said = Evaluation.objects.get(case_id=case.pk)
    assert (said.answered, said.right, said.carried_out, said.office, said.organ, said.words) == (
        True,
        False,
        None,
        "satisfied",
        "not_satisfied",
        "补发的数不对",
    )
    text = client.get("/follow/case/").content.decode()
    assert "您说不认可" in text
    assert 'href="/follow/evaluate/"' not in text


def test_a_second_rating_is_refused_with_what_was_typed(client: Client, cast: Cast) -> None:
    served(client, cast)
    client.post("/follow/evaluate/", RATING)
    assert client.get("/follow/evaluate/")["Location"] == "/follow/case/"
    response = client.post("/follow/evaluate/", {**RATING, "key": "n" * 22})
    assert response.status_code == 409
    assert "您已经评价过" in response.content.decode()
    assert "补发的数不对" in response.content.decode()


def test_an_empty_rating_is_told_question_by_question(client: Client, cast: Cast) -> None:
    served(client, cast)
    response = client.post("/follow/evaluate/", {"key": KEY, "words": "𠮷😀\x00" + "长" * 10})
    text = response.content.decode()
    assert response.status_code == 422
    assert text.count("govuk-error-message") == 5
    assert "长" * 10 in text
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("odd", ["", "<b>", "x" * 500, "短", "\x00"])
def test_an_odd_key_is_replaced_not_stored(client: Client, cast: Cast, odd: str) -> None:
    case = served(client, cast)
    assert client.post("/follow/evaluate/", {**RATING, "key": odd})["Location"] == "/follow/case/"
    step = Step.objects.get(case_id=case.pk, event="evaluate")
    assert step.key != odd
    assert len(step.key) == 22


def test_posted_fields_change_nothing_else(client: Client, cast: Cast) -> None:
    case = served(client, cast)
    before = Case.objects.values().get(pk=case.pk)
    client.post(
        "/follow/evaluate/",
        {**RATING, "state": "closed_final", "case": "1", "case_id": "1", "seq": "1", "at": "2020"},
    )
    after = Case.objects.values().get(pk=case.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"version", "steps", "head", "papers"}
