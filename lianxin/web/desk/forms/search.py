"""The one field of the search page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.cases.numbers import read_number


class SearchForm(forms.Form):
    """An item number as somebody types or pastes it."""

    number = forms.CharField(
        label=_("信访编号"),
        help_text=_("22 位，在回执的最上面；有空格、横线、小写或全角字母都可以。"),
        max_length=80,
        error_messages={"required": _("请填写编号"), "max_length": _("编号是 22 位，请核对")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

    def clean_number(self) -> str:
        """Return the number in its stored form."""
        number = read_number(str(self.cleaned_data["number"]))
        if number is None:
            raise forms.ValidationError(
                _("编号不对：应当是 22 位字母和数字，最后一位是校验位。请对照回执逐位核对。")
            )
        return number
