"""BG: a sealed identity is opened by two persons of different chains of command, recorded first, for half an hour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from lianxin.cases import openings
from lianxin.cases.models import Case, Opening, State
from lianxin.cases.policies import NotYours
from lianxin.cases.services import opening as services
from lianxin.cases.services.acts import Moment
from lianxin.cases.services.consents import LogDown
from lianxin.jobs.sweeps import sweep
from lianxin.ledger import chain, log
from lianxin.ledger.models import Event, Look, TreeNode
from lianxin.organs.actors import actors_of
from lianxin.organs.chains import apart, same_person
from lianxin.organs.models import Organ, Post, Staff
from lianxin.petitioners import keys, vault
from lianxin.procedure.errors import GuardFailed, Refused, Stale
from lianxin.web.public.opened import lines as opened_lines
from tests.cast import FROM, PASSWORD, XIN, Cast, key, on
from tests.security.addresses import rows_of_everything
from tests.security.conftest import Browser, Clock
from tests.security.walling import hired, raised
from tests.web.public.walking import new_code

DAY = "2026-06-01"
REASON = "来信说今晚要做傻事，电话要马上打通。（虚构）"


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.assigned()


def wanted(
    cast: Cast, *, decider: str = "fucheng", fields: Iterable[str] = ("name", "phone")
) -> services.Wanted:
    return services.Wanted("life", REASON, list(fields), cast.organs[decider])


def asked(cast: Cast, case: Case, who: str = "tou", *, when: Moment | None = None, **more: object) -> Opening:
    actor = cast.actor(who)
    found = openings.case_to_open(actor, case.number)
    assert found is not None, f"{who} may not ask"
    return services.ask(found, wanted(cast, **more), actor=actor, key=key(), when=when or on(DAY))  # type: ignore[arg-type]


def decided(
    cast: Cast, opening: Opening, who: str = "wai", *, agrees: bool = True, when: Moment | None = None
) -> Opening:
    """Return the opening as somebody decides it, read anew as a page reads it."""
    actor = cast.actor(who)
    row = Case.objects.select_related("holder__region").get(pk=opening.case_id)
    fresh = Opening.objects.select_related("organ", "staff", "decider").get(pk=opening.pk)
    return services.decide(fresh, row, actor=actor, agrees=agrees, remark="", when=when or on(DAY))


def shown(
    cast: Cast, opening: Opening, case: Case, who: str = "tou", field: str = "phone", *, when: Moment
) -> str:
    row = Case.objects.select_related("holder__region").get(pk=case.pk)
    return services.reveal(opening, row, actor=cast.actor(who), seq=1, field=field, when=when)


def later(**span: float) -> Moment:
    start = on(DAY)
    return Moment(start.on, start.at + timedelta(**span))


def account(number: int, name: str, organ: Organ, role: str) -> Staff:
    """Return a further account of whoever bears this name."""
    staff = Staff(id=number, username=f"account{number}", name=name)
    staff.set_password(PASSWORD)
    staff.save(force_insert=True)
    Post.objects.create(id=number * 100, staff=staff, organ=organ, role=role, starts_on=FROM)
    return staff


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


# --- what a chain of command is -----------------------------------------------------------------------------------


def unit(number: int, kind: str, parent: Organ, level: str) -> Organ:
    return Organ.objects.create(
        id=number, code=f"unit{number}", name=f"单位{number}", short_name=f"单位{number}", level=level, kind=kind,
        region=parent.region, parent=parent, path=f"{parent.path}{number}/", valid_from=FROM,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "different"),
    [
        ("anzhou", "anzhou", False),
        ("anzhou", "mianyang", False),
        ("anzhou", "ministry", False),
        ("anzhou", "fucheng", True),
        ("anzhou", "anzhou_gov", False),
        ("anzhou", "mianyang_gov", False),
        ("province", "mianyang_gov", True),
        ("county_office", "county_desk", False),
        ("county_office", "anzhou", False),
        ("county_section", "county_desk", False),
        ("county_office", "fucheng", True),
        ("city_discipline", "anzhou", True),
        ("city_discipline", "mianyang", False),
        ("bureau_one", "bureau_two", True),
        ("bureau_one", "ministry", False),
        ("bureau_one", "anzhou", True),
        ("county_petitions", "anzhou", False),
        ("county_petitions", "county_desk", False),
        ("county_petitions", "mianyang_gov", False),
        ("county_petitions", "fucheng", True),
        ("county_petitions", "mianyang", True),
    ],
)
def test_bg_01_what_one_chain_of_command_is(cast: Cast, first: str, second: str, different: bool) -> None:
    known = dict(cast.organs)
    known["county_office"] = unit(81, "department", known["anzhou"], "county")
    known["county_desk"] = unit(82, "affiliated", known["anzhou"], "county")
    known["county_section"] = unit(83, "department", known["county_office"], "county")
    known["city_discipline"] = unit(84, "department", known["mianyang"], "city")
    known["bureau_one"] = unit(85, "department", known["ministry"], "ministry")
    known["bureau_two"] = unit(86, "department", known["ministry"], "ministry")
    known["county_petitions"] = Organ.objects.create(
        id=87, code="petitions", name="安州区信访局", short_name="信访局", level="county", kind="petition_bureau",
        region=known["anzhou"].region, path="/87/", valid_from=FROM,
    )  # fmt: skip
    one, other = [known[first]], [known[second]]
    assert apart(one, other) is different and apart(other, one) is different


def test_bg_01_no_post_is_no_other_chain(cast: Cast) -> None:
    assert not apart([cast.organs["anzhou"]], []) and not apart([], [cast.organs["fucheng"]])


# --- BG-01: who is refused ----------------------------------------------------------------------------------------


def test_bg_01_one_person_alone_is_refused(cast: Cast, case: Case) -> None:
    opening = asked(cast, case)
    hired(cast, "tou", "fucheng", "head", since=FROM)
    for actor in actors_of(cast.staff["tou"].pk, on=on(DAY).on):
        before = rows_of_everything()
        with pytest.raises(NotYours):
            services.decide(opening, case, actor=actor, agrees=True, remark="", when=on(DAY))
        assert rows_of_everything() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Opening.objects.filter(pk=opening.pk).update(decided_by=cast.staff["tou"])


@pytest.mark.parametrize("name", ["陶负责", "陶 负责", "陶·负责"])
def test_bg_01_one_person_with_two_accounts_is_refused(cast: Cast, case: Case, name: str) -> None:
    opening = asked(cast, case)
    twin = account(91, name, cast.organs["fucheng"], "head")
    assert same_person(twin, cast.staff["tou"]) and not same_person(twin, cast.staff["wai"])
    before = rows_of_everything()
    with pytest.raises(NotYours, match="同一个人"):
        services.decide(
            opening, case, actor=actors_of(twin.pk, on=on(DAY).on)[0], agrees=True, remark="", when=on(DAY)
        )
    assert rows_of_everything() == before


@pytest.mark.parametrize("decider", ["anzhou", "mianyang", "province", "ministry", "anzhou_gov"])
def test_bg_01_an_organ_of_the_same_chain_is_not_asked(cast: Cast, case: Case, decider: str) -> None:
    account(92, "政负责", cast.organs["anzhou_gov"], "head")
    before = rows_of_everything()
    with pytest.raises(GuardFailed, match="不能决定"):
        asked(cast, case, decider=decider)
    assert rows_of_everything() == before


@pytest.mark.parametrize("organ", ["anzhou", "mianyang", "province"])
def test_bg_01_a_second_post_in_the_same_chain_is_refused(cast: Cast, case: Case, organ: str) -> None:
    opening = asked(cast, case)
    hired(cast, "wai", organ, "handler")
    actor = next(one for one in actors_of(cast.staff["wai"].pk, on=on(DAY).on) if one.organ.pk == 5)
    before = rows_of_everything()
    with pytest.raises(NotYours, match="同一个指挥系统"):
        services.decide(opening, case, actor=actor, agrees=True, remark="", when=on(DAY))
    assert rows_of_everything() == before


def test_bg_01_the_post_counts(cast: Cast, case: Case) -> None:
    opening = asked(cast, case)
    window = account(93, "卞窗口", cast.organs["fucheng"], "window")
    before = rows_of_everything()
    with pytest.raises(NotYours):
        services.decide(
            opening, case, actor=actors_of(window.pk, on=on(DAY).on)[0], agrees=True, remark="", when=on(DAY)
        )
    assert rows_of_everything() == before


@pytest.mark.parametrize("who", ["ran", "fen", "gao", "shen", "guan", "du", "wai", "kun"])
def test_bg_01_whoever_is_not_head_or_on_duty_above_asks_for_nothing(
    cast: Cast, case: Case, who: str, browser: Browser
) -> None:
    assert openings.case_to_open(cast.actor(who), case.number) is None
    client = browser(who)
    before = rows_of_everything()
    answer = client.post("/desk/openings/ask/", sent(cast, case))
    assert answer.status_code == (404 if who != "wai" else 422)
    assert rows_of_everything() == before


def test_bg_01_somebody_on_the_conflict_list_asks_for_nothing(cast: Cast, case: Case) -> None:
    assert openings.case_to_open(cast.actor("tou"), case.number) is not None
    raised(cast, case, "绵阳市安州区民政局")
    assert openings.case_to_open(cast.actor("tou"), case.number) is None
    row = Case.objects.select_related("holder__region").get(pk=case.pk)
    before = rows_of_everything()
    with pytest.raises(NotYours):
        services.ask(row, wanted(cast), actor=cast.actor("tou"), key=key(), when=on(DAY))
    assert rows_of_everything() == before


def test_bg_01_an_organ_on_the_conflict_list_is_not_asked(cast: Cast, case: Case) -> None:
    raised(cast, case, "绵阳市涪城区民政局")
    before = rows_of_everything()
    with pytest.raises(GuardFailed, match="不能决定"):
        asked(cast, case)
    assert rows_of_everything() == before


@pytest.mark.parametrize("wall", ["绵阳市涪城区民政局", "绵阳市安州区民政局"])
def test_bg_01_a_wall_raised_meanwhile_ends_it(cast: Cast, case: Case, wall: str) -> None:
    """Behind it may stand who is to decide, or who has asked; a consent given before opens nothing any more."""
    opening = asked(cast, case)
    if "涪城" in wall:
        raised(cast, case, wall)
        assert openings.opening_of(cast.actor("wai"), case.pk, opening.seq) is None
        assert openings.waiting_for(cast.actor("wai"), at=on(DAY).at) == []
        before = rows_of_everything()
        with pytest.raises(NotYours):
            decided(cast, opening)
    else:
        opening = decided(cast, opening)
        raised(cast, case, wall)
        assert openings.opening_of(cast.actor("tou"), case.pk, opening.seq) is None
        before = rows_of_everything()
        with pytest.raises(NotYours):
            shown(cast, opening, case, when=on(DAY))
    assert rows_of_everything() == before


def test_bg_01_a_report_is_opened_by_report_desks_alone(cast: Cast) -> None:
    report = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    assert openings.case_to_open(cast.actor("tou"), report.number) is None
    assert openings.case_to_open(cast.actor("zhi"), report.number) is None
    with pytest.raises(GuardFailed, match="本来就可以"):
        asked(cast, report, "mi")
    desk = account(94, "栾专办", cast.organs["mianyang"], "report_desk")
    account(95, "申审计", cast.organs["fucheng"], "auditor")
    actor = actors_of(desk.pk, on=on(DAY).on)[0]
    assert openings.case_to_open(actor, report.number) is not None
    assert not openings.deciders(actor), "a county below the city is of its chain"
    city = Organ.objects.create(
        id=88, code="deyang", name="德阳市民政局", short_name="德阳民政", level="city", kind="civil_affairs",
        region=cast.regions["sichuan"], parent=cast.organs["province"], path="/1/2/88/", valid_from=FROM,
    )  # fmt: skip
    head, auditor = account(96, "德负责", city, "head"), account(97, "德审计", city, "auditor")
    row = openings.case_to_open(actor, report.number)
    assert row is not None and openings.deciders(actor) == [city]
    ask = services.Wanted("harm", REASON, ["name"], city)
    opening = services.ask(row, ask, actor=actor, key=key(), when=on(DAY))
    before = rows_of_everything()
    with pytest.raises(NotYours):
        services.decide(
            opening, row, actor=actors_of(head.pk, on=on(DAY).on)[0], agrees=True, remark="", when=on(DAY)
        )
    assert rows_of_everything() == before
    second = actors_of(auditor.pk, on=on(DAY).on)[0]
    assert openings.waiting_for(second, at=on(DAY).at) == [opening]
    done = services.decide(opening, row, actor=second, agrees=True, remark="", when=on(DAY))
    assert services.reveal(done, row, actor=actor, seq=1, field="name", when=on(DAY)) == XIN["name"]
    lines = opened_lines(row, openings.of_case(row), at=on(DAY).at)
    assert "某" not in str(lines) and "民政" not in str(lines) and "依法办理检举控告的工作人员" in str(lines)


# --- BG-02: what a consent opens ----------------------------------------------------------------------------------


def sent(cast: Cast, case: Case, **changes: object) -> dict[str, object]:
    given = {
        "key": key(),
        "number": case.number,
        "why": "life",
        "reason": REASON,
        "fields": ["name", "phone"],
    }
    return {**given, "decider": str(cast.organs["fucheng"].pk), **changes}


def opened(cast: Cast, case: Case, browser: Browser) -> tuple[Client, str]:
    """Return the browser of who asked, and the address of the opening somebody has agreed to."""
    tou = browser("tou")
    answer = tou.post("/desk/openings/ask/", sent(cast, case))
    assert answer.status_code == 302, body(answer)
    where = answer.headers["Location"]
    assert browser("wai").post(f"{where}decide/", {"answer": "yes"}).status_code == 302
    return tou, where


def test_bg_02_two_persons_open_one_case_for_half_an_hour(
    cast: Cast, case: Case, browser: Browser, clock: Clock
) -> None:
    tou, where = opened(cast, case, browser)
    page = body(tou.get(where))
    assert (
        "查看电话" in page and "查看住址" not in page and XIN["phone"] not in page and XIN["name"] not in page
    )
    clock.pass_by(minutes=9)
    answer = tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"})
    assert answer.status_code == 200 and XIN["phone"] in body(answer) and XIN["name"] not in body(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    look = Look.objects.get(case_id=case.pk, what="identity.phone")
    assert (look.organ_id, look.staff_id) == (4, cast.staff["tou"].pk)
    assert "紧急查阅" in look.purpose and "绵阳市涪城区民政局同意" in look.purpose
    kinds = list(Event.objects.filter(case_id=case.pk).order_by("at").values_list("kind", "organ_id"))
    assert kinds == [("opening.asked", 4), ("opening.approved", 5)]


def test_bg_02_who_agrees_sees_number_and_reason_and_no_identity(
    cast: Cast, case: Case, browser: Browser
) -> None:
    where = browser("tou").post("/desk/openings/ask/", sent(cast, case)).headers["Location"]
    wai = browser("wai")
    listed, page = body(wai.get("/desk/openings/")), body(wai.get(where))
    assert case.number in listed and case.number in page and REASON in page
    assert not [value for value in XIN.values() if value in page + listed] and "低保" not in page
    assert wai.get(f"/desk/case/{case.pk}/").status_code == 404
    assert wai.post(f"{where}reveal/", {"seq": "1", "field": "phone"}).status_code == 409
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_bg_02_the_events_stand_before_a_box_is_opened(
    cast: Cast, case: Case, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tou, where = opened(cast, case, browser)
    real, seen = keys.open_box, []

    def open_box(*args: object, **kwargs: object) -> bytes:
        kinds = set(Event.objects.filter(case_id=case.pk).values_list("kind", flat=True))
        seen.append((kinds, Look.objects.filter(case_id=case.pk, what="identity.name").exists()))
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(keys, "open_box", open_box)
    answer = tou.post(f"{where}reveal/", {"seq": "1", "field": "name"})
    assert XIN["name"] in body(answer) and seen
    assert all(one == ({"opening.asked", "opening.approved"}, True) for one in seen)


def test_bg_02_the_leaves_enter_the_log(cast: Cast, case: Case) -> None:
    decided(cast, asked(cast, case))
    log.sequence(later(days=1))
    from lianxin.ledger.models import Place

    for organ in (4, 5):
        event = Event.objects.get(organ_id=organ, case_id=case.pk)
        assert Place.objects.filter(subject_id=organ, chain="event", seq=event.seq).exists()


def test_bg_02_the_petitioner_reads_it_all(cast: Cast, case: Case, browser: Browser, clock: Clock) -> None:
    code = new_code(case)
    tou, where = opened(cast, case, browser)
    tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"})
    petitioner = Client()
    petitioner.post("/follow/", {"number": case.number, "code": code})
    page = body(petitioner.get("/follow/case/"))
    for words in (
        "申请查看您的姓名、电话",
        "绵阳市安州区民政局（负责人）",
        "绵阳市涪城区民政局（负责人）同意",
        "到 09:30 为止",
    ):
        assert words in page, words
    assert "有人的生命、健康正面临危险" in page and "打开了身份信息" in page
    assert REASON not in page and "陶负责" not in page and "魏外人" not in page


@pytest.mark.parametrize("agrees", [None, False])
def test_bg_02_refusal_and_lapse_are_recorded_and_told(
    cast: Cast, case: Case, browser: Browser, clock: Clock, agrees: bool | None
) -> None:
    code = new_code(case)
    tou = browser("tou")
    where = tou.post("/desk/openings/ask/", sent(cast, case)).headers["Location"]
    if agrees is False:
        assert browser("wai").post(f"{where}decide/", {"answer": "no"}).status_code == 302
    else:
        clock.pass_by(hours=24)
        sweep(when=Moment(on("2026-06-02").on, clock.at))
    kind, told = (
        ("opening.refused", "没有同意，没有打开")
        if agrees is False
        else ("opening.lapsed", "已经失效，没有打开")
    )
    assert Event.objects.filter(case_id=case.pk, kind=kind).count() == 1
    petitioner = Client()
    petitioner.post("/follow/", {"number": case.number, "code": code})
    assert told in body(petitioner.get("/follow/case/"))
    before = Look.objects.count()
    with pytest.raises(Refused):
        shown(cast, Opening.objects.get(case_id=case.pk), case, when=later(minutes=1))
    assert Look.objects.count() == before


def test_bg_02_what_was_open_is_recorded_as_ended_once(cast: Cast, case: Case) -> None:
    decided(cast, asked(cast, case))
    assert services.settle(when=later(minutes=29)) == 0
    assert services.settle(when=later(minutes=30)) == 1 and services.settle(when=later(minutes=31)) == 0
    assert Opening.objects.get(case_id=case.pk).state == State.ENDED
    assert Event.objects.filter(case_id=case.pk, kind="opening.ended").count() == 1


def test_bg_02_the_accused_are_not_opened(cast: Cast, case: Case) -> None:
    vault.enrol(case_id=case.pk, seq=7, role=vault.ACCUSED, identity={"name": "老王（虚构）"}, organ_id=4)
    opening = decided(cast, asked(cast, case))
    row = Case.objects.select_related("holder__region").get(pk=case.pk)
    before = Look.objects.count()
    with pytest.raises(KeyError):
        services.reveal(opening, row, actor=cast.actor("tou"), seq=7, field="name", when=on(DAY))
    assert Look.objects.count() == before


def test_bg_02_unknown_hidden_and_foreign_numbers_answer_alike(
    cast: Cast, case: Case, browser: Browser
) -> None:
    hidden = cast.assigned()
    raised(cast, hidden, "绵阳市安州区民政局")
    foreign = cast.filed(organ="fucheng").case
    unknown = cast.filed(organ="mianyang").case.number
    Case.objects.filter(number=unknown).update(number="x")
    tou = browser("tou")
    before = rows_of_everything()
    pages = set()
    for number in (hidden.number, foreign.number, unknown):
        answer = tou.post("/desk/openings/ask/", sent(cast, case, number=number, key="a-fixed-key"))
        assert answer.status_code == 404
        pages.add(
            re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", body(answer)).replace(
                number, "#"
            )
        )
    assert len(pages) == 1 and "没有找到" in pages.pop()
    assert rows_of_everything() == before


# --- BG-03: what is used twice, later, elsewhere ------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [30, 31, 60 * 24 * 40])
def test_bg_03_an_old_consent_opens_nothing(
    cast: Cast, case: Case, browser: Browser, clock: Clock, minutes: int
) -> None:
    _tou, where = opened(cast, case, browser)
    clock.pass_by(minutes=minutes)
    tou = browser("tou")
    before = rows_of_everything()
    answer = tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"})
    assert answer.status_code == 409 and XIN["phone"] not in body(answer)
    assert rows_of_everything() == before
    assert not Look.objects.filter(case_id=case.pk).exists()


def test_bg_03_a_consent_for_one_case_opens_no_other(cast: Cast, case: Case, browser: Browser) -> None:
    other = cast.assigned()
    tou, where = opened(cast, case, browser)
    elsewhere = where.replace(str(case.pk), str(other.pk))
    assert tou.post(f"{elsewhere}reveal/", {"seq": "1", "field": "phone"}).status_code == 404
    opening = Opening.objects.get(case_id=case.pk)
    with pytest.raises(NotYours):
        shown(cast, opening, other, when=on(DAY))
    assert not Look.objects.filter(what__startswith="identity").exists()


def test_bg_03_a_consent_is_for_one_person_and_its_fields(cast: Cast, case: Case, browser: Browser) -> None:
    tou, where = opened(cast, case, browser)
    for who in ("zhi", "han", "shi", "wai"):
        answer = browser(who).post(f"{where}reveal/", {"seq": "1", "field": "phone"})
        assert answer.status_code == (409 if who == "wai" else 404) and XIN["phone"] not in body(answer)
    for field in ("address", "id_number", "email"):
        answer = tou.post(f"{where}reveal/", {"seq": "1", "field": field})
        assert answer.status_code == 409 and XIN["address"] not in body(answer)
    assert not Look.objects.filter(what__startswith="identity").exists()


@pytest.mark.parametrize("agrees", [True, False])
def test_bg_03_what_is_decided_is_not_decided_again(cast: Cast, case: Case, agrees: bool) -> None:
    opening = decided(cast, asked(cast, case), agrees=agrees)
    before = rows_of_everything()
    for again in (True, False):
        with pytest.raises(GuardFailed):
            decided(cast, opening, agrees=again)
    assert rows_of_everything() == before


def test_bg_03_of_two_who_decide_at_once_one_is_first(cast: Cast, case: Case) -> None:
    opening = asked(cast, case)
    row = Case.objects.select_related("holder__region").get(pk=case.pk)
    twin = Opening.objects.select_related("organ", "staff", "decider").get(pk=opening.pk)
    decided(cast, opening, agrees=False)
    before = rows_of_everything()
    with pytest.raises(Stale):
        services.decide(twin, row, actor=cast.actor("wai"), agrees=True, remark="", when=on(DAY))
    assert rows_of_everything() == before


def test_bg_03_nobody_decides_after_a_day(cast: Cast, case: Case) -> None:
    opening = asked(cast, case)
    before = rows_of_everything()
    with pytest.raises(GuardFailed):
        decided(cast, opening, when=later(hours=24))
    assert rows_of_everything() == before


def test_bg_03_who_has_lost_the_post_uses_no_consent(cast: Cast, case: Case) -> None:
    opening = decided(cast, asked(cast, case))
    Post.objects.filter(staff=cast.staff["tou"]).update(role="window")
    with pytest.raises(NotYours):
        shown(cast, opening, case, when=on(DAY))
    assert not Look.objects.filter(what__startswith="identity").exists()


def test_bg_03_a_form_sent_twice_is_one_request(cast: Cast, case: Case, browser: Browser) -> None:
    tou, data = browser("tou"), sent(cast, case)
    first, second = tou.post("/desk/openings/ask/", data), tou.post("/desk/openings/ask/", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert tou.post("/desk/openings/ask/", sent(cast, case)).status_code == 409
    assert Opening.objects.count() == 1 and Event.objects.filter(kind="opening.asked").count() == 1


# --- BG-04: without a log nothing opens ---------------------------------------------------------------------------


def down(*args: object, **kwargs: object) -> None:
    raise RuntimeError("the event could not be recorded")


def test_bg_04_without_a_record_nothing_is_asked_or_agreed(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = asked(cast, case)
    other = cast.assigned()
    before = rows_of_everything()
    monkeypatch.setattr(chain, "record_event", down)
    with pytest.raises(LogDown):
        asked(cast, other)
    with pytest.raises(LogDown):
        decided(cast, opening)
    assert rows_of_everything() == before
    with pytest.raises(NotYours):
        shown(cast, Opening.objects.get(pk=opening.pk), case, when=on(DAY))


def test_bg_04_a_row_without_its_event_opens_nothing(
    cast: Cast, case: Case, browser: Browser, clock: Clock
) -> None:
    """Whoever writes into the table alone, or stretches what was agreed to, gets nothing."""
    tou = browser("tou")
    where = tou.post("/desk/openings/ask/", sent(cast, case)).headers["Location"]
    forged = {
        "decided_by": cast.staff["wai"],
        "decided_at": clock.at,
        "until": clock.at + timedelta(minutes=30),
    }
    Opening.objects.update(state=State.AGREED, **forged)
    assert tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"}).status_code == 409
    Opening.objects.update(state=State.ASKED, decided_by=None, decided_at=None, until=None)
    assert browser("wai").post(f"{where}decide/", {"answer": "yes"}).status_code == 302
    for stretched in ({"fields": ["phone", "address"]}, {"until": clock.at + timedelta(days=1)}):
        with transaction.atomic():
            Opening.objects.update(**stretched)
            answer = tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"})
            assert answer.status_code == 409 and XIN["phone"] not in body(answer)
            transaction.set_rollback(True)
    assert not Look.objects.filter(what__startswith="identity").exists()
    assert tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"}).status_code == 200


def test_bg_04_a_look_that_cannot_be_written_opens_nothing(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = decided(cast, asked(cast, case))
    seen: list[object] = []
    monkeypatch.setattr(vault, "record_look", down)
    monkeypatch.setattr(keys, "open_box", lambda *args, **kwargs: seen.append(args))
    with pytest.raises(RuntimeError):
        shown(cast, opening, case, when=on(DAY))
    assert not seen


def test_bg_04_a_log_that_was_changed_stops_every_step(cast: Cast, case: Case) -> None:
    waiting, other = asked(cast, case), cast.assigned()
    third = cast.assigned()
    agreed = decided(cast, asked(cast, third))
    log.sequence(later(days=1))
    assert shown(cast, agreed, third, when=later(minutes=1)) == XIN["phone"]
    TreeNode.objects.filter(level=0, position=0).update(hash="00" * 32)
    before = rows_of_everything()
    with pytest.raises(LogDown):
        asked(cast, other)
    with pytest.raises(LogDown):
        decided(cast, waiting)
    with pytest.raises(LogDown):
        shown(cast, agreed, third, when=later(minutes=1))
    assert rows_of_everything() == before


# --- proving oneself ----------------------------------------------------------------------------------------------


def test_mfa_06_asking_deciding_and_looking_need_a_fresh_proof(
    cast: Cast, case: Case, browser: Browser, clock: Clock
) -> None:
    tou, wai = browser("tou"), browser("wai")
    clock.pass_by(minutes=20)
    before = rows_of_everything()
    assert tou.post("/desk/openings/ask/", sent(cast, case)).status_code == 403
    assert rows_of_everything() == before
    answer = tou.post("/desk/openings/ask/", {**sent(cast, case), "proof_password": PASSWORD})
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert wai.post(f"{where}decide/", {"answer": "yes"}).status_code == 403
    assert Opening.objects.get().state == State.ASKED
    assert wai.post(f"{where}decide/", {"answer": "yes", "proof_password": PASSWORD}).status_code == 302
    clock.pass_by(minutes=20)
    late = tou.post(f"{where}reveal/", {"seq": "1", "field": "phone"})
    assert late.status_code == 403 and XIN["phone"] not in body(late)
    assert not Look.objects.filter(what__startswith="identity").exists()
