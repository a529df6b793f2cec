"""Makes articles for the tests of knowledge. All rules here are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianxin.knowledge import services
from lianxin.knowledge.models import Article
from lianxin.knowledge.services import Ready, Written
from lianxin.ledger.ids import new_id
from tests.cast import Cast, key, on

DAY = "2026-06-01"


def written(**changes: Any) -> Written:
    """Return what an invented local rule says."""
    values: dict[str, Any] = {
        "title": "安州区高龄津贴发放办法",
        "issuer": "安州区民政局",
        "document": "安民发〔2026〕1号（虚构）",
        "article": "第三条",
        "text": "年满八十周岁的老人每月领取高龄津贴。",
        "starts_on": date(2026, 1, 1),
        "source": "本局网站（虚构）",
        "for_petitioner": "八十岁以上每月有钱领，到镇上申请。",
        "topics": ("0205",),
        "paragraphs": (Ready("告知津贴", "依照办法第三条，您可以领取【填写：金额】元。"),),
        **changes,
    }
    return Written(**values)


def drafted(cast: Cast, **changes: Any) -> Article:
    """Return a draft by Guan."""
    return services.write(cast.actor("guan"), written(**changes), key=key(), at=on(DAY).at)


def published(cast: Cast, **changes: Any) -> Article:
    """Return an article by Guan, published by Tou."""
    article = drafted(cast, **changes)
    services.publish(cast.actor("tou"), article, at=on(DAY).at)
    return Article.objects.get(pk=article.pk)


def shipped(code: str, *, starts: str = "2020-01-01", **changes: Any) -> Article:
    """Return a national article as it comes with the system."""
    values = written(starts_on=date.fromisoformat(starts), **changes)
    return services.add(
        values, own=new_id(), code=code, key=f"{code}@{starts}", at=on(DAY).at, published=True
    )
