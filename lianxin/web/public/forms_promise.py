"""What a petitioner is asked about a promise with a date."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.web.public.forms import YES_NO, choice


class SayingOnPromise(forms.Form):
    """Whether one promise with a date was carried out."""

    done = choice(_("答应的事落实了吗"), _("请选择答应的事是否落实。"), YES_NO)
