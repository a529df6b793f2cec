"""What is found over the words of cases, for whom: rights are asked inside the one statement that finds, before anything is
ordered or counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from lianxin.cases import reading
from lianxin.cases.models import Case
from lianxin.cases.policies import CASE_ROLES, content_of
from lianxin.cases.words import folded
from lianxin.insight.finding import Holds
from lianxin.insight.models import Search
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff

PAGE = 50
WORDS = 5
"""So many words one may look for at once; every one of them has to be there."""
OPEN_FOR = timedelta(hours=12)
"""How long the results of a search can be turned back to; after that it is asked anew, with its purpose."""
SHOWN = (
    *("number", "summary", "state", "kind", "channel", "category", "rulebook", "received_on"),
    "place__full_name",
)
"""What a hit shows: nothing of the petition's text, which is read by opening it, and that is a look."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: words as they were typed, and what narrows them. `relation` is what the own organ has to do with it."""

    words: str
    relation: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    category: str = ""
    since: date | None = None
    until: date | None = None

    def parts(self) -> list[str]:
        """Return the words as they are compared, each once."""
        return [one for one in dict.fromkeys(map(folded, self.words.split())) if one]

    def filters(self) -> dict[str, str]:
        """Return what narrows the words, as it is stored."""
        return {name: str(value) for name, value in asdict(self).items() if value and name != "words"}

    def wide(self) -> Asked:
        """Return the same words without what narrows them."""
        return Asked(self.words)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of cases, newest first; `after` leads to the next one or is None."""

    cases: Sequence[Case]
    after: tuple[date, int] | None


def may_search(actor: Actor) -> bool:
    """Tell whether the officer reads any case, and so may look for words in them."""
    return actor.has(*CASE_ROLES)


def find(actor: Actor, asked: Asked, *, after: tuple[date, int] | None = None, size: int = PAGE) -> Found:
    """Return a page of the cases the officer may read in which all words stand. One query."""
    rows = Case.objects.filter(content_of(actor), *map(Holds, asked.parts()), _narrowed(actor, asked))
    if after:
        day, case_id = after
        rows = rows.filter(Q(received_on__lt=day) | Q(received_on=day, pk__lt=case_id))
    wanted = rows.select_related("place").only(*SHOWN).order_by("-received_on", "-pk")
    cases = list(wanted[: size + 1]) if asked.parts() else []
    last = cases[size - 1] if len(cases) > size else None
    return Found(cases[:size], (last.received_on, last.pk) if last else None)


def search_of(actor: Actor, search_id: int, *, at: datetime) -> Search | None:
    """Return a search the officer made not long ago in this organ, or None."""
    rows = Search.objects.filter(organ_id=actor.organ.pk, id=search_id, staff_id=actor.staff.pk)
    return rows.filter(at__gt=at - OPEN_FOR, at__lte=at).first()


def asked_in(search: Search) -> Asked:
    """Return what a search asked for."""
    stored: dict[str, str] = dict(search.filters)
    since, until = (
        date.fromisoformat(stored.pop(name)) if name in stored else None for name in ("since", "until")
    )
    return Asked(search.words, **stored, since=since, until=until)


def searches_of(actor: Actor, staff: Staff, *, on: date) -> list[Search]:
    """Return what an officer of the auditor's organ looked for on a day, oldest first: words, purpose and what narrowed
    them. How much was found is left out: it would tell an auditor behind a wall what is there.
    """
    if not reading.may_audit(actor):
        return []
    rows = Search.objects.filter(reading.within(on), organ_id=actor.organ.pk, staff_id=staff.pk)
    return list(rows.defer("shown", "salt", "key").order_by("at", "id")[: reading.PAGE])


def searched(actor: Actor, *, on: date) -> dict[int, tuple[str, int]]:
    """Return how often each officer of the auditor's organ searched on a day: name and count by officer."""
    if not reading.may_audit(actor):
        return {}
    rows = Search.objects.filter(reading.within(on), organ_id=actor.organ.pk)
    found = Counter(rows.values_list("staff_id", "staff__name"))
    return {staff_id: (name, count) for (staff_id, name), count in found.items()}


def _narrowed(actor: Actor, asked: Asked) -> Q:
    wanted = {name: getattr(asked, name) for name in ("state", "kind", "channel", "category")}
    found = Q(**{name: value for name, value in wanted.items() if value})
    if asked.since:
        found &= Q(received_on__gte=asked.since)
    if asked.until:
        found &= Q(received_on__lte=asked.until)
    return found & _related(actor.organ.pk, asked.relation)


def _related(organ_id: int, relation: str) -> Q:
    """Return the filter for what the own organ has to do with a case."""
    return {
        "holder": Q(holder_id=organ_id),
        "handled": Q(handled_by_id=organ_id),
        "offered": Q(offered_to_id=organ_id),
        "own": Q(registrar_id=organ_id),
        "others": ~Q(registrar_id=organ_id),
    }.get(relation, Q())
