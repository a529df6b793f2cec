"""CONC-02 over every act: each act that a case offers, in each state of the cast, is filled in by its fields and sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django import forms
from django.db import transaction
from django.test import Client

from lianxin.cases.models import Case
from lianxin.web.desk.forms.fields import DayField, ItemNumberField, PlaceField
from lianxin.web.desk.keeping import parts_of
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import everything

STATES: dict[str, tuple[Callable[[Cast], Case], str, tuple[str, ...]]] = {
    "received": (lambda cast: cast.filed().case, "2026-05-07", ("ran", "fen", "tou")),
    "registered": (lambda cast: cast.registered(), "2026-05-08", ("fen", "tou", "zhi")),
    "referred": (lambda cast: cast.referred(), "2026-05-08", ("fen",)),
    "accepted": (lambda cast: cast.accepted(), "2026-05-09", ("fen",)),
    "handling": (lambda cast: cast.assigned(), "2026-05-20", ("han", "fen", "tiao", "ting", "ran", "du")),
    "signoff": (lambda cast: cast.drafted(), "2026-05-25", ("tou", "shen")),
    "issued": (lambda cast: cast.issued(), "2026-05-28", ("ran",)),
    "served": (lambda cast: cast.served(), "2026-06-01", ("ran", "fen")),
    "reviewing": (lambda cast: cast.under_review(), "2026-06-22", ("fu",)),
}
WANTED = ("same_matter", "claim", "0101", "31.6")
CARRIED_OUT = {
    *("register", "assign", "accept", "recuse", "reassign", "send-back", "sign", "serve", "take"),
    *("draft-opinion", "sort-claims", "link", "raise-wall"),
}
"""Acts that must have been carried out for this test to mean anything; others ask for more than can be guessed."""


def typed(form: forms.BaseForm, day: str, number: str) -> dict[str, object]:
    """Return something fitting for each field of a form, by its kind."""
    sent: dict[str, object] = {}
    for part in parts_of(form):
        for name, field in part.fields.items():
            sent |= _value(field, part.add_prefix(name), name, day, number)
    return sent


def _value(field: forms.Field, sent_as: str, name: str, day: str, number: str) -> dict[str, object]:
    if isinstance(field, DayField | forms.DateField):
        at = date.fromisoformat("2026-07-01" if "promise" in name or "due" in name else day)
        return {
            f"{sent_as}_year": at.year,
            f"{sent_as}_month": at.month,
            f"{sent_as}_day": at.day,
            sent_as: at,
        }
    if isinstance(field, forms.FileField) or name in ("key", "version"):
        return {}
    if isinstance(field, forms.MultipleChoiceField):
        return {sent_as: [str(value) for value, _ in field.choices]}
    if isinstance(field, forms.ChoiceField):
        flat = [one for one in _flat(field.choices) if one]
        return {sent_as: next((one for one in WANTED if one in flat), flat[0] if flat else "")}
    if isinstance(field, forms.BooleanField):
        return {sent_as: "on"}
    if isinstance(field, forms.IntegerField):
        return {sent_as: "10"}
    if isinstance(field, ItemNumberField):
        return {sent_as: number}
    if isinstance(field, PlaceField):
        return {sent_as: "安州区"}
    return {sent_as: "绵阳市涪城区民政局" if name == "avoid" else "按规定核对清楚后办理"}


def _flat(choices: object) -> list[str]:
    found: list[str] = []
    for value, label in choices:  # type: ignore[attr-defined]
        found += _flat(label) if isinstance(label, list | tuple) else [str(value)]
    return found


def sent_twice(client: Client, address: str, day: str, number: str) -> bool:
    """Send an act's form twice and tell whether it was carried out; the second time changes nothing."""
    page = client.get(address)
    if page.status_code != 200 or "form" not in (page.context or {}):
        return False
    marks = {name: page.context[name] for name in ("key", "version") if name in page.context}
    data = {**typed(page.context["form"], day, number), **marks}
    first = client.post(address, data)
    if first.status_code != 302 or "done=" not in first.headers["Location"]:
        return False
    before = everything()
    again = client.post(address, data)
    assert again.status_code in (302, 404), (address, again.status_code)
    assert everything() == before, f"{address} was done twice"
    return True


def test_every_act_that_is_offered_is_done_once_however_often_it_is_sent(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    done: set[str] = set()
    for make, day, people in STATES.values():
        case, other = make(cast), cast.registered()
        today(day)
        for who in people:
            client = desk(who)
            acts = client.get(f"/desk/case/{case.pk}/").context["acts"]
            for act in acts:
                with transaction.atomic():
                    if sent_twice(client, act["href"], day, other.number):
                        done.add(act["href"].rstrip("/").rpartition("/")[2])
                    transaction.set_rollback(True)
    assert done >= CARRIED_OUT, CARRIED_OUT - done


@pytest.mark.parametrize("who", ["han"])
def test_the_second_sending_of_another_page_is_told(cast: Cast, desk: Desk, who: str) -> None:
    """Two pages opened before either was sent: the second one is refused, with what was typed."""
    case, client = cast.assigned(), desk(who)
    pages = [client.get(f"/desk/case/{case.pk}/recuse/") for _ in range(2)]
    answers = [
        client.post(
            f"/desk/case/{case.pk}/recuse/",
            {"key": page.context["key"], "version": page.context["version"], "reasons": f"理由{n}"},
        )
        for n, page in enumerate(pages)
    ]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "理由1" in answers[1].content.decode() and "最近一步" in answers[1].content.decode()
