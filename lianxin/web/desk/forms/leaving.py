"""What the acts by which a case leaves the registry ask: the contents of their papers, and the facts they are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.leaving import HINTS, SIMPLE
from lianxin.cases.services.reports import Receiver
from lianxin.organs.models import Staff
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField, DayField
from lianxin.web.desk.forms.papered import PREFIX, PaperForm
from lianxin.web.widgets import Hinted

Text = str | Promise
People = Iterable[Staff]
OTHER_LIMIT = "other"
QUESTIONS: Mapping[str, Text] = {
    "first_time": _("信访人是第一次提出这件事吗？"),
    "assigned_by_upper": _("是上级机关交办的吗？"),
    "may_refuse": _("可能不予受理，或者不予支持吗？"),
    "statutory_route": _("应当通过诉讼、仲裁、行政复议等法定途径解决吗？"),
    "many_bodies": _("涉及几个责任单位吗？"),
    "joint": _("是多人联名提出的吗？"),
    "complex": _("属于重大、复杂、疑难的事项吗？"),
}
TOLD_BY_CHOICES = [
    ("paper", _("书面")),
    ("spoken", Hinted(_("当面口头"), _("告知书照样出具、存档；信访人要求书面的，请选书面"))),
    ("phone", _("电话")),
    ("sms", _("短信")),
]
ADOPTION_CHOICES = [("adopt", _("采纳")), ("partly", _("部分采纳")), ("not", _("不予采纳"))]
LEVEL_CHOICES = [
    ("", _("请选择")),
    ("county", _("县级")),
    ("city", _("市级")),
    ("province", _("省级")),
    ("ministry", _("国家级")),
]
LINE_CHOICES = [
    ("", _("请选择")),
    ("discipline", _("纪检监察机关")),
    ("organisation_department", _("组织（人事）部门")),
    ("civil_affairs", _("民政部门")),
    ("government", _("人民政府")),
    ("procuratorate", _("人民检察院")),
    ("public_security", _("公安机关")),
    ("other", _("其他机关")),
]


class LeavingForm(PaperForm):
    """The contents of the act's paper, with a first wording where there is a usual one, and a second person's consent."""

    first: Mapping[str, str] = {}
    lines: frozenset[str] = frozenset()
    """Contents that take one line here."""

    def __init__(
        self,
        data: Any = None,
        *,
        rule: Any,
        known: Sequence[str] = (),
        first: Mapping[str, str] | None = None,
        people: People | None = None,
        consent: Text = "",
    ) -> None:
        """Take the paper's rule; `people` are those who may consent, None where no one has to or the officer does."""
        super().__init__(data, rule=rule, known=known)
        for key, text in {**self.first, **(first or {})}.items():
            if PREFIX + key in self.fields:
                self.fields[PREFIX + key].initial = text
        for key in self.lines:
            self.fields[PREFIX + key].widget = forms.TextInput()
        if people is not None:
            self.fields["approver"] = ConsentField(consent, people)

    def approver(self) -> Staff | None:
        """Return who has consented, as stated; None where the officer consents as such."""
        chosen = self.cleaned_data.get("approver")
        return Staff(pk=chosen) if chosen else None


