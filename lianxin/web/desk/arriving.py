"""The only place that says where a registration came from before it was one: a reception, an emergency, a call, a
letter.

The sealed draft carries the mark and the further representatives of a group through the pages of the registration; when the
case is written, what it came from learns of it in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from lianxin.calls import services as calls
from lianxin.cases.history import Moment
from lianxin.cases.models import Case
from lianxin.cases.services.petitions import Petition
from lianxin.letters import selectors as letters
from lianxin.letters.models import Letter
from lianxin.letters.services import registering
from lianxin.letters.services.registering import Carried
from lianxin.organs.actors import Actor
from lianxin.visits.services import emergencies, receptions

FROM, OTHERS = "came_from", "came_others"
RECEPTION, EMERGENCY, CALL, LETTER = "reception", "emergency", "call", "letter"


def mark(kind: str, row_id: int) -> dict[str, str]:
    """Return what a draft is told of where it comes from."""
    return {FROM: f"{kind}:{row_id}"}


def with_others(people: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what a draft is told of the further representatives of a group."""
    given = [dict(one) for one in people if any(one.values())]
    return {OTHERS: json.dumps(given, ensure_ascii=False)}


def carried(answers: Mapping[str, str]) -> dict[str, str]:
    """Return what a draft keeps beside the fields of the form, whatever is typed into it."""
    return {name: answers[name] for name in (FROM, OTHERS) if name in answers}


def others_of(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the further representatives a draft holds."""
    found: list[dict[str, str]] = json.loads(answers.get(OTHERS) or "[]")
    return found


@contextmanager
def bringing(
    answers: Mapping[str, str], petition: Petition, *, actor: Actor, case_id: int
) -> Iterator[Carried]:
    """Yield the petition with what waited for it: a letter's scans and label. Raises GuardFailed for a letter not ready, or
    not to be seen any more: it is never registered as if it had come from nowhere.
    """
    kind, _, row_id = answers.get(FROM, "").partition(":")
    if kind != LETTER:
        yield Carried(petition)
        return
    letter = letters.letter(actor, int(row_id))
    if letter is None:
        raise registering.not_there()
    with registering.carried(letter, petition, case_id=case_id) as coming:
        yield coming


def arrived(
    answers: Mapping[str, str], case: Case, *, actor: Actor, when: Moment, letter: Letter | None = None
) -> None:
    """Tell where a registration came from that it is a case now. No query for one that came from nowhere."""
    if letter is not None:
        registering.become(letter, case, actor=actor, when=when)
    kind, _, row_id = answers.get(FROM, "").partition(":")
    if kind == RECEPTION:
        receptions.became(int(row_id), organ_id=actor.organ.pk, case_id=case.pk, when=when)
    if kind == EMERGENCY:
        emergencies.became(int(row_id), actor=actor, case_id=case.pk, when=when)
    if kind == CALL:
        calls.became(int(row_id), organ_id=actor.organ.pk, case_id=case.pk)
