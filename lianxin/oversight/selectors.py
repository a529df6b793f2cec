"""What is read of supervision, for whom. A case's text goes out by `open_sampled` and `open_reading` alone, each a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet

from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, CaseText, Claim, Link, Promise, Step, Supervision, WorkItem
from lianxin.cases.selectors import SHOWN, WITH, claims_of, loaded_from, steps_of
from lianxin.cases.walls import clear_of, has_walls
from lianxin.ledger import face
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.oversight.models import Finding, Inspection, Inspector, Sample, SecondReading, Suggestion
from lianxin.oversight.policies import (
    findings_of,
    inspected_by,
    inspections_of,
    open_readings,
    owing_cases,
    read_anew_by,
    readable_samples,
    readings_of,
    samples_of,
    suggestions_of,
)

PAGE = 50
Row = TypeVar("Row", bound=Model)
SOON = timedelta(days=14)
OLD = timedelta(days=180)
PURPOSE = "专项督查"
READING = "重新审视"
WINDOWS = ("REVIEW_WIN", "RECHECK_WIN")
DEBTS = tuple(SecondReading.Why.values)


@dataclass(frozen=True, slots=True)
class Read:
    """A case as an inspector or second reader sees it: words, claims, steps; never a name, never a file."""

    case: Case
    text: CaseText
    claims: Sequence[Claim]
    steps: Sequence[Step]
    loaded: Loaded


# --- supervisions and promises ----------------------------------------------------------------------------


def running_supervisions(
    actor: Actor, *, received: bool, ended: bool = False, page: int = 1
) -> list[Supervision]:
    """Return a page of the supervisions of the officer's organ, nearest reply first; with `received` those it has to answer."""
    side = Q(about_id=actor.organ.pk) if received else Q(organ_id=actor.organ.pk)
    rows = Supervision.objects.filter(owing_cases(actor), side, ended_on__isnull=not ended)
    rows = rows.select_related("about", "organ").order_by(
        "-ended_on" if ended else "due_on", "case_id", "seq"
    )
    return _page(rows, page)


def promises_for(actor: Actor, organ: Organ, shown: str, *, on: date, page: int = 1) -> list[Promise]:
    """Return a page of an organ's promises: `soon` due within fourteen days, `over` past their day, `kept`, or `open` all that
    wait.
    """
    wanted = {
        "soon": Q(state="open", due_on__gte=on, due_on__lte=on + SOON),
        "over": Q(state="broken") | Q(state="open", due_on__lt=on),
        "kept": Q(state="kept"),
        "open": Q(state="open"),
    }[shown]
    rows = Promise.objects.filter(wanted, owing_cases(actor), organ=organ)
    return _page(rows.order_by("-due_on" if shown == "kept" else "due_on", "case_id", "seq"), page)


def organs_overseen(actor: Actor) -> list[Organ]:
    """Return the officer's organ, for a supervisor with those below it, by path; at most two hundred."""
    if not actor.has("supervisor"):
        return [actor.organ]
    return list(Organ.objects.filter(path__startswith=actor.organ.path).order_by("path")[:200])


# --- debts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Debt:
    """What an organ owes in one case: since when, and in which way. Nothing of whoever asked."""

    case_id: int
    number: str
    since: date
    days: int
    what: str = ""
    readings: Sequence[SecondReading] = ()


def debts_for(actor: Actor, organ: Organ, why: str, *, on: date, page: int = 1) -> list[Debt]:
    """Return a page of what an organ left unanswered or undone, of one kind, oldest first, with the second readings of each.

    Two statements.
    """
    found = _undone(actor, organ, on, page) if why == "undone" else _unanswered(actor, organ, why, on, page)
    rows = SecondReading.objects.filter(
        Q(owing_id=organ.pk), clear_of(actor, "case_id"), case_id__in=[one.case_id for one in found]
    )
    known: dict[int, list[SecondReading]] = {}
    for one in rows.select_related("organ").order_by("case_id", "seq"):
        known.setdefault(one.case_id, []).append(one)
    return [
        Debt(one.case_id, one.number, one.since, one.days, one.what, known.get(one.case_id, ()))
        for one in found
    ]


