"""The only place that loads a rulebook: its files, its parts, and the overlays of editions and places.

A rulebook is a folder with `book.toml` and up to six files of entries. An overlay names its `base`;
an entry with a known id changes the fields it writes, `drop = true` takes the entry away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from lianxin.procedure.catalogue import AlertRule, Categories, Content, Leaf, PaperRule, RouteRule
from lianxin.procedure.errors import RulebookError
from lianxin.procedure.reading import Entry, read_toml
from lianxin.procedure.rules import ClockRule, GuardRule, Role, Rulebook, State, StepRule
from lianxin.procedure.soundness import check_book

__all__ = ["Rulebook", "book_for", "books", "load_book", "profiles"]

FOLDER = Path(__file__).resolve().parent.parent / "rulebooks"
FILES: Mapping[str, Mapping[str, str]] = {
    "steps.toml": {"role": "id", "state": "id", "step": "id", "guard": "id"},
    "clocks.toml": {"clock": "id"},
    "routes.toml": {"route": "id"},
    "competence.toml": {"department": "id", "group": "code", "leaf": "code"},
    "papers.toml": {"common": "key", "remedy_content": "key", "paper": "id"},
    "alerts.toml": {"alert": "id"},
}
DEPARTMENT_LEVELS = ("ministry", "province", "city", "county", "township")
Layer = dict[str, dict[str, Entry]]
Rule = TypeVar("Rule")


@dataclass(frozen=True, slots=True)
class Heading:
    """What `book.toml` says about a rulebook."""

    id: str
    label: str
    label_en: str
    base: str
    parts: tuple[str, ...]
    part: bool
    profile: bool
    in_force_from: date
    in_force_to: date | None
    article: str
    note: str
    tag: str
    articles: Mapping[str, str]
    folder: Path
    place: str


def _heading(path: Path, root: Path) -> Heading:
    entry = read_toml(path, name=str(path.relative_to(root)))
    text = entry.text
    heading = Heading(
        id=text("id"),
        label=text("label"),
        label_en=text("label_en"),
        base=text("base", ""),
        parts=entry.texts("parts"),
        part=entry.flag("part"),
        profile=entry.flag("profile"),
        in_force_from=entry.day("in_force_from"),
        in_force_to=entry.day_or_none("in_force_to"),
        article=text("article"),
        note=text("note", ""),
        tag=text("tag"),
        articles=entry.mapping("articles"),
        folder=path.parent,
        place=entry.place,
    )
    entry.done()
    return heading


@lru_cache(maxsize=8)
def _headings(root: Path) -> Mapping[str, Heading]:
    found: dict[str, Heading] = {}
    for path in sorted(root.rglob("book.toml")):
        heading = _heading(path, root)
        if heading.id in found:
            raise RulebookError(heading.place, f"'{heading.id}' is also in {found[heading.id].place}")
        found[heading.id] = heading
    return found


def _key_of(kind: str, entry: Entry, key: str) -> str:
    name = entry.text(key)
    return f"{name} {entry.values.get('from', '')}" if kind == "leaf" else name


def _read_layer(heading: Heading, root: Path) -> Layer:
    """Return the entries written in one folder, each named by file and id."""
    layer: Layer = {kind: {} for kinds in FILES.values() for kind in kinds}
    strangers = {path.name for path in heading.folder.glob("*.toml")} - set(FILES) - {"book.toml"}
    if strangers:
        raise RulebookError(heading.place, f"unknown file(s) {sorted(strangers)}")
    for file, kinds in FILES.items():
        path = heading.folder / file
        if not path.exists():
            continue
        table = read_toml(path, name=str(path.relative_to(root)))
        for kind, key in kinds.items():
            for raw in table.entries(kind):
                name = _key_of(kind, raw, key)
                if name in layer[kind]:
                    raise raw.refuse(f"{kind} '{name}' is written twice")
                layer[kind][name] = Entry(f"{table.place}: {kind} '{name}'", raw.values)
        table.done()
    return layer


def _lay_over(base: Layer, layer: Layer, dropped: set[str]) -> Layer:
    """Return `base` with the entries of `layer` laid over it; note dropped clocks."""
    merged: Layer = {kind: dict(entries) for kind, entries in base.items()}
    replaced = {str(entry.values.get("code")) for entry in layer["leaf"].values()}
    merged["leaf"] = {k: e for k, e in merged["leaf"].items() if e.values.get("code") not in replaced}
    for kind, entries in layer.items():
        for name, entry in entries.items():
            below = merged[kind].get(name)
            if entry.values.get("drop") is True:
                if below is None:
                    raise entry.refuse("there is nothing to drop")
                del merged[kind][name]
                if kind == "clock":
                    dropped.add(name)
            elif below is None:
                merged[kind][name] = entry
                dropped.discard(name)
            else:
                merged[kind][name] = Entry(entry.place, {**below.values, **entry.values})
    return merged


def _layers(heading: Heading, headings: Mapping[str, Heading], root: Path) -> list[Heading]:
    """Return the headings to lay over one another, lowest first; parts lie under their book."""
    chain: list[Heading] = []
    current: Heading | None = heading
    while current is not None:
        if current in chain:
            raise RulebookError(current.place, "'base' leads back to the book itself")
        chain.insert(0, current)
        missing = [name for name in (*current.parts, *filter(None, [current.base])) if name not in headings]
        if missing:
            raise RulebookError(current.place, f"unknown rulebook(s) {missing}")
        current = headings[current.base] if current.base else None
    bottom = chain[0]
    return [bottom, *(headings[name] for name in bottom.parts), *chain[1:]]


def _each(layer: Layer, kind: str, read: Callable[[Entry], Rule]) -> list[Rule]:
    rules: list[Rule] = []
    for entry in _read_all(layer, kind):
        rules.append(read(entry))
        entry.done()
    return rules


def _read_all(layer: Layer, kind: str) -> list[Entry]:
    return list(layer[kind].values())


def _steps(layer: Layer, dropped: frozenset[str]) -> Mapping[str, tuple[StepRule, ...]]:
    steps: dict[str, tuple[StepRule, ...]] = {}
    for entry in _read_all(layer, "step"):
        rule = StepRule.read(entry).without(dropped)
        entry.done()
        steps[rule.event] = (*steps.get(rule.event, ()), rule)
    return steps


def _categories(layer: Layer) -> Categories:
    groups: dict[str, tuple[str, str]] = {}
    leaves: dict[str, tuple[Leaf, ...]] = {}
    departments: dict[str, Mapping[str, str]] = {}
    for entry in _read_all(layer, "group"):
        groups[entry.text("code")] = (entry.text("label"), entry.text("label_en"))
        entry.done()
    for entry in _read_all(layer, "department"):
        levels = {level: entry.text(level, "") for level in DEPARTMENT_LEVELS}
        departments[entry.text("id")] = {level: name for level, name in levels.items() if name}
        entry.done()
    for entry in _read_all(layer, "leaf"):
        leaf = Leaf.read(entry)
        entry.done()
        leaves[leaf.code] = (*leaves.get(leaf.code, ()), leaf)
    return Categories(groups, leaves, departments)


def _papers(layer: Layer) -> Mapping[str, PaperRule]:
    common = tuple(map(Content.read, _read_all(layer, "common")))
    remedy = tuple(map(Content.read, _read_all(layer, "remedy_content")))
    papers: dict[str, PaperRule] = {}
    for entry in _read_all(layer, "paper"):
        paper = PaperRule.read(entry, common=common, remedy=remedy)
        entry.done()
        papers[paper.id] = paper
    return papers


def _alerts(layer: Layer) -> Mapping[str, AlertRule]:
    """Return the alerts by id; those about a whole case must have the lowest orders."""
    rules = _each(layer, "alert", AlertRule.read)
    highest = max((rule.order for rule in rules if rule.first), default=-1)
    for rule in rules:
        if not rule.first and not rule.event and rule.order <= highest:
            raise RulebookError(rule.place, f"'order' {rule.order} must be above {highest}: cases come first")
    return {rule.id: rule for rule in rules}


def _build(heading: Heading, layers: list[Heading], layer: Layer, dropped: frozenset[str]) -> Rulebook:
    roles = {role.id: role for role in _each(layer, "role", Role.read)}
    states = {state.id: state for state in _each(layer, "state", State.read)}
    guards = {guard.id: guard for guard in _each(layer, "guard", GuardRule.read)}
    clocks = {clock.id: clock for clock in _each(layer, "clock", ClockRule.read)}
    routes = {route.id: route for route in _each(layer, "route", RouteRule.read)}
    return Rulebook(
        heading.id,
        heading.label,
        heading.label_en,
        heading.in_force_from,
        heading.in_force_to,
        heading.article,
        heading.note,
        heading.tag,
        heading.profile,
        {one.id: one.in_force_from for one in layers if one.part},
        {name: article for one in layers for name, article in one.articles.items()},
        roles,
        states,
        _steps(layer, dropped),
        guards,
        clocks,
        routes,
        _categories(layer),
        _papers(layer),
        _alerts(layer),
    )


def read_book(name: str, *, root: Path = FOLDER) -> Rulebook:
    """Return the rulebook `name` from the folder `root`.

    `profile@edition` lays a local profile over another national edition than the one it was written for.
    Raises RulebookError naming file and key.
    """
    headings = _headings(root)
    own, _, other = name.partition("@")
    heading = headings.get(own)
    if heading is None or heading.part or (other and (other not in headings or not heading.profile)):
        raise RulebookError("rulebooks", f"no rulebook {name!r}; known: {', '.join(books(root=root))}")
    if other:
        heading = replace(heading, id=name, base=other)
    layers = _layers(heading, headings, root)
    dropped: set[str] = set()
    merged: Layer = {kind: {} for kinds in FILES.values() for kind in kinds}
    for layer in layers:
        merged = _lay_over(merged, _read_layer(layer, root), dropped)
    book = _build(heading, layers, merged, frozenset(dropped))
    check_book(book, place=heading.place)
    return book


@lru_cache(maxsize=32)
def load_book(name: str) -> Rulebook:
    """Return the rulebook `name` ("national_2022", "zhejiang_2016", "zhejiang_2016@national_2022")."""
    return read_book(name)


def _editions() -> list[Heading]:
    return [h for h in _headings(FOLDER).values() if not h.part and not h.profile]


def books(*, root: Path = FOLDER) -> tuple[str, ...]:
    """Return the ids of every rulebook, national editions and local profiles, in the order of the alphabet."""
    return tuple(sorted(h.id for h in _headings(root).values() if not h.part))


def editions() -> tuple[str, ...]:
    """Return the ids of the national editions."""
    return tuple(h.id for h in _editions())


def profiles() -> tuple[str, ...]:
    """Return the ids of the local profiles."""
    return tuple(h.id for h in _headings(FOLDER).values() if h.profile)


def book_for(received_on: date, *, profile: str | None = None) -> Rulebook:
    """Return the rulebook in force on the day of receipt; an item keeps it for life.

    Items older than the oldest edition take the oldest. A profile is laid over the edition of that day
    from the day it came into force; what was changed locally since is for the place to check.
    """
    editions = sorted(_editions(), key=lambda h: h.in_force_from)
    edition = next((h for h in reversed(editions) if h.in_force_from <= received_on), editions[0])
    if not profile:
        return load_book(edition.id)
    heading = _headings(FOLDER).get(profile)
    if heading is None or not heading.profile:
        raise RulebookError("rulebooks", f"no profile {profile!r}; known: {', '.join(profiles())}")
    if received_on < heading.in_force_from:
        return load_book(edition.id)
    return load_book(profile if heading.base == edition.id else f"{profile}@{edition.id}")
