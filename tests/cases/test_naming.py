"""No field of a petitioner's identity stands in what an officer types: papers, facts and remarks; the petitioner's own may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lianxin.cases.models import Case, Paper, Step
from lianxin.cases.services import claims, handling, reviewing, routing, serving, withdrawing
from lianxin.cases.services.stages import RECHECK, REVIEW, Asked, Found, Service
from lianxin.procedure.errors import GuardFailed
from tests.cases.test_refusals import at_city
from tests.cast import XIN, Cast, key, on

NAMED = f"经向{XIN['name']}核实"
PLAIN = "本人签收"
DAY = "2026-05-20"


def draft(cast: Cast, text: str, part: str) -> Case:
    case = cast.assigned()
    given = {
        "facts": "系统误判。",
        "decision": "恢复发放。",
        "basis": "社会救助暂行办法 第十二条",
        "promise": "补发",
        part: text,
    }
    finding = handling.Finding(1, outcome="support", promise_on=date(2026, 7, 1), **given)  # type: ignore[arg-type]
    return handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding], heard=True, verified=True,
        key=key(), when=on(DAY),
    )  # fmt: skip


def serve(cast: Cast, text: str, part: str) -> Case:
    given = {"proof": PLAIN, "witness": "邻居", part: text}
    case = cast.issued()
    return serving.serve(
        cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=date(2026, 5, 28),
        receiver="", refused=True, key=key(), when=on("2026-05-28"), **given,
    )  # fmt: skip


def review(cast: Cast, text: str, part: str) -> Case:
    case = cast.under_review()
    found = {"facts": "事实清楚。", "reasons": "计算无误。", "decision": ""}
    service = {"proof": PLAIN, "witness": "邻居"}
    for parts in (found, service):
        parts |= {part: text} if part in parts else {}
    return reviewing.decide(
        cast.load("fu", case), REVIEW, actor=cast.actor("fu"), found=Found(outcome="uphold", **found),
        service=Service("in_person", date(2026, 6, 22), refused=True, **service), approver=cast.staff["shi"],
        key=key(), when=on("2026-06-22"),
    )  # fmt: skip


def recheck_remand(cast: Cast, text: str) -> Case:
    case = cast.under_recheck()
    return reviewing.remand(
        cast.load("kun", case), RECHECK, actor=cast.actor("kun"), found=Found("没有核对。", text),
        due_on=date(2026, 8, 31), approver=cast.staff["zong"], key=key(), when=on("2026-07-20"),
    )  # fmt: skip


def take_on(cast: Cast, text: str) -> Case:
    case = cast.asked_again()
    return reviewing.accept(
        cast.load("fu", case), REVIEW, actor=cast.actor("fu"), ground=text, key=key(), when=on("2026-06-12")
    )


def refuse(cast: Cast, text: str) -> Case:
    case = cast.asked_again()
    return reviewing.refuse(
        cast.load("fu", case), actor=cast.actor("fu"), ground="new_matter", reasons=text,
        approver=cast.staff["shi"], key=key(), when=on("2026-06-12"),
    )  # fmt: skip


def send_back(cast: Cast, text: str) -> Case:
    loaded = cast.load("shen", cast.drafted())
    return handling.send_back(
        loaded, actor=cast.actor("shen"), reasons=text, key=key(), when=on("2026-05-21")
    )


def refer(cast: Cast, text: str) -> Case:
    case = at_city(cast)
    return routing.refer(
        cast.load("shi", case), actor=cast.actor("shi"), target=cast.organs["anzhou"], key=key(),
        when=on("2026-05-08"), reason=text,
    )  # fmt: skip


def assign(cast: Cast, text: str) -> Case:
    return handling.assign(
        cast.load("fen", cast.accepted()), actor=cast.actor("fen"), officer=cast.staff["han"], no_interest=True,
        key=key(), when=on("2026-05-09"), note=text,
    )  # fmt: skip


def reassign(cast: Cast, text: str) -> Case:
    return handling.reassign(
        cast.load("fen", cast.assigned()), actor=cast.actor("fen"), officer=cast.staff["gao"], no_interest=True,
        key=key(), when=on("2026-05-10"), note=text,
    )  # fmt: skip


def sort(cast: Cast, text: str) -> Case:
    return claims.sort_claims(
        cast.load("fen", cast.registered()), actor=cast.actor("fen"), routes={1: "31.6"}, added=(), key=key(),
        when=on("2026-05-08"), note=text,
    )  # fmt: skip


def wished(cast: Cast) -> Case:
    case = cast.assigned()
    return withdrawing.ask(cast.load_public(case), via="online", actor=None, key=key(), when=on(DAY))


def keep(cast: Cast, text: str) -> Case:
    loaded = cast.load("ran", wished(cast))
    return withdrawing.keep(loaded, contact=text, actor=cast.actor("ran"), key=key(), when=on("2026-05-21"))


def withdraw(cast: Cast, text: str) -> Case:
    return withdrawing.withdraw(
        cast.load("ran", wished(cast)), free=True, contact="phone", record=text, actor=cast.actor("ran"),
        key=key(), when=on("2026-06-20"),
    )  # fmt: skip


ACTS: dict[str, Callable[[Cast, str], Case]] = {
    **{
        f"draft {part}": lambda cast, text, part=part: draft(cast, text, part)  # type: ignore[misc]
        for part in ("facts", "decision", "basis", "promise")
    },
    **{
        f"serve {part}": lambda cast, text, part=part: serve(cast, text, part)  # type: ignore[misc]
        for part in ("proof", "witness")
    },
    **{
        f"review {part}": lambda cast, text, part=part: review(cast, text, part)  # type: ignore[misc]
        for part in ("facts", "reasons", "decision", "proof", "witness")
    },
    "recheck remand": recheck_remand,
    "accept review": take_on,
    "refuse review": refuse,
    "send back": send_back,
    "refer": refer,
    "assign": assign,
    "reassign": reassign,
    "sort claims": sort,
    "keep open": keep,
    "withdraw": withdraw,
}


@pytest.mark.parametrize("act", ACTS)
def test_what_an_officer_types_names_nobody(cast: Cast, act: str) -> None:
    with pytest.raises(GuardFailed, match="填写的内容里有信访人甲的姓名"):
        ACTS[act](cast, NAMED)
    assert not [step for step in Step.objects.all() if XIN["name"] in f"{step.facts}{step.note}"]
    assert not [paper for paper in Paper.objects.all() if XIN["name"] in str(paper.content)]


@pytest.mark.parametrize("act", ACTS)
def test_the_same_without_a_name_is_written(cast: Cast, act: str) -> None:
    case = ACTS[act](cast, "经向信访人核实")
    assert "经向信访人核实" in str(
        [*Step.objects.filter(case_id=case.pk).values("facts", "note"), *Paper.objects.values("content")]
    )


@pytest.mark.parametrize("written", ["辛 小 禾", "139-0000-0001", "510724195001010011"])
def test_blanks_and_dashes_hide_nothing(cast: Cast, written: str) -> None:
    with pytest.raises(GuardFailed, match="填写的内容里有"):
        draft(cast, f"经核实{written}符合条件", "facts")


def test_the_petitioners_own_words_may_name_themselves(cast: Cast) -> None:
    case, asked = cast.served(), Asked(("恢复发放低保金",), f"我是{XIN['name']}，补发的数额不对。")
    done = reviewing.ask(
        cast.load_public(case), REVIEW, asked=asked, organ=cast.organs["mianyang"], actor=None, key=key(),
        when=on("2026-06-10"),
    )  # fmt: skip
    assert done.state == "review_requested"
