"""What a petitioner sees of a case at each step, and what must never be seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from lianxin.cases import selectors
from lianxin.cases.models import Case, Paper, Step
from lianxin.cases.services import handling
from lianxin.ledger.chain import Reader
from lianxin.petitioners import vault
from tests.cast import XIN, Cast, key, on
from tests.web.public.walking import at_most, new_code, set_day, show

OFFICERS = ("冉登记", "费分办", "韩承办", "沈审核", "陶负责", "石市局")


def page(client: Client, cast: Cast, case: Case) -> str:
    show(client, cast, case, new_code(case))
    response = client.get("/follow/case/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("stage", "sentence", "date"),
    [
        (
            "registered",
            "绵阳市安州区民政局已经登记，正在核对这件事该由谁办理。",
            "最晚在 2026年5月21日 书面告诉您",
        ),
        ("referred", "您的事项已经转送绵阳市安州区民政局，正在等它接收。", "最晚在 2026年5月22日 书面告诉您"),
        ("accepted", "绵阳市安州区民政局已经受理，正在安排承办人。", "最晚在 2026年7月7日 办结并书面答复您"),
        ("assigned", "绵阳市安州区民政局正在办理。", "最晚在 2026年7月7日 办结并书面答复您"),
        ("drafted", "绵阳市安州区民政局已经写出处理意见，正在审核签发。", "最晚在 2026年7月7日"),
        ("issued", "绵阳市安州区民政局已经出具处理意见书，正在送达给您。", ""),
        ("served", "绵阳市安州区民政局已经书面答复您。", "请求复查的最后一日是 2026年6月29日"),
    ],
)
def test_one_sentence_and_the_next_date(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, stage: str, sentence: str, date: str
) -> None:
    set_day(monkeypatch, "2026-05-15" if stage in ("registered", "referred") else "2026-06-02")
    text = page(client, cast, getattr(cast, stage)())
    assert sentence in text
    assert date in text
    assert "第 " in text


@pytest.mark.parametrize("stage", ["registered", "referred", "served"])
def test_it_takes_twelve_statements_at_most(client: Client, cast: Cast, stage: str) -> None:
    case = getattr(cast, stage)()
    if stage == "served":
        selectors.open_case(cast.actor("han"), case.pk, purpose="办理", at=on("2026-05-20").at)
    show(client, cast, case, new_code(case))
    with at_most(12):
        assert client.get("/follow/case/").status_code == 200


def test_qc_07_no_officer_no_remark_no_identity(client: Client, cast: Cast) -> None:
    case = cast.drafted()
    handling.send_back(
        cast.load("tou", case),
        actor=cast.actor("tou"),
        reasons="内部意见：依据写得不够",
        key=key(),
        when=on("2026-05-21"),
    )
    text = page(client, cast, case)
    for hidden in (
        *OFFICERS,
        "内部意见",
        "经核查，停发系系统误判",
        XIN["name"],
        XIN["phone"],
        XIN["id_number"],
    ):
        assert hidden not in text
    assert "内部审核后要求补充修改" in text
    assert "写出处理意见，送负责人审核" in text


def test_the_opinion_is_shown_when_it_has_been_served(client: Client, cast: Cast) -> None:
    case = cast.issued()
    assert "信访事项处理意见书" not in page(client, cast, case).split("文书</h2>")[1]
    opinion = Paper.objects.get(case_id=case.pk, kind="opinion").seq
    assert client.get(f"/follow/paper/{opinion}/").status_code == 404
    text = page(client, cast, cast.served())
    assert "恢复发放并补发。" in text
    assert f'href="/follow/paper/{opinion}/"' in text


def test_the_three_facts_stay_three(client: Client, cast: Cast) -> None:
    text = page(client, cast, cast.served())
    chips = text.split('class="lx-chips3"')[1].split("</ul>")[0]
    assert chips.count("lx-chips3__chip ") == 3
    assert "2026年5月28日" in chips
    assert "等您表态" in chips
    assert "还没有" in chips


def test_rights_name_the_organs_and_the_last_day(client: Client, cast: Cast) -> None:
    text = page(client, cast, cast.served())
    ladder = text.split('class="lx-ladder"')[1].split("</ol>")[0]
    assert "绵阳市安州区人民政府、绵阳市民政局" in ladder
    assert 'datetime="2026-06-29"' in ladder


def test_an_organ_that_is_late_is_named_with_its_days(client: Client, cast: Cast) -> None:
    text = page(client, cast, cast.registered())
    assert "绵阳市安州区民政局应当在 2026年5月21日 以前告诉您结果，现在已经超过 12 天。" in text
    assert "lx-banner--late" in text


def test_the_arithmetic_of_the_date_is_there(client: Client, cast: Cast) -> None:
    text = page(client, cast, cast.assigned())
    assert "计60日，至2026年7月7日" in text
    assert "信访工作条例 第三十四条" in text


def test_who_looked_is_folded_and_names_no_officer(client: Client, cast: Cast) -> None:
    case = cast.assigned()
    han = cast.actor("han")
    for minute in range(3):
        selectors.open_case(han, case.pk, purpose="办理本件", at=datetime(2026, 5, 20, 2, minute, tzinfo=UTC))
    reader = Reader(han.organ.pk, han.staff.pk, "handler")
    vault.reveal(
        case_id=case.pk,
        seq=1,
        field="phone",
        purpose="向信访人核实",
        reader=reader,
        at=datetime(2026, 5, 21, 2, 0, tzinfo=UTC),
    )
    looks = page(client, cast, case).split("谁看过我的材料</h2>")[1].split("</ul>")[0]
    assert looks.count("<li>") == 2
    assert "2026年5月20日，绵阳市安州区民政局（承办）：办理本件 · 3 次" in looks
    assert "打开了身份信息" in looks
    assert "韩承办" not in looks


def test_reading_records_nothing_and_changes_nothing(client: Client, cast: Cast) -> None:
    case = cast.assigned()
    before = (Step.objects.count(), selectors.looks_at(case.pk), Case.objects.get(pk=case.pk).version)
    page(client, cast, case)
    assert before == (Step.objects.count(), selectors.looks_at(case.pk), Case.objects.get(pk=case.pk).version)


def test_a_report_shows_received_and_forwarded_and_nothing_else(client: Client, cast: Cast) -> None:
    case = cast.filed(kind="report").case
    selectors.open_case(cast.actor("mi"), case.pk, purpose="甄别", at=on("2026-05-07").at)
    text = page(client, cast, case)
    assert "您的检举控告已经收到" in text
    assert "外婆独自居住" not in text
    assert "依法办理检举控告的工作人员" in text, "who looked is told, not from which organ and why"
    for hidden in (
        "文书</h2>",
        "甄别",
        "绵阳市安州区民政局",
        "lx-chips3",
        "lx-banner--late",
    ):
        assert hidden not in text
    Case.objects.filter(pk=case.pk).update(state="forwarded_report", registered_at=on("2026-05-08").at)
    assert "您的检举控告已经按规定移送" in page(client, cast, case)


def test_a_paper_is_printed_for_its_owner_and_the_look_recorded(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []

    def press(content: object, **kwargs: object) -> bytes:
        printed.append(content)
        return b"%PDF-1.7"

    monkeypatch.setattr("lianxin.cases.services.papers.render_apart", press)
    case = cast.served()
    text = page(client, cast, case)
    assert "受理告知书" in text
    assert client.get("/follow/paper/1/").content == b"%PDF-1.7"
    assert XIN["name"] in str(printed[0])
    assert [look.purpose for look in selectors.looks_at(case.pk)] == ["本人下载文书"]
    assert "您本人：本人下载文书" in client.get("/follow/case/").content.decode()
    for seq in (0, 99, 2**63):
        assert client.get(f"/follow/paper/{seq}/").status_code == 404


def test_it_reads_in_english(client: Client, cast: Cast) -> None:
    client.cookies["lx_language"] = "en"
    text = page(client, cast, cast.served())
    assert '<html lang="en"' in text
