"""The only place that reads the legal time limits for the public pages; no number of days is typed in a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.procedure.book import book_for
from lianxin.procedure.rules import ClockRule
from lianxin.web.public.words import article_words, in_english

HOME = ("REG_NOTICE", "HANDLE", "REVIEW_WIN")
HELP = ("REG_NOTICE", "REF_NOTICE", "HANDLE", "HANDLE_EXT", "REVIEW_WIN", "REVIEW", "RECHECK_WIN", "RECHECK")


@dataclass(frozen=True, slots=True)
class Limit:
    """One time limit as a page says it: what, how long, from when, by which article."""

    id: str
    key: str
    value: str
    note: str
    article: str


def promises(on: date) -> dict[str, dict[str, str]]:
    """Return the limits the first pages speak of, by clock, in words short enough for a box."""
    short = {"REG_NOTICE": _("告知是否受理"), "HANDLE": _("办结答复"), "REVIEW_WIN": _("请求复查")}
    return {limit.id: {"key": short[limit.id], "value": limit.value} for limit in _limits(on, HOME)}


def limits(on: date) -> list[Limit]:
    """Return the limits of the petition procedure in force on a day, in the order in which they come."""
    return _limits(on, HELP)


def _limits(on: date, ids: tuple[str, ...]) -> list[Limit]:
    clocks = book_for(on).clocks
    return [
        Limit(
            id=name,
            key=clocks[name].label_en if in_english() else clocks[name].label,
            value=length_words(clocks[name]),
            note=since_words(name),
            article=article_words(clocks[name].article),
        )
        for name in ids
        if name in clocks
    ]


def length_words(clock: ClockRule) -> str:
    """Return how long a clock runs: 15 日内, 5 个工作日内."""
    if clock.unit == "WD":
        return ngettext("%(n)d 个工作日内", "%(n)d 个工作日内", clock.length) % {"n": clock.length}
    if clock.unit == "M":
        return ngettext("%(n)d 个月内", "%(n)d 个月内", clock.length) % {"n": clock.length}
    return ngettext("%(n)d 日内", "%(n)d 日内", clock.length) % {"n": clock.length}


def since_words(clock_id: str) -> str:
    """Return from when a limit counts and who owes what, in one plain sentence."""
    return {
        "REG_NOTICE": _("从收到您的事项算起，书面告诉您是否受理、由谁办理。"),
        "REF_NOTICE": _("转给别的机关的，接收的机关从收到之日算起告诉您。"),
        "HANDLE": _("从受理之日算起，办结并书面答复您。"),
        "HANDLE_EXT": _("情况复杂的，经负责人批准最多再延长这么久，并且要告诉您理由。"),
        "REVIEW_WIN": _("不同意答复的，从收到答复之日算起，您可以请求复查。"),
        "REVIEW": _("复查机关从收到您的请求算起，作出复查意见。"),
        "RECHECK_WIN": _("不同意复查意见的，从收到之日算起，您可以请求复核。"),
        "RECHECK": _("复核机关从收到您的请求算起，作出复核意见。"),
    }[clock_id]
