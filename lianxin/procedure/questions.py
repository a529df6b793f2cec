"""The only place that lists the eligibility questions (10.1): may this be done, and if not, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lianxin.procedure import answering, receiving
from lianxin.procedure.acts import Facts
from lianxin.procedure.calendar import Calendar
from lianxin.procedure.errors import BadFact
from lianxin.procedure.inquiry import Answer, Inquiry
from lianxin.procedure.rules import Rulebook

QUESTIONS: Mapping[str, Callable[[Inquiry], Answer]] = {
    question.__name__: question
    for question in (
        receiving.accept_visit,
        receiving.accept_reps,
        receiving.accept_at_upper,
        answering.request_review,
        answering.request_recheck,
        answering.reaccept_after_final,
        answering.extend,
        receiving.use_simple,
        receiving.must_notify,
        receiving.forward_to,
        receiving.assign_handler,
        receiving.object_referral,
        answering.review_organs,
        answering.evaluate,
        answering.exclude_hearing_time,
        answering.close_by_mediation,
    )
}


def ask(book: Rulebook, question: str, facts: Facts, *, calendar: Calendar) -> Answer:
    """Return the answer to an eligibility question; raises BadFact for an unknown one or an unusable fact."""
    answer = QUESTIONS.get(question)
    if answer is None:
        raise BadFact(f"没有问题 {question!r}。可以问：{'、'.join(QUESTIONS)}。")
    return answer(Inquiry(book, facts, calendar))
