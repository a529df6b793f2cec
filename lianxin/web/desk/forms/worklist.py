"""The filters of the worklist, sent by GET."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Channel, Kind
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words

OPEN_STATES = (
    "received",
    "registered",
    "referred",
    "objected",
    "disputed",
    "accepted",
    "handling",
    "signoff",
    "issued",
    "served",
)


class FilterForm(forms.Form):
    """State, channel, kind, mine; the shelf stays as it was chosen."""

    state = forms.ChoiceField(label=_("状态"), required=False)
    channel = forms.ChoiceField(
        label=_("信访形式"), required=False, choices=[("", _("全部")), *Channel.choices]
    )
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部")), *Kind.choices])
    mine = forms.BooleanField(label=_("只看我承办的"), required=False)
    shelf = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, book: Rulebook, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        states = [(state, words.state_label(book, state)) for state in OPEN_STATES]
        self.fields["state"].choices = [("", _("全部")), *states]  # type: ignore[attr-defined]