def _undone(actor: Actor, organ: Organ, on: date, page: int) -> list[Debt]:
    late = Q(state="broken") | Q(state="open", due_on__lt=on)
    over = late & ~Q(said="done") | Q(said="undone")
    rows = Promise.objects.filter(over, owing_cases(actor), organ=organ).exclude(state="replaced")
    return [
        Debt(one.case_id, one.number, one.due_on, (on - one.due_on).days, one.what)
        for one in _page(rows.order_by("due_on", "case_id", "seq"), page)
    ]


def _unanswered(actor: Actor, organ: Organ, why: str, on: date, page: int) -> list[Debt]:
    again = Link.objects.filter(
        clear_of(actor, "other_id"),
        case_id=OuterRef("case_id"),
        kind__in=["repeat", "same_matter"],
        undone_on=None,
    )
    wanted = {
        "overdue": Q(turn="act", sort_on__lt=on) & ~Q(clock__in=WINDOWS),
        "bounced": Q(bounced__gte=2),
        "old": Q(received_on__lte=on - OLD),
        "again": Q(Exists(again)),
    }[why]
    rows = WorkItem.objects.filter(wanted, owing_cases(actor), organ=organ)
    since = "sort_on" if why == "overdue" else "received_on"
    return [
        Debt(one.case_id, one.number, getattr(one, since), (on - getattr(one, since)).days)
        for one in _page(rows.order_by(since, "case_id"), page)
    ]


# --- inspections ------------------------------------------------------------------------------------------


def inspections(actor: Actor, *, page: int = 1) -> list[Inspection]:
    """Return a page of the inspections the officer may know of, newest first."""
    rows = Inspection.objects.filter(inspections_of(actor)).select_related("organ", "scope")
    return _page(rows.defer("frame", "seed", "report").order_by("-starts_on", "-id"), page)


def inspection(actor: Actor, inspection_id: int) -> Inspection | None:
    """Return one inspection, or None: not yours is not there."""
    rows = Inspection.objects.filter(inspections_of(actor), pk=inspection_id).defer("frame")
    return rows.select_related("organ", "scope", "planner").first()


def inspectors_of(inspection: Inspection) -> list[Inspector]:
    """Return who is named for an inspection, by name."""
    rows = Inspector.objects.filter(inspection=inspection).select_related("staff")
    return list(rows.order_by("staff__name"))


def samples(actor: Actor, inspection: Inspection) -> list[tuple[Sample, bool]]:
    """Return the drawn cases of an inspection by number, each with whether this officer may read it today. One statement."""
    may = Sample.objects.filter(
        readable_samples(actor), inspection_id=OuterRef("inspection_id"), case_id=OuterRef("case_id")
    )
    rows = Sample.objects.filter(samples_of(actor), inspection=inspection).annotate(may_read=Exists(may))
    return [(one, one.may_read) for one in rows.select_related("about").order_by("number")[:500]]


def open_sampled(actor: Actor, found: Inspection, case_id: int, *, at: datetime) -> Read | None:
    """Return a drawn case for its inspector and record the look; None for anybody else and on any other day."""
    drawn = Sample.objects.filter(readable_samples(actor), inspection=found, case_id=case_id)
    if not drawn.exists():
        return None
    face.name(case_id)
    purpose = f"{PURPOSE}：{found.topic}"
    read = _read(actor, inspected_by(actor, found.pk), case_id, purpose=purpose, at=at)
    if read is not None:
        drawn.filter(read_on=None).update(read_on=actor.on)
    return read


def findings(actor: Actor, *, inspection: Inspection | None = None, page: int = 1) -> list[Finding]:
    """Return a page of findings, of one inspection or those the officer's organ has to rectify, nearest day first."""
    rows = Finding.objects.filter(findings_of(actor)).select_related("about", "organ", "inspection")
    rows = rows.filter(inspection=inspection) if inspection else rows.filter(about_id=actor.organ.pk)
    return _page(rows.order_by("due_on", "inspection_id", "seq"), page)


