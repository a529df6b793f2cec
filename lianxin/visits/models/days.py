"""Leaders' reception days (领导接访、下访) and what came of each case brought there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class ReceptionDay(models.Model):
    """领导接访日: who receives, where, when, on what; published as it is written."""

    class Kind(models.TextChoices):
        """Whether people come or the leader goes."""

        HERE = "here", _("接访")
        OUT = "out", _("下访")

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("形式"), max_length=4, choices=Kind.choices, default=Kind.HERE)
    on = models.DateField(_("日期"))
    opens = models.TimeField(_("开始"))
    closes = models.TimeField(_("结束"))
    leader = models.CharField(_("领导姓名、职务"), max_length=60)
    place = models.CharField(_("地点"), max_length=120)
    topic = models.CharField(_("主要接待哪些事"), max_length=200, default="", blank=True)
    cancelled_why = models.CharField(_("取消原因"), max_length=120, default="", blank=True)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reception_day_once_per_key", fields=["organ", "key"]),
            models.CheckConstraint(
                name="reception_day_hours", condition=models.Q(closes__gt=models.F("opens"))
            ),
        ]
        indexes = [models.Index(name="reception_day_on", fields=["organ", "on"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.on}"


class Booking(models.Model):
    """接访登记: a ticket or a case for a reception day, and the days that were agreed. What was agreed stands in the case
    itself; here are only dates. `charge_from` is the day from which the leader answers for it (包案).
    """

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    day_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField(null=True)
    became_id = models.BigIntegerField(null=True)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    booked_at = models.DateTimeField()
    held_on = models.DateField(_("接访日期"), null=True)
    due_on = models.DateField(_("答应的日期"), null=True)
    charge_from = models.DateField(_("包案日期"), null=True)
    done_on = models.DateField(_("落实日期"), null=True)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="booking_once_per_key", fields=["organ", "key"]),
            models.UniqueConstraint(
                name="booking_case_once",
                fields=["organ", "day_id", "became_id"],
                condition=models.Q(became_id__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_of_something",
                condition=models.Q(ticket_id__isnull=False) | models.Q(became_id__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_agreed_when_held",
                condition=models.Q(held_on__isnull=False)
                | models.Q(due_on=None, charge_from=None, done_on=None),
            ),
        ]
        indexes = [models.Index(name="booking_of_day", fields=["organ", "day_id"])]

    def __str__(self) -> str:
        return f"{self.day_id}/{self.pk}"
