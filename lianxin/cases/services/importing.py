"""Taking over the rows of a foreign table: every row is registered, found to be there already, or refused with a reason.

Each row is its own transaction with its `ImportedRow`, so that an import may be killed at any moment and run again:
the key of a row decides, within its source, whether it was imported before.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Protocol

from django.db import IntegrityError

from lianxin.cases.history import Moment
from lianxin.cases.models import Case, CaseText, Channel, ImportedRow, Kind
from lianxin.cases.services import intake, mapping
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Region, Role, Staff
from lianxin.organs.regions import region_on
from lianxin.organs.selectors import in_force
from lianxin.procedure.book import book_for
from lianxin.procedure.errors import Refused

BATCH = 200
NUMBER_LIMIT = 60
KEY_LIMIT = 80
USERNAME = "import"


class Row(Protocol):
    """A row of a table: where it stands, its cells by column, and why it cannot be used ("" when it can)."""

    @property
    def line(self) -> int: ...
    @property
    def cells(self) -> Mapping[str, str]: ...
    @property
    def fault(self) -> str: ...


class Result(StrEnum):
    """What became of a row."""

    REGISTERED = "registered"
    THERE = "there"
    DIFFERS = "differs"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `reason` is a sentence that carries no words of the petition."""

    line: int
    key: str
    result: Result
    reason: str = ""
    number: str = ""
    case_id: int = 0


class BadRow(Refused):
    """A row cannot be understood; the sentence says which cell and how to mend it."""


