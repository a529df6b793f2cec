"""SEAL: boxes bound to their case, keys that are renewed, shared out and kept outside the database, errors that tell nothing."""

from __future__ import annotations

import io
import json
import logging
import operator
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import resolve
from django.views.debug import ExceptionReporter, get_exception_reporter_class

from lianxin.cases.models import Case, Step
from lianxin.config import shares
from lianxin.files import keeping
from lianxin.jobs import rotation
from lianxin.ledger.chain import SUITE as HASH
from lianxin.ledger.chain import Reader, digest
from lianxin.ledger.models import Entry, Event
from lianxin.organs import keyring, keys, second_factor
from lianxin.organs.keyring import Command, KeysUnusable, Plain
from lianxin.organs.models import Account
from lianxin.petitioners import drafts, vault
from lianxin.petitioners.models import Draft, IdentityToken, Party
from tests.cast import XIN, Cast, key, on
from tests.security.conftest import Browser, Clock, code, set_up_codes

ROOT = Path(__file__).parents[2]
NEW = "5a" * 32
NUMBER = XIN["id_number"]
Settings = object


def rotated(suite: str = "") -> rotation.Rotated:
    return rotation.rotate(when=on("2026-06-01"), suite=suite, told=lambda rows: None)


def reveal(case_id: int, field: str = "name") -> str:
    return vault.reveal(
        case_id=case_id, seq=1, field=field, purpose="送达文书", reader=Reader(4, 3, "handler"), at=on("2026-06-01").at
    )  # fmt: skip


@pytest.fixture
def renew(settings: object) -> Callable[[str], str]:
    """Return a function that makes a key the current one of a ring and keeps the one before for opening."""

    def made(kind: str = "MASTER", key: str = NEW) -> str:
        old = getattr(settings, f"{kind}_KEY")
        setattr(settings, f"{kind}_KEYS_OLD", [old, *getattr(settings, f"{kind}_KEYS_OLD")])
        setattr(settings, f"{kind}_KEY", key)
        return keyring.ring(kind.lower()).current

    return made


# --- SEAL-02 ----------------------------------------------------------------------------------------------------------


def test_seal_02_nothing_of_one_case_opens_in_another(cast: Cast) -> None:
    one, two = cast.filed().case, cast.filed().case
    row = Party.objects.get(case_id=one.pk)
    columns = {"boxes": row.boxes, "wrapped_key": row.wrapped_key, "key_id": row.key_id, "suite": row.suite}
    Party.objects.filter(case_id=two.pk).update(**columns)
    with pytest.raises(keys.CannotOpen):
        reveal(two.pk)
    assert reveal(one.pk) == XIN["name"]


def test_seal_02_a_key_wrapped_for_one_organ_does_not_open_for_another(cast: Cast) -> None:
    case = cast.filed().case
    Party.objects.filter(case_id=case.pk).update(sealed_to=cast.organs["fucheng"].pk)
    with pytest.raises(keys.CannotOpen):
        reveal(case.pk)


def test_seal_02_a_box_under_another_field_does_not_open(cast: Cast) -> None:
    case = cast.filed().case
    row = Party.objects.get(case_id=case.pk)
    row.boxes["name"], row.boxes["phone"] = row.boxes["phone"], row.boxes["name"]
    Party.objects.filter(case_id=case.pk).update(boxes=row.boxes)
    with pytest.raises(keys.CannotOpen):
        reveal(case.pk)


# --- SEAL-03 ----------------------------------------------------------------------------------------------------------


