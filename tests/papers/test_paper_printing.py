"""The printed papers: what stands on them, where it stands, and that the bytes never change."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from lianxin.papers import BadPaper, PaperContent, render, render_apart
from tests.papers import paper_rules
from tests.papers import paper_samples as samples
from tests.papers.paper_reading import Run, pages, text

pytestmark = pytest.mark.usefixtures("with_fonts")

MARKUP = r"#import \"x\" *粗* _斜_ $x^2$ [内容] @引用 <标签> = 标题 - 项 // 注 `码` \u{41} ~ -- --- ... '单' \"双\""
FOOT = 80.0


def printed(content: PaperContent, *, variant: str = "a4") -> str:
    """Return the printed text without blanks."""
    return text(render(content, variant=variant, issued_at=samples.ISSUED_AT))


def bare(words: str) -> str:
    """Return the words without blanks."""
    return re.sub(r"\s+", "", words)


def body_lines(page: list[Run]) -> list[float]:
    """Return the baselines of the text area, from the top."""
    return sorted({round(run.y, 1) for run in page if run.y > FOOT + 30}, reverse=True)


@pytest.mark.parametrize("content", samples.ALL, ids=lambda content: content.kind)
def test_equal_input_gives_equal_bytes(content: PaperContent) -> None:
    first = render(content, issued_at=samples.ISSUED_AT)
    assert first == render(content, issued_at=samples.ISSUED_AT)
    assert first != render(content, issued_at=datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("content", samples.ALL, ids=lambda content: content.kind)
def test_the_file_is_an_archive_copy_a_screen_reader_can_read(content: PaperContent) -> None:
    pdf = render(content, issued_at=samples.ISSUED_AT)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(zh-CN)" in pdf


@pytest.mark.parametrize("content", samples.ALL, ids=lambda content: content.kind)
def test_every_page_carries_its_number_and_the_item(content: PaperContent) -> None:
    for number, page in enumerate(pages(render(content, issued_at=samples.ISSUED_AT)), start=1):
        foot = bare("".join(run.text for run in page if run.y < FOOT + 20))
        assert f"—{number}—" in foot
        assert samples.ITEM in foot


@pytest.mark.parametrize("kind", ["referral_letter", "registration_form", "review_opinion", "opinion_draft"])
def test_layouts_shared_by_papers_give_an_archive_copy_same_bytes_and_item_on_each_page(kind: str) -> None:
    content = samples.changed(paper_rules.content(samples.rule(kind)), item_no=samples.ITEM)
    pdf = render(content, issued_at=samples.ISSUED_AT)
    assert pdf == render(content, issued_at=samples.ISSUED_AT)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf and b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    for number, page in enumerate(pages(pdf), start=1):
        foot = bare("".join(run.text for run in page if run.y < FOOT + 20))
        assert f"—{number}—" in foot and samples.ITEM in foot


def test_receipt_says_what_is_owed_to_the_petitioner() -> None:
    words = printed(samples.RECEIPT)
    for said in (
        "绵阳市安州区民政局信访事项登记回执", samples.ITEM, "7KQM-2XWP-R4TN-H9VC", "2026年11月12日9时05分", "网上信访",
        "低保金自2026年8月起停发", "2026年11月27日前（含当日）书面告知您", "https://xinfang.example.gov.cn/follow", "0816-4360000",
        "（印章）",
    ):  # fmt: skip
        assert bare(said) in words


def test_receipt_fits_one_page_and_one_slip() -> None:
    assert len(pages(render(samples.RECEIPT, issued_at=samples.ISSUED_AT))) == 1
    slip = render(samples.RECEIPT, variant="narrow", issued_at=samples.ISSUED_AT)
    assert len(pages(slip)) == 1
    box = re.search(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", slip)
    assert box and float(box[1]) == pytest.approx(58 / 25.4 * 72, abs=0.1)
    assert "7KQM-2XWP-R4TN-H9VC" in text(slip)


def test_receipt_without_the_code_says_it_was_given_once() -> None:
    words = printed(samples.lacking(samples.RECEIPT, "query_code"))
    assert "已在登记时交给您，本系统不留存" in words
    assert "7KQM" not in words


def test_the_follow_address_may_not_lead_to_one_case() -> None:
    for secret in ("item_no", "query_code"):
        address = f"https://xinfang.example.gov.cn/follow?x={samples.RECEIPT.fields[secret]}"
        with pytest.raises(BadPaper, match=secret):
            render(samples.changed(samples.RECEIPT, follow={"address": address}), issued_at=samples.ISSUED_AT)


def test_acceptance_notice_says_who_until_when_and_which_rights() -> None:
    words = printed(samples.ACCEPTANCE)
    for said in (
        "信访事项受理告知书", "安民信告〔2026〕37号", "王秀兰：", "本机关法定职权范围", "社会救助股办理",
        "受理日期为2026年11月20日", "最后一日为2027年1月19日", "陈述事实和理由", "登记时领取的查询码",
        "联系人：李敏", "花荄镇文胜路18号",
    ):  # fmt: skip
        assert bare(said) in words


def test_opinion_answers_claim_by_claim() -> None:
    words = printed(samples.OPINION)
    for said in (
        "一、关于第一项请求", "二、关于第二项请求", "三、关于第三项请求", "四、申请复查的权利",
        "予以支持。撤销停发决定，恢复发放。",
        "缺乏事实根据或者不符合法律", "1．《社会救助暂行办法》第十三条。2．《最低生活保障审核确认办法》第三十二条。",
        "于2026年12月31日前（含当日）完成：恢复发放低保金", "自收到本意见书之日起30日内",
        "向绵阳市安州区人民政府或者绵阳市民政局请求复查", "由您任选其一", "2026年12月18日",
    ):  # fmt: skip
        assert said in words


def test_opinion_prints_the_last_day_of_review_when_it_is_known() -> None:
    words = printed(
        samples.changed(samples.OPINION, remedy_last_day="2027-01-20", remedy_organs=["绵阳市民政局"])
    )
    assert "（最后一日为2027年1月20日）" in words
    assert "任选其一" not in words


def test_proof_of_service_leaves_room_to_sign() -> None:
    words = printed(samples.PROOF)
    for said in (
        "送达回证", "《信访事项处理意见书》安民信意〔2026〕12号", "直接送达", "2026年12月21日10时20分", "王秀兰（本人）",
        "李敏、周喆",
    ):  # fmt: skip
        assert said in words
    unsigned = samples.lacking(samples.lacking(samples.PROOF, "receiver"), "servers")
    assert printed(unsigned).count("（签名或者盖章）") == 2
    refused = samples.changed(unsigned, refusal_note="受送达人拒绝签收。见证人：赵清河（村委会）")
    assert "见证人：赵清河（村委会）" in printed(refused)
    assert len(pages(render(refused, issued_at=samples.ISSUED_AT))) == 1


def test_typed_text_is_printed_literally() -> None:
    claims = [{**samples.CLAIMS[0], "facts": MARKUP, "text": MARKUP, "basis": [MARKUP]}]
    words = printed(samples.changed(samples.OPINION, claims=claims, petitioner=MARKUP, number=MARKUP))
    assert words.count(bare(MARKUP)) == 5
    for content, key in (
        (samples.RECEIPT, "summary"),
        (samples.ACCEPTANCE, "matter"),
        (samples.PROOF, "remarks"),
    ):
        assert bare(MARKUP) in printed(samples.changed(content, **{key: MARKUP}))


def test_ten_thousand_characters_are_printed_whole() -> None:
    story = "".join(f"第{n}次来访反映低保金停发，#未答复*。" for n in range(500))
    pdf = render(samples.changed(samples.RECEIPT, summary=story), issued_at=samples.ISSUED_AT)
    marks = r"—\d+—|信访事项编号：\w+K(?!-)"
    assert bare(story) in re.sub(marks, "", text(pdf))
    assert len(pages(pdf)) > 5


def test_a_run_without_blanks_stays_on_the_page() -> None:
    run = "0123456789abcdef" * 40
    for content, key in ((samples.RECEIPT, "summary"), (samples.ACCEPTANCE, "matter")):
        pdf = render(samples.changed(content, **{key: run}), issued_at=samples.ISSUED_AT)
        assert run in text(pdf)
        longest = max(len(one.text) for page in pages(pdf) for one in page)
        assert longest < 80


def test_signature_never_stands_alone_on_a_page() -> None:
    for length in range(0, 700, 35):
        claims = [{**samples.CLAIMS[2], "facts": "经调查核实。" + "查" * length}]
        last = pages(render(samples.changed(samples.OPINION, claims=claims), issued_at=samples.ISSUED_AT))[-1]
        day = min(body_lines(last))
        above = [y for y in body_lines(last) if y > day + 60]
        assert len(above) >= 2


def test_a_long_opinion_runs_over_several_pages() -> None:
    claims = [{**samples.CLAIMS[n % 3], "facts": "经调查，情况属实。" * 60} for n in range(12)]
    pdf = render(samples.changed(samples.OPINION, claims=claims), issued_at=samples.ISSUED_AT)
    assert len(pages(pdf)) > 10
    assert "十二、关于第十二项请求" in text(pdf)


def test_unknown_kinds_variants_and_naive_instants_are_refused() -> None:
    with pytest.raises(BadPaper):
        render(PaperContent("poster", {}), issued_at=samples.ISSUED_AT)
    with pytest.raises(BadPaper):
        render(samples.OPINION, variant="narrow", issued_at=samples.ISSUED_AT)
    with pytest.raises(BadPaper):
        render(samples.OPINION, issued_at=samples.ISSUED_AT.replace(tzinfo=None))


def test_a_child_process_prints_the_same_bytes() -> None:
    assert render_apart(samples.PROOF, issued_at=samples.ISSUED_AT) == render(
        samples.PROOF, issued_at=samples.ISSUED_AT
    )


def test_a_failure_of_the_child_is_told() -> None:
    with pytest.raises(BadPaper, match="opinion"):
        render_apart(samples.OPINION, variant="narrow", issued_at=samples.ISSUED_AT)


@pytest.mark.parametrize("variant", ["a4", "narrow"])
def test_receipt_promises_no_second_code(variant: str) -> None:
    words = printed(samples.RECEIPT, variant=variant)
    assert "查询码不再显示，请收好" in words
    assert "本人凭编号和身份证件到接待场所补发" in words
    assert "重新领取" not in words


@pytest.mark.parametrize("variant", ["a4", "narrow"])
def test_receipt_prints_its_leaf_and_later_where_it_stands_on_one_page(variant: str) -> None:
    leaf, root = "2d71" * 16, "a1fc" * 16
    promised = samples.changed(samples.RECEIPT, leaf=leaf)
    logged = samples.changed(promised, logged={"position": 4107, "size": 4128, "root": root})
    for content, said in ((promised, "过一天可在查询页面下载证明"), (logged, "日志第4107位，共4128位")):
        words = printed(content, variant=variant)
        assert leaf in words.replace(" ", "") and bare(said) in words
        assert (root in words.replace(" ", "")) is (content is logged)
        assert len(pages(render(content, variant=variant, issued_at=samples.ISSUED_AT))) == 1
    assert "存证码" not in printed(samples.RECEIPT, variant=variant)
