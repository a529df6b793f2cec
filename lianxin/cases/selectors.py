"""What is read of cases, for whom. The selector that hands out a petition's text writes the look itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet

from lianxin.cases import numbers
from lianxin.cases.history import Loaded, act_of
from lianxin.cases.links import has_links
from lianxin.cases.models import (
    Alert,
    Case,
    CaseNumber,
    CaseText,
    Claim,
    Evaluation,
    Notice,
    Paper,
    QueryCode,
    Step,
    WorkItem,
)
from lianxin.cases.openings import has_openings
from lianxin.cases.policies import THERE, alerts_of, content_of, may_read_content, progress_of, work_of
from lianxin.cases.walls import clear_of, has_walls
from lianxin.ledger import face
from lianxin.ledger.chain import record_look
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.petitioners.vault import Pseudonym, parties
from lianxin.procedure.book import load_book

WITH = ("holder__region", "offered_to", "handled_by", "arbiter", "registrar", "officer", "place")
PAGE = 50
_ORGAN = (
    "name",
    "short_name",
    "code",
    "level",
    "kind",
    "path",
    "phone",
    "address",
    "hours",
    "region_id",
    "parent_id",
)
SHOWN = (
    *(field.name for field in Case._meta.local_fields),
    *(f"holder__{column}" for column in _ORGAN),
    "holder__region__name",
    "holder__region__full_name",
    "holder__region__path",
    *(f"registrar__{column}" for column in ("name", "phone", "address", "hours")),
    "offered_to__name",
    "handled_by__name",
    "arbiter__name",
    "officer__name",
    *(f"place__{column}" for column in ("name", "full_name", "path")),
    "text__body",
    "text__ask",
    "text__original",
    "text__read_back",
)
"""The columns a case page shows; those of related rows that are left out would cost a third of the page's processor time."""
STEP_SHOWN = (
    *(field.name for field in Step._meta.local_fields),
    "organ__name",
    "organ__short_name",
    "staff__name",
)
CAP = 500
LOOKS = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as its page shows it to an officer; `text`, `claims`, `people` are None or empty without the right to read."""

    case: Case
    loaded: Loaded
    steps: Sequence[Step]
    papers: Sequence[Paper]
    notices: Sequence[Notice]
    text: CaseText | None = None
    claims: Sequence[Claim] = ()
    people: Sequence[Pseudonym] = ()
    looks: Sequence[Look] = ()


def case_to_act_on(actor: Actor, case_id: int) -> Case | None:
    """Return a case whose content the officer may read, or None: not yours is not there."""
    rows = Case.objects.select_related("officer").annotate(has_walls=has_walls())
    return rows.filter(content_of(actor), pk=case_id).first()


def case_to_oversee(actor: Actor, case_id: int) -> Case | None:
    """Return a case whose steps the officer may follow, for an act of supervision, or None."""
    rows = Case.objects.select_related("officer", "holder").annotate(has_walls=has_walls())
    return rows.filter(progress_of(actor), pk=case_id).first()


def open_case(actor: Actor, case_id: int, *, purpose: str, at: datetime) -> Opened | None:
    """Return a case for its page and record the look; None when it is not there for this officer.

    Text, claims and pseudonyms only for those who may read the content, steps and papers also for the registrar.
    """
    rows = Case.objects.select_related(*WITH, "text").only(*SHOWN)
    rows = rows.annotate(has_links=has_links(actor), has_walls=has_walls())
    case = rows.filter(progress_of(actor), pk=case_id).first()
    if case is None:
        return None
    reads = may_read_content(actor, case)
    looks = _looked(actor, case, what="case" if reads else "progress", purpose=purpose, at=at)
    steps = steps_of(case)
    loaded, notices = loaded_from(case, steps), notices_of(case)
    if not reads:
        return Opened(case, loaded, steps, (), notices, looks=looks)
    return Opened(
        case, loaded, steps, papers_of(case), notices, case.text, claims_of(case), parties(case.pk), looks
    )


def _looked(actor: Actor, case: Case, *, what: str, purpose: str, at: datetime) -> tuple[Look, ...]:
    """Record the officer's look and return the latest ones, this one first."""
    earlier = looks_at(case.pk, latest=LOOKS)
    after = (earlier[0].seq, earlier[0].hash) if earlier else (0, "")
    look = record_look(case_id=case.pk, what=what, purpose=purpose, reader=actor.reader(), at=at, after=after)
    return (look, *earlier)


