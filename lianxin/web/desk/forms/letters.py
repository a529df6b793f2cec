"""What the letter desk asks: a batch, an envelope, the text, a label that was scanned, and why a number stands for nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.intake import BODY_LIMIT
from lianxin.cases.texts import normalised, plain_code
from lianxin.letters.models import Batch, Letter
from lianxin.letters.services.opening import KINDS, MOST, Envelope
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms.fields import DayField
from lianxin.web.material import MaterialForm
from lianxin.web.widgets import Hinted

LABEL = re.compile(r"(?:信|L|XIN)?(20\d\d)0*(\d{1,6})")
NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}


class OnceForm(forms.Form):
    """A form that is carried out once: the key finds the first result of a double click."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )


class ShownForm(OnceForm):
    """A form about one letter: it knows which version of the letter the officer was shown, so that nobody's work is lost."""

    version = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages={"invalid": BROKEN, "min_value": BROKEN, "max_value": BROKEN},
    )


class LabelForm(forms.Form):
    """A label typed or scanned: 信2026-000123, L2026-000123, 2026-123."""

    label = forms.CharField(
        label=_("扫描或者输入来信标签"),
        help_text=_("例如 信2026-000123；扫描枪扫标签上的方码，自动打开。"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
        error_messages={"required": _("请扫描或者输入标签上的编号"), "max_length": _("标签编号没有这么长")},
    )

    def clean_label(self) -> tuple[int, int]:
        """Return year and count. Raises ValidationError for what is no label."""
        found = LABEL.fullmatch(plain_code(str(self.cleaned_data["label"])))
        if found is None:
            raise forms.ValidationError(
                gettext("这不是来信标签的编号，请照标签重新输入，例如 信2026-000123。")
            )
        return int(found[1]), int(found[2])


class BatchForm(OnceForm):
    """The post of a day: when and how it came, and how many pieces were counted."""

    way = forms.ChoiceField(
        label=_("收到方式"),
        widget=forms.RadioSelect,
        choices=Batch.Way.choices,
        initial=Batch.Way.POST,
        error_messages={"required": _("请选择收到方式")},
    )
    pieces = forms.IntegerField(
        label=_("点数：一共几件"),
        help_text=_("先点数、编号、贴标签，再逐件拆封；少编了的以后可以补一个号。"),
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": _("请写一共几件"),
            "invalid": _("件数请写数字"),
            "min_value": _("至少 1 件"),
            "max_value": _("一批最多 200 件，更多的请分成几批"),
        },
        widget=forms.TextInput(attrs={**NUMERIC, "autofocus": True}),
    )

    def __init__(self, data: Any = None, *, on: date) -> None:
        super().__init__(data)
        self.fields["on"] = _arrival(on, initial=on)
        self.order_fields(("key", "pieces", "way", "on"))


