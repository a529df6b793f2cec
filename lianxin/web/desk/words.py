"""The only place that turns codes of the rulebook into the words, dates and rings a desk page shows."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianxin.cases.models import Channel, Kind, WorkItem
from lianxin.procedure.book import Rulebook
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running
from lianxin.web.rings import Ring

TONES = {
    "received": "blue",
    "registered": "blue",
    "referred": "amber",
    "objected": "amber",
    "disputed": "red",
    "accepted": "green",
    "handling": "blue",
    "signoff": "amber",
    "issued": "green",
    "served": "green",
}


def english() -> bool:
    """Tell whether the page is in English."""
    return (get_language() or "").startswith("en")


def state_label(book: Rulebook, state: str) -> str:
    """Return the word for a state; a state this edition does not know shows its code."""
    found = book.states.get(state)
    return state if found is None else (found.label_en if english() else found.label)


def clock_label(book: Rulebook, clock: str) -> str:
    """Return the name of a clock."""
    found = book.clocks.get(clock)
    return clock if found is None else (found.label_en if english() else found.label)


def event_label(book: Rulebook, event: str, rule: str = "") -> str:
    """Return the name of a step: that of its rule where given, else of the first rule with this event."""
    rules = book.steps.get(event, ())
    found = next((one for one in rules if one.id == rule), rules[0] if rules else None)
    return event if found is None else (found.label_en if english() else found.label)


def category_label(book: Rulebook, code: str) -> str:
    """Return the name of a leaf of the category tree, "" for none."""
    leaves = book.categories.leaves.get(code, ())
    return "" if not leaves else (leaves[-1].label_en if english() else leaves[-1].label)


def route_label(book: Rulebook, subroute: str) -> str:
    """Return the name of a statutory route (第三十一条 各项), "" for none."""
    found = next((one for one in book.routes.values() if subroute and one.subroute == subroute), None)
    return "" if found is None else (found.label_en if english() else found.label)


def paper_label(book: Rulebook, kind: str) -> str:
    """Return the name of a paper."""
    found = book.papers.get(kind)
    return kind if found is None else (found.label_en if english() else found.label)


def channel_label(channel: str) -> str:
    """Return the name of a channel."""
    return str(dict(Channel.choices).get(channel, channel))


def kind_label(kind: str) -> str:
    """Return the name of a kind of petition."""
    return str(dict(Kind.choices).get(kind, kind))


def days_left(legal_on: date, *, unit: str, on: date) -> int:
    """Return how many days are left, in working days where the clock counts them; negative when gone."""
    if unit != "WD":
        return (legal_on - on).days
    calendar = load_calendar()
    if legal_on >= on:
        return calendar.working_between(on, legal_on)
    return -calendar.working_between(legal_on, on)


def item_ring(book: Rulebook, item: WorkItem, *, on: date) -> Ring | None:
    """Return the ring of a row of the worklist, None where no clock runs."""
    rule = book.clocks.get(item.clock)
    if item.legal_on is None or rule is None:
        return None
    days = days_left(item.legal_on, unit=rule.unit, on=on)
    return Ring(
        days, _share(days, rule.length), rule.unit == "WD", clock_label(book, item.clock), item.legal_on
    )


def clock_ring(book: Rulebook, running: Running, *, on: date) -> Ring:
    """Return the ring of one clock of a case."""
    rule, legal_on = running.deadline.rule, running.deadline.legal
    state = "stopped" if running.stopped_on and running.stopped_on <= legal_on else "running"
    days = days_left(legal_on, unit=rule.unit, on=running.stopped_on or on)
    term = rule.length + running.deadline.extension_days or (legal_on - running.started_on).days
    return Ring(
        days, _share(days, term), rule.unit == "WD", clock_label(book, running.clock), legal_on, state
    )


def capped(count: int, cap: int = 500) -> str:
    """Return a count as it is shown: "500+" above the cap."""
    return f"{cap}+" if count > cap else str(count)


def by_whom(organ: str, officer: str) -> str:
    """Return organ and officer on one line."""
    return _("%(organ)s %(officer)s") % {"organ": organ, "officer": officer} if officer else organ


def _share(days: int, term: int) -> int:
    return max(0, min(100, round(100 * days / term))) if term else 0
