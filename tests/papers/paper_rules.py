"""Invented contents for every paper of the rulebooks: one value for each key the rules list, by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lianxin.papers import KINDS, PaperContent, PaperRule, from_rule
from lianxin.procedure.book import load_book
from tests.papers import paper_samples as samples

BOOKS = ("national_2022", "national_2005")
RULES: list[tuple[str, PaperRule]] = [
    (book, rule) for book in BOOKS for rule in load_book(book).papers.values()
]

REVIEW_CLAIMS: list[dict[str, object]] = [
    {
        "text": "撤销“支付利息”一项的解释说明，补发停发期间的利息。",
        "facts": "原处理意见认定停发三个月、金额2,130元，与发放台账和银行流水一致；利息没有现行规定可以适用。",
        "outcome": "uphold",
        "reasons": "现行社会救助规定没有支付利息的规定，原处理意见已经说明理由，适用依据正确。",
    },
    {
        "text": "重新核定2026年7月的低保金。",
        "facts": "7月的金额按照旧标准计算，当年标准自7月1日起已经调整，原处理意见没有核对。",
        "outcome": "change",
        "decision": "7月低保金按照调整后的标准核定为740元，差额30元由绵阳市安州区民政局补发。",
        "reasons": "《最低生活保障审核确认办法》规定按照当地当月标准核定；原处理意见遗漏了标准调整这一事实。",
    },
]

VALUES: Mapping[str, object] = {
    **samples.RECEIPT.fields,
    **samples.ACCEPTANCE.fields,
    **samples.PROOF.fields,
    "applicant": "王秀兰",
    "petitioner": "王秀兰",
    "ground": "同一诉求正在由绵阳市安州区民政局办理，尚未超过办理期限。",
    "organ_in_charge": [
        {"label": "办理机关", "value": "绵阳市安州区民政局"},
        {"label": "办理期限的最后一日", "value": "2027-01-19"},
    ],
    "what_next": "请等候正在办理的机关答复；您可以凭原编号查询进展，也可以补充材料。",
    "recheck_no": f"{samples.ITEM}-H1",
    "recheck_served_on": "2026-10-09",
    "same_facts": "您本次提出的事实和理由，与复核时提出的事实和理由相同：均为2026年8月至10月低保金的利息。",
    "how_new_facts": "有新的事实或者理由的，请在提出时写明与以前不同之处，并附上能够证明的材料。",
    "route": "行政复议",
    "competent_organ": "绵阳市安州区人民政府",
    "time_limit": "自知道该决定之日起六十日内",
    "time_limit_ends_on": "2027-01-18",
    "legal_basis": "《中华人民共和国行政复议法》第十一条、第二十条",
    "address": "绵阳市安州区花荄镇文胜路1号行政复议接待室",
    "phone": "0816-4360012",
    "online_entry": "https://xinfang.example.gov.cn/fuyi",
    "passed_on": ["信访事项登记表", "低保金领取存折复印件"],
    "sender": "绵阳市民政局",
    "receiver": "绵阳市安州区民政局",
    "summary": "外婆今年八十三岁，独自居住，城乡低保金自2026年8月起停发，至今没有收到书面说明。\n请求恢复发放并书面说明理由。",
    "attachments": ["低保金领取存折复印件", "户口簿复印件"],
    "rule_15_days": "请自收到之日起十五日内决定是否受理，并书面告知信访人。",
    "rule_5_working_days": "认为不属于本机关职权范围的，请自收到之日起五个工作日内提出异议，说明理由并退回材料。",
    "referred_on": "2026-11-13",
    "notice_due_on": "2026-11-28",
    "result_due_on": "2026-12-31",
    "closing_report": "请按期办结，并提交办结报告。",
    "received_on": "2026-11-16",
    "filed_on": "2026-11-18",
    "reason": "信访人的户籍地和领取地均在江油市，本局没有核发或者停发的职权。",
    "agreed": False,
    "materials": ["信访事项登记表一份", "附件两件，共五页"],
    "organs": ["绵阳市安州区民政局", "江油市民政局"],
    "reasons": ["安州区民政局：户籍已经迁出。", "江油市民政局：停发决定不是本局作出。"],
    "designated_organ": "绵阳市安州区民政局",
    "handler": "李敏（社会救助股）",
    "no_interest": "本人与信访人、信访事项没有直接利害关系。",
    "person": "周喆",
    "replacement": "赵清河",
    "old_last_day": "2027-01-19",
    "new_last_day": "2027-02-18",
    "approved_by": "副局长 何川",
    "parties": ["信访人", "绵阳市安州区安康养老院"],
    "matter": "养老院预收护理费的退还",
    "consent": "双方自愿接受调解，知道可以随时要求终止。",
    "clock_runs_on": "调解期间，信访事项的办理期限继续计算。",
    "duties": [
        {"label": "退还护理费3,600元", "value": "2026-12-15"},
        {"label": "交还入住协议原件", "value": "2026-12-20前，由养老院送达"},
    ],
    "signatures": ["信访人", "安康养老院", "调解人"],
    "time": "2026-12-03T09:30:00+08:00",
    "place": "绵阳市安州区民政局三楼会议室",
    "subject": "低保金停发是否符合规定",
    "chair": "何川",
    "right_to_other_chair": "您认为主持人与本事项有直接利害关系的，可以在听证开始前申请其回避。",
    "right_to_agent": "您可以委托一至二名代理人参加听证，请带授权委托书。",
    "attendance": ["主持人何川", "信访人一方二人", "承办部门李敏"],
    "statements": "信访人一方：停发前没有收到通知。\n承办部门：系统认定有误，未作书面通知。",
    "evidence": ["发放台账", "入户调查表", "银行流水"],
    "conclusion": "停发依据的家庭成员认定与事实不符。",
    "opened_on": "2026-12-03",
    "closed_on": "2026-12-10",
    "missing": ["第二项诉求没有写明法律依据", "办理事项没有写明时限"],
    "procedure": "最低生活保障重新审核",
    "deciding_unit": "绵阳市安州区民政局社会救助股",
    "legal_period": "自受理之日起三十个工作日",
    "to_hand_in": ["家庭成员情况说明", "本人签字的核对授权书"],
    "decision": "恢复发放城乡居民最低生活保障金。",
    "suggestion": "在停发前一个月书面通知本人，并写明理由和申诉途径。",
    "studied": "我局会同区政务服务中心研究，现行办法只要求停发时告知，没有提前通知的规定。",
    "adoption": "采纳",
    "thanks": "感谢您对救助工作的关心，欢迎继续提出意见建议。",
    "what_happened": "您于2026年11月12日提出的事项，与2026年11月3日的事项内容相同。",
    "why": "两件事项的请求和理由一致，合并办理不影响您的权利。",
    "what_stays_possible": "您仍然可以查询进展、补充材料，有新的事实可以另行提出。",
    "earlier_item": "510705N20261103000021P",
    "stated_freely": "您当面确认撤回出于自愿，没有受到任何压力。",
    "rating": "满意",
    "rated_on": "2026-12-28",
    "opinion_no": "安民信意〔2026〕12号",
    "last_day": "2027-01-15",
    "next_step": "本机关将调取原办理材料，必要时听取您的意见。",
    "final": "您以同样的事实和理由再次提出的，各级机关不再受理；有新的事实或者理由的，仍然可以提出。",
    "trigger": "超过办理期限未办结",
    "facts": "该事项的办理期限于2027年1月19日届满，至今没有答复，也没有延长期限的告知。",
    "required": "请于十日内办结并书面答复信访人，同时说明超期的原因。",
    "report_due_on": "2027-02-05",
    "feedback_requested": "请于三个月内书面反馈采纳和改进的情况。",
    "people": "约十二人",
    "risk": "有老人情绪激动，现场没有冲突。",
    "measures": ["安排座位和饮水", "请社区医生到场", "当场登记并说明办理期限"],
    "reporter": "绵阳市安州区民政局信访接待室 赵清河",
    "content": "反映材料一份，共六页，身份页已经抽出。",
    "secrecy_grade": "机密",
    "opened_by": ["检举控告专岗 何川（2026年11月12日）"],
    "done": "已经入户核查，恢复发放并补发三个月低保金。",
    "result": "支持两项请求，一项不予支持。",
    "petitioner_view": "对恢复发放表示满意，对利息一项保留意见。",
    "execution": "补发款项已于2026年12月28日存入原账户。",
    "remedy": "对本告知不服的，可以提出书面申请，附本文书复印件，当面递交、邮寄或者在网上信访平台提出。",
    "remedy_organs": ["绵阳市安州区人民政府", "绵阳市民政局"],
    "remedy_last_day": "2027-01-18",
}

OWN_VALUES: Mapping[str, Mapping[str, object]] = {
    "receipt": samples.RECEIPT.fields,
    "opinion": samples.OPINION.fields,
    "opinion_draft": {"claims": samples.CLAIMS, "item_no": samples.ITEM},
    "review_opinion": {"claims": REVIEW_CLAIMS, "item_no": samples.ITEM},
    "recheck_opinion": {"claims": REVIEW_CLAIMS, "item_no": samples.ITEM},
    "proof_of_service": {**samples.PROOF.fields, "refusal_note": ""},
}
GIVEN_CLAIMS = ["撤销处理意见书中关于利息的答复。", "重新核定2026年7月的低保金。"]


def content(rule: PaperRule) -> PaperContent:
    """Return the rule's paper from invented values for everything it lists."""
    own = OWN_VALUES.get(rule.id, {"claims": GIVEN_CLAIMS})
    within = KINDS[rule.id].within if rule.id in KINDS else {}
    needed = KINDS[rule.id].needs if rule.id in KINDS else {}
    keys = [*needed, *(one.key for one in rule.contents if one.key not in within)]
    return from_rule(rule, {key: own[key] if key in own else VALUES[key] for key in keys})


def words(value: object) -> list[str]:
    """Return every text in a value, those of tables with their labels."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in words(one)]
    return [text for one in value for text in words(one)] if isinstance(value, Sequence) else []