class EnvelopeForm(ShownForm):
    """What is seen of a letter when it is opened; no sender's name anywhere. Most of it is carried over from the one before."""

    pages = forms.IntegerField(
        label=_("信有几页"),
        min_value=1,
        max_value=999,
        error_messages={
            "required": _("请数一数信有几页"),
            "invalid": _("页数请写数字"),
            "min_value": _("至少 1 页"),
            "max_value": _("页数太多，请核对"),
        },
        widget=forms.TextInput(attrs={**NUMERIC, "autofocus": True}),
    )
    envelope = forms.ChoiceField(
        label=_("信封"),
        choices=Letter.Envelope.choices,
        error_messages={"required": _("请选择信封种类")},
    )
    post_number = forms.CharField(
        label=_("邮件编号"),
        help_text=_("挂号信、快递才有。"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("最多 20 位")},
    )
    postmark_place = forms.CharField(
        label=_("邮戳地点"),
        help_text=_("照邮戳写地名；不写寄信人的姓名、住址。"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("最多 40 字")},
    )
    shelf = forms.CharField(
        label=_("存放位置"),
        help_text=_("例如：3 号柜 2 层。"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("最多 40 字")},
    )

    def __init__(
        self, data: Any = None, *, on: date, letter: Letter, before: Letter | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, initial=_known(letter, before), **kwargs)
        self.letter = letter
        self.fields["arrived_on"] = _arrival(on, initial=letter.arrived_on)
        self.fields["postmark_on"] = DayField(
            label=_("邮戳日期"),
            required=False,
            latest=on,
            too_late=gettext("邮戳日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=self.initial.get("postmark_on"),
        )
        for kind, label in enclosure_labels().items():
            self.fields[f"has_{kind}"] = _count(label)
            self.initial.setdefault(f"has_{kind}", letter.enclosures.get(kind, 0) or "")
        self.order_fields(
            (
                *("key", "pages", "envelope", "post_number"),
                *(f"has_{kind}" for kind in KINDS),
                *("shelf", "postmark_place", "postmark_on", "arrived_on"),
            )
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a postmark later than the arrival, and a registered letter without its number."""
        data = super().clean() or self.cleaned_data
        postmark, arrived = data.get("postmark_on"), data.get("arrived_on")
        if postmark and arrived and postmark > arrived:
            self.add_error("postmark_on", gettext("邮戳日期晚于收到日期，请核对。"))
        if data.get("envelope") in ("registered", "express") and not data.get("post_number"):
            self.add_error("post_number", gettext("挂号信、快递请照信封填写邮件编号。"))
        return data

    @property
    def counts(self) -> list[forms.BoundField]:
        """Return the boxes for what lay in the envelope."""
        return [self[f"has_{kind}"] for kind in KINDS]

    def seen(self) -> Envelope:
        """Return what a valid form says of the envelope."""
        data = self.cleaned_data
        return Envelope(
            arrived_on=data["arrived_on"],
            envelope=data["envelope"],
            pages=data["pages"],
            post_number=data["post_number"],
            postmark_on=data["postmark_on"],
            postmark_place=data["postmark_place"],
            enclosures={kind: data[f"has_{kind}"] or 0 for kind in KINDS},
            shelf=data["shelf"],
        )


class ScansForm(OnceForm, MaterialForm):
    """Scans and photographs of a letter."""


class WriteForm(ShownForm):
    """The letter's words, as they stand on the paper."""

    text = forms.CharField(
        label=_("信的内容"),
        help_text=_("照原件逐字录入，不改写、不删减；认不出的字写“□”。"),
        max_length=BODY_LIMIT,
        widget=forms.Textarea,
        error_messages={
            "required": _("请照原件录入信的内容"),
            "max_length": _("最多 20000 字，其余的作为补充材料"),
        },
    )
    hard = forms.BooleanField(
        label=_("字迹难辨，要另一位同事对照原件校对"),
        help_text=_("勾选以后，由您以外的人校对，校对完才能登记。"),
        required=False,
    )

    def clean_text(self) -> str:
        """Return the words as typed. Raises ValidationError where only blanks were typed."""
        text = str(self.cleaned_data["text"])
        if not normalised(text):
            raise forms.ValidationError(gettext("请照原件录入信的内容"))
        return text


class CompareForm(WriteForm):
    """The words after a second person has compared them with the paper."""

    compared = forms.BooleanField(
        label=_("已经对照原件从头到尾核对"),
        error_messages={"required": _("请对照原件核对完再勾选")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["hard"]


class VoidForm(ShownForm):
    """Why a number stands for no letter."""

    reason = forms.CharField(
        label=_("为什么多出这个号"),
        help_text=_("例如：点数多点了一件。装着信的号不能作废。"),
        max_length=100,
        error_messages={"required": _("请写明为什么多出这个号"), "max_length": _("最多 100 字")},
    )


class GiveBackForm(ShownForm):
    """How money or valuables went back to who had sent them."""

    how = forms.CharField(
        label=_("怎样退还、凭什么签收"),
        help_text=_("例如：当面退还，收条已存；挂号寄回，收据编号。不写姓名。"),
        max_length=100,
        error_messages={"required": _("请写明怎样退还"), "max_length": _("最多 100 字")},
    )

    def __init__(self, data: Any = None, *, letter: Letter, on: date) -> None:
        super().__init__(data)
        self.letter = letter
        self.fields["on"] = DayField(
            label=_("退还日期"),
            latest=on,
            too_late=gettext("退还日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        self.order_fields(("key", "on", "how"))

    def clean_on(self) -> date:
        """Return the day. Raises ValidationError before the letter came."""
        day: date = self.cleaned_data["on"]
        if day < self.letter.arrived_on:
            raise forms.ValidationError(gettext("退还日期早于收到日期，请核对。"))
        return day


def enclosure_labels() -> dict[str, object]:
    """Return the names of what may lie in an envelope."""
    return {
        "photo": _("照片"),
        "copy": _("复印件"),
        "original": _("证件、证明原件"),
        "valuables": Hinted(_("现金、贵重物品"), _("要退还并记录")),
        "other": _("其他"),
    }


def _arrival(on: date, *, initial: date) -> DayField:
    return DayField(
        label=_("收到日期"),
        help_text=_("到达本机关的那一天；15 日告知期限从这一天起算。"),
        latest=on,
        too_late=gettext("收到日期不能晚于今天（%(on)s），请核对。") % {"on": on.isoformat()},
        initial=initial,
    )


def _count(label: object) -> forms.IntegerField:
    return forms.IntegerField(
        label=str(label),
        help_text=str(label.hint) if isinstance(label, Hinted) else "",
        required=False,
        min_value=0,
        max_value=999,
        error_messages={
            "invalid": _("请写数字"),
            "min_value": _("请写数字"),
            "max_value": _("数目太大，请核对"),
        },
        widget=forms.TextInput(attrs=NUMERIC),
    )


def _known(letter: Letter, before: Letter | None) -> dict[str, Any]:
    """Return what the boxes hold at first: the letter's own, or for one not opened yet what was the same with the one before."""
    if letter.envelope:
        names = ("pages", "envelope", "post_number", "postmark_place", "postmark_on", "shelf")
        return {name: getattr(letter, name) for name in names}
    if before is None:
        return {"envelope": Letter.Envelope.ORDINARY}
    return {name: getattr(before, name) for name in ("envelope", "postmark_place", "postmark_on", "shelf")}
