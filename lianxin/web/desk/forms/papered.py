"""The only place that makes form fields of what the rulebook says a paper must contain: an act asks for nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.papers import FILLED
from lianxin.cases.texts import normalised
from lianxin.procedure.catalogue import Content, PaperRule
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import DayField

PREFIX = "paper_"
LONGEST = 4_000
SHORT = frozenset(
    {"phone", "address", "online_entry", "competent_organ", "route", "secrecy_grade", "time", "place"}
)
"""Contents that take one line."""
NOT_DAYS = frozenset({"passed_on", "clock_runs_on"})
"""Contents that are no days, whatever their keys end in."""


class PaperForm(KeyForm):
    """The contents of a paper that only the act knows, one field each, named and required by the rulebook."""

    def __init__(self, data: Any = None, *, rule: PaperRule, known: Collection[str] = ()) -> None:
        """Take the paper's rule; `known` are contents the act itself fills in, besides `papers.FILLED`."""
        super().__init__(data)
        self.contents = [one for one in rule.contents if one.key not in FILLED and one.key not in known]
        for content in self.contents:
            self.fields[PREFIX + content.key] = field_of(content)

    def paper(self) -> dict[str, object]:
        """Return what was given, by the keys of the rulebook: texts, and days as "2026-05-08"."""
        found = {one.key: self.cleaned_data.get(PREFIX + one.key) for one in self.contents}
        return {
            key: value.isoformat() if isinstance(value, date) else normalised(str(value))
            for key, value in found.items()
            if value not in (None, "")
        }


def field_of(content: Content) -> forms.Field:
    """Return the field for one content: a day, a line or a text."""
    label, needed = gettext(content.label), content.required
    if content.key not in NOT_DAYS and (content.key.endswith("_on") or content.key == "last_day"):
        return DayField(label=label, required=needed)
    return forms.CharField(
        label=label,
        required=needed,
        max_length=LONGEST,
        widget=forms.TextInput() if content.key in SHORT else forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("请填写%(label)s") % {"label": label},
            "max_length": _("%(label)s太长了，请写在 %(limit)d 字以内") % {"label": label, "limit": LONGEST},
        },
    )
