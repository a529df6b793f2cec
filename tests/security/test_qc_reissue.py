"""QC-08: a lost query code is issued anew in person, by two officers; the old one is dead at once, the petitioner is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from lianxin.cases import renewals
from lianxin.cases.models import Case, CodeRenewal, Notice, Paper, QueryCode, State, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.selectors import case_by_code
from lianxin.cases.services import renewing
from lianxin.cases.services.consents import LogDown
from lianxin.jobs.sweeps import sweep
from lianxin.ledger import chain
from lianxin.ledger.models import Entry, Event, Look
from lianxin.organs.actors import actors_of
from lianxin.organs.models import Post, Staff
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed, Refused
from tests.cast import FROM, PASSWORD, XIN, Cast, key, on
from tests.security.addresses import rows_of_everything
from tests.security.conftest import Browser, Clock
from tests.security.walling import raised
from tests.web.public.walking import new_code

CARD = renewing.Shown("id_card", XIN["name"], XIN["id_number"])
CODE = r"[2-9A-HJ-NP-Z]{4}"


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.assigned()


def sent(**changes: str) -> dict[str, str]:
    given = {"key": key(), "document": "id_card", "name": XIN["name"], "id_number": XIN["id_number"]}
    return {**given, "present": "on", **changes}


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def asked(
    cast: Cast, case: Case, shown: renewing.Shown = CARD, who: str = "ran", hour: int = 9
) -> CodeRenewal:
    actor = cast.actor(who)
    row = renewals.case_to_renew(actor, case.pk)
    assert row is not None
    return renewing.ask(row, shown, actor=actor, key=key(), when=on("2026-06-01", hour))


def follows(number: str, code: str) -> Client | None:
    """Return a browser in which number and code have opened the case, None where they do not."""
    client = Client()
    answer = client.post("/follow/", {"number": number, "code": code})
    return client if answer.status_code == 302 else None


def agreed(browser: Browser, case: Case, second: str = "fen") -> tuple[Client, str]:
    """Return the browser at the window, and the address of the request a second officer has agreed to."""
    window = browser("ran")
    answer = window.post(f"/desk/case/{case.pk}/reissue-code/", sent())
    assert answer.status_code == 302, body(answer)
    where = answer.headers["Location"]
    done = browser(second).post(f"{where}decide/", {"answer": "yes"})
    assert done.status_code == 302, body(done)
    return window, where


def test_qc_08_two_officers_renew_a_code_and_the_old_one_is_dead(
    cast: Cast, case: Case, browser: Browser, clock: Clock
) -> None:
    old = new_code(case)
    reader = follows(case.number, old)
    assert reader is not None and reader.get("/follow/case/").status_code == 200
    window, where = agreed(browser, case)
    assert follows(case.number, old) is not None, "a consent alone changes nothing"
    answer = window.post(f"{where}issue/")
    assert answer.status_code == 302, body(answer)
    page = body(window.get(answer.headers["Location"]))
    code = "".join(re.findall(rf"{CODE}[2-9A-HJ-NP-Z]?(?=</)", page))[-17:]
    assert case_by_code(case.number, code) == case.pk and case_by_code(case.number, old) is None
    assert follows(case.number, old) is None
    assert reader.get("/follow/case/").status_code == 302, "what was opened with the old code is closed"
    fresh = follows(case.number, code)
    assert fresh is not None
    told = body(fresh.get("/follow/case/"))
    assert "在窗口补发了查询码" in told and "补发查询码告知书" in told and "核对证件，补发查询码" in told


def test_qc_08_steps_events_and_the_notice_to_the_old_contact(
    cast: Cast, case: Case, browser: Browser
) -> None:
    new_code(case)
    window, where = agreed(browser, case)
    window.post(f"{where}issue/")
    step = Step.objects.get(case_id=case.pk, event="reissue_code")
    assert (step.rule, step.role, step.staff_id) == ("U16", "window", cast.staff["ran"].pk)
    assert step.facts["second"] == cast.staff["fen"].pk and step.facts["checked"] == ["name", "id_number"]
    assert Entry.objects.filter(case_id=case.pk, seq=step.seq, act="case.reissue_code").exists()
    kinds = Event.objects.filter(case_id=case.pk).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["code.asked", "code.agreed", "code.reissued"]
    notice = Notice.objects.get(case_id=case.pk, seq=step.seq)
    assert (notice.kind, notice.state) == ("code_notice", "owed")
    paper = Paper.objects.get(case_id=case.pk, kind="code_notice")
    assert "不是您本人办理的" in str(paper.content) and XIN["name"] not in str(paper.content)
    written = (
        str(list(Step.objects.values()))
        + str(list(Event.objects.values()))
        + str(list(CodeRenewal.objects.values()))
    )
    assert XIN["id_number"] not in written and XIN["name"] not in written


def test_qc_08_the_slip_bears_the_new_code(cast: Cast, case: Case, browser: Browser) -> None:
    new_code(case)
    window, where = agreed(browser, case)
    made = window.post(f"{where}issue/").headers["Location"]
    for variant in ("", "?paper=narrow"):
        slip = window.get(f"{made}slip.pdf{variant}")
        assert slip.status_code == 200 and slip.content.startswith(b"%PDF")
        assert "no-store" in slip.headers["Cache-Control"]
    for who in ("fen", "tou", "wai"):
        assert browser(who).get(made).status_code == 404
        assert browser(who).get(f"{made}slip.pdf").status_code == 404


def test_qc_08_a_second_click_makes_no_second_code(cast: Cast, case: Case, browser: Browser) -> None:
    new_code(case)
    window, where = agreed(browser, case)
    first = window.post(f"{where}issue/")
    row = QueryCode.objects.get(number=case.number)
    second = window.post(f"{where}issue/")
    assert first.headers["Location"] == second.headers["Location"]
    assert QueryCode.objects.get(number=case.number).code_hash == row.code_hash
    assert Step.objects.filter(case_id=case.pk, event="reissue_code").count() == 1


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("辛大禾", XIN["id_number"]),
        (XIN["name"], "510724195001010012"),
        ("", XIN["id_number"]),
        (XIN["name"], ""),
        (XIN["id_number"], XIN["name"]),
    ],
)
def test_qc_08_a_document_that_does_not_agree_gets_nothing(
    cast: Cast, case: Case, name: str, number: str
) -> None:
    old = new_code(case)
    with pytest.raises(GuardFailed, match="不一致"):
        asked(cast, case, renewing.Shown("id_card", name, number))
    assert not CodeRenewal.objects.exists() and case_by_code(case.number, old) == case.pk
    look = Look.objects.get(case_id=case.pk)
    assert (look.what, look.purpose) == ("identity.match", "核对证件，补发查询码")


def test_qc_08_the_answer_tells_nothing_of_the_identity(cast: Cast, case: Case, browser: Browser) -> None:
    window = browser("ran")
    pages = {
        re.sub(r'value="[^"]*"|nonce="[^"]*"', "", body(answer))
        for changes in ({"name": "辛大禾"}, {"id_number": "510724195001010012"})
        if (answer := window.post(f"/desk/case/{case.pk}/reissue-code/", sent(**changes))).status_code == 409
    }
    assert len(pages) == 1
    page = pages.pop()
    assert not [value for value in XIN.values() if value in page]


def test_qc_08_nobody_guesses_an_identity_at_the_window(cast: Cast, case: Case) -> None:
    for hour in range(9, 14):
        with pytest.raises(GuardFailed, match="不一致"):
            asked(cast, case, renewing.Shown("id_card", f"某{hour}", "1"), hour=hour)
    before = rows_of_everything()
    with pytest.raises(GuardFailed, match="一天内已经核对 5 次"):
        asked(cast, case, hour=14)
    assert rows_of_everything() == before


def test_qc_08_without_a_name_there_is_nobody_to_recognise(cast: Cast) -> None:
    case = cast.filed(identity={}).case
    with pytest.raises(GuardFailed, match="没有留姓名"):
        asked(cast, case)
    assert not CodeRenewal.objects.exists() and not Event.objects.filter(kind="code.asked").exists()


def test_qc_08_one_officer_alone_renews_nothing(cast: Cast, case: Case, browser: Browser) -> None:
    old = new_code(case)
    window = browser("ran")
    where = window.post(f"/desk/case/{case.pk}/reissue-code/", sent()).headers["Location"]
    before = rows_of_everything()
    assert window.post(f"{where}decide/", {"answer": "yes"}).status_code == 409
    assert window.post(f"{where}issue/").status_code == 409
    assert rows_of_everything() == before and case_by_code(case.number, old) == case.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeRenewal.objects.update(decided_by=cast.staff["ran"])


def test_qc_08_a_second_account_of_the_same_person_is_refused(cast: Cast, case: Case) -> None:
    renewal = asked(cast, case)
    twin = Staff(id=91, username="ran2", name="冉 登记")
    twin.set_password(PASSWORD)
    twin.save(force_insert=True)
    Post.objects.create(id=9100, staff=twin, organ=cast.organs["anzhou"], role="intake", starts_on=FROM)
    before = rows_of_everything()
    with pytest.raises(NotYours, match="同一个人"):
        renewing.decide(
            renewal, case, actor=actors_of(91, on=on("2026-06-01").on)[0], agrees=True, remark="",
            when=on("2026-06-01"),
        )  # fmt: skip
    assert rows_of_everything() == before


@pytest.mark.parametrize("who", ["wai", "shi", "kun", "gao", "han", "tiao", "guan", "du"])
def test_qc_08_other_organs_and_posts_find_nothing(
    cast: Cast, case: Case, browser: Browser, who: str
) -> None:
    where = browser("ran").post(f"/desk/case/{case.pk}/reissue-code/", sent()).headers["Location"]
    client = browser(who)
    before = rows_of_everything()
    assert client.get(where).status_code == 404
    assert client.post(f"{where}decide/", {"answer": "yes"}).status_code == 404
    assert client.post(f"{where}issue/").status_code == 404
    assert client.post(f"/desk/case/{case.pk}/reissue-code/", sent()).status_code == 404
    assert rows_of_everything() == before


def test_qc_08_behind_a_wall_nothing_is_renewed(cast: Cast, case: Case, browser: Browser) -> None:
    window, where = agreed(browser, case)
    old = new_code(case)
    raised(cast, case, "绵阳市安州区民政局")
    before = rows_of_everything()
    assert window.post(f"{where}issue/").status_code == 404
    assert window.post(f"/desk/case/{case.pk}/reissue-code/", sent()).status_code == 404
    assert rows_of_everything() == before and case_by_code(case.number, old) == case.pk


def test_qc_08_a_report_stays_with_the_report_desk(cast: Cast, browser: Browser) -> None:
    report = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    ran, mi = browser("ran"), browser("mi")
    assert ran.post(f"/desk/case/{report.pk}/reissue-code/", sent()).status_code == 404
    where = mi.post(f"/desk/case/{report.pk}/reissue-code/", sent()).headers["Location"]
    assert ran.get(where).status_code == 404 and report.number not in body(ran.get("/desk/codes/"))
    assert report.number in body(mi.get("/desk/codes/"))


@pytest.mark.parametrize("minutes", [30, 60 * 24])
def test_qc_08_an_old_consent_makes_no_code(
    cast: Cast, case: Case, browser: Browser, clock: Clock, minutes: int
) -> None:
    old = new_code(case)
    _window, where = agreed(browser, case)
    clock.pass_by(minutes=minutes)
    window = browser("ran")
    before = rows_of_everything()
    assert window.post(f"{where}issue/").status_code == 409
    assert rows_of_everything() == before and case_by_code(case.number, old) == case.pk
    when = on("2026-06-02", 10)
    sweep(when=when)
    assert CodeRenewal.objects.get().state == State.ENDED
    assert Event.objects.filter(case_id=case.pk, kind="code.ended").count() == 1


def test_qc_08_refused_is_refused(cast: Cast, case: Case, browser: Browser) -> None:
    window = browser("ran")
    where = window.post(f"/desk/case/{case.pk}/reissue-code/", sent()).headers["Location"]
    second = browser("tou")
    assert second.post(f"{where}decide/", {"answer": "no", "remark": "照片不像"}).status_code == 302
    before = rows_of_everything()
    assert second.post(f"{where}decide/", {"answer": "yes"}).status_code == 409
    assert window.post(f"{where}issue/").status_code == 409
    assert rows_of_everything() == before
    assert Event.objects.filter(case_id=case.pk, kind="code.refused").count() == 1


def test_qc_08_a_closed_case_too(cast: Cast, browser: Browser, clock: Clock) -> None:
    case = cast.served()
    sweep(when=on("2026-07-20"))
    case.refresh_from_db()
    assert case.state == "closed_lapsed"
    clock.at = on("2026-07-21").at
    new_code(case)
    window, where = agreed(browser, case)
    assert window.post(f"{where}issue/").status_code == 302
    case.refresh_from_db()
    assert case.state == "closed_lapsed"


def test_qc_08_without_a_record_nothing_is_renewed(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal = asked(cast, case)

    def down(**kwargs: object) -> None:
        raise RuntimeError("the event could not be recorded")

    monkeypatch.setattr(chain, "record_event", down)
    before = rows_of_everything()
    with pytest.raises(LogDown):
        renewing.decide(renewal, case, actor=cast.actor("fen"), agrees=True, remark="", when=on("2026-06-01"))
    assert rows_of_everything() == before


def test_qc_08_the_first_code_is_not_reached_by_somebody_else_s_request(
    cast: Cast, case: Case, browser: Browser
) -> None:
    """Only who asked at the window makes the code; the second officer never sees it."""
    _window, where = agreed(browser, case)
    client = browser("fen")
    before = rows_of_everything()
    assert client.post(f"{where}issue/").status_code == 409
    assert rows_of_everything() == before


def test_qc_08_every_step_needs_a_fresh_proof(cast: Cast, case: Case, browser: Browser, clock: Clock) -> None:
    window = browser("ran")
    clock.pass_by(minutes=20)
    before = rows_of_everything()
    assert window.post(f"/desk/case/{case.pk}/reissue-code/", sent()).status_code == 403
    assert rows_of_everything() == before


def test_qc_08_an_item_taken_over_without_a_code_gets_its_first(
    cast: Cast, case: Case, browser: Browser
) -> None:
    QueryCode.objects.filter(number=case.number).delete()
    window, where = agreed(browser, case)
    assert window.post(f"{where}issue/").status_code == 302
    assert QueryCode.objects.filter(number=case.number, dead_at=None).exists()


def test_qc_08_the_vault_hands_nothing_out(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def reveal(**kwargs: object) -> str:
        raise AssertionError("an identity was opened")

    monkeypatch.setattr(vault, "reveal", reveal)
    renewal = asked(cast, case)
    assert renewal.checked == ["name", "id_number"]
    later = on("2026-06-01")
    with pytest.raises(Refused):
        renewing.decide(
            renewal,
            case,
            actor=cast.actor("fen"),
            agrees=True,
            remark="",
            when=type(later)(later.on, later.at + timedelta(minutes=30)),
        )
