"""Saving, sharing and taking away the filters of a worklist."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from lianxin.cases.models import SavedFilter
from lianxin.cases.policies import may_clear_filter
from lianxin.cases.texts import one_line, plain_code
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第四十六条第（五）项"
MOST = 20
"""So many filters an officer keeps in one organ; a longer list is no help any more."""
PERSONAL = re.compile(r"\d{6}|@|(先生|女士|同志|大爷|大妈|大叔|阿姨)$")
"""What in a filter's name points at a person or a case: long numbers, a mail address, a form of address."""


def check_name(name: str) -> str:
    """Return a filter's name in its stored form. Raises GuardFailed where it points at a person or one case.

    No case is at hand whose parties could be compared, and to compare with all of them would tell who has petitioned; so
    numbers and forms of address are looked for, and a name has room for a few words only.
    """
    name = one_line(name)
    if PERSONAL.search(plain_code(name)) or PERSONAL.search(name):
        raise GuardFailed(
            "名称里不要写姓名、称呼、电话、证件号码和信访编号",
            article=ARTICLE,
            instead="请写这一类事，例如“低保停发，本月到期”。",
        )
    return name


def save(actor: Actor, *, name: str, query: str, shared: bool, at: datetime) -> SavedFilter:
    """Return the officer's filter of this name in this organ, new or with its new query. Raises GuardFailed.

    The same form sent twice finds its own name again.
    """
    name = check_name(name)
    values = {"query": query, "shared": shared, "saved_at": at}
    mine = SavedFilter.objects.filter(organ=actor.organ, staff=actor.staff)
    with transaction.atomic():
        known = mine.filter(name=name).first()
        if known is not None:
            mine.filter(id=known.id).update(**values)
            return known
        if mine.count() >= MOST:
            raise GuardFailed(
                f"常用筛选最多保存 {MOST} 个", article="", instead="请先删去不再使用的。", code="MOST"
            )
        row = SavedFilter(id=new_id(), organ=actor.organ, staff=actor.staff, name=name, **values)
        row.save(force_insert=True)
    return row


def share(actor: Actor, filter_id: int, *, shared: bool) -> bool:
    """Share the officer's own filter with the organ, or keep it again to oneself; False where it is not there."""
    mine = SavedFilter.objects.filter(organ=actor.organ, staff=actor.staff, id=filter_id)
    return bool(mine.update(shared=shared))


def clear(actor: Actor, filter_id: int) -> bool:
    """Take a filter away; False where it is not there for this officer."""
    row = SavedFilter.objects.filter(organ=actor.organ, id=filter_id).first()
    if row is None or not may_clear_filter(actor, row):
        return False
    row.delete()
    return True
