"""The worklist: a queue of the organ's open cases, nearest legal date first, and the preview of one of its rows."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases import selectors, worklists
from lianxin.cases.models import SavedFilter, WorkItem
from lianxin.cases.worklists import ALL, SHELVES, Wanted, Worklist
from lianxin.organs.actors import Actor
from lianxin.procedure.book import Rulebook, book_for
from lianxin.web.clock import now
from lianxin.web.desk import course, lists, words
from lianxin.web.desk.forms.worklist import filters
from lianxin.web.desk.list_words import HINTS, chips, queue_label, shelf_label
from lianxin.web.desk.neighbours import opened_from
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.bulk import bulk_acts

PREVIEW = "预览"
LAST = 3
"""So many steps a preview shows."""


@require_safe
@officers_only
def worklist(request: DeskRequest) -> HttpResponse:
    """Show one page of a queue, as the query string asks for it; unknown values ask for nothing."""
    actor, on = request.actor, now().on
    book = book_for(on)
    wanted = lists.wanted_of(request.GET, actor)
    found = worklists.worklist(actor, wanted, on=on)
    total = words.capped(found.total)
    values = {
        "rows": [_row(book, item, wanted, line, on=on) for line, item in enumerate(found.items)],
        "queue": queue_label(wanted.queue),
        "total": total,
        "queues": _queues(found, wanted),
        "counters": _counters(found.counts, wanted),
        "saved": _saved(actor, wanted) if found.queues else [],
        "chips": chips(book, wanted, found.area),
        "clear_href": lists.address(Wanted(queue=wanted.queue)),
        "filters": filters(book, wanted),
        "wanted": wanted,
        "kept": lists.query_of(wanted),
        "list": lists.query_text(wanted),
        "more_href": f"{reverse('desk:filters')}?{lists.query_text(wanted)}",
        "start_href": "" if found.first else lists.address(wanted),
        "later_href": lists.address(wanted, after=found.after) if found.after else "",
        "position": _("本页 %(n)s 件，共 %(total)s 件") % {"n": len(found.items), "total": total},
        "done": _done(book, request.GET.get("done", "")),
        "filtered": not lists.is_bare(wanted),
        "all_href": lists.address(Wanted()),
        "whole": wanted.queue == ALL,
        "bulk": bulk_acts(actor),
        "picked": request.GET.get("picked") == "all",
        "pick_href": f"{lists.address(wanted, after=wanted.after)}&picked=all#picks",
    }
    return page(request, "worklist.html", values, nav="worklist")


@require_safe
@officers_only
def preview(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show summary, claims and the last steps of a case below its row, a recorded look; by itself it leads to the case."""
    if request.headers.get("HX-Request") != "true":
        if selectors.case_to_oversee(request.actor, case_id) is None:
            raise Http404
        return redirect("desk:case", case_id=case_id)
    opened = selectors.open_case(request.actor, case_id, purpose=PREVIEW, at=now().at)
    if opened is None:
        raise Http404
    reads, book = opened.text is not None, opened.loaded.book
    values = {
        "case": opened.case,
        "title": opened.case.summary or words.category_label(book, opened.case.category),
        "reads": reads,
        "claims": [claim.text for claim in opened.claims],
        "steps": course.timeline(opened, public=not reads)[:LAST],
    }
    return render(request, "desk/parts/preview.html", values)


def _done(book: Rulebook, event: str) -> str:
    """Return the sentence for an act after which the case is no longer the officer's to see, "" for none."""
    if event == "report":
        return _("已登记为检举控告，转由检举控告专办人员办理。")
    if event not in book.steps:
        return ""
    return _("已办理“%(what)s”，这一件已经转到其他机构。") % {"what": words.event_label(book, event)}


def _row(book: Rulebook, item: WorkItem, wanted: Wanted, line: int, *, on: date) -> dict[str, object]:
    flags = [{"text": _("等待其他方"), "tone": "grey"}] if item.turn == WorkItem.Turn.WAIT else []
    if item.bounced >= 2:
        flags.append({"text": _("被退回 %(n)s 次") % {"n": item.bounced}, "tone": "amber"})
    if item.warn_on and item.warn_on <= on and item.legal_on and item.legal_on > on:
        flags.append({"text": _("即将到期"), "tone": "amber"})
    key = (item.sort_on, item.case_id)
    return {
        "id": str(item.case_id),
        "href": opened_from(wanted, key, line),
        "preview_href": reverse("desk:preview", args=[item.case_id]),
        "subject": item.summary or words.category_label(book, item.category) or _("待登记的信访事项"),
        "number": item.number,
        "place": item.place_name,
        "state": words.state_label(book, item.state),
        "holder": item.officer_name or (_("等待对方") if item.turn == WorkItem.Turn.WAIT else ""),
        "received_on": item.received_on.isoformat(),
        "clock": ring.shown() if (ring := words.item_ring(book, item, on=on)) else None,
        "flags": flags,
        "last": wanted.seen == key or (wanted.seen is not None and wanted.seen[1] == item.case_id),
    }


def _queues(found: Worklist, wanted: Wanted) -> list[dict[str, object]]:
    """Return the switch of queues with their counts; [] for who has one queue only."""
    if len(found.queues) < 2:
        return []
    return [
        {
            "label": queue_label(name),
            "count": words.capped(count),
            "href": lists.address(Wanted(queue=name)),
            "current": wanted.queue == name and not wanted.shelf,
        }
        for name, count in found.queues.items()
    ]


def _counters(counts: dict[str, int], wanted: Wanted) -> list[dict[str, object]]:
    tones = {"nobody": "red", "bounced": "amber", "due": "red", "waiting": "neutral"}
    return [
        {
            "label": shelf_label(name),
            "count": words.capped(counts.get(name, 0)),
            "href": lists.address(Wanted(shelf="" if wanted.shelf == name else name)),
            "hint": HINTS[name],
            "tone": tones[name] if counts.get(name) else "neutral",
            "current": wanted.shelf == name,
        }
        for name in SHELVES
    ]


def _saved(actor: Actor, wanted: Wanted) -> list[dict[str, object]]:
    """Return the saved filters, each a link that opens it."""
    here = lists.query_text(wanted)
    return [saved_link(one, actor, here) for one in worklists.saved_filters(actor)]


def saved_link(saved: SavedFilter, actor: Actor, here: str = "") -> dict[str, object]:
    """Return one saved filter for a list of links: name, address, whose it is."""
    own = saved.staff_id == actor.staff.pk
    return {
        "name": saved.name,
        "href": f"{reverse('desk:worklist')}?{saved.query}",
        "whose": "" if own else saved.staff.name,
        "current": saved.query == here,
    }
