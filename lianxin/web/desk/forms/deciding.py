"""What a second officer is asked where an act needs two: agreed or not, and a remark."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services.consents import REMARK_LIMIT


class DecideForm(forms.Form):
    """Whether the second officer agrees; `agreed` and `remark_help` are what the page says of it."""

    agreed = _("同意")
    remark_help = _("可以不填。不写姓名、电话、住址。")

    answer = forms.ChoiceField(
        label=_("您的决定"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择同意还是不同意"), "invalid_choice": _("请在名单里选择")},
    )
    remark = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=REMARK_LIMIT,
        error_messages={"max_length": _("最多 200 字")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take a form as Django does."""
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [("yes", self.agreed), ("no", _("不同意"))]  # type: ignore[attr-defined]
        self.fields["remark"].help_text = self.remark_help

    def agrees(self) -> bool:
        """Tell what the valid form decides."""
        return bool(self.cleaned_data["answer"] == "yes")
