"""Rows of the ledger: acts and looks in hash chains per case, and the leases of id-making processes.

Nothing here is ever updated or deleted except a lease. The tables know a case by its number only, so that
the ledger stands below the cases it speaks of.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """记录: one act on a case, chained to the act before it. `seq` is that of the step it belongs to."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    act = models.CharField(_("行为"), max_length=40)
    organ_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    on = models.DateField()
    at = models.DateTimeField()
    suite = models.CharField(max_length=12)
    salt = models.BinaryField(max_length=16)
    payload = models.CharField(max_length=64)
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="entry_seq_from_one", condition=models.Q(seq__gte=1))]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.act}"


class Look(models.Model):
    """查看: one reading of a case or of one sealed field; the petitioner can read these."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    what = models.CharField(_("看了什么"), max_length=40)
    purpose = models.CharField(_("目的"), max_length=200)
    organ_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    suite = models.CharField(max_length=12)
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="look_seq_from_one", condition=models.Q(seq__gte=1))]

    def __str__(self) -> str:
        return f"{self.case_id}~{self.seq} {self.what}"


class NodeLease(models.Model):
    """Which process makes ids with which node number, and until when."""

    node = models.SmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="node_in_ten_bits", condition=models.Q(node__gte=0, node__lt=1024))
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.holder}"
