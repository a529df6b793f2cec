"""Raising and lifting a wall (回避): who must not know of a case any more, where the case goes, and who may undo it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from lianxin.cases import walls
from lianxin.cases.history import BEIJING, load
from lianxin.cases.models import Case, Wall
from lianxin.cases.policies import check_may, may_decide_wall
from lianxin.cases.services import papers
from lianxin.cases.services.acts import PETITIONER, SYSTEM, Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised, one_line
from lianxin.cases.walls import Walled
from lianxin.ledger import face
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Role, Staff
from lianxin.organs.selectors import in_force, path_ids
from lianxin.papers import PaperContent
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed, Stale

NAMED_AT_MOST = 20
LINE_LIMIT = 100
SAME_NAMES = 20
"""More officers of one name than these are nobody in particular."""
HANDLED = frozenset({"accepted", "handling", "signoff", "route_handling"})
"""States in which whoever has the case handles it; later the opinion stays that of the organ that signed it."""
WITH_OFFICER = frozenset({"handling", "signoff"})
RAISERS = ("window", "intake", "report_desk", "head", "supervisor")
RAISED_AT_MOST = 20
"""So often may a petitioner raise walls around one case online; further ones at a window."""
DECIDING = "决定信访人要求的回避"
TO_DECIDE, DECIDED = "to_decide", "decided"
"""The facts that words of the petitioner wait for an organ above to say who is meant, and that it has said so."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom somebody asks to keep a case from: organs and officers of this system, and words that name none of either."""

    organs: Sequence[Organ] = ()
    staff: Sequence[Staff] = ()
    others: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.organs or self.staff or self.others)

    def pairs(self) -> list[tuple[int | None, int | None]]:
        """Return what a wall against them names, successors included."""
        organs = walls.with_successors(self.organs)
        return [*((one.pk, None) for one in organs), *((None, one.pk) for one in self.staff)]

    def facts(self) -> dict[str, object]:
        """Return what the step keeps: codes and ids, and how many words lie sealed; never the words."""
        return {
            "named": bool(self),
            "organs": [one.code for one in walls.with_successors(self.organs)],
            "staff": [one.pk for one in self.staff],
            "sealed": len(self.others),
        }


def named_in(typed: str, near: Organ, *, on: date) -> Named:
    """Return whom a text names, one a line: organs by name or code, officers by name in the organs above and below `near`.

    Of officers with the same name all are meant. Raises GuardFailed for more lines than can be looked after.
    """
    lines = list(dict.fromkeys(one for one in map(one_line, normalised(typed).split("\n")) if one))
    if len(lines) > NAMED_AT_MOST or any(len(one) > LINE_LIMIT for one in lines):
        raise GuardFailed(
            f"一行写一个单位或者人员，最多 {NAMED_AT_MOST} 行，每行最多 {LINE_LIMIT} 字",
            article=walls.ARTICLE,
        )
    if not lines:
        return Named()
    organs = list(
        Organ.objects.filter(Q(code__in=lines) | Q(name__in=lines) | Q(short_name__in=lines)).order_by("pk")
    )
    around = Q(organ_id__in=path_ids(near.path)) | Q(organ__path__startswith=near.path)
    posts = (
        Post.objects.held_on(on)
        .filter(around, staff__name__in=lines)
        .select_related("staff")
        .order_by("staff_id")
    )
    people: dict[str, dict[int, Staff]] = {}
    for post in posts:
        people.setdefault(post.staff.name, {})[post.staff_id] = post.staff
    people = {name: found for name, found in people.items() if len(found) <= SAME_NAMES}
    known = {word for organ in organs for word in (organ.code, organ.name, organ.short_name)} | set(people)
    staff = [one for found in people.values() for one in found.values()]
    return Named(organs, staff, [one for one in lines if one not in known])


def first_holder(organ: Organ, avoid: Named, *, kind: str, on: date) -> Organ:
    """Return who has a new item given to `organ`: the nearest organ above in front of the wall where it is behind."""
    found = walls.behind(avoid.pairs(), on=on) if avoid else walls.NOBODY
    return walls.seat(organ, found, kind=kind, on=on)[0] if found.organ(organ) else organ


