"""The only place that turns promised call-backs into what pages show: how long is left in words, who calls, how often tried."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.calls.models import CallBack
from lianxin.cases.history import Moment
from lianxin.web.clock import BEIJING


def row(back: CallBack, *, when: Moment, readable: Collection[int] = ()) -> dict[str, object]:
    """Return what a list or page shows of a call-back; nothing of who is called."""
    overdue = back.due_at <= when.at
    today = back.due_at.astimezone(BEIJING).date() == when.on
    tone = "red" if overdue else "amber" if today else "blue"
    return {
        "id": back.id,
        "about": back.about,
        "href": reverse("desk:call_back", args=[back.id]),
        "due": due_words(back.due_at, when=when),
        "tag": {"text": tag_words(overdue=overdue, today=today), "tone": tone},
        "who": back.staff.name,
        "tries": tries_words(back.tries),
        "case": reverse("desk:case", args=[back.became_id]) if back.became_id in readable else "",
        "promised": f"{back.promised_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
    }


def due_words(due_at: datetime, *, when: Moment) -> str:
    """Return until when a call is promised, and how much is left or past."""
    due, now = due_at.astimezone(BEIJING), when.at.astimezone(BEIJING)
    late = int((now - due).total_seconds() // 60)
    said = {"on": due.date().isoformat(), "time": f"{due:%H:%M}"}
    if late >= 0:
        return _("答应 %(on)s %(time)s 以前回电，%(late)s") % {**said, "late": past_words(late)}
    days = (due.date() - when.on).days
    if days == 0:
        return _("今天 %(time)s 以前") % said
    if days == 1:
        return _("明天 %(time)s 以前") % said
    return _("%(on)s %(time)s 以前") % said


def past_words(minutes: int) -> str:
    """Return how long a promise is broken."""
    if minutes < 60:
        return ngettext("已经过了 %(n)d 分钟", "已经过了 %(n)d 分钟", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("已经过了 %(n)d 小时", "已经过了 %(n)d 小时", hours) % {"n": hours}
    return ngettext("已经过了 %(n)d 天", "已经过了 %(n)d 天", hours // 24) % {"n": hours // 24}


def tag_words(*, overdue: bool, today: bool) -> str:
    """Return the one word for how pressing a promise is."""
    if overdue:
        return _("过时未回电")
    return _("今天回电") if today else _("以后回电")


def tries_words(tries: int) -> str:
    """Return how often we did not get through, "" for never."""
    if not tries:
        return ""
    return ngettext("打过 %(n)d 次没有打通", "打过 %(n)d 次没有打通", tries) % {"n": tries}
