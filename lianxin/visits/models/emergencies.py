"""Emergencies (紧急情况): what is happening, who was told and when, the help that followed; there may be no case yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Emergency(models.Model):
    """紧急情况: one emergency at an organ. `told` is the organ above that has the report; `became_id` a case, once there is one."""

    class Kind(models.TextChoices):
        """What is happening."""

        CHILD = "child", _("被遗弃、走失或者无人照料的孩子")
        PERIL = "peril", _("有人生命、健康正面临危险")
        ILL = "ill", _("突然发病")
        SELF_HARM = "self_harm", _("有人说要伤害自己")
        VIOLENCE = "violence", _("打人、家庭暴力等")
        FIRE = "fire", _("火灾等灾害事故")
        OTHER = "other", _("其他紧急情况")

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("情况"), max_length=10, choices=Kind.choices)
    place = models.CharField(_("地点"), max_length=120)
    people = models.IntegerField(_("人数"), default=1)
    happening = models.CharField(_("正在发生什么"), max_length=1000)
    seen_on = models.DateField(_("发现日期"))
    seen_at = models.DateTimeField(_("发现时间"))
    told = models.ForeignKey(Organ, models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(_("报告上级时间"), null=True)
    head_at = models.DateTimeField(_("告知负责人时间"), null=True)
    taken_at = models.DateTimeField(_("上级确认时间"), null=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    became_id = models.BigIntegerField(null=True)
    entries = models.IntegerField(default=0)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="emergency_once_per_key", fields=["organ", "key"]),
            models.CheckConstraint(
                name="emergency_people", condition=models.Q(people__gte=1) & models.Q(people__lte=100_000)
            ),
            models.CheckConstraint(
                name="emergency_known_kind",
                condition=models.Q(
                    kind__in=["child", "peril", "ill", "self_harm", "violence", "fire", "other"]
                ),
            ),
            models.CheckConstraint(
                name="emergency_told_with_time",
                condition=models.Q(told=None, told_at=None)
                | models.Q(told__isnull=False, told_at__isnull=False),
            ),
            models.CheckConstraint(
                name="emergency_taken_after_told",
                condition=models.Q(taken_at=None) | models.Q(told_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="emergency_of_organ", fields=["organ", "closed_at"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.seen_on}"


class EmergencyEntry(models.Model):
    """紧急情况记录: one line of an emergency, never changed: who did what, at what time, for which organ."""

    class What(models.TextChoices):
        """What a line says."""

        SEEN = "seen", _("发现")
        CALLED = "called", _("打了电话")
        REPORTED = "reported", _("报告上级")
        TAKEN = "taken", _("上级确认收到")
        HELP = "help", _("救助进展")
        CASE = "case", _("登记成信访件")
        CLOSED = "closed", _("结束")

    class Whom(models.TextChoices):
        """Who can be called."""

        POLICE = "police", _("公安 110")
        AMBULANCE = "ambulance", _("急救 120")
        FIRE = "fire", _("消防 119")
        RESCUE = "rescue", _("救助管理站")
        CHILDREN = "children", _("儿童保护、共青团热线 12355")
        WOMEN = "women", _("妇联热线 12338")
        HEAD = "head", _("本机关负责人")
        DUTY = "duty", _("值班负责人")
        OTHER = "other", _("其他单位")

    pk = models.CompositePrimaryKey("emergency_id", "seq")
    emergency_id = models.BigIntegerField()
    seq = models.IntegerField()
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=10, choices=What.choices)
    whom = models.CharField(max_length=10, choices=Whom.choices, default="", blank=True)
    at = models.DateTimeField(_("时间"))
    written_at = models.DateTimeField(_("记录时间"))
    text = models.CharField(_("说明"), max_length=500, default="", blank=True)
    key = models.CharField(max_length=48)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="emergency_entry_once_per_key", fields=["emergency_id", "key"]),
            models.CheckConstraint(name="emergency_entry_from_one", condition=models.Q(seq__gte=1)),
            models.CheckConstraint(
                name="emergency_entry_not_before", condition=models.Q(at__lte=models.F("written_at"))
            ),
            models.CheckConstraint(
                name="emergency_entry_whom_when_called",
                condition=models.Q(what="called") ^ models.Q(whom=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id}/{self.seq}"
