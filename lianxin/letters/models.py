"""Letters before there is a case, and what is posted out afterwards. Rows of an organ; no name of a sender in any column."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Stage(models.TextChoices):
    """What a letter waits for."""

    OPEN = "open", _("待拆封")
    SCAN = "scan", _("待扫描")
    TRANSCRIBE = "transcribe", _("待录入")
    PROOFREAD = "proofread", _("待校对")
    REGISTER = "register", _("待登记")
    DONE = "done", _("已登记")
    VOID = "void", _("空号")


class Batch(models.Model):
    """来信批次: the post of a day as it was counted; each piece has its letter, numbered before it is opened."""

    class Way(models.TextChoices):
        """How the post came."""

        POST = "post", _("邮局投递")
        COURIER = "courier", _("快递送达")
        HAND = "hand", _("直接送交、信箱")

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    on = models.DateField(_("收到日期"))
    way = models.CharField(_("收到方式"), max_length=8, choices=Way.choices)
    pieces = models.PositiveSmallIntegerField(_("件数"))
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="batch_once_per_key", fields=["organ", "key"]),
            models.CheckConstraint(
                name="batch_known_way", condition=models.Q(way__in=["post", "courier", "hand"])
            ),
            models.CheckConstraint(name="batch_has_pieces", condition=models.Q(pieces__gte=1)),
        ]
        indexes = [models.Index(name="batch_by_day", fields=["organ", "on"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.on}"


class Letter(models.Model):
    """来信: one envelope from its arrival to its registration; `became_id` is the case it became.

    The label (信2026-000123) is `year` and `count` of its organ, not the number of the case. `enclosures` counts what lay in it
    by kind. `box` holds the text and the scans sealed, until the letter is registered: then they are the case's alone.
    `typed_by` is who wrote the text down, `proofread_by` another person who compared it, where the writing is hard to read.
    """

    class Envelope(models.TextChoices):
        """How it was sent."""

        ORDINARY = "ordinary", _("平信")
        REGISTERED = "registered", _("挂号信")
        EXPRESS = "express", _("快递、特快专递")
        BY_HAND = "by_hand", _("直接送交")

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    batch_id = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    stage = models.CharField(_("进度"), max_length=12, choices=Stage.choices, default=Stage.OPEN)
    arrived_on = models.DateField(_("收到日期"))
    envelope = models.CharField(_("信封"), max_length=12, choices=Envelope.choices, blank=True)
    post_number = models.CharField(_("邮件编号"), max_length=20, blank=True)
    postmark_on = models.DateField(_("邮戳日期"), null=True)
    postmark_place = models.CharField(_("邮戳地点"), max_length=40, blank=True)
    pages = models.PositiveSmallIntegerField(_("页数"), default=0)
    enclosures = models.JSONField(_("附件"), default=dict)
    shelf = models.CharField(_("存放位置"), max_length=40, blank=True)
    hard = models.BooleanField(_("字迹难辨"), default=False)
    void_reason = models.CharField(_("空号原因"), max_length=100, blank=True)
    returned_on = models.DateField(_("退还日期"), null=True)
    returned_how = models.CharField(_("退还方式"), max_length=100, blank=True)
    typed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    proofread_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    box = models.BinaryField(default=b"")
    suite = models.CharField(max_length=16, default="", blank=True)
    key_id = models.CharField(max_length=16, default="", blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    last_key = models.CharField(max_length=40, blank=True)
    became_id = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="letter_label", fields=["organ", "year", "count"]),
            models.CheckConstraint(name="letter_known_stage", condition=models.Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="letter_done_is_a_case",
                condition=models.Q(stage="done", became_id__isnull=False, registered_at__isnull=False)
                | (~models.Q(stage="done") & models.Q(became_id=None)),
            ),
            models.CheckConstraint(
                name="letter_proofread_by_another",
                condition=models.Q(proofread_by=None) | ~models.Q(proofread_by=models.F("typed_by")),
            ),
            models.CheckConstraint(
                name="letter_hard_is_proofread",
                condition=models.Q(hard=False)
                | ~models.Q(stage__in=["register", "done"])
                | models.Q(proofread_by__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_case_has_the_text", condition=~models.Q(stage="done") | models.Q(box=b"")
            ),
            models.CheckConstraint(
                name="letter_void_says_why", condition=~models.Q(stage="void") | ~models.Q(void_reason="")
            ),
        ]
        indexes = [
            models.Index(
                name="letter_waiting",
                fields=["organ", "arrived_on", "id"],
                condition=models.Q(stage__in=["open", "scan", "transcribe", "proofread", "register"]),
            ),
            models.Index(
                name="letter_owes",
                fields=["organ", "arrived_on", "id"],
                condition=models.Q(stage="done", returned_on=None, enclosures__has_key="valuables"),
            ),
            models.Index(name="letter_of_batch", fields=["organ", "batch_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.year}-{self.count}"

    @property
    def label(self) -> str:
        """Return the label as it is printed."""
        return f"信{self.year}-{self.count:06d}"

    @property
    def code(self) -> str:
        """Return the label as its square code holds it: a scanner types letters of the keyboard only."""
        return f"L{self.year}-{self.count:06d}"

    @property
    def owes_valuables(self) -> bool:
        """Tell whether money or valuables lay in it that were not given back."""
        return bool(self.enclosures.get("valuables")) and self.returned_on is None


class Posting(models.Model):
    """交寄: one paper of a case that was posted, until it is known what became of it. One row per act `post_paper`."""

    class Outcome(models.TextChoices):
        """What became of it."""

        DELIVERED = "delivered", _("已妥投")
        RETURNED = "returned", _("退回")
        LOST = "lost", _("丢失、查无下落")

    pk = models.CompositePrimaryKey("organ_id", "case_id", "seq")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    number = models.CharField(max_length=24)
    paper = models.IntegerField()
    paper_kind = models.CharField(max_length=40)
    post_no = models.CharField(_("邮件编号"), max_length=20)
    service = models.CharField(_("邮寄方式"), max_length=12)
    posted_on = models.DateField(_("交寄日期"))
    outcome = models.CharField(_("投递结果"), max_length=12, choices=Outcome.choices, blank=True)
    outcome_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="posting_known_outcome",
                condition=models.Q(outcome__in=["", "delivered", "returned", "lost"]),
            ),
            models.CheckConstraint(
                name="posting_outcome_has_a_day",
                condition=models.Q(outcome="", outcome_on=None)
                | (~models.Q(outcome="") & models.Q(outcome_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="posting_waiting",
                fields=["organ", "posted_on", "case_id"],
                condition=models.Q(outcome__in=["", "returned", "lost"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.post_no}"
