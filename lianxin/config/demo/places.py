"""The invented places and organs of the demonstration, made from `data/places.toml` and `data/organs.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lianxin.ledger.ids import new_id
from lianxin.organs.models import Organ, OrganKind, OrganLevel, Region

DATA = Path(__file__).parent / "data"
FROM = date(2019, 1, 1)
HOURS = "工作日 9:00—11:30、14:00—17:00，一楼信访接待室"


@dataclass(slots=True)
class World:
    """Places by code, organs by code, and which organ handles civil affairs in a place."""

    regions: dict[str, Region] = field(default_factory=dict)
    organs: dict[str, Organ] = field(default_factory=dict)

    def bureau(self, region_code: str) -> Organ:
        """Return the civil-affairs organ of a place."""
        return self.organs[f"{region_code}MZ"]

    def government(self, region_code: str) -> Organ:
        """Return the government of a place."""
        return self.organs[f"{region_code}ZF"]

    def bureaus(self, *levels: str) -> list[Organ]:
        """Return the civil-affairs organs of these levels, in the order of their codes."""
        kinds = {OrganKind.CIVIL_AFFAIRS.value}
        return [
            organ for _, organ in sorted(self.organs.items()) if organ.level in levels and organ.kind in kinds
        ]

    def below(self, organ: Organ, level: str) -> list[Organ]:
        """Return the civil-affairs organs of a level under an organ."""
        return [one for one in self.bureaus(level) if one.path.startswith(organ.path)]

    def townships(self, organ: Organ) -> list[Region]:
        """Return the townships in the place of an organ."""
        path = organ.region.path
        return [one for one in self.regions.values() if one.level == "township" and one.path.startswith(path)]


def read(name: str) -> dict[str, Any]:
    """Return a data file of the demonstration."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


def build() -> World:
    """Write places and organs to the database and return them."""
    world = World()
    country = Region.objects.get(level="country")
    for parent, code, name, level in _places():
        _add_region(world, parent, code, name, level, country)
    Region.objects.bulk_create(world.regions.values())
    world.regions["100000"] = country
    titles = read("organs.toml")
    ministry = _add(world, None, "100000MZ", titles["ministry"]["name"], "ministry", "civil_affairs", country)
    _add_parts(world, ministry, titles["ministry"])
    for code, region in list(world.regions.items()):
        if code != "100000":
            _add_organs(world, code, region, titles)
    Organ.objects.bulk_create(sorted(world.organs.values(), key=lambda organ: organ.path.count("/")))
    return world


def _places() -> Iterator[tuple[str, str, str, str]]:
    """Yield (code above, code, name, level) of every place, from the top; codes of six, nine or twelve digits."""
    for province in read("places.toml")["province"]:
        top = f"{province['code']}0000"
        yield "", top, province["name"], "province"
        for city in province["city"]:
            middle = f"{city['code']}00"
            yield top, middle, city["name"], "city"
            for county in city["county"]:
                yield middle, county["code"], county["name"], "county"
                for n, township in enumerate(county["township"], start=1):
                    own = f"{county['code']}{n:03d}"
                    yield county["code"], own, township["name"], "township"
                    for m, village in enumerate(township["village"], start=1):
                        yield own, f"{own}{m:03d}", village, "village"


def _add_region(world: World, parent: str, code: str, name: str, level: str, country: Region) -> None:
    above = world.regions.get(parent, country)
    full = code.ljust(12, "0")
    pk = int(full) * 100 + 1
    world.regions[code] = Region(
        id=pk,
        code=full,
        name=name,
        full_name=(above.full_name if parent else "") + name,
        level=level,
        parent=above,
        path=f"{above.path}{pk}/",
        valid_from=FROM,
    )


def _add_organs(world: World, code: str, region: Region, titles: dict[str, Any]) -> None:
    """Add the organs that stand in a place: civil affairs with its parts, and the government beside it."""
    level, place = region.level, region.full_name.removeprefix(_province_name(region))
    place = place or region.full_name
    above = _bureau_above(world, region)
    if level == "village":
        _add(world, above, f"{code}WD", f"{place}民政服务网点", "village", "network", region)
        return
    word = {"province": "民政厅", "city": "民政局", "county": "民政局", "township": "民政办公室"}[level]
    bureau = _add(world, above, f"{code}MZ", f"{place}{word}", level, "civil_affairs", region)
    _add(world, None, f"{code}ZF", f"{place}人民政府", level, "government", region)
    if level == "township":
        return
    _add(world, None, f"{code}XF", f"{place}信访局", level, "petition_bureau", region)
    _add_parts(world, bureau, titles[level])


def _add_parts(world: World, organ: Organ, titles: dict[str, Any]) -> None:
    for kind, letter in (("department", "N"), ("affiliated", "S")):
        for n, title in enumerate(titles[kind], start=1):
            name = f"{organ.name}{title}" if kind == "department" else f"{_place_of(organ)}{title}"
            _add(world, organ, f"{organ.code}{letter}{n:02d}", name, organ.level, kind, organ.region)


def _place_of(organ: Organ) -> str:
    return organ.name.removesuffix("民政局").removesuffix("民政厅")


def _province_name(region: Region) -> str:
    """Return the name of the province a lower place's organs leave out."""
    above = region
    while above.level != "province" and above.parent is not None:
        above = above.parent
    return above.name if region.level != "province" else ""


def _bureau_above(world: World, region: Region) -> Organ:
    above = region.parent
    found = next((o for o in world.organs.values() if o.region is above and o.kind == "civil_affairs"), None)
    return found or world.organs["100000MZ"]


def _add(
    world: World, above: Organ | None, code: str, name: str, level: str, kind: str, region: Region
) -> Organ:
    own = new_id()
    near = region.name if region.level != "country" else "民政部"
    organ = Organ(
        id=own,
        code=code,
        name=name,
        short_name=name[-30:],
        level=OrganLevel(level).value,
        kind=OrganKind(kind).value,
        region=region,
        parent=above,
        path=f"{above.path if above else '/'}{own}/",
        paper_prefix=f"{near[:4]}民信",
        address=f"{region.full_name if region.level != 'country' else ''}民生路 1 号（虚构）",
        postcode="000000",
        phone="12345",
        hours=HOURS,
        valid_from=FROM,
    )
    world.organs[code] = organ
    return organ
