"""What accepting, assigning, drafting, sending back, signing and serving ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Claim, Outcome
from lianxin.cases.services.claims import goes_elsewhere
from lianxin.cases.services.handling import Finding
from lianxin.cases.services.serving import RECEIVERS
from lianxin.organs.models import Staff
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField, DayField, named
from lianxin.web.desk.forms.routing import reasons
from lianxin.web.desk.forms.rows import RowsForm
from lianxin.web.widgets import Hinted

FACTS = 10_000
People = Iterable[Staff]


class AcceptForm(KeyForm):
    """Who approves: a head of the organ, unless the officer is one."""

    def __init__(self, data: Any = None, *, heads: Callable[[], People] | None) -> None:
        """Take who gives the organ's heads, asked only for drawing; None where the officer is one."""
        super().__init__(data)
        if heads is not None:
            self.fields["approver"] = ConsentField(_("批准的负责人"), heads, judged_later=True)


class AssignForm(KeyForm):
    """The officer who will handle the case, and the word that there is no interest in it."""

    officer = forms.TypedChoiceField(
        label=_("承办人"),
        coerce=int,
        error_messages={"required": _("请选择承办人"), "invalid_choice": _("请在名单里选择承办人")},
    )
    no_interest = forms.BooleanField(
        label=_("承办人与信访事项、信访人没有直接利害关系"),
        error_messages={"required": _("请先向承办人问清楚；有利害关系的应当回避，请另选承办人")},
    )
    note = reasons(_("交代承办人的话"), help_text=_("信访人看不到。"), required=False)

    def __init__(self, data: Any = None, *, handlers: People) -> None:
        super().__init__(data)
        self.fields["officer"].choices = named(handlers)  # type: ignore[attr-defined]


