"""The words of the worklist: names of queues and shelves, and the filters in force as chips."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianxin.cases.worklists import ALL, Wanted
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import lists, words

QUEUES = {
    "mine": gettext_lazy("我承办的"),
    "intake": gettext_lazy("待登记分办"),
    "sign": gettext_lazy("待审签"),
    "review": gettext_lazy("复查复核"),
    "serve": gettext_lazy("待送达"),
    ALL: gettext_lazy("全机构待办"),
}
HINTS = {
    "nobody": gettext_lazy("还没有承办人"),
    "bounced": gettext_lazy("转出后被退回两次以上"),
    "due": gettext_lazy("法定日期在今天或已过"),
    "waiting": gettext_lazy("对方或信访人还没有回应"),
}
CLOCKS = {"overdue": gettext_lazy("已超期"), "soon": gettext_lazy("即将到期")}


def queue_label(name: str) -> str:
    """Return the name of a queue."""
    return str(QUEUES[name])


def shelf_label(shelf: str) -> str:
    """Return the name of a shelf."""
    return {
        "nobody": _("无人负责"),
        "bounced": _("被退回两次"),
        "due": _("今日到期或超期"),
        "waiting": _("等待其他方"),
    }[shelf]


def group_label(book: Rulebook, code: str) -> str:
    """Return the name of a group or a leaf of the category tree, the code itself for what this edition does not know."""
    if names := book.categories.groups.get(code):
        return names[1] if words.english() else names[0]
    return words.category_label(book, code) or code


def chips(book: Rulebook, wanted: Wanted, area: str) -> list[dict[str, str]]:
    """Return the filters in force, each with the address of the list without it."""
    told: dict[str, Callable[[str], str]] = {
        "state": lambda value: words.state_label(book, value),
        "channel": words.channel_label,
        "kind": words.kind_label,
        "mine": lambda value: _("我承办的"),
        "shelf": shelf_label,
        "category": lambda value: _("分类：%(what)s") % {"what": group_label(book, value)},
        "area": lambda value: _("属地：%(what)s") % {"what": area or value},
        "since": lambda value: _("收到不早于 %(day)s") % {"day": value},
        "till": lambda value: _("收到不晚于 %(day)s") % {"day": value},
        "until": lambda value: _("法定日期不晚于 %(day)s") % {"day": value},
        "clock": lambda value: str(CLOCKS[value]),
    }
    return [
        {"text": told[name](value), "href": lists.without(wanted, name, value)}
        for name, value in lists.query_of(wanted)
        if name in told
    ]
