"""Material handed in online: with the draft, and later; what is refused is told, and never stops the petition."""

# ruff: noqa: F811

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from lianxin.cases.models import Attachment, Case, Step
from lianxin.cases.services import attaching
from lianxin.jobs import integrity, sweeps
from lianxin.petitioners.models import Draft
from lianxin.web.clock import now
from tests.cast import Cast
from tests.files import samples
from tests.files.conftest import clamd, kept_files, own_store  # noqa: F401
from tests.web.public.walking import at_most, filed, kept, new_code, show, walk


def file(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/octet-stream")


def upload(
    client: Client, *files: SimpleUploadedFile, at: str = "/file/material/", **more: str
) -> HttpResponse:
    """Send files from the page."""
    return client.post(at, {"uploads": list(files), **more})


def add_later(client: Client, mark: str, *files: SimpleUploadedFile, **more: str) -> HttpResponse:
    """Send files from the page of a case that is followed."""
    return upload(client, *files, at="/follow/material/", key=mark * 22, **more)


def test_it_is_asked_kept_shown_and_filed(client: Client, cast: Cast) -> None:
    walk(client, cast)
    assert "没有添加" in client.get("/file/check/").content.decode()
    page = client.get("/file/material/").content.decode()
    assert 'capture="environment"' in page and "multiple" in page and 'enctype="multipart/form-data"' in page
    first, second = file(samples.photograph(), "停发通知.jpg"), file(samples.pdf(), "证明.pdf")
    assert upload(client, first, second, add="1")["Location"] == "/file/material/"
    assert "停发通知.jpg" in client.get("/file/material/").content.decode()
    assert upload(client)["Location"] == "/file/check/"
    assert "停发通知.jpg" in client.get("/file/check/").content.decode()
    client.post("/file/check/")
    case = filed(client)
    rows = list(Attachment.objects.filter(case_id=case.pk).order_by("seq"))
    assert [(row.seq, row.title, row.kind, row.state, row.step) for row in rows] == [
        (1, "停发通知.jpg", "jpeg", "checked", 1),
        (2, "证明.pdf", "pdf", "checked", 1),
    ]
    step = Step.objects.get(case_id=case.pk, seq=1)
    assert [one["sha256"] for one in step.facts["files"]] == [row.sha256 for row in rows]
    assert "停发通知" not in str(step.facts)
    assert integrity.check(case.pk).faults == ()


def test_a_changed_or_missing_row_is_found(client: Client, cast: Cast) -> None:
    walk(client, cast)
    upload(client, file(samples.pdf(), "a.pdf"))
    client.post("/file/check/")
    case = filed(client)
    Attachment.objects.filter(case_id=case.pk).update(sha256="0" * 64)
    assert "a file is missing or was changed" in integrity.check(case.pk).faults
    Attachment.objects.filter(case_id=case.pk).delete()
    assert "a file is missing or was changed" in integrity.check(case.pk).faults


def test_without_material_nothing_is_asked_and_nothing_costs(client: Client, cast: Cast) -> None:
    walk(client, cast)
    with at_most(14):
        assert client.post("/file/check/")["Location"] == "/file/receipt/"
    assert not Attachment.objects.exists()
    assert "files" not in Step.objects.get().facts


def test_a_file_is_taken_away_with_its_bytes(client: Client, cast: Cast, own_store: Path) -> None:
    walk(client, cast)
    upload(client, file(samples.photograph(), "a.jpg"), file(samples.pdf(), "b.pdf"), evidence="on")
    page = client.get("/file/material/")
    names = [row["name"] for row in page.context["rows"]]
    assert len(kept_files(own_store)) == 3
    client.post("/file/material/", {"remove": names[0]})
    assert "a.jpg" not in kept(client)["material"] and "b.pdf" in kept(client)["material"]
    assert len(kept_files(own_store)) == 1
    client.post("/file/material/", {"remove": "1/" + "a" * 32})
    client.post("/file/material/", {"remove": "../../etc/passwd"})
    assert len(kept_files(own_store)) == 1


def test_somebody_elses_file_cannot_be_taken_away(client: Client, cast: Cast, own_store: Path) -> None:
    walk(client, cast)
    upload(client, file(samples.pdf(), "a.pdf"))
    name = client.get("/file/material/").context["rows"][0]["name"]
    other = Client()
    walk(other, cast)
    other.post("/file/material/", {"remove": name})
    assert len(kept_files(own_store)) == 1


def test_files_of_a_draft_vanish_with_it(client: Client, cast: Cast, own_store: Path) -> None:
    walk(client, cast)
    upload(client, file(samples.pdf(), "a.pdf"))
    client.post("/file/discard/")
    assert kept_files(own_store) == [] and not Draft.objects.exists()
    walk(client, cast)
    upload(client, file(samples.pdf(), "a.pdf"))
    Draft.objects.update(saved_at=now().at - timedelta(days=8))
    sweeps.forget_drafts(when=now())
    assert kept_files(own_store) == []


def test_files_of_a_case_outlive_its_draft(client: Client, cast: Cast, own_store: Path) -> None:
    walk(client, cast)
    upload(client, file(samples.pdf(), "a.pdf"))
    client.post("/file/check/")
    client.post("/file/receipt/kept/")
    assert not Draft.objects.exists() and len(kept_files(own_store)) == 1


def test_a_file_sent_to_a_draft_that_was_filed_meanwhile_is_not_left_lying(
    client: Client,
    cast: Cast,
    own_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk(client, cast)
    monkeypatch.setattr("lianxin.petitioners.drafts.change", lambda *args, **more: None)
    assert upload(client, file(samples.pdf(), "a.pdf")).status_code == 302
    assert kept_files(own_store) == []


def test_file_08_a_refused_file_keeps_no_other_away_and_stops_nothing(client: Client, cast: Cast) -> None:
    walk(client, cast)
    answer = upload(client, file(b"MZ\x90\0" + b"\0" * 99, "发票.pdf"), file(samples.pdf(), "证明.pdf"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "“发票.pdf”这种文件收不了" in text and "govuk-error-summary" in text and "证明.pdf" in text
    assert "另外 1 个文件已经收下" in text
    assert client.get("/file/check/").status_code == 200
    client.post("/file/check/")
    assert Attachment.objects.get(case_id=filed(client).pk).title == "证明.pdf"


def test_file_14_an_empty_file_is_told(client: Client, cast: Cast) -> None:
    walk(client, cast)
    text = upload(client, file(b"", "a.jpg")).content.decode()
    assert "是空文件" in text


def test_file_06_a_hundred_files_are_too_many_and_none_is_left_lying(
    client: Client,
    cast: Cast,
    own_store: Path,
) -> None:
    walk(client, cast)
    answer = upload(client, *(file(samples.picture(), f"{i}.png") for i in range(101)))
    assert answer.status_code == 422 and "文件太多了" in answer.content.decode()
    assert len(kept_files(own_store)) <= 10


def test_file_06_a_large_file_is_cut_off_while_it_comes_in(
    client: Client,
    cast: Cast,
    settings: Settings,
    own_store: Path,
) -> None:
    settings.FILES_MAX_MB = 1
    walk(client, cast)
    answer = upload(client, file(b"x" * (3 * 1024 * 1024), "a.txt"))
    assert answer.status_code == 422 and "每个文件最多 1 兆" in answer.content.decode()
    assert kept_files(own_store) == []


def test_file_06_a_body_declared_as_five_gigabytes_is_not_read(client: Client, cast: Cast) -> None:
    walk(client, cast)
    head = b'--x\r\nContent-Disposition: form-data; name="uploads"; filename="a.txt"\r\n\r\n'
    sent = io.BytesIO(head + b"x" * 5_000_000)
    answer = client.generic(
        "POST", "/file/material/", b"x", content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": sent, "CONTENT_LENGTH": str(5 * 1024**3)},
    )  # fmt: skip
    assert answer.status_code == 422 and "太大" in answer.content.decode()
    assert sent.tell() < 1_000_000


@pytest.mark.usefixtures("clamd")
def test_file_10_a_virus_is_quarantined_told_and_stops_nothing(
    client: Client,
    cast: Cast,
    settings: Settings,
    clamd: str,
) -> None:
    settings.SCANNER, settings.SCANNER_DATED = clamd, False
    walk(client, cast)
    upload(client, file(samples.EICAR, "说明.txt"), file(samples.picture(), "a.png"))
    assert "文件里有病毒" in client.get("/file/material/").content.decode()
    client.post("/file/check/")
    case = filed(client)
    assert case.state == "received"
    assert list(
        Attachment.objects.filter(case_id=case.pk).order_by("seq").values_list("state", flat=True)
    ) == [
        "quarantined",
        "clean",
    ]
    show(client, cast, case, new_code(case))
    assert "文件里有病毒，工作人员打不开。您的事项照常办理" in client.get("/follow/case/").content.decode()


def test_file_11_without_the_scanner_it_is_held_and_settled_later(
    client: Client,
    cast: Cast,
    settings: Settings,
    clamd: str,
) -> None:
    settings.SCANNER, settings.SCANNER_DATED = "unix:/nowhere", False
    walk(client, cast)
    upload(client, file(samples.picture(), "a.png"), file(samples.PRIVATE, "b.txt"))
    assert "正在等安全检查" in client.get("/file/material/").content.decode()
    client.post("/file/check/")
    case = filed(client)
    assert set(Attachment.objects.values_list("state", flat=True)) == {"held"}
    assert attaching.rescan(when=now()) == attaching.Rescanned(looked_at=1)
    settings.SCANNER = clamd
    assert attaching.rescan(when=now()) == attaching.Rescanned(looked_at=2, opened=1, quarantined=1)
    assert attaching.rescan(when=now()) == attaching.Rescanned()
    assert integrity.check(case.pk).faults == ()


def test_file_16_a_network_that_sends_too_much_is_stopped_for_the_day_and_no_other(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.FILES_DAY_MB = 10
    for _ in range(2):
        walk(client, cast)
        assert upload(client, file(samples.pdf(), "a.pdf")).status_code == 302
        client.post("/file/check/")
        client.post("/file/receipt/kept/")
    walk(client, cast)
    answer = upload(client, file(samples.pdf(), "a.pdf"))
    assert answer.status_code == 422 and "今天从这个网络交来的文件已经很多了" in answer.content.decode()
    client.post("/file/check/")
    assert Case.objects.count() == 3
    other = Client(REMOTE_ADDR="203.0.113.9")
    walk(other, cast)
    assert upload(other, file(samples.pdf(), "a.pdf")).status_code == 302


def test_file_16_one_case_has_a_limit(client: Client, cast: Cast, settings: Settings) -> None:
    settings.FILES_PER_CASE = 2
    walk(client, cast)
    answer = upload(client, *(file(samples.pdf(), f"{i}.pdf") for i in range(3)))
    assert answer.status_code == 422 and "2.pdf" in answer.content.decode()
    client.post("/file/check/")
    case = filed(client)
    assert Attachment.objects.filter(case_id=case.pk).count() == 2
    show(client, cast, case, new_code(case))
    assert add_later(client, "a", file(samples.pdf(), "x.pdf")).status_code == 422
    settings.FILES_PER_CASE, settings.FILES_CASE_MB = 9, 0
    assert "合起来超过了" in add_later(client, "b", file(samples.pdf(), "x.pdf")).content.decode()


# --- later ----------------------------------------------------------------------------------------------------


@pytest.fixture
def case(client: Client, cast: Cast) -> Case:
    found = cast.assigned()
    show(client, cast, found, new_code(found))
    return found


def test_material_is_added_later_and_no_clock_moves(client: Client, cast: Cast, case: Case) -> None:
    before = cast.load_public(case).running()
    assert "/follow/material/" in client.get("/follow/case/").content.decode()
    assert client.get("/follow/material/").status_code == 200
    answer = add_later(client, "a", file(samples.photograph(), "新证据.jpg"), evidence="on")
    assert answer["Location"] == "/follow/case/"
    step = Step.objects.filter(case_id=case.pk).order_by("-seq")[0]
    assert (step.event, step.rule, step.role, step.source, step.state) == (
        "add_material", "U08", "petitioner", "handling", "handling",
    )  # fmt: skip
    assert cast.load_public(case).running() == before
    row = Attachment.objects.get(case_id=case.pk)
    assert (row.seq, row.step, row.title) == (1, step.seq, "新证据.jpg") and row.original
    text = client.get("/follow/case/").content.decode()
    assert "新证据.jpg" in text and "您补充了材料" in text
    assert integrity.check(case.pk).faults == ()
    add_later(client, "b", file(samples.pdf(), "b.pdf"), file(samples.pdf(), "c.pdf"))
    assert list(Attachment.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    with at_most(13):
        assert client.get("/follow/case/").status_code == 200


def test_a_second_click_adds_nothing(client: Client, case: Case, own_store: Path) -> None:
    for _ in range(2):
        assert add_later(client, "a", file(samples.pdf(), "a.pdf"))["Location"] == "/follow/case/"
    assert Attachment.objects.count() == 1 and len(kept_files(own_store)) == 1


def test_nothing_chosen_is_told(client: Client, case: Case) -> None:
    answer = add_later(client, "a")
    assert answer.status_code == 409 and "没有添加任何材料" in answer.content.decode()


def test_what_can_be_taken_is_added_and_the_rest_is_told(client: Client, case: Case) -> None:
    answer = add_later(client, "a", file(samples.bomb(), "大.docx"), file(samples.pdf(), "b.pdf"))
    text = answer.content.decode()
    assert answer.status_code == 422 and "“大.docx”展开以后大得不正常" in text
    assert Attachment.objects.get().title == "b.pdf"
    assert add_later(client, "a", file(samples.pdf(), "c.pdf")).status_code == 302
    assert Attachment.objects.count() == 1, "the key of the first form is used up"
    again = answer.context["key"]
    assert upload(client, file(samples.pdf(), "c.pdf"), at="/follow/material/", key=again).status_code == 302
    assert Attachment.objects.count() == 2


def test_an_act_that_fails_leaves_no_file(
    client: Client,
    case: Case,
    own_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(attaching, "perform", broken)
    with pytest.raises(OSError, match="away"):
        add_later(client, "a", file(samples.pdf(), "a.pdf"))
    assert kept_files(own_store) == []


@pytest.mark.parametrize("stage", ["referred", "served", "under_review"])
def test_material_may_be_added_in_any_state(client: Client, cast: Cast, stage: str) -> None:
    found = getattr(cast, stage)()
    show(client, cast, found, new_code(found))
    assert add_later(client, "a", file(samples.pdf(), "a.pdf")).status_code == 302
    assert Case.objects.get(pk=found.pk).state == found.state


def test_of_a_report_only_the_number_of_files_is_shown(client: Client, cast: Cast) -> None:
    found = cast.filed(kind="report").case
    show(client, cast, found, new_code(found))
    assert add_later(client, "a", file(samples.pdf(), "账本.pdf")).status_code == 302
    text = client.get("/follow/case/").content.decode()
    assert "账本" not in text and "已经收到 1 个文件" in text


def test_without_number_and_code_nothing_is_added(cast: Cast) -> None:
    cast.assigned()
    assert add_later(Client(), "a", file(samples.pdf(), "a.pdf"))["Location"] == "/follow/"
    assert not Attachment.objects.exists()
