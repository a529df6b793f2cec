"""Looking the answers over and sending them: one case, whatever is clicked."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Case, CaseText, Claim, Notice, Step, WorkItem
from lianxin.cases.services import intake
from lianxin.cases.services.acts import Moment
from lianxin.organs.models import Organ
from lianxin.petitioners import drafts, vault
from lianxin.petitioners.drafts import Opened
from lianxin.web.clock import now
from lianxin.web.public import filing
from tests.cast import STORY, Cast
from tests.web.public.walking import at_most, filed, kept, walk


def test_it_lists_every_answer_with_its_change_link(client: Client, cast: Cast) -> None:
    walk(client, cast)
    page = client.get("/file/check/").content.decode()
    for words in (
        STORY,
        "恢复发放低保金",
        "四川省绵阳市安州区",
        "最低生活保障",
        "绵阳市安州区民政局",
        "辛小禾",
        "13900000001",
    ):
        assert words in page
    for name in ("story", "claims", "kind", "province", "topic", "organ", "who", "contact"):
        assert f'href="/file/{name}/"' in page


def test_it_files_a_complete_case(client: Client, cast: Cast) -> None:
    walk(client, cast)
    assert client.post("/file/check/")["Location"] == "/file/receipt/"
    case = filed(client)
    assert (case.state, case.channel, case.kind, case.category) == ("received", "online", "claim", "0101")
    assert (case.registrar, case.place, case.anonymous) == (
        cast.organs["anzhou"],
        cast.regions["anzhou"],
        False,
    )
    assert CaseText.objects.get(case=case).body == STORY
    assert list(Claim.objects.filter(case=case).order_by("seq").values_list("text", flat=True)) == [
        "恢复发放低保金",
        "补发三个月",
    ]
    assert [party.given for party in vault.parties(case.pk)] == [("name", "phone")]
    assert WorkItem.objects.filter(case_id=case.pk, organ=cast.organs["anzhou"]).exists()
    assert Notice.objects.filter(case_id=case.pk).count() == 1


@pytest.mark.parametrize("organ", ["anzhou", "mianyang"])
def test_it_takes_fourteen_statements_at_most(client: Client, cast: Cast, organ: str) -> None:
    cast.filed(organ=organ)
    walk(client, cast, organ={"organ": str(cast.organs[organ].pk)})
    case = cast.petition(organ=organ)
    intake.numbers.counter.next(case.organ.region.code[:6], now().on)
    with at_most(14):
        response = client.post("/file/check/")
    assert response["Location"] == "/file/receipt/"


def test_a_second_click_finds_the_first_receipt(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    before = kept(client)
    for method in (client.post, client.get):
        assert method("/file/check/")["Location"] == "/file/receipt/"
    assert client.post("/file/story/", {"story": "改一改"})["Location"] == "/file/receipt/"
    assert kept(client) == before
    assert Case.objects.count() == 1


def test_two_at_once_make_one_case(client: Client, cast: Cast) -> None:
    walk(client, cast)
    handle = client.cookies["lx_draft"].value
    first, second = drafts.opened(handle), drafts.opened(handle)
    assert first
    assert second
    filing.submit(first, when=now())
    receipt = kept(client)
    filing.submit(second, when=now())
    assert kept(client) == receipt
    assert Case.objects.count() == 1
    assert Step.objects.count() == 1


def test_a_receipt_that_cannot_be_kept_leaves_no_case(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(client, cast)

    def broken(draft: Opened, receipt: object, *, at: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(drafts, "finish", broken)
    with pytest.raises(OSError, match="disk full"):
        client.post("/file/check/")
    assert not Case.objects.exists()
    assert kept(client)["story"] == STORY


def test_a_helper_and_the_petitioner_are_both_kept_apart(client: Client, cast: Cast) -> None:
    contact = {
        "name": "辛小禾",
        "phone": "",
        "address": "",
        "helper_name": "邻居小马",
        "helper_phone": "13900000002",
    }
    walk(client, cast, who={"who": "helper"}, contact=contact)
    client.post("/file/check/")
    parties = vault.parties(filed(client).pk)
    assert [(party.role, party.given) for party in parties] == [
        ("petitioner", ("name",)),
        ("helper", ("name", "phone")),
    ]


def test_an_anonymous_petition_is_taken_without_a_name(client: Client, cast: Cast) -> None:
    walk(client, cast, who={"who": "anonymous"})
    assert "您没有留姓名" in client.get("/file/check/").content.decode()
    client.post("/file/check/")
    case = filed(client)
    assert case.anonymous
    assert [party.given for party in vault.parties(case.pk)] == [()]


def test_posted_fields_change_nothing(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post(
        "/file/check/",
        {
            "state": "closed_final",
            "organ": "3",
            "holder": "3",
            "number": "X",
            "kind": "report",
            "registered_at": "2020-01-01",
            "received_on": "2020-01-01",
            "version": "9",
            "case_id": "1",
        },
    )
    case = filed(client)
    assert (case.state, case.kind, case.registrar_id, case.version) == (
        "received",
        "claim",
        cast.organs["anzhou"].pk,
        0,
    )
    assert case.received_on == now().on


def test_an_organ_that_has_gone_is_asked_for_again(client: Client, cast: Cast) -> None:
    walk(client, cast)
    Organ.objects.filter(pk=cast.organs["anzhou"].pk).update(valid_to="2026-06-01")
    assert client.post("/file/check/")["Location"] == "/file/organ/"
    assert not Case.objects.exists()


def test_text_is_stored_in_one_form_and_its_original_kept(client: Client, cast: Cast) -> None:
    typed = "＜img src=x＞　１２３\r\n\r\n\r\n\r\n𠮷\x00"
    walk(client, cast, story={"story": typed})
    client.post("/file/check/")
    text = CaseText.objects.get(case=filed(client))
    assert text.body == "<img src=x> 123\n\n𠮷"
    assert text.original == typed.replace("\x00", "")
    assert client.get("/file/receipt/").status_code == 200


def test_a_draft_discarded_in_another_window_files_nothing(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(client, cast)
    whole = filing.petition_of

    def meanwhile(answers: dict[str, str], *, when: Moment) -> intake.Petition:
        drafts.forget(draft_id=int(client.cookies["lx_draft"].value.split(".")[0]))
        return whole(answers, when=when)

    monkeypatch.setattr(filing, "petition_of", meanwhile)
    response = client.post("/file/check/")
    assert response.status_code == 409
    assert "这份草稿在另一个窗口里删掉了，这里没有提交任何内容。" in response.content.decode()
    assert not Case.objects.exists()
    assert not client.cookies["lx_draft"].value


def test_a_late_second_submission_after_the_receipt_was_wiped_is_no_fault(client: Client, cast: Cast) -> None:
    walk(client, cast)
    draft = drafts.opened(client.cookies["lx_draft"].value)
    assert draft is not None
    filing.submit(draft, when=now())
    drafts.forget(draft_id=draft.id)
    filing.submit(draft, when=now())
    assert Case.objects.filter(pk=draft.id).count() == 1
