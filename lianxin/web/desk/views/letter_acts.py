"""The acts on a case that came by letter, or that goes out by post: the two checklists, posting, what became of it."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse

from lianxin.cases import selectors as cases
from lianxin.cases.history import Moment, load
from lianxin.letters import selectors
from lianxin.letters.services import posting, reviewing
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.letter_acts import ChecklistForm, PostForm, ResultForm
from lianxin.web.desk.shown import claim_cards, reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def review_before(request: DeskRequest, case_id: int) -> HttpResponse:
    """Read a letter again by the checklist before it is handled."""
    return _review(request, case_id, "before", purpose="办前复阅")


@page_of_act
@officers_only
def review_after(request: DeskRequest, case_id: int) -> HttpResponse:
    """Check the answer to a letter by the checklist before it leaves."""
    return _review(request, case_id, "after", purpose="发出前审核")


def _review(request: DeskRequest, case_id: int, phase: str, *, purpose: str) -> HttpResponse:
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor
    rule = reviewing.checklist(loaded, phase)

    def form(data: Values | None) -> ChecklistForm:
        return ChecklistForm(data, rule=rule)

    def carry_out(data: Values, when: Moment) -> object:
        return reviewing.review(loaded, phase, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        cards = claim_cards(cases.claims_of(loaded.case)) if phase == "after" else []
        return {"reading": reading(request, loaded, purpose=purpose), "cards": cards, "phase": phase}

    return act_page(request, loaded, Act(rule.event, "review_letter.html", form, carry_out, values))


@page_of_act
@officers_only
def post_paper(request: DeskRequest, case_id: int) -> HttpResponse:
    """Note that a paper was given to the post."""
    loaded, actor, on = loaded_or_404(request.actor, case_id), request.actor, now().on
    papers = selectors.papers_to_post(actor, loaded.case)
    labels = {paper.kind: words.paper_label(loaded.book, paper.kind) for paper in papers}

    def form(data: Values | None) -> PostForm:
        return PostForm(data, papers=papers, labels=labels, on=on)

    def carry_out(data: Values, when: Moment) -> object:
        paper = next(one for one in papers if one.seq == data["paper"])
        return posting.post(loaded, actor=actor, when=when, **{**data, "paper": paper})  # type: ignore[arg-type]

    act = Act("post_paper", "post_paper.html", form, carry_out, lambda form: {"none": not papers})
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def post_result(request: DeskRequest, case_id: int) -> HttpResponse:
    """Note what became of something that was posted; a delivered opinion is then served with it as proof.

    Also by the organ that posted it, where the case has gone on to another one since.
    """
    case = cases.case_to_act_on(request.actor, case_id) or cases.case_to_oversee(request.actor, case_id)
    if case is None:
        raise Http404
    loaded, actor, on = load(case), request.actor, now().on
    waiting = posting.waiting(loaded.acts)

    def form(data: Values | None) -> ResultForm:
        return ResultForm(data, waiting=waiting, on=on)

    def carry_out(data: Values, when: Moment) -> object:
        return posting.settle(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    return act_page(request, loaded, Act("post_result", "post_result.html", form, carry_out))
