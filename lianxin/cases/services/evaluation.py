"""What the petitioner says of the answer: accepts it, evaluates it. Silence is never a rating (Art 21)."""

from __future__ import annotations

from dataclasses import dataclass

from lianxin.cases.links import is_repeat
from lianxin.cases.models import Case, Evaluation
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.papers import closing_notice, letter
from lianxin.cases.texts import normalised
from lianxin.papers import PaperContent
from lianxin.procedure.errors import GuardFailed

KEPT_APART = "信访人已经作出评价。评价内容另行保存，不作为本件材料，登记和办理人员看不到。"
ANSWERING = frozenset({"serve", "answer_suggestion", "agree_settlement"})
"""Each of these is an answer of its own, the one after a remand too."""


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
    request = Request("accept_result", key, {"explicit": True}, role=PETITIONER)
    why = f"信访人于{when.on.isoformat()}明确表示认可处理结果。"
    writing = Writing(papers=lambda: [closing_notice(loaded, why=why, when=when)])
    return perform(loaded, request, actor=None, when=when, writing=writing)


def evaluated(loaded: Loaded) -> bool:
    """Tell whether the answer given last has been evaluated."""
    last = loaded.latest("evaluate", *ANSWERING)
    return last is not None and last.event == "evaluate"


def evaluate(loaded: Loaded, *, opinion: Opinion, key: str, when: Moment) -> Case:
    """Return the case with the petitioner's evaluation, once per answer. Raises Refused outside the scope.

    The two ratings are kept with the evaluation alone: no paper and no fact of the case tells its officers.
    """
    if key in loaded.keys:
        return loaded.case
    if evaluated(loaded):
        raise GuardFailed(
            "您已经评价过这次答复",
            article="信访工作条例 第二十一条",
            instead="如有新的情况，可以补充材料。",
        )
    if {opinion.office, opinion.organ} - set(Evaluation.Rating.values):
        raise GuardFailed("请为登记部门和办理单位各选一项评价", article="信访工作条例 第二十一条")
    case = loaded.case
    parts = {
        "first_time": not is_repeat(case),
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

    given = {"rating": KEPT_APART, "rated_on": when.on.isoformat()}

    def record() -> list[PaperContent]:
        return [letter(loaded, "evaluation_record", organ=case.holder, on=when.on, given=given)]

    request = Request("evaluate", key, parts, role=PETITIONER)
    return perform(loaded, request, actor=None, when=when, writing=Writing(papers=record, also=keep))
