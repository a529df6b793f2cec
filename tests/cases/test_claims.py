"""Several claims in a letter: found, routed, answered or told, and signed only when each is whole."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.models import Case, Claim, Paper, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.services import claims, handling, papers
from lianxin.cases.services.claims import Added
from lianxin.jobs import integrity
from lianxin.papers import PaperContent, check
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import GuardFailed, Refused
from tests.cast import XIN, Cast, key, on
from tests.papers.paper_reading import text

WAGES = Added("养老院拖欠护工的工资（虚构）", "31.2")
WHOLE = handling.Finding(
    1, "系统误判。", "support", "恢复发放。", "社会救助暂行办法 第十二条", "补发", date(2026, 7, 1)
)
TOLD = handling.Finding(2, "", "", "请向劳动人事争议仲裁委员会申请仲裁。", "劳动争议调解仲裁法 第五条")


def sort(cast: Cast, case: Case, *added: Added, who: str = "han", **routes: str) -> Case:
    given = {int(seq[1:]): route for seq, route in routes.items()} or {1: "31.6"}
    return claims.sort_claims(
        cast.load(who, case),
        actor=cast.actor(who),
        routes=given,
        added=added,
        key=key(),
        when=on("2026-05-11"),
    )


def draft(cast: Cast, case: Case, *findings: handling.Finding) -> Case:
    return handling.draft_opinion(
        cast.load("han", case),
        actor=cast.actor("han"),
        findings=findings,
        heard=True,
        verified=True,
        key=key(),
        when=on("2026-05-20"),
    )


def sign(cast: Cast, case: Case) -> Case:
    return handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-25"))


def test_a_claim_found_stands_beside_those_that_were_asked(cast: Cast) -> None:
    case = cast.assigned()
    asked = Claim.objects.get(case_id=case.pk).text
    done = sort(cast, case, WAGES)
    rows = list(Claim.objects.filter(case_id=case.pk).order_by("seq"))
    assert [(row.seq, row.step, row.text, row.subroute) for row in rows] == [
        (1, 1, asked, "31.6"),
        (2, done.steps, WAGES.text, "31.2"),
    ]
    assert done.state == "handling" and integrity.check(case.pk).faults == ()
    step = Step.objects.get(case_id=case.pk, event="sort_claims")
    assert WAGES.text not in str(step.facts), "the facts hold the digest, not the words"


def test_a_claim_may_be_sorted_anew_and_the_last_word_counts(cast: Cast) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    sort(cast, case, c1="31.6", c2="31.1")
    assert Claim.objects.get(case_id=case.pk, seq=2).subroute == "31.1"
    assert integrity.check(case.pk).faults == ()


@pytest.mark.parametrize(
    ("seq", "change", "fault"),
    [
        (1, {"text": "改过"}, "words of the petition"),
        (2, {"text": "改过"}, "claim 2"),
        (2, {"subroute": "31.6"}, "route of claim 2"),
        (2, {"step": 1}, "words of the petition"),
    ],
)
def test_a_changed_claim_is_named(cast: Cast, seq: int, change: dict[str, object], fault: str) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    Claim.objects.filter(case_id=case.pk, seq=seq).update(**change)
    assert fault in " ".join(integrity.check(case.pk).faults)


@pytest.mark.parametrize(
    ("added", "routes", "words"),
    [
        ([], {2: "31.6"}, "第 1 项诉求还没有选择"),
        ([], {1: "99"}, "不在规则里"),
        ([Added("  ", "31.2")], {1: "31.6"}, "诉求的内容"),
        ([Added("长" * 501, "31.2")], {1: "31.6"}, "500 字"),
        ([Added(f"{XIN['name']}要求补发", "31.6")], {1: "31.6"}, "姓名"),
        ([WAGES], {1: "31.1"}, "至少有一项"),
    ],
)
def test_it_refuses(cast: Cast, added: list[Added], routes: dict[int, str], words: str) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match=words):
        claims.sort_claims(
            cast.load("han", case),
            actor=cast.actor("han"),
            routes=routes,
            added=added,
            key=key(),
            when=on("2026-05-11"),
        )
    assert Claim.objects.filter(case_id=case.pk).count() == 1


def test_before_acceptance_all_claims_may_go_elsewhere(cast: Cast) -> None:
    case = cast.registered()
    sort(cast, case, who="fen", c1="31.1")
    assert Claim.objects.get(case_id=case.pk).subroute == "31.1"


def test_a_suggestion_has_no_claims_to_sort(cast: Cast) -> None:
    case = cast.registered()
    Case.objects.filter(pk=case.pk).update(kind="suggestion")
    with pytest.raises(GuardFailed, match="申诉求决"):
        sort(cast, case, who="fen")


def test_another_organ_or_role_does_not_sort(cast: Cast) -> None:
    case = cast.referred()
    with pytest.raises(NotYours):
        sort(cast, case, who="fen")
    case = cast.assigned()
    with pytest.raises(Refused, match="甄别分派人员"):
        sort(cast, case, who="tou")


def test_an_opinion_decides_one_claim_and_tells_the_way_of_the_other(cast: Cast) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    draft(cast, case, TOLD, WHOLE)
    done = sign(cast, case)
    assert done.state == "issued"
    facts = Step.objects.get(case_id=case.pk, event="sign_opinion").facts
    assert facts["outcomes"] == [
        {"seq": 1, "subroute": "31.6", "outcome": "support", "told": False},
        {"seq": 2, "subroute": "31.2", "outcome": "", "told": True},
    ]
    assert facts["content_complete"] is True
    paper = Paper.objects.get(case_id=case.pk, kind="opinion")
    check(load_book(case.rulebook).papers["opinion"], PaperContent("opinion", paper.content))
    first, second = paper.content["claims"]
    assert (first["outcome"], second["outcome"]) == ("support", "elsewhere")
    assert "仲裁" in second["facts"] and second["decision"] == TOLD.decision
    assert integrity.check(case.pk).faults == ()


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ([WHOLE], "第 2 项诉求没有答复"),
        ([WHOLE, handling.Finding(2, "", "", "", "")], "第 2 项诉求缺少：告知信访人走哪条途径"),
        ([WHOLE, handling.Finding(2, "", "", "请申请仲裁。", "")], "第 2 项诉求缺少：法律政策依据"),
        ([TOLD, handling.Finding(1, "查明。", "", "恢复。", "办法")], "第 1 项诉求缺少：处理结果"),
        ([TOLD, handling.Finding(1, "查明。", "support", "恢复。", "办法")], "承诺事项"),
        (
            [TOLD, handling.Finding(1, "查明。", "explain", "说明。", "办法", "补发", None)],
            "两项要么都写",
        ),
        (
            [TOLD, handling.Finding(1, "查明。", "support", "恢复。", "办法", "补发", date(2026, 5, 1))],
            "以后的完成日期",
        ),
    ],
)
def test_a_draft_with_a_hole_is_refused(cast: Cast, findings: list[handling.Finding], words: str) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    with pytest.raises(GuardFailed, match=words):
        draft(cast, case, *findings)
    assert Claim.objects.get(case_id=case.pk, seq=1).decision == ""


@pytest.mark.parametrize(
    ("seq", "hole"),
    [
        (1, {"basis": ""}),
        (1, {"outcome": ""}),
        (1, {"promise": ""}),
        (2, {"decision": ""}),
        (2, {"basis": " "}),
    ],
)
def test_an_opinion_with_a_hole_is_not_signed(cast: Cast, seq: int, hole: dict[str, str]) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    draft(cast, case, WHOLE, TOLD)
    Claim.objects.filter(case_id=case.pk, seq=seq).update(**hole)
    with pytest.raises(GuardFailed, match=f"第 {seq} 项诉求缺少"):
        sign(cast, case)
    assert Case.objects.get(pk=case.pk).state == "signoff"
    assert not Paper.objects.filter(case_id=case.pk, kind="opinion").exists()


def test_a_claim_added_while_the_draft_was_back_stops_the_next_one(cast: Cast) -> None:
    case = cast.assigned()
    draft(cast, case, WHOLE)
    handling.send_back(
        cast.load("shen", case),
        actor=cast.actor("shen"),
        reasons="信里还有一项诉求",
        key=key(),
        when=on("2026-05-21"),
    )
    assert Paper.objects.filter(case_id=case.pk, kind="check_note").count() == 1
    sort(cast, case, WAGES)
    with pytest.raises(GuardFailed, match="第 2 项诉求没有答复"):
        draft(cast, case, WHOLE)
    draft(cast, case, WHOLE, TOLD)
    assert Paper.objects.filter(case_id=case.pk, kind="opinion_draft").count() == 2
    assert integrity.check(case.pk).faults == ()


def test_the_printed_opinion_decides_nothing_on_the_claim_told_elsewhere(cast: Cast) -> None:
    case = cast.assigned()
    sort(cast, case, WAGES)
    draft(cast, case, WHOLE, TOLD)
    sign(cast, case)
    paper = Paper.objects.get(case_id=case.pk, kind="opinion")
    pdf = papers.print_paper(
        paper, reader=cast.actor("han").reader(), purpose="打印", at=on("2026-05-25").at, named=False
    )
    said = text(pdf)
    assert "不在本意见书中作出处理结论" in said and "请向劳动人事争议仲裁委员会申请仲裁" in said
    assert said.count("予以支持。") == 1 and "不予支持" not in said
