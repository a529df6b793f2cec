"""The only place for what a paper says: its kind and fields, their canonical bytes and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lianxin.papers.errors import BadPaper
from lianxin.papers.kinds import KINDS


@dataclass(frozen=True, slots=True)
class PaperContent:
    """文书内容: `kind` is the paper's id in the rulebook; `fields` are JSON values under the rulebook's keys.

    Dates are ISO strings, instants ISO strings with their offset; see docs/reference/papers.md.
    """

    kind: str
    fields: Mapping[str, object]


def kept(content: PaperContent) -> PaperContent:
    """Return the content as it may be stored: without the name, and without the code that is shown only once."""
    secret = KINDS[content.kind].shown_once if content.kind in KINDS else frozenset()
    return PaperContent(
        content.kind, {key: value for key, value in content.fields.items() if key not in secret}
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
