"""What is read about places and organs."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianxin.organs.models import Organ, OrganKind, OrganLevel, Post, Region, Role, Staff

LISTED = 200
LEVEL_ORDER = [level.value for level in reversed(OrganLevel)]


def in_force(on: date) -> Q:
    """Return the filter for rows (regions, organs) that are in force on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_to=None) | Q(valid_to__gt=on))


def path_ids(path: str) -> list[int]:
    """Return the ids on a materialised path, from the top."""
    return [int(part) for part in path.strip("/").split("/") if part]


def ladder(place: Region, *, on: date) -> list[Organ]:
    """Return the civil-affairs organs that cover a place on a day, lowest level first. One query."""
    found = Organ.objects.filter(
        in_force(on), region_id__in=path_ids(place.path), kind=OrganKind.CIVIL_AFFAIRS
    ).select_related("region")
    return sorted(found, key=lambda organ: LEVEL_ORDER.index(organ.level))


def below(organ: Organ) -> QuerySet[Organ]:
    """Return the organ and all under it, by path."""
    return Organ.objects.filter(path__startswith=organ.path)


def children(region: Region | None, *, on: date) -> QuerySet[Region]:
    """Return the places directly under a place on a day, by code; the provinces for None."""
    if region is None:
        return Region.objects.filter(in_force(on), level="province").order_by("code")
    return Region.objects.filter(in_force(on), parent=region).order_by("code")


def organs_named(word: str, *, on: date) -> QuerySet[Organ]:
    """Return the organs in force on a day that bear a word in their name or have it as code, by path; none for no word."""
    bears = Q(name__icontains=word) | Q(short_name__icontains=word) | Q(code=word)
    return Organ.objects.filter(in_force(on), bears).order_by("path") if word else Organ.objects.none()


def receivers(organ: Organ, *, on: date) -> QuerySet[Organ]:
    """Return the organs to which `organ` may refer: those below it and its own departments and units (Art 23(1))."""
    kinds = [OrganKind.CIVIL_AFFAIRS, OrganKind.DEPARTMENT, OrganKind.AFFILIATED, OrganKind.NETWORK]
    return (
        Organ.objects.filter(in_force(on), path__startswith=organ.path, kind__in=kinds)
        .exclude(pk=organ.pk)
        .order_by("path")
    )


def officers(organ: Organ, role: str, *, on: date) -> list[Staff]:
    """Return the officers in use who hold a role in an organ on a day, by name. One query."""
    posts = (
        Post.objects.held_on(on).filter(organ=organ, role=role, staff__is_active=True).select_related("staff")
    )
    return sorted({post.staff_id: post.staff for post in posts}.values(), key=lambda one: one.name)


def managed_organs(organ: Organ, *, word: str, on: date) -> QuerySet[Organ]:
    """Return an organ and all under it that are not ended, by path; with `word` those bearing it in name or code."""
    found = below(organ).filter(Q(valid_to=None) | Q(valid_to__gt=on)).select_related("region", "parent")
    if word:
        found = found.filter(
            Q(name__icontains=word) | Q(short_name__icontains=word) | Q(code__icontains=word)
        )
    return found.order_by("path")


def posts_in(organ: Organ, *, on: date) -> QuerySet[Post]:
    """Return the posts of an organ that are held on a day, by role and name."""
    return (
        Post.objects.held_on(on).filter(organ=organ).select_related("staff").order_by("role", "staff__name")
    )


def managed_posts(organ: Organ, *, word: str) -> QuerySet[Post]:
    """Return all posts, past ones too, in an organ and those under it; with `word` of officers bearing it in a name."""
    found = Post.objects.filter(organ__path__startswith=organ.path).select_related("staff", "organ")
    if word:
        found = found.filter(Q(staff__name__icontains=word) | Q(staff__username__icontains=word.casefold()))
    return found.order_by("staff__name", "staff_id", "starts_on", "id")


def report_desk(organ: Organ, *, on: date) -> Organ | None:
    """Return the organ, or the nearest one above it, where somebody holds the report desk on a day; None for nobody."""
    way = path_ids(organ.path)
    held = set(
        Post.objects.held_on(on)
        .filter(role=Role.REPORT_DESK, organ_id__in=way)
        .values_list("organ_id", flat=True)
    )
    nearest = next((organ_id for organ_id in reversed(way) if organ_id in held), None)
    if nearest is None or nearest == organ.pk:
        return organ if nearest else None
    return Organ.objects.select_related("region").get(pk=nearest)


def reviewing_organs(organ: Organ, ranks: tuple[str, ...], *, on: date) -> list[Organ]:
    """Return the organs of the given ranks ("county.government", …) over the place of `organ`, nearest first."""
    found = Organ.objects.filter(in_force(on), region_id__in=path_ids(organ.region.path)).select_related(
        "region"
    )
    rows = [row for row in found if row.rank in ranks and row.pk != organ.pk]
    return sorted(rows, key=lambda row: ranks.index(row.rank))
