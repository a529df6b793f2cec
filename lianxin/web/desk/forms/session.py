"""Signing in, and choosing the organ one works for."""

from __future__ import annotations

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

CODE = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}


class SignInForm(forms.Form):
    """Name and password; a wrong one of either gives one and the same answer."""

    username = forms.CharField(
        label=_("登录名"),
        max_length=150,
        error_messages={"required": _("请填写登录名")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=4096,
        strip=False,
        error_messages={"required": _("请填写密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        """Return the name in the form in which names are stored."""
        return unicodedata.normalize("NFKC", str(self.cleaned_data["username"])).strip().casefold()


class CodeForm(forms.Form):
    """The second factor: a one-time code of six digits, or a recovery code."""

    code = forms.CharField(
        label=_("验证码"),
        help_text=_("手机验证器上现在显示的 6 位数字。手机不在身边，可以用一个备用码。"),
        max_length=64,
        error_messages={"required": _("请填写验证码"), "max_length": _("验证码是 6 位数字")},
        widget=forms.TextInput(attrs=CODE),
    )


class OrganForm(forms.Form):
    """The organ an officer with several posts works for now."""

    organ = forms.IntegerField()
