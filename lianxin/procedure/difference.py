"""The only place that compares two rulebooks: what was added, dropped or changed, as data and as lines to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date

from lianxin.procedure.catalogue import Content
from lianxin.procedure.rules import Rulebook, When

KINDS: Mapping[str, str] = {
    "clock": "期限",
    "step": "步骤",
    "guard": "条件",
    "route": "途径",
    "leaf": "内容分类",
    "group": "内容分类的大类",
    "department": "内容分类的部门",
    "paper": "文书",
    "state": "状态",
    "role": "角色",
    "alert": "提醒",
    "article": "其他依据",
    "part": "组成部分",
}
"""The kinds of rules in the order in which they are told."""
AS_WRITTEN: Mapping[str, str] = {
    "sources": "from",
    "target": "to",
    "valid_from": "from",
    "valid_to": "to",
    "registering_level": "level_rule",
}
"""Keys that have another name in the files."""
APART = frozenset({"id", "place"})
"""What names a rule or its line in a file, and is no rule."""
NOTHING = "（无）"


@dataclass(frozen=True, slots=True)
class Change:
    """不同之处: one key of one rule; with an empty `key` the whole rule is new or gone.

    `before` is None where there was nothing, `after` where there is nothing any more.
    """

    kind: str
    id: str
    label: str
    key: str
    before: str | None
    after: str | None

    def line(self) -> str:
        """Return the change as one line: HANDLE 办理: length 60 → 30."""
        key = f"{self.key} " if self.key else ""
        if self.before is None:
            what = f"新增{_in_brackets(self.after)}"
        elif self.after is None:
            what = f"删去{_in_brackets(self.before)}"
        else:
            what = f"{self.before or NOTHING} → {self.after or NOTHING}"
        return f"{f'{self.id} {self.label}'.strip()}: {key}{what}"


def _in_brackets(text: str | None) -> str:
    return f"（{text}）" if text else ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of any kind as texts: its name, what it says in short, and each key."""

    id: str
    label: str
    short: str
    keys: Mapping[str, str]


def difference(a: Rulebook, b: Rulebook) -> tuple[Change, ...]:
    """Return what `b` changes against `a`, by kind, within a kind in the order of the data, added rules last.

    Ids, names and dates of the books themselves are not compared; equal books give nothing.
    """
    before, after = _rules(a), _rules(b)
    return tuple(
        change
        for kind in KINDS
        for name in dict.fromkeys((*before[kind], *after[kind]))
        for change in _changes(kind, before[kind].get(name), after[kind].get(name))
    )


def _changes(kind: str, old: _Rule | None, new: _Rule | None) -> Iterable[Change]:
    if old is None or new is None:
        one = old or new
        if one is not None:
            gone, come = (old.short if old else None), (new.short if new else None)
            yield Change(kind, one.id, one.label, "", gone, come)
        return
    for key in dict.fromkeys((*old.keys, *new.keys)):
        was, becomes = old.keys.get(key), new.keys.get(key)
        if was != becomes:
            yield Change(kind, new.id, new.label, key, was, becomes)


def _rules(book: Rulebook) -> Mapping[str, Mapping[str, _Rule]]:
    """Return every rule of the book by kind and id."""
    categories = book.categories
    leaves = [leaf for entries in categories.leaves.values() for leaf in entries]
    groups = [
        _Rule(code, name, "", {"label": name, "label_en": en})
        for code, (name, en) in categories.groups.items()
    ]
    departments = [_Rule(name, "", "", dict(levels)) for name, levels in categories.departments.items()]
    found: Mapping[str, Iterable[_Rule]] = {
        "clock": map(_rule, book.clocks.values()),
        "step": map(_rule, book.all_steps()),
        "guard": map(_rule, book.guards.values()),
        "route": map(_rule, book.routes.values()),
        "leaf": (_rule(leaf, named=_dated(leaf.code, leaf.valid_from)) for leaf in leaves),
        "group": groups,
        "department": departments,
        "paper": map(_rule, book.papers.values()),
        "state": map(_rule, book.states.values()),
        "role": map(_rule, book.roles.values()),
        "alert": map(_rule, book.alerts.values()),
        "article": (_Rule(name, "", text, {"article": text}) for name, text in book.articles.items()),
        "part": (
            _Rule(name, "", str(day), {"in_force_from": str(day)}) for name, day in book.part_from.items()
        ),
    }
    return {kind: {rule.id: rule for rule in rules} for kind, rules in found.items()}


def _dated(code: str, valid_from: date | None) -> str:
    return f"{code} {valid_from}" if valid_from else code


def _rule(rule: object, *, named: str = "") -> _Rule:
    """Return a rule of the book as texts."""
    if not is_dataclass(rule):
        raise TypeError(f"{rule!r} is no rule")
    values = {field.name: getattr(rule, field.name) for field in fields(rule)}
    keys: dict[str, str] = {}
    for name, value in values.items():
        if name not in APART:
            keys |= _texts(AS_WRITTEN.get(name, name), value)
    short = next((str(values[key]) for key in ("sentence", "basis", "article") if values.get(key)), "")
    return _Rule(named or str(values["id"]), str(values.get("label", "")), short, keys)


def _texts(key: str, value: object) -> dict[str, str]:
    """Return one key as one text, or a list of contents as one text for each."""
    if isinstance(value, tuple) and value and isinstance(value[0], Content):
        return {f"{key}.{one.key}": one.label + ("" if one.required else "（可以不写）") for one in value}
    return {key: _text(value)}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, When):
        return f"{value.clock}（{value.fact} = {value.value}）"
    if isinstance(value, Mapping):
        return "、".join(f"{name} = {_text(one)}" for name, one in value.items())
    if isinstance(value, (set, frozenset)):
        return "、".join(sorted(map(_text, value)))
    if isinstance(value, (list, tuple)):
        return "、".join(map(_text, value))
    return str(value)


def told(a: Rulebook, b: Rulebook) -> str:
    """Return the differences as lines to read, grouped by kind, or the sentence that there are none."""
    lines = [f"{_named(a)} → {_named(b)}"]
    changes = difference(a, b)
    for kind, label in KINDS.items():
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            lines += ["", f"{label} {kind}（{len(of_kind)}）", *(f"  {change.line()}" for change in of_kind)]
    lines += ["", f"共{len(changes)}处不同。"] if changes else ["两部规则没有不同。"]
    return "\n".join(lines)


def _named(book: Rulebook) -> str:
    until = f"至{book.in_force_to}" if book.in_force_to else "起"
    return f"{book.label}（{book.id}，{book.in_force_from}{until}）"


def as_data(a: Rulebook, b: Rulebook) -> dict[str, object]:
    """Return the differences as plain data: from, to, changes."""
    return {"from": a.id, "to": b.id, "changes": [asdict(change) for change in difference(a, b)]}
