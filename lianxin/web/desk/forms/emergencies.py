"""What an emergency asks: little enough for a minute, then one line at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.history import Moment
from lianxin.visits.models import Emergency, EmergencyEntry
from lianxin.visits.services.emergencies import Seen
from lianxin.web.clock import BEIJING
from lianxin.web.desk.forms.visits import CHOOSE, Keyed, PeopleField

NAMELESS = _("不写姓名、电话。")


class ClockField(forms.TimeField):
    """A time of the day as somebody types it: 9:05, 09:05, 9：05."""

    def __init__(self, **kwargs: Any) -> None:
        """Take label and whether it may be left out."""
        super().__init__(
            input_formats=["%H:%M", "%H：%M"],
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "9:05"}),
            **kwargs,
        )


class EmergencyForm(Keyed):
    """An emergency as it is seen at the window."""

    kind = forms.ChoiceField(
        label=_("发生了什么"),
        choices=Emergency.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择发生了什么"), "invalid_choice": CHOOSE},
    )
    place = forms.CharField(
        label=_("在哪里"),
        max_length=120,
        error_messages={"required": _("请写在哪里，例如“接待大厅门口”"), "max_length": _("最多 120 字")},
    )
    people = PeopleField(label=_("几个人需要帮助"))
    happening = forms.CharField(
        label=_("现在的情况"),
        help_text=_("一两句话就行。不写姓名、电话。"),
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": _("请用一两句话写明现在的情况"), "max_length": _("最多 1000 字")},
    )
    called = forms.MultipleChoiceField(
        label=_("已经打了哪些电话"),
        help_text=_("勾选的记为现在这个时间；还没有打的，下一页随时可以记。"),
        choices=EmergencyEntry.Whom.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE},
    )
    done = forms.CharField(
        label=_("已经做了什么"),
        help_text=NAMELESS,
        max_length=500,
        required=False,
        error_messages={"max_length": _("最多 500 字")},
    )

    def seen(self) -> Seen:
        """Return what the valid form says."""
        data = self.cleaned_data
        return Seen(
            kind=data["kind"],
            place=data["place"],
            people=data["people"],
            happening=data["happening"],
            done=data["done"],
            called=data["called"],
        )


class LineForm(Keyed):
    """One more line: a call, help that came, a confirmation, the end. Without a time it is now."""

    whom = forms.ChoiceField(
        label=_("给谁打了电话"),
        choices=EmergencyEntry.Whom.choices,
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )
    time = ClockField(
        label=_("几点几分"),
        help_text=_("不填就是现在。"),
        required=False,
        error_messages={"invalid": _("时间请写成 9:05 的样子")},
    )
    text = forms.CharField(
        label=_("说明"),
        help_text=NAMELESS,
        max_length=500,
        required=False,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 500 字")},
    )

    def at(self, when: Moment) -> datetime:
        """Return the instant of the valid form: now, or the last time the clock showed what was typed."""
        typed = self.cleaned_data["time"]
        if typed is None:
            return when.at
        found = datetime.combine(when.on, typed, BEIJING)
        return found if found <= when.at else found - timedelta(days=1)
