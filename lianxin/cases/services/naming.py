"""The only place that keeps a party's identity out of what an officer types into a paper, a fact, a remark or a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lianxin.cases.models import Case
from lianxin.cases.texts import normalised, plain_code
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed

LABELS = {
    "name": "姓名",
    "phone": "电话",
    "address": "住址",
    "email": "电子邮箱",
    "id_number": "身份证件号码",
}
ARTICLE = "信访工作条例 第四十六条第（五）项"
USUAL = ("name", "id_number", "phone", "email")
"""What no officer's text needs. An address may be what the matter is about; `vault.FIELDS` keeps it out as well."""
SHORTEST = {"address": 6}
"""Letters from which on a field counts, two where none is given: a shorter address names a place, not a home."""


def nameless(case: Case, given: Mapping[str, object], *, fields: Sequence[str] = USUAL) -> dict[str, object]:
    """Return texts an officer typed in their stored form. Raises GuardFailed where one holds a field of a party's identity.

    The name is printed from the vault where the paper has a place for it; nothing typed may hold it. One query.
    """
    texts = {key: normalised(value) if isinstance(value, str) else value for key, value in given.items()}
    if found := named_in(case, "\n".join(str(value) for value in texts.values()), fields=fields):
        raise GuardFailed(
            f"填写的内容里有{found}",
            article=ARTICLE,
            instead="请删去；文书上需要写姓名的地方，打印时会自动填写。",
        )
    return texts


def named_in(case: Case, text: str, *, fields: Sequence[str] = vault.FIELDS) -> str:
    """Return which field of which party a text holds ("信访人甲的姓名"), "" where it holds none. One query."""
    if not (written := plain_code(text)):
        return ""
    found = vault.search(case.pk, fields, lambda field, value: _holds(written, field, value))
    return f"{found[0].name}的{LABELS[found[1]]}" if found else ""


def typed_in(text: str, *people: Mapping[str, str]) -> str:
    """Return which field of these identities, typed and not yet sealed, a text holds ("电话"), "" where it holds none."""
    written = plain_code(text)
    there = (
        LABELS[field]
        for person in people
        for field, value in person.items()
        if field in LABELS and _holds(written, field, value)
    )
    return next(there, "")


def _holds(written: str, field: str, value: str) -> bool:
    value = plain_code(value)
    return len(value) >= SHORTEST.get(field, 2) and value in written
