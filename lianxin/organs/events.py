"""The only place that says what is recorded in the ledger of acts on organs, posts and accounts, and in which organ's chain.

Each is written by the service that does it, in its transaction and as the last statement of it: what cannot be recorded
is not done. Facts hold numbers and roles, never a name, a password or an address on the network.
"""

from __future__ import annotations

from datetime import datetime

from lianxin.ledger import behind, chain
from lianxin.organs.actors import Actor
from lianxin.organs.models import Post, SignInEvent

What = SignInEvent.What
PROTECTING = frozenset({"staff.stopped", "post.ended", "sessions.ended"})
"""What takes rights away is done also while the log is behind."""
SYSTEM = 0
"""The chain of what belongs to no organ."""
OF_ACCOUNTS = frozenset(
    {
        *(What.IN, What.PASSWORD, What.CODES, What.RECOVERED, What.ENDED, What.RESET_ASKED, What.RESET),
        *(What.TOTP_ON, What.TOTP_OFF, What.PASSKEY_ON, What.PASSKEY_OFF),
        *(What.IN_BY_PLATFORM, What.BOUND, What.UNBOUND),
    }
)
"""Lines of the record of sign-ins that are events of the ledger each time. Wrong tries are not: a stranger could fill it."""


def by_actor(actor: Actor, kind: str, *, organ_id: int, at: datetime, **facts: object) -> None:
    """Record what an administrator did, in the chain of the organ it was done to. Raises LogBehind while acts must wait,
    and whatever keeps the ledger from being written.
    """
    if kind not in PROTECTING:
        behind.check(at)
    chain.record_event(kind=kind, organ_id=organ_id, staff_id=actor.staff.pk, at=at, facts=facts)


def of_system(kind: str, *, at: datetime, **facts: object) -> None:
    """Record what an operator did to the system or its keys, in the system's chain. Raises when it cannot be written."""
    chain.record_event(kind=kind, organ_id=SYSTEM, staff_id=None, at=at, facts=facts)


def of_account(what: str, staff_id: int, *, by_id: int, at: datetime) -> None:
    """Record what happened to an officer's account, in the chain of the first organ worked in. Raises as above."""
    organs = Post.objects.filter(staff_id=staff_id).order_by("organ_id").values_list("organ_id", flat=True)
    chain.record_event(
        kind=f"account.{what}",
        organ_id=organs.first() or SYSTEM,
        staff_id=by_id,
        at=at,
        facts={"staff": staff_id},
    )
