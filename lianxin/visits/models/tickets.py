"""Tickets of the waiting room and the receptions they lead to. A ticket knows no case: only the reception does."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Staff


class Ticket(models.Model):
    """取号: a number of an organ on a day, for how many people, with what needs first; never who they are."""

    class Need(models.TextChoices):
        """Why somebody is seen sooner: what one needs today, never what one did before."""

        ORDINARY = "ordinary", _("一般来访")
        AGED = "aged", _("老年人")
        PREGNANT = "pregnant", _("孕妇")
        DISABLED = "disabled", _("残疾人")
        CHILD = "child", _("带着孩子")
        ILL = "ill", _("身体不适")

    class State(models.TextChoices):
        """Where the ticket is."""

        WAITING = "waiting", _("等候")
        CALLED = "called", _("已叫号")
        ABSENT = "absent", _("叫号未到")
        SERVING = "serving", _("接待中")
        DONE = "done", _("已结束")

    class Outcome(models.TextChoices):
        """What became of the visit; every ticket has one at the end of the day."""

        RECEIVED = "received", _("已接待")
        ELSEWHERE = "elsewhere", _("到别的窗口办理")
        LEFT = "left", _("叫到以前离开")

    ORDINARY_LETTER, FIRST_LETTER = "A", "B"

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    on = models.DateField()
    letter = models.CharField(max_length=1)
    count = models.IntegerField()
    need = models.CharField(_("需要"), max_length=10, choices=Need.choices, default=Need.ORDINARY)
    people = models.IntegerField(_("人数"), default=1)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    booth_id = models.BigIntegerField(null=True)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    calls = models.IntegerField(default=0)
    key = models.CharField(max_length=40)
    call_key = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="ticket_number_once", fields=["organ", "on", "letter", "count"]),
            models.UniqueConstraint(name="ticket_once_per_key", fields=["organ", "key"]),
            models.CheckConstraint(
                name="ticket_people", condition=models.Q(people__gte=1) & models.Q(people__lte=100_000)
            ),
            models.CheckConstraint(
                name="ticket_known_state",
                condition=models.Q(state__in=["waiting", "called", "absent", "serving", "done"]),
            ),
            models.CheckConstraint(
                name="ticket_done_has_outcome",
                condition=models.Q(state="done") ^ models.Q(outcome=""),
            ),
            models.CheckConstraint(
                name="ticket_begun_after_call",
                condition=~models.Q(state="serving") | models.Q(began_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="ticket_open", fields=["organ", "outcome", "on"])]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number as it is printed and called: A023."""
        return f"{self.letter}{self.count:03d}"

    @property
    def first(self) -> bool:
        """Tell whether it is called sooner."""
        return self.need != self.Need.ORDINARY


class Reception(models.Model):
    """接待: what one visit needs and who came, until it is registered; the words lie sealed in the draft `draft_id`.

    `needs` are of this visit, not of the person. `chosen` counts the representatives of a group, `electing` says who elected
    them. `became_id` is the case.
    """

    class Need(models.TextChoices):
        """What a visit needs beside a chair."""

        INTERPRETER = "interpreter", _("需要翻译")
        SIGN = "sign", _("需要手语")
        WHEELCHAIR = "wheelchair", _("使用轮椅或者行走不便")
        CHILD = "child", _("带着孩子，需要照看")
        READING = "reading", _("看不清或者不识字，需要读写帮助")
        ILL = "ill", _("突然不适，需要医护")

    class State(models.TextChoices):
        """How far the reception is."""

        OPEN = "open", _("接待中")
        REGISTERED = "registered", _("已登记")
        ENDED = "ended", _("没有登记")

    class Why(models.TextChoices):
        """Why nothing was registered."""

        ASKED = "asked", _("来访人只是询问，已经当面答复")
        LATER = "later", _("来访人要求改日再来")
        SAME = "same", _("来访人只是给已有的信访件补充材料，已经另行收下")

    pk = models.CompositePrimaryKey("organ_id", "id")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", db_index=False)
    id = models.BigIntegerField()
    ticket_id = models.BigIntegerField()
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    needs = models.JSONField(default=list)
    language = models.CharField(_("什么语言"), max_length=40, default="", blank=True)
    people = models.IntegerField(_("来访人数"), default=1)
    chosen = models.IntegerField(_("代表人数"), default=0)
    electing = models.CharField(_("代表怎样推选"), max_length=200, default="", blank=True)
    place_offered = models.BooleanField(_("其余人员已安排等候"), default=False)
    draft_id = models.BigIntegerField(null=True)
    became_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    why = models.CharField(max_length=8, choices=Why.choices, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reception_one_a_ticket", fields=["organ", "ticket_id"]),
            models.CheckConstraint(
                name="reception_case_when_registered",
                condition=models.Q(state="registered", became_id__isnull=False)
                | (~models.Q(state="registered") & models.Q(became_id=None)),
            ),
            models.CheckConstraint(
                name="reception_why_when_ended",
                condition=models.Q(state="ended") ^ models.Q(why=""),
            ),
            models.CheckConstraint(
                name="reception_chosen_among_people",
                condition=models.Q(chosen__gte=0) & models.Q(chosen__lte=models.F("people")),
            ),
        ]
        indexes = [models.Index(name="reception_of_day", fields=["organ", "on"])]

    def __str__(self) -> str:
        return f"{self.organ_id}/{self.on}"
