"""Contents of the four papers, all names and places of work invented or general."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from lianxin.papers import PaperContent, PaperRule
from lianxin.procedure.book import load_book

ISSUED_AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
ORGAN = "绵阳市安州区民政局"
ITEM = "510705N20261112000137K"
CONTACT = {"person": "李敏", "phone": "0816-436 0000", "address": "绵阳市安州区花荄镇文胜路18号信访接待室"}
FOLLOW = {"address": "https://xinfang.example.gov.cn/follow"}


RECEIPT = PaperContent(
    "receipt",
    {
        "organ": ORGAN,
        "seal": "（印章）",
        "number": f"{ITEM}-D01",
        "item_no": ITEM,
        "query_code": "7KQM2XWPR4TNH9VC",
        "petitioner": "王秀兰",
        "received_at": "2026-11-12T09:05:00+08:00",
        "channel": "网上信访",
        "summary": "外婆今年八十三岁，独自居住在桑枣镇，城乡低保金自2026年8月起停发，至今没有收到书面说明。\n"
        "请求：1.恢复发放低保金；2.补发8月至10月的低保金；3.书面说明停发的理由。",
        "attachments": ["低保金领取存折复印件", "户口簿复印件"],
        "promised_notice_on": "2026-11-27",
        "follow": FOLLOW,
        "contact": CONTACT,
        "date": "2026-11-12",
    },
)

ACCEPTANCE = PaperContent(
    "acceptance_notice",
    {
        "organ": ORGAN,
        "seal": "（印章）",
        "number": "安民信告〔2026〕37号",
        "item_no": ITEM,
        "petitioner": "王秀兰",
        "received_on": "2026-11-12",
        "channel": "网上信访",
        "matter": "外婆独自居住，低保金8月起停发",
        "handling_organ": ORGAN,
        "handling_unit": "社会救助股",
        "accepted_on": "2026-11-20",
        "last_day": "2027-01-19",
        "right_to_be_heard": "您可以当面或者书面陈述事实和理由、补充材料，本机关将认真听取；事项重大、复杂、疑难的，可以举行听证。"
        "您可以随时查询进展。被反映的单位和个人无权查看您的身份信息。",
        "query_code": f"凭信访事项编号和登记时领取的查询码，可以在{FOLLOW['address']}查询办理进展。",
        "contact": CONTACT,
        "date": "2026-11-20",
    },
)

CLAIMS: list[dict[str, object]] = [
    {
        "text": "恢复发放外婆刘素珍（化名）的城乡居民最低生活保障金。",
        "facts": "经入户调查和信息核对，刘素珍独自居住，无劳动能力，家庭人均月收入低于当地最低生活保障标准。"
        "2026年7月年度核查时，因户籍信息录入有误，其子被误认定为共同生活的家庭成员，自8月起停发。"
        "停发所依据的家庭成员认定与事实不符，刘素珍仍符合最低生活保障条件。",
        "outcome": "support",
        "decision": "撤销停发决定，恢复发放。",
        "basis": "《社会救助暂行办法》第九条：“国家对共同生活的家庭成员人均收入低于当地最低生活保障标准，"
        "且符合当地最低生活保障家庭财产状况规定的家庭，给予最低生活保障。”",
        "promise": "恢复发放低保金，并将决定书送达本人。",
        "promise_on": "2026-12-31",
    },
    {
        "text": "补发2026年8月至10月的低保金，并支付利息。",
        "facts": "8月至10月停发三个月，金额共计2,130元。停发系核查错误造成，应予补发；支付利息的请求现行规定中没有依据。",
        "outcome": "support",
        "decision": "补发低保金2,130元；利息部分向您作出解释说明。",
        "basis": "《社会救助暂行办法》第十三条；《最低生活保障审核确认办法》第三十二条",
        "promise": "补发2026年8月至10月低保金2,130元，存入原领取账户。",
        "promise_on": "2026-12-31",
    },
    {
        "text": "追究入户核查人员的刑事责任。",
        "facts": "经调查，核查人员按照规定程序入户，信息录入错误系操作疏忽，未发现故意或者牟利情形。",
        "outcome": "not_support",
        "decision": "对录入错误的工作人员，本机关已批评教育，并实行双人复核。",
        "basis": [{"title": "《信访工作条例》", "article": "第三十二条第一款"}],
    },
]

OPINION = PaperContent(
    "opinion",
    {
        "organ": ORGAN,
        "seal": "（印章）",
        "number": "安民信意〔2026〕12号",
        "item_no": ITEM,
        "petitioner": "王秀兰",
        "received_on": "2026-11-12",
        "channel": "网上信访",
        "accepted_on": "2026-11-20",
        "claims": CLAIMS,
        "remedy": "请求复查应当提交书面申请和本意见书复印件，可以当面递交、邮寄，也可以在网上信访平台提出。",
        "remedy_organs": ["绵阳市安州区人民政府", "绵阳市民政局"],
        "remedy_last_day": "自收到本意见书之日起30日内",
        "contact": CONTACT,
        "date": "2026-12-18",
    },
)

PROOF = PaperContent(
    "proof_of_service",
    {
        "organ": ORGAN,
        "seal": "（印章）",
        "number": "安民信送〔2026〕12号",
        "item_no": ITEM,
        "document": {"title": "信访事项处理意见书", "number": "安民信意〔2026〕12号"},
        "petitioner": "王秀兰",
        "method": "直接送达",
        "place": "绵阳市安州区桑枣镇便民服务中心",
        "served_at": "2026-12-21T10:20:00+08:00",
        "receiver": "王秀兰（本人）",
        "contact": CONTACT,
        "servers": ["李敏", "周喆"],
        "date": "2026-12-21",
    },
)

ALL = (RECEIPT, ACCEPTANCE, OPINION, PROOF)


def rule(kind: str) -> PaperRule:
    """Return what the rulebook in force says of the paper."""
    return load_book("national_2022").papers[kind]


def changed(content: PaperContent, **fields: object) -> PaperContent:
    """Return the content with some fields replaced."""
    return replace(content, fields={**content.fields, **fields})


def lacking(content: PaperContent, key: str) -> PaperContent:
    """Return the content without one field."""
    return replace(content, fields={name: value for name, value in content.fields.items() if name != key})
