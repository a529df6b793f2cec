"""What is read of letters, for whom. The selector that hands out a letter's text records that it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lianxin.cases.models import Case, Paper, Step, WorkItem
from lianxin.cases.policies import content_of, progress_of, work_of
from lianxin.letters import records
from lianxin.letters.models import Batch, Letter, Posting, Stage
from lianxin.letters.policies import letters_of, may_read, works_with_letters
from lianxin.letters.sealing import Contents, opened
from lianxin.organs.actors import Actor
from lianxin.procedure.book import book_for, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Deadline, deadline

CAP = 501
INCOMING = (Stage.OPEN, Stage.SCAN, Stage.TRANSCRIBE, Stage.PROOFREAD, Stage.REGISTER)
SHELVES = (*INCOMING, "valuables", "review", "post", "result")
BEFORE, AFTER, ISSUED = ("registered", "accepted"), ("signoff",), ("issued",)
"""States of a case in which a checklist, or the post, may be next."""
REMEMBERED = (
    "review_before",
    "review_after",
    "draft_opinion",
    "sign_opinion",
    "post_paper",
    "serve",
    "give_notice",
)


@dataclass(frozen=True, slots=True)
class Checking:
    """A case of the letter desk that waits for a checker ("before", "after"), or for the post ("post")."""

    item: WorkItem
    phase: str


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """What the letter desk waits for, each shelf nearest date first; counts are capped at 501 (shown as "500+")."""

    letters: Mapping[str, Sequence[Letter]] = field(default_factory=dict)
    checking: Sequence[Checking] = ()
    postings: Sequence[Posting] = ()

    def count(self, shelf: str) -> int:
        """Return how many wait on a shelf."""
        if shelf in ("review", "post"):
            return len([one for one in self.checking if (one.phase == "post") == (shelf == "post")])
        return len(self.postings) if shelf == "result" else len(self.letters.get(shelf, ()))


def desk(actor: Actor, *, on: date) -> LetterDesk:
    """Return everything the letter desk of the officer's organ waits for. Four statements."""
    if not works_with_letters(actor):
        return LetterDesk()
    letters = list(_waiting(actor))
    by_stage: dict[str, list[Letter]] = {shelf: [] for shelf in (*INCOMING, "valuables")}
    for letter in letters:
        if letter.stage in by_stage:
            by_stage[letter.stage].append(letter)
        if letter.owes_valuables:
            by_stage["valuables"].append(letter)
    items = list(_items(actor))
    postings = list(_postings(actor))
    steps = _steps({item.case_id for item in items} | {one.case_id for one in postings})
    return LetterDesk(
        by_stage,
        [Checking(item, phase) for item in items if (phase := _phase(item, steps.get(item.case_id, ())))],
        [one for one in postings if not _is_followed(one, steps.get(one.case_id, ()))],
    )


def _waiting(actor: Actor) -> Iterable[Letter]:
    rows = Letter.objects.filter(letters_of(actor)).exclude(stage=Stage.VOID)
    owed = rows.filter(stage=Stage.DONE, returned_on=None, enclosures__has_key="valuables")
    return (rows.filter(stage__in=INCOMING) | owed).defer("box").order_by("arrived_on", "year", "count")[:CAP]


def _items(actor: Actor) -> Iterable[WorkItem]:
    rows = WorkItem.objects.filter(work_of(actor, at_once=True), channel="letter", turn="act")
    return rows.filter(state__in=(*BEFORE, *AFTER, *ISSUED)).order_by("sort_on", "case_id")[:CAP]


def _postings(actor: Actor) -> Iterable[Posting]:
    cases = Case.objects.filter(progress_of(actor)).values("pk")
    rows = Posting.objects.filter(organ=actor.organ, case_id__in=cases, outcome__in=["", "returned", "lost"])
    return rows.order_by("posted_on", "case_id")[:CAP]


def _steps(case_ids: set[int]) -> dict[int, list[tuple[int, str, dict[str, object]]]]:
    found: dict[int, list[tuple[int, str, dict[str, object]]]] = {}
    rows = Step.objects.filter(case_id__in=case_ids, event__in=REMEMBERED).order_by("case_id", "seq")
    for case_id, seq, event, facts in rows.values_list("case_id", "seq", "event", "facts"):
        found.setdefault(case_id, []).append((seq, event, facts))
    return found