def test_seal_03_taking_a_case_seals_it_to_the_new_organ_and_the_step_is_a_leaf(cast: Cast) -> None:
    from lianxin.cases.services import routing

    case = cast.referred()
    city, county = cast.organs["mianyang"], cast.organs["anzhou"]
    before = Party.objects.get(case_id=case.pk)
    assert before.sealed_to == city.pk
    case = routing.take(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-08"))
    row = Party.objects.get(case_id=case.pk)
    assert row.sealed_to == county.pk == case.holder_id
    bound_to = f"party|{case.pk}|1|key {city.pk}".encode()
    assert keys.open_box(keys.derived(f"organ {city.pk}"), bytes(before.wrapped_key), bound_to=bound_to)
    for bound in (bound_to, f"party|{case.pk}|1|key {county.pk}".encode()):
        with pytest.raises(keys.CannotOpen):
            keys.open_box(keys.derived(f"organ {city.pk}"), bytes(row.wrapped_key), bound_to=bound)
    assert Party.objects.filter(case_id=case.pk).count() == 1
    step = Step.objects.get(case_id=case.pk, seq=case.steps)
    entry = Entry.objects.get(case_id=case.pk, seq=case.steps)
    assert (step.event, entry.act, entry.organ_id) == ("take", "case.take", county.pk)
    assert entry.payload == digest(bytes(entry.salt) + _canonical(step), suite=HASH)
    assert reveal(case.pk) == XIN["name"]


def _canonical(step: Step) -> bytes:
    from lianxin.ledger.chain import canonical

    return canonical(step.payload())


def test_seal_03_on_every_road_the_vault_follows_the_holder(cast: Cast) -> None:
    from tests.security.walling import raised

    walled = raised(cast, cast.assigned(), "陶负责")
    roads = [cast.referred(), cast.served(), cast.under_review(), cast.under_recheck(), walled]
    for case in roads:
        holder = Case.objects.get(pk=case.pk).holder_id
        assert set(Party.objects.filter(case_id=case.pk).values_list("sealed_to", flat=True)) == {holder}
    assert {Case.objects.get(pk=case.pk).holder.code for case in roads} >= {"anzhou", "mianyang", "province"}


def test_seal_03_no_other_place_writes_the_holder_of_a_case() -> None:
    """Every move goes through `acts.perform`, which seals anew; a second way to write the column would not."""
    import re

    ways = re.compile(r"update\([^)]*\bholder(_id)?=|\.holder(_id)?\s*=[^=]")
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "lianxin").rglob("*.py")
        if "migrations" not in file.parts and ways.search(file.read_text(encoding="utf-8"))
    ]
    assert sorted(found) == ["lianxin/cases/services/intake.py", "lianxin/ledger/ids.py"], (
        "a new case has its holder set before anybody is enrolled, and a lease has another kind of holder"
    )


# --- SEAL-04 ----------------------------------------------------------------------------------------------------------

ROOT_KEY = bytes(range(32))


def test_seal_04_any_three_of_five_shares_restore_the_key() -> None:
    made = shares.split("master", ROOT_KEY, shares=5, threshold=3)
    texts = ["\n".join(shares.written(one)) for one in made]
    for some in ((0, 1, 2), (4, 2, 0), (1, 3, 4), (0, 1, 2, 3, 4)):
        typed = "\n".join(texts[n].lower().replace("-", " ") for n in some)
        assert shares.join(shares.read(typed)) == ("master", ROOT_KEY)


def test_seal_04_fewer_shares_say_nothing_of_the_key() -> None:
    """With two of three shares every key is still possible: to each last share belongs another one."""
    made = shares.split("master", ROOT_KEY, shares=3, threshold=3)
    for few in (made[:1], made[:2], [made[0], made[0], made[0]]):
        with pytest.raises(shares.BadShares, match="要 3 份"):
            shares.join(few)
    reached = set()
    for guess in range(64):
        part = bytes([guess]) * 16
        reached.add(
            shares.Shamir.combine([(1, made[0].part[:16]), (2, made[1].part[:16]), (3, part)])
        )  # fmt: skip
    assert len(reached) == 64
    for one in made:
        assert (
            ROOT_KEY[:4] not in one.part
            and ROOT_KEY.hex() not in repr(one)
            and one.part.hex() not in repr(one)
        )


