"""Rows of the ledger: acts and looks in hash chains per case, the tree over all of them, and the leases of id makers.

Nothing here is ever updated or deleted except a lease, and a salt on erasure. The tables know a case by its id only,
so that the ledger stands below the cases it speaks of. `written_at` is the database's own time: it tells the sequencer
what is new, and nothing is proved by it.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
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
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(name="entry_seq_from_one", condition=models.Q(seq__gte=1))]
        indexes = [models.Index(name="entry_written_at", fields=["written_at"])]

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
    salt = models.BinaryField(max_length=16, default=bytes)
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(name="look_seq_from_one", condition=models.Q(seq__gte=1))]
        indexes = [
            models.Index(name="look_written_at", fields=["written_at"]),
            models.Index(
                name="look_of_officer",
                fields=["staff_id", "at"],
                condition=models.Q(staff_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}~{self.seq} {self.what}"


class Event(models.Model):
    """事项: an act on no case's path, such as a grant of a role, a switch, an erasure; chained per organ (0: the system)."""

    pk = models.CompositePrimaryKey("organ_id", "seq")
    organ_id = models.BigIntegerField()
    seq = models.IntegerField()
    kind = models.CharField(_("记录的事项"), max_length=40)
    staff_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    suite = models.CharField(max_length=12)
    salt = models.BinaryField(max_length=16)
    payload = models.CharField(max_length=64)
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(name="event_seq_from_one", condition=models.Q(seq__gte=1))]
        indexes = [
            models.Index(name="event_written_at", fields=["written_at"]),
            models.Index(name="event_of_case", fields=["case_id"], condition=models.Q(case_id__isnull=False)),
            models.Index(
                name="event_of_reading",
                fields=["organ_id", "at"],
                condition=models.Q(kind="reading.alarmed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organ_id}!{self.seq} {self.kind}"


class Place(models.Model):
    """位置: at which leaf of the tree a row of a chain stands. `subject_id` is the case, or the organ of an event."""

    pk = models.CompositePrimaryKey("subject_id", "chain", "seq")
    subject_id = models.BigIntegerField()
    chain = models.CharField(max_length=8)
    seq = models.IntegerField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="place_known_chain", condition=models.Q(chain__in=["act", "look", "event"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.chain} {self.seq} @ {self.position}"


class TreeNode(models.Model):
    """节点: a leaf (level 0) or each 256-fold inner node (levels 8, 16, …); the nodes between are computed."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="node_position", condition=models.Q(position__gte=0))]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class Pad(models.Model):
    """填充: a leaf that stands for nothing, so that the size of a batch tells little; its salt shows that it is one."""

    position = models.BigIntegerField(primary_key=True)
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.position)


class Checkpoint(models.Model):
    """检查点: the root of the tree at a size. `through` is how far the rows were gathered by `written_at`."""

    size = models.BigIntegerField(primary_key=True)
    origin = models.CharField(max_length=200)
    root = models.CharField(max_length=64)
    suites = models.TextField()
    at = models.DateTimeField()
    through = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="checkpoint_of_leaves", condition=models.Q(size__gte=1))]

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class Cosignature(models.Model):
    """签名: a signature of the log or of a witness under a checkpoint; `line` is its line in the signed note."""

    pk = models.CompositePrimaryKey("size", "signer")
    size = models.BigIntegerField()
    signer = models.CharField(max_length=220)
    line = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.size} {self.signer}"


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
