"""The only place for how a second person's consent to an act is stated: who holds the post, and whether it is the officer's own."""

from __future__ import annotations

from datetime import date

from lianxin.cases.services.acts import Loaded, Moment
from lianxin.cases.walls import clear_staff
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.organs.selectors import officers
from lianxin.procedure.errors import GuardFailed


def other_post(actor: Actor, *posts: str) -> str:
    """Return the first of the posts an act needs that this officer does not hold, "" where the officer holds them all."""
    return next((role for role in posts if not actor.has(role)), "")


def may_agree(loaded: Loaded, organ: Organ, role: str, *, on: date) -> list[Staff]:
    """Return who in an organ holds `role` and may agree to an act on this case, by name: in front of its walls, and nobody
    who has stood back from it. One query for a case without walls.
    """
    people = clear_staff(loaded.case, officers(organ, role, on=on), on=on)
    return [one for one in people if one.pk not in loaded.stood_back()]


def approved(
    actor: Actor, role: str, *, approver: Staff | None, when: Moment, article: str
) -> dict[str, object]:
    """Return the facts that say who in `role` has agreed to an act of several roles.

    Either the officer holds that post ("own"), or states that `approver`, who holds it in the same organ, has agreed
    ("stated"). Raises GuardFailed for an approver without the post.
    """
    if approver is not None:
        check_post(approver, role, actor.organ, when, article=article)
    staff = approver or (actor.staff if actor.has(role) else None)
    return {
        f"approved_by_{role}": staff is not None,
        "approver": staff.pk if staff else None,
        "approval": "stated" if approver else "own",
    }


def check_post(staff: Staff, role: str, organ: Organ, when: Moment, *, article: str) -> None:
    """Raise GuardFailed unless `staff` holds the post of `role` in `organ` on the day of the act."""
    if not Post.objects.held_on(when.on).filter(staff=staff, organ=organ, role=role).exists():
        label = dict(Post._meta.get_field("role").choices or ())[role]
        raise GuardFailed(
            f"所选人员现在不是{organ.name}的{label}", article=article, instead="请在名单中选择。"
        )
