"""Who must not know of a case: one row an organ or an officer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Wall(models.Model):
    """回避墙: an organ, or an officer, from whom a case is hidden.

    With an organ goes everything below it; with an officer every organ he heads on the day somebody asks. `raised_step` and
    `lifted_step` are the steps that raised and lifted it; a lifted wall stays as a row. Walls are few and asked of from
    lists that are spread by organ, so this table is copied to all nodes and its `case_id` is a number without a relation.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    organ = models.ForeignKey(
        Organ, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("回避的单位")
    )
    staff = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("回避的人员")
    )
    raised_step = models.IntegerField()
    lifted_step = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="wall_seq_from_one", condition=models.Q(seq__gte=1)),
            models.CheckConstraint(
                name="wall_names_one",
                condition=models.Q(organ=None, staff__isnull=False)
                | models.Q(organ__isnull=False, staff=None),
            ),
        ]
        indexes = [
            models.Index(name="wall_of_organ", fields=["organ"], condition=models.Q(lifted_step=None)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"
