"""What the acts that find the organ of a case ask: register, refer, object, and the answers to an objection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Case, Kind
from lianxin.organs.models import Organ
from lianxin.procedure.book import Rulebook
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import (
    PlaceField,
    category_choices,
    grouped_select,
    needs_route,
    route_choices,
)

LONG = 2000
PETITION_ROUTE = "31.6"
"""信访程序 (Art 31(6)): chosen beforehand where the rules propose no other route."""


def reasons(label: object, *, help_text: object = "", required: bool = True) -> forms.CharField:
    """Return a field for reasons in the officer's words."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=LONG,
        widget=forms.Textarea,
        error_messages={"required": _("请写明理由"), "max_length": _("最多 2000 字")},
    )


class RegisterForm(KeyForm):
    """Kind, category, route, place and a summary without identity, as the officer confirms them."""

    kind = forms.ChoiceField(label=_("类别"), choices=Kind.choices, widget=forms.RadioSelect)
    category = forms.ChoiceField(
        label=_("内容分类"), widget=grouped_select(), error_messages={"required": _("请选择内容分类")}
    )
    subroute = forms.ChoiceField(
        label=_("办理途径"),
        help_text=_(
            "信访程序：登记后受理，60 日内办结。诉讼、仲裁等其他机关的途径：登记后导入法定途径。本机关自己的法定程序、"
            "依法履职：登记后启动法定程序。检举控告和建议意见不用选。"
        ),
        error_messages={"required": _("请选择办理途径")},
    )
    summary = forms.CharField(
        label=_("摘要"),
        help_text=_("一句话写明反映什么问题。摘要会出现在列表和告知书上，不写姓名、电话、住址。"),
        max_length=120,
        error_messages={"required": _("请写一句摘要"), "max_length": _("摘要最多 120 字")},
    )
    simple = forms.BooleanField(
        label=_("拟适用简易办理"),
        help_text=_(
            "事实清楚、争议不大的初次申诉求决事项可以选。选了的，自收到之日起三个工作日内决定是否受理。"
        ),
        required=False,
    )

    def __init__(
        self, data: Any = None, *, case: Case, book: Rulebook, organ: Organ, on: date, proposed: str = ""
    ) -> None:
        """Take the case; `proposed` is the route the rules propose, chosen beforehand."""
        first = {
            "kind": case.kind,
            "category": case.category,
            "subroute": case.subroute or proposed.strip("-") or PETITION_ROUTE,
            "summary": case.summary,
            "place": case.place.full_name,
        }
        super().__init__(data, initial=first)
        self.fields["category"].choices = category_choices(book, case.received_on)  # type: ignore[attr-defined]
        self.fields["subroute"].choices = route_choices(book)  # type: ignore[attr-defined]
        self.fields["subroute"].required = needs_route(self.data.get("kind"))
        self.fields["place"] = PlaceField(
            organ=organ,
            on=on,
            label=_("问题发生地"),
            help_text=_("写到县（市、区）；可以写名称或 6 位代码。"),
            widget=forms.TextInput(attrs={"list": "near-places", "autocomplete": "off"}),
        )

    def clean_subroute(self) -> str:
        """Return the route of a claim, "" for a report or a suggestion."""
        return str(self.cleaned_data["subroute"]) if needs_route(self.cleaned_data.get("kind")) else ""


class ReferForm(KeyForm):
    """The organ to refer to; the proposed one is chosen beforehand, another one needs a reason."""

    target = forms.ChoiceField(
        label=_("转送给"),
        widget=grouped_select(),
        error_messages={"required": _("请选择接收的机构"), "invalid_choice": _("请在名单里选择一个机构")},
    )
    reason = reasons(_("理由"), help_text=_("选择的机构与系统建议不同时必须写。"), required=False)

    def __init__(self, data: Any = None, *, targets: Sequence[Organ], proposed: str) -> None:
        self.targets = {str(target.pk): target for target in targets}
        first = next((pk for pk, target in self.targets.items() if target.code == proposed), "")
        super().__init__(data, initial={"target": first})
        self.proposed = proposed
        below = [(pk, one.name) for pk, one in self.targets.items()]
        groups = [(gettext("下级和所属机构"), below)] if below else []
        self.fields["target"].choices = [("", gettext("请选择")), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the chosen organ itself; ask for a reason where it is not the proposed one."""
        data = super().clean() or self.cleaned_data
        if "target" in data:
            data["target"] = self.targets[data["target"]]
            if self.proposed and data["target"].code != self.proposed and not data.get("reason", "").strip():
                self.add_error("reason", gettext("您选择的机构与系统建议的不同，请写明理由"))
        return data


class ObjectForm(KeyForm):
    """Why the receiver believes not to be competent, and who is."""

    reasons = reasons(_("异议理由"), help_text=_("写明事实和依据。"))
    believed = forms.CharField(
        label=_("认为有权处理的机关"),
        max_length=100,
        error_messages={"required": _("请写明认为应当由哪个机关处理"), "max_length": _("最多 100 字")},
    )
    basis = forms.CharField(
        label=_("法律政策依据"),
        required=False,
        max_length=300,
        help_text=_("不写的，引用转送的规定。"),
        error_messages={"max_length": _("最多 300 字")},
    )


class AgreeForm(KeyForm):
    """The sender agrees with an objection; a note is optional."""

    note = reasons(_("备注"), required=False)


class RejectForm(KeyForm):
    """The sender does not agree, with reasons."""

    reasons = reasons(_("不同意的理由"))
