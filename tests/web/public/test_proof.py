"""What the petitioner gets to hold: the leaf on the receipt, its place on the reprint, and a proof a stranger can check."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from lianxin.cases.models import Case
from lianxin.cases.services import papers
from lianxin.ledger import evidence, log, notes
from lianxin.ledger.models import Entry
from lianxin.ledger.proofs import read_point
from lianxin.papers import PaperContent
from tests.cast import XIN, Cast, on
from tests.web.public.walking import at_most, kept, walk

KIND = pytest.mark.parametrize("kind", ["claim", "report"])


@pytest.fixture(autouse=True)
def key(tmp_path: Path, settings: Settings) -> str:
    """Return the public key of a log that can be signed."""
    settings.LOG_ORIGIN, settings.LOG_KEY_FILE = "anzhou.example/log", tmp_path / "log_key"
    notes.make_key(settings.LOG_KEY_FILE)
    return evidence.public_key()


def opened(client: Client, cast: Cast, kind: str = "claim") -> Case:
    """Return a case filed online and opened by number and code in this browser."""
    walk(client, cast, kind={"kind": kind})
    client.post("/file/check/")
    pair = kept(client)
    assert client.post("/follow/", pair).status_code == 302
    return Case.objects.get(number=pair["number"])


def grow(day: str = "2026-06-02") -> None:
    log.sequence(on(day), thorough=True)


def checked(
    folder: Path, client: Client, proof: bytes, key: str, *more: str
) -> subprocess.CompletedProcess[str]:
    """Run the program the site hands out on the proof it hands out, without any package and any environment."""
    script, file = folder / "verify_log.py", folder / "proof.json"
    script.write_bytes(client.get("/log/verify_log.py").content)
    file.write_bytes(proof)
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(file), "--key", key, *more],
        capture_output=True, text=True, check=False, env={},
    )  # fmt: skip


def test_log_11_what_the_site_hands_out_checks_what_the_site_hands_out(
    client: Client, cast: Cast, tmp_path: Path, key: str
) -> None:
    opened(client, cast)
    waiting = client.get("/follow/proof/file/").content
    done = checked(tmp_path, client, waiting, key)
    assert done.returncode == 2 and "还没有写入日志" in done.stderr
    grow()
    proof = client.get("/follow/proof/file/")
    assert len(proof.content) < 2000 and proof["Content-Disposition"].startswith("attachment")
    done = checked(tmp_path, client, proof.content, key)
    assert done.returncode == 0 and "证明成立" in done.stdout
    spoiled = json.loads(proof.content)
    spoiled["proofs"][0]["hash"] = "0" * 64
    assert checked(tmp_path, client, json.dumps(spoiled).encode(), key).returncode == 1


def test_log_03_a_later_proof_shows_the_log_is_still_the_same(
    client: Client, cast: Cast, tmp_path: Path, key: str
) -> None:
    opened(client, cast)
    grow()
    old = tmp_path / "old.json"
    old.write_bytes(client.get("/follow/proof/file/").content)
    grow("2026-06-03")
    proof = client.get("/follow/proof/file/", {"since": "16"}).content
    assert checked(tmp_path, client, proof, key, "--before", str(old)).returncode == 0
    bare = client.get("/follow/proof/file/").content
    assert checked(tmp_path, client, bare, key, "--before", str(old)).returncode == 1
    for odd in ("x", "-1", "9" * 40, "１６", "99999"):
        found = client.get("/follow/proof/file/", {"since": odd})
        assert found.status_code == 200 and "growth" not in found.json()


@KIND
def test_priv_a_proof_tells_nothing_of_person_or_matter(client: Client, cast: Cast, kind: str) -> None:
    case = opened(client, cast, kind)
    grow()
    told = client.get("/follow/proof/file/").content.decode()
    for secret in (*XIN.values(), case.number, case.summary or "低保"):
        assert secret not in told
    numbers = [one["seq"] for one in json.loads(told)["proofs"]]
    steps = list(Entry.objects.filter(case_id=case.pk).order_by("seq").values_list("seq", flat=True))
    assert numbers == ([1] if kind == "report" else steps)


def test_the_page_says_it_plainly_and_is_the_petitioners_alone(client: Client, cast: Cast, key: str) -> None:
    opened(client, cast)
    page = client.get("/follow/proof/").content.decode()
    assert "请过一天再来下载" in page and "/follow/proof/file/" not in page
    grow()
    with at_most(16):
        page = client.get("/follow/proof/").content.decode()
    assert "像挂号信的存根" in page and "/follow/proof/file/" in page and key in page
    assert "/follow/proof/" in client.get("/follow/case/").content.decode()
    for path in ("/follow/proof/", "/follow/proof/file/"):
        assert Client().get(path)["Location"] == "/follow/"


def test_without_the_key_at_hand_the_page_points_to_the_wall(
    client: Client, cast: Cast, settings: Settings
) -> None:
    opened(client, cast)
    settings.LOG_KEY_FILE = settings.LOG_KEY_FILE.with_name("away")
    page = client.get("/follow/proof/").content.decode()
    assert "请以办事大厅墙上贴的为准" in page and "本网站上的是" not in page


def test_log_05_everybody_can_fetch_the_checkpoint(client: Client, cast: Cast) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    grow()
    assert client.get("/log/checkpoint").content.decode() == evidence.checkpoint() != ""


# --- the receipt ----------------------------------------------------------------------------------------------


@KIND
def test_log_02_the_receipt_promises_the_leaf_and_the_reprint_says_where_it_stands(
    client: Client, cast: Cast, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[dict[str, object]] = []

    def press(content: PaperContent, **kwargs: object) -> bytes:
        printed.append(dict(content.fields))
        return b"%PDF-1.7"

    monkeypatch.setattr("lianxin.cases.services.papers.render_apart", press)
    monkeypatch.setattr("lianxin.cases.services.papers.missing_glyphs", lambda text, role: [])
    case = opened(client, cast, kind)
    client.get("/follow/receipt/")
    promised = evidence.promised_leaf(Entry.objects.get(case_id=case.pk, seq=1))
    assert printed[0]["leaf"] == promised and "logged" not in printed[0]
    grow()
    client.get("/follow/receipt/")
    where = printed[1]["logged"]
    proof = evidence.bundle(case.pk, only=1)
    assert printed[1]["leaf"] == promised
    assert where == {
        "position": proof["proofs"][0]["position"],
        "size": 16,
        "root": evidence.standing(case.pk).root,  # type: ignore[union-attr]
    }
    assert (
        log.store.leaf_of(
            "act", proof["proofs"][0]["salt"], proof["proofs"][0]["hash"], suites="0:sha256", position=0
        ).hex()
        == promised
    )
    grow("2026-06-03")
    client.get("/follow/receipt/")
    assert printed[2] == printed[1], "the same reprint for ever"


def test_a_receipt_of_an_erased_case_promises_nothing(cast: Cast) -> None:
    case = cast.registered()
    log.erase(case.pk, organ_id=1, staff_id=2, reason="依规销毁", when=on("2026-06-02"))
    assert evidence.standing(case.pk) is None
    content = papers.registration_receipt(case, text="x", book=cast.load_public(case).book)
    assert "leaf" not in content.fields and "logged" not in content.fields


@KIND
def test_the_page_says_what_the_file_holds_and_makes_no_path(
    client: Client, cast: Cast, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(client, cast, kind)
    only = 1 if kind == "report" else None
    for step in (lambda: None, grow):
        step()
        found = evidence.bundle(case.pk, every=only is None, only=only)
        size = read_point(found["checkpoint"]).size if found["checkpoint"] else 0
        wanted = evidence.Outline(len(found["proofs"]), "promise" in found, size)
        assert evidence.outline(case.pk, only=only) == wanted
    assert wanted.proved and wanted.size
    monkeypatch.setattr("lianxin.ledger.tree.Tree.inclusion", None)
    assert client.get("/follow/proof/").status_code == 200
    with pytest.raises(KeyError):
        evidence.outline(1)
