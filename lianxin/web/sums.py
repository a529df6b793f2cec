"""The only place that turns the arithmetic of clocks into tables for a page that can be printed."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianxin.procedure.book import Rulebook
from lianxin.procedure.clock import Running


def sums(book: Rulebook, running: Iterable[Running]) -> list[dict[str, object]]:
    """Return a table per clock, the running ones first: its lines with their days, which sum to the legal day."""
    english = (get_language() or "").startswith("en")
    ordered = sorted(running, key=lambda one: (one.stopped_on is not None, one.deadline.legal))
    return [_sum(book, one, english=english) for one in ordered]


def _sum(book: Rulebook, one: Running, *, english: bool) -> dict[str, object]:
    rule, dates = book.clocks[one.clock], one.deadline
    lines = [{"text": line.words(english=english), "days": line.days} for line in dates.lines]
    return {
        "title": rule.label_en if english else rule.label,
        "state": _state(one),
        "lines": lines,
        "total": sum(line.days for line in dates.lines),
        "from_on": date_format(one.started_on, "DATE_FORMAT"),
        "legal_on": date_format(dates.legal, "DATE_FORMAT"),
        "provisional": dates.provisional,
    }


def _state(one: Running) -> str:
    if one.stopped_on is None:
        return _("只作提示") if one.deadline.rule.information else _("正在计算")
    return _("%(on)s 已停止") % {"on": date_format(one.stopped_on, "DATE_FORMAT")}
