"""Adding, editing, moving and ending organs. The only place that writes `Organ.path`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganChange, OrganKind, OrganLevel, Post, Region
from lianxin.organs.policies import check_manages
from lianxin.organs.selectors import LEVEL_ORDER, in_force
from lianxin.organs.services.errors import BadRecord

PATH_LIMIT = 160
INSIDE = (OrganKind.DEPARTMENT, OrganKind.AFFILIATED)
LIMITS = {
    "name": ("名称", 100),
    "short_name": ("简称", 30),
    "paper_prefix": ("文书代字", 20),
    "address": ("通信地址", 200),
    "postcode": ("邮政编码", 6),
    "phone": ("电话", 40),
    "hours": ("接待时间、地点", 200),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an organ besides its place in the tree."""

    name: str
    short_name: str
    region: Region
    paper_prefix: str = ""
    address: str = ""
    postcode: str = ""
    phone: str = ""
    hours: str = ""


def add(
    actor: Actor,
    *,
    parent: Organ,
    code: str,
    level: str,
    kind: str,
    facts: Facts,
    valid_from: date,
    at: datetime,
) -> Organ:
    """Return a new organ under `parent`. Raises NotManaged, BadRecord."""
    check_manages(actor, parent)
    _check_code(code, on=valid_from)
    _check_place(parent, level=level, kind=kind, region=facts.region, on=valid_from)
    _check_facts(facts)
    organ = Organ(id=new_id(), code=code, level=level, kind=kind, parent=parent, valid_from=valid_from)
    organ.path = _path(parent, organ.pk)
    _put(organ, facts)
    with transaction.atomic():
        organ.save(force_insert=True)
        events.by_actor(actor, "organ.added", organ_id=organ.pk, at=at, code=code, parent=parent.pk)
    return organ


def edit(actor: Actor, organ: Organ, *, facts: Facts, on: date, at: datetime) -> Organ:
    """Return the organ with other facts; a change of its name is kept as lineage. Raises NotManaged, BadRecord."""
    check_manages(actor, organ)
    _check_facts(facts)
    if organ.parent is not None:
        _check_place(organ.parent, level=organ.level, kind=organ.kind, region=facts.region, on=on)
    before = organ.name
    changed = [
        field.name for field in fields(Facts) if getattr(organ, field.name) != getattr(facts, field.name)
    ]
    _put(organ, facts)
    with transaction.atomic():
        organ.save(update_fields=[field.name for field in fields(Facts)])
        if organ.name != before:
            OrganChange.objects.create(
                id=new_id(),
                on=on,
                kind=OrganChange.Kind.RENAMED,
                old=organ,
                new=organ,
                note=f"原名称：{before}",
            )
        events.by_actor(actor, "organ.edited", organ_id=organ.pk, at=at, changed=changed)
    return organ


def move(actor: Actor, organ: Organ, *, parent: Organ, on: date, at: datetime) -> Organ:
    """Return the organ under another one, all below it moved along. Raises NotManaged, BadRecord."""
    check_manages(actor, organ)
    check_manages(actor, parent)
    if organ.pk == actor.organ.pk:
        raise BadRecord("不能移动您自己所在的机构", instead="请上级机构的管理员办理。")
    if parent.path.startswith(organ.path):
        raise BadRecord(f"不能把“{organ.name}”移到它自己的下级“{parent.name}”之下")
    _check_place(parent, level=organ.level, kind=organ.kind, region=organ.region, on=on)
    old, new = organ.path, _path(parent, organ.pk)
    with transaction.atomic():
        below = Organ.objects.filter(path__startswith=old)
        longest = max(len(path) for path in below.values_list("path", flat=True))
        if longest - len(old) + len(new) > PATH_LIMIT:
            raise BadRecord("层级太深，不能这样移动", instead="请先减少下级机构的层级。")
        Organ.objects.filter(pk=organ.pk).update(parent=parent)
        below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
        events.by_actor(actor, "organ.moved", organ_id=organ.pk, at=at, parent=parent.pk)
    organ.parent, organ.path = parent, new
    return organ


