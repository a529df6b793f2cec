"""The case page, the opening of one identity field, and the printing of a paper."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.links import linked_to
from lianxin.cases.models import Kind, Notice
from lianxin.cases.policies import (
    REQUEST_EVENTS,
    may_ask_opening,
    may_find_others,
    may_read_pressure,
    may_reveal,
)
from lianxin.cases.selectors import Opened
from lianxin.cases.services import alarming, papers, withdrawing
from lianxin.cases.services.naming import nameless
from lianxin.organs.actors import Actor
from lianxin.petitioners import vault
from lianxin.procedure.errors import LianxinError, Refused
from lianxin.web.clock import now
from lianxin.web.desk import shown, words
from lianxin.web.desk.acting import heading, judged, offered
from lianxin.web.desk.file_rows import file_rows
from lianxin.web.desk.forms.case import RevealForm
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.register import pdf_response

PURPOSE = "办理"


@require_safe
@officers_only
def case(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show a case: what is asked, what was done, what may be done now. Opening it is a recorded look."""
    opened = _opened(request, case_id)
    loaded, actor, on = opened.loaded, request.actor, now().on
    reads = opened.text is not None
    public = not reads or request.GET.get("as") == "petitioner"
    found = offered(loaded, actor, now())
    nothing_owed = all(notice.state != Notice.State.OWED for notice in opened.notices)
    known = [
        judged(offer, opened.case, actor)
        for offer in found
        if not (offer.event == "give_notice" and nothing_owed)
    ]
    acts, refused = shown.act_list(loaded.book, known, opened.case, actor.organ)
    values = {
        **heading(request, loaded),
        "facts": _facts(opened, actor),
        "acts": acts,
        "more": [act for act in acts if act["aside"]],
        "main_act": acts[0] if acts and acts[0]["primary"] else None,
        "refused": refused,
        "reads": reads,
        "oversees": actor.has("supervisor"),
        "wish": withdrawing.wish_of(loaded) if reads else None,
        "pressed": _pressed(opened, actor),
        "may_ask_opening": may_ask_opening(actor, opened.case) and not may_reveal(actor, opened.case),
        "text": shown.text_of(opened),
        "cards": shown.claim_cards(opened.claims),
        "parties": shown.parties_of(opened, actor),
        "may_find_others": may_find_others(actor, opened.case)
        and any(vault.TOKEN in one.given and one.role == vault.INDEXED for one in opened.people),
        "timeline": shown.timeline(opened, public=public),
        "public": public,
        "clocks": shown.clock_rows(loaded, on=on),
        "files": file_rows(loaded) if reads else [],
        "papers": [shown.paper_link(loaded.book, opened.case, paper) for paper in opened.papers],
        "notices": shown.notice_rows(loaded.book, opened.notices),
        "looks": shown.look_rows(opened.looks, opened.case, actor, purposes=reads),
        "done": _done(opened, request.GET.get("done", "")),
    }
    return page(request, "case.html", values, nav="worklist")


@require_POST
@officers_only
@recently_proved_to_change
def reveal(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show one identity field once, after the look with its purpose is recorded; the page is not stored."""
    found = selectors.case_to_act_on(request.actor, case_id)
    if found is None or not may_reveal(request.actor, found):
        raise Http404
    form = RevealForm(request.POST)
    values: dict[str, object] = {"case": found, "form": form, "value": None}
    if not form.is_valid():
        return page(request, "reveal.html", values, nav="worklist", status=422)
    data, moment = form.cleaned_data, now()
    try:
        nameless(found, {"purpose": data["purpose"]}, fields=vault.FIELDS)
        value = vault.reveal(case_id=found.pk, reader=request.actor.reader(), at=moment.at, **data)
    except Refused as refused:
        form.add_error("purpose", refused.for_person())
        return page(request, "reveal.html", values, nav="worklist", status=409)
    except KeyError:
        raise Http404 from None
    alarming.alarm(request.actor.staff.pk, when=moment)
    values |= {
        "label": shown.field_label(data["field"]),
        "value": value or _("没有填写"),
        "purpose": data["purpose"],
        "at": moment.at,
    }
    return page(request, "reveal.html", values, nav="worklist")


@require_safe
@officers_only
def paper(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Print one paper of the case; with the petitioner's name, a recorded look, only for those who may open it."""
    found = selectors.case_to_act_on(request.actor, case_id)
    printed = None if found is None else selectors.paper_of(found, seq)
    if found is None or printed is None:
        raise Http404
    try:
        pdf = papers.print_paper(
            printed,
            reader=request.actor.reader(),
            purpose="打印文书",
            at=now().at,
            named=may_reveal(request.actor, found),
        )
    except LianxinError as problem:
        return page(request, "cannot_print.html", {"sentence": str(problem)}, nav="worklist", status=409)
    return pdf_response(pdf, printed.number)


def _opened(request: DeskRequest, case_id: int) -> Opened:
    opened = selectors.open_case(request.actor, case_id, purpose=PURPOSE, at=now().at)
    if opened is None:
        raise Http404
    return opened


def _facts(opened: Opened, actor: Actor) -> list[dict[str, object]]:
    """Return the dense list of facts beside the text; nothing of the person but how many they are."""
    case, book = opened.case, opened.loaded.book
    claim = case.kind == Kind.CLAIM
    rows = [
        (_("信访形式"), words.channel_label(case.channel)),
        (_("收到日期"), case.received_on.isoformat()),
        (_("类别"), words.kind_label(case.kind)),
        (_("内容分类"), words.category_label(book, case.category) or _("尚未确定")),
        (_("办理途径"), words.route_label(book, case.subroute) or (_("尚未确定") if claim else "")),
        (_("问题发生地"), case.place.full_name),
        (_("登记机构"), case.registrar.name),
        (_("责任机构"), case.holder.name),
        *_review_organs(opened),
        (_("承办人"), case.officer.name if case.officer else _("尚未分派")),
        (_("信访人数"), str(case.people)),
        (_("适用规则"), book.label_en if words.english() else book.label),
        (_("原编号"), case.source_number),
        *((_("关联件"), f"{one.number}（{one.label}）") for one in linked_to(actor, case)),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _review_organs(opened: Opened) -> list[tuple[str, str]]:
    """Return who handled and who reviews or re-checks, where these are two organs."""
    case = opened.case
    if case.handled_by is None or case.handled_by_id == case.holder_id:
        return []
    asked = next((step.event for step in reversed(opened.steps) if step.event in REQUEST_EVENTS), "")
    label = _("复核机构") if asked == "request_recheck" else _("复查机构")
    return [(_("办理机构"), case.handled_by.name), (label, case.holder.name)]


def _pressed(opened: Opened, actor: Actor) -> list[dict[str, object]]:
    """Return what the petitioner said of being pressed to withdraw, for supervisors of organs above alone."""
    if not may_read_pressure(actor, opened.case):
        return []
    told = [step for step in opened.steps if step.event == "keep_open" and step.facts.get("pressure")]
    return [{"key": step.on.isoformat(), "value": str(step.facts["contact"])} for step in told]


def _done(opened: Opened, event: str) -> str:
    """Return the sentence for an act that has just been done, "" unless it is the last one of the case."""
    last = opened.steps[-1] if opened.steps else None
    if last is None or last.event != event:
        return ""
    return _("已办理“%(what)s”，现在是“%(state)s”。") % {
        "what": shown.title_of(opened.loaded.book, last),
        "state": words.state_label(opened.loaded.book, opened.case.state),
    }
