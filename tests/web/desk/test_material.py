"""Material at the desk: who sees it, how it leaves, what is recorded, and what a window puts in."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from lianxin.cases import materials
from lianxin.cases.history import load
from lianxin.cases.models import Attachment, Case, Step
from lianxin.cases.services import attaching
from lianxin.files import keeping
from lianxin.files.store import store
from lianxin.ledger.models import Look
from lianxin.web import handing
from tests.cast import Cast, key, on
from tests.files import samples
from tests.files.conftest import kept_files, own_store  # noqa: F401
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most, everything

ALL = (
    samples.photograph(),
    samples.pdf(pages=7),
    samples.docx(),
    samples.script_pdf(),
    b"ID3\x04" + b"\0" * 50,
)
NAMES = ("通知.jpg", "证明.pdf", "经过.docx", "动.pdf", "录音.mp3")


def bring(case: Case, *files: tuple[str, bytes], evidence: bool = False) -> Case:
    """Let the petitioner add files to a case."""
    kept = [keeping.take_in(case.pk, BytesIO(data), name, evidence=evidence) for name, data in files]
    return attaching.add(load(case), kept, actor=None, key=key(), when=on("2026-05-20"))


@pytest.fixture
def case(cast: Cast) -> Case:
    """Return a case Han handles, with five files."""
    return bring(cast.assigned(), *zip(NAMES, ALL, strict=True), evidence=True)


def body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_the_case_page_lists_it_with_what_may_be_done(cast: Cast, desk: Desk, case: Case) -> None:
    client = desk("han")
    client.get("/desk/")
    with at_most(11):
        text = client.get(f"/desk/case/{case.pk}/").content.decode()
    for name in NAMES:
        assert name in text
    base = f"/desk/case/{case.pk}/files/"
    assert f"{base}1/save/" in text and f"{base}1/original/" in text and f"{base}2/original/" not in text
    assert f'{base}4/"' in text and f"{base}4/save/" not in text, "shown flattened, not handed out"
    assert f"{base}5/save/" in text and f'{base}5/"' not in text, "a recording has no preview"
    assert "文件里有自动运行的程序，原件已经隔离" in text


def test_file_13_a_case_without_material_costs_no_statement(cast: Cast, desk: Desk) -> None:
    found, client = cast.assigned(), desk("han")
    with at_most(10):
        assert "没有交来的材料" in client.get(f"/desk/case/{found.pk}/").content.decode()


def test_file_01_xss_09_it_is_saved_never_shown(desk: Desk, case: Case) -> None:
    answer = desk("han").get(f"/desk/case/{case.pk}/files/2/save/")
    assert body(answer) == ALL[1]
    assert answer["Content-Disposition"].startswith(
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E8%AF%81"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in answer["Content-Security-Policy"]
        and "default-src 'none'" in answer["Content-Security-Policy"]
    )
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Length"] == str(len(ALL[1]))


def test_each_way_out_is_a_look(cast: Cast, desk: Desk, case: Case) -> None:
    client = desk("han")
    for path in ("1/", "1/save/", "1/original/"):
        assert body(client.get(f"/desk/case/{case.pk}/files/{path}"))
    looks = [
        (look.what, look.purpose, look.staff_id)
        for look in Look.objects.filter(case_id=case.pk).order_by("seq")
    ]
    han = cast.staff["han"].pk
    assert looks == [(what, "查阅材料", han) for what in ("preview.1", "file.1", "original.1")]
    text = client.get(f"/desk/case/{case.pk}/").content.decode()
    assert "看材料预览" in text and "另存原图" in text


def test_no_look_no_bytes(desk: Desk, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**more: object) -> None:
        raise OSError("no look can be written")

    monkeypatch.setattr(materials, "record_look", broken)
    client = desk("han")
    for path in ("1/", "1/save/"):
        with pytest.raises(OSError, match="no look"):
            client.get(f"/desk/case/{case.pk}/files/{path}")


def test_file_12_readers_get_the_copy_and_the_original_stands_apart(desk: Desk, case: Case) -> None:
    client = desk("han")
    assert b"Lianxin Phone" not in body(client.get(f"/desk/case/{case.pk}/files/1/save/"))
    whole = client.get(f"/desk/case/{case.pk}/files/1/original/")
    assert body(whole) == ALL[0] and "Content-Length" not in whole
    assert client.get(f"/desk/case/{case.pk}/files/2/original/").status_code == 404


def test_a_preview_is_made_of_pictures_page_by_page(desk: Desk, case: Case) -> None:
    client = desk("han")
    page = client.get(f"/desk/case/{case.pk}/files/2/")
    assert page.context["pages"] == 7 and len(page.context["pictures"]) == 5
    assert all(one.startswith("data:image/jpeg;base64,/9j/") for one in page.context["pictures"])
    assert len(client.get(f"/desk/case/{case.pk}/files/2/?page=1").context["pictures"]) == 2
    for odd in ("999999999", "-1", "x", "٣", ""):
        assert client.get(f"/desk/case/{case.pk}/files/2/", {"page": odd}).status_code == 200
    assert "低保金停发的经过" in client.get(f"/desk/case/{case.pk}/files/3/").content.decode()


def test_words_of_a_document_are_printed_literally(cast: Cast, desk: Desk) -> None:
    evil = "第一行 </pre><script>alert(1)</script> {{ 7*7 }}"
    xml = f"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>{evil.replace('<', '&lt;')}</w:t></w:r></w:p></w:body></w:document>"
    found = bring(cast.assigned(), ("a.docx", samples.docx_with({"word/document.xml": xml.encode()})))
    text = desk("han").get(f"/desk/case/{found.pk}/files/1/").content.decode()
    assert "&lt;script&gt;alert(1)" in text and "{{ 7*7 }}" in text and "<script>alert" not in text


def test_file_09_what_acts_is_shown_flattened_and_stays_in(desk: Desk, case: Case) -> None:
    client = desk("han")
    assert client.get(f"/desk/case/{case.pk}/files/4/").context["pictures"]
    before = Look.objects.count()
    answer = client.get(f"/desk/case/{case.pk}/files/4/save/")
    assert answer.status_code == 409 and "已经隔离" in answer.content.decode()
    assert Look.objects.count() == before


def test_file_11_what_is_held_is_not_served(desk: Desk, case: Case) -> None:
    Attachment.objects.filter(case_id=case.pk, seq=2).update(state="held")
    client = desk("han")
    for path in ("2/", "2/save/"):
        answer = client.get(f"/desk/case/{case.pk}/files/{path}")
        assert answer.status_code == 409 and "还在等安全检查" in answer.content.decode()


WAYS = ("1/", "1/save/", "1/original/", "2/", "2/?page=1", "2/save/")


@pytest.mark.parametrize("who", ["wai", "dao", "guan", "kun"])
def test_file_13_for_others_it_is_not_there(desk: Desk, case: Case, who: str) -> None:
    client, before = desk(who), Look.objects.count()
    for path in WAYS:
        assert client.get(f"/desk/case/{case.pk}/files/{path}").status_code == 404
    assert Look.objects.count() == before


def test_file_13_nor_for_strangers_nor_by_another_cases_path(cast: Cast, desk: Desk, case: Case) -> None:
    for path in WAYS:
        assert Client().get(f"/desk/case/{case.pk}/files/{path}")["Location"].startswith("/desk/sign-in")
    own = bring(cast.filed(organ="fucheng").case, ("a.pdf", samples.pdf()))
    client = desk("wai")
    assert client.get(f"/desk/case/{own.pk}/files/1/save/").status_code == 200
    assert client.get(f"/desk/case/{own.pk}/files/2/save/").status_code == 404
    assert client.get(f"/desk/case/{case.pk}/files/1/save/").status_code == 404
    for odd in ("0", "99999999999999999999", "-1", "1.5", "../1", "1%00"):
        assert client.get(f"/desk/case/{own.pk}/files/{odd}/save/").status_code == 404


def test_file_13_a_wish_for_a_part_is_not_heard(desk: Desk, case: Case) -> None:
    client = desk("han")
    answer = client.get(f"/desk/case/{case.pk}/files/2/save/", headers={"range": "bytes=0-3"})
    assert (answer.status_code, body(answer)) == (200, ALL[1])
    for method in (client.post, client.put, client.delete):
        assert method(f"/desk/case/{case.pk}/files/2/save/").status_code == 405


def test_file_13_of_a_report_for_the_report_desk_alone(cast: Cast, desk: Desk) -> None:
    found = bring(cast.filed(kind="report").case, ("账本.pdf", samples.pdf()))
    for who, status in (("mi", 200), ("ran", 404), ("fen", 404), ("tou", 404)):
        assert desk(who).get(f"/desk/case/{found.pk}/files/1/save/").status_code == status


def test_file_13_after_deletion_or_tampering_it_is_told(desk: Desk, case: Case, own_store: Path) -> None:
    rows = {row.seq: row for row in Attachment.objects.filter(case_id=case.pk)}
    assert materials.damaged(case.pk) == []
    store().drop(rows[2].name)
    path = own_store / "files" / f"{case.pk % 256:02x}" / rows[3].name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    client = desk("han")
    for seq in (2, 3):
        assert client.get(f"/desk/case/{case.pk}/files/{seq}/save/").status_code == 409
        assert client.get(f"/desk/case/{case.pk}/files/{seq}/").status_code == 409
    assert materials.damaged(case.pk) == [
        f"file {seq}: its bytes are missing or were changed" for seq in (2, 3)
    ]


# --- an origin of its own ---------------------------------------------------------------------------------------

APART = "https://files.example.org"


@pytest.fixture
def apart(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Let files come from an origin of their own, and return a browser there: without a session."""
    settings.FILES_URL, settings.ALLOWED_HOSTS = APART, ["testserver", "files.example.org"]
    monkeypatch.setattr(handing, "now", lambda: on("2026-06-01"))
    return Client(SERVER_NAME="files.example.org", headers={"host": "files.example.org"})


