"""What other organs are asked to do for a case: the row with the case, and the row on the asked organ's list."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Case
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.joint import RUNNING


class Help(models.TextChoices):
    """What an organ is asked for; all but the first are what a township or a village does on the spot."""

    PART = "part", _("查明情况、提出意见")
    VISIT = "visit", _("上门看望")
    EXPLAIN = "explain", _("当面解释")
    CHECK = "check", _("到现场核实")
    APPLY = "apply", _("帮助办理申请")


class PartState(models.TextChoices):
    """How far a part has come; the words of `procedure.joint`."""

    OFFERED = "offered", _("等待接手")
    TAKEN = "taken", _("正在协办")
    ANSWERED = "answered", _("已答复")
    RETURNED = "returned", _("已退回")
    RECALLED = "recalled", _("已收回")


class JointTask(models.Model):
    """协办事项: what one organ (`organ`) was asked to do for a case by the one that answers for it (`lead`).

    It shows the asked organ the question, the files named in `shown_files`, and nothing else of the case. `identity` names the
    fields of the petitioner's identity that `officer` may open while the part is taken, and `need` says why. `through` is the
    organ above both where one asks its neighbour. The steps of the case tell the same; this row is what rights are asked of.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    organ = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("协办单位")
    )
    lead = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("牵头单位")
    )
    through = models.ForeignKey(
        Organ, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("共同上级")
    )
    what = models.CharField(_("请对方做什么"), max_length=8, choices=Help.choices)
    question = models.CharField(_("要办的事"), max_length=500)
    of_claims = models.JSONField(_("涉及的诉求"), default=list)
    shown_files = models.JSONField(_("给对方看的材料"), default=list)
    identity = models.JSONField(_("需要知道的身份信息"), default=list)
    need = models.CharField(_("为什么需要"), max_length=200, blank=True)
    due_on = models.DateField(_("要求答复的日期"))
    state = models.CharField(_("状态"), max_length=8, choices=PartState.choices, default=PartState.OFFERED)
    asked_on = models.DateField(_("提出日期"))
    officer = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("协办人员")
    )
    words = models.TextField(_("答复或者理由"), blank=True)
    done_on = models.DateField(_("办理日期"), null=True)
    ended_on = models.DateField(_("结束日期"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="joint_seq_from_one", condition=models.Q(seq__gte=1)),
            models.CheckConstraint(name="joint_known_state", condition=models.Q(state__in=PartState.values)),
            models.CheckConstraint(name="joint_known_help", condition=models.Q(what__in=Help.values)),
            models.CheckConstraint(name="joint_two_organs", condition=~models.Q(organ=models.F("lead"))),
            models.CheckConstraint(
                name="joint_taken_by_somebody",
                condition=~models.Q(state="taken") | models.Q(officer__isnull=False),
            ),
            models.CheckConstraint(
                name="joint_ended_when_over",
                condition=models.Q(state__in=RUNNING, ended_on=None)
                | (~models.Q(state__in=RUNNING) & models.Q(ended_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"

    @property
    def runs(self) -> bool:
        """Tell whether the asked organ still owes an answer."""
        return self.state in RUNNING


class TaskItem(models.Model):
    """协办待办: the row of a `JointTask` on the list of the organ that was asked; the only source of that list.

    Written in the transaction of the step, like `cases.WorkItem`. It holds nothing of the person.
    """

    pk = models.CompositePrimaryKey("organ_id", "case_id", "seq")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    number = models.CharField(max_length=24)
    lead_name = models.CharField(max_length=100)
    place_name = models.CharField(max_length=60)
    what = models.CharField(max_length=8, choices=Help.choices)
    question = models.CharField(max_length=500)
    asked_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=PartState.choices)
    officer_id = models.BigIntegerField(null=True)
    officer_name = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="task_known_state", condition=models.Q(state__in=PartState.values)),
        ]
        indexes = [
            models.Index(
                name="task_open",
                fields=["organ", "due_on", "case_id", "seq"],
                condition=models.Q(ended_on=None),
            ),
            models.Index(
                name="task_over",
                fields=["organ", "-ended_on", "case_id", "seq"],
                condition=models.Q(ended_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.seq}"
