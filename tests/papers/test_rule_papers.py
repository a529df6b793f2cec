"""Every paper of the rulebooks from its rule in one call: what is printed, what stops it, who is never named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from lianxin.papers import (
    KINDS,
    REVIEW_OUTCOMES,
    BadPaper,
    IncompletePaper,
    MissingGlyph,
    PaperContent,
    PaperRule,
    check,
    cited,
    digest,
    from_rule,
    kept,
    render,
    render_apart,
)
from lianxin.procedure.book import load_book
from lianxin.procedure.catalogue import Content
from tests.papers import paper_rules
from tests.papers import paper_samples as samples
from tests.papers.paper_reading import pages

pytestmark = pytest.mark.usefixtures("installed_fonts")

EACH_RULE = pytest.mark.parametrize(
    ("book", "rule"), paper_rules.RULES, ids=[f"{book}-{rule.id}" for book, rule in paper_rules.RULES]
)
FOOT = 100.0
CODES = frozenset({"outcome", "query_code", "basis"})
"""Parts printed in other words than they are given in; the tests of their layouts look at them."""


def printed(content: PaperContent) -> str:
    """Return the printed text without blanks, page after page, and then all foot lines."""
    runs = [run for page in pages(render(content, issued_at=samples.ISSUED_AT)) for run in page]
    words = "".join(run.text for run in sorted(runs, key=lambda run: run.y < FOOT))
    return re.sub(r"[\s\u200b]+", "", words)


def as_printed(value: str) -> str:
    """Return a text as it is read on paper: a day or an instant in Chinese, without blanks."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d).*)?", value)
    if not found:
        return re.sub(r"\s+", "", value)
    year, month, day = (int(part) for part in found.groups()[:3])
    hour = f"{int(found[4])}时{found[5]}分" if found[4] else ""
    return f"{year}年{month}月{day}日{hour}"