@dataclass(slots=True)
class Import:
    """One run: the mapping, the organ for rows that name none, who imports, and the time.

    With `dry_run` everything is judged and nothing is written.
    """

    mapping: mapping.Mapping
    organ: Organ
    officer: Staff
    clock: Callable[[], Moment]
    dry_run: bool = False
    _organs: dict[str, Organ | None] = field(default_factory=dict)
    _places: dict[tuple[str, date], Region | None] = field(default_factory=dict)

    def run(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        """Yield the outcome of each row, in order, as soon as it is written."""
        todo = iter(rows)
        while batch := list(islice(todo, BATCH)):
            keys = [self._key(row) for row in batch]
            known = self._known([key for key in keys if key])
            for row, key in zip(batch, keys, strict=True):
                yield self._one(row, key, known)

    def _key(self, row: Row) -> str:
        """Return the key as it is stored; a long one by its hash, a row that cannot be read has none."""
        key = "" if row.fault else self.mapping.key_of(row.cells)
        return key if len(key) <= KEY_LIMIT else hashlib.sha256(key.encode()).hexdigest()

    def _known(self, keys: Sequence[str]) -> dict[str, tuple[datetime, str]]:
        """Return when and with which words the rows of these keys were registered. Three queries at most."""
        found = ImportedRow.objects.filter(source=self.mapping.source, row_key__in=keys)
        cases = dict(found.values_list("row_key", "case_id"))
        if not cases:
            return {}
        times = dict(Case.objects.filter(pk__in=cases.values()).values_list("pk", "received_at"))
        texts = dict(CaseText.objects.filter(case_id__in=cases.values()).values_list("case_id", "original"))
        return {key: (times[case], texts[case]) for key, case in cases.items()}

    def _one(self, row: Row, key: str, known: dict[str, tuple[datetime, str]]) -> Outcome:
        try:
            if row.fault:
                raise BadRow(row.fault, article="")
            if not key:
                raise BadRow(f"没有编号（{'、'.join(self.mapping.key)}），无法辨认这一行", article="")
            petition = self._petition(row, key)
            if key in known:
                return self._there(row, key, known[key], petition)
            filed = self._register(petition)
        except Refused as refused:
            if key in known:
                return Outcome(
                    row.line, key, Result.DIFFERS, f"已登记过，现在的内容不能登记：{refused.for_person()}"
                )
            return Outcome(row.line, key, Result.REFUSED, refused.for_person())
        if filed is None:
            return Outcome(row.line, key, Result.THERE)
        known[key] = (petition.received_at, petition.body)
        return Outcome(row.line, key, Result.REGISTERED, "", filed.number, filed.pk)

    def _there(self, row: Row, key: str, before: tuple[datetime, str], petition: intake.Petition) -> Outcome:
        if before == (petition.received_at, petition.body):
            return Outcome(row.line, key, Result.THERE)
        return Outcome(
            row.line, key, Result.DIFFERS, "已登记过，但收到时间或内容与这一行不同；原件没有改动。"
        )

    def _register(self, petition: intake.Petition) -> Case | None:
        """Return the new item, or None when another run was quicker."""
        when = self.clock()
        if self.dry_run:
            intake.check(petition, when)
            return Case(id=0, number="")
        actor = Actor(self.officer, petition.organ, frozenset({Role.WINDOW.value}), when.on)
        try:
            return intake.take_over(petition, case_id=new_id(), actor=actor, when=when).case
        except IntegrityError:
            origin = petition.origin
            if origin and ImportedRow.objects.filter(source=origin.system, row_key=origin.row_key).exists():
                return None
            raise

    def _petition(self, row: Row, key: str) -> intake.Petition:
        """Return the row as a petition. Raises BadRow."""
        values = self.mapping.values(row.cells)
        try:
            on, at = self.mapping.received(values.get("received", ""))
        except ValueError as error:
            raise BadRow(str(error), article="") from None
        if on > self.clock().on:
            raise BadRow(f"收到日期 {on} 在将来，请核对", article="信访工作条例 第十九条")
        number = values.get("number", "").strip()
        if len(number) > NUMBER_LIMIT:
            raise BadRow(f"原编号超过 {NUMBER_LIMIT} 个字符", article="")
        organ = self._organ(values.get("organ", ""))
        return intake.Petition(
            channel=_choice(values.get("channel", Channel.OTHER), Channel, "信访形式"),
            kind=_choice(values.get("kind", Kind.CLAIM), Kind, "类别"),
            place=self._place(values.get("place", ""), on) or organ.region,
            organ=organ,
            body=values["body"],
            received_on=on,
            received_at=at,
            ask=values.get("ask", ""),
            category=_category(values.get("category", ""), on),
            summary=values.get("summary", ""),
            identity={name: values[name] for name in mapping.IDENTITY if name in values},
            people=_people(values.get("people", "1")),
            taken_over=True,
            origin=intake.Origin(self.mapping.source, key, number),
        )

    def _organ(self, code: str) -> Organ:
        code = code.strip()
        if not code or code == self.organ.code:
            return self.organ
        if code not in self._organs:
            now = self.clock().on
            self._organs[code] = (
                Organ.objects.filter(in_force(now), code=code).select_related("region").first()
            )
        organ = self._organs[code]
        if organ is None:
            raise BadRow("机构代码不在现有机构中，请核对或者先导入机构", article="")
        return organ

    def _place(self, text: str, on: date) -> Region | None:
        """Return the place by its code or its full name on that day; None where the row names none."""
        folded = unicodedata.normalize("NFKC", text).strip()
        if not folded:
            return None
        if (folded, on) not in self._places:
            self._places[folded, on] = _region(folded, on)
        place = self._places[folded, on]
        if place is None:
            raise BadRow(f"区划在 {on} 不存在，请用当时的代码（6、9 或 12 位）或全称", article="")
        return place


def officer() -> Staff:
    """Return the account that stands for imports in the steps; nobody can sign in with it."""
    found = Staff.objects.filter(username=USERNAME).first()
    if found is None:
        found = Staff(id=new_id(), username=USERNAME, name="批量导入", is_active=False)
        found.set_unusable_password()
        found.save(force_insert=True)
    return found


def _region(text: str, on: date) -> Region | None:
    if text.isascii() and text.isdigit():
        return region_on(text, on) if len(text) in (2, 4, 6, 9, 12) else None
    return Region.objects.filter(in_force(on), full_name=text).first()


def _choice(text: str, choices: type[Channel] | type[Kind], what: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip()
    for value, label in choices.choices:
        if folded in (value, str(label)):
            return value
    raise BadRow(f"{what}应当是{'、'.join(str(label) for _, label in choices.choices)}之一", article="")


def _category(text: str, on: date) -> str:
    code = unicodedata.normalize("NFKC", text).strip()
    if (
        code
        and on >= intake.FIRST_DAY
        and not any(leaf.in_force(on) for leaf in book_for(on).categories.leaves.get(code, ()))
    ):
        raise BadRow(f"内容分类在 {on} 没有这一代码，请用四位代码，或者留空由人工分类", article="")
    return code


def _people(text: str) -> int:
    folded = unicodedata.normalize("NFKC", text).strip().removesuffix("人").strip()
    if not (folded.isascii() and folded.isdigit() and len(folded) <= 6):
        raise BadRow("信访人数应当是整数", article="")
    return int(folded)
