"""Rows of the telephone: what a call came to, and what was promised to be called back.

No name, no number and no word of the caller stands here in clear.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Call(models.Model):
    """来电: one call and what it came to. Of a consultation the answer is kept, of a petition only the case it became.

    `shown` are the ids of the articles of knowledge that were told, between blanks; `draft_id` is the registration a petition
    goes on in.
    """

    class Kind(models.TextChoices):
        """What a call came to."""

        CONSULTATION = "consult", _("咨询")
        PETITION = "petition", _("信访")

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    kind = models.CharField(_("性质"), max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("来电时间"))
    category = models.CharField(_("内容分类"), max_length=6, default="", blank=True)
    answer = models.TextField(_("答复"), default="", blank=True)
    shown = models.CharField(_("讲过的政策"), max_length=400, default="", blank=True)
    staff = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", db_index=False, verbose_name=_("接电话的人")
    )
    key = models.CharField(max_length=40)
    draft_id = models.BigIntegerField(null=True)
    became_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="call_key_once", fields=["organ", "key"]),
            models.CheckConstraint(
                name="call_answered",
                condition=Q(kind="petition") | (~Q(answer="") & Q(became_id=None)),
            ),
        ]
        indexes = [models.Index(name="call_of_organ", fields=["organ", "at"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.id}"


class CallBack(models.Model):
    """回电承诺: by when the organ calls back, about what, and who does it.

    The number lies sealed in `box` until the call is done or the case it became holds it in the vault; `tries` counts our
    own calls that did not get through.
    """

    class State(models.TextChoices):
        """How far a promise has come."""

        OPEN = "open", _("待回电")
        DONE = "done", _("已回电")

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    call_id = models.BigIntegerField()
    about = models.CharField(_("回电说什么"), max_length=200)
    promised_at = models.DateTimeField(_("答应的时间"))
    due_at = models.DateTimeField(_("最晚回电时间"))
    staff = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", db_index=False, verbose_name=_("回电的人")
    )
    state = models.CharField(_("状态"), max_length=4, choices=State.choices, default=State.OPEN)
    box = models.BinaryField(_("电话（密封）"), default=b"")
    suite = models.CharField(max_length=16, default="", blank=True)
    key_id = models.CharField(max_length=16, default="", blank=True)
    tries = models.PositiveSmallIntegerField(_("没有打通的次数"), default=0)
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(_("结果"), max_length=400, default="", blank=True)
    done_at = models.DateTimeField(null=True)
    last_key = models.CharField(max_length=40, default="", blank=True)
    became_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="call_back_once", fields=["organ", "call_id"]),
            models.CheckConstraint(name="call_back_due_later", condition=Q(due_at__gt=F("promised_at"))),
            models.CheckConstraint(
                name="call_back_done_holds_no_number",
                condition=Q(state="open", done_at=None) | Q(state="done", done_at__isnull=False, box=b""),
            ),
        ]
        indexes = [
            models.Index(name="call_back_open", fields=["organ", "due_at"], condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.id}"
