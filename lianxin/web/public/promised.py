"""What the petitioner's page says of promises with dates: the day, the organ's proof, and the petitioner's own word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Promise
from lianxin.cases.services import promises
from lianxin.procedure.closing import promises_made
from lianxin.web.public.words import day_words

TOLD = frozenset({"serve", "agree_settlement"})


def made_to(loaded: Loaded) -> list[Promise]:
    """Return the promises of the answers the petitioner has received. One statement where there are any, else none."""
    told = max((place for place, act in enumerate(loaded.acts, start=1) if act.event in TOLD), default=0)
    kept = any(act.event == "keep_promise" for act in loaded.acts)
    if not told or not (promises_made(loaded.acts) or kept):
        return []
    return [one for one in promises.of_case(loaded.case.pk) if one.step <= told]


def lines(found: Sequence[Promise], when: Moment) -> list[dict[str, Any]]:
    """Return the promises as the page lists them; from its day on the petitioner may say of each whether it was kept."""
    return [
        {
            "what": one.what,
            "day": day_words(one.due_on),
            "organ": _("机关记录 %(on)s 落实：%(evidence)s")
            % {"on": day_words(one.kept_on), "evidence": one.evidence}
            if one.kept_on
            else _("机关还没有记录落实"),
            "said": str(one.get_said_display()) if one.said else "",
            "again": one.reopened_step is not None,
            "href": reverse("public:promise", args=[one.seq]) if one.due_on <= when.on or one.kept_on else "",
        }
        for one in found
    ]


def word(found: Sequence[Promise]) -> bool | None:
    """Return what the petitioner has said of them all: False where one was not kept, True where all were, else None."""
    said = {one.said for one in found}
    if Promise.Said.UNDONE in said:
        return False
    return True if said == {Promise.Said.DONE.value} else None