def test_seal_04_every_wrong_and_swapped_letter_is_found_in_its_line() -> None:
    lines = shares.written(shares.split("index", ROOT_KEY, shares=2, threshold=2)[1])
    assert [line[0] for line in lines] == list("ABCDE") and all(len(line) == 20 for line in lines)
    for place in (0, 2, 8, 17, 19):
        letter = "K" if lines[1][place] != "K" else "M"
        wrong = [lines[0], lines[1][:place] + letter + lines[1][place + 1 :], *lines[2:]]
        assert wrong[1] != lines[1]
        with pytest.raises(shares.BadShares, match="第 2 行"):
            list(shares.read("\n".join(wrong)))
    swapped = lines[1][0] + lines[1][2] + lines[1][1] + lines[1][3:]
    if swapped != lines[1]:
        with pytest.raises(shares.BadShares, match="第 2 行"):
            list(shares.read("\n".join([lines[0], swapped, *lines[2:]])))
    with pytest.raises(shares.BadShares, match="以 D 开头"):
        list(shares.read("\n".join(lines[:3])))
    with pytest.raises(shares.BadShares):
        list(shares.read("\n".join([lines[1], lines[0], *lines[2:]])))


def test_seal_04_shares_of_different_papers_do_not_make_a_key() -> None:
    one = shares.split("master", ROOT_KEY, shares=3, threshold=2)
    again = shares.split("master", ROOT_KEY, shares=3, threshold=2)
    with pytest.raises(shares.BadShares, match="合不成"):
        shares.join([one[0], again[1]])
    mixed = "\n".join([*shares.written(one[0])[:2], *shares.written(again[0])[2:]])
    with pytest.raises(shares.BadShares, match="不是一份完整的份额"):
        list(shares.read(mixed))


