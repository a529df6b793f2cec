"""What a paper must contain (信访工作条例 第二十三条、第三十二条、第三十五条), and what the ledger records of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lianxin.papers import (
    KINDS,
    BadPaper,
    IncompletePaper,
    MissingGlyph,
    NoFonts,
    PaperContent,
    canonical,
    check,
    configure,
    digest,
    kept,
    missing_glyphs,
)
from lianxin.procedure.errors import Refused
from tests.papers import paper_samples as samples

pytestmark = pytest.mark.usefixtures("with_fonts")

RARE = "𠮷䶮㛃镕喆堃荄"
UNPRINTABLE = "\U0010fffd"

MANDATORY = [
    (content, one.key, one.label)
    for content in samples.ALL
    for one in samples.rule(content.kind).contents
    if one.required and one.key not in KINDS[content.kind].within
]


@pytest.mark.parametrize("content", samples.ALL, ids=lambda content: content.kind)
def test_complete_paper_passes(content: PaperContent) -> None:
    check(samples.rule(content.kind), content)


@pytest.mark.parametrize(
    ("content", "key", "label"), MANDATORY, ids=[f"{content.kind}-{key}" for content, key, _ in MANDATORY]
)
def test_each_missing_content_stops_the_paper_with_its_label(
    content: PaperContent, key: str, label: str
) -> None:
    rule = samples.rule(content.kind)
    for empty in (samples.lacking(content, key), samples.changed(content, **{key: "　 "})):
        with pytest.raises(IncompletePaper) as refusal:
            check(rule, empty)
        assert refusal.value.labels == (label,)
        assert f"“{label}”" in refusal.value.sentence
        assert refusal.value.article == rule.basis
        assert refusal.value.code == "PAPER_INCOMPLETE"


@pytest.mark.parametrize("part", ["text", "facts", "outcome", "basis"])
def test_a_claim_with_a_hole_stops_the_opinion(part: str) -> None:
    claims = [dict(claim) for claim in samples.CLAIMS]
    claims[1][part] = ""
    with pytest.raises(IncompletePaper, match="第2项诉求的"):
        check(samples.rule("opinion"), samples.changed(samples.OPINION, claims=claims))


def test_a_promise_without_a_day_stops_the_opinion() -> None:
    claims = [{**samples.CLAIMS[0], "promise_on": ""}]
    with pytest.raises(IncompletePaper, match="第1项诉求的办理时限"):
        check(samples.rule("opinion"), samples.changed(samples.OPINION, claims=claims))


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(BadPaper, match="perhaps"):
        check(
            samples.rule("opinion"),
            samples.changed(samples.OPINION, claims=[{**samples.CLAIMS[0], "outcome": "perhaps"}]),
        )


def test_all_missing_contents_are_named_together() -> None:
    poor = PaperContent("receipt", {"organ": samples.ORGAN})
    with pytest.raises(IncompletePaper) as refusal:
        check(samples.rule("receipt"), poor)
    assert {"编号", "查询码", "承诺告知日期", "印章"} <= set(refusal.value.labels)
    assert isinstance(refusal.value, Refused)
    assert refusal.value.instead


def test_a_refusal_to_sign_takes_the_place_of_the_receiver() -> None:
    refused = samples.changed(
        samples.lacking(samples.PROOF, "receiver"), refusal_note="拒绝签收，见证人：桑枣镇某村村委会赵清河"
    )
    check(samples.rule("proof_of_service"), refused)


def test_rule_and_content_must_be_of_one_kind() -> None:
    with pytest.raises(BadPaper):
        check(samples.rule("receipt"), samples.OPINION)
    with pytest.raises(BadPaper):
        check(samples.rule("referral_letter"), replace(samples.OPINION, kind="referral_letter"))


def test_layouts_know_every_content_of_the_rulebook() -> None:
    for kind in KINDS.values():
        known = {*kind.labels, *kind.within}
        assert {one.key for one in samples.rule(kind.id).contents} <= known, kind.id


def test_rare_characters_can_be_printed() -> None:
    assert missing_glyphs(RARE, "body") == []
    check(samples.rule("acceptance_notice"), samples.changed(samples.ACCEPTANCE, petitioner=f"王{RARE}"))


@pytest.mark.parametrize("char", [UNPRINTABLE, "😀", "\x07"])
def test_an_unprintable_character_is_named_with_its_place(char: str) -> None:
    claims = [{**samples.CLAIMS[0], "facts": f"经查{char}属实"}]
    with pytest.raises(MissingGlyph) as refusal:
        check(
            samples.rule("opinion"), samples.changed(samples.OPINION, claims=claims, petitioner=f"王{char}")
        )
    assert refusal.value.found == ((char, ("信访人", "逐项诉求")),)
    assert f"U+{ord(char):04X}" in refusal.value.sentence
    assert refusal.value.code == "PAPER_GLYPH"
    assert "字体" in refusal.value.instead


def test_layout_marks_need_no_glyph() -> None:
    assert missing_glyphs("一\n二\t三\u200b四\ufe00", "body") == []


def test_checking_opens_no_font_once_the_table_is_kept(regular_fonts: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from lianxin.papers import configure, missing_glyphs;"
        f"configure(font_dirs=[{str(regular_fonts)!r}], system_dirs=(), cache_dir={str(tmp_path)!r});"
        "assert missing_glyphs('民😀', 'body') == ['😀'];"
        "print('typst' in sys.modules, 'fontTools' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert said == [["True", "True"], ["False", "False"]]


def test_a_damaged_table_is_built_again(regular_fonts: Path, tmp_path: Path) -> None:
    for _ in range(2):
        configure(font_dirs=[regular_fonts], system_dirs=(), cache_dir=tmp_path)
        assert missing_glyphs("民", "body") == []
        (kept_table,) = tmp_path.glob("glyphs-*.bin")
        kept_table.write_bytes(kept_table.read_bytes()[:-7])


def test_a_machine_without_chinese_fonts_says_what_to_do() -> None:
    configure(font_dirs=(), system_dirs=())
    with pytest.raises(NoFonts) as refusal:
        check(samples.rule("receipt"), samples.RECEIPT)
    assert "get_fonts.py" in refusal.value.instead


def test_unknown_role_is_refused() -> None:
    with pytest.raises(BadPaper):
        missing_glyphs("民", "margin")


def test_digest_depends_on_the_content_and_not_on_the_order() -> None:
    turned = PaperContent("opinion", dict(reversed(list(samples.OPINION.fields.items()))))
    assert digest(turned) == digest(samples.OPINION)
    assert digest(samples.changed(samples.OPINION, number="安民信意〔2026〕13号")) != digest(samples.OPINION)
    assert digest(replace(samples.OPINION, kind="other")) != digest(samples.OPINION)


def test_name_and_code_are_neither_kept_nor_digested() -> None:
    other = samples.changed(samples.RECEIPT, query_code="AAAABBBBCCCCDDDD", petitioner="赵清河")
    assert digest(other) == digest(samples.RECEIPT)
    assert str(samples.RECEIPT.fields["query_code"]) not in canonical(samples.RECEIPT).decode()
    assert {"query_code", "petitioner"}.isdisjoint(kept(samples.RECEIPT).fields)


def test_a_value_that_is_not_json_is_refused() -> None:
    with pytest.raises(BadPaper):
        digest(samples.changed(samples.OPINION, received_on=object()))
    with pytest.raises(BadPaper):
        canonical(samples.changed(samples.OPINION, number="\ud800"))
