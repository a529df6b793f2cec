"""Officers and the posts they hold."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models.organ import Organ


class Role(models.TextChoices):
    """Roles of the rulebooks that an officer can hold (rulebook section 9.1)."""

    WINDOW = "window", _("登记接待")
    INTAKE = "intake", _("甄别分派")
    HANDLER = "handler", _("承办")
    CHECKER = "checker", _("审核")
    HEAD = "head", _("负责人")
    MEDIATOR = "mediator", _("调解")
    CHAIR = "chair", _("听证主持")
    REVIEWER = "reviewer", _("复查")
    RECHECKER = "rechecker", _("复核")
    SUPERVISOR = "supervisor", _("督查督办")
    REPORT_DESK = "report_desk", _("检举控告专办")
    DUTY = "duty", _("值班负责")
    AUDITOR = "auditor", _("审计")
    ORGAN_ADMIN = "organ_admin", _("机构管理")
    SYSADMIN = "sysadmin", _("系统管理")


class StaffManager(BaseUserManager["Staff"]):
    """Finds officers by their sign-in name."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """Return the officer with this sign-in name (already normalised). Raises Staff.DoesNotExist."""
        return self.get(username=username)


class Staff(AbstractBaseUser):
    """工作人员: a person who signs in. What one may do comes from posts alone."""

    id = models.BigIntegerField(primary_key=True)
    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    is_active = models.BooleanField(_("在用"), default=True)
    last_login = None
    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet["Post"]):
    """Questions about posts."""

    def held_on(self, day: date) -> PostQuerySet:
        """Return the posts in force on `day`."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day), starts_on__lte=day)


class Post(models.Model):
    """岗位: one person, one organ, one role, from a day to a day. One person may hold several."""

    id = models.BigIntegerField(primary_key=True)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("机构"))
    role = models.CharField(_("岗位"), max_length=16, choices=Role.choices)
    starts_on = models.DateField(_("任职日期"))
    ends_on = models.DateField(_("离任日期（含当日）"), null=True, blank=True)
    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="post_once", fields=["staff", "organ", "role", "starts_on"]),
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        indexes = [models.Index(name="post_organ_role", fields=["organ", "role"])]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role}"
