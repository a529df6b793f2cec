"""The offline verifier: one file, no package, exit codes, and a signature check of its own that is right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.ledger import evidence, export, log
from lianxin.ledger.proofs import L, ed25519
from lianxin.ledger.sentences import SAID
from tests.cast import on
from tests.ledger.drill import Drill

ROOT = Path(__file__).parents[2]
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
"""Public key, message, signature: RFC 8032, 7.1, tests 1 to 3."""


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_standard(public: str, message: str, signature: str) -> None:
    key, text, value = (bytes.fromhex(part) for part in (public, message, signature))
    assert ed25519(key, text, value)
    assert not ed25519(key, text + b"x", value)
    for n in range(0, 64, 7):
        assert not ed25519(key, text, value[:n] + bytes([value[n] ^ 1]) + value[n + 1 :])
    s = int.from_bytes(value[32:], "little") + L
    assert not ed25519(key, text, value[:32] + s.to_bytes(32, "little")), "a second form of a signature"
    for wrong in (b"", value[:63], value + b"\0"):
        assert not ed25519(key, text, wrong)
    assert not ed25519(b"\xff" * 32, text, value)


@settings(max_examples=15, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_signatures_as_the_library_makes_them(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    assert ed25519(public, message, key.sign(message))
    assert not ed25519(public, message + b"\0", key.sign(message))


def test_log_11_the_file_in_tools_is_the_one_that_is_exported() -> None:
    """Made by `export.one_file`; where this fails, write it there anew."""
    text = (ROOT / "tools/verify_log.py").read_text(encoding="utf-8")
    assert text == export.one_file()
    assert "lianxin." not in re.sub(r'"""(.|\n)*?"""', "", text)


def test_log_11_it_works_on_a_python_without_packages(drill: Drill) -> None:
    proof = drill.proof()
    done = drill.verify(proof)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"证明成立：第 2 步在日志第 \d+ 位，日志共 32 条。\n", done.stdout)
    assert "Proof holds: step 2" in drill.verify(proof, "--lang", "en").stdout
    assert 400 < proof.stat().st_size < 1200
    key = drill.keep(drill.key + "\n")
    assert drill.verify(proof, key=str(key)).returncode == 0


def test_log_11_the_exported_verifier_checks_its_export(drill: Drill) -> None:
    folder = drill.export(contents=True)
    assert (folder / export.VERIFIER).read_text(encoding="utf-8") == export.one_file()
    assert "全部无误：8 条记录，32 个叶子，2 个检查点。" in drill.verify(folder).stdout


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": "other"}', '{"format": "lianxin-proof/1", "proofs": [{}]}']
)
def test_log_11_what_cannot_be_read_gives_two(drill: Drill, text: str) -> None:
    done = drill.verify(drill.keep(text))
    assert done.returncode == 2 and "无法读取" in done.stderr and "Traceback" not in done.stderr


def test_log_11_a_missing_or_damaged_key_gives_two(drill: Drill) -> None:
    proof = drill.proof()
    damaged = drill.key[:-6] + ("AAAAA=" if not drill.key.endswith("AAAAA=") else "BBBBB=")
    for key in (damaged, "a+b+c", str(drill.folder / "none")):
        done = drill.verify(proof, key=key)
        assert done.returncode == 2 and "Traceback" not in done.stderr


def test_an_act_that_waits_has_a_promise_and_no_proof(drill: Drill) -> None:
    case = drill.cast.accepted()
    drill.cases.insert(0, case)
    waiting = evidence.bundle(case.pk)
    assert waiting["proofs"] == []
    done = drill.verify(drill.proof())
    assert done.returncode == 2 and "还没有写入日志" in done.stderr
    log.sequence(on("2026-05-09"))
    assert waiting["promise"]["leaf"] in (drill.export() / "leaves.txt").read_text(encoding="ascii").split()
    assert "promise" not in evidence.bundle(case.pk)
    assert drill.verify(drill.proof()).returncode == 0


def test_log_06_a_spoiled_proof_is_refused(drill: Drill) -> None:
    good = evidence.bundle(drill.cases[0].pk)
    for field, value in (
        ("hash", "0" * 64),
        ("salt", "0" * 64),
        ("position", 0),
        ("position", 2**31),
        ("position", -1),
        ("path", []),
        ("path", good["proofs"][0]["path"][::-1]),
        ("chain", "look"),
    ):
        spoiled = json.loads(json.dumps(good))
        spoiled["proofs"][0][field] = value
        done = drill.verify(drill.keep(json.dumps(spoiled)))
        assert done.returncode == 1 and "证明不成立" in done.stdout, (field, value, done.stdout)
    spoiled = json.loads(json.dumps(good))
    spoiled["checkpoint"] = spoiled["checkpoint"].replace("\n32\n", "\n33\n")
    done = drill.verify(drill.keep(json.dumps(spoiled)))
    assert done.returncode == 1 and "检查点签名不对" in done.stdout


def test_a_proof_grows_with_the_log(drill: Drill) -> None:
    old = drill.proof()
    log.sequence(on("2026-05-09"))
    done = drill.verify(drill.proof(since=32), "--before", old)
    assert done.returncode == 0, done.stdout
    done = drill.verify(drill.proof(), "--before", old)
    assert done.returncode == 1 and "增长证明" in done.stdout
    done = drill.verify(old, "--before", drill.proof())
    assert done.returncode == 1 and "日志变短了：原有 48 条，现有 32 条" in done.stdout


def test_every_sentence_stands_in_both_languages() -> None:
    for code, (chinese, english) in SAID.items():
        assert re.findall(r"\{(\w+)\}", chinese) == re.findall(r"\{(\w+)\}", english) or sorted(
            re.findall(r"\{(\w+)\}", chinese)
        ) == sorted(re.findall(r"\{(\w+)\}", english)), code
        assert re.search(r"[\u4e00-\u9fff]", chinese) and not re.search(r"[\u4e00-\u9fff]", english)
