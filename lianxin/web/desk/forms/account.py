"""What an officer fills in about the own account: a new password, a one-time code, the name of a passkey."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianxin.organs.passwords import profile
from lianxin.web.desk.forms.session import CODE

NEW = {"autocomplete": "new-password"}


def secret(label: object, *, help_text: object = "", **attrs: str) -> forms.CharField:
    """Return a field for a password, taken exactly as typed; pasting is welcome."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        max_length=4096,
        strip=False,
        error_messages={"required": _("请填写这一项")},
        widget=forms.PasswordInput(attrs=attrs),
    )


class PasswordForm(forms.Form):
    """The present password and the new one, twice."""

    current = secret(_("现在的密码"), autocomplete="current-password")
    new = secret(_("新密码"), **NEW)
    again = secret(_("再写一遍新密码"), **NEW)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = profile()
        hints: list[object] = [
            _("至少 %(n)s 个字符。可以是一句好记的话，空格、汉字都可以；可以粘贴。") % {"n": rules.least}
        ]
        if rules.kinds > 1:
            hints.append(_("大写字母、小写字母、数字、其他符号（含汉字）里至少要有三种。"))
        if rules.days:
            hints.append(_("每 %(n)s 天要换一次，不能和最近几次的一样。") % {"n": rules.days})
        self.fields["new"].help_text = "".join(str(hint) for hint in hints)

    def clean(self) -> dict[str, Any]:
        """Refuse two new passwords that differ."""
        data = super().clean() or self.cleaned_data
        if "new" in data and "again" in data and data["new"] != data["again"]:
            self.add_error("again", _("两次写的新密码不一样"))
        return data


class NewCodeForm(forms.Form):
    """The first code of a new one-time code device."""

    code = forms.CharField(
        label=_("验证器显示的 6 位数字"),
        max_length=64,
        error_messages={"required": _("请填写验证码"), "max_length": _("验证码是 6 位数字")},
        widget=forms.TextInput(attrs={**CODE, "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    """The name of a new passkey, and what the browser answered."""

    name = forms.CharField(
        label=_("给它起个名字"),
        help_text=_("例如：办公电脑、我的手机。"),
        max_length=40,
        required=False,
        error_messages={"max_length": _("最多 40 字")},
    )
    credential = forms.CharField(max_length=20_000, required=False, strip=False, widget=forms.HiddenInput)


class ResetForm(forms.Form):
    """How the administrator made sure who it is that lost the second factor."""

    why = forms.CharField(
        label=_("怎样当面核对了本人身份"),
        help_text=_("例如：本人到办公室，核对了工作证。另一位管理员同意后才生效。"),
        max_length=200,
        min_length=4,
        error_messages={
            "required": _("请写明怎样当面核对了本人身份"),
            "min_length": _("请写明怎样当面核对了本人身份"),
            "max_length": _("最多 200 字"),
        },
    )


class BindingForm(forms.Form):
    """Which account of the platform an administrator ties to an officer."""

    subject = forms.CharField(
        label=_("平台账号标识（sub）"),
        help_text=_("向平台管理员索取，一个字符都不能差；不是姓名、手机号或邮箱。"),
        max_length=255,
        error_messages={"required": _("请填写平台账号标识"), "max_length": _("最多 255 个字符")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
