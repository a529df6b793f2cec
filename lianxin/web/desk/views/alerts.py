"""The page of alerts: what clocks and unattended cases call for in this organ and below, the most pressing first."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases import selectors
from lianxin.cases.selectors import Alerted
from lianxin.procedure.book import Rulebook, book_for
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only

MOST = 10
"""Pages shown; what is further down comes up once the first ones are seen to."""
TONES = {
    "nobody": "red",
    "bounced": "amber",
    "listed": "red",
    "overdue": "red",
    "warning": "amber",
    "reminder": "blue",
}


@require_safe
@officers_only
def alerts(request: DeskRequest) -> HttpResponse:
    """Show the alerts told to the officer's organ that nobody has seen to yet, a page at a time, all or of one kind."""
    on = now().on
    book = book_for(on)
    rule = request.GET.get("rule", "")
    rule = rule if rule in book.alerts else ""
    number = _page(request.GET.get("page", ""))
    found, count = selectors.open_alerts(request.actor, rule=rule, page=number)
    last = (number - 1) * selectors.PAGE + len(found)
    values = {
        "rows": [_row(book, one, on=on) for one in found],
        "count": words.capped(count),
        "kinds": [
            {"label": _label(book, one), "href": f"?rule={one}", "current": one == rule}
            for one in book.alerts
        ],
        "rule": rule,
        "later_href": _address(rule, number + 1) if last < count and number < MOST else "",
        "start_href": _address(rule, 1) if number > 1 else "",
        "position": _("第 %(first)d 至 %(last)d 条") % {"first": last - len(found) + 1, "last": last},
    }
    return page(request, "alerts.html", values, nav="alerts")


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST else 1


def _address(rule: str, number: int) -> str:
    return "?" + urlencode({**({"rule": rule} if rule else {}), "page": number})


def _label(book: Rulebook, rule: str) -> str:
    found = book.alerts.get(rule)
    return rule if found is None else (found.label_en if words.english() else found.label)


def _row(book: Rulebook, one: Alerted, *, on: date) -> dict[str, object]:
    alert = one.alert
    return {
        "number": alert.number,
        "summary": one.summary,
        "days": (on - alert.due_on).days,
        "href": reverse("desk:case", args=[alert.case_id]) if one.opens else "",
        "tag": {"text": _label(book, alert.rule), "tone": TONES.get(alert.rule, "grey")},
        "clock": words.clock_label(book, alert.clock) if alert.clock else "",
        "about": alert.about.name,
        "due_on": alert.due_on,
        "raised_on": alert.raised_on,
        "why": _why(alert.addressee),
    }


def _why(addressee: str) -> str:
    """Return why this organ is told."""
    return {
        "handler": _("请承办人抓紧办理"),
        "head": _("请负责人过问"),
        "upper": _("下级机关的事项，请督促"),
        "top": _("挂牌督办"),
        "desk": _("请检举控告专办员核实"),
    }.get(addressee, "")
