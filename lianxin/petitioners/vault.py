"""The way in and the way out of the identity vault: `enrol()` seals a person, `reveal()` opens one field, recorded first.

Nothing else reads or writes identities. A case knows its parties only as pseudonyms.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from lianxin.ledger.chain import Reader, record_look
from lianxin.petitioners import keys
from lianxin.petitioners.models import IdentityToken, Party

T = TypeVar("T")
FIELDS = ("name", "phone", "address", "email", "id_number")
PSEUDONYMS = "甲乙丙丁戊己庚辛壬癸"
ACCUSED = "accused"
"""The part of one who must not know of the case and is no officer here."""
INDEXED, TOKEN = "petitioner", "id_number"
"""The part whose identity numbers leave a token, and the kind of that token."""
SAME = "identity.same_person"
"""What is recorded, on each case concerned, when an officer looks for other cases of the same person."""


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

    `identity` maps names of `FIELDS` to text. A petitioner's identity number also leaves a keyed token, so that an
    authorised act can find the same person's other items; who only helps others to write leaves none. Raises
    ValueError for an unknown field.
    """
    unknown = sorted(set(identity) - set(FIELDS))
    if unknown:
        raise ValueError(f"unknown identity fields {unknown}")
    given = {field: identity[field] for field in FIELDS if identity.get(field)}
    suite, named = keys.suite_in_use(), keys.key_id()
    key = keys.new_key(suite)
    Party.objects.create(
        case_id=case_id,
        seq=seq,
        role=role,
        given=list(given),
        suite=suite,
        key_id=named,
        sealed_to=organ_id,
        boxes={
            f: _text(keys.seal(key, v.encode(), bound_to=_bound(case_id, seq, f), suite=suite))
            for f, v in given.items()
        },
        wrapped_key=wrapped(key, case_id=case_id, seq=seq, organ_id=organ_id, suite=suite, key_id=named),
    )
    if index_id_number and role == INDEXED and "id_number" in given:
        named = keys.index_id()
        IdentityToken.objects.create(
            token=keys.token(TOKEN, given["id_number"], named), case_id=case_id, key_id=named
        )


def parties(case_id: int) -> tuple[Pseudonym, ...]:
    """Return the parties of a case as pseudonyms (信访人甲, …), in order of enrolment."""
    return _pseudonyms(
        Party.objects.filter(case_id=case_id).order_by("seq").only("case_id", "seq", "role", "given")
    )


def _pseudonyms(rows: Iterable[Party]) -> tuple[Pseudonym, ...]:
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
    return _opened(row, _data_key(row), field)


def examine(*, case_id: int, seq: int, field: str, test: Callable[[str], T]) -> T:
    """Return what `test` says of a field without handing the field out: may it be printed, is it a valid address.

    The test must not keep or return the value. "" is tested where the field was not given.
    """
    row = Party.objects.filter(case_id=case_id, seq=seq).first()
    if row is None or field not in row.boxes:
        return test("")
    return test(_opened(row, _data_key(row), field))


def search(
    case_id: int, fields: Sequence[str], test: Callable[[str, str], bool]
) -> tuple[Pseudonym, str] | None:
    """Return the first party and field of which `test` (field, value) is true, None where there is none. One query.

    Tested are also the earlier values of a field and those asked for (`rights`). The accused are left out: they are what a
    case is about. The test must not keep the value.
    """
    rows = {row.seq: row for row in Party.objects.filter(case_id=case_id).order_by("seq")}
    for person in _pseudonyms(rows.values()):
        row = rows[person.seq]
        wanted = [name for name in row.boxes if _field(name) in fields and row.role != ACCUSED]
        key = _data_key(row) if wanted else b""
        for name in sorted(wanted, key=lambda one: fields.index(_field(one))):
            field = _field(name)
            if test(field, _opened(row, key, name)):
                return person, field
    return None