def end(
    actor: Actor,
    organ: Organ,
    *,
    on: date,
    at: datetime,
    successor: Organ | None = None,
    note: str = "",
    also: Callable[[], object] = lambda: None,
) -> Organ:
    """Return the organ as ended on a day (the first day it is no more). Raises NotManaged, BadRecord.

    Organs under it and posts in it must have been ended before; the caller has looked for open cases. `also` is called in
    the same transaction: for what has to follow the organ to its successor (`cases.services.walls.follow_change`).
    """
    check_manages(actor, organ)
    if organ.pk == actor.organ.pk:
        raise BadRecord("不能撤销您自己所在的机构", instead="请上级机构的管理员办理。")
    if organ.valid_to is not None:
        raise BadRecord(f"“{organ.name}”已于 {organ.valid_to} 撤销")
    if on <= organ.valid_from:
        raise BadRecord(f"撤销日期 {on} 应当晚于设立日期 {organ.valid_from}")
    if below := Organ.objects.filter(in_force(on), path__startswith=organ.path).exclude(pk=organ.pk).count():
        raise BadRecord(f"“{organ.name}”下面还有 {below} 个机构", instead="请先移走或者撤销它们。")
    if posts := Post.objects.held_on(on).filter(organ=organ).count():
        raise BadRecord(f"“{organ.name}”还有 {posts} 个在任岗位", instead="请先结束这些岗位。")
    kind = OrganChange.Kind.MERGED if successor else OrganChange.Kind.ABOLISHED
    organ.valid_to = on
    with transaction.atomic():
        organ.save(update_fields=["valid_to"])
        OrganChange.objects.create(id=new_id(), on=on, kind=kind, old=organ, new=successor, note=note[:300])
        also()
        heir = successor.pk if successor else None
        events.by_actor(actor, "organ.ended", organ_id=organ.pk, at=at, to=on.isoformat(), successor=heir)
    return organ


def _put(organ: Organ, facts: Facts) -> None:
    for field in fields(Facts):
        setattr(organ, field.name, getattr(facts, field.name))


def _path(parent: Organ, own: int) -> str:
    path = f"{parent.path}{own}/"
    if len(path) > PATH_LIMIT:
        raise BadRecord("层级太深，不能再设下级机构", instead="请设在更高一级的机构之下。")
    return path


def _check_code(code: str, *, on: date) -> None:
    if (
        not code
        or len(code) > 32
        or not all(letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in code)
    ):
        raise BadRecord(f"机构代码“{code}”不能用", instead="请用 32 位以内的字母、数字、横线。")
    if Organ.objects.filter(in_force(on), code=code).exists():
        raise BadRecord(f"机构代码“{code}”已经有机构在用", instead="请换一个代码，或者编辑原来的机构。")
    if Organ.objects.filter(code=code, valid_from__gte=on).exists():
        raise BadRecord(f"机构代码“{code}”在 {on} 以后已有登记", instead="请核对设立日期。")


def _check_place(parent: Organ, *, level: str, kind: str, region: Region, on: date) -> None:
    if level not in OrganLevel.values or kind not in OrganKind.values:
        raise BadRecord("请选择级别和性质")
    if not (parent.valid_from <= on and (parent.valid_to is None or parent.valid_to > on)):
        raise BadRecord(f"上级机构“{parent.name}”在 {on} 不在使用", instead="请核对日期，或者另选上级机构。")
    above, own = LEVEL_ORDER.index(parent.level), LEVEL_ORDER.index(level)
    if own > above:
        raise BadRecord(f"级别不能高于上级机构“{parent.name}”（{parent.get_level_display()}）")
    if kind in INSIDE and own != above:
        raise BadRecord(
            "内设机构和直属单位的级别应当与所属机构相同", instead=f"请选择“{parent.get_level_display()}”。"
        )
    if not region.path.startswith(parent.region.path):
        raise BadRecord(f"“{region.full_name}”不在上级机构“{parent.name}”的辖区内", instead="请核对区划。")


def _check_facts(facts: Facts) -> None:
    if not facts.name.strip() or not facts.short_name.strip():
        raise BadRecord("请填写名称和简称")
    for name, (label, limit) in LIMITS.items():
        if len(getattr(facts, name)) > limit:
            raise BadRecord(f"“{label}”太长，最多 {limit} 字")
    if facts.postcode and not (
        len(facts.postcode) == 6 and facts.postcode.isascii() and facts.postcode.isdigit()
    ):
        raise BadRecord("邮政编码应当是 6 位数字")
