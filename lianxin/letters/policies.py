"""Which officer may see or do what with a letter before it is a case. Letters are those of the own organ alone."""

from __future__ import annotations

from django.db.models import Q

from lianxin.cases.walls import clear_of
from lianxin.organs.actors import Actor

OPENERS = ("window", "intake")
"""Who opens envelopes, scans, and registers."""
READERS = ("window", "intake", "handler", "checker")
"""Who may write a letter down and compare what another has written."""
CHECKERS = ("checker", "head")
"""Who goes through the checklists before a letter is handled and before its answer leaves."""
DESK = (*READERS, "head")
"""Who sees what the letter desk waits for."""
NOBODY = Q(organ_id=None)


def letters_of(actor: Actor) -> Q:
    """Return the letters this officer may see: those of the own organ, but none whose case is hidden from the officer."""
    return Q(organ_id=actor.organ.pk) & clear_of(actor, "became_id") if actor.has(*DESK) else NOBODY


def may_open(actor: Actor) -> bool:
    """Tell whether the officer opens, scans and registers letters."""
    return actor.has(*OPENERS)


def may_read(actor: Actor) -> bool:
    """Tell whether the officer may read what a letter says before it is registered."""
    return actor.has(*READERS)


def may_check(actor: Actor) -> bool:
    """Tell whether the officer goes through the checklists of a letter."""
    return actor.has(*CHECKERS)


def works_with_letters(actor: Actor) -> bool:
    """Tell whether the letter desk is for this officer."""
    return actor.has(*DESK)
