"""The only place that takes organs over from a table: every row is right, or none is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction

from lianxin.ledger.ids import new_id
from lianxin.organs import events
from lianxin.organs.models import Organ, OrganKind, OrganLevel, Region
from lianxin.organs.regions import region_on
from lianxin.organs.selectors import in_force
from lianxin.procedure.errors import LianxinError

REQUIRED = ("代码", "名称", "级别", "性质", "区划代码")
OPTIONAL = {
    "简称": "short_name",
    "文书代字": "paper_prefix",
    "地址": "address",
    "邮编": "postcode",
    "电话": "phone",
    "接待时间": "hours",
}
COLUMNS = (*REQUIRED, *OPTIONAL, "上级代码", "设立日期", "撤销日期")
LONG_AGO = date(1949, 10, 1)
COUNTRY = "100000"
FOLDED = {"代码", "区划代码", "上级代码", "邮编", "电话", "设立日期", "撤销日期"}


class Row(Protocol):
    """A row of a table: where it stands, its cells by column, and why it cannot be used ("" when it can)."""

    @property
    def line(self) -> int: ...
    @property
    def cells(self) -> Mapping[str, str]: ...
    @property
    def fault(self) -> str: ...


@dataclass(slots=True)
class Imported:
    """How many organs were added and updated; with faults nothing was written."""

    added: int = 0
    updated: int = 0
    faults: list[str] = field(default_factory=list)


class BadRow(LianxinError):
    """A row cannot be used; the text says why."""


def import_rows(rows: Iterable[Row], *, on: date, at: datetime) -> Imported:
    """Write the organs of a table, those above before those below, and their event of the ledger, in one transaction."""
    result, seen = Imported(), dict[str, Organ]()
    there = {organ.code: organ for organ in Organ.objects.filter(in_force(on))}
    for row in rows:
        try:
            organ, parent = _organ(row, there, on)
            if organ.code in seen:
                raise BadRow(f"代码 {organ.code} 在文件中出现两次")
            above = seen.get(parent) or there.get(parent) if parent else None
            if parent and above is None:
                raise BadRow(f"上级代码 {parent} 在前面的行和现有机构中都没有。上级应当排在下级前面")
            _place(organ, above, there)
            organ.clean_fields(exclude=["region", "parent"])
        except BadRow as error:
            result.faults.append(f"第 {row.line} 行：{error}。")
        except ValidationError as error:
            said = "；".join(f"{name}：{' '.join(texts)}" for name, texts in error.message_dict.items())
            result.faults.append(f"第 {row.line} 行：{said}")
        else:
            seen[organ.code] = organ
    if not result.faults:
        _write(seen, there, result, at=at)
    return result


def _organ(row: Row, there: Mapping[str, Organ], on: date) -> tuple[Organ, str]:
    """Return a row as an unsaved organ (or the present one, changed) and the code of its parent."""
    if row.fault:
        raise BadRow(row.fault)
    cells = {name: _folded(name, text) for name, text in row.cells.items()}
    empty = [name for name in REQUIRED if not cells.get(name)]
    if empty:
        raise BadRow(f"没有填写{'、'.join(empty)}")
    organ = there.get(cells["代码"]) or Organ(id=new_id(), code=cells["代码"])
    organ.name = cells["名称"]
    organ.short_name = cells.get("简称") or organ.short_name or organ.name[:30]
    organ.level = _choice(cells["级别"], OrganLevel, "级别")
    organ.kind = _choice(cells["性质"], OrganKind, "性质")
    organ.valid_from = _day(cells, "设立日期") or organ.valid_from or LONG_AGO
    organ.valid_to = _day(cells, "撤销日期") or organ.valid_to
    for title, name in OPTIONAL.items():
        if cells.get(title):
            setattr(organ, name, cells[title])
    organ.region = _region(cells["区划代码"], on)
    return organ, cells.get("上级代码", "")


def _folded(name: str, text: str) -> str:
    """Return a cell without blanks at its edges; codes and days also without full-width letters and digits."""
    return unicodedata.normalize("NFKC", text).strip() if name in FOLDED else text.strip()


def _place(organ: Organ, above: Organ | None, there: Mapping[str, Organ]) -> None:
    """Set parent and path; an organ that is there keeps its place."""
    path = f"{above.path if above else '/'}{organ.pk}/"
    if organ.code in there and organ.path and organ.path != path:
        raise BadRow(f"{organ.code} 的上级与现在的不同；隶属关系的改变请在机构管理中办理，以保留沿革")
    organ.parent, organ.path = above, path
    if len(path) > 160:
        raise BadRow("层级太深")


def _write(
    organs: Mapping[str, Organ], there: Mapping[str, Organ], result: Imported, *, at: datetime
) -> None:
    result.updated = sum(code in there for code in organs)
    result.added = len(organs) - result.updated
    with transaction.atomic():
        for code, organ in organs.items():
            organ.save(force_insert=code not in there)
        events.of_system("organs.imported", at=at, added=result.added, updated=result.updated)


def _choice(text: str, choices: type[OrganLevel] | type[OrganKind], what: str) -> str:
    for value, label in choices.choices:
        if text in (value, str(label)):
            return str(value)
    raise BadRow(f"{what}应当是{'、'.join(str(label) for _, label in choices.choices)}之一")


def _day(cells: Mapping[str, str], name: str) -> date | None:
    text = cells.get(name, "")[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"{name}应当写成 2026-03-02 的样子") from None


def _region(code: str, on: date) -> Region:
    usable = code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12)
    region = region_on(code, on) if usable else None
    if region is None and code == COUNTRY:
        region = Region.objects.filter(level="country").first()
    if region is None:
        raise BadRow(f"区划代码 {code[:12]} 不在现行区划中，请先载入区划；全国写 {COUNTRY}")
    return region
