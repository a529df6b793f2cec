"""The only place that writes knowledge: a draft by one person, published by another, withdrawn, never changed once published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import IntegrityError, transaction

from lianxin.cases.texts import normalised, one_line
from lianxin.knowledge import policies
from lianxin.knowledge.models import Article, Paragraph, State
from lianxin.knowledge.words import folded
from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第十八条"
LINES = frozenset({"title", "issuer", "document", "article", "source", "checked_by"})
"""Facts that are one line each."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A paragraph ready for an answer."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What an edition says. `topics` are codes of categories or of their groups."""

    title: str
    issuer: str
    document: str
    text: str
    starts_on: date
    source: str
    article: str = ""
    for_petitioner: str = ""
    for_aged: str = ""
    for_window: str = ""
    ends_on: date | None = None
    topics: Sequence[str] = ()
    checked_by: str = ""
    checked_on: date | None = None
    paragraphs: Sequence[Ready] = ()


def write(
    actor: Actor, written: Written, *, key: str, at: datetime, earlier: Article | None = None
) -> Article:
    """Return a new draft of the officer's organ, for its place; the edition that follows `earlier` where given.

    The same key again returns the first one. Raises NotYourKnowledge, GuardFailed.
    """
    policies.check_write(actor)
    if earlier is not None and earlier.organ_id != actor.organ.pk:
        raise GuardFailed("新版本由写原来版本的机构撰写", article=ARTICLE, instead="可以另写一条本地的规定。")
    check(written, earlier=earlier)
    own = new_id()
    code = earlier.code if earlier is not None else f"{actor.organ.code}-{own}"
    try:
        with transaction.atomic():
            return add(
                written,
                own=own,
                code=code,
                key=key,
                at=at,
                organ=actor.organ,
                writer=actor.staff,
                place_id=actor.organ.region_id,
            )
    except IntegrityError:
        return Article.objects.get(key=key, organ_id=actor.organ.pk)


def revise(actor: Actor, article: Article, written: Written) -> Article:
    """Return a draft with other words. Raises NotYourKnowledge, GuardFailed."""
    policies.check_edit(actor, article)
    check(written)
    with transaction.atomic():
        changed = Article.objects.filter(pk=article.pk, state=State.DRAFT)
        if not changed.update(**_columns(written), writer=actor.staff):
            raise GuardFailed("这一条已经发布，不能再改", article=ARTICLE)
        Paragraph.objects.filter(article_id=article.pk).delete()
        _add_paragraphs(article.pk, written.paragraphs)
    return Article.objects.get(pk=article.pk)


def publish(actor: Actor, article: Article, *, at: datetime) -> None:
    """Publish a draft somebody else has written; nothing happens to one that is published already by the same person.

    Raises NotYourKnowledge, GuardFailed, LogBehind.
    """
    if article.state == State.PUBLISHED and article.publisher_id == actor.staff.pk:
        return
    policies.check_publish(actor, article)
    same = Article.objects.filter(code=article.code, starts_on=article.starts_on, state=State.PUBLISHED)
    if same.exists():
        raise GuardFailed("同一天已经有一个版本施行", article=ARTICLE, instead="请改一个施行日期。")
    _turn(actor, article, State.DRAFT, State.PUBLISHED, at=at)


def withdraw(actor: Actor, article: Article, *, at: datetime) -> None:
    """Take an edition out of use; it stays as a row. Raises NotYourKnowledge, LogBehind."""
    if article.state == State.WITHDRAWN:
        return
    policies.check_withdraw(actor, article)
    _turn(actor, article, State.PUBLISHED, State.WITHDRAWN, at=at)


def _turn(actor: Actor, article: Article, was: State, becomes: State, *, at: datetime) -> None:
    """Bring an edition from one state to the next by one person only, and record it in the organ's chain."""
    with transaction.atomic():
        rows = Article.objects.filter(pk=article.pk, state=was)
        changes = {"publisher": actor.staff, "published_at": at} if becomes == State.PUBLISHED else {}
        if rows.update(state=becomes, **changes):
            kind = f"knowledge.{becomes.value}"
            events.by_actor(actor, kind, organ_id=actor.organ.pk, at=at, article=article.pk)


def check(written: Written, *, earlier: Article | None = None) -> None:
    """Raise GuardFailed for an edition that ends before it begins, begins with the earlier one, or whose paragraph does not
    cite its article.
    """
    if written.ends_on is not None and written.ends_on < written.starts_on:
        raise GuardFailed("失效日期早于施行日期", article=ARTICLE)
    if earlier is not None and written.starts_on <= earlier.starts_on:
        raise GuardFailed(
            f"新版本的施行日期应当晚于原来版本的 {earlier.starts_on.isoformat()}", article=ARTICLE
        )
    cite = written.article or written.document
    for one in written.paragraphs:
        if cite not in one.text:
            raise GuardFailed(
                f"规范段落“{one.title}”没有写明依据",
                article=ARTICLE,
                instead=f"段落里请写上“{cite}”。",
            )


def add(
    written: Written,
    *,
    own: int,
    code: str,
    key: str,
    at: datetime,
    organ: Organ | None = None,
    writer: Staff | None = None,
    place_id: int | None = None,
    published: bool = False,
) -> Article:
    """Return a new row with its paragraphs; `published` only for what comes with the system. Raises IntegrityError."""
    state = {"state": State.PUBLISHED, "published_at": at} if published else {}
    article = Article(
        id=own,
        code=code,
        key=key,
        organ=organ,
        writer=writer,
        place_id=place_id,
        written_at=at,
        **state,
        **_columns(written),
    )
    article.save(force_insert=True)
    _add_paragraphs(article.pk, written.paragraphs)
    return article


def _add_paragraphs(article_id: int, paragraphs: Sequence[Ready]) -> None:
    Paragraph.objects.bulk_create(
        Paragraph(id=new_id(), article_id=article_id, title=one_line(one.title), text=normalised(one.text))
        for one in paragraphs
    )


def _columns(written: Written) -> dict[str, object]:
    """Return the columns of an edition in their stored form, with what a search looks through."""
    found: dict[str, object] = {}
    for one in fields(written):
        value = getattr(written, one.name)
        if isinstance(value, str):
            value = one_line(value) if one.name in LINES else normalised(value)
        if one.name not in ("topics", "paragraphs"):
            found[one.name] = value
    said = [str(found[name]) for name in SOUGHT] + [f"{one.title} {one.text}" for one in written.paragraphs]
    topics = "".join(f" {code}" for code in written.topics)
    return {**found, "topics": f"{topics} " if topics else "", "sought": folded(" ".join(said))}


SOUGHT = ("title", "document", "article", "text", "for_petitioner", "for_aged", "for_window")
"""What a search looks through, with the paragraphs."""
