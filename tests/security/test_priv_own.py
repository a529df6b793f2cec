"""PRIV-11, 12 and the rights of the person: taking home the own data, correcting it, and the pages of the end of keeping."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from lianxin.cases import disposal
from lianxin.cases.models import Case, CaseText, Step
from lianxin.cases.selectors import open_case
from lianxin.cases.services import correcting, papers
from lianxin.ledger import chain
from lianxin.ledger.chain import Reader
from lianxin.ledger.models import Event, Look
from lianxin.organs.models import Post
from lianxin.petitioners import rights, vault
from lianxin.petitioners.models import Party
from lianxin.procedure.errors import GuardFailed
from tests.cast import FROM, STORY, XIN, Cast, key, on
from tests.security.conftest import Browser, Clock
from tests.security.test_priv_rights import closed, erased, second
from tests.web.public.walking import new_code, show

MEMBER = {"name": "邻居甲丁", "phone": "13900000077", "address": "别处12号"}
FAR = datetime(2057, 1, 3, 1, 0, tzinfo=UTC)


def follower(cast: Cast, case: Case) -> Client:
    """Return a browser in which number and code of a case were shown."""
    client = Client()
    show(client, cast, case, new_code(case))
    return client


def own(client: Client) -> tuple[dict[str, Any], str]:
    """Return the own data as JSON and as the page to read."""
    answer = client.post("/follow/mine/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.namelist() == ["my-data.html", "my-data.json"]
        return json.loads(packed.read("my-data.json")), packed.read("my-data.html").decode()


def test_priv_11_the_petitioner_takes_home_the_own_data_and_nobody_elses(cast: Cast) -> None:
    case = cast.served()
    vault.enrol(case_id=case.pk, seq=2, role="petitioner", identity=MEMBER, organ_id=case.holder_id)
    vault.enrol(
        case_id=case.pk, seq=3, role="accused", identity={"name": "被反映的某丙"}, organ_id=case.holder_id
    )
    data, page = own(follower(cast, case))
    assert data["identity"] == {
        "姓名": XIN["name"], "电话": XIN["phone"], "住址": XIN["address"], "身份证件号码": XIN["id_number"]
    }  # fmt: skip
    for text in (json.dumps(data, ensure_ascii=False), page):
        assert STORY in text and XIN["name"] in text
        for other in (*MEMBER.values(), "被反映的某丙", "韩承办", "陶负责"):
            assert other not in text, other
    assert data["text"]["body"] == STORY and data["claims"][0]["decision"] == "恢复发放并补发。"
    assert [one["content"] for one in data["papers"] if one["content"]]
    assert len(data["steps"]) == case.steps


def test_priv_12_taking_home_is_a_look_of_ones_own_and_the_trail_is_whole(cast: Cast) -> None:
    case = cast.assigned()
    organs = [cast.organs[name].pk for name in ("anzhou", "mianyang", "province")]
    before = Look.objects.filter(case_id=case.pk).count()
    for n, organ in enumerate([*organs, *organs[:2]]):
        chain.record_look(
            case_id=case.pk,
            what="case",
            purpose=f"核对第{n}次",
            reader=Reader(organ, 3, "head"),
            at=on("2026-05-20", n + 8).at,
        )
    data, page = own(follower(cast, case))
    read = [one for one in data["looks"] if one["purpose"].startswith("核对第")]
    names = [cast.organs[name].name for name in ("mianyang", "anzhou", "province", "mianyang", "anzhou")]
    assert [one["organ"] for one in read] == names
    assert [one["purpose"] for one in read] == [f"核对第{n}次" for n in (4, 3, 2, 1, 0)]
    assert read[0]["at"] == "2026-05-20T12:00+08:00"
    assert len(data["looks"]) == before + 6 and data["looks"][0]["organ"] == "您本人"
    last = Look.objects.filter(case_id=case.pk).order_by("-seq")[0]
    assert (last.what, last.organ_id, last.staff_id) == ("identity.own", None, None)
    assert all("韩" not in one["organ"] + one["posts"] for one in data["looks"]) and "staff" not in page
    assert chain.look_faults(Look.objects.filter(case_id=case.pk)) == []


def test_priv_11_a_report_keeps_its_writer_sealed(cast: Cast) -> None:
    case = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    data, page = own(follower(cast, case))
    for text in (json.dumps(data, ensure_ascii=False), page):
        assert XIN["name"] not in text and XIN["phone"] not in text and "收受财物" not in text
    assert data["identity_sealed"] and not Look.objects.filter(case_id=case.pk, what="identity.own").exists()


def test_priv_11_only_number_and_code_open_it(cast: Cast) -> None:
    case = cast.assigned()
    before = Look.objects.count()
    assert Client().post("/follow/mine/").status_code == 302
    client = follower(cast, case)
    assert client.get("/follow/mine/").status_code == 405
    client.cookies["lx_follow"] = client.cookies["lx_follow"].value[:-3] + "xxx"
    assert client.post("/follow/mine/").status_code == 302
    assert Look.objects.count() == before
    answer = follower(cast, case).post("/follow/mine/")
    assert "no-store" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"


def test_a_corrected_field_holds_and_the_original_stays_sealed(cast: Cast) -> None:
    case = cast.issued()
    served = Case.objects.get(pk=case.pk)
    client = follower(cast, case)
    sent = {"key": "k" * 22, "phone": "139 1111 2222", "name": "辛晓禾"}
    for _ in range(2):
        assert client.post("/follow/correct/", sent).status_code == 302
    asked = Step.objects.get(case=case, event="ask_correction")
    assert asked.facts == {"fields": ["name", "phone"]} and "辛晓禾" not in str(Party.objects.values())
    assert vault.examine(case_id=case.pk, seq=1, field="phone", test=str) == XIN["phone"]
    loaded = cast.load("ran", served)
    fresh = correcting.opened(loaded, actor=cast.actor("ran"), at=on("2026-06-02").at)
    assert fresh == {"name": "辛晓禾", "phone": "13911112222"}
    assert Look.objects.filter(case_id=case.pk, what="identity.asked").count() == 1
    done = correcting.answer(
        loaded,
        taken=True,
        how="打登记时的电话核对无误",
        actor=cast.actor("ran"),
        key=key(),
        when=on("2026-06-02"),
    )
    assert vault.examine(case_id=case.pk, seq=1, field="phone", test=str) == "13911112222"
    assert vault.examine(case_id=case.pk, seq=1, field="name", test=str) == "辛晓禾"
    earlier = {f"name~{done.steps}", f"phone~{done.steps}"}
    assert set(Party.objects.get(case_id=case.pk, seq=1).boxes) == {*XIN, *earlier}
    known = {
        "case_id": case.pk,
        "field": "name",
        "purpose": "核对",
        "reader": Reader(),
        "at": on("2026-06-03").at,
    }
    assert rights.reveal_as_of(**known, step=done.steps - 1) == XIN["name"]
    assert rights.reveal_as_of(**known, step=done.steps + 1) == "辛晓禾"
    page = client.get("/follow/case/").content.decode()
    assert "姓名、电话：已经更正，原来的仍然密封保存。打登记时的电话核对无误" in page and "辛晓禾" not in page


def test_a_paper_keeps_the_name_it_was_issued_with(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = cast.issued()
    correcting.ask(
        cast.load_public(case), identity={"name": "辛晓禾"}, words="", key=key(), when=on("2026-06-01")
    )
    correcting.answer(
        cast.load("ran", case),
        taken=True,
        how="电话核对",
        actor=cast.actor("ran"),
        key=key(),
        when=on("2026-06-02"),
    )
    printed = []
    monkeypatch.setattr(
        papers, "render_apart", lambda content, **more: printed.append(str(content.fields)) or b""
    )
    for paper in papers.Paper.objects.filter(case_id=case.pk):
        papers.print_paper(paper, reader=Reader(), purpose="打印", at=on("2026-06-03").at)
    assert any(XIN["name"] in one for one in printed) and not any("辛晓禾" in one for one in printed)


def test_a_correction_not_taken_is_destroyed_and_told_why(cast: Cast) -> None:
    case = cast.assigned()
    correcting.ask(
        cast.load_public(case),
        identity={"phone": "13922223333"},
        words="应是九月停发，不是八月",
        key=key(),
        when=on("2026-06-01"),
    )
    with pytest.raises(GuardFailed, match="等核对"):
        correcting.ask(
            cast.load_public(case), identity={"name": "某"}, words="", key=key(), when=on("2026-06-01")
        )
    boxes = Party.objects.get(case_id=case.pk, seq=1).boxes
    assert sorted(boxes) == sorted([*XIN, f"phone?{case.steps + 1}"])
    client = follower(cast, case)
    assert "等待核对" in client.get("/follow/case/").content.decode()
    correcting.answer(
        cast.load("han", case), taken=False, how="登记时的电话打通，本人说没有申请", actor=cast.actor("han"), key=key(),
        when=on("2026-06-02"),
    )  # fmt: skip
    assert sorted(Party.objects.get(case_id=case.pk, seq=1).boxes) == sorted(XIN)
    page = client.get("/follow/case/").content.decode()
    assert "没有采用。登记时的电话打通" in page and "应是九月停发" in page
    assert CaseText.objects.get(case=case).body == STORY


def test_who_may_answer_a_correction_and_what_is_seen(cast: Cast, browser: Browser) -> None:
    case = cast.assigned()
    correcting.ask(
        cast.load_public(case), identity={"phone": "13922223333"}, words="", key=key(), when=on("2026-06-01")
    )
    address = f"/desk/case/{case.pk}/answer-correction/"
    before = Step.objects.filter(case=case).count()
    for name in ("wai", "gao", "tou", "du", "shen", "guan"):
        client = browser(name)
        for answer in (
            client.get(address),
            client.post(address, {"key": "k" * 22, "version": "9", "taken": "yes", "how": "x"}),
        ):
            assert answer.status_code == 404 and b"13922223333" not in answer.content, name
    assert Step.objects.filter(case=case).count() == before
    assert not Look.objects.filter(case_id=case.pk, what="identity.asked").exists()
    client = browser("han")
    page = client.get(address)
    assert (
        page.status_code == 200
        and "13922223333" in page.content.decode()
        and XIN["phone"] not in page.content.decode()
    )
    assert (
        Look.objects.filter(case_id=case.pk, what="identity.asked", staff_id=cast.staff["han"].pk).count()
        == 1
    )
    sent = {"key": "k" * 22, "version": page.context["version"], "taken": "yes", "how": "当面核对证件"}
    assert client.post(address, {**sent, "how": f"{XIN['phone']}打通"}).status_code == 409
    assert client.post(address, {**sent, "taken": ""}).status_code == 422
    assert Step.objects.filter(case=case).count() == before
    assert client.post(address, sent).status_code == 302
    assert vault.examine(case_id=case.pk, seq=1, field="phone", test=str) == "13922223333"
    assert open_case(cast.actor("han"), case.pk, purpose="办理", at=on("2026-06-02").at) is not None


def test_priv_09_the_pages_of_the_desk_take_two_persons_and_a_proof(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    case = closed(cast)
    second(cast)
    clock.at = FAR
    address = f"/desk/case/{case.pk}/retention/"
    tou, shen = browser("tou"), browser("shen")
    listed = tou.get("/desk/retention/").content.decode()
    assert case.number in listed and STORY not in listed and XIN["name"] not in listed
    page = tou.get(address)
    sent = {"key": "k" * 22, "version": page.context["version"], "do": "propose", "reason": "保管期满"}
    clock.pass_by(minutes=20)
    asked = tou.post(address, sent)
    assert asked.status_code == 403 and not Event.objects.filter(case_id=case.pk).exists()
    proof = {"proof_password": "cast-password-2026"}
    assert tou.post(address, {**sent, "reason": "", **proof}).status_code == 422
    assert tou.post(address, {**sent, **proof}).status_code == 302
    assert tou.post(address, sent).status_code == 302
    assert Event.objects.filter(case_id=case.pk).count() == 1
    own_consent = {"key": "m" * 22, "version": tou.get(address).context["version"], "do": "agree"}
    assert tou.post(address, own_consent).status_code == 409
    assert 'value="agree"' not in tou.get(address).content.decode()
    shown = shen.get(address).content.decode()
    assert 'value="agree"' in shown
    assert shown.count('name="csrfmiddlewaretoken"') == shown.count("<form") - shown.count('method="get"')
    stale = {"key": "n" * 22, "version": "0", "do": "agree", **proof}
    assert shen.post(address, stale).status_code == 409
    assert disposal.agreed() == []
    assert shen.post(address, {**own_consent, "key": "o" * 22, **proof}).status_code == 302
    assert disposal.agreed() == [case.pk]
    held = {"key": "p" * 22, "version": tou.get(address).context["version"], "do": "hold", "reason": "审计"}
    assert tou.post(address, held).status_code == 302
    assert "审计" in tou.get(address).content.decode()


def test_priv_09_others_find_no_such_page(cast: Cast, browser: Browser) -> None:
    case = closed(cast)
    for name in ("han", "ran", "guan"):
        assert browser(name).get("/desk/retention/").status_code == 404
        assert browser(name).get(f"/desk/case/{case.pk}/retention/").status_code == 404
    for name in ("wai", "shi"):
        assert case.number not in browser(name).get("/desk/retention/").content.decode()
        assert browser(name).get(f"/desk/case/{case.pk}/retention/").status_code == 404
    assert browser("du").get(f"/desk/case/{case.pk}/retention/").status_code == 200


def test_priv_09_the_petitioner_of_an_erased_case_is_told_plainly(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    case = closed(cast)
    code = new_code(case)
    erased(cast, case)
    clock.at = FAR
    client = Client()
    show(client, cast, case, code)
    page = client.get("/follow/case/").content.decode()
    assert "这件事的内容已经依规销毁" in page and case.number in page and "2057年1月2日" in page
    assert "陶负责" not in page and "沈审核" not in page and STORY not in page
    for address in (
        "receipt",
        "review",
        "withdraw",
        "material",
        "correct",
        "evaluate",
        "accept",
        "paper/1",
        "dates",
    ):
        assert client.get(f"/follow/{address}/").status_code == 302, address
    assert client.post("/follow/mine/").status_code == 302
    tou = browser("tou")
    stones = tou.get("/desk/retention/").content.decode()
    assert case.number in stones and "陶负责" in stones and "沈审核" in stones
    assert tou.get(f"/desk/case/{case.pk}/").status_code == 404
    assert tou.get(f"/desk/case/{case.pk}/retention/").status_code == 200
    assert tou.get("/desk/search/", {"number": case.number}).status_code == 404


def test_priv_09_a_report_ends_with_the_report_desk_alone(cast: Cast, browser: Browser) -> None:
    case = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    Post.objects.create(
        id=9902, staff=cast.staff["shen"], organ=cast.organs["anzhou"], role="supervisor", starts_on=FROM
    )
    for name, status in (("tou", 404), ("shen", 404), ("du", 404), ("mi", 200)):
        assert browser(name).get(f"/desk/case/{case.pk}/retention/").status_code == status, name
