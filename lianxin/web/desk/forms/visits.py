"""What the visit window asks: a ticket, a window, one reception with its needs and representatives, the end of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.intake import BODY_LIMIT
from lianxin.cases.texts import normalised, one_line
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.book import Rulebook
from lianxin.visits.models import Booth, Reception, Ticket
from lianxin.visits.services.receptions import Visit
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms.fields import DayField, PlaceField, category_choices, grouped_select

ROWS = 5
"""Rows for representatives; how many there may be is for the rulebook to say."""
IDENTITY = ("name", "phone", "id_number")
CHOOSE = _("请在名单里选择")


class Keyed(forms.Form):
    """A form with the idempotency key of the page it stands on."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )


class PeopleField(forms.IntegerField):
    """How many people came."""

    def __init__(self, label: Any = "", **kwargs: Any) -> None:
        """Take another label where people are counted for something else."""
        super().__init__(
            label=label or _("来访人数"),
            min_value=1,
            max_value=100_000,
            initial=1,
            error_messages={
                "required": _("请填写人数"),
                "invalid": _("人数请写数字"),
                "min_value": _("人数至少为 1"),
                "max_value": _("人数太大，请核对"),
            },
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            **kwargs,
        )


class IssueForm(Keyed):
    """A ticket: what is needed first, and for how many people."""

    need = forms.ChoiceField(
        label=_("需要优先照顾吗"),
        help_text=_("只看今天的需要，由来访人自己说。"),
        choices=Ticket.Need.choices,
        initial=Ticket.Need.ORDINARY,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一项"), "invalid_choice": CHOOSE},
    )
    people = PeopleField()


class WindowForm(forms.Form):
    """Which window somebody is called to."""

    def __init__(self, data: Any = None, *, booths: Iterable[Booth]) -> None:
        """Take the windows in use."""
        super().__init__(data)
        self.booths = {str(one.pk): one for one in booths}
        self.fields["booth"] = forms.ChoiceField(
            label=_("在哪个窗口"),
            choices=[(pk, one.name) for pk, one in self.booths.items()],
            error_messages={
                "required": _("请先选择窗口；还没有窗口的，请先在“接待安排”里设置"),
                "invalid_choice": CHOOSE,
            },
        )

    def booth(self) -> Booth:
        """Return the window of the valid form."""
        return self.booths[self.cleaned_data["booth"]]


class OutcomesForm(forms.Form):
    """What became of each ticket that has no outcome yet; those left open stay open."""

    def __init__(self, data: Any = None, *, tickets: Sequence[Ticket]) -> None:
        """Take the tickets."""
        super().__init__(data)
        self.tickets = {f"ticket{one.id}": one for one in tickets}
        for name, one in self.tickets.items():
            self.fields[name] = forms.ChoiceField(
                label=gettext("%(number)s 号的去向") % {"number": one.number},
                choices=[("", gettext("还没有确定")), *Ticket.Outcome.choices],
                required=False,
                error_messages={"invalid_choice": CHOOSE},
            )

    def chosen(self) -> list[tuple[Ticket, str]]:
        """Return the tickets of the valid form with their outcome."""
        found = [(one, self.cleaned_data[name]) for name, one in self.tickets.items()]
        return [(one, outcome) for one, outcome in found if outcome]


