"""QC-08, COI-08, SEAL-06, PRIV-09, PRIV-13: rights that are no wider than they have to be, and work that is bounded."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases import disposal, reading
from lianxin.cases.models import Case, CodeRenewal, Step
from lianxin.cases.selectors import case_by_code
from lianxin.cases.services import renewing, walls
from lianxin.ledger.models import Event, Look
from lianxin.organs.models import Post
from lianxin.procedure.errors import GuardFailed
from tests.cast import FROM, XIN, Cast, key, on
from tests.security.addresses import rows_of_everything
from tests.security.conftest import Browser, Clock
from tests.security.test_priv_own import closed, erased
from tests.security.test_priv_reading import audits
from tests.security.test_qc_reissue import asked, body, sent
from tests.web.public.walking import new_code

DAY = "2026-06-01"
COUNTY = "绵阳市安州区民政局"
FAR = datetime(2057, 1, 2, 2, 0, tzinfo=UTC)


# --- QC-08 --------------------------------------------------------------------------------------------------------


def test_qc_08_who_is_report_desk_alone_sees_and_prints_the_code_issued(cast: Cast, browser: Browser) -> None:
    report = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    old = new_code(report)
    Post.objects.filter(staff=cast.staff["mi"], role="intake").delete()
    Post.objects.create(
        id=9701, staff=cast.staff["shen"], organ=cast.organs["anzhou"], role="report_desk", starts_on=FROM
    )
    mi, shen = browser("mi"), browser("shen")
    where = mi.post(f"/desk/case/{report.pk}/reissue-code/", sent()).headers["Location"]
    assert shen.post(f"{where}decide/", {"answer": "yes"}).status_code == 302
    made = mi.post(f"{where}issue/").headers["Location"]
    answer = mi.get(made)
    assert answer.status_code == 200
    code = "".join(answer.context["groups"])
    assert case_by_code(report.number, code) == report.pk and case_by_code(report.number, old) is None
    slip = mi.get(f"{made}slip.pdf")
    assert slip.status_code == 200 and slip.content.startswith(b"%PDF")
    assert shen.get(made).status_code == 404


def test_qc_08_registering_is_no_wider_by_it(cast: Cast, browser: Browser) -> None:
    Post.objects.filter(staff=cast.staff["mi"], role="intake").delete()
    assert browser("mi").get("/desk/register/").status_code == 404


def test_qc_08_of_those_who_compare_at_once_one_is_too_many(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the count and the look four others have looked: the sixth is refused although its document agrees."""
    case, real = cast.assigned(), renewing.record_look
    with pytest.raises(GuardFailed, match="不一致"):
        asked(cast, case, renewing.Shown("id_card", "辛大禾", "1"))

    def late(**given: object) -> Look:
        for _ in range(4):
            real(**given)  # type: ignore[arg-type]
        return real(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(renewing, "record_look", late)
    with pytest.raises(GuardFailed, match="一天内已经核对 5 次"):
        asked(cast, case)
    assert not CodeRenewal.objects.exists() and not Event.objects.filter(kind="code.asked").exists()


def test_priv_13_comparing_documents_counts_and_alarms_at_once(cast: Cast, settings: object) -> None:
    settings.READING_IDENTITIES = 2  # type: ignore[attr-defined]
    audits(cast, "anzhou")
    case = cast.assigned()
    for hour in (9, 10, 11):
        assert not Event.objects.filter(kind=reading.ALARMED).exists()
        with pytest.raises(GuardFailed, match="不一致"):
            asked(cast, case, renewing.Shown("id_card", "辛大禾", "1"), hour=hour)
    told = Event.objects.get(kind=reading.ALARMED)
    assert (told.staff_id, told.facts["over"]) == (cast.staff["ran"].pk, ["identities"])


# --- COI-08 -------------------------------------------------------------------------------------------------------


def wishes(cast: Cast, case: Case, words: str) -> None:
    """Let the petitioner ask online to be kept from somebody who is not found."""
    loaded = cast.load_public(Case.objects.get(pk=case.pk))
    walls.raise_wall(loaded, named=walls.Named(others=[words]), actor=None, key=key(), when=on(DAY))


def test_coi_08_words_need_a_fresh_proof_and_alarm(
    cast: Cast, browser: Browser, clock: Clock, settings: object
) -> None:
    settings.READING_IDENTITIES = 0  # type: ignore[attr-defined]
    audits(cast, "mianyang")
    case = cast.assigned()
    wishes(cast, case, "花荄镇老王（虚构）")
    above, path = browser("du"), f"/desk/case/{case.pk}/raise-wall/"
    clock.pass_by(minutes=20)
    before = rows_of_everything()
    answer = above.get(path)
    assert answer.status_code == 403 and "老王" not in body(answer)
    assert above.post(path, {"avoid": COUNTY, "key": key(), "version": "1"}).status_code == 403
    assert rows_of_everything() == before
    assert above.post("/desk/account/prove", {"proof_password": "cast-password-2026"}).status_code < 400
    assert "老王" in body(above.get(path))
    assert Event.objects.get(kind=reading.ALARMED).staff_id == cast.staff["du"].pk


def test_coi_08_where_no_words_wait_no_proof_is_asked(cast: Cast, browser: Browser, clock: Clock) -> None:
    case = cast.assigned()
    holder = browser("tou")
    clock.pass_by(minutes=20)
    assert holder.get(f"/desk/case/{case.pk}/raise-wall/").status_code == 200


def test_coi_08_words_that_were_decided_are_not_shown_again(cast: Cast) -> None:
    case = cast.filed(avoid=walls.Named(others=["提出时写的老李（虚构）"])).case
    wishes(cast, case, "花荄镇老王（虚构）")
    actor = cast.actor("dao")

    def shown() -> list[str]:
        return walls.words_to_decide(
            cast.load_public(Case.objects.get(pk=case.pk)), actor=actor, at=on(DAY).at
        )

    assert shown() == ["花荄镇老王（虚构）"], "what was written at filing asked for no decision"
    named = walls.Named([cast.organs["fucheng"]], (), ["另有其人（虚构）"])
    loaded = cast.load_public(Case.objects.get(pk=case.pk))
    walls.raise_wall(loaded, named=named, actor=actor, key=key(), when=on(DAY, 10))
    looks = Look.objects.count()
    assert shown() == [] and Look.objects.count() == looks
    wishes(cast, case, "后来写的老赵（虚构）")
    assert shown() == ["后来写的老赵（虚构）"] and Look.objects.count() == looks + 1


# --- SEAL-06, PRIV-09: purposes outlive an erasure ----------------------------------------------------------------


@pytest.mark.parametrize("page", ["others", "reveal"])
@pytest.mark.parametrize("words", [XIN["name"], XIN["phone"], XIN["address"], XIN["id_number"]])
def test_priv_09_no_purpose_holds_an_identity(cast: Cast, browser: Browser, page: str, words: str) -> None:
    case = cast.assigned()
    han = browser("han")
    purpose = f"打给{words}核对"
    before = rows_of_everything()
    given = {"seq": "1", "field": "email", "purpose": purpose}
    answer = han.post(f"/desk/case/{case.pk}/{page}/", given)
    assert answer.status_code == 409 and "填写的内容里有信访人甲的" in body(answer)
    assert purpose in body(answer), "what was typed stays"
    assert rows_of_everything() == before
    assert not Look.objects.filter(purpose__contains=words).exists()
    assert han.post(f"/desk/case/{case.pk}/{page}/", {**given, "purpose": "打电话核对"}).status_code == 200


# --- PRIV-09: the list of what is due -----------------------------------------------------------------------------


def test_priv_09_what_is_due_is_found_behind_what_is_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disposal, "BATCH", 2)
    monkeypatch.setattr(disposal, "MOST_READ", 4)
    monkeypatch.setattr(disposal, "PAGE", 1)
    cases = [closed(cast) for _ in range(8)]
    ids = sorted(case.pk for case in cases)
    due = {ids[5], ids[6], ids[7]}
    later = [pk for pk in ids if pk not in due]
    Step.objects.filter(case_id__in=later, event="serve").update(on=date(2030, 1, 1))
    actor = cast.actor("tou", FAR.date())
    found, after, pages = list[int](), 0, 0
    while pages == 0 or after:
        with CaptureQueriesContext(connection) as asked_for:
            rows, after = disposal.due_for(actor, on=FAR.date(), after=after)
        assert len(asked_for) <= 8 and len(rows) <= 1
        found += [one.case.pk for one in rows]
        pages += 1
    assert found == sorted(due)


