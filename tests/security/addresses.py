"""All addresses of the site as the resolver knows them, filled in with things that are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {
    "seq": "1",
    "organ_id": "4",
    "staff_id": "1",
    "post_id": "100",
    "handle": "a-passkey",
    "name": "story",
    "token": "a-token",
    "draft_id": "1",
    "case_id": "1",
}
"""What stands in an address for each kind of part; a part without a row fails every test that walks the addresses."""


@dataclass(frozen=True)
class Address:
    """One address: its name, the parts it takes, and how it is written."""

    name: str
    parts: tuple[str, ...]
    route: str

    def path(self, **given: object) -> str:
        """Return the path with these parts, the others as in `SAMPLES`."""
        from django.urls import reverse

        return reverse(self.name, kwargs={part: str(given.get(part, SAMPLES[part])) for part in self.parts})


def addresses() -> list[Address]:
    """Return every address of the site in the order of the resolver."""
    return list(_walk(get_resolver(), "", "", ()))


def _walk(resolver: URLResolver, route: str, space: str, parts: tuple[str, ...]) -> Iterator[Address]:
    for one in resolver.url_patterns:
        written = route + str(one.pattern)
        taken = (*parts, *one.pattern.converters)
        if isinstance(one, URLPattern):
            assert one.name, f"{written} has no name"
            yield Address(space + one.name, taken, "/" + written)
        else:
            yield from _walk(one, written, f"{space}{one.namespace}:" if one.namespace else space, taken)


def rows_of_everything() -> dict[str, list[Any]]:
    """Return all rows of all tables but those that note that somebody came: sessions, budgets, sign-ins, leases."""
    from django.apps import apps

    left_out = {"organs.Session", "organs.Budget", "organs.SignInEvent", "organs.Account", "ledger.NodeLease"}
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model.__module__.startswith("lianxin.") and model._meta.label not in left_out
    }
