"""Fills every form of every page: opens each address, reads the fields of its forms, and sends a payload in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.test import Client

from lianxin.cases.policies import CASE_ROLES
from lianxin.organs.models import Post
from tests.cast import FROM, Cast
from tests.security.addresses import addresses
from tests.security.conftest import Browser
from tests.web.public.walking import answers, new_code, show, walk

OFFICERS = ("han", "fu", "guan")
"""Who opens the pages: one officer with every role of a case at the county, one at the city, and the administrator."""
HIDDEN = {"key": "a-key-of-one-form-page"}


@dataclass(frozen=True)
class Page:
    """A page with a form: who opened it, where, and the names of what can be sent."""

    client: Client
    path: str
    names: tuple[str, ...]
    hidden: dict[str, str]

    def send(self, value: str, *, only: str = "") -> HttpResponse:
        """Send the form with this value in every field, or in one alone."""
        given = {name: value for name in self.names if name not in HIDDEN and only in ("", name)}
        return self.client.post(self.path, {**self.hidden, **given})


def pages(cast: Cast, browser: Browser) -> Iterator[Page]:
    """Yield every page with a form, once, as the first officer for whose case it opens, or as the petitioner."""
    for name, organ in (("han", "anzhou"), ("fu", "mianyang")):
        for n, role in enumerate(sorted(CASE_ROLES | {"supervisor"}), start=50):
            staff = cast.staff[name]
            Post.objects.create(
                id=staff.pk * 100 + n,
                staff=staff,
                organ=cast.organs[organ],
                role=role,
                starts_on=FROM + timedelta(days=1),
            )
    cases = {
        "received": cast.filed().case,
        "registered": cast.registered(),
        "assigned": cast.assigned(),
        "drafted": cast.drafted(),
        "served": cast.served(),
        "referred": cast.referred(),
        "asked": cast.asked_again(day="2026-05-30"),
    }
    seen: set[str] = set()
    signed = {name: browser(name) for name in OFFICERS}
    for one in addresses():
        if one.name == "desk:sign_out":
            continue
        states = cases if "case_id" in one.parts else {"": None}
        for case in states.values():
            path = one.path(case_id=case.pk if case else 1)
            for client in signed.values():
                if one.name in seen:
                    break
                answer = client.get(path)
                if (found := _fields(answer)) and answer.status_code == 200:
                    seen.add(one.name)
                    yield Page(client, path, found, _hidden(answer))
    follower = Client()
    show(follower, cast, cases["served"], new_code(cases["served"]))
    for name in ("accept", "evaluate", "review", "withdraw"):
        answer = follower.get(f"/follow/{name}/")
        if found := _fields(answer):
            yield Page(follower, f"/follow/{name}/", found, _hidden(answer))
    yield Page(Client(), "/follow/", ("number", "code"), {})
    for name in answers(cast):
        writer = Client()
        walk(writer, cast, until=name)
        answer = writer.get(f"/file/{name}/")
        yield Page(writer, f"/file/{name}/", _fields(answer), {})


def _fields(answer: HttpResponse) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for context in getattr(answer, "context", None) or ():
        for layer in context.dicts if hasattr(context, "dicts") else [context]:
            for value in layer.values():
                if isinstance(value, forms.BaseForm):
                    for bound in value:
                        found |= dict.fromkeys(_names(bound))
    return tuple(found)


def _names(bound: forms.BoundField) -> list[str]:
    parts = getattr(bound.field.widget, "widgets_names", None)
    if parts or isinstance(bound.field.widget, forms.MultiWidget):
        return [bound.html_name + suffix for suffix in bound.field.widget.widgets_names]  # type: ignore[attr-defined]
    return [bound.html_name, *(f"{bound.html_name}_{part}" for part in ("year", "month", "day"))]


def _hidden(answer: HttpResponse) -> dict[str, str]:
    context = answer.context
    return {name: str(context[name]) for name in ("key", "version") if name in context}
