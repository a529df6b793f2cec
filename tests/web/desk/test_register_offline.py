"""The desk form for letters, visits, calls and fax: checked or read back, registered once, code shown once, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.cases.models import Case, CaseNumber, CaseText, Claim, Notice, QueryCode, Step
from lianxin.cases.numbers import code_fits, read_code
from lianxin.cases.services import intake
from lianxin.organs.models import Post
from lianxin.petitioners.models import Draft, Party
from tests.cast import FROM, Cast
from tests.cast import on as moment
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import FOREIGN, everything

DATA = {
    "channel": "visit",
    "received_on_year": "2026",
    "received_on_month": "5",
    "received_on_day": "29",
    "people": "3",
    "body": "我家低保从八月起没有到账。\n问过镇上，说在等通知。（虚构）",
    "claims": "恢复发放低保金\n\n补发八月到十月",
    "place": "四川省绵阳市安州区",
    "kind": "claim",
    "category": "0101",
    "subroute": "31.6",
    "summary": "低保金三个月未发放",
    "name": "辛小禾",
    "phone": "１３９ ０００００００１",
    "address": "安州区花荄镇",
    "id_number": "",
    "email": "",
    "helper_name": "邻居老田",
    "helper_phone": "13900000009",
    "note": "由社区干部陪同",
}
CONFIRM = {"confirmed": "on"}


def send(client: Client, **changes: str) -> HttpResponse:
    return client.post("/desk/register/", {**DATA, **changes})


def to_check(client: Client, **changes: str) -> str:
    """Fill in the form and return the address of the check page."""
    answer = send(client, **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer.headers["Location"])


def code_on(page: str) -> str | None:
    groups = re.findall(r'lx-code__group">([^<]+)<', page)
    return read_code("".join(groups)) if groups else None


def test_it_works_for_a_visit(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    check = to_check(client)
    shown = client.get(check).content.decode()
    assert "宣读核对" in shown and "问过镇上" in shown and "补发八月到十月" in shown and "为什么" in shown
    done = client.post(check, CONFIRM)
    assert done.status_code == 302 and done.headers["Location"].endswith("/done/")
    page = client.get(done.headers["Location"]).content.decode()
    case = Case.objects.get()
    code = code_on(page)
    assert case.number in page and code is not None
    assert code_fits(case.number, code, QueryCode.objects.get().code_hash)
    assert (case.state, case.channel, case.people, case.anonymous) == ("registered", "visit", 3, False)
    assert case.received_on == date(2026, 5, 29) and case.registered_at is not None
    assert case.number[7:15] == "20260601"
    text = CaseText.objects.get()
    assert text.read_back and text.body.startswith("我家低保")
    assert [claim.text for claim in Claim.objects.order_by("seq")] == ["恢复发放低保金", "补发八月到十月"]
    assert [(party.seq, party.role) for party in Party.objects.order_by("seq")] == [
        (1, "petitioner"),
        (2, "helper"),
    ]
    assert Step.objects.order_by("seq")[0].note == "由社区干部陪同"
    assert Notice.objects.count() == 1
    assert not [name for name in ("辛小禾", "13900000001", "邻居老田") if name in str(everything())]


@pytest.mark.parametrize(
    ("channel", "title"), [("letter", "核对"), ("fax", "核对"), ("call", "宣读核对"), ("other", "核对")]
)
def test_every_channel_is_checked_and_oral_ones_are_read_back(desk: Desk, channel: str, title: str) -> None:
    client = desk("ran")
    check = to_check(client, channel=channel)
    assert f'<h1 class="govuk-heading-l">{title}</h1>' in client.get(check).content.decode()
    assert client.post(check, {}).status_code == 422 and not Case.objects.exists()
    assert client.post(check, CONFIRM).status_code == 302
    assert CaseText.objects.get().read_back is (channel == "call")


def test_anonymous_is_registered_all_the_same(desk: Desk) -> None:
    client = desk("ran")
    blank = dict.fromkeys(("name", "phone", "address", "helper_name", "helper_phone"), "")
    check = to_check(client, **blank)
    assert "未留姓名" in client.get(check).content.decode()
    client.post(check, CONFIRM)
    assert Case.objects.get().anonymous


def test_an_empty_form_names_what_is_missing(desk: Desk) -> None:
    answer = desk("ran").post("/desk/register/", {})
    assert answer.status_code == 422
    missing = {"channel", "received_on", "people", "body", "kind", "category", "subroute", "summary", "place"}
    assert set(answer.context["form"].errors) == missing
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"received_on_day": "2", "received_on_month": "6"}, "received_on", "不能晚于今天（2026-06-01）"),
        ({"received_on_year": "2004"}, "received_on", "早于 2005 年"),
        ({"received_on_day": "31", "received_on_month": "4"}, "received_on", "真实的日期"),
        ({"received_on_day": "三"}, "received_on", "真实的日期"),
        ({"body": " 　\n "}, "body", "请写明反映的事情"),
        ({"body": "长" * 20001}, "body", "最多 20000 字"),
        ({"people": "0"}, "people", "至少为 1"),
        ({"people": "三"}, "people", "请写数字"),
        ({"place": "没有这个县"}, "place", "没有找到"),
        ({"place": "不存在"}, "place", "没有找到"),
        ({"claims": "\n".join("诉求" for _ in range(21))}, "claims", "最多 20 项"),
        ({"claims": "长" * 501}, "claims", "最多 500 字"),
        ({"summary": "辛小禾的低保停发"}, "summary", "姓名"),
        ({"summary": "低保停发，电话139 00000001"}, "summary", "电话"),
        ({"email": "不是邮箱"}, "email", "邮箱写法不对"),
        ({"channel": "online"}, "channel", ""),
        ({"category": "0000"}, "category", ""),
        ({"subroute": "31.9"}, "subroute", ""),
        ({"kind": "x"}, "kind", ""),
        ({"people": "9" * 30}, "people", ""),
    ],
)
def test_nothing_typed_is_lost_on_an_error(
    desk: Desk, changes: dict[str, str], field: str, word: str
) -> None:
    client = desk("ran")
    answer = send(client, **changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field] and word in str(
        answer.context["form"].errors[field]
    )
    page = answer.content.decode()
    for name in ("name", "phone", "address", "note", "helper_name"):
        assert DATA[name] in page
    assert not Case.objects.exists()
    again = client.get(f"/desk/register/{answer.context['draft_id']}/").content.decode()
    assert DATA["name"] in again and DATA["note"] in again


def test_the_draft_is_kept_sealed_and_listed_until_it_is_done(desk: Desk) -> None:
    client = desk("ran")
    check = to_check(client)
    assert b"\xe8\xbe\x9b" not in bytes(Draft.objects.get().box)
    listed = client.get("/desk/register/")
    assert [one["summary"] for one in listed.context["others"]] == ["低保金三个月未发放"]
    back = client.get(check.replace("check/", ""))
    assert back.context["form"]["body"].value() == DATA["body"]
    assert back.context["form"]["received_on"].value() == "2026-5-29"
    client.post(check, CONFIRM)
    assert client.get("/desk/register/").context["others"] == []


def test_two_windows_do_not_mix(desk: Desk) -> None:
    client = desk("ran")
    first, second = to_check(client, body="第一封信"), to_check(client, body="第二封信", channel="letter")
    assert "第一封信" in client.get(first).content.decode()
    client.post(first, CONFIRM)
    client.post(second, CONFIRM)
    assert sorted(CaseText.objects.values_list("body", flat=True)) == ["第一封信", "第二封信"]


def test_a_repeated_click_makes_one_case_and_one_code(desk: Desk) -> None:
    """CONC-02."""
    client = desk("ran")
    check = to_check(client)
    addresses = {client.post(check, CONFIRM).headers["Location"] for _ in range(3)}
    assert len(addresses) == 1 and Case.objects.count() == CaseNumber.objects.count() == 1
    codes = {code_on(client.get(addresses.copy().pop()).content.decode()) for _ in range(2)}
    assert len(codes) == 1 and None not in codes
    assert (
        client.get(check).headers["Location"] == client.post(check.replace("check/", "")).headers["Location"]
    )


def test_a_kill_before_the_code_is_kept_leaves_no_case(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code is kept in the transaction of the case: both are there or neither is."""
    client = desk("ran")
    check = to_check(client)

    def lost(*given: object, **named: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("lianxin.petitioners.drafts.finish", lost)
        with pytest.raises(ConnectionError):
            client.post(check, CONFIRM)
    assert not Case.objects.exists() and not CaseNumber.objects.exists()
    answer = client.post(check, CONFIRM)
    assert answer.status_code == 302 and Case.objects.count() == 1
    page = client.get(answer.headers["Location"]).content.decode()
    assert Case.objects.get().number in page and code_on(page) is not None


def test_a_code_that_was_not_kept_is_told(desk: Desk) -> None:
    client = desk("ran")
    done = client.post(to_check(client), CONFIRM).headers["Location"]
    Draft.objects.update(filed_at=None)
    page = client.get(done).content.decode()
    assert Case.objects.get().number in page and code_on(page) is None and "补发" in page


@pytest.mark.parametrize("gone", ["wiped", "filed"])
def test_a_draft_gone_in_between_makes_no_case(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    client = desk("ran")
    check = to_check(client)
    real = intake.record

    def record(*given: object, **named: object) -> object:
        if gone == "wiped":
            Draft.objects.all().delete()
        else:
            Draft.objects.update(filed_at=moment("2026-06-01").at)
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "record", record)
        answer = client.post(check, CONFIRM)
    page = answer.content.decode()
    assert answer.status_code == 409 and "已经被放弃或者清理" in page and DATA["name"] in page
    assert not Case.objects.exists() and not CaseNumber.objects.exists()
    assert 'action="/desk/register/"' in page


def test_an_eleventh_draft_is_refused_and_none_is_lost(desk: Desk) -> None:
    client = desk("ran")
    for n in range(10):
        to_check(client, summary=f"第{n}件")
    answer = send(client, summary="第十一件")
    page = answer.content.decode()
    assert answer.status_code == 409 and "已经有 10 份登记没有完成" in page and "第十一件" in page
    assert [one["summary"] for one in answer.context["others"]] == [f"第{n}件" for n in reversed(range(10))]
    for one in answer.context["others"]:
        assert f'/desk/register/{one["id"]}/"' in page
    assert Draft.objects.count() == 10
    last = answer.context["others"][-1]["id"]
    assert client.post(f"/desk/register/{last}/discard/").status_code == 302
    assert send(client, summary="第十一件").status_code == 302


def test_receipts_not_put_away_stop_nobody(desk: Desk) -> None:
    client = desk("ran")
    for _ in range(12):
        done = client.post(to_check(client), CONFIRM)
        assert code_on(client.get(done.headers["Location"]).content.decode())
    assert Case.objects.count() == 12 and Draft.objects.count() == 11


@pytest.fixture
def two_organs(cast: Cast) -> Cast:
    """石 registers for the city and for the county."""
    Post.objects.create(
        id=990, staff=cast.staff["shi"], organ=cast.organs["anzhou"], role="window", starts_on=FROM
    )
    return cast


def test_a_draft_is_registered_where_it_was_begun(two_organs: Cast, desk: Desk) -> None:
    client = desk("shi")
    check = to_check(client)
    client.post("/desk/switch-organ", {"organ": "4"})
    shown = client.get(check)
    assert shown.context["post"].organ.code == "mianyang"
    done = client.post(check, CONFIRM).headers["Location"]
    case = Case.objects.get()
    assert (case.registrar.code, case.holder.code) == ("mianyang", "mianyang")
    assert code_on(client.get(done).content.decode())
    assert client.get(done.replace("done/", "receipt.pdf")).status_code == 200
    assert client.get("/desk/").context["post"].organ.code == "anzhou"


def test_a_form_belongs_to_the_organ_that_showed_it(two_organs: Cast, desk: Desk) -> None:
    client = desk("shi")
    shown = client.get("/desk/register/").context["at_organ"]
    client.post("/desk/switch-organ", {"organ": "4"})
    client.post(to_check(client, at_organ=shown), CONFIRM)
    assert Case.objects.get().registrar.code == "mianyang"


@pytest.mark.parametrize("at_organ", ["5", "99", "x", "-1"])
def test_a_form_of_an_organ_without_a_post_is_kept_on_the_page(desk: Desk, at_organ: str) -> None:
    client = desk("ran")
    answer = send(client, at_organ=at_organ)
    assert answer.status_code == 409 and "没有登记岗位" in answer.content.decode()
    assert DATA["name"] in answer.content.decode() and not Draft.objects.exists()
    assert answer.context["at_organ"] == "4"


def test_a_draft_of_an_organ_left_in_between_is_registered_nowhere(two_organs: Cast, desk: Desk) -> None:
    client = desk("shi")
    client.post("/desk/switch-organ", {"organ": "4"})
    check = to_check(client)
    Post.objects.filter(id=990).delete()
    for answer in (client.get(check), client.post(check, CONFIRM), client.get(check.replace("check/", ""))):
        assert answer.status_code == 403 and "属于另一个机构" in answer.content.decode()
    assert not Case.objects.exists()
    assert client.post(check.replace("check/", "discard/")).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("day", "hour", "expected"), [("29", 1, "2026-05-29"), ("1", 1, "2026-06-01")], ids=["earlier", "today"]
)
def test_the_receipt_bears_the_day_of_receipt(desk: Desk, day: str, hour: int, expected: str) -> None:
    client = desk("ran")
    month = expected[5:7].lstrip("0")
    client.post(to_check(client, received_on_month=month, received_on_day=day), CONFIRM)
    case = Case.objects.get()
    assert case.received_at.isoformat() == f"{expected}T0{hour}:00:00+00:00"
    assert case.registered_at is not None and case.registered_at.date() == date(2026, 6, 1)


