"""What is asked before something is done to several cases: which, by whom, and the word that goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.bulk import MOST
from lianxin.web.desk.acting import BROKEN
from lianxin.web.desk.forms.fields import named
from lianxin.web.desk.forms.handling import AssignForm, People

Row = tuple[int, int]
"""A case and its version as the officer was shown it; -1 where none was shown."""


def rows_of(query: QueryDict) -> list[Row]:
    """Return the cases that were ticked, at most fifty, each once: "id" or "id.version"; anything else is left out."""
    found: dict[int, int] = {}
    for text in query.getlist("case"):
        case_id, _dot, version = text.partition(".")
        if all(one.isascii() and one.isdigit() and len(one) < 19 for one in (case_id, version or "0")):
            found[int(case_id)] = int(version) if version else -1
    return list(found.items())[:MOST]


class BulkAssignForm(AssignForm):
    """The officer for all ticked cases, and the officer's word that holds for each of them."""

    version = None  # type: ignore[assignment]

    def __init__(self, data: Any = None, *, handlers: People) -> None:
        super().__init__(data, handlers=handlers)
        self.fields["no_interest"].label = _("承办人已经逐件看过上面的清单，与每一件都没有直接利害关系")


class ChooseOfficerForm(forms.Form):
    """The officer, for the preview."""

    officer = forms.TypedChoiceField(
        label=_("承办人"),
        coerce=int,
        error_messages={"required": _("请选择承办人"), "invalid_choice": _("请在名单里选择承办人")},
    )

    def __init__(self, data: Any = None, *, handlers: People) -> None:
        super().__init__(data)
        self.fields["officer"].choices = named(handlers)  # type: ignore[attr-defined]


class ChoosePaperForm(forms.Form):
    """Which kind of paper is printed."""

    kind = forms.ChoiceField(
        label=_("打印哪一种文书"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一种文书"), "invalid_choice": _("请在名单里选择")},
    )

    def __init__(self, data: Any = None, *, kinds: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class PrintForm(ChoosePaperForm):
    """The kind of paper, confirmed."""

    key = forms.CharField(max_length=40, min_length=8, error_messages={"required": BROKEN})
