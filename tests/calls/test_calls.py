"""Calls: what is kept of them, the number that is sealed and destroyed, and what became a case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lianxin.calls import sealing, selectors, services
from lianxin.calls.models import Call, CallBack
from lianxin.calls.policies import NotYourCall
from lianxin.calls.services import Result, Tried
from lianxin.cases.models import Case
from lianxin.cases.services import walls
from lianxin.jobs import rotation
from lianxin.ledger.models import Event, Look
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed
from tests.calls.making import DAY, NUMBER, consulted, promise, promised
from tests.cast import XIN, Cast, key, on
from tests.security.walling import named
from tests.web.desk.rounds import at_most

NOW = on(DAY)
pytestmark = pytest.mark.django_db


def everything_kept() -> str:
    """Return all that lies in the tables of calls and in the ledger, as text."""
    rows = [*Call.objects.values(), *CallBack.objects.values(), *Event.objects.values()]
    return repr([{k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()} for row in rows])


def test_a_consultation_keeps_the_answer_and_nothing_of_who_asked(cast: Cast) -> None:
    call = consulted(cast, shown=(7, 7, 9))
    kept = Call.objects.get(id=call.id)
    assert (kept.answer, kept.category, kept.shown) == ("到户籍所在地的乡镇申请。", "0101", " 7 9 ")
    assert not CallBack.objects.exists()
    assert {one.name for one in Call._meta.concrete_fields} == set(
        ["organ", "id", "kind", "at", "category", "answer", "shown", "staff", "key", "draft_id", "became_id"]
    )


@pytest.mark.parametrize(
    "answer",
    ["", "   ", "请打 139 0000 0077 找他", "身份证 51072419500101001X", "留了１３９００００００７７"],
)
def test_an_answer_without_words_or_with_a_number_is_refused(cast: Cast, answer: str) -> None:
    with pytest.raises(GuardFailed):
        consulted(cast, answer=answer)
    assert not Call.objects.exists()


def test_an_answer_with_an_open_place_is_refused(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="没有填"):
        consulted(cast, answer="根据第十一条，请到【填写：乡镇】申请。")


def test_the_same_key_keeps_one_call_and_one_promise(cast: Cast) -> None:
    same = key()
    first = consulted(cast, key=same, promise=promise(cast))
    assert consulted(cast, key=same, promise=promise(cast)).id == first.id
    assert (Call.objects.count(), CallBack.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["han", "shen", "guan", "gao"])
def test_others_take_no_calls(cast: Cast, who: str) -> None:
    with pytest.raises(NotYourCall):
        consulted(cast, who=who)


def test_the_number_lies_sealed_and_opening_it_is_recorded(cast: Cast) -> None:
    back = promised(cast)
    assert NUMBER not in everything_kept()
    assert Event.objects.filter(kind="call.promised", facts={"back": back.id}).exists()
    ran = cast.actor("ran")
    assert services.number_of(ran, back, may_reveal=False, purpose="回电", when=NOW) == NUMBER
    event = Event.objects.get(kind="call.number_opened")
    assert (event.staff_id, event.organ_id, event.facts) == (
        cast.staff["ran"].pk,
        ran.organ.pk,
        {"back": back.id},
    )
    with pytest.raises(NotYourCall):
        services.number_of(cast.actor("han"), back, may_reveal=False, purpose="回电", when=NOW)


def test_a_number_does_not_open_in_another_row(cast: Cast) -> None:
    one, other = promised(cast), promised(cast, number="13900000088")
    other.box, other.suite, other.key_id = one.box, one.suite, one.key_id
    with pytest.raises(sealing.CannotOpen):
        sealing.opened(other)


def test_done_destroys_the_number_and_the_database_insists(cast: Cast) -> None:
    back, ran = promised(cast), cast.actor("ran")
    with pytest.raises(IntegrityError), transaction.atomic():
        CallBack.objects.filter(id=back.id).update(state="done", done_at=NOW.at)
    services.tried(ran, back, Tried(Result.DONE, "已告知结果"), key=key(), when=NOW)
    done = CallBack.objects.get(id=back.id)
    assert (done.state, bytes(done.box), done.outcome) == ("done", b"", "已告知结果")
    assert services.number_of(ran, done, may_reveal=True, purpose="回电", when=NOW) == ""
    with pytest.raises(GuardFailed, match="已经完成"):
        services.tried(ran, done, Tried(Result.MISSED), key=key(), when=NOW)


def test_not_reached_counts_our_tries_and_the_promise_stands(cast: Cast) -> None:
    back, ran, same = promised(cast), cast.actor("ran"), key()
    services.tried(ran, back, Tried(Result.MISSED), key=same, when=NOW)
    once = CallBack.objects.get(id=back.id)
    services.tried(ran, once, Tried(Result.MISSED), key=same, when=NOW)
    assert (once.tries, once.due_at, CallBack.objects.get(id=back.id).tries) == (1, back.due_at, 1)
    services.tried(ran, once, Tried(Result.MISSED), key=key(), when=NOW)
    assert CallBack.objects.get(id=back.id).tries == 2
    with pytest.raises(GuardFailed, match="同事"):
        services.tried(ran, once, Tried(Result.MISSED), key=key(), when=NOW)


def test_reached_and_to_be_called_again_needs_a_new_time(cast: Cast) -> None:
    back, ran = promised(cast), cast.actor("ran")
    for wrong in (None, NOW.at - timedelta(hours=1), NOW.at + timedelta(days=31)):
        with pytest.raises(GuardFailed):
            services.tried(ran, back, Tried(Result.AGAIN, due_at=wrong), key=key(), when=NOW)
    later = NOW.at + timedelta(days=2)
    services.tried(ran, back, Tried(Result.AGAIN, due_at=later), key=key(), when=NOW)
    again = CallBack.objects.get(id=back.id)
    assert (again.due_at, again.state, again.tries) == (later, "open", 0) and bytes(again.box)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": ""},
        {"about": " "},
        {"about": f"打给{NUMBER}"},
        {"due_at": NOW.at},
        {"due_at": NOW.at + timedelta(days=31)},
    ],
)
def test_a_promise_nobody_can_keep_is_refused(cast: Cast, changes: dict[str, object]) -> None:
    with pytest.raises(GuardFailed):
        consulted(cast, promise=promise(cast, **changes))
    assert not Call.objects.exists() and not CallBack.objects.exists()


def handed_on(cast: Cast, case: Case) -> CallBack:
    call = services.handed_on(
        cast.actor("ran"), draft_id=case.pk, category="0101", shown=(), key=key(), when=NOW,
        promise=promise(cast),
    )  # fmt: skip
    services.became(call.id, organ_id=call.organ_id, case_id=case.pk)
    assert Call.objects.get(id=call.id).became_id == case.pk
    return CallBack.objects.get(call_id=call.id)


def test_a_registered_number_lies_in_the_vault_alone(cast: Cast) -> None:
    case = cast.registered()
    back, ran = handed_on(cast, case), cast.actor("ran")
    assert back.became_id == case.pk and not bytes(back.box)
    before = Look.objects.filter(case_id=case.pk).count()
    assert services.number_of(ran, back, may_reveal=False, purpose="回电", when=NOW) == ""
    assert services.number_of(ran, back, may_reveal=True, purpose="回电", when=NOW) == XIN["phone"]
    assert Look.objects.filter(case_id=case.pk).count() == before + 1


def test_a_number_the_registration_was_not_given_stays_sealed_with_the_call(cast: Cast) -> None:
    case = cast.filed(identity={}).case
    back = handed_on(cast, case)
    assert not any("phone" in one.given for one in vault.parties(case.pk))
    assert services.number_of(cast.actor("ran"), back, may_reveal=True, purpose="回电", when=NOW) == NUMBER


def test_what_became_a_case_behind_a_wall_is_not_there(cast: Cast) -> None:
    case = cast.filed().case
    back = handed_on(cast, case)
    ran = cast.actor("ran")
    assert [one.id for one in selectors.open_backs(ran)[0]] == [back.id]
    walls.raise_wall(
        cast.load("tou", case),
        named=named(cast, "绵阳市安州区民政局"),
        actor=cast.actor("tou"),
        key=key(),
        when=NOW,
    )
    assert selectors.open_backs(ran) == ([], False)
    assert selectors.back(ran, back.id) is None


def test_other_organs_see_nothing(cast: Cast) -> None:
    back = promised(cast)
    assert selectors.back(cast.actor("wai"), back.id) is None
    assert selectors.open_backs(cast.actor("shi")) == ([], False)


def test_overdue_comes_first_in_one_statement_a_page(cast: Cast) -> None:
    ran = cast.actor("ran")
    late, soon, middle = promised(cast, hours=1), promised(cast, hours=9), promised(cast, hours=5)
    with at_most(1):
        found, more = selectors.open_backs(ran)
    assert [one.id for one in found] == [late.id, middle.id, soon.id] and not more
    for _ in range(9):
        promised(cast, hours=8)
    with at_most(1):
        assert len(selectors.open_backs(ran)[0]) == 12
    rest, _more = selectors.open_backs(ran, after=(middle.due_at, middle.id))
    assert len(rest) == 10 and rest[-1].id == soon.id


def test_a_new_key_brings_the_numbers_over(cast: Cast) -> None:
    back = promised(cast)
    CallBack.objects.filter(id=back.id).update(suite="sm4gcm")
    assert sealing.numbers(told=lambda n: None) == (0, (back.id,))
    CallBack.objects.filter(id=back.id).update(suite=back.suite, key_id="")
    assert sealing.numbers(told=lambda n: None) == (1, ())
    assert sealing.opened(CallBack.objects.get(id=back.id)) == NUMBER
    assert rotation.in_use()["call-backs"] == {back.key_id: 1}
