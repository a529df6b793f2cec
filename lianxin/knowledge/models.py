"""Rows of public knowledge: what a rule says, from which day, in plain words, and paragraphs ready for an answer.

Nothing here is about a case or a person.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, Region, Staff


class State(models.TextChoices):
    """How far an edition has come."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤下")


class Article(models.Model):
    """政策条目: one edition of one rule, valid from a day. A later edition is another row with the same `code`.

    Once published its words never change. `sought` is what a search looks through: title, article, text and plain
    words in one form. Of what came with the system `organ` and `writer` are empty.
    """

    id = models.BigIntegerField(primary_key=True)
    code = models.CharField(_("条目代号"), max_length=80)
    title = models.CharField(_("标题"), max_length=120)
    issuer = models.CharField(_("发布机关"), max_length=120)
    document = models.CharField(_("文件和文号"), max_length=200)
    article = models.CharField(_("条款"), max_length=80, default="", blank=True)
    text = models.TextField(_("内容"))
    for_petitioner = models.TextField(_("讲给群众听"), default="", blank=True)
    for_aged = models.TextField(_("一两句话的说法"), default="", blank=True)
    for_window = models.TextField(_("窗口怎么办"), default="", blank=True)
    starts_on = models.DateField(_("施行日期"))
    ends_on = models.DateField(_("失效日期（含当日）"), null=True, blank=True)
    place = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("适用地区")
    )
    topics = models.CharField(_("内容分类"), max_length=200, default="", blank=True)
    source = models.CharField(_("出处"), max_length=300)
    checked_by = models.CharField(_("核对人"), max_length=60, default="", blank=True)
    checked_on = models.DateField(_("核对日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT)
    organ = models.ForeignKey(Organ, models.PROTECT, null=True, related_name="+", db_index=False)
    writer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    publisher = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=40)
    sought = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="article_key_once", fields=["key"]),
            models.UniqueConstraint(
                name="article_edition_once",
                fields=["code", "starts_on"],
                condition=Q(state="published"),
            ),
            models.CheckConstraint(
                name="article_days", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="article_second_person",
                condition=Q(state="draft")
                | Q(writer=None)
                | (Q(publisher__isnull=False) & ~Q(publisher=F("writer"))),
            ),
            models.CheckConstraint(
                name="article_published_at", condition=Q(state="draft") | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                name="article_checked",
                condition=Q(checked_on=None, checked_by="")
                | (Q(checked_on__isnull=False) & ~Q(checked_by="")),
            ),
        ]
        indexes = [models.Index(name="article_code", fields=["code", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.code} {self.starts_on}"


class Paragraph(models.Model):
    """规范段落: words ready for an answer. `text` cites its article; what has to be filled in stands in 【填写：…】."""

    id = models.BigIntegerField(primary_key=True)
    article = models.ForeignKey(Article, models.PROTECT, related_name="paragraphs")
    title = models.CharField(_("段落名称"), max_length=80)
    text = models.TextField(_("段落"))

    class Meta:
        constraints = [
            models.UniqueConstraint(name="paragraph_title_once", fields=["article", "title"]),
        ]

    def __str__(self) -> str:
        return self.title
