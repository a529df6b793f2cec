"""Works out rows and lineage of places from yearly changes; used by `build_regions.py`, never at run time.

`timelines` gives each code its stretches of time, `place_in_tree` the place above, `link` what became what.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

LISTED_ON = date(2026, 9, 11)
COUNTRY_ID = 1
STARTS = frozenset({"created", "renamed", "recoded", "split"})
ENDS = frozenset({"abolished", "renamed", "recoded", "merged", "reassigned"})
GENERIC = re.compile(r"(市?郊|市|城|矿|东|西|南|北|新|市中|铁[东西]|新华|新城|[东西南北]郊)区")
FOLLOWERS = {("44", "46"), ("51", "50")}


@dataclass(slots=True)
class Use:
    """One row to be: a code under one name for one stretch of time."""

    code: str
    name: str
    start: date | None
    end: date | None
    id: int = 0
    parent: Use | None = None
    full_name: str = ""

    def on(self, day: date) -> bool:
        """Tell whether the code meant this place on `day`."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    @property
    def level(self) -> str:
        """Return the level the code itself tells."""
        if self.code == "000000":
            return "country"
        return "province" if self.code[2:] == "0000" else "city" if self.code[4:] == "00" else "county"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the package's list, or one row of `fixes.tsv`, with six-digit codes."""

    no: int
    on: date
    kind: str
    word: str
    old: tuple[str, str] | None
    new: tuple[str, str] | None
    old_path: tuple[str, ...] = ()
    new_path: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    fixed: bool = False
    guessed: bool = False
    arrived: tuple[str, str] | None = None


@dataclass(slots=True)
class Book:
    """Everything known while building: the events, the rows by code, and the edges found so far."""

    events: list[Event]
    now: dict[str, str]
    left_out: dict[int, str] = field(default_factory=dict)
    uses: dict[str, list[Use]] = field(default_factory=dict)
    edges: dict[int, tuple[str, Use | None, Use | None]] = field(default_factory=dict)
    extra_note: dict[int, str] = field(default_factory=dict)
    arrivals: dict[int, Use | None] = field(default_factory=dict)

    def ended(self, place: tuple[str, str] | None, day: date) -> Use | None:
        """Return the row of `place` that ended on `day`."""
        return next((u for u in self.uses.get(place[0], []) if u.end == day), None) if place else None

    def started(self, place: tuple[str, str] | None, day: date) -> Use | None:
        """Return the row of `place` that began on `day`."""
        return next((u for u in self.uses.get(place[0], []) if u.start == day), None) if place else None

    def bearing(self, code: str, day: date) -> Use | None:
        """Return the row that bore `code` on `day`."""
        return next((u for u in self.uses.get(code, []) if u.on(day)), None)


def timelines(book: Book) -> None:
    """Give each code its stretches, walking back from the list now in force; stop where the two disagree."""
    touch: dict[str, dict[date, list[str | None]]] = defaultdict(lambda: defaultdict(lambda: [None, None]))
    for event in book.events:
        if event.old and event.kind in ENDS:
            touch[event.old[0]][event.on][0] = event.old[1]
        if event.new and event.kind in STARTS | {"reassigned"}:
            touch[event.new[0]][event.on][1] = event.new[1]
        if event.arrived:
            touch[event.arrived[0]][event.on][1] = event.arrived[1]
    wrong = []
    for code in sorted(set(touch) | set(book.now)):
        name, end, uses = book.now.get(code), None, []
        for day in sorted(touch.get(code, {}), reverse=True):
            before, after = touch[code][day]
            if after != name:
                wrong.append(f"{code} {day}: 变更后应为 {name}，数据为 {after}")
            if name:
                uses.append(Use(code, name, day, end))
            name, end = before, day
        if name:
            uses.append(Use(code, name, None, end))
        book.uses[code] = [
            replace(u, id=int(code + "000000") * 100 + n) for n, u in enumerate(reversed(uses), 1)
        ]
    if wrong:
        sys.exit("变更与名录不一致，请在 fixes.tsv 中更正：\n" + "\n".join(wrong))