def test_file_01_xss_09_it_comes_from_an_origin_of_its_own(
    cast: Cast, desk: Desk, case: Case, apart: Client
) -> None:
    answer = desk("han").get(f"/desk/case/{case.pk}/files/2/save/")
    assert answer.status_code == 302 and answer["Location"].startswith(f"{APART}/handed/")
    path = answer["Location"].removeprefix(APART)
    assert Look.objects.filter(case_id=case.pk).count() == 0
    got = apart.get(path)
    assert body(got) == ALL[1] and "sandbox" in got["Content-Security-Policy"] and not got.cookies
    assert Look.objects.get(case_id=case.pk).staff_id == cast.staff["han"].pk
    assert apart.get("/").status_code == 404 and apart.get("/desk/").status_code == 404
    assert Client().get(path).status_code == 404, "the desk's own origin does not serve it"


def test_file_13_a_signed_address_is_short_lived_and_asks_again(
    cast: Cast, desk: Desk, case: Case, apart: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk("han").get(f"/desk/case/{case.pk}/files/2/save/")["Location"].removeprefix(APART)
    assert apart.get(path[:-3] + "x/").status_code == 404
    assert apart.get("/handed/nonsense/").status_code == 404
    Case.objects.filter(pk=case.pk).update(holder=cast.organs["fucheng"], handled_by=None)
    assert apart.get(path).status_code == 404
    Case.objects.filter(pk=case.pk).update(holder=cast.organs["anzhou"])
    monkeypatch.setattr(handing, "SECONDS", timedelta(seconds=-1))
    assert apart.get(path).status_code == 404


def test_without_such_an_origin_there_is_no_such_address(cast: Cast, case: Case) -> None:
    path = handing.address_of(cast.actor("han"), case.pk, 2, original=False)
    assert Client().get(path).status_code == 404


# --- what a window puts in ----------------------------------------------------------------------------------------


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    found = cast.assigned()
    return Round(cast, desk, found, "add-material", "ran", {}, "handling")


def scans(*data: bytes) -> dict[str, list[SimpleUploadedFile]]:
    return {"uploads": [SimpleUploadedFile(f"扫描{i}.pdf", one) for i, one in enumerate(data)]}


def test_a_window_puts_in_what_was_brought(cast: Cast, act: Round) -> None:
    client = act.desk("ran")
    assert client.get(act.address).status_code == 200
    sent: dict[str, object] = {**act.sent, **scans(samples.pdf(), samples.picture())}
    answer = client.post(act.address, sent)
    assert answer.status_code == 302, answer.content.decode()
    step = Step.objects.filter(case_id=act.case.pk).order_by("-seq")[0]
    assert (step.event, step.role, step.staff_id) == ("add_material", "petitioner", cast.staff["ran"].pk)
    titles = Attachment.objects.filter(case_id=act.case.pk).order_by("seq").values_list("title", flat=True)
    assert list(titles) == ["扫描0.pdf", "扫描1.pdf.png"]
    assert client.post(act.address, {**act.sent, **scans(samples.pdf())}).status_code == 302
    assert Attachment.objects.count() == 2, "the same click again"


def test_one_unfit_file_and_none_is_kept(act: Round, own_store: Path) -> None:
    before = everything()
    answer = act.desk("ran").post(act.address, {**act.sent, **scans(samples.pdf(), b"MZ\x90\0")})
    assert answer.status_code == 409 and "扫描1.pdf" in answer.content.decode()
    assert everything() == before and kept_files(own_store) == []


def test_nothing_chosen_is_refused(act: Round) -> None:
    assert act.desk("ran").post(act.address, act.sent).status_code == 409


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


@pytest.mark.parametrize("way", ["other_organ", "wrong_role"])
def test_others_put_nothing_in(act: Round, way: str, own_store: Path) -> None:
    check: Callable[[], None] = getattr(act, way)
    check()
    act.desk("han").post(act.address, {**act.sent, **scans(samples.pdf())})
    assert kept_files(own_store) == [] and not Attachment.objects.exists()
