"""What the pages of supervision ask: proofs of promises, plans of inspections, findings, suggestions, second readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Promise
from lianxin.organs.models import Organ, Post, Staff
from lianxin.oversight.models import SecondReading, Suggestion
from lianxin.oversight.services.inspections import CHECKLIST, LARGEST_SAMPLE, LIMIT, Plan, Wrong
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.acting import BROKEN, KeyForm
from lianxin.web.desk.forms.fields import DayField

PICK = {"required": _("请选择"), "invalid_choice": _("请在名单里选择")}


def text(
    label: object, *, limit: int = LIMIT, rows: int = 4, required: bool = True, hint: object = ""
) -> forms.CharField:
    """Return a field of words; one line where `rows` is 1."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=hint,  # type: ignore[arg-type]
        max_length=limit,
        required=required,
        widget=forms.TextInput() if rows == 1 else forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": _("请填写%(label)s") % {"label": label},
            "max_length": _("最多 %(limit)d 字") % {"limit": limit},
        },
    )


class Keyed(forms.Form):
    """A form elsewhere than on a case: with its idempotency key."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )


class KeepForm(KeyForm):
    """Which promise was kept, on which day, and by which proof."""

    seq = forms.TypedChoiceField(
        label=_("落实的承诺"), coerce=int, widget=forms.RadioSelect, error_messages=PICK
    )
    kept_on = DayField(label=_("落实日期"))
    evidence = text(
        _("做了什么、有什么凭据"),
        limit=500,
        hint=_(
            "例如：补发 3 个月低保金，银行代发流水。不写姓名、电话、住址。信访人怎么说由信访人自己说，不在这里填。"
        ),
    )

    def __init__(self, data: Any = None, *, promises: Sequence[Promise], on: date) -> None:
        """Take the promises that wait for their proof, and today."""
        super().__init__(data)
        seq: Any = self.fields["seq"]
        seq.choices = [
            (one.seq, gettext("%(what)s（%(on)s 前完成）") % {"what": one.what, "on": one.due_on.isoformat()})
            for one in promises
        ]
        if len(promises) == 1:
            seq.initial = promises[0].seq
        day: Any = self.fields["kept_on"]
        day.latest, day.too_late = on, gettext("落实日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()}


class EndForm(KeyForm):
    """Why a report is enough."""

    reasons = text(_("了结的理由"), hint=_("写明反馈里哪些内容说明已经办到。不够的，请再次督办。"))


class PlanForm(Keyed):
    """The plan of a special inspection."""

    topic = text(_("督查主题"), limit=80, rows=1)
    scope = forms.ChoiceField(label=_("被督查机关（含下级）"), error_messages=PICK)
    category = forms.ChoiceField(label=_("内容分类"), required=False, error_messages=PICK)
    received_from = DayField(label=_("收到日期从"))
    received_to = DayField(label=_("收到日期到"))
    size = forms.IntegerField(
        label=_("抽样件数"),
        min_value=1,
        max_value=LARGEST_SAMPLE,
        error_messages={
            name: _("请填写 1 到 200 之间的数") for name in ("required", "invalid", "min_value", "max_value")
        },
    )
    starts_on = DayField(label=_("督查开始日期"))
    ends_on = DayField(
        label=_("督查结束日期"), help_text=_("督查人员只在这几天里能看抽中的信访件，到期自动收回。")
    )
    inspectors = forms.TypedMultipleChoiceField(
        label=_("督查人员"), coerce=int, widget=forms.CheckboxSelectMultiple, error_messages=PICK
    )
    checklist = text(_("检查项目"), limit=4000, rows=8, hint=_("一行一项。"))

    def __init__(
        self, data: Any = None, *, organs: Iterable[Organ], people: Iterable[Staff], book: Rulebook
    ) -> None:
        """Take the organs that may be inspected, who may be named, and the categories."""
        super().__init__(data, initial={"checklist": "\n".join(map(gettext, CHECKLIST)), "size": 10})
        self.organs = {one.pk: one for one in organs}
        self.people = {one.pk: one for one in people}
        found: Any = self.fields
        found["scope"].choices = [
            ("", gettext("请选择")),
            *[(one.pk, one.name) for one in self.organs.values()],
        ]
        found["inspectors"].choices = [(one.pk, one.name) for one in self.people.values()]
        groups = book.categories.groups.items()
        titles = [(code, names[1] if words.english() else names[0]) for code, names in groups]
        found["category"].choices = [("", gettext("全部")), *titles]

    def plan(self) -> Plan:
        """Return the valid plan."""
        data = self.cleaned_data
        return Plan(
            topic=data["topic"],
            scope=self.organs[int(data["scope"])],
            received_from=data["received_from"],
            received_to=data["received_to"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            size=data["size"],
            inspectors=[self.people[one] for one in data["inspectors"]],
            category=data["category"],
            checklist=data["checklist"].splitlines(),
        )


class ReportForm(Keyed):
    """The report that closes an inspection."""

    report = text(
        _("督查报告"),
        limit=4000,
        rows=8,
        hint=_("写明做法、发现的共性问题、整改要求。不写任何信访人的情况。"),
    )


class FindingForm(Keyed):
    """What is wrong with the handling of one case."""

    claim = forms.TypedChoiceField(label=_("针对哪一项诉求"), coerce=int, error_messages=PICK)
    wrong = text(_("发现的问题"), hint=_("只写办理中的问题，不评价信访人。"))
    article = text(_("依据条款"), limit=200, rows=1)
    evidence = text(_("证据"), rows=3)
    required = text(_("整改要求"), rows=3)
    due_on = DayField(label=_("整改期限"))

    def __init__(self, data: Any = None, *, claims: Iterable[tuple[int, str]] = ()) -> None:
        """Take the claims of the case, by number and words."""
        super().__init__(data)
        claim: Any = self.fields["claim"]
        claim.choices = [(0, gettext("整件")), *((seq, f"{seq}. {words_[:40]}") for seq, words_ in claims)]

    def wrong_found(self) -> Wrong:
        """Return the valid finding."""
        return Wrong(**{name: self.cleaned_data[name] for name in self.fields if name != "key"})


class DoneForm(Keyed):
    """What was done about a finding."""

    done = text(_("整改情况和凭据"), hint=_("写明做了什么、有什么凭据。不写姓名、电话、住址。"))
    done_on = DayField(label=_("整改日期"))


class JudgeForm(Keyed):
    """Whether a rectification is enough."""

    enough = forms.ChoiceField(
        label=_("整改到位了吗"),
        widget=forms.RadioSelect,
        choices=[("yes", _("整改到位")), ("no", _("还没有到位，继续整改"))],
        error_messages=PICK,
    )
    remark = text(_("核实意见"), limit=500, rows=3)
    due_on = DayField(label=_("新的整改期限"), required=False, help_text=_("没有到位的才填写。"))


class SuggestionForm(Keyed):
    """One of the three suggestions."""

    kind = forms.ChoiceField(
        label=_("建议种类"),
        widget=forms.RadioSelect,
        choices=Suggestion.Kind.choices,
        help_text=_("追究责任的建议只写职务行为，由负责人提出；只有双方的负责人和督查督办人员能看到。"),
        error_messages=PICK,
    )
    target = forms.ChoiceField(label=_("收到建议的机关"), error_messages=PICK)
    title = text(_("标题"), limit=80, rows=1)
    facts = text(_("事实"), limit=4000, rows=6, hint=_("不写信访人的姓名、电话、住址。"))
    basis = text(_("依据"), limit=500, rows=1)
    words = text(_("建议"), limit=4000, rows=6)

    def __init__(self, data: Any = None, *, organs: Iterable[Organ], kinds: Iterable[str]) -> None:
        """Take the organs a suggestion may go to, and the kinds the officer may issue."""
        super().__init__(data)
        self.organs = {one.pk: one for one in organs}
        found: Any = self.fields
        allowed = set(kinds)
        found["target"].choices = [
            ("", gettext("请选择")),
            *[(one.pk, one.name) for one in self.organs.values()],
        ]
        found["kind"].choices = [one for one in Suggestion.Kind.choices if one[0] in allowed]


class FeedbackForm(Keyed):
    """The written feedback to a suggestion."""

    adoption = forms.ChoiceField(
        label=_("采纳情况"),
        widget=forms.RadioSelect,
        choices=Suggestion.Adoption.choices,
        error_messages=PICK,
    )
    feedback = text(_("书面反馈（采纳的措施，或者不采纳的理由）"), limit=4000, rows=6)


class AskReadingForm(Keyed):
    """Who reads a case anew, why, and until when."""

    why = forms.ChoiceField(
        label=_("缘由"), widget=forms.RadioSelect, choices=SecondReading.Why.choices, error_messages=PICK
    )
    reader = forms.ChoiceField(
        label=_("由谁重新审视"),
        help_text=_("名单里只有没有经手这一件的其他单位的人员。"),
        error_messages=PICK,
    )
    due_on = DayField(label=_("完成期限"), help_text=_("30 天以内；到期查看权自动收回。"))

    def __init__(self, data: Any = None, *, posts: Iterable[Post], why: str = "") -> None:
        """Take the posts from which the reader may be chosen, and the debt that led here."""
        super().__init__(data, initial={"why": why})
        self.posts = {f"{one.organ_id}.{one.staff_id}": one for one in posts}
        reader: Any = self.fields["reader"]
        named = [(key, words.by_whom(one.organ.name, one.staff.name)) for key, one in self.posts.items()]
        reader.choices = [("", gettext("请选择")), *named]


class ReadingForm(Keyed):
    """What is still owed to the petitioner, in three kinds, and how to make it good."""

    unanswered = text(_("还没有答复的"), rows=3, required=False)
    undone = text(_("还没有落实的"), rows=3, required=False)
    unclear = text(_("没有说清楚的"), rows=3, required=False)
    proposal = text(_("应当怎样补上"), rows=3, hint=_("只写机关还欠什么、怎样补，不评价信访人。"))
