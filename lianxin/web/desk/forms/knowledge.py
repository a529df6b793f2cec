"""What the pages of knowledge ask: what to look for, an edition of a rule, and what somebody tells of a household."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.knowledge import entitlements
from lianxin.knowledge.entitlements import Household
from lianxin.knowledge.models import Article
from lianxin.knowledge.services import Ready, Written
from lianxin.organs.models import Organ
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms.fields import Choices, DayField, PlaceField, category_choices, grouped_select

SLOTS = 3
"""Ready paragraphs of one edition."""
LIVE = {
    "autocomplete": "off",
    "hx-get": reverse_lazy("desk:knowledge_found"),
    "hx-trigger": "input changed delay:250ms",
    "hx-target": "#knowledge-found",
    "hx-sync": "this:replace",
}
"""Searches while one types, where there is JavaScript."""
KNOWN = [("", _("不清楚")), ("yes", _("是")), ("no", _("否"))]


def topic_choices(book: Rulebook) -> Choices:
    """Return the groups of the category tree."""
    groups = book.categories.groups.items()
    return [("", gettext("全部")), *[(code, f"{code} {names[words.english()]}") for code, names in groups]]


class KnowledgeSearchForm(forms.Form):
    """Words, a group of topics, and the day on which a rule has to be in force."""

    q = forms.CharField(
        label=_("查政策"),
        help_text=_("写几个关键的字，例如：低保停发、六十日、高龄津贴。"),
        required=False,
        max_length=60,
        error_messages={"max_length": _("最多 60 字")},
        widget=forms.TextInput(attrs={**LIVE, "hx-include": "closest form"}),
    )
    topic = forms.ChoiceField(
        label=_("内容分类"), required=False, error_messages={"invalid_choice": _("请在列表里选择")}
    )

    def __init__(self, data: Any = None, *, book: Rulebook, on: date) -> None:
        super().__init__(data)
        self.fields["topic"].choices = topic_choices(book)  # type: ignore[attr-defined]
        self.fields["day"] = DayField(
            label=_("哪一天施行的规定"), help_text=_("不填就是今天。"), required=False
        )


class ArticleForm(forms.Form):
    """One edition of a rule. It is checked by a second person before anybody finds it."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )
    title = forms.CharField(
        label=_("标题"),
        help_text=_("一句话说明这一条讲什么。"),
        max_length=120,
        error_messages={"required": _("请填写标题"), "max_length": _("最多 120 字")},
    )
    issuer = forms.CharField(
        label=_("发布机关"),
        max_length=120,
        error_messages={"required": _("请填写发布机关"), "max_length": _("最多 120 字")},
    )
    document = forms.CharField(
        label=_("文件和文号"),
        max_length=200,
        error_messages={"required": _("请填写文件名称和文号"), "max_length": _("最多 200 字")},
    )
    article = forms.CharField(
        label=_("条款"),
        help_text=_("例如：第十二条。"),
        max_length=80,
        required=False,
        error_messages={"max_length": _("最多 80 字")},
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=10_000,
        widget=forms.Textarea,
        error_messages={"required": _("请写明内容"), "max_length": _("最多 10000 字")},
    )
    for_petitioner = forms.CharField(
        label=_("讲给群众听"),
        help_text=_("普通话，不用术语。"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 2000 字")},
    )
    for_aged = forms.CharField(
        label=_("一两句话的说法"),
        help_text=_("给老人或者听不清的人：短句，一次只说一件事。"),
        required=False,
        max_length=500,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 500 字")},
    )
    for_window = forms.CharField(
        label=_("窗口怎么办"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 2000 字")},
    )
    topic = forms.ChoiceField(
        label=_("内容分类"),
        required=False,
        widget=grouped_select(),
        error_messages={"invalid_choice": _("请在列表里选择")},
    )
    source = forms.CharField(
        label=_("出处"),
        help_text=_("在哪里可以看到原文。"),
        max_length=300,
        error_messages={"required": _("请写明出处"), "max_length": _("最多 300 字")},
    )
    checked_by = forms.CharField(
        label=_("核对原文的人"),
        max_length=60,
        required=False,
        error_messages={"max_length": _("最多 60 字")},
    )
    field_order = (
        *("key", "title", "issuer", "document", "article", "starts_on", "ends_on", "topic", "text"),
        *("for_petitioner", "for_aged", "for_window", "source", "checked_by", "checked_on"),
    )

    def __init__(self, data: Any = None, *, book: Rulebook, on: date, article: Article | None = None) -> None:
        super().__init__(data, initial=None if article is None else _kept(article))
        self.fields["topic"].choices = category_choices(book, on)  # type: ignore[attr-defined]
        self.fields["starts_on"] = DayField(label=_("施行日期"))
        self.fields["ends_on"] = DayField(
            label=_("失效日期（含当日）"), help_text=_("没有就不填。"), required=False
        )
        self.fields["checked_on"] = DayField(
            label=_("核对日期"),
            help_text=_("没有对照原文就不填，页面上会写明“未核对”。"),
            required=False,
            latest=on,
            too_late=gettext("核对日期不能晚于今天。"),
        )
        for n in range(1, SLOTS + 1):
            self.fields[f"name{n}"] = forms.CharField(
                label=_("规范段落 %(n)s 的名称") % {"n": n}, required=False, max_length=80
            )
            self.fields[f"words{n}"] = forms.CharField(
                label=_("规范段落 %(n)s") % {"n": n},
                help_text=_("写明依据哪一条；要经办人填的地方写成【填写：金额】。"),
                required=False,
                max_length=2000,
                widget=forms.Textarea,
            )
        self.order_fields(self.field_order)

    @property
    def slots(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return name and words of each ready paragraph."""
        return [(self[f"name{n}"], self[f"words{n}"]) for n in range(1, SLOTS + 1)]

    def clean(self) -> dict[str, Any]:
        """Refuse half a check of the original and half a paragraph."""
        data = super().clean() or self.cleaned_data
        if bool(data.get("checked_by")) != bool(data.get("checked_on")):
            self.add_error("checked_by", gettext("核对人和核对日期要一起填，或者都不填"))
        for n in range(1, SLOTS + 1):
            if bool(data.get(f"name{n}")) != bool(data.get(f"words{n}")):
                self.add_error(f"name{n}", gettext("规范段落的名称和内容要一起填"))
        return data

    def written(self) -> Written:
        """Return what a valid form says."""
        data = self.cleaned_data
        plain = ("title", "issuer", "document", "article", "text", "for_petitioner", "for_aged", "for_window")
        named = [(data[f"name{n}"], data[f"words{n}"]) for n in range(1, SLOTS + 1)]
        return Written(
            **{
                name: data[name]
                for name in (*plain, "source", "checked_by", "checked_on", "starts_on", "ends_on")
            },
            topics=(data["topic"],) if data["topic"] else (),
            paragraphs=tuple(Ready(name, text) for name, text in named if name),
        )


def _kept(article: Article) -> dict[str, object]:
    """Return what an edition says as the initial values of a form."""
    names = [one.name for one in Article._meta.concrete_fields]
    found: dict[str, object] = {name: getattr(article, name) for name in names if hasattr(article, name)}
    found["topic"] = next(iter(article.topics.split()), "")
    for n, one in enumerate(list(article.paragraphs.all())[:SLOTS], start=1):
        found |= {f"name{n}": one.title, f"words{n}": one.text}
    return found


FACTS: Mapping[str, str | Promise] = {
    "property_within": _("家庭财产符合当地低保的规定"),
    "hard_up": _("已经是低保、低保边缘或者经济困难家庭"),
    "sudden": _("突然遇到意外、重病等，基本生活暂时困难"),
    "disabled": _("有残疾人证"),
    "needs_care": _("生活长期不能自理，要人照护"),
    "no_work": _("没有劳动能力"),
    "no_income": _("没有生活来源"),
    "no_supporter": _("没有赡养、抚养、扶养人，或者他们没有能力"),
    "parents_lost": _("（孩子）失去父母、查找不到生父母"),
    "parents_unable": _("（孩子）父母都没有办法抚养"),
}
"""What may be asked of a household, in words; each may stay unknown."""


class HouseholdForm(forms.Form):
    """What somebody tells of a household, without names. Everything may stay empty; nothing is kept."""

    people = forms.IntegerField(
        label=_("共同生活的人数"),
        required=False,
        min_value=1,
        max_value=50,
        error_messages={
            "invalid": _("人数请写数字"),
            "min_value": _("人数至少为 1"),
            "max_value": _("人数太大，请核对"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    income = forms.DecimalField(
        label=_("全家每月收入"),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        error_messages={
            "invalid": _("收入请写数字，例如 1200 或者 1200.50"),
            "min_value": _("收入不能是负数"),
            "max_digits": _("收入太大，请核对"),
            "max_whole_digits": _("收入太大，请核对"),
            "max_decimal_places": _("最多写到分"),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    age = forms.IntegerField(
        label=_("本人年龄"),
        help_text=_("这件事是关于谁的，就写谁的周岁。"),
        required=False,
        min_value=0,
        max_value=130,
        error_messages={
            "invalid": _("年龄请写数字"),
            "min_value": _("年龄请写数字"),
            "max_value": _("年龄太大，请核对"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, organ: Organ, on: date) -> None:
        super().__init__(data)
        self.fields["place"] = PlaceField(
            organ=organ,
            on=on,
            label=_("户籍所在地"),
            help_text=_("写到县（市、区）；标准按这个地方找。"),
            initial=organ.region.full_name,
            error_messages={"required": _("请填写户籍所在地")},
            widget=forms.TextInput(attrs={"list": "near-places", "autocomplete": "off"}),
        )
        for name in entitlements.FACTS:
            self.fields[name] = forms.ChoiceField(
                label=FACTS[name],  # type: ignore[arg-type]
                required=False,
                choices=KNOWN,
                error_messages={"invalid_choice": _("请在列表里选择")},
            )
        self.order_fields(("place", "people", "income", "age", *FACTS))

    @property
    def facts(self) -> list[forms.BoundField]:
        """Return the questions that are answered yes, no, or not known."""
        return [self[name] for name in FACTS]

    def household(self) -> Household:
        """Return what a valid form tells; what was left empty is not known."""
        data, answers = self.cleaned_data, {"yes": True, "no": False}
        return Household(
            region=data["place"].code,
            people=data["people"],
            income=data["income"],
            age=data["age"],
            facts={name: answers.get(data[name]) for name in FACTS},
        )
