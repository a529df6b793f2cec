"""What the tests of the conflict wall share: raising one, and asking every question of seeing at once."""

from __future__ import annotations

from datetime import date

from lianxin.cases.models import Alert, Case, WorkItem
from lianxin.cases.policies import (
    alerts_of,
    content_of,
    may_read_content,
    may_reveal,
    may_supervise,
    progress_of,
    work_of,
)
from lianxin.cases.services import walls
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Post
from tests.cast import Cast, key, on

DAY = date(2026, 6, 1)


def named(cast: Cast, *words: str, near: str = "anzhou") -> walls.Named:
    """Return whom these words mean."""
    return walls.named_in("\n".join(words), cast.organs[near], on=DAY)


def raised(cast: Cast, case: Case, *words: str, who: str = "tou", near: str = "anzhou") -> Case:
    """Return the case as kept from those named by somebody."""
    return walls.raise_wall(
        cast.load(who, case),
        named=named(cast, *words, near=near),
        actor=cast.actor(who),
        key=key(),
        when=on(DAY),
    )


def known_to(actor: Actor, case: Case) -> bool:
    """Tell whether any question of seeing is answered with the case."""
    row = Case.objects.select_related("holder").get(pk=case.pk)
    return any(
        (
            Case.objects.filter(content_of(actor), pk=case.pk).exists(),
            Case.objects.filter(progress_of(actor), pk=case.pk).exists(),
            WorkItem.objects.filter(work_of(actor), case_id=case.pk).exists(),
            Alert.objects.filter(alerts_of(actor), case_id=case.pk).exists(),
            may_read_content(actor, row),
            may_reveal(actor, row),
            may_supervise(actor, row),
        )
    )


def who_know(cast: Cast, case: Case, *, day: date = DAY) -> set[str]:
    """Return who of the cast knows of the case in any of the posts held on a day."""
    return {
        name
        for name, staff in cast.staff.items()
        if any(known_to(actor, case) for actor in actors_of(staff.pk, on=day))
    }


def hired(
    cast: Cast, name: str, organ: str, role: str, *, since: date = DAY, until: date | None = None
) -> Post:
    """Return a further post of somebody of the cast."""
    pk = 100_000 + Post.objects.count()
    return Post.objects.create(
        id=pk, staff=cast.staff[name], organ=cast.organs[organ], role=role, starts_on=since, ends_on=until
    )
