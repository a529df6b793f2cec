"""What asking another organ for a part (协办) asks of the lead, and what the asked organ says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Attachment, Claim
from lianxin.organs.models import Organ
from lianxin.petitioners.vault import FIELDS
from lianxin.together.models import Help
from lianxin.together.selectors import Askable
from lianxin.together.services import MOST, Wanted
from lianxin.web.desk.acting import BROKEN, KeyForm
from lianxin.web.desk.forms.fields import DayField, grouped_select
from lianxin.web.desk.shown import field_label

WORDS = 4000
IN_LIST = _("请在名单里选择")


class AskPartForm(KeyForm):
    """Whom, for what, by when; which claims it is about; what of the case the organ may see."""

    organ = forms.ChoiceField(
        label=_("请哪个单位协办"),
        widget=grouped_select(),
        error_messages={"required": _("请选择协办单位"), "invalid_choice": IN_LIST},
    )
    what = forms.ChoiceField(
        label=_("请对方做什么"),
        choices=Help.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择请对方做什么"), "invalid_choice": IN_LIST},
    )
    question = forms.CharField(
        label=_("要办的事"),
        help_text=_(
            "一次只写一件事，写到对方不看信也能办。不写姓名、电话、住址；对方只看得到这里写的和您勾选的材料。"
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明要办的事"), "max_length": _("最多 500 字")},
    )
    need = forms.CharField(
        label=_("为什么必须知道"),
        help_text=_("勾选了身份信息才写。对方每看一项都会记录，信访人能看到这个理由。"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("最多 200 字")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        askable: Askable,
        claims: Sequence[Claim],
        files: Sequence[Attachment],
        due_on: date,
    ) -> None:
        """Take whom the lead may ask, what of the case there is to show, and the day a part is usually due."""
        super().__init__(data, initial={"due_on": due_on})
        self.organs = askable.organs()
        self.fields["organ"].choices = _grouped(askable)  # type: ignore[attr-defined]
        self.fields["due_on"] = DayField(
            label=_("请在哪天以前答复"), help_text=_("不能晚于本机关自己的期限；本机关的期限照常计算。")
        )
        self.fields["of_claims"] = _boxes(
            _("涉及哪几项诉求"),
            _("只给对方看第几项，不给看原文。"),
            [
                (str(one.seq), gettext("第 %(n)s 项：%(text)s") % {"n": one.seq, "text": one.text})
                for one in claims
            ],
        )
        if files:
            self.fields["shown_files"] = _boxes(
                _("给对方看哪些材料"),
                _("只选办这件事离不开的；材料上有姓名、住址的请不要选。对方只能看预览，看过会记录。"),
                [(str(one.seq), one.title) for one in files],
            )
        self.fields["identity"] = _boxes(
            _("对方需要知道的身份信息"),
            _("一般不用选。必须见到本人、又没有别的办法的，才选必要的几项。"),
            [(name, field_label(name)) for name in FIELDS],
        )
        self.order_fields(
            ["organ", "what", "question", "due_on", "of_claims", "shown_files", "identity", "need"]
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where an identity is to be shown; a reason alone shows nothing."""
        data = super().clean() or self.cleaned_data
        if data.get("identity") and not str(data.get("need", "")).strip():
            self.add_error("need", gettext("选择了身份信息，请写明为什么必须知道"))
        return data

    def wanted(self) -> Wanted:
        """Return what the valid form asks for."""
        data = self.cleaned_data
        return Wanted(
            organ=self.organs[int(data["organ"])],
            what=data["what"],
            question=data["question"],
            due_on=data["due_on"],
            of_claims=[int(one) for one in data.get("of_claims", ())],
            shown_files=[int(one) for one in data.get("shown_files", ())],
            identity=data.get("identity", ()),
            need=data["need"] if data.get("identity") else "",
        )


class RecallPartForm(KeyForm):
    """Why the lead no longer asks for a part."""

    reasons = forms.CharField(
        label=_("收回的理由"),
        help_text=_("对方看得到。例如：已经由本机关查明；改请其他单位。"),
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明理由"), "max_length": _("最多 4000 字")},
    )


class TaskForm(forms.Form):
    """The idempotency key of what the asked organ does; the state of the part itself says whether it fits."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )


class AnswerPartForm(TaskForm):
    """What was done or found, and on which day."""

    words = forms.CharField(
        label=_("办理结果"),
        help_text=_("写明做了什么、查到什么、依据是什么。不写姓名、电话、住址。"),
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("请写明办理的结果"), "max_length": _("最多 4000 字")},
    )

    def __init__(self, data: Any = None, *, on: date, asked_on: date) -> None:
        """Take today, which is proposed, and the day on which the part was asked."""
        super().__init__(data, initial={"done_on": on})
        self.asked_on = asked_on
        self.fields["done_on"] = DayField(
            label=_("哪天去办的"), latest=on, too_late=gettext("办理日期不能晚于今天")
        )
        self.order_fields(["done_on", "words"])

    def clean_done_on(self) -> date | None:
        """Refuse a day before the part was asked."""
        day: date | None = self.cleaned_data["done_on"]
        if day is not None and day < self.asked_on:
            raise forms.ValidationError(gettext("办理日期不能早于提出协办的日期"))
        return day


class ReturnPartForm(TaskForm):
    """Why the asked organ gives the part back."""

    reasons = forms.CharField(
        label=_("退回的理由"),
        help_text=_("写明为什么不能办，最好写明哪个单位能办。"),
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由"), "max_length": _("最多 4000 字")},
    )


class PartFieldForm(forms.Form):
    """Which field of which party to show."""

    seq = forms.IntegerField(min_value=1, max_value=10_000)
    field = forms.ChoiceField(choices=[(name, name) for name in FIELDS])


def _boxes(label: object, help_text: object, choices: Sequence[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": IN_LIST},
    )


def _grouped(askable: Askable) -> list[tuple[str, str | list[tuple[str, str]]]]:
    groups: list[tuple[str, Sequence[Organ]]] = [
        (gettext("本机关的内设机构和直属单位"), askable.inside),
        (gettext("下级民政部门"), askable.below),
        (gettext("乡镇（街道）、村（社区）"), askable.local),
        (gettext("同级单位（同时告知共同的上级）"), askable.beside),
    ]
    listed: list[tuple[str, str | list[tuple[str, str]]]] = [
        (title, [(str(one.pk), one.name) for one in organs]) for title, organs in groups if organs
    ]
    return [("", gettext("请选择")), *listed]
