"""What the telephone screen asks: the caller's words, what was answered, and until when somebody calls back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.calls.services import Promise, Result, Tried
from lianxin.cases.services.intake import BODY_LIMIT
from lianxin.organs.models import Staff
from lianxin.procedure.book import Rulebook
from lianxin.web.clock import BEIJING
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms.fields import (
    DayField,
    category_choices,
    grouped_select,
    named,
    refuse_unfilled,
)
from lianxin.web.desk.forms.knowledge import LIVE
from lianxin.web.widgets import Hinted

CONSULTATION, PETITION = "consultation", "petition"
WAYS = (CONSULTATION, PETITION)
"""How a call ends; whatever else is sent only looks something up."""
LOOK = {
    **LIVE,
    "hx-get": format_lazy("{}?mode=tick", reverse_lazy("desk:knowledge_found")),
    "hx-include": "#knowledge-found",
}


class KeyedForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )


class CallForm(KeyedForm):
    """One call as it is held. The number to call back is sealed as soon as it is sent, and never kept as a draft."""

    words = forms.CharField(
        label=_("来电人说的话"),
        help_text=_("按来电人的原话记。转为信访登记的，会带到登记页，读给来电人听；只是咨询的，不保存。"),
        max_length=BODY_LIMIT,
        required=False,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 20000 字，请分成几部分，其余作为补充材料")},
    )
    topic = forms.ChoiceField(
        label=_("内容分类"),
        required=False,
        widget=grouped_select(),
        error_messages={"invalid_choice": _("请在列表里选择")},
    )
    answer = forms.CharField(
        label=_("怎样答复的"),
        help_text=_("咨询必须写。不写姓名、电话和证件号码。"),
        max_length=4000,
        required=False,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 4000 字")},
    )
    q = forms.CharField(
        label=_("查政策"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=LOOK),
        error_messages={"max_length": _("最多 60 字")},
    )
    due_time = forms.TimeField(
        label=_("几点以前"),
        help_text=_("例如 15:30。"),
        required=False,
        input_formats=["%H:%M", "%H：%M"],
        error_messages={"invalid": _("请按“15:30”的样子填写")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    about = forms.CharField(
        label=_("回电说什么"),
        help_text=_("例如：告知停发的核查结果。不写姓名和电话。"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("最多 200 字")},
    )
    phone = forms.CharField(
        label=_("回电的电话"),
        help_text=_("密封保管，回电以后销毁；登记了信访的，转到那一件的身份信息里。"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"max_length": _("电话太长，请核对")},
    )
    caller = forms.ChoiceField(
        label=_("由谁回电"), required=False, error_messages={"invalid_choice": _("请在名单里选择")}
    )

    def __init__(
        self, data: Any = None, *, book: Rulebook, on: date, people: Iterable[Staff], me: Staff
    ) -> None:
        super().__init__(data, initial={"caller": str(me.pk)})
        self.people = {str(one.pk): one for one in people}
        self.fields["topic"].choices = category_choices(book, on)  # type: ignore[attr-defined]
        self.fields["caller"].choices = named(self.people.values())  # type: ignore[attr-defined]
        self.fields["due_on"] = DayField(label=_("答应哪天回电"), required=False)
        self.way = str((data or {}).get("to", ""))

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen end of the call needs, and for all of a promise or nothing of it."""
        data = super().clean() or self.cleaned_data
        refuse_unfilled(self)
        if self.way == CONSULTATION and not data.get("answer") and "answer" not in self.errors:
            self.add_error("answer", gettext("请写明怎样答复的；没有答复的，请转为信访登记或者约好回电"))
        if self.way == PETITION and not data.get("words") and "words" not in self.errors:
            self.add_error("words", gettext("请记下来电人说的话"))
        if self.promises:
            self._whole_promise(data)
        return data

    @property
    def promises(self) -> bool:
        """Tell whether any part of a promise was filled in; who calls alone is none."""
        data = self.cleaned_data
        return any(data.get(name) for name in ("due_on", "due_time", "about", "phone"))

    def _whole_promise(self, data: dict[str, Any]) -> None:
        wanted = {
            "due_on": gettext("答应回电的，请写明哪天"),
            "due_time": gettext("答应回电的，请写明几点以前"),
            "about": gettext("答应回电的，请写明说什么"),
            "phone": gettext("答应回电的，请记下电话"),
            "caller": gettext("请选择由谁回电"),
        }
        for name, sentence in wanted.items():
            if not data.get(name) and name not in self.errors:
                self.add_error(name, sentence)

    def promise(self) -> Promise | None:
        """Return the promise of a valid form, None without one."""
        data = self.cleaned_data
        if not self.promises:
            return None
        return Promise(
            instant(data["due_on"], data["due_time"]),
            data["about"],
            self.people[data["caller"]],
            data["phone"],
        )


class TriedForm(KeyedForm):
    """What came of calling back."""

    result = forms.ChoiceField(
        label=_("回电的结果"),
        widget=forms.RadioSelect,
        choices=[
            (Result.DONE.value, Hinted(_("打通了，说清楚了"), _("电话号码随即销毁"))),
            (Result.AGAIN.value, Hinted(_("打通了，约好再打"), _("写明下一次的时间"))),
            (Result.MISSED.value, Hinted(_("没有打通"), _("承诺还在，请再打"))),
        ],
        error_messages={"required": _("请选择回电的结果")},
    )
    outcome = forms.CharField(
        label=_("说了什么"),
        help_text=_("打通了、说清楚了的必须写。不写姓名和电话。"),
        required=False,
        max_length=400,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 400 字")},
    )
    due_time = forms.TimeField(
        label=_("几点以前"),
        help_text=_("例如 15:30。"),
        required=False,
        input_formats=["%H:%M", "%H：%M"],
        error_messages={"invalid": _("请按“15:30”的样子填写")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["due_on"] = DayField(label=_("约好哪天再打"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the words of a call that is done, and for the time of one that is to follow."""
        data = super().clean() or self.cleaned_data
        refuse_unfilled(self)
        if (
            data.get("result") == Result.DONE.value
            and not data.get("outcome")
            and "outcome" not in self.errors
        ):
            self.add_error("outcome", gettext("请写明说了什么"))
        if data.get("result") == Result.AGAIN.value:
            for name in ("due_on", "due_time"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, gettext("请写明约好什么时候再打"))
        return data

    def tried(self) -> Tried:
        """Return what a valid form says."""
        data = self.cleaned_data
        due_at = instant(data["due_on"], data["due_time"]) if data["due_on"] and data["due_time"] else None
        return Tried(Result(data["result"]), data["outcome"], due_at)


def instant(day: date, at: time) -> datetime:
    """Return the instant of a day and a time in Beijing."""
    return datetime.combine(day, at, BEIJING)
