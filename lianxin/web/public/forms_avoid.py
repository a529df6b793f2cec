"""What keeping a case from somebody asks of its petitioner: organs picked from the list, and names of people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.walls import NAMED_AT_MOST, Named, named_in
from lianxin.organs.models import Organ
from lianxin.organs.selectors import organs_named
from lianxin.procedure.errors import GuardFailed
from lianxin.web.public.forms import AVOID_LIMIT, Words

LISTED = 20
WORD_LIMIT = 40


class KeepAway(forms.Form):
    """A word to look for organs by, the organs ticked, people by name, and that the petitioner knows what it means.

    Without a script: each search draws the page again, and what was ticked stays in the list.
    """

    word = Words(
        label=_("找单位"),
        help_text=_("写名称里的几个字，例如“安州区民政局”，按“查找”，再在下面的名单里勾选。"),
        limit=WORD_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organs = forms.MultipleChoiceField(
        label=_("勾选不应当知道这件事的单位"),
        help_text=_("单位连同它的下级一起挡住。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请在名单里选择")},
    )
    people = Words(
        label=_("不应当知道这件事的人"),
        help_text=_(
            "一行写一个姓名。系统里有的，马上挡住；没有找到的，或者名单里没有的单位，密封保存，请上级机关查明是谁以后决定。"
        ),
        limit=AVOID_LIMIT,
        several_lines=True,
    )
    sure = forms.BooleanField(
        label=_("我明白：写明的单位和人从现在起看不到这件事；正在办理的，会改由上级机关办理"),
        error_messages={"required": _("请确认您明白这样做的结果")},
    )

    def __init__(self, sent: QueryDict | None = None, *, near: Organ, on: date) -> None:
        """Take what was sent, the organ in whose tree people are looked for, and the day.

        While organs are looked for what was typed is kept, and nothing is said of what is missing.
        """
        self.near, self.on, self.sent = near, on, sent or QueryDict()
        self.searching = "search" in self.sent
        typed = {**self.sent.dict(), "organs": self.sent.getlist("organs")}
        super().__init__(None if self.searching else sent, initial=typed if self.searching else None)
        self.fields["organs"].choices = [(one.code, one.name) for one in self.listed]  # type: ignore[attr-defined]

    @property
    def word_typed(self) -> str:
        """Return the word organs are looked for by, "" for none and for one that is too long."""
        typed = str(self.sent.get("word", "")).replace("\x00", "").strip()
        return typed if len(typed) <= WORD_LIMIT else ""

    @cached_property
    def listed(self) -> list[Organ]:
        """Return the organs to choose from: those ticked already, then those found by the word."""
        ticked = [one.replace("\x00", "") for one in self.sent.getlist("organs")[:NAMED_AT_MOST]]
        chosen = list(Organ.objects.filter(code__in=ticked).order_by("path")) if ticked else []
        known = {one.pk for one in chosen}
        found = [one for one in organs_named(self.word_typed, on=self.on)[:LISTED] if one.pk not in known]
        return [*chosen, *found]

    @property
    def nothing_found(self) -> bool:
        """Tell whether a word was looked for and no organ bears it."""
        return bool(self.word_typed) and not organs_named(self.word_typed, on=self.on).exists()

    def clean_people(self) -> str:
        """Return what was typed. Raises ValidationError for more lines than can be looked after."""
        typed: str = self.cleaned_data["people"]
        try:
            named_in(typed, self.near, on=self.on)
        except GuardFailed as failed:
            raise ValidationError(failed.for_person()) from None
        return typed

    def clean(self) -> dict[str, Any]:
        """Ask for somebody; no more organs than can be looked after."""
        data = super().clean() or self.cleaned_data
        if not data.get("organs") and not data.get("people", "").strip() and "people" not in self.errors:
            self.add_error("organs", _("请勾选单位，或者在下面写出姓名"))
        return data

    def named(self) -> Named:
        """Return whom the valid form names; words that name nobody here are kept sealed."""
        wanted = set(self.cleaned_data["organs"])
        typed = named_in(self.cleaned_data["people"], self.near, on=self.on)
        ticked = [one for one in self.listed if one.code in wanted]
        return Named(_once([*ticked, *typed.organs]), typed.staff, typed.others)


def _once(organs: Iterable[Organ]) -> list[Organ]:
    return list({one.pk: one for one in organs}.values())
