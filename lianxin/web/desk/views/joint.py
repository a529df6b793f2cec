"""The lead's pages of joint handling (协办): asking another organ for a part, and recalling it."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse

from lianxin.cases import materials, selectors
from lianxin.cases.history import Moment
from lianxin.cases.models import Case
from lianxin.together import selectors as joint
from lianxin.together import services
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.joint import AskPartForm, RecallPartForm
from lianxin.web.desk.joint_cards import cards, help_label
from lianxin.web.desk.shown import reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def ask_part(request: DeskRequest, case_id: int) -> HttpResponse:
    """Ask another organ for a part of the case; it sees the question and what is ticked, nothing else."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    if loaded.case.holder_id == actor.organ.pk:
        Case._meta.get_field("holder").set_cached_value(loaded.case, actor.organ)  # known: a statement less
    form = AskPartForm(
        request.POST if request.method == "POST" else None,
        askable=joint.askable(loaded.case, actor.organ, on=on),
        claims=selectors.claims_of(loaded.case),
        files=materials.files_of(loaded),
        due_on=services.usual_due(loaded, on=on),
    )

    def carry_out(data: Values, when: Moment) -> object:
        return services.ask(loaded, form.wanted(), actor=actor, key=str(data["key"]), when=when)

    def values(form: Form) -> Values:
        text = reading(request, loaded, purpose="请其他单位协办")
        return {
            "reading": text,
            "joint": cards(loaded, on=on),
            "last": min(services.lead_days(loaded, on=on), default=None),
        }

    return act_page(request, loaded, Act("ask_part", "ask_part.html", lambda data: form, carry_out, values))


@page_of_act
@officers_only
def recall_part(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Recall a part, with the reason; the organ's list says so at once."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, task = request.actor, joint.part_of(loaded.case, seq)
    if task is None:
        raise Http404

    def carry_out(data: Values, when: Moment) -> object:
        return services.recall(loaded, task, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        return {"task": task, "what": help_label(task.what)}

    return act_page(
        request, loaded, Act("recall_part", "recall_part.html", RecallPartForm, carry_out, values)
    )