class FindingForm(forms.Form):
    """One row of the opinion's matrix: what was found on a claim and what is said of it (Art 32)."""

    facts = forms.CharField(
        label=_("查明的事实和理由"),
        max_length=FACTS,
        widget=forms.Textarea,
        error_messages={"required": _("请写明查明的事实和理由"), "max_length": _("最多 10000 字")},
    )
    outcome = forms.ChoiceField(
        label=_("处理结果"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择处理结果")},
    )
    decision = forms.CharField(
        label=_("处理意见"),
        max_length=FACTS,
        widget=forms.Textarea,
        error_messages={"required": _("请写明处理意见"), "max_length": _("最多 10000 字")},
    )
    basis = forms.CharField(
        label=_("法律政策依据"),
        help_text=_("写到条；几个依据用分号隔开。"),
        max_length=500,
        error_messages={"required": _("请写明依据哪部法规政策的第几条"), "max_length": _("最多 500 字")},
    )
    promise = forms.CharField(
        label=_("承诺事项"),
        help_text=_("予以支持的必须写：为信访人办什么。其他情况没有承诺就不填。"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("最多 300 字")},
    )

    def __init__(self, data: Any = None, *, claim: Claim, elsewhere: str = "") -> None:
        """Take the claim; `elsewhere` names its route where it goes another way by law: then it is told, not decided."""
        kept = {
            name: getattr(claim, name)
            for name in ("facts", "outcome", "decision", "basis", "promise", "promise_on")
        }
        super().__init__(data, prefix=f"claim{claim.seq}", initial=kept)
        self.claim, self.elsewhere = claim, elsewhere
        if elsewhere:
            for name in ("facts", "outcome", "promise"):
                del self.fields[name]
            self.fields["decision"].label = gettext("告知信访人走哪条途径、怎样提出")
        else:
            self.fields["promise_on"] = DayField(label=_("承诺完成日期"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse half a promise, and support without one: a supported claim is pressed to be carried out (Art 32(2))."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == Outcome.SUPPORT and not data.get("promise"):
            self.add_error("promise", gettext("予以支持的，请写明为信访人办什么、哪天办完"))
        if data.get("promise") and not data.get("promise_on") and "promise_on" not in self.errors:
            self.add_error("promise_on", gettext("写了承诺事项，请写明完成日期"))
        if data.get("promise_on") and not data.get("promise"):
            self.add_error("promise", gettext("写了完成日期，请写明承诺什么"))
        return data

    def finding(self) -> Finding:
        """Return the valid row as the service takes it."""
        return Finding(**{"seq": self.claim.seq, "facts": "", "outcome": "", **self.cleaned_data})


class OpinionForm(RowsForm):
    """The draft of an opinion: a row for each claim, and that the petitioner was heard and the facts verified."""

    heard = forms.BooleanField(
        label=_("已经听取信访人陈述事实和理由"),
        error_messages={"required": _("请先联系信访人听取意见并记录，再送审（信访工作条例 第三十一条）")},
    )
    verified = forms.BooleanField(
        label=_("事实已经调查核实，有材料证明"),
        error_messages={"required": _("请先调查核实并记录证据，再送审（信访工作条例 第三十二条）")},
    )

    def __init__(self, data: Any = None, *, claims: Sequence[Claim], book: Rulebook) -> None:
        super().__init__(data)
        self.rows = [
            FindingForm(
                data,
                claim=claim,
                elsewhere=words.route_label(book, claim.subroute) if goes_elsewhere(claim) else "",
            )
            for claim in claims
        ]

    def every_row(self) -> Sequence[forms.Form]:
        """Return a row for each claim."""
        return self.rows

    def findings(self) -> list[Finding]:
        """Return the valid rows."""
        return [row.finding() for row in self.rows]


class SendBackForm(KeyForm):
    """What is missing in a draft opinion."""

    reasons = reasons(_("退回的理由"), help_text=_("写明哪一项诉求缺什么、怎么改。"))


class SignForm(KeyForm):
    """The head's checklist before signing."""

    every_claim = forms.BooleanField(
        label=_("每一项诉求都有事实、结论和依据"),
        error_messages={"required": _("请逐项核对；缺少内容的请退回修改")},
    )
    plain = forms.BooleanField(
        label=_("信访人看得懂，没有写别人的隐私"),
        error_messages={"required": _("请核对用语；需要修改的请退回")},
    )
    promises = forms.BooleanField(
        label=_("承诺的事项能够按期做到，或者没有承诺"),
        error_messages={"required": _("请核对承诺；做不到的请退回修改")},
    )


class ServeForm(KeyForm):
    """How and when the opinion reached the petitioner, and what proves it."""

    method = forms.ChoiceField(
        label=_("送达方式"),
        widget=forms.RadioSelect,
        choices=[
            ("in_person", _("直接送达")),
            ("post", Hinted(_("邮寄送达"), _("以回执上的签收日为准"))),
            ("electronic", Hinted(_("电子送达"), _("以系统记录的阅读日为准"))),
            ("other", _("其他方式")),
        ],
        error_messages={"required": _("请选择送达方式")},
    )
    proof = forms.CharField(
        label=_("送达凭证"),
        help_text=_("例如：本人签收；挂号信编号；阅读回执。没有凭证，复查期限不能开始。"),
        max_length=200,
        error_messages={"required": _("请写明用什么证明已经送达"), "max_length": _("最多 200 字")},
    )
    receiver = forms.ChoiceField(
        label=_("签收人"),
        help_text=_("不写姓名：谁签收的，签在回证上。"),
        required=False,
        choices=[(code, _(text)) for code, text in RECEIVERS.items()],
        error_messages={"invalid_choice": _("请在列表里选择签收人")},
    )
    refused = forms.BooleanField(label=_("收件人拒绝签收（留置送达）"), required=False)
    witness = forms.CharField(
        label=_("见证人"),
        help_text=_("拒绝签收的必须写：单位和职务，例如居委会工作人员。不写姓名。"),
        max_length=100,
        required=False,
        error_messages={"max_length": _("最多 100 字")},
    )
    field_order = ("key", "method", "served_on", "proof", "receiver", "refused", "witness")

    def __init__(self, data: Any = None, *, issued_on: date, on: date) -> None:
        super().__init__(data)
        self.issued_on = issued_on
        self.fields["served_on"] = DayField(
            label=_("送达日期"),
            help_text=_("信访人收到的那一天；从这一天起 30 日内可以申请复查。"),
            latest=on,
            too_late=gettext("送达日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        self.order_fields(self.field_order)

    def clean_served_on(self) -> date:
        """Return the day of service. Raises ValidationError before the opinion was issued."""
        day: date = self.cleaned_data["served_on"]
        if day < self.issued_on:
            raise forms.ValidationError(
                gettext("送达日期不能早于意见书出具日（%(on)s）。") % {"on": self.issued_on.isoformat()}
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the witness of a refusal."""
        data = super().clean() or self.cleaned_data
        if data.get("refused") and not data.get("witness", "").strip():
            self.add_error("witness", gettext("收件人拒绝签收的，请写明见证人的单位和职务，不写姓名"))
        return data