def raise_wall(loaded: Loaded, *, named: Named, actor: Actor | None, key: str, when: Moment) -> Case:
    """Return the case as kept from those named from now on (回避), and moved up where one of them had it.

    Holder, receiver, arbiter and officer behind the wall are replaced in the same step by the nearest organ above that is
    in front of it, and somebody there; identities are sealed to it. What those behind the wall have seen before is kept in
    the step for that organ and the petitioner. `actor` is None for the petitioner, whose words that name nobody are told to
    an organ above (`words_to_decide`). Raises NotYours, GuardFailed where nobody is named, Stale.
    """
    if actor is not None:
        check_may(actor, loaded.case, "raise_wall")
    elif sum(act.event == "raise_wall" for act in loaded.acts) >= RAISED_AT_MOST:
        raise GuardFailed(
            "这件事已经多次设置回避", article=walls.ARTICLE, instead="还要增加的，请到窗口提出。"
        )
    role = PETITIONER if actor is None else next((one for one in RAISERS if actor.has(one)), "")
    return _raise(loaded, named, actor=actor, role=role, key=key, when=when)


def words_wait(loaded: Loaded, *, actor: Actor) -> bool:
    """Tell whether words of the petitioner wait for this officer to say who is meant. Nothing is opened."""
    return any(_waiting(loaded)) and may_decide_wall(actor, loaded.case)


def words_to_decide(loaded: Loaded, *, actor: Actor, at: datetime) -> list[str]:
    """Return the words by which the petitioner asked online to be kept from somebody who was not found, for the officer of
    an organ above who says who is meant (`may_decide_wall`); each is a recorded look. [] for everybody else, and of what has
    been decided.
    """
    if not words_wait(loaded, actor=actor):
        return []
    case_id, reader, waiting = loaded.case.pk, actor.reader(), _waiting(loaded)
    people = [one.seq for one in vault.parties(case_id) if one.role == vault.ACCUSED and "name" in one.given]
    sealed = people[-len(waiting) :]  # what was named at filing lies before them
    return [
        vault.reveal(case_id=case_id, seq=seq, field="name", purpose=DECIDING, reader=reader, at=at)
        for seq, waits in zip(sealed, waiting[-len(sealed) :], strict=True)
        if waits
    ]


def _waiting(loaded: Loaded) -> list[bool]:
    """Return of the words sealed by each step that raised a wall, in order, whether they still wait to be decided."""
    acts = [act for act in loaded.acts if act.event == "raise_wall"]
    decided = max((place for place, act in enumerate(acts) if act.facts.get(DECIDED)), default=-1)
    return [
        bool(act.facts.get(TO_DECIDE)) and place > decided
        for place, act in enumerate(acts)
        for _ in range(int(str(act.facts.get("sealed") or 0)))
    ]


