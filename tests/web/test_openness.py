"""Every kind of step is told to the petitioner in a sentence, or says why not; what is hidden is hidden on the running pages."""

from __future__ import annotations

from lianxin.cases.models import Step
from lianxin.web import openness
from lianxin.web.public import following
from lianxin.web.public.sentences import REPORT_SHOWN, STEPS
from tests.cast import Cast


def test_every_kind_of_step_has_its_sentence_or_its_reason() -> None:
    assert not openness.untold(), (
        "give it a sentence in web.public.sentences, or a reason in web.openness.INNER"
    )


def test_no_sentence_and_no_reason_is_left_of_a_step_that_is_no_more() -> None:
    known = set(openness.events())
    assert not (set(STEPS) | set(openness.INNER) | REPORT_SHOWN) - known
    assert not set(STEPS) & set(openness.INNER)
    assert all(openness.INNER.values()) and all(why for _, why in openness.ALWAYS_HIDDEN)


def test_the_page_names_each_kind_of_step_once() -> None:
    rows = [line.split("`")[1] for line in openness.page().splitlines() if line.startswith("| `")]
    assert rows == sorted(openness.events())


def test_the_petitioners_page_hides_what_the_page_says_and_nothing_else(cast: Cast) -> None:
    case = cast.served()
    Step.objects.filter(case_id=case.pk).update(note="内部的话")
    opened = following.selectors.followed(case.pk)
    shown = following.timeline(opened)
    assert len(shown) == len(opened.steps)
    assert not [name for name in ("内部的话", "费分办", "韩承办", "陶负责") if name in str(shown)]
    report = cast.filed(kind="report", category="1302").case
    assert len(following.timeline(following.selectors.followed(report.pk))) == 1
