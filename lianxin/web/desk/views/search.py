"""Finding a case: by its number, or by words that stand in it. A search over words is recorded, then shown at its own address,
so that neither words nor purpose stand in one.
"""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases import selectors
from lianxin.cases.models import Case
from lianxin.cases.worklists import key_of
from lianxin.insight import selectors as insight
from lianxin.insight import services
from lianxin.insight.models import Purpose, Search
from lianxin.insight.selectors import Asked, Found
from lianxin.procedure.book import Rulebook, book_for
from lianxin.web.clock import BEIJING
from lianxin.web.desk import words
from lianxin.web.desk.forms.search import RELATIONS, SearchForm, WordsForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def search(request: DeskRequest) -> HttpResponse:
    """Go to the case with the typed number, or record a search over words and go to what it finds."""
    if request.method == "POST":
        return _look_for(request)
    if "number" not in request.GET:
        return _page(request, again=request.GET.get("again", ""))
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    case_id = selectors.case_by_number(request.actor, form.cleaned_data["number"])
    if case_id is not None:
        return redirect("desk:case", case_id=case_id)
    form.add_error(
        "number", _("没有找到您可以查看的这个编号。请对照回执再核对一遍；其他机构的信访件在这里查不到。")
    )
    return _page(request, form=form, status=404)


@require_safe
@officers_only
def found(request: DeskRequest, search_id: int) -> HttpResponse:
    """Show what a recorded search finds, for the officer who made it, and not for long."""
    made = insight.search_of(request.actor, search_id, at=request.when.at)
    if made is None:
        raise Http404
    asked, book = insight.asked_in(made), book_for(request.when.on)
    after = key_of(request.GET.get("after", ""))
    shown = insight.find(request.actor, asked, after=after)
    values = {
        "asked": asked,
        "parts": asked.words.split(),
        "purpose": made.why or str(Purpose(made.purpose).label),
        "recorded_at": made.at.astimezone(BEIJING),
        "chips": narrowing(book, asked),
        "rows": [_row(book, case) for case in shown.cases],
        "count": _count(shown, after),
        "start_href": request.path if after else "",
        "later_href": _later(request.path, shown.after),
        "again_href": f"{reverse('desk:search')}?again={made.id}",
        "wider": _hidden(made) if asked.filters() else None,
    }
    return page(request, "found.html", values, nav="search")


def _look_for(request: DeskRequest) -> HttpResponse:
    if not insight.may_search(request.actor):
        raise Http404
    form = WordsForm(request.POST, book=book_for(request.when.on), on=request.when.on)
    if not form.is_valid():
        return _page(request, by_words=form, status=422)
    made = services.search(
        request.actor,
        form.as_asked(),
        purpose=form.cleaned_data["purpose"],
        why=form.cleaned_data["why"],
        key=request.POST.get("key", "") or fresh_key(),
        at=request.when.at,
    )
    return redirect("desk:search_found", search_id=made.id)


def _page(
    request: DeskRequest,
    *,
    form: SearchForm | None = None,
    by_words: WordsForm | None = None,
    again: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page with both forms; `again` is a search whose words are to be changed."""
    on = request.when.on
    if by_words is None and insight.may_search(request.actor):
        by_words = WordsForm(book=book_for(on), on=on, initial=_typed(request, again))
    values = {
        "form": form or SearchForm(),
        "by_words": by_words,
        "key": fresh_key(),
        "wrong": by_words if by_words is not None and by_words.errors else form or SearchForm(),
    }
    return page(request, "search.html", values, nav="search", status=status)


def _typed(request: DeskRequest, again: str) -> dict[str, object]:
    """Return what an earlier search asked for, to begin with; {} for none."""
    search_id = int(again) if again.isascii() and again.isdigit() and len(again) < 19 else 0
    made = insight.search_of(request.actor, search_id, at=request.when.at) if search_id else None
    if made is None:
        return {}
    asked = insight.asked_in(made)
    days = {"since": asked.since, "until": asked.until}
    return {**made.filters, **days, "words": made.words, "purpose": made.purpose, "why": made.why}


def narrowing(book: Rulebook, asked: Asked) -> list[str]:
    """Return in words what narrows a search."""
    known = [
        *(
            [str(dict(RELATIONS)[asked.relation])]
            if asked.relation in dict(RELATIONS) and asked.relation
            else []
        ),
        *([words.state_label(book, asked.state)] if asked.state else []),
        *([words.kind_label(asked.kind)] if asked.kind else []),
        *([words.channel_label(asked.channel)] if asked.channel else []),
        *([words.category_label(book, asked.category)] if asked.category else []),
    ]
    if asked.since:
        known.append(_("%(day)s 以后收到") % {"day": asked.since.isoformat()})
    if asked.until:
        known.append(_("%(day)s 以前收到") % {"day": asked.until.isoformat()})
    return known


def _row(book: Rulebook, case: Case) -> dict[str, object]:
    category = words.category_label(book, case.category)
    return {
        "href": reverse("desk:case", args=[case.pk]),
        "subject": case.summary or category or _("待登记的信访事项"),
        "number": case.number,
        "state": words.state_label(book, case.state),
        "tone": words.TONES.get(case.state, "grey"),
        "place": case.place.full_name,
        "received_on": case.received_on,
        "channel": words.channel_label(case.channel),
        "category": category if case.summary else "",
    }


def _count(found: Found, after: tuple[date, int] | None) -> str:
    """Return how many were found, counted no further than a page."""
    n = len(found.cases)
    if after:
        return _("本页 %(n)s 件") % {"n": n}
    if found.after:
        return _("找到 %(n)s+ 件，最近收到的在前") % {"n": n}
    return ngettext("找到 %(n)s 件，最近收到的在前", "找到 %(n)s 件，最近收到的在前", n) % {"n": n}


def _after(text: str) -> tuple[date, int] | None:
    """Return the case after which a page begins, None for what is none."""
    day, _dot, case_id = text.partition(".")
    if not (case_id.isascii() and case_id.isdigit() and len(case_id) < 19):
        return None
    try:
        return date.fromisoformat(day), int(case_id)
    except ValueError:
        return None


def _later(path: str, after: tuple[date, int] | None) -> str:
    return f"{path}?after={after[0].isoformat()}.{after[1]}" if after else ""


def _hidden(made: Search) -> dict[str, str]:
    """Return what a form sends that asks for the same words without what narrows them."""
    return {"words": made.words, "purpose": made.purpose, "why": made.why, "key": fresh_key()}
