"""The only place that turns knowledge into what pages show: cards, editions, hints with their arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.knowledge import selectors
from lianxin.knowledge.entitlements import TOP_UP, Found, Hint, Household
from lianxin.knowledge.models import Article, State
from lianxin.knowledge.selectors import Sought
from lianxin.organs.actors import Actor
from lianxin.web.desk import words
from lianxin.web.desk.forms.knowledge import FACTS

MOST_SHOWN = 12
CENT = Decimal("0.01")
TONES = {Found.LIKELY: "green", Found.UNKNOWN: "amber", Found.NOT_SHOWN: "grey"}


def found(actor: Actor, sought: Sought, *, chosen: Sequence[int] = ()) -> dict[str, object]:
    """Return what the list of results shows. Two statements; those already chosen are not listed again."""
    articles = selectors.found(sought, near=actor.organ)
    cards = [card(one) for one in articles if one.pk not in chosen]
    return {"cards": cards, "asked": bool(sought.words.strip() or sought.topic), "day": sought.on}


def card(article: Article) -> dict[str, object]:
    """Return what a card shows of an article."""
    return {
        "id": article.pk,
        "title": article.title,
        "cite": cite(article),
        "href": reverse("desk:knowledge_article", args=[article.pk]),
        "checked": article.checked_on is not None,
        "starts_on": article.starts_on,
        "ends_on": article.ends_on,
        "plain": article.for_petitioner or article.text,
        "short": article.for_aged,
        "window": article.for_window,
        "paragraphs": list(article.paragraphs.all()),
        "local": article.place.full_name if article.place else "",
    }


def cite(article: Article) -> str:
    """Return how an answer cites the article."""
    return f"{article.document}{article.article}"


def editions(rows: Iterable[Article], *, shown: Article, on: date) -> list[dict[str, object]]:
    """Return the editions of a rule with their days, and which one is shown and which one holds on a day."""
    listed = list(rows)
    holds = next(
        (one.pk for one in listed if one.starts_on <= on and (one.ends_on is None or one.ends_on >= on)), 0
    )
    return [
        {
            "title": one.title,
            "cite": cite(one),
            "starts_on": one.starts_on,
            "href": reverse("desk:knowledge_article", args=[one.pk]),
            "shown": one.pk == shown.pk,
            "holds": one.pk == holds,
        }
        for one in listed
    ]


def chosen_in(sent: QueryDict) -> list[int]:
    """Return the articles ticked as told, as they were sent."""
    ids = [int(one) for one in sent.getlist("shown") if one.isascii() and one.isdigit() and len(one) < 19]
    return list(dict.fromkeys(ids))[:MOST_SHOWN]


def state_tag(article: Article, *, holds: bool) -> dict[str, str]:
    """Return the tag that says how an edition stands."""
    if article.state == State.DRAFT:
        return {"text": _("草稿"), "tone": "amber"}
    if article.state == State.WITHDRAWN:
        return {"text": _("已撤下"), "tone": "grey"}
    return {"text": _("现行"), "tone": "green"} if holds else {"text": _("不是现行版本"), "tone": "red"}


def hint(one: Hint, household: Household, *, known: Mapping[str, int]) -> dict[str, object]:
    """Return what a hint shows: how it stands, its lines of arithmetic, its article and where one applies.

    `known` leads from the code of a rule to its edition in force.
    """
    benefit = one.benefit
    return {
        "label": benefit.label_en if words.english() else benefit.label,
        "tag": {"text": STANDS[one.found](), "tone": TONES[one.found]},
        "lines": lines(one, household),
        "missing": [_name(name) for name in one.missing],
        "against": [_name(name) for name in one.against],
        "article": benefit.article,
        "href": reverse("desk:knowledge_article", args=[known[benefit.rule]])
        if benefit.rule in known
        else "",
        "checked": benefit.checked,
        "apply": benefit.apply_en if words.english() else benefit.apply,
        "example": one.standard is not None and one.standard.example,
        "open": one.found is not Found.NOT_SHOWN,
    }


def lines(one: Hint, household: Household) -> list[str]:
    """Return the arithmetic, a line a step."""
    said = []
    if one.per_head is not None:
        values = {"income": money(household.income), "people": household.people, "head": money(one.per_head)}
        said.append(_("人均月收入：%(income)s ÷ %(people)s = %(head)s 元") % values)
    if one.standard is not None:
        standard = {
            "amount": money(one.standard.amount),
            "on": one.standard.starts_on.isoformat(),
            "source": one.standard.source,
        }
        said.append(_("当地标准：每人每月 %(amount)s 元（%(on)s 起；%(source)s）") % standard)
    if one.amount is not None and one.standard is not None and one.benefit.sum == TOP_UP:
        values = {
            "standard": money(one.standard.amount),
            "people": household.people,
            "income": money(household.income),
            "sum": money(one.amount),
        }
        said.append(_("每月差额：%(standard)s × %(people)s − %(income)s = %(sum)s 元") % values)
    elif one.amount is not None:
        said.append(_("每月：%(sum)s 元") % {"sum": money(one.amount)})
    return said


def money(value: Decimal | None) -> str:
    """Return a sum of yuan, to the cent."""
    return "" if value is None else f"{value.quantize(CENT, ROUND_HALF_UP):,}"


def _name(name: str) -> str:
    more = {
        "people": _("共同生活的人数"),
        "income": _("全家每月收入"),
        "standard": _("当地标准（系统里还没有，请查当地文件）"),
        "income_below": _("人均收入低于当地标准"),
        "aged": _("本人年龄满 60 周岁"),
        "aged_80": _("本人年龄满 80 周岁"),
        "below_16": _("本人未满 16 周岁"),
        "below_18": _("本人未满 18 周岁"),
    }
    return str(more.get(name) or FACTS.get(name, name))


STANDS = {
    Found.LIKELY: lambda: _("可能可以申请"),
    Found.UNKNOWN: lambda: _("还要问清楚"),
    Found.NOT_SHOWN: lambda: _("照现在说的算不到"),
}
