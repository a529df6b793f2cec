"""What review and re-check ask at the desk: a request on paper, taking it on or refusing it, the opinion, the remand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.reviewing import GROUNDS
from lianxin.cases.services.stages import Asked, Found, Service
from lianxin.cases.texts import one_line
from lianxin.organs.models import Organ, Staff
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import ConsentField, DayField, ItemNumberField
from lianxin.web.desk.forms.handling import ServeForm
from lianxin.web.desk.forms.routing import reasons

CLAIMS = 20
LONG = 10_000


def long_text(
    label: object, missing: object, *, help_text: object = "", required: bool = True
) -> forms.CharField:
    """Return a field for a text of several paragraphs."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": missing, "max_length": _("最多 10000 字")},  # type: ignore[dict-item]
    )


class RequestForm(KeyForm):
    """A request for review or re-check as it came on paper, written down by a window."""

    claims = forms.CharField(
        label=_("请求的事项"),
        help_text=_("照申请书写，一行一项。"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明请求的事项"), "max_length": _("请求太长，请写得简短些")},
    )
    because = long_text(
        _("事实和理由"), _("请写明事实和理由"), help_text=_("照申请书写；不写姓名、电话、住址。")
    )
    attachments = forms.CharField(
        label=_("附件"),
        help_text=_("收到哪些材料，各几份。"),
        required=False,
        max_length=500,
        error_messages={"max_length": _("最多 500 字")},
    )
    organ = forms.TypedChoiceField(
        label=_("向哪个机关提出"),
        coerce=int,
        error_messages={"required": _("请选择机关"), "invalid_choice": _("请在名单里选择一个机构")},
    )
    via = forms.ChoiceField(
        label=_("怎样交来的"),
        widget=forms.RadioSelect,
        choices=[("window", _("当面提交")), ("post", _("邮寄"))],
        error_messages={"required": _("请选择怎样交来的")},
    )
    late_reason = reasons(
        _("没有赶上期限的原因"), help_text=_("逾期的才写；是否受理由复查（复核）机关决定。"), required=False
    )

    def __init__(self, data: Any = None, *, organs: Iterable[Organ] | None, on: date) -> None:
        """Take the organs to choose from, None where the officer's own organ is the one asked."""
        super().__init__(data)
        if organs is None:
            del self.fields["organ"]
        else:
            choices = [(str(one.pk), one.name) for one in organs]
            self.fields["organ"].choices = [("", gettext("请选择")), *choices]  # type: ignore[attr-defined]
        late = gettext("日期不能晚于今天（%(on)s），请核对。") % {"on": on.isoformat()}
        self.fields["received_on"] = DayField(label=_("收到日期"), latest=on, too_late=late, initial=on)
        self.fields["postmark"] = DayField(
            label=_("邮戳日期"),
            help_text=_("邮寄的按邮戳日期算是否逾期；看不清的不填，按收到日期算。"),
            latest=on,
            too_late=late,
            required=False,
        )
        self.order_fields(
            [
                "number",
                "via",
                "received_on",
                "postmark",
                "organ",
                "claims",
                "because",
                "attachments",
                "late_reason",
            ]
        )

    def clean(self) -> dict[str, Any]:
        """Leave the postmark out of what was handed over in person; count the claims."""
        data = super().clean() or self.cleaned_data
        if len(self._claims()) > CLAIMS:
            self.add_error("claims", gettext("最多 %(n)d 项，请合并几项。") % {"n": CLAIMS})
        if data.get("via") == "window":
            data["postmark"] = None
        return data

    def _claims(self) -> tuple[str, ...]:
        lines = str(self.cleaned_data.get("claims", "")).splitlines()
        return tuple(line for line in map(one_line, lines) if line)

    def asked(self) -> Asked:
        """Return what is asked, as the service takes it."""
        data = self.cleaned_data
        return Asked(
            self._claims(),
            data["because"],
            data["attachments"],
            late_reason=data["late_reason"],
            via=data["via"],
            received_on=data["received_on"],
            postmark=data["postmark"],
        )


class NumberedRequestForm(RequestForm):
    """A request that came to an organ that does not hold the case: found by its number, nothing of it shown."""

    number = ItemNumberField(help_text=_("22 位，印在申请人附上的意见书上。"))

    def __init__(self, data: Any = None, *, on: date) -> None:
        super().__init__(data, organs=None, on=on)
        del self.fields["version"]


def add_partner(form: forms.Form, people: Iterable[Staff] | None, label: str) -> None:
    """Put the second person whose consent is stated on a form; nobody where one officer holds both posts."""
    if people is not None:
        form.fields["approver"] = ConsentField(label, people)


class RefuseForm(KeyForm):
    """Why a review is not taken on."""

    ground = forms.ChoiceField(
        label=_("不予受理的情形"),
        widget=forms.RadioSelect,
        choices=[(code, _(text)) for code, text in GROUNDS.items()],
        error_messages={"required": _("请选择不予受理的情形")},
    )
    reasons = reasons(_("理由"), help_text=_("会写进不予受理告知书；不写姓名。"))

    def __init__(self, data: Any = None, *, people: Iterable[Staff] | None, label: str) -> None:
        super().__init__(data)
        add_partner(self, people, label)


class DecideForm(ServeForm):
    """A review or re-check opinion with its service: facts, outcome, reasons; how it reached the petitioner."""

    found_facts = long_text(_("查明的事实"), _("请写明查明的事实"))
    found_reasons = long_text(_("理由"), _("请写明理由"))

    def __init__(
        self,
        data: Any = None,
        *,
        outcomes: Mapping[str, object],
        begun_on: date,
        on: date,
        people: Iterable[Staff] | None,
        label: str,
        final: bool = False,
    ) -> None:
        """Take the outcomes to choose from, the day it was taken on, and who has to agree; `final` for a re-check."""
        super().__init__(data, issued_on=begun_on, on=on)
        self.outcomes = list(outcomes)
        if len(outcomes) > 1:
            self.fields["outcome"] = forms.ChoiceField(
                label=gettext("结论"),
                widget=forms.RadioSelect,
                choices=list(outcomes.items()),
                error_messages={"required": gettext("请选择结论")},
            )
        if self.outcomes != ["uphold"]:
            always = "uphold" not in self.outcomes
            self.fields["decision"] = long_text(
                gettext("撤销什么、变更为什么"),
                gettext("撤销、变更的，请写明撤销什么、变更为什么"),
                help_text="" if always else gettext("结论是撤销、变更的必须写。"),
                required=always,
            )
        if final:
            self.fields["publish"] = forms.BooleanField(
                label=gettext("公示复核意见（只有举行过听证、信访人同意的才可以）"), required=False
            )
            self.fields["consent"] = forms.BooleanField(label=gettext("信访人同意公示"), required=False)
        add_partner(self, people, label)
        self.fields["served_on"].help_text = gettext("信访人收到的那一天。意见书的日期是这一天。")
        self.fields["proof"].help_text = gettext(
            "例如：本人签收；挂号信编号；阅读回执。没有凭证，不能登记为已经送达。"
        )
        self.order_fields(["outcome", "found_facts", "found_reasons", "decision"])

    def clean_served_on(self) -> date:
        """Return the day of service. Raises ValidationError before the request was taken on."""
        day: date = self.cleaned_data["served_on"]
        if day < self.issued_on:
            raise forms.ValidationError(
                gettext("送达日期不能早于受理之日（%(on)s）。") % {"on": self.issued_on.isoformat()}
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for what is put in the place of an opinion that is revoked or changed."""
        data = super().clean() or self.cleaned_data
        revised = data.get("outcome") in ("revoke", "change") and "decision" in data
        if revised and not one_line(data["decision"]):
            self.add_error("decision", gettext("撤销、变更的，请写明撤销什么、变更为什么"))
        return data

    def found(self) -> Found:
        """Return what was found, as the service takes it."""
        data = self.cleaned_data
        outcome = data.get("outcome") or self.outcomes[0]
        return Found(data["found_facts"], data["found_reasons"], outcome, data.get("decision", ""))

    def service(self) -> Service:
        """Return how the opinion was served."""
        names = ("method", "served_on", "proof", "receiver", "refused", "witness")
        return Service(**{name: self.cleaned_data[name] for name in names})


class RemandForm(KeyForm):
    """What was wrong with the handling, and until when it is to be done again."""

    found_facts = long_text(_("查明的事实"), _("请写明查明的事实"))
    found_reasons = long_text(_("理由"), _("请写明理由"))
    decision = long_text(_("重新办理的要求"), "", required=False)

    def __init__(self, data: Any = None, *, people: Iterable[Staff] | None, label: str) -> None:
        super().__init__(data)
        self.fields["due_on"] = DayField(
            label=_("重新办理的最后一日"), help_text=_("办理机关要在这一天以前重新作出处理意见。")
        )
        add_partner(self, people, label)

    def found(self) -> Found:
        """Return what was found, as the service takes it."""
        data = self.cleaned_data
        return Found(data["found_facts"], data["found_reasons"], "remand", data["decision"])
