"""The invented officers of the demonstration with their posts, and the invented petitioners. No name is a real person's."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.hashers import make_password

from lianxin.config.demo.marker import SignIn
from lianxin.config.demo.places import World
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Role, Staff

PASSWORD = "lianxin-demo-2026"  # noqa: S105 - invented data, printed at every start
MAIN_COUNTY = "010102"
MAIN_CITY = "010100"
STARTS = date(2020, 1, 1)
SURNAMES = "安白卞岑池窦樊甘杭汲简阚乐麻宁欧潘戚冉桑谭邬奚晏臧褚郁芮柏穆"
GIVEN = (
    "禾生予安知秋晚晴怀瑾若水初晴清和望舒砚秋叙白见微书禾小满立夏"
    "念慈春和景明疏桐南枝一苇守拙嘉木采薇青禾明远思齐静好长宁久安"
)
"""Given names of two characters each, one after the other."""

SHOWN = (
    ("window", MAIN_COUNTY, ["window"]),
    ("intake", MAIN_COUNTY, ["intake"]),
    ("handler", MAIN_COUNTY, ["handler"]),
    ("handler2", MAIN_COUNTY, ["handler"]),
    ("checker", MAIN_COUNTY, ["checker"]),
    ("head", MAIN_COUNTY, ["head"]),
    ("mediator", MAIN_COUNTY, ["mediator"]),
    ("chair", MAIN_COUNTY, ["chair"]),
    ("report", MAIN_COUNTY, ["report_desk", "intake"]),
    ("duty", MAIN_COUNTY, ["duty", "head"]),
    ("supervisor", MAIN_COUNTY, ["supervisor"]),
    ("auditor", MAIN_COUNTY, ["auditor"]),
    ("admin", MAIN_COUNTY, ["organ_admin"]),
    ("sysadmin", MAIN_COUNTY, ["sysadmin"]),
    ("city.window", MAIN_CITY, ["window"]),
    ("city.intake", MAIN_CITY, ["intake"]),
    ("city.handler", MAIN_CITY, ["handler"]),
    ("city.head", MAIN_CITY, ["head"]),
    ("city.supervisor", MAIN_CITY, ["supervisor"]),
    ("city.reviewer", MAIN_CITY, ["reviewer"]),
    ("town", "010102001", ["window", "intake", "handler"]),
    ("town.head", "010102001", ["head", "checker"]),
)
"""Officers whose sign-in names are printed: name, place of the civil-affairs organ, posts."""

GOVERNMENT = (
    ("reviewer", MAIN_COUNTY, ["reviewer", "window", "intake"]),
    ("county.mayor", MAIN_COUNTY, ["head"]),
    ("rechecker", MAIN_CITY, ["reviewer", "rechecker", "window", "intake"]),
    ("city.mayor", MAIN_CITY, ["head"]),
)
EVERYWHERE = (
    ("window", ["window"]),
    ("intake", ["intake", "report_desk"]),
    ("handler", ["handler"]),
    ("checker", ["checker"]),
    ("head", ["head"]),
)


@dataclass(slots=True)
class Crew:
    """Who works where: officers at work by organ and role."""

    posts: dict[int, list[tuple[Staff, frozenset[str]]]] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)

    def actor(self, organ: Organ, role: str, *, nth: int = 0) -> Actor:
        """Return an officer of the organ who holds the role; `nth` chooses among several."""
        able = [(staff, roles) for staff, roles in self.posts[organ.pk] if role in roles]
        staff, roles = able[nth % len(able)]
        return Actor(staff, organ, roles, STARTS)


def hire(world: World, chance: random.Random) -> Crew:
    """Write officers and posts to the database and return who works where."""
    crew, staff, posts = Crew(), list[Staff](), list[Post]()
    password = make_password(PASSWORD)

    def add(username: str, organ: Organ, roles: list[str], *, shown: bool = False) -> None:
        person = Staff(id=new_id(), username=username, name=invented_name(chance), password=password)
        staff.append(person)
        posts.extend(
            Post(id=new_id(), staff=person, organ=organ, role=role, starts_on=STARTS) for role in roles
        )
        crew.posts.setdefault(organ.pk, []).append((person, frozenset(roles)))
        if shown:
            crew.sign_ins.append(
                SignIn("、".join(str(Role(role).label) for role in roles), organ.name, username)
            )

    for username, place, roles in SHOWN:
        add(username, world.bureau(place), roles, shown=True)
    for username, place, roles in GOVERNMENT:
        add(username, world.government(place), roles, shown=True)
    add("ministry", world.bureau("100000"), ["window", "intake", "handler", "checker", "head"], shown=True)
    for organ in world.bureaus("province", "city", "county", "township"):
        held = {role for _, roles in crew.posts.get(organ.pk, []) for role in roles}
        for name, roles in EVERYWHERE:
            if not held.issuperset(roles) and not (
                organ.level == "township" and organ.pk in crew.posts and held
            ):
                add(
                    f"{organ.region.code.rstrip('0') if organ.level != 'township' else organ.code[:9]}.{name}",
                    organ,
                    roles,
                )
    Staff.objects.bulk_create(staff)
    Post.objects.bulk_create(posts)
    return crew


def invented_name(chance: random.Random) -> str:
    """Return a name made of a rare surname and a word out of poems."""
    first = 2 * chance.randrange(len(GIVEN) // 2)
    return chance.choice(SURNAMES) + GIVEN[first : first + 2]


def invented_identity(chance: random.Random, address: str) -> dict[str, str]:
    """Return an invented petitioner. The telephone begins with 100 and the number with 01: neither is ever given out."""
    born = f"{chance.randint(1938, 2001)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    digits = f"010102{born}{chance.randint(1, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    return {
        "name": invented_name(chance),
        "phone": f"100{chance.randint(0, 99_999_999):08d}",
        "address": f"{address}{chance.randint(1, 9)}组{chance.randint(1, 60)}号",
        "id_number": digits + check,
    }
