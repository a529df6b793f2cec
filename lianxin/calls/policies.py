"""Who takes calls, and who calls back: the window, intake and the duty officer of the organ."""

from __future__ import annotations

from lianxin.organs.actors import Actor
from lianxin.organs.models import Role
from lianxin.procedure.errors import Refused

TAKERS = (Role.WINDOW, Role.INTAKE, Role.DUTY)
ARTICLE = "信访工作条例 第十八条"


class NotYourCall(Refused):
    """The officer takes no calls in this organ."""

    default_code = "BAD_ROLE"


def may_take(actor: Actor) -> bool:
    """Tell whether the officer takes calls and calls back."""
    return actor.has(*TAKERS)


def check_take(actor: Actor) -> None:
    """Raise NotYourCall unless the officer takes calls."""
    if not may_take(actor):
        raise NotYourCall("来电由登记接待、甄别分派或者值班人员接听", article=ARTICLE)
