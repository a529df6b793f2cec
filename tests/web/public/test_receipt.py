"""The receipt: shown until its owner has written it down, then gone; as a paper for whoever shows number and code."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases import numbers
from lianxin.papers import PaperContent
from lianxin.petitioners.models import Draft
from tests.cast import STORY, Cast
from tests.web.public.walking import at_most, filed, kept, walk


def test_it_shows_number_code_promise_and_arithmetic(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    with at_most(6):
        page = client.get("/file/receipt/").content.decode()
    receipt = kept(client)
    assert receipt["number"] in page
    for group in numbers.grouped(receipt["code"]).split("-"):
        assert f">{group}<" in page
    assert "2026年6月17日" in page
    assert "计15日，至2026年6月17日" in page
    assert "绵阳市安州区民政局" in page


def test_the_code_is_in_no_address_and_no_title(client: Client, cast: Cast) -> None:
    walk(client, cast)
    response = client.post("/file/check/")
    code = kept(client)["code"]
    page = client.get(response["Location"]).content.decode()
    assert code not in response["Location"]
    assert code not in page.split("</title>")[0]
    assert f"={code}" not in page
    assert client.get("/file/receipt/")["Cache-Control"].count("no-store") == 1


def test_it_is_wiped_on_demand(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    case = filed(client)
    assert client.get("/file/receipt/kept/").status_code == 405
    assert client.post("/file/receipt/kept/")["Location"] == "/file/done/"
    assert not Draft.objects.exists()
    assert client.get("/file/receipt/")["Location"] == "/file/done/"
    assert type(case).objects.filter(pk=case.pk).exists()


def test_wiping_does_not_touch_an_unfiled_draft(client: Client, cast: Cast) -> None:
    walk(client, cast, until="who")
    client.post("/file/receipt/kept/")
    assert Draft.objects.count() == 1


def test_a_receipt_not_put_away_is_not_overwritten(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    assert "还没有收好" in client.get("/file/").content.decode()
    assert client.post("/file/")["Location"] == "/file/receipt/"
    assert client.post("/file/discard/")["Location"] == "/file/"
    assert Draft.objects.count() == 1


def test_before_filing_there_is_none(client: Client, cast: Cast) -> None:
    walk(client, cast, until="who")
    assert client.get("/file/receipt/")["Location"] == "/file/who/"


@pytest.mark.parametrize("variant", ["a4", "narrow", "x"])
def test_the_paper_comes_for_number_and_code(
    client: Client, cast: Cast, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def press(content: object, *, variant: str, issued_at: object) -> bytes:
        asked["variant"] = variant
        return b"%PDF-1.7"

    monkeypatch.setattr("lianxin.cases.services.papers.render_apart", press)
    monkeypatch.setattr("lianxin.cases.services.papers.check", lambda rule, content: None)
    monkeypatch.setattr("lianxin.cases.services.papers.missing_glyphs", lambda text, role: [])
    walk(client, cast)
    client.post("/file/check/")
    response = client.post("/file/receipt/paper/", {**kept(client), "variant": variant})
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert asked["variant"] == ("narrow" if variant == "narrow" else "a4")


def test_no_paper_without_the_right_code(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    number = kept(client)["number"]
    for code in ("", "X", numbers.new_code()):
        assert client.post("/file/receipt/paper/", {"number": number, "code": code})["Location"] == "/follow/"
    assert client.get("/file/receipt/paper/").status_code == 405


@pytest.mark.parametrize("kind", ["claim", "report"])
def test_the_paper_of_a_report_says_nothing_of_it(
    client: Client, cast: Cast, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []

    def press(content: PaperContent, **kwargs: object) -> bytes:
        printed.append(content.fields)
        return b"%PDF-1.7"

    monkeypatch.setattr("lianxin.cases.services.papers.render_apart", press)
    monkeypatch.setattr("lianxin.cases.services.papers.missing_glyphs", lambda text, role: [])
    walk(client, cast, kind={"kind": kind})
    client.post("/file/check/")
    pair = kept(client)
    client.post("/file/receipt/paper/", pair)
    client.post("/follow/", pair)
    client.get("/follow/receipt/")
    assert len(printed) == 2
    for fields in printed:
        assert fields["summary"] == ("检举控告事项（内容密封）" if kind == "report" else STORY)
        assert (STORY in str(fields)) is (kind == "claim")


def test_qc_08_every_page_says_what_to_do_about_a_lost_code(client: Client, cast: Cast) -> None:
    walk(client, cast)
    client.post("/file/check/")
    for path in ("/help/", "/follow/", "/file/receipt/", "/file/done/"):
        page = client.get(path).content.decode()
        assert "查询码不能再次显示" in page, path
        assert "编号和身份证件到窗口" in page, path
        assert "补办" not in page, path
    for typed in ({}, {"number": kept(client)["number"], "code": numbers.new_code()}):
        page = client.post("/follow/", typed).content.decode()
        assert "丢了的，本人可以带编号和身份证件到窗口补发" in page
        assert "补办" not in page
