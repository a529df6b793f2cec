"""The only place that writes dates, articles and the arithmetic of a date for the public, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lianxin.procedure.clock import Deadline

DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
NUMERAL = "([〇一二三四五六七八九十]+)"
REGULATIONS = {"信访工作条例": gettext_lazy("信访工作条例"), "信访条例": gettext_lazy("信访条例")}


def in_english() -> bool:
    """Tell whether the page is being written in English."""
    return (get_language() or "").startswith("en")


def listed(names: Iterable[str]) -> str:
    """Return names one after the other: 甲、乙."""
    return (", " if in_english() else "、").join(names)


def day_words(day: date) -> str:
    """Return a day as people write it: 2026年5月8日, May 8, 2026."""
    return date_format(day, "DATE_FORMAT")


def instant_words(at: datetime) -> str:
    """Return an instant in Beijing time: 2026年5月8日 9:05."""
    local = localtime(at)
    return f"{day_words(local)} {local:%H:%M}"


def article_words(article: str) -> str:
    """Return an article as it is cited; in another language with numbers a foreign reader can find."""
    if not in_english():
        return article
    for name, own in REGULATIONS.items():
        if article.startswith(name):
            article = article.replace(name, str(own), 1)
            break
    article = _numbered(article, f"第{NUMERAL}条", _("第%(n)d条"))
    article = _numbered(article, f"第{NUMERAL}款", _("第%(n)d款"))
    article = _numbered(article, f"第（{NUMERAL}）项", _("第%(n)d项"))
    return article.replace("、", ", ").replace("至", "–").replace("；", "; ").replace("  ", " ")


def _numbered(text: str, pattern: str, words: str) -> str:
    """Return the text with Chinese numerals of one kind written in the reader's way."""
    return re.sub(pattern, lambda found: words % {"n": _number(found[1])}, text)


def how_words(deadline: Deadline) -> list[str]:
    """Return how a date was counted, one sentence a line; the days of the lines sum to the date."""
    return [line.words(english=in_english()) for line in deadline.lines]


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(DIGITS[char]) for char in text))
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
