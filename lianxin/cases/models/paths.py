"""Access paths: small tables by the value one looks up, each a group of its own in a distributed store."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ


class WorkItem(models.Model):
    """待办: one row per open case per organ that has something to do with it; the only source of worklists.

    Written in the transaction of the step; deleted when the organ is done. `legal_on` and `warn_on` are those of
    the nearest running clock as `procedure.clock` computes it, kept here only to show and sort by (`sort_on` is
    `legal_on`, or the end of time where no clock runs); they can be rebuilt.
    `half_on` is the day on which half of that clock is used. `turn` says whether this organ must act or waits for another.
    """

    class Turn(models.TextChoices):
        """Whose move it is."""

        ACT = "act", _("待处理")
        WAIT = "wait", _("等待其他方")

    pk = models.CompositePrimaryKey("organ_id", "case_id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    number = models.CharField(max_length=24)
    summary = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=24)
    turn = models.CharField(max_length=4, choices=Turn.choices)
    channel = models.CharField(max_length=8)
    kind = models.CharField(max_length=12)
    category = models.CharField(max_length=6, blank=True)
    place_name = models.CharField(max_length=60)
    received_on = models.DateField()
    officer_id = models.BigIntegerField(null=True)
    officer_name = models.CharField(max_length=40, blank=True)
    clock = models.CharField(max_length=20, blank=True)
    legal_on = models.DateField(null=True)
    sort_on = models.DateField()
    warn_on = models.DateField(null=True)
    half_on = models.DateField(null=True)
    bounced = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(name="work_by_date", fields=["organ", "sort_on", "case_id"]),
            models.Index(name="work_by_officer", fields=["organ", "officer_id", "sort_on", "case_id"]),
            # the four below are for the shelf of counters on top of the worklist, and for the sweep
            models.Index(
                name="work_nobody",
                fields=["organ", "sort_on", "case_id"],
                condition=models.Q(officer_id=None, turn="act"),
            ),
            models.Index(
                name="work_bounced",
                fields=["organ", "sort_on", "case_id"],
                condition=models.Q(bounced__gte=2),
            ),
            models.Index(
                name="work_window",
                fields=["sort_on"],
                condition=models.Q(clock__in=["REVIEW_WIN", "RECHECK_WIN"]),
            ),
            models.Index(
                name="work_waiting", fields=["organ", "sort_on", "case_id"], condition=models.Q(turn="wait")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Alert(models.Model):
    """提醒: what a clock or an unattended case calls for, told once to one organ; it grades clocks, never people.

    `mark` is the engine's name for it within its case, so that a sweep that runs twice tells once. `addressee` says
    who in the organ is meant (handler, head) or that it comes from below (upper, top); `about` is the organ that owes.
    `order` is that of the rulebook: what nobody has and what was sent back twice comes first. `settled_on` is the day
    on which a sweep found that it had been seen to.
    """

    pk = models.CompositePrimaryKey("organ_id", "case_id", "mark")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    mark = models.CharField(max_length=60)
    rule = models.CharField(_("提醒"), max_length=20)
    addressee = models.CharField(max_length=10)
    about = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=24)
    kind = models.CharField(max_length=12)
    clock = models.CharField(max_length=20, blank=True)
    order = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("应提醒日期"))
    raised_on = models.DateField(_("提醒日期"))
    settled_on = models.DateField(_("了结日期"), null=True)

    class Meta:
        indexes = [
            models.Index(
                name="alert_open",
                fields=["organ", "order", "due_on", "case_id"],
                condition=models.Q(settled_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.mark}"


class CaseNumber(models.Model):
    """编号: leads from an item number to its case."""

    number = models.CharField(primary_key=True, max_length=24)
    case_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.number


class QueryCode(models.Model):
    """查询码: the slow keyed hash of the code that goes with a number; the code itself is nowhere."""

    number = models.CharField(primary_key=True, max_length=24)
    code_hash = models.CharField(max_length=120)
    issued_at = models.DateTimeField()
    dead_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class NumberCounter(models.Model):
    """编号计数: the last daily number handed out in a region; taken in blocks, so gaps may occur."""

    pk = models.CompositePrimaryKey("region_code", "day")
    region_code = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.region_code} {self.day}"


class ImportedRow(models.Model):
    """导入记录: a row of a source file that became a case; written with it, so that it never becomes two."""

    pk = models.CompositePrimaryKey("source", "row_key")
    source = models.CharField(max_length=40)
    row_key = models.CharField(max_length=80)
    case_id = models.BigIntegerField()
    imported_at = models.DateTimeField(_("导入时间"))

    def __str__(self) -> str:
        return f"{self.source} {self.row_key}"
