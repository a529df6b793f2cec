"""The only place that says who stands behind a wall (回避墙): who must not know of a case, and who is left to have it.

Behind a wall stands an organ named on it with everything below, an officer named on it, and every organ that officer heads
on the day somebody asks, with everything below. It goes with the person: who works in such an organ is behind the wall in
every other post as well. At the top of a tree nobody is above; there the report desk stays in front of a wall that names the
organ, so that no case is ever left without anybody (COI-08).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from lianxin.cases.models import Case, Kind, Wall, WorkItem
from lianxin.ledger.face import Face
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganChange, Post, Role, Staff
from lianxin.organs.selectors import in_force, path_ids
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十八条第三款"
SEATED = (Role.HEAD, Role.INTAKE, Role.HANDLER, Role.WINDOW, Role.REVIEWER, Role.RECHECKER)
"""Who of an organ gets a case that came up to it, the head first."""


@dataclass(frozen=True, slots=True)
class Walled:
    """Who is behind the walls of one case on one day: `roots` are organs, each with everything below; `staff` officers."""

    roots: frozenset[int] = frozenset()
    staff: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.roots or self.staff)

    def organ(self, organ: Organ) -> bool:
        """Tell whether an organ is behind the walls."""
        return not self.roots.isdisjoint(path_ids(organ.path))

    def person(self, staff_id: int, posts: Iterable[tuple[Organ, Collection[str]]]) -> bool:
        """Tell whether an officer is, by name or by one of the posts held on the day (organ and roles in it)."""
        if staff_id in self.staff:
            return True
        return any(not self.roots.isdisjoint(way(organ, roles)) for organ, roles in posts)


PLACES = ("holder", "handled_by", "offered_to", "arbiter")
"""The organs a case can be with."""
PERSONS = ("handler", "approver", "replacement")
"""Facts of an act that say into whose hands it puts the case."""
NOBODY = Walled()


def way(organ: Organ, roles: Collection[str]) -> frozenset[int]:
    """Return the organs whose wall is one against somebody with these roles in this organ: it and all above it."""
    ids = frozenset(path_ids(organ.path))
    return ids - {organ.pk} if len(ids) == 1 and Role.REPORT_DESK in roles else ids


def reach(actor: Actor) -> frozenset[int]:
    """Return the organs whose wall is one against this officer."""
    return way(actor.organ, actor.roles) | actor.elsewhere


def face_of(actor: Actor) -> Face:
    """Return the officer as the one for whom the database is asked."""
    return Face(
        "officer",
        staff=actor.staff.pk,
        organ=actor.organ.pk,
        path=actor.organ.path,
        supervises=actor.has(Role.SUPERVISOR),
        administers=actor.has(Role.ORGAN_ADMIN),
        ways=tuple(sorted(reach(actor))),
        on=actor.on,
    )


def clear_of(actor: Actor, case: str = "pk") -> Q:
    """Return the filter for rows whose case is not hidden from this officer; `case` is the column with the case's id.

    One condition inside the statement that asks, so that a hidden case costs and answers what a missing one does.
    """
    return Q(~Exists(_against(actor).filter(case_id=OuterRef(case))))


def hidden_work(actor: Actor) -> list[int]:
    """Return the cases on the organ's worklist that are hidden from this officer; hardly ever any. One statement.

    A page that asks for the same rows several times asks this once instead of `clear_of` each time.
    """
    here = WorkItem.objects.filter(organ_id=actor.organ.pk).values("case_id")
    return sorted(set(_against(actor).filter(case_id__in=here).values_list("case_id", flat=True)))


def _against(actor: Actor) -> QuerySet[Wall]:
    """Return the walls this officer stands behind."""
    ways = sorted(reach(actor))
    headed = Post.objects.held_on(actor.on).filter(
        staff_id=OuterRef("staff_id"), role=Role.HEAD, organ_id__in=ways
    )
    named = Q(staff_id=actor.staff.pk) | Q(organ_id__in=ways) | Exists(headed)
    return Wall.objects.filter(named, lifted_step=None)


def has_walls() -> Exists:
    """Return the annotation that tells with the case itself whether a wall stands; without walls nothing more is asked."""
    return Exists(Wall.objects.filter(case_id=OuterRef("pk"), lifted_step=None))


def walled(case: Case, *, on: date) -> Walled:
    """Return who is behind the walls of a case on a day. No query for a case read with `has_walls` that has none."""
    if not getattr(case, "has_walls", True):
        return NOBODY
    known = getattr(case, "walls_known", None)
    if known is None or known[0] != (case.version, on):
        rows = Wall.objects.filter(case_id=case.pk, lifted_step=None).values_list("organ_id", "staff_id")
        known = ((case.version, on), behind(rows, on=on))
        case.walls_known = known  # type: ignore[attr-defined]
    found: Walled = known[1]
    return found


def behind(named: Iterable[tuple[int | None, int | None]], *, on: date) -> Walled:
    """Return who is behind walls that name these organs and officers (one id of the two each)."""
    rows = list(named)
    staff = frozenset(officer for _, officer in rows if officer)
    roots = {organ for organ, _ in rows if organ}
    if staff:
        heads = Post.objects.held_on(on).filter(staff_id__in=staff, role=Role.HEAD)
        roots |= set(heads.values_list("organ_id", flat=True))
    return Walled(frozenset(roots), staff)


def hides(case: Case, actor: Actor) -> bool:
    """Tell for one loaded case what `clear_of` asks in a query: whether it is hidden from this officer."""
    found = walled(case, on=actor.on)
    if not found:
        return False
    return actor.staff.pk in found.staff or not found.roots.isdisjoint(reach(actor))


def clear_organs(case: Case, organs: Iterable[Organ], *, on: date) -> list[Organ]:
    """Return the organs a case may go to: those in front of its walls, in their order."""
    found = walled(case, on=on)
    return [organ for organ in organs if not found.organ(organ)]


def clear_staff(case: Case, staff: Iterable[Staff], *, on: date) -> list[Staff]:
    """Return the officers that may have to do with a case: those in front of its walls, in their order."""
    people, found = list(staff), walled(case, on=on)
    if not found:
        return people
    hidden = hidden_among(found, [one.pk for one in people], on=on)
    return [one for one in people if one.pk not in hidden]


def upper(case: Case, organ: Organ, *, on: date) -> Organ:
    """Return the organ itself if it is in front of the walls, else the nearest one above that is, at the end the top one."""
    return nearest(organ, walled(case, on=on), on=on)


def upper_id(case: Case, organ: Organ, *, on: date) -> int | None:
    """Return the id of the organ above this one that may know of the case; None at the top. No query without walls."""
    parent = organ.parent if walled(case, on=on) else None
    return upper(case, parent, on=on).pk if parent is not None else organ.parent_id


def nearest(organ: Organ, found: Walled, *, on: date) -> Organ:
    """Return what `upper` returns, for walls that are not written yet."""
    return organ if not found.organ(organ) else _seats(organ, found, on=on)[0]


def seat(
    organ: Organ, found: Walled, *, kind: str, on: date, officer: bool = False
) -> tuple[Organ, Staff | None]:
    """Return where a case held by an organ behind a wall goes, and who is there to have it (None: nobody in post).

    The nearest organ above in front of the wall that has somebody for it: the report desk for a report, else the head or
    whoever works on cases. Where nobody above has, the nearest one; at the top the report desk. With `officer` the organ
    itself counts, for a case whose officer alone is behind the wall.
    """
    roles = (Role.REPORT_DESK,) if kind == Kind.REPORT else SEATED
    places = _seats(organ, found, on=on)
    if officer and not found.organ(organ):
        places = [organ, *places]
    for place in places:
        wanted = (Role.REPORT_DESK,) if found.organ(place) else roles
        if people := _seated(place, wanted, found, on=on):
            return place, people[0]
    return places[0], None


def _seats(organ: Organ, found: Walled, *, on: date) -> list[Organ]:
    """Return the organs above in front of the wall, nearest first, and the top one in any case."""
    ids = path_ids(organ.path)
    rows = {one.pk: one for one in Organ.objects.filter(in_force(on), pk__in=ids).select_related("region")}
    above = [rows[one] for one in reversed(ids[:-1]) if one in rows and not found.organ(rows[one])]
    top = rows.get(ids[0], organ)
    return above if top in above else [*above, top]


def _seated(organ: Organ, roles: Sequence[str], found: Walled, *, on: date) -> list[Staff]:
    """Return who holds one of the roles in an organ and is in front of the wall, in the order of the roles, then by name."""
    posts = Post.objects.held_on(on).filter(organ=organ, role__in=roles, staff__is_active=True)
    rows = sorted(
        posts.select_related("staff"), key=lambda post: (roles.index(post.role), post.staff.name, post.pk)
    )
    hidden = hidden_among(found, {post.staff_id for post in rows}, on=on)
    return [post.staff for post in rows if post.staff_id not in hidden]


def hidden_among(found: Walled, staff: Collection[int], *, on: date) -> set[int]:
    """Return which of these officers are behind the walls on a day. One query."""
    held: dict[int, dict[int, tuple[Organ, set[str]]]] = {one: {} for one in staff}
    for post in Post.objects.held_on(on).filter(staff_id__in=staff).select_related("organ"):
        held[post.staff_id].setdefault(post.organ_id, (post.organ, set()))[1].add(post.role)
    return {one for one, posts in held.items() if found.person(one, posts.values())}


def hidden_staff(case: Case, staff: Collection[int], *, on: date) -> set[int]:
    """Return which of these officers are behind the walls of a case. No query for a case without walls."""
    found = walled(case, on=on)
    return hidden_among(found, staff, on=on) if found and staff else set()


def check_reach(case: Case, changes: Mapping[str, object], parts: Mapping[str, object], *, on: date) -> None:
    """Raise GuardFailed for an act that would bring a case behind one of its walls, to an organ or into an officer's hands.

    The sentence does not say why; it names the nearest organ above that may have the case. The only place that asks this:
    every write passes here (`acts.perform`).
    """
    organs = [
        organ
        for name in PLACES
        if isinstance(organ := changes.get(name), Organ) and organ.pk != getattr(case, f"{name}_id")
    ]
    for organ in organs:
        if organ not in clear_organs(case, [organ], on=on):
            better = upper(case, organ, on=on)
            instead = f"可以交给{better.name}。" if better.pk != organ.pk else "请另选机关。"
            raise GuardFailed(f"这件事不能交给{organ.name}", article=ARTICLE, instead=instead)
    officer = changes.get("officer")
    named = [officer.pk if isinstance(officer, Staff) else None, *map(parts.get, PERSONS)]
    people = {one for one in named if isinstance(one, int) and one != case.officer_id}
    if people and hidden_staff(case, people, on=on):
        raise GuardFailed("所选人员不能办理这一件", article=ARTICLE, instead="请在名单中另选。")


def with_successors(organs: Iterable[Organ]) -> list[Organ]:
    """Return organs with those that followed them (更名、合并、分设), however often."""
    known = {organ.pk: organ for organ in organs}
    fresh = set(known)
    while fresh:
        changes = OrganChange.objects.filter(old_id__in=fresh, new__isnull=False).exclude(new=F("old"))
        found = {one.new.pk: one.new for one in changes.select_related("new") if one.new is not None}
        fresh = set(found) - set(known)
        known |= {pk: found[pk] for pk in fresh}
    return sorted(known.values(), key=lambda organ: organ.pk)


def standing(case_id: int) -> list[Wall]:
    """Return the walls of a case that stand, with the names on them, in the order they were raised."""
    rows = Wall.objects.filter(case_id=case_id, lifted_step=None).select_related("organ", "staff")
    return list(rows.order_by("seq"))
