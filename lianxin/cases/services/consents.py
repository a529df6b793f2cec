"""The only write path for what two persons decide (an opening, a new query code): the event first, then the row, in one
transaction. What cannot be recorded is not done, and a log that does not stand stops it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Max

from lianxin.cases.models import CodeRenewal, Opening, State
from lianxin.ledger import behind, chain, log
from lianxin.ledger.models import Event
from lianxin.procedure.errors import LianxinError, Refused, Stale

TRIES = 5
REMARK_LIMIT = 200
Row = TypeVar("Row", Opening, CodeRenewal)


class LogDown(Refused):
    """The ledger cannot be written or no longer stands: nothing that has to be recorded first is done."""


def check_log(at: datetime) -> None:
    """Raise LogDown unless the log is as it was signed, LogBehind where it is too far behind."""
    behind.check(at)
    try:
        log.check_stands()
    except LianxinError:
        raise down() from None


def down() -> LogDown:
    """Return the refusal for a log that is down."""
    return LogDown(
        "记录现在写不进日志，没有记录就不能办理这一步",
        article="",
        instead="请立即告诉系统管理员，修好以后再试。",
    )


def first(row: Row) -> Row | None:
    """Return what this form has written before: the row with the same key by the same officer."""
    return type(row).objects.filter(case_id=row.case_id, key=row.key, staff_id=row.staff_id).first()


def write(row: Row, *, kind: str, facts: Mapping[str, object]) -> Row:
    """Write a new request under the next number of its case, its event before it, and return it; a repeated key finds the
    first one. Raises LogDown, Stale where somebody keeps being faster.
    """
    check_log(row.asked_at)
    for _ in range(TRIES):
        rows = type(row).objects.filter(case_id=row.case_id)
        row.seq = (rows.aggregate(last=Max("seq"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                _record(row, kind, organ_id=row.organ_id, staff_id=row.staff_id, at=row.asked_at, facts=facts)
                row.save(force_insert=True)
        except IntegrityError:
            if (twin := first(row)) is not None:
                return twin
        else:
            return row
    raise Stale(f"{row.number}：其他同事刚刚办理了这一件，您的操作没有保存。请刷新后再试。")


def move(
    row: Row,
    to: State,
    *,
    kind: str,
    organ_id: int,
    staff_id: int | None,
    at: datetime,
    facts: Mapping[str, object],
    **changes: object,
) -> Row:
    """Bring a request from the state in which it was read to another one, its event before it, and return it.

    Raises LogDown, and Stale where somebody else was first: then nothing is written.
    """
    with transaction.atomic():
        _record(row, kind, organ_id=organ_id, staff_id=staff_id, at=at, facts=facts)
        rows = type(row).objects.filter(case_id=row.case_id, seq=row.seq, state=row.state)
        if not rows.update(state=to, **changes):
            raise Stale(f"{row.number}：已经有人决定了。请刷新后再看。")
    for name, value in {"state": to, **changes}.items():
        setattr(row, name, value)
    return row


def lapse(rows: Iterable[Row], *, word: str, at: datetime) -> int:
    """Write down that the time of requests is over, and return of how many: nobody decided, or it was open long enough."""
    count = 0
    for row in rows:
        to = State.LAPSED if row.state == State.ASKED else State.ENDED
        kind = f"{word}.{'lapsed' if to is State.LAPSED else 'ended'}"
        try:
            move(row, to, kind=kind, organ_id=row.organ_id, staff_id=None, at=at, facts={})
            count += 1
        except Stale:  # somebody decided at this moment
            continue
    return count


def is_recorded(row: Row, kind: str, *, organ_id: int, facts: Mapping[str, object]) -> bool:
    """Tell whether the ledger holds this very consent to a request, unchanged, by the person and at the moment that the row
    names: a row alone opens nothing.
    """
    wanted = {"seq": row.seq, **facts}
    by, at = row.decided_by_id, row.decided_at
    if by is None or at is None:
        return False
    rows = Event.objects.filter(case_id=row.case_id, kind=kind, organ_id=organ_id, staff_id=by, at=at)
    return any(event.facts == wanted and chain.is_whole(event) for event in rows)


def _record(
    row: Row, kind: str, *, organ_id: int, staff_id: int | None, at: datetime, facts: Mapping[str, object]
) -> None:
    try:
        chain.record_event(
            kind=kind,
            organ_id=organ_id,
            staff_id=staff_id,
            at=at,
            facts={"seq": row.seq, **facts},
            case_id=row.case_id,
        )
    except (RuntimeError, DatabaseError):
        raise down() from None
