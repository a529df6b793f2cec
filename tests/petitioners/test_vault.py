"""The vault: what goes in comes out only by a recorded look, bound to its case, sealed to the organ that holds it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from lianxin.ledger.chain import Reader
from lianxin.ledger.models import Look
from lianxin.petitioners import keys, vault
from lianxin.petitioners.models import IdentityToken, Party

AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
CANARY = {
    "name": "辛小禾金丝雀",
    "phone": "13911112222",
    "id_number": "510724195001010011",
    "address": "",
    "email": "",
}


def enrolled(case_id: int = 7, organ_id: int = 3) -> None:
    vault.enrol(case_id=case_id, seq=1, role="petitioner", identity=CANARY, organ_id=organ_id)


def reveal(case_id: int = 7, field: str = "name", purpose: str = "送达文书") -> str:
    return vault.reveal(
        case_id=case_id, seq=1, field=field, purpose=purpose, reader=Reader(3, 4, "window"), at=AT
    )


def test_a_revealed_field_is_what_was_sealed_and_the_look_is_recorded(db: None) -> None:
    enrolled()
    assert reveal() == CANARY["name"]
    look = Look.objects.get(case_id=7)
    assert (look.what, look.purpose, look.organ_id, look.seq) == ("identity.name", "送达文书", 3, 1)


def test_seal_01_nothing_is_kept_in_clear(db: None) -> None:
    enrolled()
    row = Party.objects.get(case_id=7)
    stored = json.dumps(row.boxes) + repr(bytes(row.wrapped_key)) + repr(list(IdentityToken.objects.values()))
    for value in filter(None, CANARY.values()):
        assert value not in stored
    assert row.given == ["name", "phone", "id_number"]


def test_seal_02_a_box_moved_to_another_case_does_not_open(db: None) -> None:
    enrolled(7)
    enrolled(8)
    one = Party.objects.get(case_id=7)
    Party.objects.filter(case_id=8).update(boxes=one.boxes, wrapped_key=one.wrapped_key)
    with pytest.raises(keys.CannotOpen):
        reveal(8)


def test_seal_03_a_moved_case_is_sealed_to_the_new_organ(db: None) -> None:
    enrolled(organ_id=3)
    before = bytes(Party.objects.get(case_id=7).wrapped_key)
    vault.reseal(case_id=7, organ_id=5)
    row = Party.objects.get(case_id=7)
    assert row.sealed_to == 5
    assert bytes(row.wrapped_key) != before
    with pytest.raises(keys.CannotOpen):
        keys.open_box(keys.organ_key(3), bytes(row.wrapped_key), bound_to=b"party|7|1|key 3")
    assert reveal() == CANARY["name"]


def test_no_purpose_no_look_no_value(db: None) -> None:
    enrolled()
    with pytest.raises(ValueError, match="purpose"):
        reveal(purpose="  ")
    assert not Look.objects.exists()


def test_sm4_seals_and_opens() -> None:
    key = keys.new_key("sm4gcm")
    box = keys.seal(key, "低保".encode(), bound_to=b"x", suite="sm4gcm")
    assert keys.open_box(key, box, bound_to=b"x", suite="sm4gcm").decode() == "低保"
    with pytest.raises(keys.CannotOpen):
        keys.open_box(key, box, bound_to=b"y", suite="sm4gcm")


def test_pseudonyms_tell_what_was_given_not_what_it_was(db: None) -> None:
    enrolled()
    (only,) = vault.parties(7)
    assert (only.name, only.given) == ("信访人甲", ("name", "phone", "id_number"))
