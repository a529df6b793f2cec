"""Which organs and officers an administrator may edit: those of the own organ and of all below it, never oneself."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Role, Staff
from lianxin.organs.selectors import path_ids
from lianxin.procedure.errors import Refused

GRANTABLE = tuple(role for role in Role if role is not Role.SYSADMIN)

SEPARATE = (Role.SYSADMIN, Role.ORGAN_ADMIN, Role.AUDITOR)
"""三员分立: who runs the system, who gives rights, and who audits are three persons (GB/T 22239)."""


class NotManaged(Refused):
    """The organ or the officer is not below the administrator's organ, or the administrator has no such post."""

    default_code = "BAD_ROLE"


def may_manage(actor: Actor) -> bool:
    """Tell whether the officer may edit organs, posts and staff of the own organ and those below it."""
    return actor.has(Role.ORGAN_ADMIN)


def manages(actor: Actor, organ: Organ) -> bool:
    """Tell whether the officer may edit this organ."""
    return may_manage(actor) and actor.organ.pk in path_ids(organ.path)


def check_manages(actor: Actor, organ: Organ) -> None:
    """Raise NotManaged unless the officer may edit this organ."""
    if not manages(actor, organ):
        raise NotManaged(
            f"“{organ.name}”不在您管理的范围内",
            article="",
            instead="只能管理本机构和下级机构；请联系上级机构管理员。",
        )


def check_manages_person(actor: Actor, staff: Staff, *, on: date) -> None:
    """Raise NotManaged unless all present and coming posts of another person lie in organs the officer may edit."""
    if staff.pk == actor.staff.pk:
        raise NotManaged("不能改自己的账号和岗位", article="", instead="请另一位机构管理员办理。")
    posts = Post.objects.filter(staff=staff).select_related("organ")
    held = [post for post in posts if post.ends_on is None or post.ends_on >= on]
    if outside := [post for post in held if not manages(actor, post.organ)]:
        raise NotManaged(
            f"{staff.name} 在“{outside[0].organ.name}”还有岗位，不能由您停用或者重设密码",
            article="",
            instead="请那个机构的管理员先结束岗位。",
        )
    if any(post.role not in GRANTABLE for post in held):
        raise NotManaged(f"{staff.name} 有系统管理岗位，不能由机构管理员停用或者重设密码", article="")
    if not may_manage(actor) or not any(manages(actor, post.organ) for post in posts):
        raise NotManaged("没有找到您可以管理的这位工作人员", article="")


def check_separate(staff: Staff, role: str, *, starts_on: date, ends_on: date | None) -> None:
    """Raise NotManaged when a person would hold two of the posts that must be kept apart, anywhere, on one day."""
    if role not in SEPARATE:
        return
    held = Post.objects.filter(staff=staff, role__in=SEPARATE).exclude(role=role)
    meeting = held.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        meeting = meeting.filter(starts_on__lte=ends_on)
    if (other := meeting.first()) is not None:
        raise NotManaged(
            f"{staff.name} 已有“{other.get_role_display()}”岗位，不能同时任“{Role(role).label}”",
            article="",
            instead="系统管理、机构管理、审计应当由三个人分别担任。",
        )
