"""The worklist: open cases of the organ, nearest legal date first, with the shelf of counters on top."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases import selectors
from lianxin.cases.models import Channel, Kind, WorkItem
from lianxin.cases.selectors import SHELVES, Wanted
from lianxin.procedure.book import Rulebook, book_for
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.forms.worklist import OPEN_STATES, filters
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@require_safe
@officers_only
def worklist(request: DeskRequest) -> HttpResponse:
    """Show one page of the organ's work, as the query string asks for it; unknown values ask for nothing."""
    on = now().on
    book = book_for(on)
    wanted = wanted_of(request.GET)
    found = selectors.worklist(request.actor, wanted, on=on)
    base = reverse("desk:worklist")
    values = {
        "rows": [_row(book, item, base=base, on=on) for item in found.items],
        "counters": _counters(found.counts, wanted),
        "chips": chips(book, wanted, request.GET),
        "clear_href": reverse("desk:worklist"),
        "filters": filters(book, wanted),
        "mine": wanted.mine,
        "shelf": wanted.shelf,
        "start_href": _address(request.GET, after=None) if wanted.after else "",
        "later_href": _address(request.GET, after=found.after) if found.after else "",
        "position": _("本页 %(n)s 件") % {"n": len(found.items)},
        "done": _done(book, request.GET.get("done", "")),
        "filtered": bool(wanted.states or wanted.channel or wanted.kind or wanted.mine or wanted.shelf),
    }
    return page(request, "worklist.html", values, nav="worklist")


def _done(book: Rulebook, event: str) -> str:
    """Return the sentence for an act after which the case is no longer the officer's to see, "" for none."""
    if event == "report":
        return _("已登记为检举控告，转由检举控告专办人员办理。")
    if event not in book.steps:
        return ""
    return _("已办理“%(what)s”，这一件已经转到其他机构。") % {"what": words.event_label(book, event)}


def wanted_of(query: QueryDict) -> Wanted:
    """Return what a query string asks for; values that are not known are left out."""
    states = tuple(state for state in dict.fromkeys(query.getlist("state")) if state in OPEN_STATES)
    return Wanted(
        states=states,
        channel=_known(query, "channel", Channel.values),
        kind=_known(query, "kind", Kind.values),
        mine=query.get("mine") in ("1", "on"),
        shelf=_known(query, "shelf", SHELVES),
        after=_after(query.get("after", "")),
    )


def chips(book: Rulebook, wanted: Wanted, query: QueryDict) -> list[dict[str, str]]:
    """Return the filters in force, each with the address of the list without it."""
    found = [("state", state, words.state_label(book, state)) for state in wanted.states]
    if wanted.shelf:
        found.append(("shelf", wanted.shelf, shelf_label(wanted.shelf)))
    if wanted.channel:
        found.append(("channel", wanted.channel, words.channel_label(wanted.channel)))
    if wanted.kind:
        found.append(("kind", wanted.kind, words.kind_label(wanted.kind)))
    if wanted.mine:
        found.append(("mine", str(query.get("mine")), _("我承办的")))
    return [{"text": text, "href": _without(query, name, value)} for name, value, text in found]


def shelf_label(shelf: str) -> str:
    """Return the name of a shelf."""
    return {
        "nobody": _("无人负责"),
        "bounced": _("被退回两次"),
        "due": _("今日到期或超期"),
        "waiting": _("等待其他方"),
    }[shelf]


def _row(book: Rulebook, item: WorkItem, *, base: str, on: date) -> dict[str, object]:
    flags = [{"text": _("等待其他方"), "tone": "grey"}] if item.turn == WorkItem.Turn.WAIT else []
    if item.bounced >= 2:
        flags.append({"text": _("被退回 %(n)s 次") % {"n": item.bounced}, "tone": "amber"})
    if item.warn_on and item.warn_on <= on and item.legal_on and item.legal_on > on:
        flags.append({"text": _("即将到期"), "tone": "amber"})
    return {
        "href": f"{base}case/{item.case_id}/",
        "subject": item.summary or words.category_label(book, item.category) or _("待登记的信访事项"),
        "number": item.number,
        "place": item.place_name,
        "state": words.state_label(book, item.state),
        "holder": item.officer_name or (_("等待对方") if item.turn == WorkItem.Turn.WAIT else ""),
        "received_on": item.received_on.isoformat(),
        "clock": ring.shown() if (ring := words.item_ring(book, item, on=on)) else None,
        "flags": flags,
        "last": False,
    }


def _counters(counts: dict[str, int], wanted: Wanted) -> list[dict[str, object]]:
    tones = {"nobody": "red", "bounced": "amber", "due": "red", "waiting": "neutral"}
    hints = {
        "nobody": _("还没有承办人"),
        "bounced": _("转出后被退回两次以上"),
        "due": _("法定日期在今天或已过"),
        "waiting": _("对方或信访人还没有回应"),
    }
    return [
        {
            "label": shelf_label(name),
            "count": words.capped(counts[name]),
            "href": reverse("desk:worklist") + ("" if wanted.shelf == name else f"?shelf={name}"),
            "hint": hints[name],
            "tone": tones[name] if counts[name] else "neutral",
            "current": wanted.shelf == name,
        }
        for name in SHELVES
    ]


def _known(query: QueryDict, name: str, allowed: Sequence[str]) -> str:
    value = str(query.get(name, ""))
    return value if value in allowed else ""


def _after(text: str) -> tuple[date, int] | None:
    day, _dot, case_id = text.partition(".")
    if not (case_id.isascii() and case_id.isdigit() and len(case_id) < 20):
        return None
    try:
        return date.fromisoformat(day), int(case_id)
    except ValueError:
        return None


def _address(query: QueryDict, *, after: tuple[date, int] | None) -> str:
    kept = query.copy()
    kept.pop("after", None)
    if after:
        kept["after"] = f"{after[0].isoformat()}.{after[1]}"
    return _with(kept)


def _without(query: QueryDict, name: str, value: str) -> str:
    kept = query.copy()
    kept.pop("after", None)
    kept.setlist(name, [other for other in kept.getlist(name) if other != value])
    return _with(kept)


def _with(query: QueryDict) -> str:
    address = reverse("desk:worklist")
    return f"{address}?{query.urlencode()}" if query else address