def test_priv_09_the_page_goes_on_where_a_batch_holds_nothing(
    cast: Cast, browser: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposal, "BATCH", 1)
    monkeypatch.setattr(disposal, "MOST_READ", 1)
    first, second = sorted((closed(cast), closed(cast)), key=lambda one: one.pk)
    Step.objects.filter(case_id=first.pk, event="serve").update(on=date(2030, 1, 1))
    clock.at = FAR
    tou = browser("tou")
    page = body(tou.get("/desk/retention/"))
    assert "都还没有到期" in page and second.number not in page
    found = re.search(r'href="(\?after=\d+)"', page)
    assert found is not None
    assert second.number in body(tou.get(f"/desk/retention/{found[1]}"))
    for typed in ("-1", "x", "9" * 19, "9" * 400, "٣"):
        assert tou.get("/desk/retention/", {"after": typed}).status_code == 200


def test_priv_09_many_tombstones_are_one_question_for_the_reviewers(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    def statements(client: Client) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/desk/retention/").status_code == 200
        return len(found)

    erased(cast, closed(cast))
    clock.at = FAR
    tou = browser("tou")
    one = statements(tou)
    for case in (closed(cast), closed(cast)):
        Post.objects.filter(staff=cast.staff["shen"], role="supervisor").delete()
        erased(cast, case)
    assert statements(tou) == one
    assert body(tou.get("/desk/retention/")).count("陶负责") >= 3
