"""What the acts on a case under way ask: claims and their routes, another officer, more time, a notice told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Claim, Notice
from lianxin.cases.services.claims import LIMIT, OWN_ROUTE, Added
from lianxin.cases.services.notices import WAYS, name_of
from lianxin.organs.models import Staff
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.desk.acting import KeyForm
from lianxin.web.desk.forms.fields import DayField, named, route_choices
from lianxin.web.desk.forms.handling import AssignForm
from lianxin.web.desk.forms.routing import reasons
from lianxin.web.desk.forms.rows import RowsForm

BLANK = 3
"""Empty rows for claims found in the letter; more are added by sorting again."""
Choices = list[tuple[str, str]]


class RouteForm(forms.Form):
    """One claim as it stands, and the route it goes."""

    route = forms.ChoiceField(label=_("办理途径"), error_messages={"required": _("请选择办理途径")})

    def __init__(self, data: Any = None, *, claim: Claim, routes: Choices) -> None:
        super().__init__(data, prefix=f"claim{claim.seq}", initial={"route": claim.subroute or OWN_ROUTE})
        self.claim = claim
        self.fields["route"].choices = routes  # type: ignore[attr-defined]


class AddedForm(forms.Form):
    """A claim the officer found in the letter; a row left empty adds none."""

    text = forms.CharField(
        label=_("诉求"),
        help_text=_("用信访人自己的话，写一件事。不写姓名。"),
        required=False,
        max_length=LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("最多 500 字")},
    )
    route = forms.ChoiceField(label=_("办理途径"), required=False)

    def __init__(self, data: Any = None, *, number: int, routes: Choices) -> None:
        super().__init__(data, prefix=f"added{number}", initial={"route": OWN_ROUTE})
        self.fields["route"].choices = routes  # type: ignore[attr-defined]

    def added(self) -> Added | None:
        """Return the claim of a valid row, None for an empty one."""
        text = self.cleaned_data["text"].strip()
        return Added(text, self.cleaned_data["route"] or OWN_ROUTE) if text else None


class SortForm(RowsForm):
    """Every claim with its route, and the claims found."""

    note = reasons(_("备注"), help_text=_("信访人看不到。"), required=False)

    def __init__(self, data: Any = None, *, claims: Sequence[Claim], book: Rulebook) -> None:
        super().__init__(data)
        routes = route_choices(book)
        self.rows = [RouteForm(data, claim=claim, routes=routes) for claim in claims]
        self.blanks = [AddedForm(data, number=n, routes=routes) for n in range(1, BLANK + 1)]

    def every_row(self) -> Sequence[forms.Form]:
        """Return a row for each claim there is, and the empty ones for claims found."""
        return (*self.rows, *self.blanks)

    def routes(self) -> dict[int, str]:
        """Return the route of each claim by its number."""
        return {row.claim.seq: row.cleaned_data["route"] for row in self.rows}

    def added(self) -> list[Added]:
        """Return the claims found."""
        return [found for row in self.blanks if (found := row.added())]


class ReassignForm(AssignForm):
    """Another officer, and the word that there is no interest in the case."""


class RecuseForm(KeyForm):
    """Why the officer stands back, and who is proposed instead."""

    reasons = reasons(
        _("直接利害关系"), help_text=_("写明承办人与信访事项或者信访人是什么关系，不写信访人姓名。")
    )
    replacement = forms.TypedChoiceField(
        label=_("建议接替的人"),
        help_text=_("不选的，由负责分派的同事另行分派。"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("请在名单里选择")},
    )

    def __init__(self, data: Any = None, *, others: Iterable[Staff]) -> None:
        super().__init__(data)
        self.fields["replacement"].choices = named(others)  # type: ignore[attr-defined]


class ExtendForm(KeyForm):
    """How many days, and why."""

    days = forms.IntegerField(
        label=_("延长几天"),
        min_value=1,
        max_value=366,
        error_messages={
            "required": _("请填写延长的天数"),
            "invalid": _("请用数字填写天数，例如 20"),
            "min_value": _("延长的天数至少是 1 天"),
            "max_value": _("延长的天数太多了"),
        },
    )
    reason = reasons(
        _("延长的理由"), help_text=_("写明情况复杂在哪里。会原样写进给信访人的告知书，不写姓名。")
    )

    def __init__(self, data: Any = None, *, most: int) -> None:
        super().__init__(data)
        self.fields["days"].help_text = gettext("最多还可以延长 %(days)d 天。") % {"days": most}


class OrdinaryForm(KeyForm):
    """Why the simple procedure does not suit any more."""

    reason = reasons(_("转入普通程序的理由"), help_text=_("会原样写进给信访人的告知书，不写姓名。"))


class NoticeForm(KeyForm):
    """Which notices were told, how, on which day, and what proves it."""

    notices = forms.MultipleChoiceField(
        label=_("告知了哪些文书"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("请选择告知了哪些文书"),
            "invalid_choice": _("有一份文书已经告知，或者不属于本件。请刷新后再选"),
        },
    )
    way = forms.ChoiceField(
        label=_("告知方式"),
        widget=forms.RadioSelect,
        choices=[(code, _(text)) for code, text in WAYS.items()],
        error_messages={"required": _("请选择告知方式")},
    )
    proof = forms.CharField(
        label=_("凭证"),
        help_text=_("例如：本人签收；邮件编号；通话录音编号；短信回执。不写姓名和电话。"),
        max_length=200,
        error_messages={"required": _("请写明用什么证明已经告知"), "max_length": _("最多 200 字")},
    )
    field_order = ("key", "notices", "way", "told_on", "proof")

    def __init__(self, data: Any = None, *, owed: Sequence[Notice], book: Rulebook, on: date) -> None:
        super().__init__(data)
        self.fields["notices"].choices = [  # type: ignore[attr-defined]
            (name_of(one), words.paper_label(book, one.kind)) for one in owed
        ]
        self.fields["told_on"] = DayField(
            label=_("告知日期"),
            latest=on,
            too_late=gettext("告知日期不能晚于今天（%(on)s）。") % {"on": on.isoformat()},
            initial=on,
        )
        self.order_fields(self.field_order)
