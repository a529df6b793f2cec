"""What is read of knowledge, for whom and for which day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from django.db.models import Case, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When

from lianxin.knowledge import policies
from lianxin.knowledge.models import Article, Paragraph, State
from lianxin.knowledge.words import pieces
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.organs.selectors import path_ids

MOST = 12
SHOWN = ("organ", "place")


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for: typed words, a topic (category or its group), and the day it has to be in force."""

    words: str
    on: date
    topic: str = ""


def in_force(on: date) -> Q:
    """Return the filter for editions in force on a day: published, begun, not ended, and no later one has begun."""
    later = Article.objects.filter(
        code=OuterRef("code"), state=State.PUBLISHED, starts_on__gt=OuterRef("starts_on"), starts_on__lte=on
    )
    began = Q(state=State.PUBLISHED, starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    return began & ~Q(Exists(later))


def found(sought: Sought, *, near: Organ) -> list[Article]:
    """Return the articles that fit, best first, with their paragraphs; national ones and those of the organ's places.

    At least half of what was typed has to be in an article. Two statements.
    """
    rows = Article.objects.filter(in_force(sought.on), _of_place(near))
    if sought.topic:
        rows = rows.filter(topics__contains=f" {sought.topic}")
    wanted = pieces(sought.words)
    if wanted:
        rows = _fitting(rows, wanted)
    elif sought.words.strip():
        return []
    order = ("-hits", "-starts_on", "pk") if wanted else ("-starts_on", "pk")
    return list(rows.order_by(*order).select_related(*SHOWN).prefetch_related(_paragraphs())[:MOST])


def _of_place(near: Organ) -> Q:
    return Q(place=None) | Q(place_id__in=path_ids(near.region.path))


def _fitting(rows: QuerySet[Article], wanted: Sequence[str]) -> QuerySet[Article]:
    """Return the rows that hold at least half of the pieces, annotated with `hits`; one in the title counts twice."""
    held = reduce(add, (_holds("sought", one) for one in wanted))
    titled = reduce(add, (_holds("title", one) for one in wanted))
    return rows.annotate(held=held).filter(held__gte=(len(wanted) + 1) // 2).annotate(hits=held + titled)


def _holds(column: str, piece: str) -> Case:
    """Return 1 where a column holds a piece, else 0."""
    return Case(
        When(**{f"{column}__contains": piece}, then=Value(1)), default=Value(0), output_field=IntegerField()
    )


def _paragraphs() -> Prefetch[str]:
    return Prefetch("paragraphs", Paragraph.objects.order_by("pk"))


def article(actor: Actor, article_id: int) -> Article | None:
    """Return one edition with its paragraphs, None where there is none for this officer. Two statements."""
    row = Article.objects.select_related("writer", "publisher", *SHOWN).prefetch_related(_paragraphs())
    one = row.filter(pk=article_id).first()
    return one if one is not None and policies.may_see(actor, one) else None


def editions(actor: Actor, code: str) -> list[Article]:
    """Return the published editions of a rule, the latest first. One statement."""
    rows = Article.objects.filter(code=code, state=State.PUBLISHED).defer("sought", "text")
    return list(rows.order_by("-starts_on"))


def current(codes: Iterable[str], *, on: date) -> dict[str, int]:
    """Return the editions of some rules in force on a day, by code; one that has none is left out. One statement."""
    rows = Article.objects.filter(in_force(on), code__in=set(codes))
    return dict(rows.values_list("code", "pk"))


def titles(article_ids: Sequence[int], *, on: date) -> list[Article]:
    """Return those of these articles that are in force on a day, in the order given."""
    rows = Article.objects.filter(in_force(on), pk__in=article_ids).only("title", "document", "article")
    known = {one.pk: one for one in rows}
    return [known[one] for one in dict.fromkeys(article_ids) if one in known]


def drafts(actor: Actor) -> list[Article]:
    """Return the organ's own drafts, the newest first, for those who write or publish."""
    if not (policies.may_write(actor) or policies.may_publish_any(actor)):
        return []
    rows = Article.objects.filter(organ_id=actor.organ.pk, state=State.DRAFT).select_related("writer")
    return list(rows.order_by("-written_at", "pk")[:50])
