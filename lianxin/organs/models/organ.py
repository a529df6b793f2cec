"""Organs and how one followed another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models.region import Region


class OrganLevel(models.TextChoices):
    """Levels an organ works at; the words are those of the rulebooks."""

    MINISTRY = "ministry", _("部级")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡镇（街道）")
    VILLAGE = "village", _("村（社区）")


class OrganKind(models.TextChoices):
    """What an organ is; the words are those of the rulebooks."""

    CIVIL_AFFAIRS = "civil_affairs", _("民政部门")
    GOVERNMENT = "government", _("人民政府")
    DEPARTMENT = "department", _("内设机构（司局、处、科）")
    AFFILIATED = "affiliated", _("直属单位")
    NETWORK = "network", _("村（社区）民政网点")
    PETITION_BUREAU = "petition_bureau", _("信访部门")


class Organ(models.Model):
    """机关、单位: who receives, handles, reviews. `parent` gives guidance; `path` is the way from the top.

    `path` holds the ids from the top organ to this one, "/1/20/300/", so that "this organ and below" is one
    prefix. A department or an affiliated unit hangs under the organ it belongs to.
    """

    id = models.BigIntegerField(primary_key=True)
    code = models.CharField(_("机构代码"), max_length=32)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=30)
    level = models.CharField(_("级别"), max_length=10, choices=OrganLevel.choices)
    kind = models.CharField(_("性质"), max_length=16, choices=OrganKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("所在区划"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("上级（指导）机关")
    )
    path = models.CharField(max_length=160)
    paper_prefix = models.CharField(_("文书代字"), max_length=20, blank=True)
    address = models.CharField(_("通信地址"), max_length=200, blank=True)
    postcode = models.CharField(_("邮政编码"), max_length=6, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    hours = models.CharField(_("接待时间、地点"), max_length=200, blank=True)
    valid_from = models.DateField(_("设立日期"))
    valid_to = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="organ_code_from", fields=["code", "valid_from"]),
            models.CheckConstraint(
                name="organ_ends_after_start",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(name="organ_path", fields=["path"]),
            models.Index(name="organ_region_kind", fields=["region", "kind"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rank(self) -> str:
        """Return the organ's place in the words of the rulebooks: "county.civil_affairs"."""
        return f"{self.level}.{self.kind}"


class OrganChange(models.Model):
    """机构沿革: on one day an organ was renamed, merged, split or ended; the successor keeps its work."""

    class Kind(models.TextChoices):
        """What happened."""

        RENAMED = "renamed", _("更名")
        MERGED = "merged", _("合并")
        SPLIT = "split", _("分设")
        ABOLISHED = "abolished", _("撤销")

    id = models.BigIntegerField(primary_key=True)
    on = models.DateField(_("日期"))
    kind = models.CharField(_("变更"), max_length=10, choices=Kind.choices)
    old = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    new = models.ForeignKey(Organ, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"
