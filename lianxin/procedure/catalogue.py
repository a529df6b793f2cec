"""The only place for the shapes of the catalogues: papers and their contents, routes, leaves, alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lianxin.procedure.reading import Entry, one_of, tag_of

LEVELS = ("village", "township", "county", "city", "province", "ministry")
LEAF_LEVELS = (*LEVELS, "upper", "external")
KINDS = ("claim", "report", "suggestion", "help", "supervise", "triage")
ALERT_WHEN = ("half", "warn", "legal", "twice", "nobody", "bounced", "act")
ALERT_FIRST = ("nobody", "bounced")
"""Alerts about a whole case; they come before those about one clock."""
ALERT_TO = ("handler", "head", "upper", "top", "outside", "asker")
"""Who is told: in the organ that owes (handler, head), the organ above it, the topmost one; the nearest above that has had
nothing to do with the case (outside); the organs the act answers (asker)."""


@dataclass(frozen=True, slots=True)
class Content:
    """必备内容: one thing a paper must say."""

    key: str
    label: str
    required: bool = True

    @classmethod
    def read(cls, entry: Entry) -> Content:
        """Return the content written in `entry`."""
        content = cls(entry.text("key"), entry.text("label"), entry.flag("required", default=True))
        entry.done()
        return content


@dataclass(frozen=True, slots=True)
class PaperRule:
    """文书: what a paper must contain; `remedy` where it ends a stage and must name the next remedy."""

    id: str
    label: str
    label_en: str
    suffix: str
    contents: tuple[Content, ...]
    remedy: bool
    basis: str
    tag: str

    @classmethod
    def read(cls, entry: Entry, *, common: tuple[Content, ...], remedy: tuple[Content, ...]) -> PaperRule:
        """Return the paper written in `entry`, with the contents common to every paper."""
        text = entry.text
        ends_stage = entry.flag("remedy")
        own = tuple(map(Content.read, entry.entries("contents")))
        return cls(
            text("id"),
            text("label"),
            text("label_en"),
            one_of(entry, "suffix", ("D", "F", "H")),
            (*common, *own, *(remedy if ends_stage else ())),
            ends_stage,
            text("basis"),
            tag_of(entry),
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Return the keys without which the paper must not leave."""
        return tuple(content.key for content in self.contents if content.required)


@dataclass(frozen=True, slots=True)
class RouteRule:
    """途径: one category or one of the six routes of Article 31, and the paper that opens it."""

    id: str
    label: str
    label_en: str
    category: str
    subroute: str
    paper: str
    document: str
    own_paper: str
    own_document: str
    own_targets: tuple[str, ...]
    targets: tuple[str, ...]
    intents: tuple[str, ...]
    article: str
    tag: str

    @classmethod
    def read(cls, entry: Entry) -> RouteRule:
        """Return the route written in `entry`."""
        text, texts = entry.text, entry.texts
        return cls(
            text("id"),
            text("label"),
            text("label_en"),
            one_of(entry, "category", KINDS),
            text("subroute"),
            text("paper"),
            text("document"),
            text("own_paper", ""),
            text("own_document", ""),
            texts("own_targets"),
            texts("targets"),
            texts("intents"),
            text("article"),
            tag_of(entry),
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """事项: one leaf of the category tree for the days it is valid, and who decides about it."""

    code: str
    label: str
    label_en: str
    level: str
    registering_level: bool
    external: str
    department: str
    subroute: str
    kind: str
    flags: tuple[str, ...]
    joint: tuple[str, ...]
    note: str
    basis: str
    tag: str
    valid_from: date | None
    valid_to: date | None
    place: str

    @classmethod
    def read(cls, entry: Entry) -> Leaf:
        """Return the leaf written in `entry`."""
        text, texts = entry.text, entry.texts
        return cls(
            code=text("code"),
            label=text("label"),
            label_en=text("label_en"),
            level=one_of(entry, "level", LEAF_LEVELS),
            registering_level=one_of(entry, "level_rule", ("", "registering_level"), "") != "",
            external=text("external", ""),
            department=text("department", ""),
            subroute=text("subroute"),
            kind=one_of(entry, "kind", KINDS),
            flags=texts("flags"),
            joint=texts("joint"),
            note=text("note", ""),
            basis=text("basis"),
            tag=tag_of(entry),
            valid_from=entry.day_or_none("from"),
            valid_to=entry.day_or_none("to"),
            place=entry.place,
        )

    def in_force(self, on: date) -> bool:
        """Tell whether this entry is the one for `on`."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Categories:
    """内容分类: the groups, their leaves (dated), and the departments per level."""

    groups: Mapping[str, tuple[str, str]]
    leaves: Mapping[str, tuple[Leaf, ...]]
    departments: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """提醒: when an organ is told that a clock or a case needs it, and who is told; never about a person.

    `after` counts working days: until nobody is missed, or for which an act (`event`, where its `fact` holds) is
    told; it is 0 otherwise. A lower `order` comes first.
    """

    id: str
    label: str
    label_en: str
    when: str
    after: int
    event: str
    fact: str
    to: tuple[str, ...]
    basis: str
    tag: str
    order: int
    place: str

    @classmethod
    def read(cls, entry: Entry) -> AlertRule:
        """Return the alert written in `entry`."""
        text = entry.text
        when, after = one_of(entry, "when", ALERT_WHEN), entry.number("after", 0)
        if (after > 0) != (when in ("nobody", "act")):
            raise entry.refuse(
                f"'after' {after} does not fit 'when' {when!r}: only nobody and act count days"
            )
        event = text("event", "")
        if bool(event) != (when == "act"):
            raise entry.refuse(f"'event' {event!r} does not fit 'when' {when!r}")
        to = entry.texts("to", needed=True)
        strangers = sorted(set(to) - set(ALERT_TO))
        if strangers or not to or len(set(to)) < len(to):
            raise entry.refuse(f"'to' is {list(to)}; known, each once: {', '.join(ALERT_TO)}")
        return cls(
            text("id"),
            text("label"),
            text("label_en"),
            when,
            after,
            event,
            text("fact", ""),
            to,
            text("basis"),
            tag_of(entry),
            entry.number("order"),
            entry.place,
        )

    @property
    def first(self) -> bool:
        """Tell whether the alert is about a whole case and comes before those about one clock."""
        return self.when in ALERT_FIRST