def spoken(value: object) -> list[str]:
    """Return the texts of a value that stand on paper word for word."""
    if isinstance(value, Mapping):
        return [text for key, one in value.items() if key not in CODES for text in spoken(one)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [text for one in value for text in spoken(one)]
    return [as_printed(str(value))] if value else []


def sections(content: PaperContent) -> list[Mapping[str, object]]:
    found = content.fields.get("sections", [])
    assert isinstance(found, list)
    return found


def rule_of(kind: str) -> PaperRule:
    return samples.rule(kind)


def with_person(rule: PaperRule) -> dict[str, object]:
    """Return the fields of a rule's paper as a caller has them who does not know whether a person is named."""
    fields = {key: value for key, value in given(rule).items() if key not in ("petitioner", "applicant")}
    return {**fields, "petitioner": "王秀兰", "applicant": "王秀兰"}


def given(rule: PaperRule) -> dict[str, object]:
    """Return what a caller hands over for the rule's paper."""
    content = paper_rules.content(rule)
    fields = {
        key: value for key, value in content.fields.items() if key not in ("sections", "title", "basis")
    }
    return {**fields, **{str(one["key"]): one["value"] for one in sections(content)}}


def changed(kind: str, **fields: object) -> PaperContent:
    return from_rule(rule_of(kind), {**given(rule_of(kind)), **fields})


# --- what is printed ----------------------------------------------------------------------------------------------


@EACH_RULE
def test_every_paper_prints_its_title_and_all_its_contents_in_order(book: str, rule: PaperRule) -> None:
    content = paper_rules.content(rule)
    check(rule, content)
    words = printed(content)
    title = str(content.fields.get("title") or KINDS[rule.id].label)
    assert f"{samples.ORGAN}{title}" in words or f"{samples.ORGAN}信访事项{title}" in words
    for key, value in content.fields.items():
        if key not in {"sections", "title", *CODES}:
            assert [one for one in spoken(value) if one not in words] == [], key
    place, order = 0, [one.key for one in rule.contents]
    keys = [str(one["key"]) for one in sections(content)]
    assert keys == sorted(keys, key=order.index)
    for section in sections(content):
        label = str(section["label"])
        place = words.index(label, place) + len(label)
        said = spoken(section["value"])
        assert said and [one for one in said if words.find(one, place) < 0] == [], label


def test_a_child_process_prints_the_same_bytes() -> None:
    content = changed("assignment_letter")
    assert render_apart(content, issued_at=samples.ISSUED_AT) == render(content, issued_at=samples.ISSUED_AT)


def test_the_remedy_says_what_where_and_until_when() -> None:
    words = printed(changed("non_acceptance_notice"))
    assert "不服时可以怎么办对本告知不服的" in words
    assert "向哪个机关提出：绵阳市安州区人民政府或者绵阳市民政局（由您任选其一）" in words
    assert "提出的最后一日：2027年1月18日" in words
    single = printed(
        changed("route_decision", remedy_organs=["绵阳市民政局"], remedy_last_day="收到之日起60日内")
    )
    assert "任选其一" not in single
    assert "提出的最后一日：收到之日起60日内" in single


def test_the_opening_says_for_whom_and_by_which_article() -> None:
    assert (
        "您提出的信访事项（编号：510705N20261112000137K），根据《信访工作条例》第三十四条规定，现告知如下："
        in printed(changed("extension_notice"))
    )
    letter = printed(changed("referral_letter"))
    assert "绵阳市安州区民政局：关于信访事项（编号：510705N20261112000137K），根据" in letter
    assert "接收单位" not in letter
    assert "接收单位：绵阳市安州区民政局" in printed(changed("referral_notice"))
    assert "现提出以下建议：" in printed(changed("policy_suggestion", addressee="绵阳市民政局"))
    own = printed(changed("guidance_note", opening="您好，来信收悉。", addressee="信访人"))
    assert "信访人：您好，来信收悉。" in own and "现告知如下" not in own


@pytest.mark.parametrize(
    ("basis", "law"),
    [
        ("信访工作条例 第三十五条；地方复查复核规定", "《信访工作条例》第三十五条"),
        ("信访条例 第十四条第二款、第二十一条第一款", "《信访条例》第十四条第二款、第二十一条第一款"),
        ("转送办理惯例（2005年条例没有规定）", ""),
        ("信访事项简易办理办法", ""),
    ],
)
def test_only_an_article_is_cited(basis: str, law: str) -> None:
    assert cited(basis) == law


def test_a_title_of_the_caller_takes_the_place_of_the_label() -> None:
    content = from_rule(rule_of("route_decision"), given(rule_of("route_decision")), title="行政决定书")
    check(rule_of("route_decision"), content)
    words = printed(content)
    assert f"{samples.ORGAN}行政决定书" in words
    assert "履职答复" not in words


def test_booleans_numbers_lists_and_tables_are_printed_as_people_write_them() -> None:
    assert "是否同意：否" in printed(changed("objection_answer", agreed=False))
    assert "是否同意：是" in printed(changed("objection_answer", agreed=True))
    assert "人员：12" in printed(changed("urgent_report", people=12))
    assert "已采取的措施：只有一项" in printed(changed("urgent_report", measures=["只有一项"]))
    assert "1．甲2．2026年12月3日" in printed(changed("urgent_report", measures=["甲", "2026-12-03"]))
    signing = printed(changed("mediation_agreement"))
    assert signing.count("（签名或者盖章）") == 3


def test_typed_text_is_printed_literally_and_whole() -> None:
    markup = r"#import\"x\"*粗*_斜_$x^2$[内容]@引用<标签>=标题//注`码`\u{41}"
    rows = [{"label": markup, "value": markup}]
    words = printed(changed("urgent_report", matter=markup, measures=[markup, markup], risk=rows))
    assert words.count(markup) == 5
    story = "".join(f"第{n}次来访反映低保金停发，#未答复*。" for n in range(500))
    for kind, key in (
        ("supervision_letter", "facts"),
        ("closing_report", "execution"),
        ("registration_form", "summary"),
    ):
        content = changed(kind, **{key: story})
        assert story in printed(content), kind
        assert len(pages(render(content, issued_at=samples.ISSUED_AT))) > 5


def test_signature_never_stands_alone_on_a_page() -> None:
    for length in range(0, 700, 70):
        content = changed(
            "supervision_letter", facts="经查。" + "查" * length, contact={"phone": "0816-4360000"}
        )
        last = pages(render(content, issued_at=samples.ISSUED_AT))[-1]
        lines = sorted({round(run.y, 1) for run in last if run.y > 110})
        assert len([y for y in lines if y > lines[0] + 60]) >= 2


# --- what stops a paper -------------------------------------------------------------------------------------------


@EACH_RULE
def test_each_missing_content_stops_the_paper_with_its_label(book: str, rule: PaperRule) -> None:
    within = KINDS[rule.id].within if rule.id in KINDS else {}
    whole = given(rule)
    for one in rule.contents:
        poor = from_rule(rule, {**whole, one.key: "　"})
        if not one.required or one.key in within:
            check(rule, poor)
            assert one.key not in {*poor.fields, *(section["key"] for section in sections(poor))}
            continue
        with pytest.raises(IncompletePaper) as refusal:
            check(rule, poor)
        assert refusal.value.labels == (one.label,)
        assert refusal.value.article == rule.basis


def test_an_unprintable_character_is_named_with_the_label_of_its_section() -> None:
    for fields in ({"ground": "经查😀属实"}, {"organ_in_charge": [{"label": "机关😀", "value": "甲"}]}):
        content = changed("non_acceptance_notice", **fields)
        with pytest.raises(MissingGlyph) as refusal:
            check(rule_of("non_acceptance_notice"), content)
        place = {"ground": "不予受理的具体理由", "organ_in_charge": "正在办理的机关及其期限"}[
            next(iter(fields))
        ]
        assert refusal.value.found == (("😀", (place,)),)
    with pytest.raises(MissingGlyph):
        check(rule_of("referral_letter"), samples.changed(changed("referral_letter"), title="转送函😀"))


@pytest.mark.parametrize(
    "value", [{"a": "b"}, [1, 2], [{"label": "甲"}], 1.5, ["甲", {"label": "乙", "value": "丙"}]]
)
def test_a_value_no_layout_prints_is_refused(value: object) -> None:
    with pytest.raises(BadPaper, match="matter"):
        changed("urgent_report", matter=value)


def test_unknown_fields_and_a_title_for_a_fixed_layout_are_refused() -> None:
    with pytest.raises(BadPaper, match="grund"):
        changed("non_acceptance_notice", grund="……")
    with pytest.raises(BadPaper, match="own title"):
        from_rule(rule_of("receipt"), samples.RECEIPT.fields, title="回执")


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        [{"key": "time", "label": "时间"}],
        [{"key": "time", "label": "", "value": "now"}],
        [{"key": "time", "label": "时间", "value": 3}],
        [{"key": "time", "label": "时间", "value": "甲"}, {"key": "time", "label": "时间", "value": "乙"}],
        [{"key": "organ", "label": "机关", "value": "另一机关"}],
        [{"key": "petitioner", "label": "信访人", "value": "王秀兰"}],
    ],
)
def test_sections_no_layout_can_print_are_refused(wrong: object) -> None:
    content = samples.changed(changed("urgent_report"), sections=wrong)
    with pytest.raises(BadPaper):
        check(rule_of("urgent_report"), content)
    with pytest.raises(BadPaper):
        render(content, issued_at=samples.ISSUED_AT)


