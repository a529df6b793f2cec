"""The only place that says what is recorded in the ledger of a letter before it is a case, in its organ's chain.

Facts hold numbers, never a word of the letter. Letters are opened and registered also while the log is behind.
"""

from __future__ import annotations

from datetime import datetime

from lianxin.ledger import chain
from lianxin.letters.models import Letter
from lianxin.organs.actors import Actor


def by_officer(actor: Actor, what: str, letter: Letter, *, at: datetime, **facts: object) -> None:
    """Record what an officer did with a letter (`filled`, `scanned`, `typed`, `proofread`, `registered`, `voided`, `returned`)
    or that it was read (`read`). Raises when it cannot be written.
    """
    chain.record_event(
        kind=f"letter.{what}",
        organ_id=actor.organ.pk,
        staff_id=actor.staff.pk,
        at=at,
        facts={"letter": letter.id, **facts},
    )
