"""Linking two cases and undoing it: both bear the act, neither closes, and nothing of the one is told on the other."""

from __future__ import annotations

import pytest

from lianxin.cases.links import linked_to
from lianxin.cases.models import Case, Link, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.services import linking, walls
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.web.public import sentences
from tests.cast import XIN, Cast, key, on
from tests.security.walling import named

pytestmark = pytest.mark.django_db
TODAY = on("2026-06-01")
WHY = "两件说的是同一个村的低保"


def linked(cast: Cast, case: Case, other: Case, *, who: str = "fen", **changes: object) -> Case:
    values = {
        "number": other.number,
        "kind": "same_matter",
        "reasons": WHY,
        "key": key(),
        "when": TODAY,
        **changes,
    }
    return linking.link_cases(cast.load(who, case), actor=cast.actor(who), **values)  # type: ignore[arg-type]


def test_both_bear_the_act_and_neither_closes(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    clocks = [one.deadline.legal for one in cast.load("fen", other).running()]
    done = linked(cast, case, other)
    again = Case.objects.get(pk=other.pk)
    assert (done.state, again.state) == ("handling", "registered")
    assert (done.version, again.version) == (case.version + 1, other.version + 1)
    assert [one.deadline.legal for one in cast.load("fen", again).running()] == clocks
    pairs = {(one.case_id, one.other_id, one.kind) for one in Link.objects.all()}
    assert pairs == {(case.pk, other.pk, "same_matter"), (other.pk, case.pk, "same_matter")}
    steps = Step.objects.filter(event="link_case")
    assert {one.case_id for one in steps} == {case.pk, other.pk}
    for one in steps:
        assert one.facts == {"link_kind": "same_matter", "reasons": WHY}, "the other's number is in no step"
        assert sentences.told(one, cast.load("fen", case).book)[0] == "organ"


def test_a_repeated_key_links_once(cast: Cast) -> None:
    case, other, same = cast.assigned(), cast.registered(), key()
    linked(cast, case, other, key=same)
    linked(cast, case, other, key=same)
    assert Link.objects.count() == 2 and Step.objects.filter(event="link_case").count() == 2


def test_a_pair_is_linked_once_in_one_way(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    linked(cast, case, other)
    with pytest.raises(GuardFailed, match="已经这样关联"):
        linked(cast, case, other)
    linked(cast, case, other, kind="group")
    assert Link.objects.count() == 4


@pytest.mark.parametrize("which", ["itself", "nobody", "others", "report"])
def test_only_a_case_the_officer_may_read_and_of_the_same_sort(cast: Cast, which: str) -> None:
    case = cast.assigned()
    others = {
        "itself": lambda: case.number,
        "nobody": lambda: "LX510705260506000019X9",
        "others": lambda: cast.filed(organ="mianyang").case.number,
        "report": lambda: cast.filed(kind="report", category="1302").case.number,
    }
    for who in ("fen", "mi"):
        with pytest.raises(GuardFailed, match="没有找到本机构负责的这个编号的信访件"):
            linking.link_cases(
                cast.load("fen", case), actor=cast.actor(who), number=others[which](), kind="group", reasons=WHY,
                key=key(), when=TODAY,
            )  # fmt: skip
    assert not Link.objects.exists()


def test_a_case_another_organ_answers_for_bears_no_step_of_ours(cast: Cast) -> None:
    case, other = cast.assigned(), cast.under_review()
    assert cast.load("fen", other).case.holder.code == "mianyang", "readable, because we handled it"
    with pytest.raises(GuardFailed, match="没有找到本机构负责的这个编号的信访件"):
        linked(cast, case, other)
    assert Case.objects.get(pk=other.pk).version == other.version


def test_a_repeat_takes_a_checker(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    for wrong in (None, cast.staff["han"]):
        with pytest.raises(GuardFailed):
            linked(cast, case, other, kind="repeat", approver=wrong)
    linked(cast, case, other, kind="repeat", approver=cast.staff["shen"])
    assert Step.objects.filter(event="link_case", facts__approver=cast.staff["shen"].pk).count() == 2


@pytest.mark.parametrize("text", [f"{XIN['name']}又来信", f"打电话{XIN['phone']}问过"])
def test_the_reason_holds_nobody(cast: Cast, text: str) -> None:
    case, other = cast.assigned(), cast.registered()
    with pytest.raises(GuardFailed, match="填写的内容里有"):
        linked(cast, case, other, reasons=text)


def test_the_reason_holds_no_number(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    for one in (case, other):
        with pytest.raises(GuardFailed, match="不要写编号"):
            linked(cast, case, other, reasons=f"与 {one.number} 相同")


def test_undone_it_stays_in_the_record(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    case = linked(cast, case, other)
    row = Link.objects.get(case_id=case.pk)
    done = linking.unlink_cases(
        cast.load("han", case), actor=cast.actor("han"), link_seq=row.seq, reasons="不是一个村", key=key(), when=TODAY
    )  # fmt: skip
    assert not linked_to(cast.actor("fen"), done)
    assert set(Link.objects.values_list("undone_on", flat=True)) == {TODAY.on}
    assert {one.case_id for one in Step.objects.filter(event="unlink_case")} == {case.pk, other.pk}
    with pytest.raises(GuardFailed, match="没有找到这个关联"):
        linking.unlink_cases(
            cast.load("han", done), actor=cast.actor("han"), link_seq=row.seq, reasons="x", key=key(), when=TODAY
        )  # fmt: skip
    linked(cast, done, Case.objects.get(pk=other.pk))


def test_others_and_those_without_the_post_may_not(cast: Cast) -> None:
    case, other = cast.referred(), cast.registered()
    with pytest.raises(NotYours):
        linked(cast, case, other)
    with pytest.raises(Exception, match=r"角色|岗位|不能"):
        linked(cast, cast.assigned(), other, who="ting")


def test_who_must_not_know_of_the_other_sees_nothing_and_cannot_undo(cast: Cast) -> None:
    case, other = cast.assigned(), cast.registered()
    case = linked(cast, case, other)
    assert [one.number for one in linked_to(cast.actor("han"), case)] == [other.number]
    other = Case.objects.get(pk=other.pk)
    walls.raise_wall(
        cast.load("fen", other), named=named(cast, "韩承办"), actor=cast.actor("fen"), key=key(), when=TODAY
    )
    assert not linked_to(cast.actor("han"), case) and linked_to(cast.actor("fen"), case)
    assert not linking.links_to_undo(cast.actor("han"), case)
    with pytest.raises(GuardFailed, match="没有找到这个关联"):
        linking.unlink_cases(
            cast.load("han", case), actor=cast.actor("han"), link_seq=1, reasons="x", key=key(), when=TODAY
        )
    assert not linked_to(cast.actor("wai"), case)


def test_somebody_first_on_the_other_case_links_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case, other = cast.assigned(), cast.registered()
    held = cast.load("fen", other)
    monkeypatch.setattr(linking, "load", lambda one: held)
    Case.objects.filter(pk=other.pk).update(version=other.version + 1)
    with pytest.raises(Stale):
        linked(cast, case, other)
    assert not Link.objects.exists() and not Step.objects.filter(event="link_case").exists()
