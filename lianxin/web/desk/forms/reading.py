"""The one field of the auditors' page: which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.web.desk.forms.fields import DayField


class ReadingForm(forms.Form):
    """The day whose looks are shown."""

    def __init__(self, data: Any = None, *, on: date) -> None:
        """Take today, which is also the day shown at first."""
        super().__init__(data)
        too_late = gettext("这一天不能晚于今天。")
        self.fields["day"] = DayField(label=_("哪一天"), latest=on, too_late=too_late, initial=on)
