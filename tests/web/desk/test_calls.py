"""The telephone screen, the list of promised call-backs, and calling back."""

from __future__ import annotations

import re

import pytest

from lianxin.calls.models import Call, CallBack
from lianxin.cases.models import Case, CaseText
from lianxin.petitioners import desk_drafts, vault
from lianxin.petitioners.models import DeskDraft, Draft
from tests.calls.making import NUMBER, promised
from tests.cast import STORY, Cast
from tests.knowledge.making import shipped
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most

TAKE = "/desk/calls/take/"
CALL = {"key": "a-key-of-one-form-page", "words": STORY, "topic": "0101", "answer": "到乡镇申请。"}
PROMISE = {
    "due_on_year": "2026", "due_on_month": "6", "due_on_day": "2", "due_time": "15:30",
    "about": "告知核查结果", "phone": "139 0000 0077",
}  # fmt: skip


def test_a_consultation_is_noted_without_words_or_person(cast: Cast, desk: Desk) -> None:
    article = shipped("a", title="低保怎么申请")
    client = desk("ran")
    answer = client.post(TAKE, {**CALL, "to": "consultation", "shown": [str(article.pk), "99", "x"]})
    assert answer.status_code == 302 and answer.headers["Location"] == "/desk/calls/?done=logged"
    call = Call.objects.get()
    assert (call.kind, call.category, call.shown) == ("consult", "0101", f" {article.pk} ")
    assert STORY[:8] not in repr(list(Call.objects.values()))
    assert not Draft.objects.exists() and not Case.objects.exists()
    page = client.get("/desk/calls/?done=logged").content.decode()
    assert "已经记下这次咨询" in page and "到乡镇申请。" in page


def test_a_petition_goes_on_as_a_registration_with_the_words(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    answer = client.post(TAKE, {**CALL, **PROMISE, "caller": str(cast.staff["ran"].pk), "to": "petition"})
    assert answer.status_code == 302, answer.content.decode()
    call = Call.objects.get()
    address = answer.headers["Location"]
    assert address == f"/desk/register/{call.draft_id}/"
    form = client.get(address).content.decode()
    assert (
        STORY in form
        and re.search(r'value="call"[^>]*checked', form)
        and "13900000077" in form.replace(" ", "")
    )
    assert CallBack.objects.get().became_id is None and bytes(CallBack.objects.get().box)
    sent = {
        "channel": "call", "people": "1", "body": STORY, "claims": "恢复发放低保金", "kind": "claim", "category": "0101",
        "subroute": "31.6", "summary": "低保金停发，要求恢复发放", "place": "四川省绵阳市安州区", "phone": "13900000077",
        "received_on_year": "2026", "received_on_month": "6", "received_on_day": "1",
    }  # fmt: skip
    assert client.post(address, sent).headers["Location"].endswith("/check/")
    check = client.get(f"{address}check/").content.decode()
    assert "已经读给信访人听" in check
    refused = client.post(f"{address}check/", {})
    assert refused.status_code == 422 and not Case.objects.exists()
    assert client.post(f"{address}check/", {"confirmed": "on"}).headers["Location"].endswith("/done/")
    case = Case.objects.get()
    assert case.channel == "call" and CaseText.objects.get(case_id=case.pk).read_back
    assert Call.objects.get().became_id == case.pk
    back = CallBack.objects.get()
    assert back.became_id == case.pk and not bytes(back.box)
    assert "phone" in vault.parties(case.pk)[0].given
    page = client.post(f"/desk/calls/{back.id}/number/").content.decode()
    assert "13900000077" in page


def test_the_same_form_twice_keeps_one_call_and_leads_to_one_draft(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    first = client.post(TAKE, {**CALL, "to": "petition"})
    second = client.post(TAKE, {**CALL, "to": "petition"})
    assert first.headers["Location"] == second.headers["Location"]
    assert (Call.objects.count(), Draft.objects.count()) == (1, 1)


def test_looking_up_without_script_keeps_what_was_typed(cast: Cast, desk: Desk) -> None:
    article = shipped("a", title="低保怎么申请")
    told = shipped("b", title="结婚登记", text="结婚", for_petitioner="", paragraphs=())
    answer = desk("ran").post(TAKE, {**CALL, **PROMISE, "q": "低保申请", "to": "look", "shown": str(told.pk)})
    page = answer.content.decode()
    assert answer.status_code == 200 and STORY in page and "低保怎么申请" in page
    assert f'value="{article.pk}"' in page and re.search(f'value="{told.pk}" checked', page)
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"to": "consultation", "answer": ""}, {"answer"}),
        ({"to": "petition", "words": ""}, {"words"}),
        ({"to": "consultation", "answer": "请到【填写：乡镇】申请"}, {"answer"}),
        ({"to": "consultation", "about": "说结果"}, {"due_on", "due_time", "phone", "caller"}),
        ({"to": "consultation", **PROMISE, "caller": "7", "due_time": "25:99"}, {"due_time"}),
        ({"to": "consultation", **PROMISE, "caller": "999"}, {"caller"}),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_the_words_stay(
    cast: Cast, desk: Desk, changed: dict[str, str], fields: set[str]
) -> None:
    if changed.get("caller") == "7":
        changed = {**changed, "caller": str(cast.staff["ran"].pk)}
    answer = desk("ran").post(TAKE, {**CALL, **changed})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == fields
    page = answer.content.decode()
    assert changed.get("words", STORY) in page and not Call.objects.exists() and not Draft.objects.exists()