class ReceptionForm(forms.Form):
    """One visit: the words, what is asked, what this visit needs, and for a group who speaks for it."""

    body = forms.CharField(
        label=_("来访人说的事情"),
        help_text=_("按来访人的话如实记录，不替来访人归纳。下一步要读给来访人听。"),
        max_length=BODY_LIMIT,
        required=False,
        error_messages={"max_length": _("最多 20000 字，请分成几部分，其余作为补充材料")},
        widget=forms.Textarea,
    )
    claims = forms.CharField(
        label=_("希望怎样解决"),
        help_text=_("一行写一项，每一项以后都要逐项答复。"),
        required=False,
        max_length=5000,
        error_messages={"max_length": _("请求太长，请写得简短些")},
        widget=forms.Textarea,
    )
    people = PeopleField()
    needs = forms.MultipleChoiceField(
        label=_("这次来访需要什么"),
        help_text=_("只记这一次的需要，不跟着人走。"),
        required=False,
        choices=Reception.Need.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE},
    )
    language = forms.CharField(
        label=_("翻译成哪种语言或者方言"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("最多 40 字")},
    )
    electing = forms.CharField(
        label=_("代表是怎样推选的"),
        help_text=_("例如“在场 23 人举手推选”。不写姓名。"),
        required=False,
        max_length=200,
        error_messages={"max_length": _("最多 200 字")},
    )
    place_offered = forms.BooleanField(label=_("其余的人已经安排了坐的地方和饮水"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take a form as Django does; there is a row for each possible representative."""
        super().__init__(*args, **kwargs)
        labels = {"name": _("姓名"), "phone": _("电话"), "id_number": _("身份证件号码")}
        for row in range(1, ROWS + 1):
            for field, label in labels.items():
                self.fields[f"rep{row}_{field}"] = forms.CharField(
                    label=label, required=False, max_length=100
                )

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows for representatives as bound fields."""
        return [
            {"place": row, "fields": [self[f"rep{row}_{field}"] for field in IDENTITY]}
            for row in range(1, ROWS + 1)
        ]

    def people_given(self) -> list[dict[str, str]]:
        """Return the people of the valid form that have any field, in order."""
        found = [
            {field: one_line(self.cleaned_data[f"rep{row}_{field}"]) for field in IDENTITY}
            for row in range(1, ROWS + 1)
        ]
        return [one for one in found if any(one.values())]

    def visit(self) -> Visit:
        """Return what the valid form says of the visit. One person alone represents nobody."""
        data = self.cleaned_data
        group = data["people"] > 1
        return Visit(
            needs=data["needs"],
            language=data["language"],
            people=data["people"],
            representatives=self.people_given() if group else [],
            electing=data["electing"] if group else "",
            place_offered=data["place_offered"] and group,
        )

    def spoken(self) -> str:
        """Return the words in their stored form, "" where only blanks were typed."""
        return normalised(self.cleaned_data["body"])


def rows_filled(people: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return people as initial values of the rows."""
    return {
        f"rep{row}_{field}": one.get(field, "")
        for row, one in enumerate(people[:ROWS], start=1)
        for field in IDENTITY
    }


class EndForm(Keyed):
    """Why nothing is registered after a reception."""

    why = forms.ChoiceField(
        label=_("为什么不登记"),
        help_text=_("来访人提出了信访事项的，都要登记，由您登记或者请同事登记。"),
        choices=Reception.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择为什么不登记"), "invalid_choice": CHOOSE},
    )


class LevelForm(forms.Form):
    """Where a matter is from and what it is about, to see who decides it."""

    def __init__(self, data: Any = None, *, organ: Organ, book: Rulebook, on: date) -> None:
        """Take the organ that was visited and the rulebook in force."""
        super().__init__(data)
        self.fields["place"] = PlaceField(
            organ=organ,
            on=on,
            label=_("事情发生在哪里"),
            help_text=_("写到县（市、区）；可以写名称或 6 位代码。"),
            initial=organ.region.full_name,
            widget=forms.TextInput(attrs={"list": "near-places", "autocomplete": "off"}),
        )
        self.fields["category"] = forms.ChoiceField(
            label=_("关于什么"),
            choices=category_choices(book, on),
            widget=grouped_select(),
            error_messages={"required": _("请选择内容分类"), "invalid_choice": CHOOSE},
        )


class BoothForm(forms.Form):
    """A window: name, purpose, hours by weekday, and whether it is still in use."""

    name = forms.CharField(
        label=_("窗口名称"),
        max_length=40,
        error_messages={"required": _("请写窗口名称，例如“2 号窗口”"), "max_length": _("最多 40 字")},
    )
    purpose = forms.ChoiceField(
        label=_("用途"),
        choices=Booth.Purpose.choices,
        initial=Booth.Purpose.GENERAL,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择用途"), "invalid_choice": CHOOSE},
    )
    ended = forms.BooleanField(label=_("从明天起停用"), required=False)

    def __init__(self, data: Any = None, *, booth: Booth | None = None) -> None:
        """Take the window that is there."""
        hours = booth.hours if booth else dict.fromkeys("12345", "9:00-12:00，14:00-17:00")
        given = {f"hours{day}": text for day, text in hours.items()}
        known = (
            {"name": booth.name, "purpose": booth.purpose, "ended": booth.ends_on is not None}
            if booth
            else {}
        )
        super().__init__(data, initial={**given, **known})
        for day, name in WEEKDAYS.items():
            self.fields[f"hours{day + 1}"] = forms.CharField(
                label=name,
                required=False,
                max_length=60,
                error_messages={"max_length": _("最多 60 字")},
            )

    def week(self) -> list[Any]:
        """Return the fields of the weekdays."""
        return [self[f"hours{day}"] for day in range(1, 8)]

    def hours(self) -> dict[str, str]:
        """Return the hours of the valid form by weekday."""
        return {str(day): one_line(self.cleaned_data[f"hours{day}"]) for day in range(1, 8)}


class SeatForm(forms.Form):
    """Who sits at a window today; nobody empties it."""

    def __init__(self, data: Any = None, *, people: Iterable[Staff]) -> None:
        """Take who may sit there."""
        super().__init__(data)
        self.people = {str(one.pk): one for one in people}
        self.fields["staff"] = forms.ChoiceField(
            label=_("今天谁在这个窗口"),
            choices=[("", gettext("没有人")), *((pk, one.name) for pk, one in self.people.items())],
            required=False,
            error_messages={"invalid_choice": CHOOSE},
        )

    def staff(self) -> Staff | None:
        """Return who was chosen in the valid form."""
        return self.people.get(self.cleaned_data["staff"])


class ClosedForm(forms.Form):
    """A day without reception."""

    on = DayField(label=_("哪一天不接待"))
    reason = forms.CharField(
        label=_("原因"),
        help_text=_("会公布。写明有急事可以找谁。"),
        max_length=120,
        error_messages={"required": _("请写明原因"), "max_length": _("最多 120 字")},
    )


class ScreenForm(Keyed):
    """A new screen for the waiting room."""

    name = forms.CharField(
        label=_("屏幕放在哪里"),
        max_length=40,
        error_messages={"required": _("请写屏幕放在哪里"), "max_length": _("最多 40 字")},
    )