@pytest.mark.parametrize("kind", ["report", "suggestion"])
def test_only_a_claim_has_a_route(desk: Desk, kind: str) -> None:
    client = desk("ran")
    for subroute in ("31.6", ""):
        check = to_check(client, kind=kind, subroute=subroute)
        assert "办理途径" not in client.get(check).content.decode()
        client.post(check, CONFIRM)
    assert set(Case.objects.values_list("subroute", flat=True)) == {""}
    assert list(send(client, subroute="").context["form"].errors) == ["subroute"]


def test_the_code_is_gone_once_it_is_put_away(desk: Desk) -> None:
    client = desk("ran")
    done = client.post(to_check(client), CONFIRM).headers["Location"]
    assert client.get(done.replace("done/", "discard/")).status_code == 405
    assert client.post(done.replace("done/", "discard/")).status_code == 302
    assert client.get(done).status_code == 404 and not Draft.objects.exists()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("paper", ["", "?paper=narrow", "?paper=../../x"])
def test_the_receipt_is_printed(desk: Desk, paper: str) -> None:
    client = desk("ran")
    done = client.post(to_check(client), CONFIRM).headers["Location"]
    answer = client.get(done.replace("done/", "receipt.pdf") + paper)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]


def test_another_officer_or_session_finds_no_draft(desk: Desk) -> None:
    client = desk("ran")
    check = to_check(client)
    done = client.post(check, CONFIRM).headers["Location"]
    for other in (desk("ran"), desk("fen"), desk("wai")):
        for address in (check, done, done.replace("done/", "receipt.pdf"), check.replace("check/", "")):
            assert other.get(address).status_code == 404
        assert other.post(done.replace("done/", "discard/")).status_code == 404