def _phase(item: WorkItem, steps: Sequence[tuple[int, str, Mapping[str, object]]]) -> str:
    """Return what a case waits for: a checklist of its rulebook, the post, or "" for nothing of this desk."""
    events = [event for _, event, _ in steps]
    if item.state in ISSUED:
        last = max((n for n, event in enumerate(events) if event == "sign_opinion"), default=-1)
        return "" if "post_paper" in events[last + 1 :] else "post"
    phase = "before" if item.state in BEFORE else "after"
    rule = book_for(item.received_on).reviews.get(phase)
    if rule is None or not rule.covers(channel=item.channel, kind=item.kind, received_on=item.received_on):
        return ""
    last_event = next((event for event in reversed(events) if event in (rule.event, rule.after)), "")
    return "" if last_event == rule.event else phase


def _is_followed(posting: Posting, steps: Sequence[tuple[int, str, Mapping[str, object]]]) -> bool:
    """Tell whether something came after a posting that came back: posted again, served, or told in another way."""
    if not posting.outcome:
        return False
    after = [
        event for seq, event, facts in steps if seq > posting.seq and facts.get("post_no") != posting.post_no
    ]
    return bool({"post_paper", "serve", "give_notice"} & set(after))


def batches(actor: Actor, *, most: int = 20) -> list[Batch]:
    """Return the latest batches of the officer's organ, newest first. One statement."""
    if not works_with_letters(actor):
        return []
    return list(Batch.objects.filter(organ=actor.organ).select_related("staff").order_by("-on", "-id")[:most])


def batch(actor: Actor, batch_id: int) -> tuple[Batch, list[Letter]] | None:
    """Return a batch with its letters in the order of their numbers, None where it is not the organ's. Two statements."""
    if not works_with_letters(actor):
        return None
    found = Batch.objects.filter(organ=actor.organ, id=batch_id).select_related("staff").first()
    if found is None:
        return None
    rows = Letter.objects.filter(letters_of(actor), batch_id=batch_id).defer("box")
    return found, list(rows.order_by("year", "count"))


def letter(actor: Actor, letter_id: int) -> Letter | None:
    """Return a letter of the officer's organ, or None: not yours is not there. Its text is not opened by that."""
    rows = Letter.objects.select_related("organ", "typed_by", "proofread_by")
    return rows.filter(letters_of(actor), id=letter_id).first()


def labelled(actor: Actor, year: int, count: int) -> int | None:
    """Return the id of the letter with this label in the officer's organ, or None."""
    rows = Letter.objects.filter(letters_of(actor), year=year, count=count)
    return rows.values_list("id", flat=True).first()


def read(actor: Actor, found: Letter, *, at: datetime, why: str) -> Contents | None:
    """Return what a letter says, after it was recorded who reads it; None without the right, and once it is a case."""
    if not may_read(actor) or found.stage in (Stage.OPEN, Stage.VOID, Stage.DONE):
        return None
    records.by_officer(actor, "read", found, at=at, why=why)
    return opened(found)


def reread(actor: Actor, found: Letter) -> Contents | None:
    """Return what a letter says to who has it open: the look was recorded when the page was drawn."""
    return opened(found) if may_read(actor) else None


def case_of(actor: Actor, found: Letter) -> Case | None:
    """Return the case a letter became if the officer may follow it, for a link; no text, so no look."""
    if found.became_id is None:
        return None
    return Case.objects.filter(progress_of(actor), pk=found.became_id).only("id", "number").first()


def notice_due(found: Letter, *, on: date) -> Deadline:
    """Return by when the sender must have been told (REG_NOTICE), from the day the letter arrived."""
    return deadline(book_for(found.arrived_on), "REG_NOTICE", found.arrived_on, calendar=load_calendar())


def papers_to_post(actor: Actor, case: Case) -> list[Paper]:
    """Return the papers of a case that may go out to its petitioner, newest first. One statement."""
    if not Case.objects.filter(content_of(actor), pk=case.pk).exists():
        return []
    book = load_book(case.rulebook)
    outward = {"opinion", *(kind for rule in book.all_steps() for kind in rule.notices)}
    rows = Paper.objects.filter(case_id=case.pk, kind__in=outward).defer("content")
    return list(rows.order_by("-seq"))
