"""The act by which an officer checks what a petitioner asked to have corrected (更正)."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from lianxin.cases.history import Moment
from lianxin.cases.policies import may_answer_correction
from lianxin.cases.services import correcting
from lianxin.procedure.errors import Refused
from lianxin.web.desk.acting import Act, KeyForm, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.proving import recently_proved
from lianxin.web.desk.shown import field_label
from lianxin.web.desk.signed_in import DeskRequest, officers_only

LONG = 500


class AnswerForm(KeyForm):
    """Whether the correction is taken, and how it was checked or why it is not."""

    taken = forms.ChoiceField(
        label=_("核对的结果"),
        choices=[("yes", _("属实，采用")), ("no", _("不采用"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择核对的结果"), "invalid_choice": _("请在名单里选择")},
    )
    how = forms.CharField(
        label=_("怎样核对的；不采用的，写明理由"),
        help_text=_("信访人会看到；不写姓名、电话、住址。"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明怎样核对的"), "max_length": _("最多 500 字")},
    )


@page_of_act
@officers_only
@recently_proved
def answer_correction(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show what is to be corrected, a recorded look, and take the officer's answer."""
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor
    if not may_answer_correction(actor, loaded.case):
        raise Http404

    def carry_out(data: Values, when: Moment) -> object:
        taken, how = data["taken"] == "yes", str(data["how"])
        return correcting.answer(loaded, taken=taken, how=how, actor=actor, key=str(data["key"]), when=when)

    def beside(form: forms.Form) -> Values:
        asked = correcting.waiting(loaded)
        if asked is None:
            return {"asked": [], "words": ""}
        try:
            values = correcting.opened(loaded, actor=actor, at=request.when.at)
        except Refused:
            values = {}
        return {
            "asked": [{"key": field_label(field), "value": value} for field, value in values.items()],
            "words": asked.words,
        }

    return act_page(
        request, loaded, Act("answer_correction", "answer_correction.html", AnswerForm, carry_out, beside)
    )
