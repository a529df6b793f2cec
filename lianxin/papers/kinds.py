"""The only place that lists the papers that have a layout, and what each layout cannot do without.

Which contents are mandatory by law is said by the rulebook (papers.toml); ids and keys are the same there and here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OUTCOMES = {"support": "予以支持", "explain": "解释说明", "not_support": "不予支持"}
"""处理结论: the three outcomes of a claim (信访工作条例 第三十二条)."""

COMMON = {"organ": "机关", "date": "日期", "item_no": "编号"}

OPTIONAL = {
    "number": "文书编号",
    "seal": "印章",
    "contact": "联系人和联系方式",
    "petitioner": "信访人",
    "received_on": "收到日期",
    "channel": "信访形式",
    "follow": "查询网址",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Named parts of each entry of a listed content; `beside` are parts owed only beside another part."""

    needs: Mapping[str, str]
    each: str
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """文书种类: one paper with a layout.

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
    shown_once: frozenset[str] = frozenset({"petitioner"})

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
    others={"query_code": "查询码", "attachments": "收到的材料"},
    variants=("a4", "narrow"),
    shown_once=frozenset({"petitioner", "query_code"}),
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
    others={"query_code": "查询方法", "handling_unit": "承办部门"},
)

OPINION = Kind(
    id="opinion",
    label="信访事项处理意见书",
    needs={
        **COMMON,
        "claims": "逐项诉求",
        "remedy": "不服时可以怎么办",
        "remedy_organs": "向哪个机关提出",
        "remedy_last_day": "提出的最后一日",
    },
    others={"accepted_on": "受理日期"},
    parts={
        "claims": Parts(
            {
                "text": "诉求内容",
                "facts": "事实和理由",
                "outcome": "处理结论",
                "basis": "法律依据",
                "promise": "办理事项",
                "promise_on": "办理时限",
            },
            each="第{n}项诉求的{part}",
            beside={"promise": "promise_on", "promise_on": "promise"},
        )
    },
    within={"facts_and_reasons": "claims", "outcomes": "claims", "legal_basis": "claims"},
)

PROOF = Kind(
    id="proof_of_service",
    label="送达回证",
    needs={**COMMON, "document": "送达的文书", "method": "送达方式", "served_at": "送达时间"},
    others={
        "receiver": "签收人",
        "refusal_note": "拒收情况和见证人",
        "place": "送达地点",
        "proof": "送达凭证",
        "servers": "送达人",
        "remarks": "备注",
    },
    instead={"receiver": "refusal_note"},
)

KINDS: Mapping[str, Kind] = {kind.id: kind for kind in (RECEIPT, ACCEPTANCE, OPINION, PROOF)}
