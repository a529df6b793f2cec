"""PRIV-09, PRIV-11, QC-08, BG-04: what two persons decide stands on records, and no text holds a value that waits sealed."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from lianxin.cases import disposal
from lianxin.cases.models import Case, CodeRenewal, Opening, State, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.services import correcting, disposing, erasing, renewing
from lianxin.cases.services.consents import LogDown
from lianxin.config.erasure import TABLES
from lianxin.ledger import chain, log
from lianxin.ledger.chain import Reader
from lianxin.ledger.models import Event, Look, TreeNode
from lianxin.organs.actors import Actor
from lianxin.organs.models import Post, Staff
from lianxin.petitioners import rights
from lianxin.petitioners.models import Party
from lianxin.procedure.errors import GuardFailed, WrongRole
from tests.cast import FROM, XIN, Cast, key, on
from tests.security import test_bg, test_qc_reissue
from tests.security.addresses import rows_of_everything
from tests.security.conftest import Browser, Clock
from tests.security.test_priv_own import FAR, follower, own
from tests.security.test_priv_rights import LATER, agreed, closed, loaded, nothing_done, proposed, second
from tests.web.public.walking import new_code

NEW_PHONE = "13922223333"


def post(cast: Cast, name: str, number: int, *, title: str = "") -> None:
    """Make an officer a supervisor of Anzhou beside the present post, renamed where a name is given."""
    staff, organ = cast.staff[name], cast.organs["anzhou"]
    Post.objects.create(id=number, staff=staff, organ=organ, role="supervisor", starts_on=FROM)
    if title:
        Staff.objects.filter(pk=staff.pk).update(name=title)


@pytest.mark.parametrize(
    ("who", "title", "why"),
    [
        ("shen", "陶 负责", "提出的人"),
        ("shen", "韩承办", "办理过"),
        ("fen", "", "办理过"),
        ("ran", "", "办理过"),
    ],
)
def test_priv_09_one_person_with_two_accounts_and_whoever_took_a_step_is_no_second(
    cast: Cast, browser: Browser, clock: Clock, who: str, title: str, why: str
) -> None:
    case = closed(cast)
    post(cast, who, 9905, title=title)
    proposed(cast, case)
    with pytest.raises(NotYours, match=why):
        agreed(cast, case, by=who)
    clock.at = FAR
    assert 'value="agree"' not in browser(who).get(f"/desk/case/{case.pk}/retention/").content.decode()
    nothing_done(case, 1)


def test_priv_09_a_hold_is_lifted_where_it_was_set_or_above(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    case = closed(cast)
    clock.at = FAR
    du, tou, sheng = (cast.actor(one, date.fromisoformat(LATER)) for one in ("du", "tou", "sheng"))
    for actor, reason in ((du, "上级正在调查"), (tou, "审计")):
        disposing.hold(loaded(case), actor=actor, reason=reason, key=key(), when=on(LATER))
    above, own = disposal.standing_of(case.pk).holds

    def lifted(actor: Actor, held: Event) -> None:
        disposing.lift(
            loaded(case), actor=actor, of=disposal.mark_of(held), reason="已经结束", key=key(), when=on(LATER)
        )

    page = browser("tou").get(f"/desk/case/{case.pk}/retention/").content.decode()
    assert page.count('value="lift"') == 1 and "由设置它的机关或者其上级解除" in page
    with pytest.raises(NotYours, match="其上级解除"):
        lifted(tou, above)
    nothing_done(case, 2)
    lifted(du, own)
    lifted(sheng, above)
    assert not disposal.standing_of(case.pk).holds


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        *itertools.product(("facts", "row"), (disposal.PROPOSE, disposal.AGREE, disposal.LIFT)),
        ("log", disposal.AGREE),
        ("person", disposal.AGREE),
    ],
)
def test_priv_09_what_does_not_stand_as_recorded_erases_nothing(cast: Cast, harm: str, kind: str) -> None:
    case = closed(cast)
    second(cast)
    proposed(cast, case)
    agreed(cast, case)
    tou = cast.actor("tou", date.fromisoformat(LATER))
    disposing.hold(loaded(case), actor=tou, reason="审计", key=key(), when=on(LATER))
    (held,) = disposal.standing_of(case.pk).holds
    disposing.lift(
        loaded(case), actor=tou, of=disposal.mark_of(held), reason="结束", key=key(), when=on(LATER)
    )
    log.sequence(on("2057-01-02"))
    event = Event.objects.get(case_id=case.pk, kind=kind)
    rows = Event.objects.filter(pk=event.pk)
    if harm == "facts":
        rows.update(facts={**event.facts, "said": "later"})
    elif harm == "row":
        rows.update(at=on("2057-01-01", 11).at)
    elif harm == "log":
        TreeNode.objects.filter(level=0, position=0).update(hash="00" * 32)
    else:
        forged = rows.get()
        forged.staff_id = cast.staff["han"].pk
        rows.update(staff_id=forged.staff_id, hash=chain.row_hash(forged))
    with pytest.raises(NotYours if harm == "person" else LogDown):
        erasing.erase(case.pk, tables=TABLES, when=on("2057-01-02"))
    nothing_done(case, 4)


def test_priv_09_nothing_is_decided_while_the_log_does_not_stand(cast: Cast) -> None:
    case = closed(cast)
    log.sequence(on("2057-01-01"))
    TreeNode.objects.filter(level=0, position=0).update(hash="00" * 32)
    with pytest.raises(LogDown):
        proposed(cast, case)
    nothing_done(case, 0)


def asked_for(cast: Cast, case: Case, day: str = "2026-06-01", **identity: str) -> None:
    correcting.ask(cast.load_public(case), identity=identity, words="", key=key(), when=on(day))


def answered(
    cast: Cast, case: Case, *, who: str = "han", how: str = "当面核对", day: str = "2026-06-02"
) -> Case:
    given = {"actor": cast.actor(who), "key": key(), "when": on(day)}
    return correcting.answer(cast.load(who, case), taken=True, how=how, **given)


def test_priv_03_neither_the_new_value_nor_an_earlier_one_is_written_down(cast: Cast) -> None:
    case = cast.assigned()
    asked_for(cast, case, phone=NEW_PHONE)
    for value in (NEW_PHONE, XIN["phone"]):
        before = rows_of_everything()
        with pytest.raises(GuardFailed, match="电话"):
            answered(cast, case, how=f"打 {value[:3]} {value[3:]} 核对")
        assert rows_of_everything() == before
    answered(cast, case)
    asked_for(cast, case, "2026-06-03", name="辛晓禾")
    for value in (NEW_PHONE, XIN["phone"], "辛晓禾", XIN["name"]):
        with pytest.raises(GuardFailed, match="信访人甲的"):
            answered(cast, case, how=f"打 {value} 核对", day="2026-06-04")
    assert Step.objects.filter(case=case, event="answer_correction").count() == 1


def test_a_field_given_later_was_not_there_before(cast: Cast) -> None:
    case = cast.assigned()
    asked_for(cast, case, email="xin@example.com")
    done = answered(cast, case)
    known = {"case_id": case.pk, "field": "email", "purpose": "打印", "reader": Reader(), "at": on(LATER).at}
    assert rights.reveal_as_of(**known, step=done.steps - 1) == ""
    assert rights.reveal_as_of(**known, step=done.steps + 1) == "xin@example.com"
    assert "email" in Party.objects.get(case_id=case.pk, seq=1).given


def test_who_has_no_post_to_answer_a_correction_is_refused_by_the_book(cast: Cast) -> None:
    case = cast.assigned()
    asked_for(cast, case, phone=NEW_PHONE)
    Case.objects.filter(pk=case.pk).update(officer=cast.staff["tou"])
    before = rows_of_everything()
    with pytest.raises(WrongRole):
        answered(cast, case, who="tou")
    assert rows_of_everything() == before


def test_priv_11_the_own_data_say_who_asked_to_open_the_identity(cast: Cast, clock: Clock) -> None:
    case, quiet = cast.assigned(), cast.assigned()
    opening = test_bg.asked(cast, case)
    test_bg.decided(cast, opening)
    clock.at = test_bg.later(days=1).at
    data, page = own(follower(cast, case))
    (one,) = data["openings"]
    assert cast.organs["anzhou"].name in one["asked"] and str(Opening.Why(opening.why).label) in one["asked"]
    assert opening.decider.name in one["answer"] and "同意" in one["answer"]
    assert one["asked"] in page and one["answer"] in page
    assert cast.staff["tou"].name not in str(data) + page and cast.staff["wai"].name not in str(data) + page
    data, page = own(follower(cast, quiet))
    assert data["openings"] == [] and "紧急查阅" not in page


@pytest.mark.parametrize("forged", ["no event", "another officer", "another moment", "changed event"])
def test_qc_08_a_row_without_its_event_makes_no_code(cast: Cast, forged: str) -> None:
    case = cast.assigned()
    old = new_code(case)
    renewal = test_qc_reissue.asked(cast, case)
    when = on("2026-06-01", 9)
    if forged == "no event":
        CodeRenewal.objects.update(state=State.AGREED, decided_by=cast.staff["fen"], decided_at=when.at)
    else:
        fen = cast.actor("fen")
        renewing.decide(renewal, cast.load("fen", case).case, actor=fen, agrees=True, remark="", when=when)
    if forged == "another officer":
        CodeRenewal.objects.update(decided_by=cast.staff["tou"])
    elif forged == "another moment":
        when = on("2026-06-01", 10)
        CodeRenewal.objects.update(decided_at=when.at)
    elif forged == "changed event":
        Event.objects.filter(kind=renewing.AGREED).update(staff_id=cast.staff["tou"].pk)
        CodeRenewal.objects.update(decided_by=cast.staff["tou"])
    before, made = rows_of_everything(), list[str]()
    with pytest.raises(LogDown):
        renewing.issue(
            CodeRenewal.objects.get(),
            cast.load("ran", case),
            actor=cast.actor("ran"),
            when=when,
            keep=made.append,
        )
    assert rows_of_everything() == before and made == []
    assert test_qc_reissue.follows(case.number, old) is not None


def test_bg_04_a_consent_under_another_officers_name_opens_nothing(cast: Cast) -> None:
    case = cast.assigned()
    opening = test_bg.decided(cast, test_bg.asked(cast, case))
    Opening.objects.update(decided_by=cast.staff["zong"])
    with pytest.raises(LogDown):
        test_bg.shown(cast, Opening.objects.get(pk=opening.pk), case, when=test_bg.later(minutes=1))
    assert not Look.objects.filter(what__startswith="identity").exists()
