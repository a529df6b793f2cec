"""The only place that makes a name harmless: what is shown, and what a browser is told to save a file as."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from lianxin.files.kinds import Kind

LONGEST = 100
DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")
SEPARATORS = re.compile(r"[/\\:\u2044\u2215\u29f8\uff0f\uff3c\uff1a]")
FORBIDDEN = re.compile(r'[<>"|?*]')


def title_of(name: str, kind: Kind | None = None) -> str:
    """Return a name without folders, invisible or turning signs, devices and excess, with the true ending of its kind.

    `kind` is what the content was found to be; a name that claims something else gets the true ending behind it.
    """
    last = SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(
        " " if c.isspace() else c for c in last if unicodedata.category(c)[0] != "C" or c.isspace()
    )
    plain = FORBIDDEN.sub("_", " ".join(seen.replace("\uff0e", ".").split())).strip(". ")
    if DEVICES.match(plain):
        plain = f"_{plain}"
    if kind is None:
        return plain[:LONGEST] or "?"
    stem, ending = plain, kind.endings[0]
    for one in kind.endings:
        if plain.lower().endswith(one):
            stem, ending = plain[: -len(one)], plain[-len(one) :].lower()
    return (stem.strip(". ")[: LONGEST - len(ending)] or "file") + ending


def disposition(title: str, *, shown: bool = False) -> str:
    """Return the header that saves a file under its name, or shows it: one line whatever the name, both forms of RFC 6266."""
    stem, _, ending = title.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", stem or ending).strip("_") or "file"
    if stem and (tail := re.sub(r"[^A-Za-z0-9]+", "", ending)):
        plain = f"{plain}.{tail}"
    way = "inline" if shown else "attachment"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(title, safe='')}"
