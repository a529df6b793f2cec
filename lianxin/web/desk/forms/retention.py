"""What the end of keeping asks: what is to be done, why, and of which hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.web.desk.acting import BROKEN, KeyForm

DEEDS = ("hold", "lift", "propose", "agree", "drop")
REASON_LIMIT = 200


class RetentionForm(KeyForm):
    """One deed at the end of keeping; all but the consent need a reason."""

    do = forms.ChoiceField(
        choices=[(one, one) for one in DEEDS],
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "invalid_choice": BROKEN},
    )
    of = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("不写姓名、电话、住址；销毁的理由信访人能看到。"),
        max_length=REASON_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("最多 200 字")},
    )

    def __init__(self, data: Any = None, *, do: str, of: str = "") -> None:
        """Take the deed a form is for, and the hold it ends; its fields get ids of their own, as several stand on one page."""
        super().__init__(data, auto_id=f"id_{do}_{of.replace('.', '_')}_%s", initial={"do": do, "of": of})

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where one is needed."""
        data = super().clean() or self.cleaned_data
        if data.get("do") != "agree" and not str(data.get("reason", "")).strip():
            self.add_error("reason", _("请写明理由"))
        return data
