"""The desk's registration of a letter, a visit, a call or a fax: what is typed, and the reading back of oral words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.history import Moment
from lianxin.cases.models import Channel, Kind
from lianxin.cases.services.intake import BODY_LIMIT, ORAL, Petition
from lianxin.cases.services.walls import named_in
from lianxin.cases.texts import normalised, one_line, plain_code
from lianxin.organs.models import Organ
from lianxin.procedure.book import Rulebook
from lianxin.web.clock import BEIJING
from lianxin.web.desk.forms.fields import (
    DayField,
    PlaceField,
    category_choices,
    grouped_select,
    needs_route,
    route_choices,
)
from lianxin.web.desk.forms.walls import avoided, in_reason
from lianxin.web.widgets import Hinted

CLAIMS = 20
IDENTITY = ("name", "phone", "address", "email", "id_number")


class RegisterForm(forms.Form):
    """One item as it came in. The legal day of receipt is typed; the time of registration is the system's."""

    channel = forms.ChoiceField(
        label=_("信访形式"),
        widget=forms.RadioSelect,
        choices=[
            (Channel.LETTER.value, Channel.LETTER.label),
            (Channel.VISIT.value, Hinted(Channel.VISIT.label, _("口头陈述要宣读核对"))),
            (Channel.CALL.value, Hinted(Channel.CALL.label, _("口头陈述要宣读核对"))),
            (Channel.FAX.value, Channel.FAX.label),
            (Channel.OTHER.value, Channel.OTHER.label),
        ],
        error_messages={"required": _("请选择信访形式")},
    )
    people = forms.IntegerField(
        label=_("信访人数"),
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
    )
    body = forms.CharField(
        label=_("反映的事情"),
        help_text=_("来信照原文录入；来访、来电按信访人的话记录，记完要读给信访人听。"),
        max_length=BODY_LIMIT,
        error_messages={
            "required": _("请写明反映的事情"),
            "max_length": _("最多 20000 字，请分成几部分，其余作为补充材料"),
        },
        widget=forms.Textarea,
    )
    claims = forms.CharField(
        label=_("具体请求"),
        help_text=_("一行写一项，每一项以后都要逐项答复。"),
        required=False,
        max_length=5000,
        error_messages={"max_length": _("请求太长，请写得简短些")},
        widget=forms.Textarea,
    )
    kind = forms.ChoiceField(
        label=_("类别"),
        widget=forms.RadioSelect,
        initial=Kind.CLAIM.value,
        choices=[
            (Kind.CLAIM.value, Hinted(Kind.CLAIM.label, _("要求解决自己的问题，或者不服已有的处理"))),
            (Kind.SUGGESTION.value, Kind.SUGGESTION.label),
            (Kind.REPORT.value, Hinted(Kind.REPORT.label, _("登记后只有检举控告专办员能看到内容"))),
        ],
        error_messages={"required": _("请选择类别")},
    )
    category = forms.ChoiceField(
        label=_("内容分类"),
        widget=grouped_select(),
        error_messages={"required": _("请选择内容分类")},
    )
    subroute = forms.ChoiceField(
        label=_("办理途径"),
        help_text=_("不确定就选信访程序，甄别人员还会核对；检举控告和建议意见不用选。"),
        error_messages={"required": _("请选择办理途径")},
    )
    summary = forms.CharField(
        label=_("摘要"),
        help_text=_("一句话写明反映什么问题。摘要会出现在列表和告知书上，不写姓名、电话、住址。"),
        max_length=120,
        error_messages={"required": _("请写一句摘要"), "max_length": _("摘要最多 120 字")},
    )
    name = forms.CharField(label=_("姓名"), required=False, max_length=100)
    phone = forms.CharField(
        label=_("电话"), required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    address = forms.CharField(label=_("住址"), required=False, max_length=300)
    email = forms.EmailField(
        label=_("电子邮箱"),
        required=False,
        max_length=200,
        error_messages={"invalid": _("邮箱写法不对，例如 name@example.cn")},
    )
    id_number = forms.CharField(label=_("身份证件号码"), required=False, max_length=40)
    helper_name = forms.CharField(label=_("代写代投人姓名"), required=False, max_length=100)
    helper_phone = forms.CharField(
        label=_("代写代投人电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    avoid = avoided(
        _("有没有不应当知道这件事的单位或者人"),
        help_text=_(
            "信访人说有的才填，一行写一个。写明的单位连同下级、写明的人都看不到这一件；其中有本机构的，改由上级办理。"
        ),
    )
    note = forms.CharField(
        label=_("内部备注"),
        help_text=_("例如信封、邮戳、附件情况；信访人看不到。"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"max_length": _("备注最多 2000 字")},
    )
    field_order = (
        "channel",
        "received_on",
        "people",
        "body",
        "claims",
        "place",
        "kind",
        "category",
        "subroute",
        "summary",
        *IDENTITY,
        "helper_name",
        "helper_phone",
        "avoid",
        "note",
    )

    def __init__(self, *args: Any, organ: Organ, book: Rulebook, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.near, self.on = organ, on
        self.fields["received_on"] = DayField(
            label=_("收到日期"),
            help_text=_("信到、人到、接到电话的那一天；期限从这一天起算。"),
            latest=on,
            too_late=gettext("收到日期不能晚于今天（%(on)s），请核对。") % {"on": on.isoformat()},
            initial=on,
        )
        self.fields["place"] = PlaceField(
            organ=organ,
            on=on,
            label=_("问题发生地"),
            help_text=_("事情发生或者应当由哪里办理，写到县（市、区）；可以写名称或 6 位代码。"),
            initial=organ.region.full_name,
            widget=forms.TextInput(attrs={"list": "near-places", "autocomplete": "off"}),
        )
        self.fields["category"].choices = category_choices(book, on)  # type: ignore[attr-defined]
        self.fields["subroute"].choices = route_choices(book)  # type: ignore[attr-defined]
        self.fields["subroute"].required = needs_route(self.data.get("kind"))
        self.order_fields(self.field_order)

    def clean_subroute(self) -> str:
        """Return the route of a claim, "" for a report or a suggestion."""
        return str(self.cleaned_data["subroute"]) if needs_route(self.cleaned_data.get("kind")) else ""

    def clean_avoid(self) -> str:
        """Return who must not know, as typed. Raises ValidationError for too many lines."""
        return in_reason(str(self.cleaned_data["avoid"]), self.near, on=self.on)

    def clean_received_on(self) -> date:
        """Return the legal day of receipt. Raises ValidationError before the first regulation."""
        day: date = self.cleaned_data["received_on"]
        if day < date(2005, 5, 1):
            raise forms.ValidationError(
                gettext("收到日期早于 2005 年 5 月 1 日，没有可以适用的规则，请核对。")
            )
        return day

    def clean_body(self) -> str:
        """Return the words as typed. Raises ValidationError where only blanks were typed."""
        body = str(self.cleaned_data["body"])
        if not normalised(body):
            raise forms.ValidationError(gettext("请写明反映的事情"))
        return body

    def clean_claims(self) -> str:
        """Return the claims, one a line. Raises ValidationError for too many or too long ones."""
        lines = lines_of(str(self.cleaned_data["claims"]))
        if len(lines) > CLAIMS:
            raise forms.ValidationError(gettext("最多 %(n)s 项请求，请合并相近的。") % {"n": CLAIMS})
        if any(len(line) > 500 for line in lines):
            raise forms.ValidationError(gettext("每项请求最多 500 字，详细情况请写在“反映的事情”里。"))
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        """Refuse a summary that holds what was given as identity."""
        data = super().clean() or self.cleaned_data
        summary = plain_code(str(data.get("summary", "")))
        for field in (*IDENTITY, "helper_name", "helper_phone"):
            value = plain_code(str(data.get(field, "")))
            if len(value) > 1 and value in summary:
                self.add_error(
                    "summary",
                    gettext("摘要里写了“%(label)s”的内容，请去掉身份信息。")
                    % {"label": self.fields[field].label},
                )
        return data


class CheckForm(forms.Form):
    """The officer's word that what was typed is right; an oral statement has been read to the petitioner."""

    confirmed = forms.BooleanField()

    def __init__(self, *args: Any, oral: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["confirmed"]
        if oral:
            field.label = _("已经读给信访人听，信访人确认无误")
            field.error_messages["required"] = gettext("请读给信访人听，确认后再勾选；有出入请返回修改")
        else:
            field.label = _("已经对照原件核对，内容和收到日期无误")
            field.error_messages["required"] = gettext("请对照原件核对后勾选；有出入请返回修改")


def lines_of(text: str) -> list[str]:
    """Return the lines somebody typed, without numbering and blanks at the edges."""
    return [line for line in (one_line(raw) for raw in normalised(text).split("\n")) if line]


def is_oral(data: Mapping[str, Any]) -> bool:
    """Tell whether the item came in by word of mouth, so that it must be read back (Art 19(1))."""
    return data["channel"] in ORAL


def typed_in(sent: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed into the fields of the form, and nothing else that was sent."""
    known = {*RegisterForm.field_order, "received_on_year", "received_on_month", "received_on_day"}
    return {name: str(value) for name, value in sent.items() if name in known}


def refilled(typed: Mapping[str, str]) -> dict[str, str]:
    """Return typed text as the initial values of a fresh form."""
    day = [typed.get(f"received_on_{part}", "") for part in ("year", "month", "day")]
    return {**typed, "received_on": "-".join(day)} if any(day) else dict(typed)


def received_at(day: date, when: Moment) -> datetime:
    """Return the instant of receipt for the receipt's print: now for today, nine in the morning of an earlier day."""
    return when.at if day == when.on else datetime.combine(day, time(9), BEIJING)


def petition_of(data: Mapping[str, Any], *, organ: Organ, when: Moment, read_back: bool) -> Petition:
    """Return the petition a valid form describes."""
    claims = lines_of(data["claims"])
    helper = {"name": data["helper_name"], "phone": data["helper_phone"]}
    return Petition(
        channel=data["channel"],
        kind=data["kind"],
        place=data["place"],
        organ=organ,
        body=data["body"],
        received_on=data["received_on"],
        received_at=received_at(data["received_on"], when),
        ask="\n".join(claims),
        category=data["category"],
        subroute=data["subroute"],
        summary=data["summary"],
        claims=claims,
        identity={field: data[field] for field in IDENTITY},
        helper={field: value for field, value in helper.items() if value},
        people=data["people"],
        read_back=read_back,
        avoid=named_in(data["avoid"], organ, on=when.on),
    )