def same_person(*, case_id: int, seq: int, purpose: str, reader: Reader, at: datetime) -> tuple[int, ...]:
    """Return the ids of the other cases whose petitioner gave the same identity number, after the look is recorded.

    The number is not handed out, and none of the cases may be told of before policies have been asked. Raises ValueError
    without a purpose, KeyError for who is no petitioner of the case or gave no number, CannotOpen when the box was changed.
    """
    if not purpose.strip():
        raise ValueError("a purpose is needed to look for a person's other cases")
    row = Party.objects.filter(case_id=case_id, seq=seq, role=INDEXED).first()
    if row is None or TOKEN not in row.boxes:
        raise KeyError((case_id, seq))
    record_look(case_id=case_id, what=SAME, purpose=purpose, reader=reader, at=at)
    found = IdentityToken.objects.filter(token__in=tokens_of(row)).exclude(case_id=case_id)
    return tuple(found.order_by("case_id").values_list("case_id", flat=True))


def tokens_of(row: Party) -> list[str]:
    """Return the token of a party's identity number under each index key, the current one first. Raises CannotOpen."""
    return keys.tokens(TOKEN, _opened(row, _data_key(row), TOKEN))


def opens(row: Party) -> bool:
    """Tell whether the data key and every box of a party open by the key that is named; nothing is handed out."""
    try:
        key = _data_key(row)
        return all(isinstance(_opened(row, key, name), str) for name in row.boxes)
    except keys.CannotOpen:
        return False


def reseal(*, case_id: int, organ_id: int) -> None:
    """Seal the parties of a case to another organ; the former organ's wrapped key is gone. Call it with the move."""
    with transaction.atomic(savepoint=False):
        rows = Party.objects.select_for_update().filter(case_id=case_id).exclude(sealed_to=organ_id)
        for row in rows:
            Party.objects.filter(case_id=case_id, seq=row.seq).update(
                sealed_to=organ_id, **rewrapped(row, organ_id=organ_id)
            )


def rewrapped(row: Party, *, organ_id: int) -> dict[str, Any]:
    """Return the columns by which a party's data key is wrapped for an organ with the current master key. Raises CannotOpen."""
    key, named = _data_key(row), keys.key_id()
    place = {"case_id": row.case_id, "seq": row.seq}
    box = wrapped(key, **place, organ_id=organ_id, suite=row.suite, key_id=named)
    return {"key_id": named, "wrapped_key": box}


def wrapped(key: bytes, *, case_id: int, seq: int, organ_id: int, suite: str, key_id: str) -> bytes:
    """Return a data key wrapped for an organ, bound to case, party and organ."""
    organ, place = keys.organ_key(organ_id, suite, key_id), _bound(case_id, seq, f"key {organ_id}")
    return keys.seal(organ, key, bound_to=place, suite=suite)


def resealed(row: Party, suite: str) -> dict[str, Any]:
    """Return all sealed columns of a party anew: other suite, other data key, current master key. Raises CannotOpen."""
    old, key, named = _data_key(row), keys.new_key(suite), keys.key_id()
    boxes = {}
    for field, box in row.boxes.items():
        place = _bound(row.case_id, row.seq, field)
        plain = keys.open_box(old, _bytes(box), bound_to=place, suite=row.suite)
        boxes[field] = _text(keys.seal(key, plain, bound_to=place, suite=suite))
    place_of_key = {"case_id": row.case_id, "seq": row.seq, "organ_id": row.sealed_to}
    box = wrapped(key, **place_of_key, suite=suite, key_id=named)
    return {"suite": suite, "key_id": named, "boxes": boxes, "wrapped_key": box}


def _field(name: str) -> str:
    """Return of which field a box holds a value: `phone` of `phone`, `phone?3` and `phone~4`."""
    return name.partition("?")[0].partition("~")[0]


def _opened(row: Party, key: bytes, field: str) -> str:
    """Return one field in clear. Raises CannotOpen, which says nothing of it."""
    bound_to = _bound(row.case_id, row.seq, field)
    plain = keys.open_box(key, _bytes(row.boxes[field]), bound_to=bound_to, suite=row.suite)
    try:
        return plain.decode()
    except UnicodeDecodeError:
        raise keys.CannotOpen("密封内容不是文字，无法显示。") from None


def _data_key(row: Party) -> bytes:
    return keys.open_box(
        keys.organ_key(row.sealed_to, row.suite, row.key_id),
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