def line(label: Text, missing: Text, *, help_text: Text = "", limit: int = 200, required: bool = True) -> Any:
    """Return a field of one line."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=limit,
        error_messages={
            "required": missing,  # type: ignore[dict-item]
            "max_length": _("%(label)s最多 %(limit)d 字") % {"label": label, "limit": limit},
        },
    )


def word(label: Text, missing: Text) -> forms.BooleanField:
    """Return a tick by which the officer vouches for something."""
    return forms.BooleanField(label=label, error_messages={"required": missing})  # type: ignore[arg-type, dict-item]


def chosen(label: Text, choices: Sequence[tuple[str, Any]], missing: Text, **more: Any) -> forms.ChoiceField:
    """Return radio buttons."""
    return forms.ChoiceField(
        label=label,  # type: ignore[arg-type]
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": missing},  # type: ignore[dict-item]
        **more,
    )


class MergeForm(LeavingForm):
    """The earlier item by its number, and what the petitioner is told."""

    earlier = line(_("原件编号"), _("请填写原件编号"), help_text=_("先提出、还在办理的那一件。"), limit=40)
    same = word(_("是同一信访人提出的同一事项"), _("不是同一人的同一事项，不能并入；请单独登记办理"))
    first = {
        "what_happened": "您这次提出的事项与先前提出的是同一件事，已经并入先前那一件一起办理，来件照样保存。",
        "what_stays_possible": "可以凭先前那件的编号和查询码查询进展；有新的情况，可以随时补充。",
    }


class ElsewhereForm(LeavingForm):
    """The competent organ outside civil affairs and how to reach it, and that the matter is none of civil affairs."""

    sure = word(
        _("已经核对：这件事不归民政部门办理，民政各级机关都没有处理权限"),
        _("请先核对；归民政部门办理的，请受理或者转送"),
    )
    first = {"passed_on": "没有转交材料，请您直接向该机关提出。"}


class RouteOutForm(LeavingForm):
    """The route, who takes it, and its time limit: one the rulebook counts, or another one as typed."""

    lines = frozenset({"legal_basis"})

    def __init__(self, data: Any = None, *, book: Rulebook, subroute: str, on: date, **given: Any) -> None:
        known = ("route", "time_limit", "time_limit_ends_on")
        super().__init__(data, rule=book.papers["route_notice"], known=known, **given)
        routes = ["31.1", "31.2", "31.3", "31.4"]
        self.fields["subroute"] = chosen(
            _("法定途径"),
            [(route, words.route_label(book, route)) for route in routes],
            _("请选择法定途径"),
            initial=subroute if subroute in routes else "",
        )
        self.fields["hint"] = chosen(
            _("期限"),
            [
                ("reconsider", Hinted(_("申请行政复议"), _("60 日，从知道行政行为之日起"))),
                ("litigate", Hinted(_("提起行政诉讼"), _("6 个月，从知道行政行为之日起"))),
                (OTHER_LIMIT, Hinted(_("其他期限"), _("在下面写明期限和最后一日"))),
            ],
            _("请选择期限"),
        )
        self.fields["knew_on"] = DayField(
            label=_("信访人知道该行政行为的日期"),
            help_text=_("知道的填写，系统算出最后一日；不知道的不填，告知书上写明怎样计算。"),
            required=False,
            latest=on,
            too_late=gettext("这一天不能晚于今天。"),
        )
        self.fields["time_limit"] = line(
            _("其他期限"), "", help_text=_("例如：劳动仲裁，一年，从知道权利被侵害之日起。"), required=False
        )
        self.fields["time_limit_ends_on"] = DayField(label=_("其他期限的最后一日"), required=False)
        self.order_fields(
            [
                "key", "version", "subroute", "paper_competent_organ", "hint", "knew_on", "time_limit",
                "time_limit_ends_on", "paper_legal_basis", "approver",
            ]
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for the words and the last day of a limit the rulebook does not count."""
        data = super().clean() or self.cleaned_data
        if data.get("hint") == OTHER_LIMIT:
            if not data.get("time_limit"):
                self.add_error("time_limit", gettext("请写明是什么期限、多长"))
            if not data.get("time_limit_ends_on") and "time_limit_ends_on" not in self.errors:
                self.add_error("time_limit_ends_on", gettext("请写明最后一日"))
        return data

    def paper(self) -> dict[str, object]:
        """Return the contents, with the typed limit where the rulebook counts none."""
        data = self.cleaned_data
        if data["hint"] in HINTS:
            return super().paper()
        return {
            **super().paper(),
            "time_limit": data["time_limit"],
            "time_limit_ends_on": data["time_limit_ends_on"].isoformat(),
        }


class OwnRouteForm(LeavingForm):
    """The organ's own procedure: its name, who decides, the period by its law and its last day."""

    lines = frozenset({"procedure", "deciding_unit"})

    def __init__(self, data: Any = None, *, book: Rulebook, subroute: str, **given: Any) -> None:
        super().__init__(data, rule=book.papers["own_procedure_notice"], **given)
        routes = ["31.4", "31.5"]
        self.fields["subroute"] = chosen(
            _("法定途径"),
            [(route, words.route_label(book, route)) for route in routes],
            _("请选择法定途径"),
            initial=subroute if subroute in routes else "",
        )
        self.order_fields(["key", "version", "subroute"])


