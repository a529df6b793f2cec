"""Looking for other cases of the same person (同一人的其他信访件): an act with a purpose, on one case, seen by the petitioner.

There is no list of persons and no count: an officer who has a case in hand may ask which other cases that officer may read anyway
came from the same petitioner. Each of them bears the look as well. Reports (检举控告) are never asked about and never found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lianxin.cases.models import Case, Kind
from lianxin.cases.policies import NotYours, content_of, may_find_others
from lianxin.cases.services.naming import nameless
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor
from lianxin.petitioners import vault
from lianxin.petitioners.vault import Pseudonym

MOST = 50
"""How many are shown, the latest; more would be no help in handling one case."""
NONE = 0
"""No case has this id; with it the question is asked of the database also when there is no other case, as when one is hidden."""
PURPOSE = "查找同一人的其他信访件：%s"
PURPOSE_LIMIT = 150


def searchable(case: Case) -> list[Pseudonym]:
    """Return the petitioners of a case who gave an identity number. One query."""
    return [
        one
        for one in vault.parties(case.pk)
        if one.role == vault.INDEXED and vault.TOKEN in one.given
    ]  # fmt: skip


def find(case: Case, *, seq: int, purpose: str, actor: Actor, at: datetime) -> Sequence[Case]:
    """Return the other cases of a petitioner that the officer may read, the latest first, after the looks are recorded.

    Raises NotYours, GuardFailed for a purpose that holds a party's identity, ValueError without one, KeyError for who is no
    petitioner of the case or gave no number.
    """
    if not may_find_others(actor, case):
        raise NotYours("只有本件的承办人、分派人员和负责人可以查找。", article="", instead="可以请他们查找。")
    if not purpose.strip():
        raise ValueError("a purpose is needed to look for a person's other cases")
    nameless(case, {"purpose": purpose}, fields=vault.FIELDS)
    words, reader = PURPOSE % purpose.strip()[:PURPOSE_LIMIT], actor.reader()
    with transaction.atomic():
        ids = vault.same_person(case_id=case.pk, seq=seq, purpose=words, reader=reader, at=at)
        rows = Case.objects.filter(content_of(actor), pk__in=(*ids, NONE)).exclude(kind=Kind.REPORT)
        found = list(rows.select_related("holder").order_by("-received_at", "-pk")[:MOST])
        for one in found:
            record_look(case_id=one.pk, what=vault.SAME, purpose=words, reader=reader, at=at)
    return found
