"""What an organ has promised by a day, and what it was asked for by a supervisor: both lists by organ."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ


class Promise(models.Model):
    """承诺: one thing a signed opinion or agreement says will be done by a day (承诺台账).

    `organ` is the one that promised; `seq` counts the promises of a case, `claim` is the claim it answers (0: a duty of an
    agreement), `step` the act that made it. Answered, accepted and carried out are three facts: `kept_on` is the organ's
    proof, `said` the petitioner's word. `broken_step` told that the day was over, `reopened_step` put the case back into
    handling; `replaced` is a promise of an opinion that no longer stands.
    """

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("等待落实")
        KEPT = "kept", _("已落实")
        BROKEN = "broken", _("到期没有落实")
        REPLACED = "replaced", _("已由新的意见代替")

    class Said(models.TextChoices):
        """What the petitioner says of it; silence says nothing."""

        NOTHING = "", _("信访人没有说")
        DONE = "done", _("信访人说已落实")
        UNDONE = "undone", _("信访人说没有落实")

    pk = models.CompositePrimaryKey("organ_id", "case_id", "seq")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    claim = models.IntegerField()
    step = models.IntegerField()
    number = models.CharField(_("编号"), max_length=24)
    kind = models.CharField(_("类别"), max_length=12)
    what = models.CharField(_("承诺事项"), max_length=300)
    due_on = models.DateField(_("承诺完成日期"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    said = models.CharField(max_length=8, choices=Said.choices, default=Said.NOTHING, blank=True)
    said_on = models.DateField(null=True)
    kept_on = models.DateField(_("落实日期"), null=True)
    evidence = models.CharField(_("落实的凭据"), max_length=500, blank=True)
    broken_step = models.IntegerField(null=True)
    reopened_step = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promise_known_state",
                condition=models.Q(state__in=["open", "kept", "broken", "replaced"]),
            ),
            models.CheckConstraint(
                name="promise_kept_with_proof",
                condition=~models.Q(state="kept") | models.Q(kept_on__isnull=False),
            ),
            models.CheckConstraint(
                name="promise_broken_by_a_step",
                condition=~models.Q(state="broken") | models.Q(broken_step__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="promise_by_date", fields=["organ", "state", "due_on", "case_id"]),
            models.Index(
                name="promise_waiting", fields=["due_on"], condition=models.Q(state__in=["open", "broken"])
            ),
            models.Index(name="promise_of_case", fields=["case_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.seq}"


class Supervision(models.Model):
    """督办: one reminder, letter or listing by a supervising organ, with the day of its reply, for the list of what runs.

    `seq` is the step that asked, `about` the organ asked. The reply stops the clock; the supervisor ends it (销号) or asks again.
    """

    class Form(models.TextChoices):
        """How urgently it is asked."""

        REMINDER = "reminder", _("催办")
        LETTER = "letter", _("督办函")
        LISTED = "listed", _("挂牌督办")

    pk = models.CompositePrimaryKey("organ_id", "case_id", "seq")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    form = models.CharField(_("督办方式"), max_length=8, choices=Form.choices)
    about = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(_("编号"), max_length=24)
    kind = models.CharField(_("类别"), max_length=12)
    trigger = models.CharField(_("督办情形"), max_length=60)
    asked_on = models.DateField(_("督办日期"))
    due_on = models.DateField(_("反馈日期"))
    reported_on = models.DateField(_("收到反馈日期"), null=True)
    ended_on = models.DateField(_("了结日期"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="supervision_known_form", condition=models.Q(form__in=["reminder", "letter", "listed"])
            ),
            models.CheckConstraint(
                name="supervision_ended_after_asked",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("asked_on")),
            ),
        ]
        indexes = [
            models.Index(
                name="supervision_running",
                fields=["organ", "due_on", "case_id"],
                condition=models.Q(ended_on=None),
            ),
            models.Index(name="supervision_of_case", fields=["case_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.seq}"