# --- who is named -------------------------------------------------------------------------------------------------


@EACH_RULE
def test_nobody_is_named_where_the_rule_lists_nobody(book: str, rule: PaperRule) -> None:
    listed = {one.key for one in rule.contents} & {"petitioner", "applicant"}
    content = from_rule(
        rule, {**with_person(rule), **({"receiver": "签收人"} if rule.id == "proof_of_service" else {})}
    )
    assert content.fields.keys() & {"petitioner", "applicant"} == listed
    assert ("王秀兰" in str(content.fields)) == bool(listed)


def test_a_name_slipped_past_the_rule_is_refused() -> None:
    for kind in ("route_notice", "referral_letter", "review_opinion"):
        with pytest.raises(BadPaper, match="nobody may be named"):
            check(rule_of(kind), samples.changed(changed(kind), petitioner="王秀兰"))


def test_the_transfer_of_a_report_never_names_anybody() -> None:
    rule = load_book("national_2022").papers["report_transfer"]
    talkative = replace(rule, contents=(*rule.contents, Content("petitioner", "信访人", required=False)))
    content = from_rule(talkative, with_person(rule))
    assert "王秀兰" not in str(content.fields)
    check(talkative, content)
    named = samples.changed(content, petitioner="王秀兰")
    with pytest.raises(BadPaper, match="names no person"):
        check(talkative, named)
    with pytest.raises(BadPaper, match="names no person"):
        render(named, issued_at=samples.ISSUED_AT)


