"""The knowledge that comes with the system: `data/*.toml`, loaded once an edition; an edition there already is left alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lianxin.knowledge import services
from lianxin.knowledge.models import Article
from lianxin.knowledge.services import Ready, Written
from lianxin.ledger.ids import new_id
from lianxin.procedure.errors import LianxinError

FOLDER = Path(__file__).resolve().parent / "data"
TEXTS = ("text", "for_petitioner", "for_aged", "for_window", "article")
KNOWN = frozenset(
    {"code", "title", "topics", "from", "until", "checked_on", "checked_by", "source", "paragraph", *TEXTS}
)


class ShippedError(LianxinError):
    """A file of shipped knowledge is refused; the message names file and entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition of a file: its code, and what it says."""

    code: str
    written: Written


def entries(folder: Path = FOLDER) -> Iterator[Entry]:
    """Yield what the files hold, in the order of their names. Raises ShippedError for what is unknown or incomplete."""
    for file in sorted(folder.glob("*.toml")):
        with file.open("rb") as opened:
            table = tomllib.load(opened)
        document = table
        for row in table["rule"]:
            yield _entry(file.name, document, row)


def _entry(file: str, document: Mapping[str, Any], row: Mapping[str, Any]) -> Entry:
    code = str(row.get("code", "?"))
    if unknown := sorted(set(row) - KNOWN):
        raise ShippedError(f"{file}: {code}: unknown {unknown}")
    starts_on = row.get("from", document["from"])
    if not isinstance(starts_on, date):
        raise ShippedError(f"{file}: {code}: “from” is no day")
    checked_on = row.get("checked_on", document.get("checked_on"))
    written = Written(
        title=row["title"],
        issuer=document["issuer"],
        document=document["document"],
        starts_on=starts_on,
        ends_on=row.get("until"),
        topics=tuple(row.get("topics", ())),
        source=row.get("source", document["source"]),
        checked_on=checked_on or None,
        checked_by=row.get("checked_by", document.get("checked_by", "")) if checked_on else "",
        paragraphs=tuple(Ready(one["title"], one["text"]) for one in row.get("paragraph", ())),
        **{name: row.get(name, "") for name in TEXTS},
    )
    services.check(written)
    return Entry(code, written)


def load(*, at: datetime, folder: Path = FOLDER) -> int:
    """Write the editions that are not there yet; return how many. May be run again at any time."""
    known = set(Article.objects.filter(organ=None).values_list("code", "starts_on"))
    fresh = [one for one in entries(folder) if (one.code, one.written.starts_on) not in known]
    for one in fresh:
        key = f"{one.code}@{one.written.starts_on}"[-40:]
        services.add(one.written, own=new_id(), code=one.code, key=key, at=at, published=True)
    return len(fresh)