class FinishRouteForm(LeavingForm):
    """The decision or answer of the own procedure, when it was made and served, and what proves it."""

    proof = line(_("送达凭证"), _("请写明用什么证明已经送达"), help_text=_("例如：本人签收；挂号信编号。"))

    def __init__(self, data: Any = None, *, book: Rulebook, on: date) -> None:
        super().__init__(data, rule=book.papers["route_decision"])
        late = gettext("这一天不能晚于今天。")
        self.fields["decided_on"] = DayField(label=_("作出日期"), latest=on, too_late=late)
        self.fields["served_on"] = DayField(label=_("送达日期"), latest=on, too_late=late)
        papers = [name for name in self.fields if name.startswith(PREFIX)]
        self.order_fields(["key", "version", *papers, "decided_on", "served_on", "proof"])


class SimpleForm(KeyForm):
    """The questions of the simple procedure, and how acceptance was told."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in SIMPLE:
            self.fields[name] = chosen(
                QUESTIONS[name], [("yes", _("是")), ("no", _("不是"))], _("请逐项回答")
            )
        self.fields["told_by"] = chosen(_("怎样告知信访人"), TOLD_BY_CHOICES, _("请选择怎样告知信访人"))

    def answers(self) -> dict[str, bool]:
        """Return what was answered, by the names of the rules."""
        return {name: self.cleaned_data[name] == "yes" for name in SIMPLE}


class SuggestionForm(LeavingForm):
    """What was studied of a suggestion, whether it is adopted, and why."""

    first = {"thanks": "感谢您关心民政工作，提出建议。"}

    def __init__(self, data: Any = None, *, book: Rulebook, **given: Any) -> None:
        super().__init__(data, rule=book.papers["suggestion_reply"], known=("adoption",), **given)
        self.fields["adoption"] = chosen(_("是否采纳"), ADOPTION_CHOICES, _("请选择是否采纳"))
        self.order_fields(
            [
                "key",
                "version",
                "paper_suggestion",
                "paper_studied",
                "adoption",
                "paper_reasons",
                "paper_thanks",
            ]
        )


class ReportForm(LeavingForm):
    """Who receives a report, who is accused, and the material without any identity."""

    name = line(
        _("接收机关"),
        _("请填写接收机关的名称"),
        help_text=_("按干部管理权限，对被检举控告人有管理权限的机关。"),
    )
    level = forms.ChoiceField(
        label=_("接收机关的级别"), choices=LEVEL_CHOICES, error_messages={"required": _("请选择级别")}
    )
    branch = forms.ChoiceField(
        label=_("接收机关的性质"), choices=LINE_CHOICES, error_messages={"required": _("请选择性质")}
    )
    accused = forms.CharField(
        label=_("被检举控告的单位"),
        help_text=_("一行写一个名称或者代码；检举个人的，写其所在单位。只有检举控告专办人员看得到。"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": _("请写明被检举控告的单位"), "max_length": _("最多 2000 字")},
    )
    sealed = word(_("身份页已经与材料分开、密封，不随材料移送"), _("请先把身份页与材料分开、密封"))

    def __init__(self, data: Any = None, *, book: Rulebook) -> None:
        known = ("receiver", "opened_by")
        super().__init__(data, rule=book.papers["report_transfer"], known=known, first={"secrecy_grade": ""})
        content = self.fields[PREFIX + "content"]
        content.help_text = _("按原意改写，去掉检举控告人的姓名、电话、住址和能认出本人的说法。")
        self.order_fields(
            ["key", "version", "name", "level", "branch", "accused", "paper_content", "paper_secrecy_grade"]
        )

    def receiver(self) -> Receiver:
        """Return the receiver as the service takes it."""
        data = self.cleaned_data
        return Receiver(data["name"], data["level"], data["branch"])
