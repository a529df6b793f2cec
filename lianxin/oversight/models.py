"""Special inspections with a published draw, supervision suggestions with their feedback, and second readings.

They are few and asked of by organ, so their tables are copied to all nodes, and `case_id` is a number without a relation.
Nothing here is about a person: findings and debts are an organ's.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Inspection(models.Model):
    """专项督查: what is looked into, in which organs, over which days, by a sample anybody can draw again.

    `seed` is made by the system when the plan is recorded and stands on no page until the draw; its digest is published
    with the plan. `frame` holds the ids among which was drawn, one a line. Cases with a wall are not among them.
    """

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", _("已定方案，尚未抽样")
        DRAWN = "drawn", _("正在督查")
        CLOSED = "closed", _("已结束")

    id = models.BigIntegerField(primary_key=True)
    organ = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("督查机关")
    )
    topic = models.CharField(_("督查主题"), max_length=80)
    scope = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("被督查机关（含下级）")
    )
    category = models.CharField(_("内容分类"), max_length=6, blank=True)
    received_from = models.DateField(_("收到日期从"))
    received_to = models.DateField(_("收到日期到"))
    starts_on = models.DateField(_("督查开始日期"))
    ends_on = models.DateField(_("督查结束日期"))
    size = models.PositiveSmallIntegerField(_("抽样件数"))
    checklist = models.JSONField(_("检查项目"), default=list)
    seed_hash = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    frame_hash = models.CharField(max_length=64, blank=True)
    frame_size = models.PositiveIntegerField(null=True)
    frame = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    planned_on = models.DateField(_("方案日期"))
    drawn_on = models.DateField(_("抽样日期"), null=True)
    closed_on = models.DateField(_("结束日期"), null=True)
    report = models.TextField(_("督查报告"), blank=True)
    planner = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="inspection_once_per_key", fields=["key"]),
            models.CheckConstraint(name="inspection_has_days", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="inspection_draws_some", condition=Q(size__gte=1)),
            models.CheckConstraint(
                name="inspection_known_state", condition=Q(state__in=["planned", "drawn", "closed"])
            ),
            models.CheckConstraint(
                name="inspection_drawn_with_frame",
                condition=Q(state="planned") | (Q(drawn_on__isnull=False) & ~Q(frame_hash="")),
            ),
            models.CheckConstraint(
                name="inspection_closed_with_report",
                condition=~Q(state="closed") | (Q(closed_on__isnull=False) & ~Q(report="")),
            ),
        ]
        indexes = [models.Index(name="inspection_of_organ", fields=["organ", "starts_on"])]

    def __str__(self) -> str:
        return self.topic

    def runs(self, on: object) -> bool:
        """Tell whether its inspectors may read on a day."""
        return self.state == self.State.DRAWN and self.starts_on <= on <= self.ends_on  # type: ignore[operator]


class Inspector(models.Model):
    """督查人员: an officer of the inspecting organ named for one inspection."""

    pk = models.CompositePrimaryKey("inspection_id", "staff_id")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.inspection_id}/{self.staff_id}"


class Sample(models.Model):
    """样本: one case that was drawn. `organ` is the inspecting one, `about` who handled the case then."""

    pk = models.CompositePrimaryKey("inspection_id", "case_id")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(_("编号"), max_length=24)
    read_on = models.DateField(_("查看日期"), null=True)

    class Meta:
        indexes = [models.Index(name="sample_of_case", fields=["case_id"])]

    def __str__(self) -> str:
        return f"{self.inspection_id}/{self.number}"


class Finding(models.Model):
    """督查发现: what is wrong with the handling of one case, by which article, with what evidence; and its rectification (整改).

    `organ` is the inspecting one, `about` the one that rectifies by `due_on`. `claim` is 0 where it is about the whole case.
    """

    class State(models.TextChoices):
        """How far the rectification is."""

        OPEN = "open", _("等待整改")
        DONE = "done", _("已报整改，等待核实")
        ACCEPTED = "accepted", _("整改到位")

    pk = models.CompositePrimaryKey("inspection_id", "seq")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    case_id = models.BigIntegerField()
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    number = models.CharField(_("编号"), max_length=24)
    claim = models.IntegerField(_("诉求"), default=0)
    wrong = models.CharField(_("发现的问题"), max_length=1000)
    article = models.CharField(_("依据条款"), max_length=200)
    evidence = models.CharField(_("证据"), max_length=1000)
    required = models.CharField(_("整改要求"), max_length=1000)
    due_on = models.DateField(_("整改期限"))
    found_on = models.DateField(_("发现日期"))
    finder = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    done = models.CharField(_("整改情况"), max_length=1000, blank=True)
    done_on = models.DateField(_("整改日期"), null=True)
    remark = models.CharField(_("核实意见"), max_length=500, blank=True)
    settled_on = models.DateField(_("核实日期"), null=True)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="finding_once_per_key", fields=["inspection", "key"]),
            models.CheckConstraint(
                name="finding_known_state", condition=Q(state__in=["open", "done", "accepted"])
            ),
            models.CheckConstraint(
                name="finding_done_on_a_day",
                condition=Q(state="open") | Q(done_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}/{self.seq}"


class Suggestion(models.Model):
    """三项建议: to improve work, to improve policy, or to hold to account; the organ it goes to answers in writing (Art 40).

    One to hold to account (给予处分) is about official duty, never about a petitioner, and for supervisors and heads alone.
    """

    class Kind(models.TextChoices):
        """The three powers."""

        WORK = "work", _("改进工作建议")
        POLICY = "policy", _("完善政策建议")
        ACCOUNT = "account", _("追究责任（给予处分）建议")

    class Adoption(models.TextChoices):
        """What the organ says to it."""

        ADOPTED = "adopted", _("采纳")
        PARTLY = "partly", _("部分采纳")
        NOT = "not", _("不予采纳")

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(_("建议种类"), max_length=8, choices=Kind.choices)
    organ = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("提出机关")
    )
    target = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("收到建议的机关")
    )
    title = models.CharField(_("标题"), max_length=80)
    facts = models.TextField(_("事实"))
    basis = models.CharField(_("依据"), max_length=500)
    words = models.TextField(_("建议"))
    issued_on = models.DateField(_("提出日期"))
    due_on = models.DateField(_("反馈日期"))
    issuer = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    adoption = models.CharField(_("采纳情况"), max_length=8, choices=Adoption.choices, blank=True)
    feedback = models.TextField(_("书面反馈"), blank=True)
    answered_on = models.DateField(_("反馈时间"), null=True)
    answerer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="suggestion_once_per_key", fields=["key"]),
            models.CheckConstraint(
                name="suggestion_known_kind", condition=Q(kind__in=["work", "policy", "account"])
            ),
            models.CheckConstraint(
                name="suggestion_answered_in_writing",
                condition=Q(answered_on=None) | (~Q(adoption="") & ~Q(feedback="")),
            ),
        ]
        indexes = [
            models.Index(name="suggestion_issued", fields=["organ", "issued_on"]),
            models.Index(name="suggestion_received", fields=["target", "issued_on"]),
        ]

    def __str__(self) -> str:
        return self.title


class SecondReading(models.Model):
    """重新审视: an officer of another unit reads one case anew until a day, and writes what is still owed to the petitioner.

    `organ` is the reader's, `asker` the organ that asked, `owing` the one that owes. What is written is about the handling.
    """

    class Why(models.TextChoices):
        """Which debt brought it up."""

        UNDONE = "undone", _("承诺没有落实")
        OVERDUE = "overdue", _("超过期限没有答复")
        BOUNCED = "bounced", _("两次退回")
        OLD = "old", _("收到已满 180 天还没有办结")
        AGAIN = "again", _("同一件事又来反映")

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    number = models.CharField(_("编号"), max_length=24)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("审视人员所在机关"))
    asker = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("安排的机关"))
    owing = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("责任机构"))
    reader = models.ForeignKey(Staff, models.PROTECT, related_name="+", verbose_name=_("审视人员"))
    why = models.CharField(_("缘由"), max_length=8, choices=Why.choices)
    asked_on = models.DateField(_("安排日期"))
    due_on = models.DateField(_("完成期限"))
    unanswered = models.CharField(_("还没有答复的"), max_length=1000, blank=True)
    undone = models.CharField(_("还没有落实的"), max_length=1000, blank=True)
    unclear = models.CharField(_("没有说清楚的"), max_length=1000, blank=True)
    proposal = models.CharField(_("应当怎样补上"), max_length=1000, blank=True)
    written_on = models.DateField(_("完成日期"), null=True)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reading_once_per_key", fields=["case_id", "key"]),
            models.CheckConstraint(name="reading_by_another_organ", condition=~Q(organ=F("owing"))),
            models.CheckConstraint(
                name="reading_written_after_asked",
                condition=Q(written_on=None) | Q(written_on__gte=F("asked_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.seq}"
