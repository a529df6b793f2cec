"""The only place that destroys what a case held (销毁), after two persons agreed; the case row stays as a tombstone.

`Tables` say what becomes of each table that knows a case; they are written down in `config.erasure`, above all apps. Salts and
sealed boxes go with the rows, so that the tree of the ledger stays valid and tells nothing any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.apps import apps
from django.core import signing
from django.db import transaction

from lianxin.cases.disposal import ERASE, KINDS, WIDE, mark_of, standing_of
from lianxin.cases.history import Moment, load
from lianxin.cases.models import Case, Link
from lianxin.cases.services import consents
from lianxin.cases.services.acts import apply
from lianxin.cases.services.disposing import ARTICLE, check_over, check_second
from lianxin.files import keeping
from lianxin.ledger import chain, log
from lianxin.ledger.models import Event
from lianxin.organs.models import Staff
from lianxin.petitioners import rights
from lianxin.procedure.errors import GuardFailed, LianxinError

SALT = "lianxin.erasures"
LOOKED_BACK = timedelta(days=30)
Treatment = Literal["delete", "keep", "vault", "ledger"] | Mapping[str, object]
"""What becomes of the rows of a case: gone, as they are, the vault's own, the ledger's own, or these columns emptied."""
Tables = Mapping[str, Treatment]


class BadList(LianxinError):
    """The list of erasures was changed, or was signed by another installation. Nothing was erased by it."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is to be erased and by whose consent, as an event and the list of erasures hold it; no content."""

    case_id: int
    number: str
    organ_id: int
    staff_id: int
    facts: Mapping[str, object]


def erase(case_id: int, *, tables: Tables, when: Moment) -> Event:
    """Destroy what a case held, two persons having agreed, and return the event; nothing is half done.

    Everything that was asked when they agreed is asked again, and every record of it stands as it was written. Raises
    NotYours, GuardFailed, LogDown, Stale.
    """
    consents.check_log(when.at)
    case = Case.objects.select_related(*WIDE).get(pk=case_id)
    loaded, standing = load(case), standing_of(case_id)
    if standing.proposal is None or standing.consent is None or standing.erased is not None:
        raise GuardFailed("没有两位审核人同意的销毁提议", article=ARTICLE)
    _check_recorded(case, standing.proposal, standing.consent)
    keeping_ = check_over(loaded, standing, when=when)
    facts = {
        "class": keeping_.rule.id,
        "until": standing.proposal.facts["until"],
        "article": keeping_.rule.article,
        "last_act": keeping_.last_act.isoformat(),
        "proposal": mark_of(standing.proposal),
        "consent": mark_of(standing.consent),
        "proposed_by": standing.proposal.staff_id,
        "agreed_by": standing.consent.staff_id,
        "reason": standing.proposal.facts["reason"],
    }
    organ_id, staff_id = standing.consent.organ_id, standing.consent.staff_id or 0
    return _destroy(case, Ordered(case_id, case.number, organ_id, staff_id, facts), tables, when)


def _check_recorded(case: Case, proposal: Event, consent: Event) -> None:
    """Raise LogDown unless all that was decided about the end of a case stands as it was recorded, NotYours unless the second
    reviewer might be one.
    """
    second = Staff.objects.filter(pk=consent.staff_id or 0).first()
    events = Event.objects.filter(case_id=case.pk, kind__in=KINDS)
    if second is None or not all(chain.is_whole(one) for one in events):
        raise consents.down()
    check_second(case, proposal, second)


def _destroy(case: Case, ordered: Ordered, tables: Tables, when: Moment) -> Event:
    """Destroy in one transaction, which holds the case; files go once it holds, so that no row is left without its file.

    A store that does not answer then is tried again by `throw_away_left`.
    """

    def rows() -> None:
        rights.destroy(case.pk)
        Link.objects.filter(other_id=case.pk).update(reason="")
        for label, treatment in tables.items():
            found = apps.get_model(label)._default_manager
            if treatment == "delete":
                found.filter(case_id=case.pk).delete()
            elif isinstance(treatment, Mapping):
                found.filter(**{"pk" if label == "cases.Case" else "case_id": case.pk}).update(**treatment)

    def files() -> None:
        keeping.throw_away_all(case.pk)

    with transaction.atomic():
        apply(case, {"erased_on": when.on})
        transaction.on_commit(files, robust=True)
        return log.erase(
            case.pk,
            organ_id=ordered.organ_id,
            staff_id=ordered.staff_id,
            reason=str(ordered.facts["reason"]),
            facts={**ordered.facts, "on": when.on.isoformat()},
            when=when,
            also=rows,
        )


def throw_away_left(*, when: Moment) -> None:
    """Throw away what the store of files still holds of cases erased in the last days. Raises what the store raises."""
    for event in Event.objects.filter(kind=ERASE, case_id__isnull=False, at__gte=when.at - LOOKED_BACK):
        keeping.throw_away_all(event.case_id or 0)


def write_list(file: Path) -> int:
    """Add the erasures the list does not hold yet, each signed, and return how many. For use after a backup is restored."""
    known = {one.case_id for one in read_list(file)} if file.exists() else set()
    events = Event.objects.filter(case_id__isnull=False, kind=ERASE).exclude(case_id__in=known)
    numbers = dict(Case.objects.filter(pk__in=[one.case_id for one in events]).values_list("pk", "number"))
    lines = [_line(one, numbers[one.case_id]) for one in events.order_by("at") if one.case_id in numbers]
    if lines:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.writelines(lines)
    return len(lines)


def read_list(file: Path) -> list[Ordered]:
    """Return what a list of erasures orders. Raises BadList when a line was changed or is not ours, OSError."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Ordered(**signing.loads(json.loads(line)["signed"], salt=SALT)))
        except (signing.BadSignature, ValueError, KeyError, TypeError):
            raise BadList(
                f"{file.name} 第 {number} 行被改动过，或者不是本系统签的。没有销毁任何内容。"
            ) from None
    return found


def replay(orders: Iterable[Ordered], *, tables: Tables, when: Moment) -> list[str]:
    """Erase again what a restored backup has brought back, by a list that was read and found signed; return the numbers.

    Consent was given before the backup was restored; what is not there or is erased already is passed over. Raises Stale.
    """
    done = []
    for ordered in orders:
        case = Case.objects.filter(pk=ordered.case_id, number=ordered.number, erased_on=None).first()
        if case is not None:
            again = Ordered(
                ordered.case_id,
                ordered.number,
                ordered.organ_id,
                ordered.staff_id,
                {**ordered.facts, "again": True},
            )
            _destroy(case, again, tables, when)
            done.append(case.number)
    return done


def _line(event: Event, number: str) -> str:
    order = {
        "case_id": event.case_id,
        "number": number,
        "organ_id": event.organ_id,
        "staff_id": event.staff_id,
        "facts": event.facts,
    }
    signed = signing.dumps(order, salt=SALT, compress=True)
    return json.dumps({"number": number, "on": event.facts.get("on", ""), "signed": signed}) + "\n"