def loaded_from(case: Case, steps: Sequence[Step]) -> Loaded:
    """Return a case with its acts from steps that were read already."""
    return Loaded(
        case, tuple(act_of(step) for step in steps), frozenset(s.key for s in steps), load_book(case.rulebook)
    )


def steps_of(case: Case) -> tuple[Step, ...]:
    """Return the steps of a case, oldest first, with organ and officer."""
    rows = Step.objects.filter(case_id=case.pk).select_related("organ", "staff").only(*STEP_SHOWN)
    return tuple(rows.order_by("seq"))


def claims_of(case: Case) -> tuple[Claim, ...]:
    """Return the claims of a case the officer has been found to read, for a form that answers them."""
    return tuple(Claim.objects.filter(case_id=case.pk).order_by("seq"))


def paper_of(case: Case, seq: int) -> Paper | None:
    """Return one paper of a case, or None."""
    return Paper.objects.filter(case_id=case.pk, seq=seq).first()


def last_step(case: Case) -> Step | None:
    """Return the latest step of a case with organ and officer."""
    return Step.objects.filter(case_id=case.pk).select_related("organ", "staff").order_by("-seq").first()


def papers_of(case: Case) -> tuple[Paper, ...]:
    """Return the papers of a case, oldest first."""
    return tuple(Paper.objects.filter(case_id=case.pk).defer("content").order_by("seq"))


def notices_of(case: Case) -> tuple[Notice, ...]:
    """Return the notices owed and given, oldest first."""
    return tuple(Notice.objects.filter(case_id=case.pk).order_by("seq", "kind"))


def registered_at(actor: Actor, case_id: int) -> Case | None:
    """Return the row of a case the officer's organ registered, for its receipt; no text, so no look."""
    return (
        Case.objects.select_related(*WITH, "registrar__region")
        .annotate(has_walls=has_walls())
        .filter(THERE, clear_of(actor), registrar=actor.organ, pk=case_id)
        .first()
    )


def case_by_number(actor: Actor, number: str) -> int | None:
    """Return the id of the case with this number if the officer may follow it, else None."""
    row = CaseNumber.objects.filter(number=number).first()
    case_id = row.case_id if row else 0
    return case_id if Case.objects.filter(progress_of(actor), pk=case_id).exists() else None


def is_registered(case_id: int) -> bool:
    """Tell whether a draft has become a case; its id says nothing to anybody else."""
    return Case.objects.filter(pk=case_id).exists()


# --- the petitioner ---------------------------------------------------------------------------------------


def case_by_code(number: str, code: str) -> int | None:
    """Return the case of a number and its query code, or None; a wrong code and a missing number take the same time."""
    face.look_up(number)
    row = QueryCode.objects.filter(number=number, dead_at=None).first()
    fits = numbers.code_fits(number, code, row.code_hash if row else "-" * 20)
    if not fits or row is None:
        return None
    case_id = CaseNumber.objects.values_list("case_id", flat=True).get(number=number)
    face.name(case_id)
    return case_id


def followed(case_id: int) -> Opened:
    """Return a case for its petitioner, who has shown number and code. Own steps, papers and words; no officer's notes.

    Of an erased case there are its steps alone.
    """
    rows = (
        Case.objects.select_related(*WITH, "text")
        .only(*SHOWN)
        .annotate(has_walls=has_walls(), has_openings=has_openings())
    )
    case = rows.get(pk=case_id)
    steps = steps_of(case)
    if case.erased_on is not None:
        return Opened(case, loaded_from(case, steps), steps, (), ())
    claims = claims_of(case)
    return Opened(case, loaded_from(case, steps), steps, papers_of(case), notices_of(case), case.text, claims)


def evaluation_of(case_id: int) -> Evaluation | None:
    """Return the latest evaluation of a case, or None: nobody has said anything."""
    return Evaluation.objects.filter(case_id=case_id).order_by("-seq").first()


def looks_at(case_id: int, *, latest: int = 200) -> tuple[Look, ...]:
    """Return who looked at a case, newest first."""
    return tuple(Look.objects.filter(case_id=case_id).order_by("-seq")[:latest])