def place_in_tree(book: Book) -> None:
    """Give every row the parent in force on its last day, and the full name that follows from it."""
    country = Use("000000", "中华人民共和国", None, None, id=COUNTRY_ID)
    rows = sorted(
        (u for uses in book.uses.values() for u in uses),
        key=lambda u: (["province", "city", "county"].index(u.level), u.id),
    )
    for use in rows:
        use.parent = above(book, use.code, use.end - timedelta(1) if use.end else LISTED_ON) or country
        use.full_name = (use.parent.full_name if use.parent is not country else "") + use.name
    country.full_name = country.name
    book.uses["000000"] = [country]


def above(book: Book, code: str, day: date) -> Use | None:
    """Return who stood above `code` on `day`: the city, or the province where there is no city between."""
    if code[2:] == "0000":
        return None
    city = book.bearing(code[:4] + "00", day) if code[4:] != "00" else None
    return city or book.bearing(code[:2] + "0000", day)


def link(book: Book) -> None:
    """Find for every event which row became which: certain pairs first, then the ends, latest first."""
    late = []
    for event in sorted(
        mispaired(book),
        key=lambda e: not (e.old or e.new or ("", ""))[0].endswith("00"),
    ):
        old, new = book.ended(event.old, event.on), book.started(event.new, event.on)
        if event.fixed:
            day = event.on - timedelta(1) if event.on == LISTED_ON else event.on
            new = new or (book.bearing(event.new[0], day) if event.new else None)
            old = old or (book.bearing(event.old[0], event.on - timedelta(1)) if event.old else None)
            book.edges[event.no] = (event.kind, old, new)
        elif event.kind in ("abolished", "reassigned"):
            late.append(event)
        elif only_name_alike(book, event, old, new):
            late.append(replace(event, kind="abolished", new=None))
            book.extra_note[event.no] = "数据按同名配对，实为两地"
            book.arrivals[event.no] = new
        else:
            book.edges[event.no] = (event.kind, old, new)
    for event in sorted(late, key=lambda e: (e.kind != "reassigned", -e.on.toordinal(), e.no)):
        book.edges[event.no] = (code_reassigned if event.kind == "reassigned" else abolished)(book, event)
    refine(book)


def only_name_alike(book: Book, event: Event, old: Use | None, new: Use | None) -> bool:
    """Tell whether the list paired two places for a common name such as 郊区 alone."""
    if event.word != "同名改码" or not old or not new:
        return False
    if old.code[:2] != new.code[:2]:
        return (old.code[:2], new.code[:2]) not in FOLLOWERS
    if not GENERIC.fullmatch(old.name) or old.code[:4] == new.code[:4]:
        return False
    was, then = old.parent, above(book, new.code, event.on)
    return not any(w is was and t is then for _, w, t in book.edges.values())


def mispaired(book: Book) -> list[Event]:
    """Return the events with one known fault of the list set right.

    When a prefecture "X地区" became the city "X市", the list pairs the county-level X市 it swallowed with
    X县. X市 goes to the new city; X县 follows the county of that name that ended the same day.
    """
    counties = {(e.old[1], e.on, e.old[0][:2]): e for e in book.events if e.old and e.kind == "abolished"}
    done = {e.no: e for e in book.events}
    for event in book.events:
        if event.word != "区划调整" or event.fixed or not event.old or not event.new:
            continue
        if not (event.old[1].endswith("市") and event.new[1] == event.old[1][:-1] + "县"):
            continue
        city = (event.new[0][:4] + "00", event.old[1])
        done[event.no] = replace(
            event,
            kind="abolished",
            new=city,
        )
        book.extra_note[event.no] = "数据把县级市与县配对，已改为并入同名地级市"
        county = counties.get((event.new[1], event.on, event.new[0][:2]))
        if county:
            done[county.no] = replace(county, kind="recoded", new=event.new, guessed=False)
        else:
            book.arrivals[event.no] = book.started(event.new, event.on)
    return list(done.values())