def test_seal_04_keys_lost_with_their_machine_come_back_from_paper(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")}
        command = [sys.executable, "-m", "lianxin.config.cli", *words]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False,
            env=env | {"LIANXIN_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    for words in (["init"], ["migrate"], ["keys", "new", "--use"]):
        assert run(*words).returncode == 0
    before = run("keys", "list").stdout
    out = tmp_path / "paper"
    done = run("keys", "split", "--shares", "5", "--threshold", "3", "--out", str(out))
    assert done.returncode == 0, done.stderr
    sheets = sorted(out.iterdir())
    assert len(sheets) == 5 and all(stat.S_IMODE(sheet.stat().st_mode) == 0o600 for sheet in sheets)
    ring = json.loads((tmp_path / "keys/ring.json").read_text())
    secrets = [text for one in ("master", "index") for text in ring[one]["keys"].values()]
    assert not any(text in sheet.read_text() for sheet in sheets for text in secrets)
    for file in (tmp_path / "keys").iterdir():
        file.unlink()
    few = run("keys", "join", str(sheets[0]), str(sheets[3]))
    assert few.returncode == 2 and "要 3 份" in few.stderr and not list((tmp_path / "keys").iterdir())
    assert run("keys", "join", *(str(sheet) for sheet in sheets[2:])).returncode == 0
    assert stat.S_IMODE((tmp_path / "keys/ring.json").stat().st_mode) == 0o600
    run("init")
    after = run("keys", "list").stdout
    current = [line.split()[0] for line in before.splitlines() if "current" in line]
    assert (
        len(current) == 2 and [line.split()[0] for line in after.splitlines() if "current" in line] == current
    )


# --- SEAL-05 ----------------------------------------------------------------------------------------------------------


def test_seal_05_a_rotation_killed_midway_goes_on_and_every_case_opens_by_exactly_its_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = [sys.executable, "-m", "tests.crash.kill_rotation", "--people", "1200", "--kills", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    with capsys.disabled():
        print(f"\n{done.stdout.strip()}", flush=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "4 kills" in done.stdout and "opens by exactly its key" in done.stdout


def test_seal_05_everything_sealed_is_brought_over_and_the_ledger_says_so(
    cast: Cast, browser: Browser, clock: Clock, renew: Callable[..., str], settings: object, tmp_path: Path
) -> None:
    settings.FILES, settings.FILES_INCOMING = str(tmp_path / "files"), tmp_path / "incoming"  # type: ignore[attr-defined]
    case = cast.assigned()
    handle = drafts.begin(at=on("2026-06-01").at)
    draft = drafts.opened(handle)
    assert draft and drafts.save(draft, {"story": "外婆"}, at=on("2026-06-01").at)
    secret, _codes = set_up_codes(browser("ran"), clock)
    upload = SimpleUploadedFile("a.txt", "停发通知。（虚构）".encode())
    kept = keeping.take_in(draft.id, upload, "a.txt")
    old = keys.key_id()
    token = IdentityToken.objects.get(case_id=case.pk).token
    named = renew()
    renew("INDEX", "6b" * 32)
    assert reveal(case.pk) == XIN["name"], "older keys still open"
    assert drafts.opened(handle) and b"".join(keeping.handed_out(kept.name))
    found = rotated()
    assert not found.stuck
    assert found.done == {"people": 1, "drafts": 1, "secrets": 1, "tokens": 1, "files": 1}
    assert rotated().done == dict.fromkeys(found.done, 0), "a second run finds nothing left"
    settings.MASTER_KEYS_OLD, settings.INDEX_KEYS_OLD = [], []  # type: ignore[attr-defined]
    assert reveal(case.pk, "id_number") == NUMBER
    again = drafts.opened(handle)
    assert again and again.answers == {"story": "外婆"}
    assert b"".join(keeping.handed_out(kept.name)).decode().strip() == "停发通知。（虚构）"
    clock.pass_by(minutes=1)
    account = Account.objects.get(staff=cast.staff["ran"])
    opened = second_factor.opened_secret(
        account.pk, bytes(account.totp_box), suite=account.totp_suite, named=account.totp_key
    )
    assert opened == secret and code(secret, clock)
    fresh = IdentityToken.objects.get(case_id=case.pk)
    assert fresh.token == keys_token() != token and not rotation.needed(old, named)
    begun, ended = Event.objects.filter(kind__startswith="keys.rotat").order_by("seq")[:2]
    assert (begun.kind, ended.kind) == ("keys.rotating", "keys.rotated")
    assert ended.facts["master"] == named and ended.facts["done"] == found.done
    assert NEW not in json.dumps(ended.facts)


def keys_token() -> str:
    from lianxin.petitioners.keys import token

    return token("id_number", NUMBER)


def test_seal_05_rows_from_before_there_were_several_keys_are_brought_over(
    cast: Cast, renew: Callable[..., str], settings: object
) -> None:
    case, handle = cast.filed().case, drafts.begin(at=on("2026-06-01").at)
    Draft.objects.update(key_id="", suite="")
    IdentityToken.objects.update(key_id="")
    renew()
    assert drafts.opened(handle)
    found = rotated()
    assert found.done["drafts"] == 1 and found.done["tokens"] == 1
    settings.MASTER_KEYS_OLD = []  # type: ignore[attr-defined]
    assert drafts.opened(handle) and reveal(case.pk)
    assert IdentityToken.objects.get(case_id=case.pk).key_id == keys.index_id()


def test_seal_05_what_does_not_open_is_named_and_left_as_it_is(cast: Cast, renew: Callable[..., str]) -> None:
    good, bad = cast.filed().case, cast.filed().case
    Party.objects.filter(case_id=bad.pk).update(wrapped_key=b"x" * 60)
    named = renew()
    found = rotated()
    assert found.stuck["people"] == [str(bad.pk)] and found.done["people"] == 1
    assert Party.objects.get(case_id=good.pk).key_id == named
    assert bytes(Party.objects.get(case_id=bad.pk).wrapped_key) == b"x" * 60
    assert list(rotation.faults(told=lambda rows: None)) == [(bad.pk, 1)]
    assert IdentityToken.objects.filter(case_id=bad.pk).exists()


def test_seal_05_without_the_old_key_nothing_is_written(cast: Cast, settings: object) -> None:
    case = cast.filed().case
    before = Party.objects.values().get(case_id=case.pk)
    settings.MASTER_KEY = NEW  # type: ignore[attr-defined]
    assert rotated().stuck["people"] == [str(case.pk)]
    with pytest.raises(keys.CannotOpen, match="另一把主密钥"):
        reveal(case.pk)
    assert Party.objects.values().get(case_id=case.pk) == before


def test_seal_05_another_suite_seals_every_box_anew_with_another_data_key(
    cast: Cast, settings: object
) -> None:
    case = cast.filed(helper={"name": "代写人"}).case
    before = Party.objects.get(case_id=case.pk, seq=1)
    settings.SEAL_SUITE = "sm4gcm"  # type: ignore[attr-defined]
    fresh = cast.filed().case
    assert Party.objects.get(case_id=fresh.pk).suite == "sm4gcm" and reveal(fresh.pk) == XIN["name"]
    assert rotated("sm4gcm").done["people"] == 2
    row = Party.objects.get(case_id=case.pk, seq=1)
    assert row.suite == "sm4gcm" and len(vault._data_key(row)) == 16
    assert not set(row.boxes.values()) & set(before.boxes.values())
    assert {field: reveal(case.pk, field) for field in XIN} == XIN


def test_seal_05_a_case_that_moves_during_the_rotation_is_not_written_over(
    cast: Cast, renew: Callable[..., str]
) -> None:
    """The rotation has read the row; the case moves; what the rotation then writes must find nothing."""
    case = cast.filed().case
    renew()
    stale = Party.objects.get(case_id=case.pk)
    columns = vault.rewrapped(stale, organ_id=stale.sealed_to)
    vault.reseal(case_id=case.pk, organ_id=cast.organs["mianyang"].pk)
    same = Party.objects.filter(case_id=case.pk, seq=1, wrapped_key=stale.wrapped_key)
    assert same.update(**columns) == 0
    assert Party.objects.get(case_id=case.pk).sealed_to == cast.organs["mianyang"].pk and reveal(case.pk)


def test_seal_05_query_codes_outlive_the_index_key(cast: Cast, renew: Callable[..., str]) -> None:
    from lianxin.cases.selectors import case_by_code

    filed = cast.filed()
    renew("INDEX", "6b" * 32)
    assert case_by_code(filed.case.number, filed.code) == filed.case.pk
    assert case_by_code(filed.case.number, filed.code[::-1]) is None


# --- where keys are kept ----------------------------------------------------------------------------------------------

SERVICE = """#!/usr/bin/env python3
import base64, hashlib, sys
pad = hashlib.sha256(open(sys.argv[1], "rb").read()).digest()
data = base64.b64decode(sys.stdin.read())
assert sys.argv[2] in ("wrap", "unwrap")
sys.stdout.write(base64.b64encode(bytes(a ^ b for a, b in zip(data, pad))).decode())
"""


@pytest.fixture
def service(tmp_path: Path) -> Command:
    """Return a key service made of a script and a secret of its own."""
    script, secret = tmp_path / "service.py", tmp_path / "service-secret"
    script.write_text(SERVICE)
    secret.write_bytes(b"held by the service")
    return Command((sys.executable, str(script), str(secret)))


def both(master: bytes = ROOT_KEY) -> dict[str, keyring.Ring]:
    rings = keyring.with_key({}, "master", master, use=True)
    return keyring.with_key(rings, "index", bytes(32 * [7]), use=True)


def test_seal_05_a_keys_file_others_may_read_is_refused(tmp_path: Path, settings: object, cast: Cast) -> None:
    file = tmp_path / "ring.json"
    keyring.write(both(), file, Plain())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and keyring.read(file, Plain()) == both()
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(KeysUnusable, match="权限太宽") as told:
            keyring.read(file, Plain())
        assert ROOT_KEY.hex() not in str(told.value)


def test_seal_05_a_key_added_to_the_file_is_used_without_a_restart(
    tmp_path: Path, settings: object, cast: Cast
) -> None:
    case, file = cast.filed().case, tmp_path / "ring.json"
    old = keys.key_id()
    settings.KEYS_FILE = file  # type: ignore[attr-defined]
    keyring.write(keyring.with_key(keyring.all_rings(), "master", ROOT_KEY, use=True), file, Plain())
    assert keys.key_id() == keyring.name_of("master", ROOT_KEY) != old
    assert reveal(case.pk) == XIN["name"]
    assert Party.objects.get(case_id=cast.filed().case.pk).key_id == keys.key_id()


def test_seal_05_a_damaged_change_of_the_file_leaves_the_keys_in_use(
    tmp_path: Path, settings: object, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "ring.json"
    keyring.write(both(), file, Plain())
    settings.KEYS_FILE = file  # type: ignore[attr-defined]
    case = cast.filed().case
    file.write_text(ROOT_KEY.hex())
    assert reveal(case.pk) == XIN["name"]
    assert "cannot be used" in caplog.text and ROOT_KEY.hex() not in caplog.text


def test_seal_05_a_key_service_that_was_away_is_asked_again_after_half_a_minute(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    file, now, asked = tmp_path / "ring.json", [100.0], []
    keyring.write(both(), file, Plain())
    settings.KEYS_FILE = file  # type: ignore[attr-defined]
    old = keys.key_id()
    monkeypatch.setattr(keyring, "time", SimpleNamespace(monotonic=lambda: now[0]))
    keyring.write(keyring.with_key(keyring.all_rings(), "master", bytes(32 * [9]), use=True), file, Plain())

    def away(*_: object) -> dict[str, keyring.Ring]:
        asked.append(now[0])
        raise KeysUnusable("the service does not answer")

    with monkeypatch.context() as down:
        down.setattr(keyring, "read", away)
        for now[0] in (100.0, 101.0, 129.0, 131.0):
            assert keys.key_id() == old
    assert asked == [100.0, 131.0]
    assert keys.key_id() == old, "not before the half minute is over"
    now[0] = 162.0
    assert keys.key_id() == keyring.name_of("master", bytes(32 * [9])) != old


def test_seal_05_while_one_thread_reads_the_changed_file_the_others_go_on(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    file, begun, go_on = tmp_path / "ring.json", threading.Event(), threading.Event()
    keyring.write(both(), file, Plain())
    settings.KEYS_FILE = file  # type: ignore[attr-defined]
    old, read = keys.key_id(), keyring.read
    keyring.write(keyring.with_key(keyring.all_rings(), "master", bytes(32 * [8]), use=True), file, Plain())

    def slow(*given: object) -> dict[str, keyring.Ring]:
        begun.set()
        assert go_on.wait(10)
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(keyring, "read", slow)
    reader = threading.Thread(target=keys.key_id)
    reader.start()
    assert begun.wait(10) and keys.key_id() == old
    go_on.set()
    reader.join()
    assert keys.key_id() == keyring.name_of("master", bytes(32 * [8]))


def test_seal_05_a_key_service_guards_the_file(
    service: Command, tmp_path: Path, settings: object, cast: Cast
) -> None:
    file = tmp_path / "ring.json"
    keyring.write(both(), file, service)
    assert ROOT_KEY.hex() not in file.read_text() and "wrapped:" in file.read_text()
    settings.KEYS_FILE, settings.KEYS_COMMAND = file, " ".join(service.words)  # type: ignore[attr-defined]
    settings.MASTER_KEY = settings.INDEX_KEY = ""  # type: ignore[attr-defined]
    case = cast.filed().case
    assert keys.master() == ROOT_KEY and reveal(case.pk) == XIN["name"]
    with pytest.raises(KeysUnusable):
        keyring.read(file, Plain())


@pytest.mark.parametrize(
    "words", [("/no/such/program",), ("false",), ("echo", "no base64!"), ("echo", "AAAA")]
)
def test_seal_05_a_key_service_that_fails_is_a_sentence_without_a_key(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    text = "wrapped:" + "QUJD" * 10
    with pytest.raises(KeysUnusable) as told:
        Command(words).unwrap(text)
    assert "QUJD" not in str(told.value)


def test_seal_05_a_keys_file_with_a_key_under_another_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ring.json"
    keyring.write(both(), file, Plain())
    body = json.loads(file.read_text())
    name = body["master"]["current"]
    body["master"]["keys"][name] = NEW
    file.write_text(json.dumps(body))
    with pytest.raises(KeysUnusable, match="损坏"):
        keyring.read(file, Plain())


# --- suites -----------------------------------------------------------------------------------------------------------


def test_seal_05_sm4_gcm_and_sm3_are_those_of_the_standards() -> None:
    """RFC 8998, A.2; GB/T 32905-2016, A.1."""
    secret = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    plain = bytes.fromhex(
        "AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8
    )
    box = Cipher(algorithms.SM4(secret), modes.GCM(bytes.fromhex("00001234567800000000ABCD"))).encryptor()
    box.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    sealed = box.update(plain) + box.finalize()
    assert sealed.hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735")
    assert box.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"
    assert digest(b"abc", suite="sm3") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("suite", sorted(keys.KEY_BYTES))
def test_seal_05_each_suite_refuses_what_was_changed(suite: str) -> None:
    secret = keyring.new_root()[: keys.KEY_BYTES[suite]]
    box = keys.seal(secret, "低保".encode(), bound_to=b"x", suite=suite)
    assert keys.open_box(secret, box, bound_to=b"x", suite=suite).decode() == "低保"
    other = next(one for one in keys.KEY_BYTES if one != suite)
    for place in range(len(box)):
        broken = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(keys.CannotOpen):
            keys.open_box(secret, broken, bound_to=b"x", suite=suite)
    for bad, bound, named in (
        (box[:20], b"x", suite),
        (b"", b"x", suite),
        (box, b"y", suite),
        (box, b"x", other),
    ):
        with pytest.raises(keys.CannotOpen):
            keys.open_box(secret, bad, bound_to=bound, suite=named)


# --- SEAL-07 ----------------------------------------------------------------------------------------------------------


def told_of(problem: BaseException, client: Client | None = None) -> str:
    """Return all that logs and error pages would say of a fault: the traceback, and Django's reports in text and HTML."""
    while problem.__traceback__ and "tests" in problem.__traceback__.tb_frame.f_code.co_filename:
        problem.__traceback__ = problem.__traceback__.tb_next
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("test.seal")
    logger.addHandler(handler)
    logger.error("fault", exc_info=problem)
    logger.removeHandler(handler)
    request = RequestFactory().post("/desk/case/1/reveal/", {"field": XIN["name"]})
    request.COOKIES["lx_session"] = XIN["phone"]
    reporter = ExceptionReporter(request, type(problem), problem, problem.__traceback__)
    return stream.getvalue() + reporter.get_traceback_text() + reporter.get_traceback_html()


def secrets_of(case: Case) -> list[str]:
    """Return what must not be told: the fields, the data key, the organ's key and the root keys, as text, hex and repr."""
    row = Party.objects.get(case_id=case.pk)
    found = [vault._data_key(row), keys.derived(f"organ {row.sealed_to}"), keys.master(), keys.index()]
    texts = [repr(one)[2:-1] for one in found] + [one.hex() for one in found]
    return [*XIN.values(), *texts]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("harm", ["box", "key", "words"])
def test_seal_07_a_fault_while_opening_tells_no_field_and_no_key(
    cast: Cast, settings: object, monkeypatch: pytest.MonkeyPatch, harm: str, debug: bool
) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]
    case = cast.assigned()
    hidden = secrets_of(case)
    row = Party.objects.get(case_id=case.pk)
    if harm == "box":
        Party.objects.filter(case_id=case.pk).update(boxes={**row.boxes, "name": row.boxes["phone"]})
    elif harm == "key":
        Party.objects.filter(case_id=case.pk).update(wrapped_key=b"x" * 60)
    else:
        plain = b"\xff" + XIN["name"].encode()
        box = keys.seal(vault._data_key(row), plain, bound_to=vault._bound(case.pk, 1, "name"))
        Party.objects.filter(case_id=case.pk).update(boxes={**row.boxes, "name": vault._text(box)})
    with pytest.raises(keys.CannotOpen) as raised:
        reveal(case.pk)
    said = told_of(raised.value)
    assert "CannotOpen" in said and len(said) > 1000
    assert not [one for one in hidden if one in said]


@pytest.mark.parametrize("debug", [False, True])
def test_seal_07_a_fault_after_opening_tells_nothing_either(
    cast: Cast, settings: object, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    """A fault while the plain text is in the hands of the program: the locals of our own code stay out of every report."""
    settings.DEBUG = debug  # type: ignore[attr-defined]
    case = cast.assigned()
    hidden = secrets_of(case)

    with pytest.raises(TypeError) as raised:
        vault.search(case.pk, ["name"], operator.mul)
    said = told_of(raised.value)
    assert "multiply" in said and "vault.py" in said and not [one for one in hidden if one in said]
    reporter = ExceptionReporter(None, type(raised.value), raised.value, raised.value.__traceback__)
    names = [name for frame in reporter.get_traceback_frames() for name, _value in frame["vars"]]
    assert {"key", "row", "field"} <= set(names), "the frame that held the key was looked at"


@pytest.mark.parametrize("debug", [False, True])
def test_seal_07_a_report_holds_no_word_of_the_fault_and_nothing_of_what_was_asked(
    settings: object, debug: bool
) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]
    words = {
        name: f"value-of-{name}" for name in ("query", "header", "cookie", "file", "fault", "cause", "note")
    }
    sent = SimpleUploadedFile(words["file"], b"x")
    request = RequestFactory(headers={"referer": words["header"]}).post(
        f"/desk/case/{990_017}/accept/?q={words['query']}", {"page": sent}
    )
    request.COOKIES["lx_session"] = words["cookie"]
    request.resolver_match = resolve(request.path)
    try:
        try:
            raise KeyError(words["cause"])
        except KeyError as cause:
            problem = ValueError(words["fault"])
            problem.add_note(words["note"])
            raise problem from cause
    except ValueError as raised:
        given = (type(raised), raised, raised.__traceback__)
    reporter = get_exception_reporter_class(request)(request, *given)
    for said in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert "ValueError" in said and "KeyError" in said and "case_id" in said and "HTTP_REFERER" in said
        assert not [one for one in (*words.values(), str(990_017)) if one in said]
    request.close()
    bare = get_exception_reporter_class(None)(None, *given).get_traceback_text()
    assert "ValueError" in bare and "value-of-fault" not in bare


def test_seal_07_the_site_says_nothing_and_logs_nothing_of_it(
    cast: Cast, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    case = cast.assigned()
    client = browser("han")
    hidden = secrets_of(case)
    row = Party.objects.get(case_id=case.pk)
    Party.objects.filter(case_id=case.pk).update(boxes={**row.boxes, "name": row.boxes["phone"]})
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        answer = client.post(
            f"/desk/case/{case.pk}/reveal/", {"seq": "1", "field": "name", "purpose": "打电话核实"}
        )
    assert answer.status_code in {409, 500}
    said = answer.content.decode() + caplog.text
    assert not [one for one in hidden if one in said]


def test_seal_07_rings_and_shares_do_not_print_their_keys() -> None:
    rings = both()
    said = f"{rings} {rings['master']!r} {shares.split('master', ROOT_KEY, shares=2, threshold=2)}"
    assert ROOT_KEY.hex() not in said and repr(ROOT_KEY)[2:-1] not in said and rings["master"].current in said
