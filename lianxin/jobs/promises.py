"""What the calendar does to promises (承诺台账): the day after one is over without proof, its case is handled again.

May be stopped at any moment and run again, also twice at once: each case is its own transaction, with a key that finds itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from lianxin.cases.history import Moment, load
from lianxin.cases.models import Case, Promise
from lianxin.cases.selectors import WITH
from lianxin.cases.services import promises
from lianxin.procedure.errors import Refused, Stale

BATCH = 500
logger = logging.getLogger(__name__)


def sweep(*, when: Moment) -> int:
    """Carry out what broken promises entail and return how many steps were written."""
    return sum(break_those_of(case_id, when=when) for case_id in overdue(when.on))


def overdue(on: date) -> Iterator[int]:
    """Yield the ids of the cases with a promise whose day is over, or of which the petitioner says it was not kept."""
    over = (Q(state="open") | Q(state="broken", reopened_step=None)) & ~Q(said="done")
    disputed = Q(state="kept", said="undone", reopened_step=None)
    last = 0
    while batch := list(
        Promise.objects.filter(over | disputed, due_on__lt=on, case_id__gt=last)
        .order_by("case_id")
        .values_list("case_id", flat=True)
        .distinct()[:BATCH]
    ):
        yield from batch
        last = batch[-1]


def break_those_of(case_id: int, *, when: Moment) -> int:
    """Carry out what the broken promises of one case entail; 0 where nothing does, or somebody acted meanwhile.

    Each promise is read after its case, so that a proof that came in between is either seen or makes the write Stale.
    """
    done = 0
    for seq in [one.seq for one in promises.of_case(case_id)]:
        case = Case.objects.select_related(*WITH).filter(pk=case_id, erased_on=None).first()
        if case is None:
            return done
        loaded = load(case)
        promise = next((one for one in promises.of_case(case_id) if one.seq == seq), None)
        if promise is None:
            continue
        try:
            done += promises.break_it(loaded, promise, when=when) is not None
        except Refused as problem:
            logger.warning("case %s: a broken promise could not be written down: %s", case_id, problem)
        except Stale:
            continue
    return done
