"""Searches as they were made: who looked for which words, for what purpose. It is about officers, never about petitioners."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Purpose(models.TextChoices):
    """查找目的: what an officer looks for words for."""

    REPEAT = "repeat", _("核对是不是同一件事、重复信访")
    ASKED = "asked", _("信访人来问，帮助找到这一件")
    ALIKE = "alike", _("看同类事项怎样办理、怎样答复")
    MATTER = "matter", _("梳理某一类问题，改进工作")
    CHECK = "check", _("督查、检查、核实承诺")
    OTHER = "other", _("其他（请写明）")


class Search(models.Model):
    """查找: one search over the words of cases. `shown` is how many cases its first page had, one more than a page for more.

    `words`, `why` and `salt` are forgotten after a time: an officer may have typed a name. The event in the ledger holds a
    digest of them made with `salt`, which then tells nothing any more. `key` is the form's, with what it asked.
    """

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    purpose = models.CharField(_("目的"), max_length=8, choices=Purpose.choices)
    why = models.CharField(_("具体说明"), max_length=200, blank=True)
    words = models.CharField(_("要找的词"), max_length=60, blank=True)
    filters = models.JSONField(default=dict)
    shown = models.PositiveSmallIntegerField(default=0)
    salt = models.CharField(max_length=32, blank=True)
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="search_known_purpose", condition=models.Q(purpose__in=Purpose.values)
            ),
            models.UniqueConstraint(name="search_once", fields=["organ", "staff", "key"]),
        ]
        indexes = [models.Index(name="search_of_officer", fields=["organ", "staff", "at"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.id}"
