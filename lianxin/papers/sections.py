"""The only place that puts what a caller knows into the order of the rulebook: any paper from its rule in one call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lianxin.papers.checking import PaperRule, is_empty
from lianxin.papers.content import PaperContent
from lianxin.papers.errors import BadPaper
from lianxin.papers.kinds import FORMS, KINDS, NEVER_NAMED, PERSON, REMEDY, Kind, general

COMMON = ("number", "date", "organ", "seal", "contact")
OWN = frozenset({*COMMON, *REMEDY, *PERSON, "item_no"})
"""Contents with a place of their own on the page: head, foot, remedy block, signature."""

ARTICLE = re.compile(r"(?P<law>\S+) (?P<articles>第\S+)")


def from_rule(rule: PaperRule, fields: Mapping[str, object], *, title: str | None = None) -> PaperContent:
    """Return the content of the rule's paper: the contents the rule lists, in its order, as the layout prints them.

    `fields` hold JSON values under the rule's keys. Contents that say nothing are left out: `check` names those
    that are mandatory. The person is left out where the rule does not list one. A paper of the general layout is
    headed with `title`, or else the rule's label. Raises BadPaper for a key that neither the rule nor the layout
    knows, a value no layout prints, and a title on a paper whose layout has its own.
    """
    kind = KINDS.get(rule.id) or general(rule.id)
    labels = {one.key: one.label for one in rule.contents}
    besides = set(kind.labels) - set(PERSON) - ({"sections", *REMEDY} if kind.general else set())
    unknown = fields.keys() - labels.keys() - besides - PERSON.keys()
    if unknown:
        raise BadPaper(f"{rule.id}: unknown fields {', '.join(sorted(unknown))}")
    named = frozenset() if rule.id in NEVER_NAMED else PERSON.keys() & labels.keys()
    said = {
        key: value
        for key, value in fields.items()
        if (value is False or not is_empty(value)) and (key in named or key not in PERSON)
    }
    if law := cited(rule.basis):
        said.setdefault("basis", law)
    if "title" in kind.labels:
        said["title"] = title or said.get("title") or rule.label
    elif title is not None:
        raise BadPaper(f"{rule.id}: the layout has its own title")
    return PaperContent(
        rule.id, _in_sections(rule, said, bool(named)) if kind.general else _in_entries(kind, said)
    )


def cited(basis: str) -> str:
    """Return the article of a rule's `basis` as a paper cites it, 《信访工作条例》第三十四条, or "" for a practice."""
    found = ARTICLE.fullmatch(basis.split("；")[0].strip())
    return f"《{found['law']}》{found['articles']}" if found else ""


def _in_sections(rule: PaperRule, said: Mapping[str, object], named: bool) -> dict[str, object]:
    """Return the fields of the general layout. A receiving organ is the addressee where no person is."""
    listed = [one for one in rule.contents if one.key not in OWN]
    if not named and rule.id not in FORMS:
        listed = [one for one in listed if one.key != "receiver"]
    sections = [
        {"key": one.key, "label": one.label, "value": _value(rule, one.key, said[one.key])}
        for one in listed
        if one.key in said
    ]
    inside = {one.key for one in listed}
    return {**{key: value for key, value in said.items() if key not in inside}, "sections": sections}


def _value(rule: PaperRule, key: str, value: object) -> object:
    """Return the value as it is printed: text, a list of texts, or a table as a list of {label, value}."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        entries = [one for one in value if not is_empty(one)]
        if all(isinstance(one, str) for one in entries):
            return entries
        if all(isinstance(one, Mapping) and one.keys() == {"label", "value"} for one in entries):
            return [{part: _value(rule, key, one[part]) for part in ("label", "value")} for one in entries]
    raise BadPaper(f"{rule.id}: {key} must be text, a list of texts or a list of label and value")


def _in_entries(kind: Kind, said: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a layout of its own; claims given as plain text become entries."""
    fields = dict(said)
    for key in kind.parts:
        if isinstance(claims := fields.get(key), str):
            fields[key] = [{"text": claims}]
        elif isinstance(claims, Sequence):
            fields[key] = [{"text": one} if isinstance(one, str) else one for one in claims]
    return fields
