"""SEAL-06: other cases of the same person, found by an act with a purpose that the petitioner sees; no list, no count."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases.models import Case
from lianxin.cases.policies import may_find_others
from lianxin.cases.services import intake, others
from lianxin.ledger.ids import new_id
from lianxin.ledger.models import Look
from lianxin.organs.actors import actors_of
from lianxin.petitioners import keys, vault
from lianxin.petitioners.models import IdentityToken, Party
from lianxin.web.public.trail import looked
from tests.cast import XIN, Cast, on
from tests.security.conftest import Browser, Clock
from tests.security.test_coi_pages import bare
from tests.security.walling import raised

AT = on("2026-06-01").at
WHY = "核对是不是重复信访"
NOBODY_FOUND = "没有找到您可以查看的、同一人的其他信访件"


def ask(client: Client, case: Case, **more: str) -> object:
    return client.post(f"/desk/case/{case.pk}/others/", {"seq": "1", "purpose": WHY, **more})


def searches(case: Case) -> list[tuple[str, str, int | None]]:
    """Return the searches a case bears: purpose, role, officer."""
    rows = Look.objects.filter(case_id=case.pk, what=vault.SAME).order_by("seq")
    return list(rows.values_list("purpose", "role", "staff_id"))


def test_seal_06_what_is_found_is_what_the_officer_may_read_and_each_case_bears_the_look(
    cast: Cast, browser: Browser
) -> None:
    case, same = cast.assigned(), cast.registered()
    somebody_else = cast.registered(identity={**XIN, "id_number": "510724195001010038"})
    page = ask(browser("han"), case)
    assert page.status_code == 200  # type: ignore[attr-defined]
    words = page.content.decode()  # type: ignore[attr-defined]
    assert same.number in words and somebody_else.number not in words and case.number not in words
    assert XIN["id_number"] not in words and XIN["name"] not in words
    line = (others.PURPOSE % WHY, "handler", cast.staff["han"].pk)
    assert searches(case) == [line] and searches(same) == [line] and searches(somebody_else) == []
    seen = looked(Look.objects.filter(case_id=same.pk).order_by("-seq"))
    assert any(WHY in one.text and one.identity for one in seen), "the petitioner reads it"


def test_seal_06_an_equal_number_in_an_organ_of_its_own_is_not_found(cast: Cast, browser: Browser) -> None:
    case = cast.assigned()
    far = intake.file(cast.petition(organ="fucheng"), case_id=new_id(), when=on("2026-05-06")).case
    page = ask(browser("han"), case)
    assert NOBODY_FOUND in page.content.decode() and far.number not in page.content.decode()  # type: ignore[attr-defined]
    assert searches(case) and searches(far) == []
    page = ask(browser("wai"), far)
    assert page.status_code == 200 and case.number not in page.content.decode()  # type: ignore[attr-defined]


def test_seal_06_neither_supervision_nor_having_registered_finds_cases_of_other_organs(cast: Cast) -> None:
    """Following the steps of a case is no right to learn whose it is: only what may be read is found."""
    city = cast.filed(organ="mianyang").case
    cast.assigned()
    actor = cast.actor("shi")
    assert others.find(city, seq=1, purpose=WHY, actor=actor, at=AT) == []
    supervising = next(one for one in actors_of(cast.staff["sheng"].pk, on=actor.on))
    top = cast.filed(organ="province").case
    assert others.find(top, seq=1, purpose=WHY, actor=supervising, at=AT) == []
    assert Look.objects.filter(what=vault.SAME).count() == 2


@pytest.mark.parametrize("who", ["ran", "gao", "shen", "mi", "guan", "tiao", "zhi", "shi", "wai", "du"])
def test_seal_06_for_all_others_the_page_is_not_there(cast: Cast, browser: Browser, who: str) -> None:
    case, same = cast.assigned(), cast.registered()
    if who == "mi":
        from lianxin.organs.models import Post

        Post.objects.filter(staff=cast.staff["mi"], role="intake").delete()
    client = browser(who)
    assert client.get(f"/desk/case/{case.pk}/others/").status_code == 404
    assert ask(client, case).status_code == 404  # type: ignore[attr-defined]
    assert searches(case) == [] and searches(same) == []


@pytest.mark.parametrize("who", ["han", "fen", "tou"])
def test_seal_06_handler_intake_and_head_of_the_holder_may(cast: Cast, who: str) -> None:
    case = Case.objects.get(pk=cast.assigned().pk)
    assert may_find_others(cast.actor(who), case)
    assert not may_find_others(cast.actor("gao"), case)
    with pytest.raises(Exception, match="可以查找"):
        others.find(case, seq=1, purpose=WHY, actor=cast.actor("gao"), at=AT)
    assert not Look.objects.filter(what=vault.SAME).exists()


def test_seal_06_reports_are_never_asked_about_and_never_found(cast: Cast, browser: Browser) -> None:
    report = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    case = cast.assigned()
    client = browser("mi")
    assert client.get(f"/desk/case/{report.pk}/others/").status_code == 404
    page = ask(client, case)
    assert page.status_code == 200 and report.number not in page.content.decode()  # type: ignore[attr-defined]
    assert searches(case) and searches(report) == []


def test_seal_06_behind_a_wall_the_answer_is_that_of_a_case_that_is_not_there(
    cast: Cast, browser: Browser
) -> None:
    case, hidden = cast.assigned(), cast.registered()
    raised(cast, hidden, "韩承办")
    client = browser("han")
    ask(client, case)
    Look.objects.filter(what=vault.SAME).delete()
    with CaptureQueriesContext(connection) as with_it:
        there = bare(ask(client, case))  # type: ignore[arg-type]
    IdentityToken.objects.filter(case_id=hidden.pk).delete()
    Look.objects.filter(what=vault.SAME).delete()
    with CaptureQueriesContext(connection) as without:
        missing = bare(ask(client, case))  # type: ignore[arg-type]
    assert there == missing and len(with_it) == len(without) and NOBODY_FOUND in there[2]
    assert searches(hidden) == []


def test_seal_06_it_asks_for_a_purpose_and_a_proof_of_the_last_minutes(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    case, same = cast.assigned(), cast.registered()
    client = browser("han")
    blank = ask(client, case, purpose=" ")
    assert blank.status_code == 422 and "请写明查找目的" in blank.content.decode()  # type: ignore[attr-defined]
    wrong = ask(client, case, seq="7")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    clock.pass_by(minutes=20)
    late = ask(client, case)
    assert late.status_code == 403 and same.number not in late.content.decode()  # type: ignore[attr-defined]
    assert searches(case) == [] and searches(same) == []


def test_seal_06_no_record_no_answer(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case, same = cast.assigned(), cast.registered()
    case = Case.objects.get(pk=case.pk)
    real = others.record_look

    def broken(**given: object) -> object:
        if given["case_id"] == same.pk:
            raise RuntimeError("the ledger cannot be written")
        return real(**given)

    monkeypatch.setattr(others, "record_look", broken)
    with pytest.raises(RuntimeError):
        others.find(case, seq=1, purpose=WHY, actor=cast.actor("han"), at=AT)
    assert searches(case) == [] and searches(same) == []


def test_seal_06_who_gave_no_number_is_not_searched_for(cast: Cast, browser: Browser) -> None:
    case = cast.registered(identity={"name": "辛小禾", "phone": "13900000001"})
    client = browser("fen")
    page = client.get(f"/desk/case/{case.pk}/others/").content.decode()
    assert "没有留身份证件号码" in page and "<form method" not in page.partition("<main")[2]
    assert "others/" not in client.get(f"/desk/case/{case.pk}/").content.decode()
    assert ask(client, case).status_code == 200 and searches(case) == []  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        others.find(Case.objects.get(pk=case.pk), seq=1, purpose=WHY, actor=cast.actor("fen"), at=AT)


def test_seal_06_who_only_helps_others_to_write_leaves_no_token(cast: Cast) -> None:
    case = cast.registered(helper={"name": "代写人", "id_number": "510724196001010022"})
    assert Party.objects.filter(case_id=case.pk).count() == 2
    assert IdentityToken.objects.filter(case_id=case.pk).count() == 1


def test_seal_06_a_dictionary_of_numbers_finds_nothing_without_the_index_key(cast: Cast) -> None:
    """Every number of one village and day: hashed plainly, or under keys that lie in the database, none is a token."""
    case = cast.registered()
    stored = set(IdentityToken.objects.values_list("token", flat=True))
    row = Party.objects.get(case_id=case.pk)
    in_database = [
        b"",
        row.key_id.encode(),
        bytes(row.wrapped_key),
        *(box.encode() for box in row.boxes.values()),
    ]
    in_database += [IdentityToken.objects.get(case_id=case.pk).key_id.encode()]
    numbers = [f"51072419500101{n:03d}{check}" for n in range(1000) for check in "0123456789X"]
    assert XIN["id_number"] in numbers
    for number in numbers:
        for value in (number, f"1|{number}"):
            tried = {hashlib.sha256(value.encode()).hexdigest(), hashlib.sha3_256(value.encode()).hexdigest()}
            tried |= {hmac.new(key, value.encode(), hashlib.sha256).hexdigest() for key in in_database}
            assert not tried & stored
    assert keys.token(vault.TOKEN, XIN["id_number"]) in stored, "with the key it is found"


def test_seal_06_the_search_goes_on_while_the_index_key_is_renewed(cast: Cast, settings: object) -> None:
    case, same = cast.assigned(), cast.registered()
    settings.INDEX_KEYS_OLD, settings.INDEX_KEY = [settings.INDEX_KEY], "6b" * 32  # type: ignore[attr-defined]
    later = cast.registered()
    found = others.find(
        Case.objects.get(pk=case.pk), seq=1, purpose=WHY, actor=cast.actor("han"), at=AT + timedelta(1)
    )
    assert {one.pk for one in found} == {same.pk, later.pk}
