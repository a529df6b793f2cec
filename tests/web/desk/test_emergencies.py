"""The pages of emergencies: recorded in one go, calls with their times, the organ above confirms, it becomes a case."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Case
from lianxin.visits.models import Emergency, EmergencyEntry
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import at_most
from tests.web.desk.test_visits import registering

KEY = "a-key-of-one-form-page"
SENT = {
    "kind": "child",
    "place": "接待大厅门口",
    "people": "1",
    "happening": "长椅上有一个婴儿，没有大人在旁边。（虚构）",
    "called": ["police"],
    "done": "抱进室内",
    "key": KEY,
}


def recorded(client: Client, **changes: object) -> Emergency:
    """Return an emergency recorded on the page."""
    answer = client.post("/desk/emergencies/add/", {**SENT, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Emergency.objects.latest("id")


def test_the_menu_leads_there_from_every_page(cast: Cast, desk: Desk) -> None:
    for who, there in (("ran", True), ("zhi", True), ("tou", True), ("han", False)):
        page = desk(who).get("/desk/search/").content.decode()
        assert ('href="/desk/emergencies/"' in page) is there, who


def test_it_is_recorded_once_and_told_up(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    first, again = recorded(client), recorded(client)
    assert first.pk == again.pk
    page = client.get(f"/desk/emergencies/{first.pk}/").content.decode()
    assert "报告上级：绵阳市民政局" in page and "公安 110" in page and "请在 2026-06-01 10:00 以前" in page
    listed = desk("shi").get("/desk/emergencies/").content.decode()
    assert "等您确认收到" in listed and "绵阳市安州区民政局" in listed
    shi = desk("shi")
    with at_most(9):
        alerts = shi.get("/desk/alerts/").content.decode()
    assert "有 1 件紧急情况等您确认收到" in alerts
    assert "紧急情况等您确认" not in desk("wai").get("/desk/alerts/").content.decode()


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast, desk: Desk) -> None:
    answer = desk("ran").post("/desk/emergencies/add/", {**SENT, "kind": "", "place": ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and "请选择发生了什么" in page and "长椅上有一个婴儿" in page
    assert not Emergency.objects.exists()


def test_calls_get_their_time(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    row = recorded(client)
    address = f"/desk/emergencies/{row.pk}/do/"
    for _ in range(2):
        sent = {"do": "call", "whom": "head", "key": "a-key-for-the-head"}
        assert client.post(address, sent).status_code == 302
    entry = EmergencyEntry.objects.get(emergency_id=row.pk, whom="head")
    assert entry.at == entry.written_at
    bad = client.post(address, {"do": "call", "whom": "fire", "time": "nine", "key": "a-key-for-fire"})
    assert bad.status_code == 422 and "时间请写成 9:05 的样子" in bad.content.decode()
    early = client.post(address, {"do": "call", "whom": "fire", "time": "8:00", "key": "a-key-for-fire"})
    assert early.status_code == 409 and "不能早于发现的时间" in early.content.decode()
    ontime = client.post(address, {"do": "call", "whom": "fire", "time": "9：00", "key": "a-key-for-fire"})
    assert ontime.status_code == 302
    assert client.post(address, {"do": "erase", "key": "a-key-for-fire"}).status_code == 404
    row.refresh_from_db()
    assert row.head_at == entry.at


def test_the_organ_above_confirms_and_may_do_no_more(cast: Cast, desk: Desk) -> None:
    row, shi = recorded(desk("ran")), desk("shi")
    page = shi.get(f"/desk/emergencies/{row.pk}/").content.decode()
    assert "请您确认收到" in page and "现在打了" not in page
    address = f"/desk/emergencies/{row.pk}/do/"
    assert shi.post(address, {"do": "help", "text": "x", "key": "a-key-from-above"}).status_code == 409
    assert shi.post(address, {"do": "take", "text": "已派人", "key": "a-key-from-above"}).status_code == 302
    assert "上级确认收到" in desk("ran").get(f"/desk/emergencies/{row.pk}/").content.decode()
    assert desk("shi").post(f"/desk/emergencies/{row.pk}/case/").status_code == 404


@pytest.mark.parametrize("who", ["wai", "zong", "han"])
def test_others_find_nothing(cast: Cast, desk: Desk, who: str) -> None:
    row, client = recorded(desk("ran")), desk(who)
    assert client.get(f"/desk/emergencies/{row.pk}/").status_code == 404
    assert client.post(f"/desk/emergencies/{row.pk}/do/", {"do": "take", "key": KEY}).status_code == 404


def test_help_follows_until_it_ends(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    row = recorded(client)
    address = f"/desk/emergencies/{row.pk}/do/"
    empty = client.post(address, {"do": "close", "text": "", "key": "a-key-of-the-end"})
    assert empty.status_code == 409 and "请写明结果" in empty.content.decode()
    assert (
        client.post(address, {"do": "help", "text": "救助站已接走", "key": "a-key-of-help"}).status_code
        == 302
    )
    assert (
        client.post(address, {"do": "close", "text": "孩子平安", "key": "a-key-of-the-end"}).status_code
        == 302
    )
    page = client.get(f"/desk/emergencies/{row.pk}/").content.decode()
    assert "救助站已接走" in page and "已结束" in page and "现在打了" not in page


def test_it_becomes_a_case(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    row = recorded(client)
    draft = int(client.post(f"/desk/emergencies/{row.pk}/case/").headers["Location"].split("/")[-2])
    case = registering(client, draft, claims="找到孩子的家人")
    row.refresh_from_db()
    assert row.became_id == case.pk and Case.objects.count() == 1
    page = client.get(f"/desk/emergencies/{row.pk}/").content.decode()
    assert case.number in page and f"/desk/case/{case.pk}/urgent-report/" in page
    assert client.post(f"/desk/emergencies/{row.pk}/case/").status_code == 404


@pytest.mark.parametrize("rows", [3, 12])
def test_the_list_and_the_page_cost_the_same_however_long(cast: Cast, desk: Desk, rows: int) -> None:
    client = desk("ran")
    for n in range(rows):
        row = recorded(client, key=f"{KEY}-{n}")
        client.post(f"/desk/emergencies/{row.pk}/do/", {"do": "help", "text": "x", "key": f"{KEY}-h{n}"})
    with at_most(5):
        assert client.get("/desk/emergencies/").status_code == 200
    with at_most(5):
        assert client.get(f"/desk/emergencies/{row.pk}/").status_code == 200
