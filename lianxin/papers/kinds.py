"""The only place that lists the layouts of papers, and what each layout cannot do without.

Seven papers have a layout of their own or share the opinion's; every other paper of the rulebook is printed by the
general layout from its title and its ordered sections (`lianxin.papers.sections`). Which contents are mandatory by
law is said by the rulebook (papers.toml); ids and keys are the same there and here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OUTCOMES = {"support": "予以支持", "explain": "解释说明", "not_support": "不予支持"}
"""处理结论: the three outcomes of a claim (信访工作条例 第三十二条)."""

TOLD_ELSEWHERE = {"elsewhere": "依法通过其他途径处理"}
"""A claim that goes another way by law stands on the opinion as told, not as decided (信访工作条例 第三十一条)."""

REVIEW_OUTCOMES = {"uphold": "维持", "revoke": "撤销", "change": "变更", "remand": "责令重新办理"}
"""复查、复核结论 (信访工作条例 第三十五条、第三十六条; their names are ours)."""

COMMON = {"organ": "机关", "date": "日期", "item_no": "编号"}

OPTIONAL = {
    "number": "文书编号",
    "seal": "印章",
    "contact": "联系人和联系方式",
    "received_on": "收到日期",
    "channel": "信访形式",
    "follow": "查询网址",
    "basis": "出具依据",
}

PERSON = {"petitioner": "信访人", "applicant": "申请人"}
"""Who is named on a paper: printed as the addressee, never kept, and only where the rulebook lists it."""

NEVER_NAMED = frozenset({"report_transfer"})
"""检举控告 goes on without the identity of who made it (信访工作条例 第三十条), whatever a local rule says."""

REMEDY = {
    "remedy": "不服时可以怎么办",
    "remedy_organs": "向哪个机关提出",
    "remedy_last_day": "提出的最后一日",
}

FORMS = frozenset({"registration_form", "transfer_receipt", "assignment_slip", "evaluation_record"})
"""Papers of the general layout that are a table rather than a letter."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Named parts of each entry of a listed content.

    `beside` are parts owed only beside another part; `once` are parts that the paper may give once for all
    entries, under the same key; `outcomes` are the outcomes an entry may have.
    """

    needs: Mapping[str, str]
    each: str
    outcomes: Mapping[str, str]
    beside: Mapping[str, str] = field(default_factory=dict)
    once: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """文书种类: one paper and the template that prints it (its own id where `template` is empty).

    `within` are contents of the rulebook that stand inside each entry of another one; `instead` names, for a
    content, the other content that takes its place.
    """

    id: str
    label: str
    needs: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Parts] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ("a4",)
    shown_once: frozenset[str] = frozenset(PERSON)
    template: str = ""
    general: bool = False

    @property
    def labels(self) -> dict[str, str]:
        """The Chinese name of each field the layout prints."""
        return {**OPTIONAL, **self.needs, **self.others}


RECEIPT = Kind(
    id="receipt",
    label="登记回执",
    needs={
        **COMMON,
        "received_at": "收到日期和时间",
        "channel": "信访形式",
        "summary": "摘要",
        "promised_notice_on": "承诺告知日期",
    },
    others={
        "petitioner": "信访人",
        "query_code": "查询码",
        "attachments": "收到的材料",
        "leaf": "存证码",
        "logged": "存证位置",
    },
    variants=("a4", "narrow"),
    shown_once=frozenset({*PERSON, "query_code"}),
)

ACCEPTANCE = Kind(
    id="acceptance_notice",
    label="受理告知书",
    needs={
        **COMMON,
        "matter": "信访事项",
        "handling_organ": "办理机关",
        "accepted_on": "受理日期",
        "last_day": "办理期限的最后一日",
        "right_to_be_heard": "陈述事实和理由的权利",
    },
    others={"petitioner": "信访人", "query_code": "查询方法", "handling_unit": "承办部门"},
)

CLAIMS = Parts(
    {
        "text": "诉求内容",
        "facts": "事实和理由",
        "outcome": "处理结论",
        "basis": "法律依据",
        "promise": "办理事项",
        "promise_on": "办理时限",
    },
    each="第{n}项诉求的{part}",
    outcomes={**OUTCOMES, **TOLD_ELSEWHERE},
    beside={"promise": "promise_on", "promise_on": "promise"},
)

OPINION = Kind(
    id="opinion",
    label="信访事项处理意见书",
    needs={**COMMON, "claims": "逐项诉求", **REMEDY},
    others={"petitioner": "信访人", "accepted_on": "受理日期"},
    parts={"claims": CLAIMS},
    within={"facts_and_reasons": "claims", "outcomes": "claims", "legal_basis": "claims"},
)

OPINION_DRAFT = Kind(
    id="opinion_draft",
    label="处理意见书（稿）",
    needs={**COMMON, "claims": "逐项诉求"},
    others={"title": "标题", "accepted_on": "受理日期", **REMEDY},
    parts={"claims": CLAIMS},
    within=OPINION.within,
    template="opinion",
)


def _review(kind_id: str, label: str, opinion_no: str) -> Kind:
    """Return the opinion of a higher organ: claim by claim, facts, outcome and reasons for each or once for all."""
    once = {"facts": "查明的事实", "outcome": "维持、撤销、变更或者责令重新办理", "reasons": "理由"}
    return Kind(
        id=kind_id,
        label=label,
        needs={"organ": "机关", "date": "日期", "opinion_no": opinion_no, "claims": "请求"},
        others={
            **once,
            "title": "标题",
            "item_no": "编号",
            "decision": "决定内容",
            "final": "不再受理的说明",
            **REMEDY,
        },
        parts={
            "claims": Parts(
                {"text": "内容", **once},
                each="第{n}项请求的{part}",
                outcomes=REVIEW_OUTCOMES,
                once=frozenset(once),
            )
        },
        within=dict.fromkeys(once, "claims"),
        template="review",
    )


REVIEW_OPINION = _review("review_opinion", "复查意见书", "处理意见书编号")
RECHECK_OPINION = _review("recheck_opinion", "复核意见书", "复查意见书编号")

PROOF = Kind(
    id="proof_of_service",
    label="送达回证",
    needs={**COMMON, "document": "送达的文书", "method": "送达方式", "served_at": "送达时间"},
    others={
        "petitioner": "信访人",
        "receiver": "签收人",
        "refusal_note": "拒收情况和见证人",
        "place": "送达地点",
        "proof": "送达凭证",
        "servers": "送达人",
        "remarks": "备注",
    },
    instead={"receiver": "refusal_note"},
)

KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (RECEIPT, ACCEPTANCE, OPINION, OPINION_DRAFT, PROOF, REVIEW_OPINION, RECHECK_OPINION)
}


def general(kind_id: str) -> Kind:
    """Return the kind the general layout prints: a title and ordered sections, the rest is the rulebook's."""
    return Kind(
        id=kind_id,
        label=kind_id,
        needs={"organ": "机关", "date": "日期", "title": "标题", "sections": "内容"},
        others={
            **PERSON,
            **REMEDY,
            "item_no": "编号",
            "receiver": "接收单位",
            "addressee": "收件单位",
            "opening": "开头",
        },
        template="form" if kind_id in FORMS else "general",
        general=True,
    )


def kind_of(kind_id: str, fields: Mapping[str, object]) -> Kind | None:
    """Return the kind that prints these fields: its own layout, the general one for a title with sections, or None."""
    if kind_id in KINDS:
        return KINDS[kind_id]
    return general(kind_id) if "title" in fields and "sections" in fields else None
