"""What the acts ask at which several sides sit: mediation, settlement, hearing, and disputes between organs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.hearings import Held
from lianxin.cases.services.mediation import Consents, Duty
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.catalogue import PaperRule
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField, DayField, grouped_select
from lianxin.web.desk.forms.papered import PaperForm
from lianxin.web.desk.forms.routing import reasons
from lianxin.web.desk.forms.rows import RowsForm
from lianxin.web.widgets import Hinted

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
DUTIES = 3
"""Rows for duties; further ones are written into one row."""
SHORT = 100


def line(label: object, missing: Text, *, help_text: object = "", required: bool = True) -> forms.CharField:
    """Return a field of one line; `missing` is said where it is empty."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=SHORT,
        error_messages={"required": missing, "max_length": _("最多 100 字")},
    )


class TableForm(KeyForm):
    """Both sides at the table, each with its own explicit consent."""

    other_party = line(
        _("对方"),
        _("请写明对方是哪个单位"),
        help_text=_("写单位名称；对方是个人的，写与信访人的关系，不写姓名。"),
    )
    petitioner_consent = forms.BooleanField(
        label=_("信访人明确表示同意，没有人强迫"),
        error_messages={"required": _("没有取得信访人同意，不能调解；办理期限继续计算")},
    )
    other_consent = forms.BooleanField(
        label=_("对方明确表示同意"),
        error_messages={"required": _("没有取得对方同意，不能调解；办理期限继续计算")},
    )
    how = reasons(_("双方怎样表示同意"), help_text=_("例如：当面说明后双方签字。不写姓名。"))

    def consents(self) -> Consents:
        """Return the valid statements of both sides."""
        data = self.cleaned_data
        return Consents(data["other_party"], data["petitioner_consent"], data["other_consent"], data["how"])


class DutyForm(forms.Form):
    """One duty and its day; a row left empty is none."""

    what = forms.CharField(
        label=_("谁做什么"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("最多 300 字")},
    )

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, prefix=f"duty{number}")
        self.fields["on"] = DayField(label=_("哪天以前履行"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a duty without a day, and a day without a duty."""
        data = super().clean() or self.cleaned_data
        if data.get("what") and not data.get("on") and "on" not in self.errors:
            self.add_error("on", gettext("请写明哪天以前履行"))
        if data.get("on") and not data.get("what"):
            self.add_error("what", gettext("请写明谁做什么"))
        return data

    def duty(self) -> Duty | None:
        """Return the duty of a valid row, None for an empty one."""
        return Duty(self.cleaned_data["what"], self.cleaned_data["on"]) if self.cleaned_data["what"] else None


class SettlementForm(TableForm, RowsForm):
    """The agreement: consent, duties with their days, signatures, and that it keeps to the law."""

    signatures = line(
        _("签名情况"), _("请写明谁签了名"), help_text=_("例如：双方和调解员当场签名。不写姓名。")
    )
    signed = forms.BooleanField(
        label=_("协议已由双方签名"), error_messages={"required": _("双方签名以后才能办结")}
    )
    lawful = forms.BooleanField(
        label=_("内容合法，不损害国家、集体和他人的利益"),
        error_messages={"required": _("请依法修改协议以后再办结")},
    )
    within_discretion = forms.BooleanField(
        label=_("没有超出裁量范围"), error_messages={"required": _("超出裁量范围的，请修改协议")}
    )

    def __init__(
        self, data: Any = None, *, label: object = "", others: Iterable[Staff] | None = None
    ) -> None:
        """Take the holders of the other post under their `label`; None where the officer holds both."""
        super().__init__(data)
        self.rows = [DutyForm(data, number=n) for n in range(1, DUTIES + 1)]
        if others is not None:
            self.fields["approver"] = ConsentField(label, others)

    def is_valid(self) -> bool:
        """Tell whether the form and every row are valid; one duty at least is needed."""
        fine = super().is_valid()
        if fine and not self.duties():
            self.add_error(None, gettext("请至少写一项义务和履行日期"))
        return fine and not self.errors

    def every_row(self) -> Sequence[forms.Form]:
        """Return a row for each duty there is room for."""
        return self.rows

    def duties(self) -> list[Duty]:
        """Return the duties of the valid rows."""
        return [duty for row in self.rows if (duty := row.duty())]


class HearingForm(KeyForm):
    """When and where the hearing is, and about what."""

    time = line(_("几点"), _("请写明几点"), help_text=_("例如：上午 9:30"))
    place = line(_("地点"), _("请写明地点"))
    subject = reasons(_("听证事项"), help_text=_("会原样写进听证通知书，不写姓名。"))
    weighty = forms.BooleanField(
        label=_("属于重大、复杂、疑难的信访事项"),
        error_messages={"required": _("不属于重大、复杂、疑难的，请继续调查办理")},
    )
    field_order = ("key", "on", "time", "place", "subject", "weighty")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["on"] = DayField(label=_("听证日期"))
        self.order_fields(self.field_order)


class HearingRecordForm(PaperForm):
    """What the record of a hearing must hold."""

    def __init__(self, data: Any = None, *, rule: PaperRule) -> None:
        super().__init__(data, rule=rule, known=("opened_on",))
        self.fields["paper_closed_on"].label = gettext("听证结论作出之日")

    def held(self) -> Held:
        """Return the valid record."""
        data = self.cleaned_data
        keys = ("attendance", "statements", "evidence", "conclusion", "closed_on")
        return Held(*(data[f"paper_{key}"] for key in keys))


class EscalateForm(KeyForm):
    """Which organ above both sides, and why the own organ is not competent."""

    arbiter = forms.ChoiceField(
        label=_("报请哪个机关协调"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("请选择报请协调的机关"),
            "invalid_choice": _("请在列出的机关里选择"),
        },
    )
    reasons = reasons(_("本机构认为没有处理权限的理由"))
    others = forms.CharField(
        label=_("还有哪些机关否认有处理权限"),
        help_text=_("一行一个机关；没有就不填。"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("最多 500 字")},
    )

    def __init__(self, data: Any = None, *, arbiters: Sequence[Organ]) -> None:
        self.organs = {str(organ.pk): organ for organ in arbiters}
        super().__init__(data, initial={"arbiter": next(iter(self.organs), "")})
        if self.organs:
            near, far = _("双方最近的共同上级机关"), _("更高一级的共同上级机关")
            self.fields["arbiter"].choices = [  # type: ignore[attr-defined]
                (pk, Hinted(organ.name, far if place else near))
                for place, (pk, organ) in enumerate(self.organs.items())
            ]
        else:
            del self.fields["arbiter"]

    def arbiter_chosen(self) -> Organ | None:
        """Return the organ chosen, None for the joint conference."""
        return self.organs.get(self.cleaned_data.get("arbiter", ""))


class DesignateForm(KeyForm):
    """The organ that is to take the case, and why; for the joint conference, its result."""

    target = forms.ChoiceField(
        label=_("指定由哪个机关受理"),
        widget=grouped_select(),
        error_messages={"required": _("请选择机关"), "invalid_choice": _("请在名单里选择一个机构")},
    )
    reason = reasons(_("指定的理由"))

    def __init__(self, data: Any = None, *, targets: Sequence[Organ], conference: bool) -> None:
        super().__init__(data)
        self.organs = {str(organ.pk): organ for organ in targets}
        if conference:
            self.fields["reason"].label = gettext("联席会议协调结果")
        listed = [(pk, organ.name) for pk, organ in self.organs.items()]
        self.fields["target"].choices = [("", gettext("请选择")), *listed]  # type: ignore[attr-defined]
