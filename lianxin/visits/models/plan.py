"""The reception plan: windows with their hours, who sits where, days without reception, screens of the waiting room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Booth(models.Model):
    """接待窗口: one window of an organ. `hours` maps weekdays ("1" is Monday) to hours as they are printed ("9:00-12:00")."""

    class Purpose(models.TextChoices):
        """For whom the window is first."""

        GENERAL = "general", _("综合接待")
        ASSISTED = "assisted", _("老年人、孕妇、残疾人等优先")
        REPORTS = "reports", _("检举控告")
        LEADER = "leader", _("领导接访")

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    name = models.CharField(_("窗口名称"), max_length=40)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose.choices, default=Purpose.GENERAL)
    hours = models.JSONField(default=dict)
    ends_on = models.DateField(_("停用日期"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="booth_name_once",
                fields=["organ", "name"],
                condition=models.Q(ends_on=None),
            ),
            models.CheckConstraint(
                name="booth_known_purpose",
                condition=models.Q(purpose__in=["general", "assisted", "reports", "leader"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """当班: who sits at a window on a day."""

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    booth_id = models.BigIntegerField()
    on = models.DateField()
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="seat_one_a_window", fields=["organ", "booth_id", "on"])]

    def __str__(self) -> str:
        return f"{self.booth_id}/{self.on}"


class ClosedDay(models.Model):
    """暂停接待: a day on which the organ receives nobody in person, and why."""

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    on = models.DateField(_("日期"))
    reason = models.CharField(_("原因"), max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(name="closed_day_once", fields=["organ", "on"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.on}"


class Screen(models.Model):
    """候访屏: a screen in the waiting room. Its address is made from the id with a key of the server; ended, it shows nothing."""

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    name = models.CharField(_("放在哪里"), max_length=40)
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(name="screen_once_per_key", fields=["organ", "key"])]

    def __str__(self) -> str:
        return self.name
