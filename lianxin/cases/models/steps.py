"""What happened to a case: rows that are added and never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models.case import Case
from lianxin.organs.models import Organ, Staff


class Step(models.Model):
    """步骤: one act, with its legal day, its instant, its organ, its rule. `key` makes a repeated act find itself.

    `facts` are what the rule was judged by (never an identity); `note` is the officer's internal remark.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    event = models.CharField(_("事件"), max_length=24)
    rule = models.CharField(_("规则"), max_length=8)
    source = models.CharField(_("原状态"), max_length=24, blank=True)
    state = models.CharField(_("新状态"), max_length=24)
    organ = models.ForeignKey(Organ, models.PROTECT, null=True, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.CharField(_("角色"), max_length=40)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("时间"))
    facts = models.JSONField(default=dict)
    note = models.TextField(_("备注"), blank=True)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="step_once_per_key", fields=["case", "key"]),
            models.CheckConstraint(name="step_seq_from_one", condition=models.Q(seq__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.event}"

    def payload(self) -> dict[str, object]:
        """Return what the ledger's entry commits to."""
        return {
            "event": self.event,
            "rule": self.rule,
            "source": self.source,
            "state": self.state,
            "organ": self.organ_id,
            "staff": self.staff_id,
            "role": self.role,
            "on": self.on.isoformat(),
            "at": self.at.timestamp(),
            "facts": self.facts,
            "note": self.note,
        }


class Paper(models.Model):
    """文书: one numbered paper. Its content is frozen here; the PDF is made from it, always the same bytes.

    A name is never in the content: the vault opens it when the paper is printed, and that is a look.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    step = models.IntegerField()
    kind = models.CharField(_("种类"), max_length=40)
    number = models.CharField(_("文号"), max_length=40)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField(_("出具时间"))
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="paper_seq_from_one", condition=models.Q(seq__gte=1))]

    def __str__(self) -> str:
        return self.number


class Notice(models.Model):
    """告知: the promise to tell the petitioner, written with the act; a job or a person carries it out."""

    class State(models.TextChoices):
        """How far the promise is kept."""

        OWED = "owed", _("待告知")
        TOLD = "told", _("已告知")

    pk = models.CompositePrimaryKey("case_id", "seq", "kind")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    kind = models.CharField(_("种类"), max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OWED)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="notice_known_state", condition=models.Q(state__in=["owed", "told"]))
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"


class Evaluation(models.Model):
    """评价: what the petitioner says of the petition office and the handling organ. Silence leaves no row."""

    class Rating(models.TextChoices):
        """The values of 满意度评价."""

        SATISFIED = "satisfied", _("满意")
        BASICALLY = "basically", _("基本满意")
        NOT_SATISFIED = "not_satisfied", _("不满意")

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    answered = models.BooleanField(_("答复了我的问题"))
    right = models.BooleanField(_("我认可答复"))
    carried_out = models.BooleanField(_("已经落实"), null=True)
    office = models.CharField(_("对登记部门"), max_length=16, choices=Rating.choices)
    organ = models.CharField(_("对办理单位"), max_length=16, choices=Rating.choices)
    words = models.TextField(_("意见"), blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq}"
