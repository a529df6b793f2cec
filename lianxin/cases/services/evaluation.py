"""What the petitioner says of the answer: accepts it, evaluates it. Silence is never a rating (Art 21)."""

from __future__ import annotations

from dataclasses import dataclass

from lianxin.cases.models import Case, Evaluation
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, perform
from lianxin.cases.texts import normalised
from lianxin.procedure.errors import GuardFailed


@dataclass(frozen=True, slots=True)
class Opinion:
    """The petitioner's three answers and two ratings; `carried_out` is None while nothing was to be carried out."""

    answered: bool
    right: bool
    carried_out: bool | None
    office: str
    organ: str
    words: str = ""


def accept_result(loaded: Loaded, *, key: str, when: Moment) -> Case:
    """Return the case as closed because the petitioner has said in so many words that the answer is accepted."""
    return perform(
        loaded, Request("accept_result", key, {"explicit": True}, role=PETITIONER), actor=None, when=when
    )


def evaluate(loaded: Loaded, *, opinion: Opinion, key: str, when: Moment) -> Case:
    """Return the case with the petitioner's evaluation, once per answer. Raises Refused outside the scope."""
    if any(act.event == "evaluate" for act in loaded.acts):
        raise GuardFailed(
            "您已经评价过这件信访事项",
            article="信访工作条例 第二十一条",
            instead="如有新的情况，可以补充材料。",
        )
    if {opinion.office, opinion.organ} - set(Evaluation.Rating.values):
        raise GuardFailed("请为登记部门和办理单位各选一项评价", article="信访工作条例 第二十一条")
    case = loaded.case
    parts = {
        "first_time": True,
        "through_system": True,
        "statutory_route": case.subroute not in ("", "31.6"),
        "report": case.kind == "report",
    }

    def keep(seq: int) -> None:
        Evaluation.objects.create(
            case_id=case.pk,
            seq=seq,
            answered=opinion.answered,
            right=opinion.right,
            carried_out=opinion.carried_out,
            office=opinion.office,
            organ=opinion.organ,
            words=normalised(opinion.words),
            at=when.at,
        )

    request = Request("evaluate", key, parts, role=PETITIONER)
    return perform(loaded, request, actor=None, when=when, writing=Writing(also=keep))
