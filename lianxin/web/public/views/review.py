"""Asking for review or re-check online: what is not agreed to, why, and of which organ; the last day with its arithmetic."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import reviewing
from lianxin.cases.services.stages import REVIEW, Asked, Stage, decided_by, organs_to_ask, stage_of, window_of
from lianxin.organs.models import Organ
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie, rights
from lianxin.web.public.forms import AskingReview
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell
from lianxin.web.public.words import day_words, how_words


@require_http_methods(READ_AND_SEND)
def review(request: HttpRequest) -> HttpResponse:
    """Return the questions of a request for review or re-check; a POST sends it to the organ chosen."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded, stage = opened.loaded, stage_of(opened.loaded)
    may = rights.may(loaded, when)
    if key in loaded.keys or not (may["review"] or may["recheck"]):
        return redirect("public:case")
    organs = {str(organ.pk): organ for organ in organs_to_ask(loaded, stage, on=when.on)}
    form = AskingReview(
        request.POST if request.method == "POST" else None,
        claims=[claim.text for claim in opened.claims],
        organs=[(pk, organ.name) for pk, organ in organs.items()],
        late=may["late"],
    )
    status = 422
    if organs and form.is_valid():
        try:
            organ = organs[form.cleaned_data["organ"]]
            reviewing.ask(loaded, stage, asked=_asked(form), organ=organ, actor=None, key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    running = window_of(loaded, stage)
    context = {
        "nav": "follow",
        "form": form,
        "key": key,
        "fields": list(form),
        "review": stage is REVIEW,
        "late": may["late"],
        "last_day": day_words(running.deadline.legal) if running else "",
        "how": how_words(running.deadline) if running else [],
        **_whom(stage, organs, decided_by(loaded, stage)),
    }
    return render(
        request, "public/follow/review.html", context, status=status if form.is_bound and organs else 200
    )


def _whom(stage: Stage, organs: dict[str, Organ], below: Organ) -> dict[str, object]:
    """Return whose opinion it is about, and whom to ask where no organ is defined."""
    return {"below": below.name, "nobody": not organs, "below_phone": below.phone}


def _asked(form: AskingReview) -> Asked:
    data = form.cleaned_data
    return Asked(
        form.asked_claims(), data["reasons"], data["attachments"], late_reason=data.get("late_reason", "")
    )
