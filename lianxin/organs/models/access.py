"""Rows of signing in: what proves an officer, open sessions, what was tried, and the budgets of tries.

Nothing here is about a petitioner. A session is found by the hash of its key, so that a copy of the table signs nobody in.
"""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models.staff import Staff


class Account(models.Model):
    """账号: what proves an officer beside the password, and how old the password is. No row means: nothing yet."""

    staff = models.OneToOneField(Staff, models.PROTECT, primary_key=True, related_name="+")
    first_password = models.BooleanField(_("初始密码"), default=False)
    password_at = models.DateTimeField(_("设置密码时间"), null=True)
    earlier = models.JSONField(_("用过的密码"), default=list)
    totp_box = models.BinaryField(_("动态口令密钥（密封）"), default=b"")
    totp_suite = models.CharField(max_length=12, default="", blank=True)
    totp_key = models.CharField(max_length=16, default="", blank=True)
    totp_step = models.BigIntegerField(default=0)
    totp_at = models.DateTimeField(null=True)
    recovery = models.JSONField(_("备用码"), default=dict)
    used_at = models.DateTimeField(_("最近登录"), null=True)
    reset_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reset_note = models.CharField(_("解除第二重验证的说明"), max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_reset_has_note",
                condition=models.Q(reset_by=None) | ~models.Q(reset_note=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.staff_id)


class Passkey(models.Model):
    """通行密钥: one WebAuthn credential of an officer; `handle` is the hash of its id."""

    handle = models.CharField(primary_key=True, max_length=64)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    credential_id = models.BinaryField(max_length=1023)
    public_key = models.BinaryField(max_length=2000)
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(_("名称"), max_length=40)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """会话: one browser in which an officer is signed in, or about to be. `session_key` holds the hash of the key."""

    staff_id = models.BigIntegerField(null=True, db_index=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    network = models.CharField(_("网络地址"), max_length=45, blank=True)
    device = models.CharField(_("浏览器"), max_length=120, blank=True)


class SignInEvent(models.Model):
    """登录记录: one try, success, change or end. `staff_id` 0 stands for a name nobody has; the name is not kept."""

    class What(models.TextChoices):
        """What happened."""

        IN = "in", _("登录")
        OUT = "out", _("退出")
        WRONG = "wrong", _("密码不对")
        WAIT = "wait", _("试得太多，被拦下")
        WRONG_SECOND = "wrong2", _("第二重验证不对")
        PROVED = "proved", _("再次验证身份")
        PASSWORD = "password", _("修改密码")
        FIRST = "first", _("管理员设置初始密码")
        TOTP_ON = "totp_on", _("开启动态口令")
        TOTP_OFF = "totp_off", _("关闭动态口令")
        PASSKEY_ON = "key_on", _("添加通行密钥")
        PASSKEY_OFF = "key_off", _("删除通行密钥")
        CODES = "codes", _("重新生成备用码")
        RECOVERED = "recovered", _("使用备用码")
        ENDED = "ended", _("结束别处的登录")
        BOUND = "bound", _("平台账号绑定")
        UNBOUND = "unbound", _("解除平台账号绑定")
        IN_BY_PLATFORM = "in_platform", _("经平台登录")
        PLATFORM_WRONG = "no_platform", _("经平台登录未成")
        RESET_ASKED = "reset1", _("管理员申请解除第二重验证")
        RESET = "reset2", _("另一位管理员同意解除第二重验证")

    pk = models.CompositePrimaryKey("staff_id", "id")
    staff_id = models.BigIntegerField()
    id = models.BigIntegerField()
    what = models.CharField(_("登录事项"), max_length=12, choices=What.choices)
    at = models.DateTimeField(_("时间"))
    network = models.CharField(_("网络地址"), max_length=45, blank=True)
    device = models.CharField(_("浏览器"), max_length=120, blank=True)
    by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(name="sign_in_event_at", fields=["at"])]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.what}"


class Budget(models.Model):
    """尝试次数: how many tries one source has made lately, and until when it has to wait. `key` tells no name."""

    key = models.CharField(primary_key=True, max_length=64)
    tries = models.IntegerField(default=0)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="budget_tries", condition=models.Q(tries__gte=0))]
        indexes = [models.Index(name="budget_since", fields=["since"])]

    def __str__(self) -> str:
        return str(self.tries)
