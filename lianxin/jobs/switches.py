"""The only place that notices that settings or rules are others than the last time, and records it in the ledger (LOG-12).

Each process that starts (the site, the sweep) compares what it works with against the last event of its own kind. An event
names what changed and holds a keyed mark of each value, so that it tells no value and no secret. What cannot be recorded
stops the start.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from lianxin.cases.history import Moment
from lianxin.ledger.models import Event
from lianxin.organs import keys
from lianxin.organs.events import SYSTEM, of_system
from lianxin.procedure.calendar import FOLDER

SETTINGS, RULES = "config.changed", "rules.changed"
RULEBOOKS = FOLDER.parent
MARK = 16
PURPOSE = "marks of settings"
KEYS = "MASTER_KEY"


@dataclass(frozen=True, slots=True)
class Switched:
    """What was found changed and recorded: names of settings, and files of rules."""

    settings: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def record(values: Mapping[str, str], *, process: str, when: Moment) -> Switched:
    """Compare settings and rules with the last time this kind of process looked, record what changed, and return it.

    `values` are the settings by name. Raises when the ledger cannot be written.
    """
    return Switched(
        _settings({**values, **_rings()}, process=process, when=when), _rules(process=process, when=when)
    )


def _settings(values: Mapping[str, str], *, process: str, when: Moment) -> tuple[str, ...]:
    last = _last(SETTINGS, process)
    changed: tuple[str, ...] = ()
    if last is not None:
        before, key_id = last.facts["marks"], last.facts["key"]
        try:
            changed = _differing(before, _marks(values, key_id))
        except keys.CannotOpen:
            changed = (KEYS,)
        if not changed:
            return ()
    facts = {"changed": list(changed), "key": keys.key_id(), "marks": _marks(values, keys.key_id())}
    _write(SETTINGS, process, facts, when)
    return changed


def _rules(*, process: str, when: Moment) -> tuple[str, ...]:
    last, marks = _last(RULES, process), dict(_files())
    changed = _differing(last.facts["marks"], marks) if last is not None else ()
    if last is None or changed:
        _write(RULES, process, {"changed": list(changed), "marks": marks}, when)
    return changed


def _rings() -> dict[str, str]:
    """Return the names of the keys in use: a key that was changed or taken away is a change too."""
    return {KEYS: " ".join(keys.master_ids()), "INDEX_KEY": " ".join(keys.index_ids())}


def _marks(values: Mapping[str, str], key_id: str) -> dict[str, str]:
    key = keys.derived(PURPOSE, key_id=key_id)
    return {
        name: hmac.new(key, f"{name}={value}".encode(), sha256).hexdigest()[:MARK]
        for name, value in sorted(values.items())
    }


def _files() -> Iterator[tuple[str, str]]:
    """Yield each file of rules with the mark of its content: those shipped, holiday notices, terms of keeping."""
    loaded = Path(settings.HOLIDAYS_DIR)
    places = [(path, path.relative_to(RULEBOOKS).as_posix()) for path in sorted(RULEBOOKS.rglob("*.toml"))]
    places += [(path, f"holidays/{path.name}") for path in sorted(loaded.glob("*.toml"))]
    places += [(Path(settings.RETENTION_FILE), "retention.toml")]
    for path, name in places:
        if path.is_file():
            yield name, sha256(path.read_bytes()).hexdigest()[:MARK]


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted({*before, *now}) if before.get(name) != now.get(name))


def _last(kind: str, process: str) -> Event | None:
    rows = Event.objects.filter(organ_id=SYSTEM, kind=kind, facts__process=process)
    return rows.order_by("-seq").first()


def _write(kind: str, process: str, facts: Mapping[str, object], when: Moment) -> None:
    of_system(kind, at=when.at, **facts, process=process)
