"""The filters of the worklist. The few above the list ask for nothing when unknown; the page of all filters says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianxin.cases.models import Channel, Kind
from lianxin.cases.worklists import SHELVES, Queue, Wanted
from lianxin.organs.models import Region
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.forms.fields import Choices, DayField
from lianxin.web.desk.list_words import CLOCKS, queue_label, shelf_label
from lianxin.web.desk.lists import OPEN_STATES

UNKNOWN = {"invalid_choice": gettext_lazy("请在名单里选择")}


def filters(book: Rulebook, wanted: Wanted) -> list[dict[str, object]]:
    """Return the lists one may choose from above the worklist: name, label, options, and what is chosen."""
    states = [(state, words.state_label(book, state)) for state in OPEN_STATES]
    rows: tuple[tuple[str, str, Iterable[tuple[str, object]], str], ...] = (
        ("state", _("状态"), states, wanted.states[0] if len(wanted.states) == 1 else ""),
        ("channel", _("信访形式"), Channel.choices, wanted.channel),
        ("kind", _("类别"), Kind.choices, wanted.kind),
        ("clock", _("期限"), CLOCKS.items(), wanted.clock),
    )
    return [
        {"name": name, "label": label, "options": [("", _("全部")), *options], "chosen": value}
        for name, label, options, value in rows
    ]


def _choice(label: object) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, error_messages=UNKNOWN)  # type: ignore[arg-type]


class FilterForm(forms.Form):
    """All a worklist can be asked for."""

    queue = _choice(gettext_lazy("清单"))
    state = forms.MultipleChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=UNKNOWN,
    )
    category = forms.ChoiceField(
        label=gettext_lazy("内容分类"),
        required=False,
        widget=forms.Select(attrs={"class": "govuk-select"}),
        error_messages=UNKNOWN,
    )
    area = _choice(gettext_lazy("问题属地"))
    channel = _choice(gettext_lazy("信访形式"))
    kind = _choice(gettext_lazy("类别"))
    clock = _choice(gettext_lazy("期限"))
    shelf = _choice(gettext_lazy("需要先看的件"))
    until = DayField(label=gettext_lazy("法定日期不晚于"), required=False)
    since = DayField(label=gettext_lazy("收到日期不早于"), required=False)
    till = DayField(label=gettext_lazy("收到日期不晚于"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("只看我承办的"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        initial: Any = None,
        book: Rulebook,
        queues: Iterable[Queue],
        regions: Iterable[Region],
    ) -> None:
        super().__init__(data, initial=initial)
        every = ("", _("全部"))
        known: dict[str, Choices] = {
            "queue": [(one.name, queue_label(one.name)) for one in queues],
            "state": [(state, words.state_label(book, state)) for state in OPEN_STATES],
            "category": [every, *_categories(book)],
            "area": [every, *((str(one.pk), one.name) for one in regions)],
            "channel": [every, *((value, str(label)) for value, label in Channel.choices)],
            "kind": [every, *((value, str(label)) for value, label in Kind.choices)],
            "clock": [every, *((value, str(label)) for value, label in CLOCKS.items())],
            "shelf": [every, *((name, shelf_label(name)) for name in SHELVES)],
        }
        for name, choices in known.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse days of receipt in the wrong order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, till = data.get("since"), data.get("till")
        if since and till and since > till:
            self.add_error("till", _("结束的日期早于开始的日期"))
        return data

    def wanted(self) -> Wanted:
        """Return what the valid form asks for."""
        data = dict(self.cleaned_data)
        return Wanted(states=tuple(data.pop("state")), area=int(data.pop("area") or 0), **data)


class SaveForm(forms.Form):
    """The name under which a filter is kept."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=20,
        help_text=gettext_lazy("写这一类事，例如“低保停发，本月到期”；不要写姓名、电话和编号。"),
        error_messages={
            "required": gettext_lazy("请给这个筛选起个名称"),
            "max_length": gettext_lazy("太长，最多 %(limit_value)d 字"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("本机构的同事也可以用"),
        required=False,
        help_text=gettext_lazy("同事打开时看到的仍然只是各自有权看的件；“我承办的”是指打开的人自己。"),
    )


def _categories(book: Rulebook) -> Choices:
    """Return the tree of categories: each group as a whole, then its leaves."""
    found: Choices = []
    for code, names in book.categories.groups.items():
        title = f"{code} {names[1] if words.english() else names[0]}"
        leaves = [
            (leaf, f"{leaf} {words.category_label(book, leaf)}")
            for leaf in book.categories.leaves
            if leaf.startswith(code)
        ]
        found.append((title, [(code, _("%(group)s（全部）") % {"group": title}), *leaves]))
    return found
