"""The case, its text, its claims, its links."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Region, Staff


class Channel(models.TextChoices):
    """信访形式: how an item came in (Art 17)."""

    LETTER = "letter", _("来信")
    VISIT = "visit", _("来访")
    ONLINE = "online", _("网上")
    CALL = "call", _("来电")
    FAX = "fax", _("传真")
    OTHER = "other", _("其他")


class Kind(models.TextChoices):
    """The three kinds of petition (Art 29-31)."""

    CLAIM = "claim", _("申诉求决")
    REPORT = "report", _("检举控告")
    SUGGESTION = "suggestion", _("建议意见")


class Outcome(models.TextChoices):
    """What an opinion may say of one claim (Art 32)."""

    SUPPORT = "support", _("予以支持")
    EXPLAIN = "explain", _("解释说明")
    NOT_SUPPORT = "not_support", _("不予支持")


class Case(models.Model):
    """信访件: what was registered, from its arrival to its end.

    Nothing here leads to a name: parties live in the vault and are found by case id alone. `holder` is the organ
    that answers for the case now (during a review that is the reviewing organ); `offered_to` the organ it has been
    referred to and that has not yet taken it; `handled_by` the organ that handles or handled it, which its review is
    about; `arbiter` the organ that settles a dispute over competence.
    `version` is compared and set by each act; `steps`, `papers` count those rows and hand out their numbers;
    `head` is the hash of the last act in the ledger. With `erased_on` the row is all that is left: a tombstone.
    """

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(_("编号"), max_length=24)
    channel = models.CharField(_("信访形式"), max_length=8, choices=Channel.choices)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices)
    category = models.CharField(_("内容分类"), max_length=6, blank=True)
    subroute = models.CharField(_("法定途径"), max_length=6, blank=True)
    place = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("问题属地")
    )
    summary = models.CharField(_("摘要"), max_length=120, blank=True)
    state = models.CharField(_("状态"), max_length=24)
    received_on = models.DateField(_("收到日期"))
    received_at = models.DateTimeField(_("收到时间"))
    registered_at = models.DateTimeField(_("登记时间"), null=True)
    registrar = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("登记机构")
    )
    holder = models.ForeignKey(
        Organ, models.PROTECT, related_name="+", db_index=False, verbose_name=_("责任机构")
    )
    offered_to = models.ForeignKey(
        Organ, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("转送至")
    )
    handled_by = models.ForeignKey(
        Organ, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("办理机构")
    )
    arbiter = models.ForeignKey(
        Organ, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("协调机构")
    )
    officer = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("承办人")
    )
    rulebook = models.CharField(_("适用规则"), max_length=40)
    anonymous = models.BooleanField(_("匿名"), default=False)
    people = models.PositiveIntegerField(_("信访人数"), default=1)
    source_system = models.CharField(_("来源系统"), max_length=40, blank=True)
    source_number = models.CharField(_("原编号"), max_length=60, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    steps = models.PositiveIntegerField(default=0, editable=False)
    papers = models.PositiveIntegerField(default=0, editable=False)
    head = models.CharField(max_length=64, blank=True, editable=False)
    erased_on = models.DateField(_("销毁日期"), null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_known_channel", condition=models.Q(channel__in=Channel.values)),
            models.CheckConstraint(name="case_known_kind", condition=models.Q(kind__in=Kind.values)),
            models.CheckConstraint(name="case_has_people", condition=models.Q(people__gte=1)),
            models.CheckConstraint(
                name="case_registered_unless_received",
                condition=models.Q(state="received") | models.Q(registered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_offered_only_while_referred",
                condition=models.Q(offered_to=None)
                | models.Q(state__in=["referred", "objected", "disputed"]),
            ),
            models.CheckConstraint(
                name="case_arbiter_only_while_disputed",
                condition=models.Q(arbiter=None) | models.Q(state="disputed"),
            ),
            models.CheckConstraint(
                name="case_officer_while_handling",
                condition=~models.Q(state__in=["handling", "signoff"]) | models.Q(officer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseText(models.Model):
    """正文: the words of the petition, kept out of the row that changes state. `original` is as it came in."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="text")
    body = models.TextField(_("正文"))
    ask = models.TextField(_("请求"), blank=True)
    original = models.TextField(_("原文"), blank=True)
    read_back = models.BooleanField(_("已宣读核对"), default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="case_text_not_empty", condition=~models.Q(body=""))]

    def __str__(self) -> str:
        return str(self.case_id)


class Claim(models.Model):
    """诉求: one thing asked for, with its own route, finding, outcome and promise (Art 31, 32).

    `step` is the act that wrote it down: 1 for what the petitioner asked, later ones for what an officer found in the
    letter. `subroute` is "" where the claim goes the way of its case.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    step = models.IntegerField(default=1)
    text = models.CharField(_("诉求"), max_length=500)
    subroute = models.CharField(_("办理途径"), max_length=6, blank=True)
    facts = models.TextField(_("查明的事实和理由"), blank=True)
    outcome = models.CharField(_("处理结果"), max_length=12, choices=Outcome.choices, blank=True)
    decision = models.TextField(_("处理意见"), blank=True)
    basis = models.CharField(_("依据"), max_length=500, blank=True)
    promise = models.CharField(_("承诺事项"), max_length=300, blank=True)
    promise_on = models.DateField(_("承诺完成日期"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="claim_known_outcome", condition=models.Q(outcome__in=["", *Outcome.values])
            ),
            models.CheckConstraint(name="claim_seq_from_one", condition=models.Q(seq__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"


class Link(models.Model):
    """关联: two cases that have to do with each other; undone by a date, never deleted, never merged."""

    class Kind(models.TextChoices):
        """How they hang together."""

        REPEAT = "repeat", _("重复信访")
        SAME_MATTER = "same_matter", _("同一事项")
        GROUP = "group", _("联名")
        FOLLOW_UP = "follow_up", _("后续")

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    other_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.CharField(max_length=200)
    undone_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id}-{self.other_id}"
