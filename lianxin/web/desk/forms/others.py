"""What is asked before an officer looks for other cases of the same person: of whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.others import PURPOSE_LIMIT
from lianxin.petitioners.vault import Pseudonym


class OthersForm(forms.Form):
    """One petitioner of the case, and a purpose in the officer's words."""

    seq = forms.TypedChoiceField(
        label=_("查找谁的"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一位信访人"), "invalid_choice": _("请在名单里选择")},
    )
    purpose = forms.CharField(
        label=_("查找目的"),
        help_text=_(
            "例如：核对是不是重复信访。信访人在本件和找到的各件都可以看到谁在什么时候为什么查找过。不要写姓名和证件号码。"
        ),
        max_length=PURPOSE_LIMIT,
        min_length=2,
        error_messages={
            "required": _("请写明查找目的"),
            "min_length": _("请写明查找目的"),
            "max_length": _("最多 150 字"),
        },
    )

    def __init__(self, data: Any = None, *, people: Sequence[Pseudonym]) -> None:
        super().__init__(data)
        field: Any = self.fields["seq"]
        field.choices = [(str(one.seq), one.name) for one in people]
        if len(people) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(people[0].seq)
