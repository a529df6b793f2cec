"""What review and re-check (复查、复核, Art 35, 36) have in common: who may be asked, until when, and what was asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case, CaseNumber, Paper
from lianxin.cases.policies import may_record_request
from lianxin.cases.services.acts import Loaded, load
from lianxin.cases.services.approval import other_post
from lianxin.cases.texts import normalised
from lianxin.cases.walls import clear_of, clear_organs, has_walls
from lianxin.ledger import face
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.organs.selectors import reviewing_organs
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running
from lianxin.procedure.closing import latest_window
from lianxin.procedure.inquiry import window
from lianxin.procedure.routing import review_organs


@dataclass(frozen=True, slots=True)
class Stage:
    """复查 or 复核: its events, papers, clocks and role under one name."""

    name: str
    word: str
    role: str
    window: str
    clock: str
    below: str
    below_word: str
    article: str

    @property
    def request(self) -> str:
        """Return the event of asking for it."""
        return f"request_{self.name}"

    @property
    def request_paper(self) -> str:
        """Return the paper of asking for it, which is the receipt too."""
        return f"{self.name}_request"

    @property
    def accept(self) -> str:
        """Return the event of taking it on."""
        return f"accept_{self.name}"

    @property
    def remand(self) -> str:
        """Return the event of ordering the matter to be handled again."""
        return f"{self.name}_remand"

    @property
    def opinion(self) -> str:
        """Return the paper that says what was decided."""
        return f"{self.name}_opinion"

    def decision(self, outcome: str) -> str:
        """Return the event by which this outcome is decided."""
        if self.name == "recheck":
            return "recheck_decide"
        return "review_uphold" if outcome == "uphold" else "review_change"


REVIEW = Stage(
    "review", "复查", "reviewer", "REVIEW_WIN", "REVIEW", "opinion", "处理意见", "信访工作条例 第三十五条"
)
RECHECK = Stage(
    "recheck", "复核", "rechecker", "RECHECK_WIN", "RECHECK", "review_opinion", "复查意见",
    "信访工作条例 第三十六条",
)  # fmt: skip
ASKED_FROM = ("served", "closed_lapsed", "closed_satisfied", "review_served")
REVIEWED = frozenset({"review_uphold", "review_change"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the petitioner asks and why, in the petitioner's words; `via` is online, window or post (D5).

    `received_on` is the day the request came in, None for today; `postmark` the day it was posted. `late_reason` says
    why the window was missed.
    """

    claims: tuple[str, ...]
    reasons: str
    attachments: str = ""
    late_reason: str = ""
    via: str = "online"
    received_on: date | None = None
    postmark: date | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """How the opinion reached the petitioner; the words are those of `serving.serve`."""

    method: str
    served_on: date
    proof: str
    receiver: str = ""
    refused: bool = False
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a review or re-check found: facts, reasons, outcome (uphold, revoke, change), and what is put in its place."""

    facts: str
    reasons: str
    outcome: str = "remand"
    decision: str = ""


def stage_of(loaded: Loaded) -> Stage:
    """Return whether a case is about review or re-check: by the window that was opened last, also once it has lapsed."""
    return RECHECK if latest_window(loaded.case.state, loaded.running()) == RECHECK.window else REVIEW


def decided_by(loaded: Loaded, stage: Stage) -> Organ:
    """Return the organ whose opinion is objected to: the handling organ, in a re-check the reviewing one. One query."""
    case = loaded.case
    found = case.handled_by_id or case.holder_id
    if stage is RECHECK:
        reviewed = loaded.latest(*REVIEWED)
        found = int(reviewed.organ) if reviewed and reviewed.organ else case.holder_id
    return Organ.objects.select_related("region").get(pk=found)


def organs_to_ask(loaded: Loaded, stage: Stage, *, on: date) -> list[Organ]:
    """Return the organs the petitioner may ask, nearest first; [] where no text defines one. Two queries."""
    below = decided_by(loaded, stage)
    organs = reviewing_organs(below, review_organs(loaded.book, below.rank), on=on)
    return clear_organs(loaded.case, organs, on=on)


def window_of(loaded: Loaded, stage: Stage) -> Running | None:
    """Return the window in which the petitioner may ask, running or over; None where nothing was served."""
    return next((one for one in reversed(loaded.running()) if one.clock == stage.window), None)


def is_late(
    loaded: Loaded, stage: Stage, *, on: date, via: str = "online", postmark: date | None = None
) -> bool:
    """Tell whether a request of that day misses its window; a posted one counts by its postmark."""
    running = window_of(loaded, stage)
    start, last = (running.started_on, running.deadline.legal) if running else (None, None)
    calendar = load_calendar()
    return not window(
        loaded.book, stage.window, start, calendar=calendar, act_on=on, via=via, postmark=postmark, last=last
    ).in_time


def was_late(loaded: Loaded, stage: Stage) -> bool:
    """Tell whether the request that waits came late, with a reason to be decided upon (LATE_WITH_REASON)."""
    asked = loaded.latest(stage.request)
    return asked is not None and bool(asked.facts.get("late_reason"))


def case_for_request(actor: Actor, number: str, *, on: date) -> tuple[Loaded, Stage] | None:
    """Return the case with this number and what may be asked, if the officer's organ is one that may be asked; else None.

    Just enough to record a request that came on paper: the caller shows nothing of the case.
    """
    row = CaseNumber.objects.filter(number=number).first()
    face.name(row.case_id if row else 0)
    rows = Case.objects.annotate(has_walls=has_walls()).filter(
        clear_of(actor), pk=row.case_id if row else 0, state__in=ASKED_FROM
    )
    found = rows.exclude(kind="report").first()
    if found is None:
        return None
    loaded = load(found)
    stage = stage_of(loaded)
    upper = [one.pk for one in organs_to_ask(loaded, stage, on=on)]
    return (
        (loaded, stage) if actor.organ.pk in upper and may_record_request(actor, found, upper=upper) else None
    )


def asked_for(case: Case, stage: Stage) -> list[dict[str, object]]:
    """Return what was asked as it stands on the request: rows of key, label and value. One query."""
    paper = Paper.objects.filter(case_id=case.pk, kind=stage.request_paper).order_by("-seq").first()
    sections = paper.content.get("sections", []) if paper else []
    return [one for one in sections if one["key"] in ("claims", "reasons", "attachments")]


def begun_on(loaded: Loaded, stage: Stage) -> date:
    """Return the day on which the review or re-check was taken on; that of receipt where it was not."""
    return max((act.on for act in loaded.acts if act.event == stage.accept), default=loaded.case.received_on)


def partner(actor: Actor, stage: Stage) -> str:
    """Return the role whose consent an officer has to state to decide; "" for one who holds both."""
    return other_post(actor, stage.role, "head")


def organs_above(loaded: Loaded, organ: Organ, *, on: date) -> list[Organ]:
    """Return the organs that may review what `organ` decides."""
    return reviewing_organs(organ, review_organs(loaded.book, organ.rank), on=on)


def earlier_marks(loaded: Loaded) -> list[str]:
    """Return the marks of the findings of the latest draft."""
    draft = loaded.latest("draft_opinion")
    rows = draft.facts.get("findings") if draft else None
    if not isinstance(rows, list):
        return []
    return [mark(row["seq"], str(row["facts"]), str(row["outcome"])) for row in rows]


def mark(seq: int, facts: str, outcome: str) -> str:
    """Return the digest of one finding; blanks and line ends make no difference."""
    plain = "".join(normalised(facts).split())
    return hashlib.sha256(f"{seq}|{outcome}|{plain}".encode()).hexdigest()
