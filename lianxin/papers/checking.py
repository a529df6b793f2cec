"""The only place that says whether a paper may be printed: nothing mandatory missing, every character printable.

Mandatory is what the rulebook lists for the paper (信访工作条例 第二十三条、第三十二条、第三十五条 and the
practice of the organ) and what no paper can be laid out without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lianxin.papers.content import PaperContent, by_key, labels_of
from lianxin.papers.errors import BadPaper, IncompletePaper, MissingGlyph
from lianxin.papers.glyphs import missing_glyphs
from lianxin.papers.kinds import PERSON, Kind, kind_of


class ContentRule(Protocol):
    """必备内容: one content of a paper as the rulebook lists it."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def required(self) -> bool: ...


class PaperRule(Protocol):
    """文书规则: what the rulebook says of a paper; `basis` is the article a refusal cites."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def contents(self) -> Sequence[ContentRule]: ...


def check(rule: PaperRule, content: PaperContent) -> None:
    """Pass when the paper may be issued with this content.

    Raises IncompletePaper naming every missing content by its label, MissingGlyph naming every character
    no font has and where it stands, NoFonts, or BadPaper for a content that is not of this kind of paper
    or names a person where the rulebook names none.
    """
    kind = kind_of(content.kind, content.fields)
    if kind is None or rule.id != content.kind:
        raise BadPaper(f"no layout prints {content.kind} for the rule {rule.id}")
    values = by_key(content)
    _check_named(rule, kind, values)
    absent = tuple(dict.fromkeys([*_absent(rule, kind, values), *_absent_parts(kind, values)]))
    if absent:
        raise IncompletePaper(rule.label, absent, article=rule.basis)
    _check_glyphs(rule, {**kind.labels, **labels_of(content)}, values)


def _check_named(rule: PaperRule, kind: Kind, values: Mapping[str, object]) -> None:
    """Raise BadPaper for a person on a paper whose rule lists none; a layout of its own may print one besides."""
    listed = {one.key for one in rule.contents}
    for key in PERSON:
        if key in values and key not in listed and (kind.general or key not in kind.labels):
            raise BadPaper(f"{kind.id}: the rulebook does not list {key}, so nobody may be named")


def _absent(rule: PaperRule, kind: Kind, fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the label of each missing content: the rulebook's first, then what the layout needs."""
    asked = {one.key: one.label for one in rule.contents if one.required}
    for key, label in {**kind.needs, **asked}.items():
        values = (fields.get(one) for one in (key, kind.instead.get(key, key)))
        if key not in (*kind.within, "sections") and all(map(is_empty, values)):
            yield label


def _absent_parts(kind: Kind, fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the missing parts of each entry, as “第2项诉求的法律依据”.

    Raises BadPaper when entries are not named parts, or an outcome is none the kind of paper knows.
    """
    for key, part in kind.parts.items():
        if is_empty(fields.get(key)):
            continue
        entries = fields[key]
        if not isinstance(entries, Sequence) or not all(isinstance(one, Mapping) for one in entries):
            raise BadPaper(f"{kind.id}: {key} must be a list of named parts")
        for number, entry in enumerate(entries, start=1):
            for name, label in part.needs.items():
                owed = name not in part.beside or not is_empty(entry.get(part.beside[name]))
                owed = owed and (name not in part.once or is_empty(fields.get(name)))
                if owed and is_empty(entry.get(name)):
                    yield part.each.format(n=number, part=label)
            if entry.get("outcome") not in ("", None, *part.outcomes):
                raise BadPaper(f"{kind.id}: {key} {number} has the unknown outcome {entry['outcome']}")
        if "outcome" in part.once and fields.get("outcome") not in ("", None, *part.outcomes):
            raise BadPaper(f"{kind.id}: unknown outcome {fields['outcome']}")


def is_empty(value: object) -> bool:
    """Return whether a value says nothing: none, only blanks, or nothing but such values."""
    if value is None or value is False:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(one) for one in value.values())
    if isinstance(value, Sequence):
        return all(is_empty(one) for one in value)
    return False


def _check_glyphs(rule: PaperRule, known: Mapping[str, str], values: Mapping[str, object]) -> None:
    """Raise MissingGlyph with each unprintable character and the labels of the contents it stands in."""
    texts = (*_texts(values), *known.items())
    if not missing_glyphs("".join(text for _, text in texts), "body"):
        return
    labels = {**known, **{one.key: one.label for one in rule.contents}}
    places: dict[str, list[str]] = {}
    for key, text in texts:
        for char in missing_glyphs(text, "body"):
            where = places.setdefault(char, [])
            if (label := labels.get(key, key)) not in where:
                where.append(label)
    if places:
        raise MissingGlyph(rule.label, tuple((char, tuple(where)) for char, where in places.items()))


def _texts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield every text in the fields with the top-level key it stands under."""
    for key, value in fields.items():
        for text in _strings(value):
            yield key, text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _strings(one)
