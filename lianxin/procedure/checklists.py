"""The only place for the conditions on letters: was the checklist gone through, is a posting new, waits it for its result."""

from __future__ import annotations

from collections.abc import Mapping

from lianxin.procedure.judging import Failure, Guard, Judged, stated
from lianxin.procedure.reviews import ReviewRule


def rule_for(judged: Judged, phase: str) -> ReviewRule | None:
    """Return the checklist of a phase where the item is to be checked by it, else None."""
    rule, case = judged.book.reviews.get(phase), judged.case
    asked = rule is not None and rule.covers(
        channel=case.channel, kind=case.kind or "", received_on=case.received_on
    )
    return rule if asked else None


def is_done(judged: Judged, rule: ReviewRule) -> bool:
    """Tell whether a checklist was gone through, and nothing has undone it since."""
    last = next((act for act in reversed(judged.case.acts) if act.event in (rule.event, rule.after)), None)
    return last is not None and last.event == rule.event


def _met(judged: Judged, phase: str) -> bool | Failure:
    rule = rule_for(judged, phase)
    return rule is None or is_done(judged, rule) or Failure(article=rule.article)


def reviewed_before(judged: Judged) -> bool | Failure:
    """A letter is read again by a second person before it goes on."""
    return _met(judged, "before")


def reviewed_after(judged: Judged) -> bool | Failure:
    """The answer to a letter is checked by a second person before it leaves."""
    return _met(judged, "after")


def review_due(judged: Judged) -> bool:
    """A checklist is gone through once where it is asked for, and again after what undoes it."""
    phase = next((one.id for one in judged.book.reviews.values() if one.event == judged.rule.event), "")
    rule = rule_for(judged, phase)
    return rule is not None and not is_done(judged, rule)


def checklist_done(judged: Judged) -> bool | Failure:
    """Every item of the list was looked at; the refusal names those that were not."""
    rule = next((one for one in judged.book.reviews.values() if one.event == judged.rule.event), None)
    checked = judged.parts.get("checked")
    if rule is None or (checked is None and (judged.waiting or not judged.strict)):
        return True
    done = checked if isinstance(checked, (list, tuple)) else ()
    missing = [item.label for item in rule.items if item.id not in done]
    return not missing or Failure(sentence=f"还没有核对：{'；'.join(missing)}。", article=rule.article)


def postings(judged: Judged) -> tuple[list[str], set[str]]:
    """Return the numbers of what was posted, and of those the result is known of."""
    posted = [str(act.facts.get("post_no")) for act in judged.case.acts if act.event == "post_paper"]
    known = {str(act.facts.get("post_no")) for act in judged.case.acts if act.event == "post_result"}
    return posted, known


def posting_new(judged: Judged) -> bool:
    """One post number is used for one posting of a case."""
    return str(judged.parts.get("post_no")) not in postings(judged)[0]


def posting_waiting(judged: Judged) -> bool:
    """A result is noted of what was posted and of which none is known."""
    posted, known = postings(judged)
    number = judged.parts.get("post_no")
    if number is None and judged.waiting:
        return bool(set(posted) - known)
    return str(number) in posted and str(number) not in known


LETTER_GUARDS: Mapping[str, Guard] = {
    "reviewed_before": reviewed_before,
    "reviewed_after": reviewed_after,
    "review_due": review_due,
    "checklist_done": checklist_done,
    "posting_named": stated("post_no"),
    "posting_new": posting_new,
    "posting_waiting": posting_waiting,
    "result_named": stated("result"),
}
