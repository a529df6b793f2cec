"""The only place that says which parts of the desk an officer's menu names, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianxin.calls.policies import may_take
from lianxin.cases.openings import may_ask_any, may_decide_any
from lianxin.cases.policies import CASE_ROLES, may_dispose, may_register
from lianxin.cases.reading import may_audit
from lianxin.letters.policies import works_with_letters
from lianxin.organs.actors import Actor
from lianxin.organs.models import Role
from lianxin.organs.policies import may_manage
from lianxin.oversight.policies import PART as OVERSIGHT_PART
from lianxin.together.policies import may_help
from lianxin.visits.policies import may_receive


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the desk: the name pages give as `nav`, its words, its address, and for whom it is."""

    name: str
    label: str | Promise
    view: str
    meant_for: Callable[[Actor], bool]
    first: bool = False
    """It stands in the line itself, not below "more"."""

    @property
    def href(self) -> str:
        """Return its address."""
        return reverse(self.view)


@dataclass(frozen=True, slots=True)
class Menu:
    """What one officer's menu shows; `in_more` when the page belongs to a part below "more"."""

    first: tuple[Part, ...]
    more: tuple[Part, ...]
    in_more: bool


def works_on_cases(actor: Actor) -> bool:
    """Tell whether the officer has anything to do with cases."""
    return actor.has(*CASE_ROLES, "supervisor")


def oversees(actor: Actor) -> bool:
    """Tell whether the officer has anything to do with supervision, or may be named for an inspection."""
    return actor.has(*OVERSIGHT_PART)


def everybody(actor: Actor) -> bool:
    """Tell that a part is for every officer."""
    return True


PARTS = (
    Part("worklist", _("工作台"), "desk:worklist", everybody, first=True),
    Part("alerts", _("提醒"), "desk:alerts", works_on_cases, first=True),
    Part("register", _("登记"), "desk:register", may_register, first=True),
    Part("search", _("查找"), "desk:search", everybody, first=True),
    Part("letters", pgettext_lazy("desk", "来信"), "desk:letters", works_with_letters),
    Part("visits", pgettext_lazy("desk", "来访"), "desk:visits", may_receive, first=True),
    Part("calls", pgettext_lazy("desk", "来电"), "desk:calls", may_take),
    Part("emergencies", _("紧急情况"), "desk:emergencies", may_receive, first=True),
    Part("tasks", _("协办"), "desk:tasks", may_help),
    Part("knowledge", _("政策"), "desk:knowledge", everybody),
    Part(
        "openings", _("紧急查阅"), "desk:openings", lambda actor: may_ask_any(actor) or may_decide_any(actor)
    ),
    Part("supervision", _("督查与督办"), "desk:supervision", oversees),
    Part("reading", _("查看记录"), "desk:reading", may_audit),
    Part("retention", _("保管期限"), "desk:retention", may_dispose),
    Part("manage", _("管理"), "desk:manage", may_manage),
    Part("health", _("运行状况"), "desk:health", lambda actor: actor.has(Role.SYSADMIN)),
)
LINE = 6
"""So many parts fit into the line; with no more than that nothing is folded away."""


def menu_for(actor: Actor, nav: str) -> Menu:
    """Return the menu of an officer on a page that belongs to `nav`."""
    mine = [part for part in PARTS if part.meant_for(actor)]
    if len(mine) <= LINE:
        return Menu(tuple(mine), (), False)
    first = tuple(part for part in mine if part.first)
    more = tuple(part for part in mine if not part.first)
    return Menu(first, more, nav in {part.name for part in more})


NEXT = {
    "visit": ("visits", _("回到来访，叫下一个号")),
    "call": ("calls", _("回到来电")),
    "letter": ("letters", _("回到来信")),
}
"""By channel: where the next one waits once an item is registered."""


def where_next(actor: Actor, channel: str) -> dict[str, object] | None:
    """Return the link to where the next one of a channel waits; None where the officer has no such part."""
    name, text = NEXT.get(channel, ("", ""))
    part = next((one for one in PARTS if one.name == name and one.meant_for(actor)), None)
    return {"href": part.href, "text": text} if part else None
