"""The only place that judges whether the words an act needs are there, in their stored form and printable.

That they hold no identity is judged by `naming.nameless`.
"""

from __future__ import annotations

from datetime import date

from lianxin.cases.texts import normalised, one_line
from lianxin.papers import missing_glyphs
from lianxin.procedure.errors import GuardFailed

LONGEST = 4_000


def typed_day(text: object, what: str, *, article: str) -> date | None:
    """Return a day as typed (2026-05-06), None for nothing typed. Raises GuardFailed naming `what` for any other text."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise GuardFailed(
            f"{what}不是一个日期：{text}", article=article, instead="请按“2026-05-06”的样子填写。"
        ) from None


def needed(text: str, what: str, *, article: str, line: bool = False) -> str:
    """Return typed text in its stored form; `line` makes one line of it.

    Raises GuardFailed naming `what` where nothing was typed, it is too long, or no font can print it.
    """
    found = one_line(text) if line else normalised(text)
    if not found:
        raise GuardFailed(f"请写明{what}", article=article)
    if len(found) > LONGEST:
        raise GuardFailed(f"{what}太长了，请写在 {LONGEST} 字以内", article=article)
    if strange := missing_glyphs(found, "body"):
        raise GuardFailed(
            f"{what}里有打印不出的字：{' '.join(strange)}", article=article, instead="请换一种写法。"
        )
    return found