def code_reassigned(book: Book, event: Event) -> tuple[str, Use | None, Use | None]:
    """Return where the place went whose code was given away; a plain renaming when nobody moved in or out."""
    old, here = book.ended(event.old, event.on), book.started(event.new, event.on)
    if old is None or here is None or event.old is None:
        raise LookupError(f"{event.no}: no row ends or begins with this change")
    taken = {new.id for _, was, new in book.edges.values() if new and was}
    found = same_name(book, event, event.old, taken)
    if found:
        return "recoded", old, found
    came = any(
        e.old
        and e.old[1] == here.name
        and e.on == event.on
        and e.old[0] != here.code
        and e.old[0][:2] == here.code[:2]
        for e in book.events
    )
    if came:
        book.extra_note[event.no] = f"代码改派给{here.name}，原区划去向数据未载"
        return "abolished", old, None
    return "renamed", old, here


def same_name(book: Book, event: Event, place: tuple[str, str], taken: set[int]) -> Use | None:
    """Return the one row of the same name in the province that began on the day, nearest by prefecture."""
    code, name = place
    found = [
        u
        for uses in book.uses.values()
        for u in uses
        if u.start == event.on
        and u.name == name
        and u.code != code
        and u.code[:2] == code[:2]
        and u.id not in taken
    ]
    if len(found) > 1 or GENERIC.fullmatch(name):
        parents = event.old_path[1:2]
        found = (
            [u for u in found if u.parent and (u.parent.name,) == parents] or found
            if len(found) > 1
            else [u for u in found if u.parent and (u.parent.name,) == parents]
        )
    return found[0] if len(found) == 1 else None


def abolished(book: Book, event: Event) -> tuple[str, Use | None, Use | None]:
    """Return what an ended place became: the list names today's code, the row of that day is looked for."""
    old = book.ended(event.old, event.on)
    taken = {
        new.id for kind, was, new in book.edges.values() if new and was and kind in ("recoded", "renamed")
    }
    found = same_name(book, event, event.old, taken) if event.old else None
    if found and (event.guessed or not event.new) and found.level == (old.level if old else ""):
        return "recoded", old, found
    if not event.new:
        return "abolished", old, None
    last = next(
        (u for u in reversed(book.uses.get(event.new[0], [])) if u.name == event.new[1]),
        None,
    )
    if last is None:
        book.extra_note[event.no] = f"数据所载去向{event.new[1]}查无此区划"
        return "abolished", old, None
    then = [u for u in origins(book, last) if u.on(event.on)]
    then = [u for u in then if u is not old]
    best = [u for u in then if old and u.level == old.level] or then
    if len(best) == 1:
        return ("recoded" if best[0].start == event.on else "merged"), old, best[0]
    book.extra_note[event.no] = f"后归{last.full_name}（{last.start.year if last.start else ''}年起）"
    return "abolished", old, last


def origins(book: Book, use: Use) -> list[Use]:
    """Return the row and every row it came from, by the edges found so far."""
    before = defaultdict(list)
    for kind, old, new in book.edges.values():
        if old and new and kind in ("renamed", "recoded"):
            before[new.id].append(old)
    seen, todo = [], [use]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.append(one)
            todo += before[one.id]
    return seen


def refine(book: Book) -> None:
    """Turn recodings into merges where several became one, and into moves where the place above changed."""
    into = Counter(new.id for kind, _, new in book.edges.values() if new and kind in ("recoded", "merged"))
    follows = {(old.id, new.id) for _, old, new in book.edges.values() if old and new}
    words = {e.no: e.word for e in book.events}
    for no, (kind, old, new) in list(book.edges.items()):
        if kind != "recoded" or not old or not new:
            continue
        then = above(book, new.code, new.start) if new.start else None
        was = old.parent
        if into[new.id] > 1 and words[no] == "撤销":
            book.edges[no] = ("merged", old, new)
        elif (
            then and was and then is not was and (was.id, then.id) not in follows and then.level == was.level
        ):
            book.edges[no] = ("moved", old, new)