def lift_wall(
    loaded: Loaded,
    *,
    actor: Actor,
    lifted: Collection[int],
    reasons: str,
    approver: Staff | None,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with the walls numbered `lifted` down, for reasons the petitioner is told (取消回避告知书).

    The head of the organ that has the case asks; `approver`, a head of ANOTHER organ above it in front of the walls, has
    consented. The case stays where it is. Raises NotYours, GuardFailed, IncompletePaper, MissingGlyph, Stale.
    """
    case = loaded.case
    check_may(actor, case, "lift_wall")
    reasons = needed(reasons, "取消回避的理由", article=walls.ARTICLE)
    nameless(case, {"reasons": reasons})
    there = {one.seq for one in walls.standing(case.pk)}
    chosen = sorted(there & set(lifted))
    above = {staff.pk: (staff, organ) for staff, organ in upper_heads(loaded, actor.organ, on=when.on)}
    if approver is not None and approver.pk not in above:
        raise GuardFailed("所选人员不是上级机关的负责人", article=walls.ARTICLE, instead="请在名单中选择。")
    consent = above[approver.pk] if approver is not None else None
    parts: dict[str, object] = {
        "named": bool(chosen),
        "walls": chosen,
        "reasons": reasons,
        "upper_head_agrees": consent is not None,
        "upper_head": consent[0].pk if consent else None,
        "upper_organ": consent[1].code if consent else "",
    }

    def issued() -> list[PaperContent]:
        by = f"{consent[1].name}负责人" if consent else ""
        given = {"reason": reasons, "approved_by": by}
        return [papers.letter(loaded, "wall_lifted_notice", organ=actor.organ, on=when.on, given=given)]

    def fall(seq: int) -> None:
        Wall.objects.filter(case_id=case.pk, seq__in=chosen).update(lifted_step=seq)

    request = Request("lift_wall", key, parts, note=reasons, role="head")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=issued, also=fall))


def upper_heads(loaded: Loaded, organ: Organ, *, on: date) -> list[tuple[Staff, Organ]]:
    """Return the heads who may consent to the fall of a wall, with their organs: of those above, in front of the walls."""
    above = Organ.objects.filter(in_force(on), pk__in=path_ids(organ.path)[:-1])
    clear = {one.pk: one for one in walls.clear_organs(loaded.case, above, on=on)}
    posts = Post.objects.held_on(on).filter(organ_id__in=clear, role=Role.HEAD, staff__is_active=True)
    found = {post.staff_id: (post.staff, clear[post.organ_id]) for post in posts.select_related("staff")}
    fine = walls.clear_staff(loaded.case, [staff for staff, _ in found.values()], on=on)
    rows = [found[one.pk] for one in fine]
    return sorted(rows, key=lambda row: (-len(row[1].path), row[0].name, row[0].pk))


def follow_change(old: Organ, new: Organ, *, when: Moment) -> int:
    """Raise the walls against an organ against its successor as well; return in how many cases. For the change of organs."""
    with face.worn(face.SYSTEM):
        cases = Wall.objects.filter(organ=old, lifted_step=None).values_list("case_id", flat=True).distinct()
        return sum(
            _follow(_loaded(case_id), Named([new]), when=when)
            for case_id in cases
            if (new.pk, None) not in _standing(case_id)
        )


def rehome(*, when: Moment) -> int:
    """Move the cases that somebody behind their walls has come to have, by a new post or a moved organ, and raise walls
    against successors nobody has told us of; return how many. For the daily sweep; may be stopped and run twice.
    """
    count = 0
    cases = Wall.objects.filter(lifted_step=None).values_list("case_id", flat=True).distinct()
    for case_id in cases.order_by("case_id"):
        loaded, rows = _loaded(case_id), walls.standing(case_id)
        known = {one.organ_id for one in rows}
        later = walls.with_successors(one.organ for one in rows if one.organ)
        named = Named([one for one in later if one.pk not in known])
        if named or moved(loaded.case, walls.walled(loaded.case, on=when.on), on=when.on):
            try:
                count += _follow(loaded, named, when=when)
            except Stale:  # somebody acted at this moment; the next sweep looks again
                continue
    return count


def _follow(loaded: Loaded, named: Named, *, when: Moment) -> int:
    """Write the step by which time alone keeps a case from somebody; of an erased one there is nothing to keep."""
    if loaded.case.erased_on is not None:
        return 0
    key = f"wall.{loaded.case.steps}"
    _raise(loaded, named, actor=None, role=SYSTEM, key=key, when=when, again=True)
    return 1


def moved(case: Case, found: Walled, *, on: date) -> dict[str, object]:
    """Return the columns of a case that change because an organ or an officer that has it stands behind its walls."""
    changes: dict[str, object] = {}
    place, person = (
        walls.seat(case.holder, found, kind=case.kind, on=on) if found.organ(case.holder) else (None, None)
    )
    if place is not None and place.pk != case.holder_id:
        changes["holder"] = place
        if case.handled_by_id == case.holder_id and case.state in HANDLED:
            changes["handled_by"] = place
    for name in ("offered_to", "arbiter"):
        organ = getattr(case, name)
        if organ is not None and found.organ(organ):
            better = walls.nearest(organ, found, on=on)
            changes |= {name: better} if better.pk != organ.pk else {}
    if case.officer_id is None:
        return changes
    if "holder" not in changes:
        if case.officer_id not in walls.hidden_among(found, [case.officer_id], on=on):
            return changes
        holder = case.holder
        place, person = walls.seat(holder, found, kind=case.kind, on=on, officer=True)
        if place.pk != holder.pk and not found.organ(holder):
            changes["holder"] = place
            if case.handled_by_id == holder.pk and case.state in HANDLED:
                changes["handled_by"] = place
    if (person is not None and person.pk != case.officer_id) or case.state not in WITH_OFFICER:
        changes["officer"] = person
    return changes


def write_rows(case_id: int, named: Named, *, step: int, sealed_to: int) -> None:
    """Write the walls against those named and seal the words that name nobody, in the transaction of the step."""
    there, pairs = _standing(case_id), named.pairs()
    last = Wall.objects.filter(case_id=case_id).aggregate(last=Max("seq"))["last"] or 0
    fresh = [pair for pair in dict.fromkeys(pairs) if pair not in there]
    Wall.objects.bulk_create(
        Wall(case_id=case_id, seq=last + i, organ_id=organ, staff_id=staff, raised_step=step)
        for i, (organ, staff) in enumerate(fresh, start=1)
    )
    if not named.others:
        return
    first = max((one.seq for one in vault.parties(case_id)), default=0) + 1
    for seq, words in enumerate(named.others, start=first):
        vault.enrol(
            case_id=case_id, seq=seq, role=vault.ACCUSED, identity={"name": words}, organ_id=sealed_to
        )


def seen_before(case_id: int, found: Walled, *, on: date) -> list[str]:
    """Return who of those now behind the walls has looked at a case, oldest first: day, organ and posts, never a name."""
    looks = list(Look.objects.filter(case_id=case_id).exclude(organ_id=None).order_by("seq"))
    organs = Organ.objects.in_bulk({look.organ_id for look in looks if look.organ_id})
    hidden = walls.hidden_among(found, {look.staff_id for look in looks if look.staff_id}, on=on)
    labels = {role.value: str(role.label) for role in Role}
    lines: dict[str, None] = {}
    for look in looks:
        organ = organs.get(look.organ_id or 0)
        if organ is None or not (found.organ(organ) or look.staff_id in hidden):
            continue
        posts = "、".join(labels[part] for part in look.role.split("、") if part in labels)
        day = look.at.astimezone(BEIJING).date().isoformat()
        lines[f"{day} {organ.name}（{posts}）" if posts else f"{day} {organ.name}"] = None
    return list(lines)


def _raise(
    loaded: Loaded,
    named: Named,
    *,
    actor: Actor | None,
    role: str,
    key: str,
    when: Moment,
    again: bool = False,
) -> Case:
    """Write the step; `again` looks anew after walls that stand already."""
    case = loaded.case
    found = walls.behind([*_standing(case.pk), *named.pairs()], on=when.on)
    changes = moved(case, found, on=when.on)
    seen = [] if again else seen_before(case.pk, found, on=when.on)
    parts = {**named.facts(), "seen_before": seen, **_plain(changes)}
    if again:
        parts["named"] = True
    if role == PETITIONER and named.others:
        parts[TO_DECIDE] = True
    if actor is not None and words_wait(loaded, actor=actor):
        parts[DECIDED] = True
    note = "；".join(seen)

    def write(step: int) -> None:
        write_rows(case.pk, named, step=step, sealed_to=case.holder_id)

    request = Request("raise_wall", key, parts, note=note, role=role)
    with face.raising(case.pk):
        done = perform(loaded, request, actor=actor, when=when, writing=Writing(changes, also=write))
    done.has_walls = True  # type: ignore[attr-defined]
    return done


def _plain(changes: Mapping[str, object]) -> dict[str, object]:
    """Return what a move changed as the step keeps it."""
    return {
        f"new_{name}": one.code if isinstance(one, Organ) else one.pk if isinstance(one, Staff) else None
        for name, one in changes.items()
    }


def _standing(case_id: int) -> list[tuple[int | None, int | None]]:
    rows = Wall.objects.filter(case_id=case_id, lifted_step=None).order_by("seq")
    return list(rows.values_list("organ_id", "staff_id"))


def _loaded(case_id: int) -> Loaded:
    wide = ("holder__region", "offered_to", "handled_by", "arbiter", "registrar", "officer", "place")
    return load(Case.objects.select_related(*wide).get(pk=case_id))
