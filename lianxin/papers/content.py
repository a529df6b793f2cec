"""The only place for what a paper says: its kind, fields and sections, their canonical bytes and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianxin.papers.errors import BadPaper
from lianxin.papers.kinds import KINDS, NEVER_NAMED, PERSON


@dataclass(frozen=True, slots=True)
class PaperContent:
    """文书内容: `kind` is the paper's id in the rulebook; `fields` are JSON values under the rulebook's keys.

    A paper of the general layout has `title` and `sections`, a list of {key, label, value} in the rule's order.
    Dates are ISO strings, instants ISO strings with their offset; see docs/reference/papers.md.
    """

    kind: str
    fields: Mapping[str, object]


def kept(content: PaperContent) -> PaperContent:
    """Return the content as it may be stored: without the name, and without the code that is shown only once."""
    secret = KINDS[content.kind].shown_once if content.kind in KINDS else frozenset(PERSON)
    return PaperContent(
        content.kind, {key: value for key, value in content.fields.items() if key not in secret}
    )


def by_key(content: PaperContent) -> dict[str, object]:
    """Return all contents of the paper under their keys, those in sections included.

    Raises BadPaper for sections no layout can print, a key given twice, and a person on a paper that names none.
    """
    found = {key: value for key, value in content.fields.items() if key != "sections"}
    if "sections" in content.fields:
        for section in _sections(content):
            key = str(section["key"])
            if key in found:
                raise BadPaper(f"{content.kind}: {key} is given twice")
            if key in PERSON:
                raise BadPaper(f"{content.kind}: {key} is a field, not a section")
            found[key] = section["value"]
    if content.kind in NEVER_NAMED and not PERSON.keys().isdisjoint(found):
        raise BadPaper(f"{content.kind}: this paper names no person")
    return found


def labels_of(content: PaperContent) -> dict[str, str]:
    """Return the label of each section under its key. Raises BadPaper as `by_key`."""
    if "sections" not in content.fields:
        return {}
    return {str(section["key"]): str(section["label"]) for section in _sections(content)}


def _sections(content: PaperContent) -> Sequence[Mapping[str, object]]:
    """Return the sections, each {key, label, value}; a value is text, a list of texts, or a table."""
    sections = content.fields["sections"]
    if not isinstance(sections, Sequence) or isinstance(sections, str):
        raise BadPaper(f"{content.kind}: sections must be a list")
    for section in sections:
        named = isinstance(section, Mapping) and section.keys() == {"key", "label", "value"}
        if not named or not all(
            isinstance(section[part], str) and section[part] for part in ("key", "label")
        ):
            raise BadPaper(f"{content.kind}: a section must have key, label and value, and nothing else")
        if not _printable(section["value"]):
            raise BadPaper(
                f"{content.kind}: {section['key']} must be text, a list of texts or a list of label and value"
            )
    return sections


def _printable(value: object) -> bool:
    if isinstance(value, str):
        return True
    if not isinstance(value, Sequence):
        return False
    return all(isinstance(one, str) for one in value) or all(
        isinstance(one, Mapping)
        and one.keys() == {"label", "value"}
        and all(isinstance(part, str) for part in one.values())
        for one in value
    )


def encoded(content: PaperContent) -> str:
    """Return kind and all fields as canonical JSON text: sorted keys, no spaces, Chinese as it is.

    Raises BadPaper when a value is not JSON.
    """
    try:
        return json.dumps(
            {"fields": content.fields, "kind": content.kind},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
            allow_nan=False,
            default=_plain,
        )
    except (TypeError, ValueError) as problem:
        raise BadPaper(f"{content.kind}: {problem}") from problem


def canonical(content: PaperContent) -> bytes:
    """Return the bytes the ledger's digest is taken over: the kept content as canonical JSON in UTF-8.

    Raises BadPaper when a value is not JSON or holds half a surrogate pair.
    """
    try:
        return encoded(kept(content)).encode()
    except UnicodeEncodeError as problem:
        raise BadPaper(f"{content.kind}: {problem}") from problem


def digest(content: PaperContent) -> str:
    """Return the SHA-256 of `canonical(content)` in hexadecimal: what the ledger records of a paper."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
