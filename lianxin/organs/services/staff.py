"""Adding and stopping officers, and giving and ending posts. Rights come from posts alone; nobody gives them to oneself."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.accounts import first_password_set
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.organs.policies import GRANTABLE, check_manages, check_manages_person, check_separate
from lianxin.organs.services.errors import BadRecord

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
READABLE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS = 4


@dataclass(frozen=True, slots=True)
class Term:
    """From which day to which a post is held; the last day counts, None where it is open."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """An officer and, shown once, the first password."""

    staff: Staff
    password: str


def username_of(typed: str) -> str:
    """Return a sign-in name in its stored form. Raises BadRecord for one that may not be used."""
    username = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not USERNAME.fullmatch(username):
        raise BadRecord(
            f"登录名“{typed.strip()}”不能用",
            instead="请用 2 到 40 位小写字母、数字、点、横线，以字母或数字开头。",
        )
    return username


def add(
    actor: Actor, *, username: str, name: str, organ: Organ, role: str, term: Term, at: datetime
) -> Credentials:
    """Return a new officer with a first post and a first password. Raises NotManaged, BadRecord."""
    check_manages(actor, organ)
    username, name = username_of(username), " ".join(name.split())
    if not name or len(name) > 40:
        raise BadRecord("请填写姓名，最多 40 字")
    if Staff.objects.filter(username=username).exists():
        raise BadRecord(
            f"登录名“{username}”已经有人在用", instead="同一个人请直接增加岗位；不同的人请换一个登录名。"
        )
    _check_post(role, term)
    staff, password = Staff(id=new_id(), username=username, name=name), new_password()
    staff.set_password(password)
    with transaction.atomic():
        staff.save(force_insert=True)
        first_password_set(staff)
        _write_post(actor, staff, organ, role, term, at=at, new=True)
    return Credentials(staff, password)


def deactivate(actor: Actor, staff: Staff, *, on: date, at: datetime) -> Staff:
    """Return the officer as no longer able to sign in, from the next request on. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    if not staff.is_active:
        raise BadRecord(f"{staff.name} 的账号已经停用")
    staff.is_active = False
    with transaction.atomic():
        staff.save(update_fields=["is_active"])
        _recorded(actor, "staff.stopped", staff, at=at)
    return staff


def reactivate(actor: Actor, staff: Staff, *, on: date, at: datetime) -> Credentials:
    """Return the officer as able to sign in again, with a new first password. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    if staff.is_active:
        raise BadRecord(f"{staff.name} 的账号没有停用")
    staff.is_active = True
    return _renewed(actor, "staff.restarted", staff, at=at)


def reset_password(actor: Actor, staff: Staff, *, on: date, at: datetime) -> Credentials:
    """Return the officer with a new first password; open sessions end. Raises NotManaged, BadRecord."""
    check_manages_person(actor, staff, on=on)
    if not staff.is_active:
        raise BadRecord(f"{staff.name} 的账号已经停用", instead="请先启用。")
    return _renewed(actor, "password.reset", staff, at=at)


def grant(actor: Actor, staff: Staff, *, organ: Organ, role: str, term: Term, at: datetime) -> Post:
    """Return a new post of an officer in an organ. Raises NotManaged, BadRecord."""
    check_manages(actor, organ)
    if staff.pk == actor.staff.pk:
        raise BadRecord("不能给自己设岗", instead="请另一位机构管理员办理。")
    if not staff.is_active:
        raise BadRecord(f"{staff.name} 的账号已经停用", instead="请先启用。")
    _check_post(role, term)
    check_separate(staff, role, starts_on=term.starts_on, ends_on=term.ends_on)
    overlapping = Post.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=term.starts_on), staff=staff, organ=organ, role=role
    )
    if term.ends_on is not None:
        overlapping = overlapping.filter(starts_on__lte=term.ends_on)
    if overlapping.exists():
        raise BadRecord(
            f"{staff.name} 在这段时间已经有这个岗位", instead="请核对日期，或者先结束原来的岗位。"
        )
    with transaction.atomic():
        return _write_post(actor, staff, organ, role, term, at=at)


def end_post(actor: Actor, post: Post, *, on: date, at: datetime) -> Post:
    """Return the post as held until `on`, that day included. Raises NotManaged, BadRecord."""
    check_manages(actor, post.organ)
    if post.staff_id == actor.staff.pk:
        raise BadRecord("不能结束自己的岗位", instead="请另一位机构管理员办理。")
    if on < post.starts_on:
        raise BadRecord(f"离任日期 {on} 不能早于任职日期 {post.starts_on}")
    if post.ends_on is not None and post.ends_on <= on:
        raise BadRecord(f"这个岗位已于 {post.ends_on} 结束")
    post.ends_on = on
    with transaction.atomic():
        post.save(update_fields=["ends_on"])
        facts = {"staff": post.staff_id, "role": post.role, "to": on.isoformat()}
        events.by_actor(actor, "post.ended", organ_id=post.organ_id, at=at, **facts)
    return post


def new_password() -> str:
    """Return a random first password that can be read out: four groups of five letters (99 bits)."""
    return "-".join("".join(secrets.choice(READABLE_LETTERS) for _ in range(5)) for _ in range(GROUPS))


def _renewed(actor: Actor, kind: str, staff: Staff, *, at: datetime) -> Credentials:
    password = new_password()
    staff.set_password(password)
    with transaction.atomic():
        staff.save(update_fields=["password", "is_active"])
        first_password_set(staff)
        _recorded(actor, kind, staff, at=at)
    return Credentials(staff, password)


def _check_post(role: str, term: Term) -> None:
    if role not in {one.value for one in GRANTABLE}:
        raise BadRecord("请选择岗位", instead="系统管理岗位只能由系统管理员设置。")
    if term.ends_on is not None and term.ends_on < term.starts_on:
        raise BadRecord(f"离任日期 {term.ends_on} 不能早于任职日期 {term.starts_on}")


def _write_post(
    actor: Actor, staff: Staff, organ: Organ, role: str, term: Term, *, at: datetime, new: bool = False
) -> Post:
    post = Post.objects.create(
        id=new_id(), staff=staff, organ=organ, role=role, starts_on=term.starts_on, ends_on=term.ends_on
    )
    facts = {"staff": staff.pk, "role": role, "from": term.starts_on.isoformat()}
    if term.ends_on is not None:
        facts["to"] = term.ends_on.isoformat()
    kind = "staff.added" if new else "post.given"
    events.by_actor(actor, kind, organ_id=organ.pk, at=at, **facts)
    return post


def _recorded(actor: Actor, kind: str, staff: Staff, *, at: datetime) -> None:
    events.by_actor(actor, kind, organ_id=actor.organ.pk, at=at, staff=staff.pk)