# --- worklists --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worklist is asked for: filters by column, and the row after which it goes on (sort_on, case id)."""

    states: tuple[str, ...] = ()
    channel: str = ""
    kind: str = ""
    mine: bool = False
    shelf: str = ""
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of work, nearest legal date first; `after` leads to the next page or is None."""

    items: Sequence[WorkItem]
    after: tuple[date, int] | None
    counts: dict[str, int]


SHELVES = ("nobody", "bounced", "due", "waiting")


def worklist(actor: Actor, wanted: Wanted, *, on: date, size: int = PAGE) -> Worklist:
    """Return a page of the organ's work with the counts of the shelf, each capped at 500. Three queries."""
    mine = WorkItem.objects.filter(work_of(actor))
    rows = _filtered(mine, actor, wanted, on)
    if wanted.after:
        day, case_id = wanted.after
        rows = rows.filter(sort_on__gte=day).exclude(sort_on=day, case_id__lte=case_id)
    items = list(rows.order_by("sort_on", "case_id")[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return Worklist(items[:size], (last.sort_on, last.case_id) if last else None, shelf_counts(mine, on=on))


def open_items(actor: Actor, organ: Organ) -> int:
    """Return how many cases lie on the desk of an organ, as far as the officer may know of them."""
    return WorkItem.objects.filter(clear_of(actor, "case_id"), organ=organ).count()


def shelf_counts(mine: QuerySet[WorkItem], *, on: date) -> dict[str, int]:
    """Return how many of an officer's items lie on each shelf, at most 501 (shown as "500+"). One query that reads no
    more than that."""
    # in the order of the shelf's index, so that a count reads its first rows and never the table
    shelves = [mine.filter(_shelf(name, on)).order_by("sort_on", "case_id") for name in SHELVES]
    parts = [shelf.values("case_id")[: CAP + 1].query for shelf in shelves]
    if any(part.is_empty() for part in parts):
        return dict.fromkeys(SHELVES, 0)
    compiled = [part.get_compiler(connection=connection).as_sql() for part in parts]
    # the SQL is the ORM's own, values stay parameters
    columns = ", ".join(f"(SELECT count(*) FROM ({sql}) AS s{i})" for i, (sql, _) in enumerate(compiled))  # noqa: S608
    sql, params = f"SELECT {columns}", [param for _, some in compiled for param in some]
    if connection.vendor == "postgresql":
        # values must stand in the text: a prepared plan with parameters cannot use the partial indexes
        sql, params = connection.ops.compose_sql(sql, params), []  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return dict(zip(SHELVES, cursor.fetchone(), strict=True))


@dataclass(frozen=True, slots=True)
class Alerted:
    """One alert with the organ that owes, whether this officer may open its case, and the summary for who may read it."""

    alert: Alert
    opens: bool
    summary: str


def open_alerts(
    actor: Actor, *, rule: str = "", page: int = 1, size: int = PAGE
) -> tuple[Sequence[Alerted], int]:
    """Return a page of the alerts of the officer's organ that nobody has seen to, the most pressing first, and how many
    there are (at most 501); of one rule where it is named. Four queries."""
    rows = Alert.objects.filter(alerts_of(actor), settled_on=None).order_by(
        "order", "due_on", "case_id", "mark"
    )
    if rule:
        rows = rows.filter(rule=rule)
    found = list(rows.select_related("about")[(page - 1) * size : page * size])
    cases = Case.objects.filter(pk__in={one.case_id for one in found})
    visible = set(cases.filter(progress_of(actor)).values_list("pk", flat=True))
    summaries = dict(cases.filter(content_of(actor)).values_list("pk", "summary"))
    shown = [Alerted(one, one.case_id in visible, summaries.get(one.case_id, "")) for one in found]
    return shown, rows.values("case_id")[: CAP + 1].count()


def _filtered(rows: QuerySet[WorkItem], actor: Actor, wanted: Wanted, on: date) -> QuerySet[WorkItem]:
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.mine:
        rows = rows.filter(officer_id=actor.staff.pk)
    return rows.filter(_shelf(wanted.shelf, on)) if wanted.shelf in SHELVES else rows


def _shelf(name: str, on: date) -> Q:
    """Return the filter of one shelf: nobody responsible, sent back twice, due or past due, waiting for others."""
    return {
        "nobody": Q(officer_id=None, turn="act"),
        "bounced": Q(bounced__gte=2),
        "due": Q(turn="act", sort_on__lte=on),
        "waiting": Q(turn="wait"),
    }[name]
