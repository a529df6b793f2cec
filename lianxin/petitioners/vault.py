"""The way in and the way out of the identity vault: `enrol()` seals a person, `reveal()` opens one field, recorded first.

Nothing else reads or writes identities. A case knows its parties only as pseudonyms.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from lianxin.ledger.chain import Reader, record_look
from lianxin.petitioners import keys
from lianxin.petitioners.models import IdentityToken, Party

T = TypeVar("T")
FIELDS = ("name", "phone", "address", "email", "id_number")
PSEUDONYMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A party as a case page may show it: part, stand-in name, and which fields were given."""

    case_id: int
    seq: int
    role: str
    name: str
    given: tuple[str, ...]


def enrol(
    *,
    case_id: int,
    seq: int,
    role: str,
    identity: Mapping[str, str],
    organ_id: int,
    index_id_number: bool = True,
) -> None:
    """Seal a person's fields to the organ that handles the case; blanks are left out, nothing is kept in clear.

    `identity` maps names of `FIELDS` to text. An identity number also leaves a keyed token, so that an
    authorised act can find the same person's other items. Raises ValueError for an unknown field.
    """
    unknown = sorted(set(identity) - set(FIELDS))
    if unknown:
        raise ValueError(f"unknown identity fields {unknown}")
    given = {field: identity[field] for field in FIELDS if identity.get(field)}
    key = keys.new_key()
    Party.objects.create(
        case_id=case_id,
        seq=seq,
        role=role,
        given=list(given),
        suite=keys.SUITE,
        key_id=keys.key_id(),
        sealed_to=organ_id,
        boxes={
            f: _text(keys.seal(key, v.encode(), bound_to=_bound(case_id, seq, f))) for f, v in given.items()
        },
        wrapped_key=keys.seal(
            keys.organ_key(organ_id), key, bound_to=_bound(case_id, seq, f"key {organ_id}")
        ),
    )
    if index_id_number and "id_number" in given:
        IdentityToken.objects.create(token=keys.token("id_number", given["id_number"]), case_id=case_id)


def parties(case_id: int) -> tuple[Pseudonym, ...]:
    """Return the parties of a case as pseudonyms (信访人甲, …), in order of enrolment."""
    rows = Party.objects.filter(case_id=case_id).order_by("seq").only("case_id", "seq", "role", "given")
    return tuple(
        Pseudonym(
            row.case_id, row.seq, row.role, f"{row.get_role_display()}{PSEUDONYMS[i % 10]}", tuple(row.given)
        )
        for i, row in enumerate(rows)
    )


def reveal(*, case_id: int, seq: int, field: str, purpose: str, reader: Reader, at: datetime) -> str:
    """Return one field of one party in clear, after the look is recorded; "" where it was not given.

    Raises ValueError without a purpose or for an unknown field, KeyError for an unknown party,
    CannotOpen when the box was changed. The caller has checked that the reader may (policies).
    """
    if field not in FIELDS:
        raise ValueError(f"unknown identity field {field!r}")
    if not purpose.strip():
        raise ValueError("a purpose is needed to open an identity field")
    record_look(case_id=case_id, what=f"identity.{field}", purpose=purpose, reader=reader, at=at)
    row = Party.objects.filter(case_id=case_id, seq=seq).first()
    if row is None:
        raise KeyError((case_id, seq))
    if field not in row.boxes:
        return ""
    key = _data_key(row)
    return keys.open_box(
        key, _bytes(row.boxes[field]), bound_to=_bound(case_id, seq, field), suite=row.suite
    ).decode()


def examine(*, case_id: int, seq: int, field: str, test: Callable[[str], T]) -> T:
    """Return what `test` says of a field without handing the field out: may it be printed, is it a valid address.

    The test must not keep or return the value. "" is tested where the field was not given.
    """
    row = Party.objects.filter(case_id=case_id, seq=seq).first()
    if row is None or field not in row.boxes:
        return test("")
    box = _bytes(row.boxes[field])
    return test(
        keys.open_box(_data_key(row), box, bound_to=_bound(case_id, seq, field), suite=row.suite).decode()
    )


def reseal(*, case_id: int, organ_id: int) -> None:
    """Seal the parties of a case to another organ; the former organ's wrapped key is gone. Call it with the move."""
    for row in Party.objects.filter(case_id=case_id).exclude(sealed_to=organ_id):
        key = _data_key(row)
        Party.objects.filter(case_id=case_id, seq=row.seq).update(
            sealed_to=organ_id,
            key_id=keys.key_id(),
            wrapped_key=keys.seal(
                keys.organ_key(organ_id, row.suite),
                key,
                bound_to=_bound(case_id, row.seq, f"key {organ_id}"),
                suite=row.suite,
            ),
        )


def _data_key(row: Party) -> bytes:
    if row.key_id != keys.key_id():
        raise keys.CannotOpen("这份身份信息是用另一把主密钥密封的。请把 LIANXIN_MASTER_KEY 换回当时的密钥。")
    return keys.open_box(
        keys.organ_key(row.sealed_to, row.suite),
        bytes(row.wrapped_key),
        bound_to=_bound(row.case_id, row.seq, f"key {row.sealed_to}"),
        suite=row.suite,
    )


def _bound(case_id: int, seq: int, field: str) -> bytes:
    return f"party|{case_id}|{seq}|{field}".encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