@pytest.mark.parametrize("to", ["consultation", "petition"])
def test_a_promise_that_cannot_be_kept_leaves_nothing_behind(cast: Cast, desk: Desk, to: str) -> None:
    late = {**PROMISE, "due_on_day": "1", "due_time": "08:00", "caller": str(cast.staff["ran"].pk), "to": to}
    answer = desk("ran").post(TAKE, {**CALL, **late})
    assert answer.status_code == 409 and "已经过去" in answer.content.decode()
    assert not Call.objects.exists() and not Draft.objects.exists()
    told = {**late, "due_on_day": "2", "about": "打 139-0000-0077 说结果"}
    assert desk("ran").post(TAKE, {**CALL, **told}).status_code == 409
    assert not CallBack.objects.exists()


def test_what_is_typed_is_kept_sealed_but_never_the_number(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    assert client.post(TAKE, {**CALL, **PROMISE, "keep": "auto"}).status_code == 200
    row = DeskDraft.objects.get()
    plain = desk_drafts.plain_of(row).decode()
    assert STORY[:8] in plain and "0077" not in plain and not Call.objects.exists()
    page = client.get(TAKE).content.decode()
    assert STORY in page and "0077" not in page
    client.post(TAKE, {**CALL, "to": "consultation", "kept": "1"})
    assert not DeskDraft.objects.exists()


def test_a_colleague_does_not_see_what_is_typed(cast: Cast, desk: Desk) -> None:
    desk("ran").post(TAKE, {**CALL, "keep": "auto"})
    page = desk("fen").get(TAKE).content.decode()
    assert STORY not in page and "有同事也在办这一件" not in page


@pytest.mark.parametrize("who", ["han", "shen", "guan"])
def test_others_have_no_telephone(cast: Cast, desk: Desk, who: str) -> None:
    back, client = promised(cast), desk(who)
    for path in ("/desk/calls/", TAKE, f"/desk/calls/{back.id}/"):
        assert client.get(path).status_code == 404
    for path in (TAKE, f"/desk/calls/{back.id}/number/", f"/desk/calls/{back.id}/tried/"):
        assert client.post(path).status_code == 404


def test_other_organs_answer_as_if_there_were_none(cast: Cast, desk: Desk) -> None:
    back = promised(cast)
    for who in ("wai", "shi"):
        client = desk(who)
        if client.get("/desk/calls/").status_code == 404:
            continue
        assert "核查结果" not in client.get("/desk/calls/").content.decode()
        found, missing = client.get(f"/desk/calls/{back.id}/"), client.get("/desk/calls/123456/")
        assert (found.status_code, missing.status_code) == (404, 404)
        assert client.post(f"/desk/calls/{back.id}/number/").status_code == 404


def test_a_duty_officer_without_registration_is_told_who_registers(cast: Cast, desk: Desk) -> None:
    client = desk("zhi")
    assert "转为信访登记" not in re.sub(
        r"<p.*?</p>|<div class=\"govuk-hint.*?</div>", "", client.get(TAKE).content.decode()
    )
    answer = client.post(TAKE, {**CALL, "to": "petition"})
    assert answer.status_code == 409 and "登记接待" in answer.content.decode() and not Draft.objects.exists()


def test_the_list_says_how_late_and_costs_the_same_with_many(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    late = promised(cast, hours=-1 + 2, about="早的")
    for _ in range(2):
        promised(cast, hours=30)
    CallBack.objects.filter(id=late.id).update(
        promised_at=late.promised_at.replace(year=2025), due_at=late.due_at.replace(day=1, month=5)
    )
    with at_most(5):
        page = client.get("/desk/calls/").content.decode()
    assert page.index("早的") < page.index("核查结果") and "过时未回电" in page and "已经过了 30 天" in page
    assert NUMBER not in page and "明天 15:00 以前" in page
    for _ in range(9):
        promised(cast, hours=8)
    with at_most(5):
        client.get("/desk/calls/")


def test_the_screen_costs_little(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    with at_most(6):
        client.get(TAKE)


def test_the_number_is_shown_once_and_only_when_asked(cast: Cast, desk: Desk) -> None:
    back, client = promised(cast), desk("ran")
    assert NUMBER not in client.get(f"/desk/calls/{back.id}/").content.decode()
    answer = client.post(f"/desk/calls/{back.id}/number/")
    assert NUMBER in answer.content.decode() and "no-store" in answer.headers["Cache-Control"]
    assert client.get(f"/desk/calls/{back.id}/number/").status_code == 405


def test_calling_back_done_again_and_missed(cast: Cast, desk: Desk) -> None:
    back, client = promised(cast), desk("ran")
    address = f"/desk/calls/{back.id}/tried/"
    key = {"key": "a-key-of-one-form-page"}
    assert client.post(address, {**key, "result": "missed"}).headers["Location"].endswith("done=tried")
    assert client.post(address, {**key, "result": "missed"}).status_code == 302
    assert CallBack.objects.get().tries == 1
    assert "打过 1 次没有打通" in client.get("/desk/calls/").content.decode()
    again = client.post(address, {"key": "another-key-1", "result": "again"})
    assert again.status_code == 422 and {"due_on", "due_time"} <= set(again.context["form"].errors)
    empty = client.post(address, {"key": "another-key-2", "result": "done"})
    assert empty.status_code == 422 and "outcome" in empty.context["form"].errors
    told = client.post(address, {"key": "another-key-3", "result": "done", "outcome": "打 13900000077 说的"})
    assert told.status_code == 409
    done = {"key": "another-key-4", "result": "done", "outcome": "已经告知"}
    assert client.post(address, done).headers["Location"].endswith("done=done")
    assert client.post(address, done).status_code == 302
    assert client.post(address, {**done, "key": "another-key-5"}).status_code == 409
    assert not bytes(CallBack.objects.get().box)
    assert "现在没有答应回电的" in client.get("/desk/calls/").content.decode()
    assert client.post(f"/desk/calls/{back.id}/number/").status_code == 409
