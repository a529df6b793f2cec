"""What leaders' reception days ask: the announcement, a booking, what came of a case, when it was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.numbers import read_number
from lianxin.visits.models import ReceptionDay
from lianxin.visits.services.days import Planned, Result
from lianxin.web.desk.forms.emergencies import ClockField
from lianxin.web.desk.forms.fields import DayField
from lianxin.web.desk.forms.visits import CHOOSE, Keyed

TIME = {"required": _("请填写时间"), "invalid": _("时间请写成 9:05 的样子")}


class DayForm(Keyed):
    """A reception day as it is published."""

    kind = forms.ChoiceField(
        label=_("形式"),
        choices=[("here", _("接访（群众来）")), ("out", _("下访（领导去）"))],
        initial=ReceptionDay.Kind.HERE,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择形式"), "invalid_choice": CHOOSE},
    )
    on = DayField(label=_("日期"))
    opens = ClockField(label=_("开始时间"), error_messages=TIME)
    closes = ClockField(label=_("结束时间"), error_messages=TIME)
    leader = forms.CharField(
        label=_("领导姓名、职务"),
        max_length=60,
        error_messages={"required": _("请写领导的姓名、职务"), "max_length": _("最多 60 字")},
    )
    place = forms.CharField(
        label=_("地点"),
        max_length=120,
        error_messages={"required": _("请写地点"), "max_length": _("最多 120 字")},
    )
    topic = forms.CharField(
        label=_("主要接待哪些事"),
        required=False,
        max_length=200,
        error_messages={"max_length": _("最多 200 字")},
    )

    def planned(self) -> Planned:
        """Return what the valid form announces."""
        data = self.cleaned_data
        names = ("kind", "on", "opens", "closes", "leader", "place", "topic")
        return Planned(**{name: data[name] for name in names})


class CancelForm(forms.Form):
    """Why a day is called off."""

    why = forms.CharField(
        label=_("取消原因"),
        help_text=_("会公布。已经约好的人，请逐一打电话告知并改期。"),
        max_length=120,
        error_messages={"required": _("请写明取消原因"), "max_length": _("最多 120 字")},
    )


class BookForm(Keyed):
    """The number of a case, or of a ticket of today."""

    number = forms.CharField(
        label=_("信访编号或者今天的排队号"),
        help_text=_("例如回执上的 22 位编号，或者 A023。"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("请填写编号"), "max_length": _("编号太长，请核对")},
    )

    def case_number(self) -> str | None:
        """Return the item number of the valid form, None where it is none."""
        return read_number(self.cleaned_data["number"])

    def ticket_number(self) -> str:
        """Return what was typed as the number of a ticket."""
        return "".join(str(self.cleaned_data["number"]).split()).upper()


class ResultForm(Keyed):
    """What came of a case brought to a leader."""

    agreed = forms.CharField(
        label=_("当面答应了什么，怎样答复的"),
        help_text=_("会记在信访件里，信访人可以看到。不写姓名、电话。"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": _("请写明接访的结果"), "max_length": _("最多 2000 字")},
    )
    due_on = DayField(
        label=_("什么时候以前办好"),
        required=False,
    )
    charge = forms.BooleanField(
        label=_("由这位领导包案"),
        help_text=_("由领导负责到解决为止，一直列在“答应的事”里。"),
        required=False,
    )

    def result(self) -> Result:
        """Return what the valid form says."""
        data = self.cleaned_data
        return Result(data["agreed"], data["due_on"], data["charge"])


class DoneForm(forms.Form):
    """On which day what was promised was done."""

    def __init__(self, data: Any = None, *, on: date) -> None:
        """Take today."""
        super().__init__(data)
        self.fields["done_on"] = DayField(
            label=_("哪一天落实的"),
            initial=on,
            latest=on,
            too_late=gettext("落实日期不能晚于今天"),
        )
