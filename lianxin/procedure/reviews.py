"""The only place for the shape of a checklist (复阅、审核): what a second person looks at before something goes on or leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianxin.procedure.reading import Entry, tag_of


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """清单项: one thing the checker looks at."""

    id: str
    label: str
    label_en: str
    article: str

    @classmethod
    def read(cls, entry: Entry) -> ReviewItem:
        """Return the item written in `entry`."""
        item = cls(entry.text("id"), entry.text("label"), entry.text("label_en"), entry.text("article"))
        entry.done()
        return item

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """复阅、审核: what is checked by a second person, in items received since a day; `after` names the step that undoes it."""

    id: str
    label: str
    label_en: str
    event: str
    after: str
    channels: tuple[str, ...]
    since: date
    items: tuple[ReviewItem, ...]
    article: str
    tag: str
    place: str

    @classmethod
    def read(cls, entry: Entry) -> ReviewRule:
        """Return the checklist written in `entry`; refuse one without items, or with an item twice."""
        text = entry.text
        items = tuple(map(ReviewItem.read, entry.entries("item")))
        if not items or len({item.id for item in items}) != len(items):
            raise entry.refuse("'item' must be there, each id once")
        return cls(
            text("id"),
            text("label"),
            text("label_en"),
            text("event"),
            text("after", ""),
            entry.texts("channels", needed=True),
            entry.day("since"),
            items,
            text("article"),
            tag_of(entry),
            entry.place,
        )

    def covers(self, *, channel: str, kind: str, received_on: date) -> bool:
        """Tell whether an item is to be checked; reports are seen by the report desk alone."""
        return channel in self.channels and kind != "report" and received_on >= self.since
