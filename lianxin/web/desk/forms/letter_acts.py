"""What the acts on a case that came by letter ask: a checklist, what was posted, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Paper
from lianxin.letters.services.posting import OUTCOMES, SERVICES, read_number
from lianxin.procedure.engine import Act
from lianxin.procedure.reviews import ReviewRule
from lianxin.web.desk import words
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import DayField

NAMED = 3
"""So many items that were not looked at are named; more are counted, they stand below anyway."""


class ChecklistForm(KeyForm):
    """Every item of a checklist, ticked one by one, and what was put right on the way."""

    checked = forms.MultipleChoiceField(
        label=_("逐项核对"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remark = forms.CharField(
        label=_("核对中发现和改正的问题"),
        help_text=_("没有的不写。不写姓名、电话。"),
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"max_length": _("最多 1000 字")},
    )
    field_order = ("key", "version", "checked", "remark")

    def __init__(self, data: Any = None, *, rule: ReviewRule) -> None:
        super().__init__(data)
        self.rule = rule
        self.fields["checked"].choices = [  # type: ignore[attr-defined]
            (item.id, item.label_en if words.english() else item.label) for item in rule.items
        ]

    def clean_checked(self) -> list[str]:
        """Return the ids of the items. Raises ValidationError naming those that were not looked at."""
        done = list(self.cleaned_data["checked"])
        left = [str(label) for value, label in self.fields["checked"].choices if value not in done]  # type: ignore[attr-defined]
        if left:
            raise forms.ValidationError(
                gettext("还没有核对：%(items)s。有问题的请先改正，或者退回承办人修改。")
                % {
                    "items": gettext("；").join(left)
                    if len(left) <= NAMED
                    else gettext("%(n)s 项") % {"n": len(left)}
                }
            )
        return done


class PostForm(KeyForm):
    """Which paper went out, how, under which number, on which day."""

    paper = forms.TypedChoiceField(
        label=_("寄出的文书"),
        coerce=int,
        error_messages={"required": _("请选择寄出的文书"), "invalid_choice": _("请在列表里选择")},
    )
    service = forms.ChoiceField(
        label=_("邮寄方式"),
        widget=forms.RadioSelect,
        initial="registered",
        choices=[(code, _(text)) for code, text in SERVICES.items()],
        error_messages={"required": _("请选择邮寄方式")},
    )
    post_no = forms.CharField(
        label=_("邮件编号"),
        help_text=_("照收据填写，例如 XA12345678951；可以用扫描枪。"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("请照收据填写邮件编号"), "max_length": _("邮件编号最多 20 位")},
    )
    field_order = ("key", "version", "paper", "service", "post_no", "posted_on")

    def __init__(
        self, data: Any = None, *, papers: Sequence[Paper], labels: dict[str, str], on: date
    ) -> None:
        super().__init__(data)
        self.fields["paper"].choices = [  # type: ignore[attr-defined]
            (str(paper.seq), f"{labels.get(paper.kind, paper.kind)} {paper.number}") for paper in papers
        ]
        self.fields["posted_on"] = DayField(
            label=_("交寄日期"),
            help_text=_("收据上的日戳。"),
            latest=on,
            too_late=gettext("交寄日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        self.order_fields(self.field_order)

    def clean_post_no(self) -> str:
        """Return the number in its stored form. Raises ValidationError for what is none."""
        number = read_number(str(self.cleaned_data["post_no"]))
        if not number:
            raise forms.ValidationError(gettext("邮件编号是 8 至 20 位字母和数字，请照收据核对。"))
        return number


class ResultForm(KeyForm):
    """What became of a posting, on which day, and why it came back."""

    post_no = forms.ChoiceField(
        label=_("邮件"),
        error_messages={"required": _("请选择邮件"), "invalid_choice": _("请在列表里选择")},
    )
    outcome = forms.ChoiceField(
        label=_("投递结果"),
        widget=forms.RadioSelect,
        choices=[(code, _(text)) for code, text in OUTCOMES.items()],
        error_messages={"required": _("请选择投递结果")},
    )
    reason = forms.CharField(
        label=_("退回原因"),
        help_text=_("照退回信封上写的，例如：查无此人、逾期未领。不写姓名、住址。"),
        required=False,
        max_length=100,
        error_messages={"max_length": _("最多 100 字")},
    )
    field_order = ("key", "version", "post_no", "outcome", "on", "reason")

    def __init__(self, data: Any = None, *, waiting: Sequence[Act], on: date) -> None:
        super().__init__(data)
        self.fields["post_no"].choices = [  # type: ignore[attr-defined]
            (number := str(act.facts.get("post_no")), f"{number}（{act.facts.get('posted_on')}）")
            for act in waiting
        ]
        self.fields["on"] = DayField(
            label=_("签收、退回或者查询的日期"),
            help_text=_("妥投的写签收那一天；送达从这一天起算。"),
            latest=on,
            too_late=gettext("日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Refuse something that came back without the reason."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == "returned" and not data.get("reason"):
            self.add_error("reason", gettext("请照信封写明退回原因。"))
        return data
