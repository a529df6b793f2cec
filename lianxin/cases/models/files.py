"""What was handed in with a case or later: rows that lead to sealed files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models.case import Case


class Attachment(models.Model):
    """材料: one file handed in by the petitioner. The bytes lie sealed under `name`, a random one.

    `title` is the name it came with, made harmless. `kind` is what the content was found to be; `size` and `sha256` are of what
    readers get, for pictures a copy painted anew. `original` names the untouched evidence ("" for none). `step` is the act that
    brought it; its facts hold the digests, so that the ledger covers the bytes. Only `state`, `reason` and `settled_at` change
    later, when a held file was looked at.
    """

    class State(models.TextChoices):
        """Whether it may be opened."""

        HELD = "held", _("等待安全检查")
        CLEAN = "clean", _("已通过安全检查")
        CHECKED = "checked", _("已检查格式")
        QUARANTINED = "quarantined", _("已隔离")

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    step = models.IntegerField()
    name = models.CharField(max_length=60)
    title = models.CharField(_("材料"), max_length=120)
    kind = models.CharField(_("种类"), max_length=8)
    size = models.BigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64)
    original = models.CharField(max_length=60, blank=True)
    original_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices)
    reason = models.CharField(_("原因"), max_length=100, blank=True)
    at = models.DateTimeField(_("收到时间"))
    settled_at = models.DateTimeField(_("检查时间"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="attachment_seq_from_one", condition=models.Q(seq__gte=1)),
            models.CheckConstraint(
                name="attachment_known_state",
                condition=models.Q(state__in=["held", "clean", "checked", "quarantined"]),
            ),
            models.CheckConstraint(
                name="attachment_quarantined_for_a_reason",
                condition=~models.Q(state="quarantined") | ~models.Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(name="attachment_held", fields=["case", "seq"], condition=models.Q(state="held"))
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"