@pytest.mark.parametrize("name", ["han", "tou", "guan", "shen"])
def test_wrong_role_finds_no_page(desk: Desk, name: str) -> None:
    client = desk(name)
    assert client.get("/desk/register/").status_code == 404
    assert client.post("/desk/register/", DATA).status_code == 404
    assert not Draft.objects.exists()


def test_get_writes_nothing(desk: Desk) -> None:
    client = desk("ran")
    before = everything()
    assert client.get("/desk/register/", DATA).status_code == 200
    assert client.put("/desk/register/").status_code == 405
    check = to_check(client)
    assert client.get(check, CONFIRM).status_code == 200
    assert everything() == before


def test_mass_01_fields_nobody_asked_for_change_nothing(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    check = to_check(client, **{name: value for name, value in FOREIGN.items() if name not in DATA})
    client.post(check, {**CONFIRM, **FOREIGN})
    case = Case.objects.get()
    assert (case.state, case.holder_id, case.registrar_id, case.version) == ("registered", 4, 4, 0)


def test_a_report_is_registered_and_then_out_of_sight(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    done = client.post(to_check(client, kind="report"), CONFIRM).headers["Location"]
    page = client.get(done).content.decode()
    case = Case.objects.get()
    assert case.number in page and code_on(page) and "检举控告专办员" in page
    assert client.get(f"/desk/case/{case.pk}/").status_code == 404
    assert client.get(done.replace("done/", "receipt.pdf")).status_code == 200


@pytest.mark.parametrize("place", ["安州区", "510705", "５１０７０５", "510705000000", "四川省 绵阳市安州区"])
def test_a_place_is_read_forgivingly(cast: Cast, desk: Desk, place: str) -> None:
    client = desk("ran")
    client.post(to_check(client, place=place), CONFIRM)
    assert Case.objects.get().place_id == cast.regions["anzhou"].pk


def test_the_day_may_change_between_form_and_check(desk: Desk, today: Callable[[str], None]) -> None:
    client = desk("ran")
    check = to_check(client, received_on_month="6", received_on_day="1")
    today("2026-05-31")
    answer = client.get(check)
    assert answer.status_code == 422 and "received_on" in answer.context["form"].errors


@pytest.mark.parametrize("words", ["𠮷野家的事😀", "ＡＢＣ＜script＞", "控制\x07字符"])
def test_rare_characters_are_taken(desk: Desk, words: str) -> None:
    client = desk("ran")
    client.post(to_check(client, body=words), CONFIRM)
    text = CaseText.objects.get()
    assert text.original == words and "<script>" not in client.get("/desk/").content.decode()