def finding(actor: Actor, inspection_id: int, seq: int) -> Finding | None:
    """Return one finding, or None."""
    rows = Finding.objects.filter(findings_of(actor), inspection_id=inspection_id, seq=seq)
    return rows.select_related("about", "organ", "inspection", "finder").first()


def outcome(actor: Actor, inspection: Inspection) -> dict[str, int]:
    """Return how many cases were drawn and read, how many findings there are and how many are rectified, without what is
    hidden from the officer. Two statements.
    """
    clear = clear_of(actor, "case_id")
    done = Sample.objects.filter(clear, inspection=inspection).aggregate(
        drawn=Count("case_id"), read=Count("read_on")
    )
    found = Finding.objects.filter(clear, inspection=inspection).aggregate(
        cases=Count("case_id", distinct=True),
        findings=Count("seq"),
        accepted=Count("seq", filter=Q(state=Finding.State.ACCEPTED)),
    )
    return {**done, **found}


# --- suggestions and second readings ----------------------------------------------------------------------


def suggestions(actor: Actor, *, received: bool, page: int = 1) -> list[Suggestion]:
    """Return a page of the suggestions sent to the officer's organ or issued by it, unanswered and nearest day first."""
    side = Q(target_id=actor.organ.pk) if received else Q(organ_id=actor.organ.pk)
    rows = Suggestion.objects.filter(suggestions_of(actor), side).select_related("organ", "target")
    return _page(rows.order_by(F("answered_on").desc(nulls_first=True), "due_on", "-id"), page)


def suggestion(actor: Actor, suggestion_id: int) -> Suggestion | None:
    """Return one suggestion, or None."""
    rows = Suggestion.objects.filter(suggestions_of(actor), pk=suggestion_id)
    return rows.select_related("organ", "target", "issuer", "answerer").first()


def readings(actor: Actor, *, page: int = 1) -> list[SecondReading]:
    """Return a page of the second readings the officer may see, those to be written first."""
    rows = SecondReading.objects.filter(readings_of(actor)).select_related(
        "organ", "owing", "reader", "asker"
    )
    return _page(rows.order_by(F("written_on").desc(nulls_first=True), "due_on", "case_id", "seq"), page)


def reading(actor: Actor, case_id: int, seq: int) -> SecondReading | None:
    """Return one second reading, or None."""
    rows = SecondReading.objects.filter(readings_of(actor), case_id=case_id, seq=seq)
    return rows.select_related("organ", "owing", "reader", "asker").first()


def open_reading(actor: Actor, found: SecondReading, *, at: datetime) -> Read | None:
    """Return the case of a second reading for its reader and record the look; None for others, and when it is over."""
    if not SecondReading.objects.filter(open_readings(actor), case_id=found.case_id, seq=found.seq).exists():
        return None
    face.name(found.case_id)
    purpose = f"{READING}：{found.get_why_display()}"
    return _read(actor, read_anew_by(actor), found.case_id, purpose=purpose, at=at)


def owing_case(actor: Actor, case_id: int) -> Case | None:
    """Return a case whose debts the officer looks after, or None."""
    rows = Case.objects.select_related("holder", "handled_by").annotate(has_walls=has_walls())
    return rows.filter(owing_cases(actor, "pk"), pk=case_id).first()


def _read(actor: Actor, allowed: Q, case_id: int, *, purpose: str, at: datetime) -> Read | None:
    rows = Case.objects.select_related(*WITH, "text").only(*SHOWN).annotate(has_walls=has_walls())
    case = rows.filter(allowed, pk=case_id).first()
    if case is None:
        return None
    record_look(case_id=case_id, what="case", purpose=purpose, reader=actor.reader(), at=at)
    steps = steps_of(case)
    return Read(case, case.text, claims_of(case), steps, loaded_from(case, steps))


def _page(rows: QuerySet[Row], page: int) -> list[Row]:
    """Return one page of rows and one more, which tells that there is another."""
    return list(rows[(page - 1) * PAGE : page * PAGE + 1])
