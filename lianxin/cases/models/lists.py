"""Saved filters of the worklist: words of an officer's own for a question asked every day. They hold no case."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class SavedFilter(models.Model):
    """常用筛选: a worklist's query under a name, an officer's own in one organ, or `shared` with its colleagues.

    `query` holds known parameters alone, as `web.desk.lists` writes them; no number, name or word of a case is among them.
    """

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("名称"), max_length=20)
    query = models.CharField(max_length=600)
    shared = models.BooleanField(_("与本机构同事共用"), default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="saved_filter_once", fields=["organ", "staff", "name"]),
            models.CheckConstraint(name="saved_filter_named", condition=~models.Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
