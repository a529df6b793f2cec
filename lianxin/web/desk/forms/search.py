"""The forms of the search page: an item number, or words with the purpose they are looked for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases import words as bigrams
from lianxin.cases.models import Channel, Kind
from lianxin.insight.models import Purpose
from lianxin.insight.selectors import WORDS, Asked
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.forms.fields import DayField, ItemNumberField, category_choices, grouped_select

IDENTITY = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dx])(?![\dx])")
"""A mobile phone or an identity card: nobody is looked for by it over the words of petitions."""
RELATIONS = (
    ("", _("与本机构有关的全部")),
    ("holder", _("本机构负责的")),
    ("handled", _("本机构办理过的")),
    ("offered", _("转来、还没有接收的")),
    ("own", _("本机构登记的")),
    ("others", _("其他机构登记、转来的")),
)
NARROWING = ("relation", "state", "kind", "channel", "category", "since", "until")


class SearchForm(forms.Form):
    """An item number as somebody types or pastes it."""

    number = ItemNumberField(
        help_text=_("22 位，在回执的最上面；有空格、横线、小写或全角字母都可以。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )


class WordsForm(forms.Form):
    """Words that have to stand in a case, why they are looked for, and what narrows them."""

    words = forms.CharField(
        label=_("要找的词"),
        help_text=_("例如：低保金 停发。用空格隔开的几个词要都出现；繁体、简体不互相换。"),
        max_length=bigrams.LONGEST,
        error_messages={
            "required": _("请填写要找的词，一个字也可以"),
            "max_length": _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个。请只留最要紧的几个字。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    purpose = forms.ChoiceField(
        label=_("为什么查找"),
        help_text=_("查找的词和目的会记录下来，审计人员看得到。"),
        error_messages={"required": _("请选择为什么查找")},
    )
    why = forms.CharField(
        label=_("具体说明"),
        required=False,
        max_length=200,
        help_text=_("选“其他”时要写。请不要写信访人的姓名、电话。"),
        error_messages={"max_length": _("最多 200 字，请写短一些")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(label=_("与本机构的关系"), required=False, choices=RELATIONS)
    state = forms.ChoiceField(label=_("状态"), required=False)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    channel = forms.ChoiceField(label=_("信访形式"), required=False)
    category = forms.ChoiceField(label=_("内容分类"), required=False, widget=grouped_select())

    def __init__(self, data: Any = None, *, book: Rulebook, on: date, initial: Any = None) -> None:
        """Take the rulebook whose states and categories are offered."""
        super().__init__(data, initial=initial)
        everything = [("", gettext("全部"))]
        states = [(state, words.state_label(book, state)) for state in book.states]
        listed = {
            "purpose": [("", gettext("请选择")), *Purpose.choices],
            "state": [*everything, *states],
            "kind": [*everything, *Kind.choices],
            "channel": [*everything, *Channel.choices],
            "category": [*everything, *category_choices(book, on)[1:]],
        }
        for name, choices in listed.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        late = gettext("这一天不能晚于今天。")
        self.fields["since"] = DayField(label=_("收到日期从"), required=False, latest=on, too_late=late)
        self.fields["until"] = DayField(label=_("收到日期到"), required=False, latest=on, too_late=late)

    def clean_words(self) -> str:
        """Return the words on one line. Raises ValidationError for what cannot be looked for."""
        typed = " ".join(str(self.cleaned_data["words"]).split())
        parts = [one for one in map(bigrams.folded, typed.split()) if one]
        if not parts:
            raise forms.ValidationError(gettext("请填写要找的词，一个字也可以"))
        if len(parts) > WORDS:
            raise forms.ValidationError(gettext("最多同时找 %(n)s 个词，请少写几个。") % {"n": WORDS})
        if any(len(one) > bigrams.LONGEST for one in parts):
            raise forms.ValidationError(gettext("这个词太长，请只留最要紧的几个字。"))
        if any(IDENTITY.search(one) for one in (bigrams.folded(typed.replace(" ", "")), *parts)):
            raise forms.ValidationError(
                gettext(
                    "这里不按手机号码、身份证件号码找人。有编号请按编号查找；要核对是不是同一个人，请在那一件里用“同一信访人的其他信访件”。"
                )
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Return the values. A purpose that is none of the list has to be written."""
        found = super().clean() or {}
        if found.get("purpose") == Purpose.OTHER and not str(found.get("why", "")).strip():
            self.add_error("why", gettext("请写明为什么查找"))
        since, until = found.get("since"), found.get("until")
        if since and until and since > until:
            self.add_error("until", gettext("结束的日期不能早于开始的日期"))
        return found

    @property
    def narrows(self) -> bool:
        """Tell whether anything but the words is asked, so that the part with it is shown open."""
        names = {name.partition("_")[0] for name, value in self.data.items() if str(value).strip()}
        return bool(set(NARROWING) & ({*names} | {name for name, value in self.initial.items() if value}))

    def as_asked(self) -> Asked:
        """Return what is looked for."""
        return Asked(self.cleaned_data["words"], **{name: self.cleaned_data[name] for name in NARROWING})
