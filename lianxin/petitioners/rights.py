"""What a person's rights do to the vault: own data shown to the person, a field corrected with the original kept, all destroyed.

A corrected field keeps its earlier boxes beside the present one, each bound to its own name: `phone` is what holds now,
`phone~4` what held until step 4 ("" where nothing was given), `phone?3` what was asked for in step 3 and waits for an officer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lianxin.ledger.chain import Reader, record_look
from lianxin.petitioners import keys, vault
from lianxin.petitioners.models import Draft, IdentityToken, Party

CORRECTABLE = ("name", "phone", "address", "email")
"""Fields a person may have corrected. An identity number is corrected at a window, with the card, as a new registration."""
OWN = 1
"""The petitioner who holds number and code is the first party of a case."""


def own_identity(case_id: int, *, purpose: str, at: datetime) -> dict[str, str]:
    """Return the first petitioner's own fields in clear, after the person's own look is recorded; nobody else's.

    Earlier values that were corrected are left out. {} where nothing was given.
    """
    record_look(case_id=case_id, what="identity.own", purpose=purpose, reader=Reader(), at=at)
    row = Party.objects.filter(case_id=case_id, seq=OWN, role=Party.Role.PETITIONER).first()
    if row is None:
        return {}
    key = vault._data_key(row)
    return {field: vault._opened(row, key, field) for field in vault.FIELDS if field in row.boxes}


def ask_correction(*, case_id: int, values: Mapping[str, str], step: int) -> None:
    """Seal new values of the first petitioner beside the present ones, as asked for in a step.

    In a transaction of the caller. Raises ValueError for a field that cannot be corrected, KeyError without a petitioner.
    """
    if unknown := sorted(set(values) - set(CORRECTABLE)):
        raise ValueError(f"fields that cannot be corrected: {unknown}")
    row = _own(case_id, held=True)
    key = vault._data_key(row)
    fresh = {f"{field}?{step}": value for field, value in values.items()}
    boxes = {**row.boxes, **{name: _sealed(row, key, name, value) for name, value in fresh.items()}}
    _write(row, boxes)


def asked(
    *, case_id: int, fields: Mapping[str, int], purpose: str, reader: Reader, at: datetime
) -> dict[str, str]:
    """Return what was asked for (field -> the step that asked) in clear, after the officer's look is recorded."""
    record_look(case_id=case_id, what="identity.asked", purpose=purpose, reader=reader, at=at)
    row = _own(case_id)
    key = vault._data_key(row)
    names = {field: f"{field}?{step}" for field, step in fields.items()}
    return {field: vault._opened(row, key, name) for field, name in names.items() if name in row.boxes}


def settle_correction(*, case_id: int, asked_in: int, step: int, taken: bool) -> None:
    """Put the values asked for in a step in the place of the present ones, which stay sealed beside them as they were until
    `step`; not `taken`, what was asked for is destroyed.
    """
    row = _own(case_id, held=True)
    key = vault._data_key(row)
    boxes = dict(row.boxes)
    for field in CORRECTABLE:
        waiting = boxes.pop(f"{field}?{asked_in}", None)
        if waiting is None or not taken:
            continue
        name = f"{field}~{step}"
        earlier = vault._opened(row, key, field) if field in boxes else ""
        boxes[name] = _sealed(row, key, name, earlier)
        boxes[field] = _sealed(row, key, field, vault._opened(row, key, f"{field}?{asked_in}"))
    _write(row, boxes)


def reveal_as_of(*, case_id: int, field: str, step: int, purpose: str, reader: Reader, at: datetime) -> str:
    """Return a field of the first petitioner as it was when a step was taken, after the look is recorded; "" where not given.

    A paper bears the name it was issued with, whatever was corrected since.
    """
    row = Party.objects.filter(case_id=case_id, seq=OWN).first()
    later = [] if row is None else [n for n in _until(row, field) if n >= step]
    if row is None or not later:
        return vault.reveal(case_id=case_id, seq=OWN, field=field, purpose=purpose, reader=reader, at=at)
    record_look(case_id=case_id, what=f"identity.{field}", purpose=purpose, reader=reader, at=at)
    return vault._opened(row, vault._data_key(row), f"{field}~{min(later)}")


def destroy(case_id: int) -> int:
    """Destroy every sealed box, wrapped key and token of a case and its draft; return how many rows. In a transaction of the
    caller; nobody can open them afterwards, with any key.
    """
    gone = Party.objects.filter(case_id=case_id).delete()[0]
    gone += IdentityToken.objects.filter(case_id=case_id).delete()[0]
    return gone + Draft.objects.filter(id=case_id).delete()[0]


def _own(case_id: int, *, held: bool = False) -> Party:
    """Return the first petitioner's row, with `held` for this transaction alone. Raises KeyError."""
    rows = Party.objects.select_for_update() if held else Party.objects.all()
    row = rows.filter(case_id=case_id, seq=OWN).first()
    if row is None:
        raise KeyError((case_id, OWN))
    return row


def _until(row: Party, field: str) -> list[int]:
    return sorted(int(name.partition("~")[2]) for name in row.boxes if name.startswith(f"{field}~"))


def _sealed(row: Party, key: bytes, name: str, value: str) -> str:
    bound_to = vault._bound(row.case_id, row.seq, name)
    return vault._text(keys.seal(key, value.encode(), bound_to=bound_to, suite=row.suite))


def _write(row: Party, boxes: Mapping[str, str]) -> None:
    given = [field for field in vault.FIELDS if field in boxes]
    Party.objects.filter(case_id=row.case_id, seq=row.seq).update(boxes=dict(boxes), given=given)
