"""Who acts: a person in an organ with the roles held there today. The face makes one per request and passes it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lianxin.ledger.chain import Reader
from lianxin.organs.models import Organ, Post, Staff
from lianxin.organs.selectors import path_ids

_COLUMNS = (
    "role",
    *(f"staff__{name}" for name in ("username", "name", "password", "is_active")),
    *(
        f"organ__{name}"
        for name in ("code", "name", "short_name", "level", "kind", "path", "phone", "address", "hours")
    ),
    "organ__region_id",
    "organ__parent_id",
    *(f"organ__region__{name}" for name in ("code", "name", "full_name", "path")),
)
"""What is needed of an officer at work on every page."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer at work on a day: the person, the organ spoken for, and the roles held in it.

    `elsewhere` are the organs, with those above them, in which the person holds further posts on that day: a conflict of
    interest goes with the person.
    """

    staff: Staff
    organ: Organ
    roles: frozenset[str]
    on: date
    elsewhere: frozenset[int] = frozenset()

    def reader(self) -> Reader:
        """Return the officer as the one who looks, for the record of looks."""
        return Reader(self.organ.pk, self.staff.pk, "、".join(sorted(self.roles)))

    def has(self, *roles: str) -> bool:
        """Tell whether one of `roles` is held."""
        return bool(self.roles.intersection(roles))


def actors_of(staff_id: int, *, on: date) -> list[Actor]:
    """Return the person once per organ with the posts held on that day, by organ id. One query; [] when none."""
    posts = (
        Post.objects.held_on(on)
        .filter(staff_id=staff_id, staff__is_active=True)
        .select_related("staff", "organ__region")
        .only(*_COLUMNS)
        .order_by("organ_id", "id")
    )
    return _by_organ(posts, on)


def _by_organ(posts: Iterable[Post], on: date) -> list[Actor]:
    organs: dict[int, tuple[Post, set[str]]] = {}
    for post in posts:
        organs.setdefault(post.organ_id, (post, set()))[1].add(post.role)
    ways = {organ_id: path_ids(first.organ.path) for organ_id, (first, _) in organs.items()}
    return [
        Actor(
            first.staff,
            first.organ,
            frozenset(roles),
            on,
            frozenset(one for other, way in ways.items() if other != organ_id for one in way),
        )
        for organ_id, (first, roles) in organs.items()
    ]
