"""The only place that says when two officers stand in one chain of command, and when two accounts are one person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q

from lianxin.organs.models import Organ, OrganKind, OrganLevel, Post, Staff
from lianxin.organs.selectors import in_force, path_ids

INNER = (OrganKind.DEPARTMENT, OrganKind.AFFILIATED, OrganKind.NETWORK)
"""What belongs to another organ and works under its head."""
LISTED = 200


def apart_from(held: Sequence[Organ], others: Iterable[Organ]) -> list[Organ]:
    """Return those of `others` that stand in no chain of command with any of the organs in which somebody holds a post.

    One chain is: an organ and whatever hangs above or below it; the organs of one place below the ministry, which answer to
    the same head of its government, with their departments and units; a government and every organ of its place and of the
    places in it, which it leads. Two counties of one city are apart, and so are two departments of the ministry, and a county
    and a department of its city. One query.
    """
    others = list(others)
    ids = {one for organ in (*held, *others) for one in path_ids(organ.path)}
    known = Organ.objects.select_related("region").in_bulk(ids)
    return [one for one in others if not any(_one_chain(one, mine, known) for mine in held)]


def apart(first: Sequence[Organ], second: Sequence[Organ]) -> bool:
    """Tell whether two persons with posts in these organs stand in different chains of command; no post is no chain, and
    so never apart. One query."""
    return bool(first) and bool(second) and len(apart_from(first, second)) == len(second)


def organs_of(staff_id: int, *, on: date) -> list[Organ]:
    """Return every organ in which somebody holds a post on a day. One query."""
    posts = Post.objects.held_on(on).filter(staff_id=staff_id, staff__is_active=True)
    return list({post.organ_id: post.organ for post in posts.select_related("organ__region")}.values())


def same_person(first: Staff, second: Staff) -> bool:
    """Tell whether two accounts are to be taken for one person: one account, or one name however it is written.

    An account holds one person, and nothing else of a person is kept but the name; a namesake is refused as well.
    """
    return first.pk == second.pk or _plain(first.name) == _plain(second.name)


def others_near(held: Sequence[Organ], roles: Iterable[str], *, near: Organ, on: date) -> list[Organ]:
    """Return the organs in other chains of command that have somebody in one of `roles` on a day, the nearest first.

    Looked for beside each organ on the way up from `near`, and in its place and the places around that. Three queries.
    """
    way = path_ids(near.path)
    around = Q(parent_id__in=way[:-1]) | Q(region_id__in=path_ids(near.region.path))
    posts = Post.objects.held_on(on).filter(role__in=list(roles), staff__is_active=True)
    rows = Organ.objects.filter(in_force(on), around, pk__in=posts.values("organ_id")).exclude(pk__in=way)
    found = apart_from(held, rows.select_related("region").order_by("pk"))
    levels = [level.value for level in reversed(OrganLevel)]
    return sorted(found, key=lambda one: (levels.index(one.level), one.name))[:LISTED]


def _one_chain(first: Organ, second: Organ, known: Mapping[int, Organ]) -> bool:
    if first.path.startswith(second.path) or second.path.startswith(first.path):
        return True
    if _leads(first, second) or _leads(second, first) or _neighbours(first, second):
        return True
    body = _body(first, known)
    return body.level != OrganLevel.MINISTRY and body.pk == _body(second, known).pk


def _leads(first: Organ, second: Organ) -> bool:
    """Tell whether the first is a government in whose place the second works."""
    return first.kind == OrganKind.GOVERNMENT and second.region.path.startswith(first.region.path)


def _neighbours(first: Organ, second: Organ) -> bool:
    """Tell whether both are organs of one place, below the ministry: they answer to the same head of its government."""
    ministry = OrganLevel.MINISTRY in (first.level, second.level)
    return first.region_id == second.region_id and not ministry


def _body(organ: Organ, known: Mapping[int, Organ]) -> Organ:
    """Return the organ whose head an organ works under: itself, or for a department or unit the one it belongs to."""
    way = [known[one] for one in reversed(path_ids(organ.path)) if one in known]
    return next((one for one in way if one.kind not in INNER), organ)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
