"""COI-07: the accused is asked by no letter; no paper, notice or errand is addressed to an organ behind the wall."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lianxin.cases.models import Case, Notice, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import acts, oversight, routing, walls
from lianxin.organs.models import Organ
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import GuardFailed, Stale
from tests.cases.test_oversight import REPORT, supervise
from tests.cast import Cast, key, on
from tests.security.walling import DAY, named, raised

COUNTY, CITY = "绵阳市安州区民政局", "绵阳市民政局"
TO_AN_ORGAN = {
    *("referral_letter", "assignment_letter"),
    *("objection_letter", "objection_answer", "return_letter"),
    *("transfer_receipt", "report_transfer", "dispute_report", "designation_notice"),
    *("supervision_letter", "urgent_report", "closing_report"),
    *("improvement_suggestion", "policy_suggestion", "accountability_suggestion"),
}
"""Papers by which one organ turns to another; all others are the petitioner's, or stay in the house."""
INSIDE = {
    *(
        "registration_form",
        "assignment_slip",
        "recusal_decision",
        "opinion_draft",
        "check_note",
        "hearing_record",
    ),
    *("mediation_consent", "mediation_agreement", "proof_of_service", "evaluation_record"),
    *("withdrawal_confirmation", "review_request", "recheck_request"),
}
"""Papers of the petitioner's own, and those that stay in the house."""
TO_THE_PETITIONER = {"receipt", "opinion"}


def test_coi_07_the_rulebook_knows_no_request_for_explanation(cast: Cast) -> None:
    """The law data has no such paper, so nothing is drafted for the accused. A paper that comes with a later edition has to
    be put into one of the lists above, by somebody who has thought of the accused."""
    book = load_book(cast.filed().case.rulebook)
    assert not [one.label for one in book.papers.values() if "情况说明" in one.label or "说明函" in one.label]
    told = {kind for rules in book.steps.values() for rule in rules for kind in rule.notices}
    assert set(book.papers) == TO_AN_ORGAN | INSIDE | told | TO_THE_PETITIONER
    assert not TO_AN_ORGAN & (INSIDE | told | TO_THE_PETITIONER)


def everything_of(case: Case) -> tuple[int, ...]:
    """Return how much there is of a case."""
    tables = (Step, Paper, Notice, WorkItem)
    return tuple(table.objects.filter(case_id=case.pk).count() for table in tables)


def refer(cast: Cast, case: Case, organ: Organ) -> object:
    shi = cast.actor("shi")
    return routing.refer(cast.load("shi", case), actor=shi, target=organ, key=key(), when=on(DAY))


@pytest.mark.parametrize("below", [False, True])
def test_coi_07_no_letter_is_sent_to_an_organ_behind_the_wall_or_below_it(cast: Cast, below: bool) -> None:
    county = cast.organs["anzhou"]
    town = Organ.objects.create(
        id=78, code="town", name="安州区花荄镇民政办", short_name="花荄民政办", level="county", kind="affiliated",
        region=cast.regions["anzhou"], parent=county, path=f"{county.path}78/", valid_from=county.valid_from,
    )  # fmt: skip
    case = raised(cast, cast.registered(), COUNTY)
    before = everything_of(case)
    with pytest.raises(GuardFailed, match="不能交给"):
        refer(cast, case, town if below else county)
    assert everything_of(case) == before


def supervised(cast: Cast, case: Case) -> object:
    done = raised(cast, case, COUNTY)
    return supervise(cast, done, "dao")


def given_on(cast: Cast, case: Case) -> object:
    done = raised(cast, case, COUNTY)
    return refer(cast, done, cast.organs["fucheng"])


@pytest.mark.parametrize(
    ("made", "act"), [("assigned", supervised), ("registered", given_on)], ids=["supervise", "refer"]
)
def test_coi_07_papers_written_after_the_wall_turn_to_nobody_behind_it(
    cast: Cast, made: str, act: Callable[[Cast, Case], object]
) -> None:
    case = getattr(cast, made)()
    assert act(cast, case)
    wall = Step.objects.filter(case_id=case.pk, event="raise_wall").latest("seq").seq
    written = Paper.objects.filter(case_id=case.pk, step__gt=wall)
    assert written.exists()
    for paper in written:
        values = {key: value for key, value in paper.content.items() if key not in ("sender", "organ")}
        assert COUNTY not in str(values), (paper.kind, values)
        assert COUNTY not in str(paper.content.get("organ", "")), paper.kind
    fresh = WorkItem.objects.filter(case_id=case.pk).values_list("organ__code", flat=True)
    assert "anzhou" not in set(fresh)
    assert {one.kind for one in Notice.objects.filter(case_id=case.pk)} <= {
        kind for rules in load_book(case.rulebook).steps.values() for rule in rules for kind in rule.notices
    }, "a notice is the petitioner's alone"


def test_coi_07_an_organ_behind_the_wall_can_neither_be_supervised_nor_hand_in_a_report(cast: Cast) -> None:
    case = cast.assigned()
    supervise(cast, case, "dao")
    before_wall = cast.load("han", case)
    done = walls.raise_wall(
        cast.load_public(Case.objects.get(pk=case.pk)),
        named=named(cast, COUNTY), actor=None, key=key(), when=on(DAY),
    )  # fmt: skip
    before = everything_of(done)
    for loaded in (acts.load(done), before_wall):
        with pytest.raises((NotYours, Stale)):
            oversight.hand_in_report(loaded, actor=cast.actor("han"), given=REPORT, key=key(), when=on(DAY))
    assert everything_of(done) == before
