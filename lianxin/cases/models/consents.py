"""What one officer asks for and another one has to agree to: opening an identity, a new query code."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class State(models.TextChoices):
    """How far what two persons decide has come; what its time has ended counts as ended before a sweep says so."""

    ASKED = "asked", _("等待决定")
    AGREED = "agreed", _("已同意")
    REFUSED = "refused", _("未同意")
    LAPSED = "lapsed", _("没有人决定，已失效")
    ENDED = "ended", _("已结束")


class Asked(models.Model):
    """What both kinds hold: who asked, who decided, when. They are few and asked of by organ, so their tables are copied to
    all nodes, and `case_id` is a number without a relation; `kind` is that of the case when it was asked. `key` makes a
    repeated form find itself.
    """

    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    number = models.CharField(_("编号"), max_length=24)
    kind = models.CharField(_("类别"), max_length=12)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("申请的机构"))
    staff = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", db_index=False, verbose_name=_("申请人员")
    )
    role = models.CharField(max_length=16)
    asked_at = models.DateTimeField(_("申请时间"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("决定人员")
    )
    decided_role = models.CharField(max_length=16, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField(_("决定的说明"), max_length=200, blank=True)
    key = models.CharField(max_length=40)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"


class Opening(Asked):
    """紧急查阅: a sealed identity opened for somebody who may not see it otherwise, with the consent of an officer in another
    chain of command (`decider` is that one's organ). `fields` are named; it is open `LASTS` long from the consent.
    """

    class Why(models.TextChoices):
        """The only grounds."""

        LIFE = "life", _("有人的生命、健康正面临危险，要立即找到本人")
        HARM = "harm", _("信访人或者家人正受到伤害、威胁，要立即保护")
        HELPLESS = "helpless", _("未成年人、老年人、残疾人等正无人照料，要立即救助")
        LAW = "law", _("依照法律必须立即核实身份")

    WAITS = timedelta(hours=24)
    LASTS = timedelta(minutes=30)

    pk = models.CompositePrimaryKey("case_id", "seq")
    why = models.CharField(_("事由"), max_length=8, choices=Why.choices)
    reason = models.CharField(_("理由"), max_length=500)
    fields = models.JSONField(default=list)
    decider = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=_("决定的机构"))
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="opening_once_per_key", fields=["case_id", "key"]),
            models.CheckConstraint(name="opening_known_state", condition=models.Q(state__in=State.values)),
            models.CheckConstraint(
                name="opening_two_persons",
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("staff")),
            ),
            models.CheckConstraint(name="opening_two_organs", condition=~models.Q(decider=models.F("organ"))),
            models.CheckConstraint(
                name="opening_until_when_agreed",
                condition=~models.Q(state__in=["agreed", "ended"])
                | models.Q(until__isnull=False, decided_by__isnull=False),
            ),
        ]

    def waits(self, at: datetime) -> bool:
        """Tell whether it can still be decided."""
        return self.state == State.ASKED and at < self.asked_at + self.WAITS

    def is_open(self, at: datetime) -> bool:
        """Tell whether it opens anything now."""
        if self.state != State.AGREED or self.until is None or self.decided_at is None:
            return False
        return self.decided_at <= at < self.until


class CodeRenewal(Asked):
    """补发查询码: a new query code for somebody who has shown a document at a window; `checked` are the fields of the
    identity that agreed with it. Asker and second officer work in one organ.
    """

    LASTS = timedelta(minutes=30)

    pk = models.CompositePrimaryKey("case_id", "seq")
    document = models.CharField(_("核对的证件"), max_length=12)
    checked = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="renewal_once_per_key", fields=["case_id", "key"]),
            models.CheckConstraint(name="renewal_known_state", condition=models.Q(state__in=State.values)),
            models.CheckConstraint(
                name="renewal_two_persons",
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("staff")),
            ),
        ]

    def waits(self, at: datetime) -> bool:
        """Tell whether it can still be decided."""
        return self.state == State.ASKED and at < self.asked_at + self.LASTS

    def is_open(self, at: datetime) -> bool:
        """Tell whether the new code can be made now."""
        agreed = self.decided_at if self.state == State.AGREED else None
        return agreed is not None and agreed <= at < agreed + self.LASTS
