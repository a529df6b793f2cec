"""Paging through the list a case was opened from: "12 of 340", the case before and the one after, and the way back.

A case opened from a worklist carries `list`: the list's own query, where the row stood (`at`) and its line on the page
(`n`). Only known parameters are read and written again, so that nothing else can lead anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lianxin.cases import worklists
from lianxin.cases.models import Case
from lianxin.cases.worklists import CAP, PAGE, Key, Wanted
from lianxin.web.desk import words
from lianxin.web.desk.lists import at_of, given, line_of, query_of, wanted_of
from lianxin.web.desk.signed_in import DeskRequest


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the head of a case page shows of the list one came from; "" where there is no case before or after.

    `position` and `total` are text, capped ("500+"); `text` says both in a sentence. `carried` is what the address of
    another page of this case needs (`?` and all), so that it leads back here with its list.
    """

    previous_href: str
    next_href: str
    position: str
    total: str
    text: str
    back_href: str
    carried: str


def neighbours(request: DeskRequest, case: Case) -> Neighbours | None:
    """Return the place of a case in the list it was opened from, None without a list. One statement with a list, none without."""
    query = given(request.GET.get("list", ""))
    day = at_of(query)
    if day is None:
        return None
    wanted, line = wanted_of(query, request.actor), line_of(query)
    key = (day, case.pk)
    found = worklists.standing(request.actor, wanted, key, on=request.when.on)
    position = words.capped(found.before + 1, CAP)
    total = words.capped(max(found.total, 1), CAP)
    return Neighbours(
        previous_href=_case(wanted, found.previous, line - 1),
        next_href=_case(wanted, found.following, line + 1),
        position=position,
        total=total,
        text=_("第 %(position)s 件，共 %(total)s 件") % {"position": position, "total": total},
        back_href=_back(wanted, key, line),
        carried=carried(request),
    )


def carried(request: DeskRequest) -> str:
    """Return "?list=…" for another page of the same case, "" where it was opened from no list. No statement."""
    query = given(request.GET.get("list", ""))
    day = at_of(query)
    return (
        "" if day is None else "?" + _list(wanted_of(query, request.actor), day.isoformat(), line_of(query))
    )


def opened_from(wanted: Wanted, key: Key, line: int) -> str:
    """Return the address of a case as its row in a list gives it."""
    return reverse("desk:case", args=[key[1]]) + "?" + _list(wanted, key[0].isoformat(), line)


def _case(wanted: Wanted, key: Key | None, line: int) -> str:
    return "" if key is None else opened_from(wanted, key, line % PAGE)


def _list(wanted: Wanted, at: str, line: int) -> str:
    return urlencode({"list": urlencode([*query_of(wanted), ("at", at), ("n", line)])})


def _back(wanted: Wanted, key: Key, line: int) -> str:
    """Return the address of the page of the list on which the row stands on its line, with the row as its fragment."""
    query = urlencode([*query_of(wanted), ("seen", worklists.written(key)), ("n", line)])
    return f"{reverse('desk:worklist')}?{query}#row-{key[1]}"
