"""What urgent reports, supervision and the report on it ask: the contents of their papers, as the rulebook lists them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.oversight import TRIGGERS, Emergency
from lianxin.organs.models import Staff
from lianxin.procedure.catalogue import PaperRule
from lianxin.web.desk.forms.fields import ConsentField, DayField
from lianxin.web.desk.forms.papered import PaperForm


class UrgentForm(PaperForm):
    """What was seen, where, what threatens and what was done; the other post that agrees."""

    def __init__(
        self,
        data: Any = None,
        *,
        rule: PaperRule,
        on: date,
        label: object = "",
        others: Iterable[Staff] | None = None,
    ) -> None:
        """Take the paper's rule and the holders of the other post under their `label`; None where both are held."""
        super().__init__(data, rule=rule, known=("reporter",))
        # the matter stands in FILLED, yet an urgent report tells what happens now
        if "paper_matter" not in self.fields:
            self.fields["paper_matter"] = forms.CharField(
                label=_("事由"),
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": _("请填写事由"), "max_length": _("最多 2000 字")},
            )
        self.fields["paper_people"].help_text = gettext("写多少人、什么情况，不写姓名。")
        self.fields["seen_on"] = DayField(
            label=_("发现日期"),
            latest=on,
            too_late=gettext("发现日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        if others is not None:
            self.fields["approver"] = ConsentField(label, others)
        order = ("seen_on", "time", "place", "people", "matter", "risk", "measures")
        self.order_fields(["key", *(name if name == "seen_on" else f"paper_{name}" for name in order)])

    def emergency(self) -> Emergency:
        """Return the valid report."""
        data = self.cleaned_data
        names = ("time", "place", "people", "matter", "risk", "measures")
        return Emergency(data["seen_on"], *(data[f"paper_{name}"] for name in names))


class SuperviseForm(PaperForm):
    """Why a case is supervised, what is asked, and by which day to report."""

    trigger = forms.ChoiceField(
        label=_("督办情形"),
        widget=forms.RadioSelect,
        choices=[(code, _(text)) for code, text in TRIGGERS.items()],
        error_messages={"required": _("请选择督办的情形"), "invalid_choice": _("请选择督办的情形")},
    )

    def __init__(self, data: Any = None, *, rule: PaperRule, on: date) -> None:
        super().__init__(data, rule=rule, known=("trigger",))
        self.on = on

    def clean_paper_report_due_on(self) -> date:
        """Return the day by which to report. Raises ValidationError for today or a day that is past."""
        day: date = self.cleaned_data["paper_report_due_on"]
        if day <= self.on:
            raise forms.ValidationError(gettext("反馈日期应当在今天以后"))
        return day
