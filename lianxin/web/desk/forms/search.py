"""The one field of the search page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.web.desk.forms.fields import ItemNumberField


class SearchForm(forms.Form):
    """An item number as somebody types or pastes it."""

    number = ItemNumberField(
        help_text=_("22 位，在回执的最上面；有空格、横线、小写或全角字母都可以。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
