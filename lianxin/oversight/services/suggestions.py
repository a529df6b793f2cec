"""Supervision suggestions (三项建议, Art 40): issued with facts and basis, answered in writing within the clock."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from lianxin.cases.history import Moment
from lianxin.cases.policies import NotYours
from lianxin.cases.services.wording import needed
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.oversight.models import Suggestion
from lianxin.oversight.policies import may_answer, may_suggest
from lianxin.oversight.services.recording import record
from lianxin.procedure.book import book_for
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed, Stale

ARTICLES = {
    "work": "信访工作条例 第四十条第一款",
    "policy": "信访工作条例 第四十条第二款",
    "account": "信访工作条例 第四十条第三款",
}
FEEDBACK = "信访工作条例 第四十条第四款"


def issue(
    kind: str,
    target: Organ,
    *,
    title: str,
    facts: str,
    basis: str,
    words: str,
    actor: Actor,
    key: str,
    when: Moment,
) -> Suggestion:
    """Return a new suggestion to an organ, with the day of its written feedback by the rulebook; a repeated key finds the first.

    Raises NotYours, GuardFailed (a hole, the own organ), LogBehind.
    """
    if kind not in Suggestion.Kind.values:
        raise GuardFailed("请选择建议的种类", article=FEEDBACK)
    article = ARTICLES[kind]
    if not may_suggest(actor, kind):
        raise NotYours(
            "改进工作、完善政策的建议由督查督办人员提出，追究责任的建议由负责人提出", article=article
        )
    if twin := Suggestion.objects.filter(key=key, organ=actor.organ).first():
        return twin
    if target.pk == actor.organ.pk:
        raise GuardFailed("建议向其他机关提出", article=article)
    row = Suggestion(
        id=new_id(),
        kind=kind,
        organ=actor.organ,
        target=target,
        title=needed(title, "标题", article=article, line=True)[:80],
        facts=needed(facts, "事实", article=article),
        basis=needed(basis, "依据", article=article, line=True)[:500],
        words=needed(words, "建议", article=article),
        issued_on=when.on,
        due_on=deadline(book_for(when.on), "SUGGEST_FB", when.on, calendar=load_calendar()).legal,
        issuer=actor.staff,
        key=key,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record("suggestion.issued", actor, when, suggestion=str(row.pk), power=kind, target=target.pk)
    except IntegrityError:
        return Suggestion.objects.get(key=key, organ=actor.organ)
    return row


def answer(found: Suggestion, *, adoption: str, feedback: str, actor: Actor, when: Moment) -> Suggestion:
    """Return the suggestion with the written feedback: adopted, partly, or not, always with the words; once.

    Raises NotYours, GuardFailed, Stale where it was answered already.
    """
    if not may_answer(actor, found):
        raise NotYours("书面反馈由收到建议的机关的负责人作出", article=FEEDBACK)
    if adoption not in Suggestion.Adoption.values:
        raise GuardFailed("请选择是否采纳", article=FEEDBACK)
    changes = {
        "adoption": adoption,
        "feedback": needed(feedback, "书面反馈（采纳的措施，或者不采纳的理由）", article=FEEDBACK),
        "answered_on": when.on,
        "answerer": actor.staff,
    }
    with transaction.atomic():
        if not Suggestion.objects.filter(pk=found.pk, answered_on=None).update(**changes):
            raise Stale("这份建议已经反馈过了。请刷新后再看。")
        record("suggestion.answered", actor, when, suggestion=str(found.pk), adoption=adoption)
    for name, value in changes.items():
        setattr(found, name, value)
    return found
