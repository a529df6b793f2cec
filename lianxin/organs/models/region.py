"""Places with their dates, and how one became another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionLevel(models.TextChoices):
    """Levels of 行政区划."""

    COUNTRY = "country", _("全国")
    PROVINCE = "province", _("省级")
    CITY = "city", _("地级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡级")
    VILLAGE = "village", _("村级")


class Region(models.Model):
    """行政区划: one place for as long as it bore one code and one name.

    `id` is the twelve-digit code times 100 plus the how-manieth use of that code this is, so that a code
    used again for another place is another row. `valid_to` is the first day it no longer held.
    """

    id = models.BigIntegerField(primary_key=True)
    code = models.CharField(_("区划代码"), max_length=12)
    name = models.CharField(_("名称"), max_length=60)
    full_name = models.CharField(_("全称"), max_length=200)
    level = models.CharField(_("级别"), max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=120)
    valid_from = models.DateField(_("启用日期"), null=True)
    valid_to = models.DateField(_("停用日期"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="region_code_from", fields=["code", "valid_from"]),
            models.CheckConstraint(
                name="region_ends_after_start",
                condition=models.Q(valid_to=None)
                | models.Q(valid_from=None)
                | models.Q(valid_to__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="region_parent_unless_country",
                condition=models.Q(level="country", parent=None)
                | (~models.Q(level="country") & models.Q(parent__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="region_code", fields=["code"]),
            models.Index(name="region_path", fields=["path"]),
        ]

    def __str__(self) -> str:
        return self.full_name


class RegionChange(models.Model):
    """区划变更: on one day one place became another (or began, or ended)."""

    class Kind(models.TextChoices):
        """What happened."""

        CREATED = "created", _("设立")
        ABOLISHED = "abolished", _("撤销")
        RENAMED = "renamed", _("更名")
        RECODED = "recoded", _("代码变更")
        MOVED = "moved", _("隶属变更")
        MERGED = "merged", _("合并")
        SPLIT = "split", _("分设")

    id = models.BigIntegerField(primary_key=True)
    on = models.DateField(_("日期"))
    kind = models.CharField(_("变更"), max_length=10, choices=Kind.choices)
    old = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    new = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="region_change_has_a_side",
                condition=models.Q(old__isnull=False) | models.Q(new__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"