@pytest.mark.parametrize(
    ("kind", "key"), [("extension_notice", "petitioner"), ("review_acceptance", "applicant")]
)
def test_the_name_is_neither_kept_nor_digested(kind: str, key: str) -> None:
    one, other = changed(kind), changed(kind, **{key: "赵清河"})
    assert "赵清河：" in printed(other)
    assert key not in kept(other).fields
    assert digest(one) == digest(other)
    assert digest(one) != digest(changed(kind, organ="绵阳市民政局"))


# --- opinions on review -------------------------------------------------------------------------------------------


def test_a_review_answers_claim_by_claim() -> None:
    words = printed(changed("review_opinion"))
    for said in (
        "对处理意见书（编号：安民信意〔2026〕12号）不服提出的复查请求", "根据《信访工作条例》第三十五条规定，现提出复查意见如下：",
        "一、关于第一项请求", "复查意见：维持原处理意见。", "复查意见：变更原处理意见。7月低保金", "三、申请复核的权利",
        "向绵阳市安州区人民政府或者绵阳市民政局请求复核（《信访工作条例》第三十六条）", "（最后一日为2027年1月18日）",
    ):  # fmt: skip
        assert said in words
    final = printed(changed("recheck_opinion"))
    assert "三、不再受理的说明您以同样的事实和理由再次提出的" in final
    assert "复核意见：维持原复查意见。" in final
    assert "请求复核（" not in final


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("uphold", "维持原处理意见"),
        ("revoke", "撤销原处理意见"),
        ("change", "变更原处理意见"),
        ("remand", "责令重新办理"),
    ],
)
def test_facts_outcome_and_reasons_may_be_given_once_for_all(outcome: str, said: str) -> None:
    assert outcome in REVIEW_OUTCOMES
    content = changed(
        "review_opinion",
        claims=paper_rules.GIVEN_CLAIMS,
        facts="全案事实。",
        outcome=outcome,
        reasons="全案理由。",
    )
    check(rule_of("review_opinion"), content)
    assert (
        f"三、复查结论查明的事实：全案事实。复查意见：{said}。理由：全案理由。四、申请复核的权利"
        in printed(content)
    )


def test_a_claim_with_a_hole_or_an_unknown_outcome_stops_the_review() -> None:
    claims = [dict(claim) for claim in paper_rules.REVIEW_CLAIMS]
    del claims[1]["reasons"]
    with pytest.raises(IncompletePaper, match="第2项请求的理由"):
        check(rule_of("review_opinion"), changed("review_opinion", claims=claims))
    for wrong in (
        changed("review_opinion", claims=[{**paper_rules.REVIEW_CLAIMS[0], "outcome": "support"}]),
        changed("review_opinion", outcome="support"),
    ):
        with pytest.raises(BadPaper, match="support"):
            check(rule_of("review_opinion"), wrong)


def test_a_paper_under_the_former_regulation_cites_that_one() -> None:
    former = {rule.id: rule for book, rule in paper_rules.RULES if book == "national_2005"}
    for kind, article in (
        ("opinion", "根据《信访条例》第三十二条规定"),
        ("opinion", "请求复查（《信访条例》第三十四条）"),
        ("acceptance_notice", "根据《信访条例》第二十二条规定"),
        ("acceptance_notice", "根据《信访条例》第三十三条规定"),
        ("proof_of_service", "（《信访条例》第三十四条）"),
        ("review_opinion", "请求复核（《信访条例》第三十五条）"),
    ):
        words = printed(paper_rules.content(former[kind]))
        assert article in words, kind
    assert "您提出的" not in printed(paper_rules.content(former["review_opinion"]))


def test_a_draft_is_the_opinion_without_name_and_remedy() -> None:
    words = printed(changed("opinion_draft"))
    assert "处理意见书（稿）" in words and "二、关于第二项请求" in words
    assert "申请复查的权利" not in words and "王秀兰" not in words
    assert "四、申请复查的权利" in printed(
        changed(
            "opinion_draft",
            remedy="可以书面提出。",
            remedy_organs=["绵阳市民政局"],
            remedy_last_day="2027-01-20",
        )
    )
