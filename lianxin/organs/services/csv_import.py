"""Taking organs, officers and posts from a CSV file: each row is written or refused with a sentence; a dry run writes nothing.

Running a file again is safe: what is already there is reported as such and left alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import override

from lianxin.ledger.ids import maker
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, OrganLevel, Post, Region, Role, Staff
from lianxin.organs.selectors import in_force
from lianxin.organs.services import organs, staff
from lianxin.organs.services.errors import BadRecord
from lianxin.procedure.errors import Refused

SIZE_LIMIT = 2 * 1024 * 1024
ROW_LIMIT = {"organs": 5000, "staff": 300, "posts": 5000}
CELL_LIMIT = 300
ENCODINGS = ("utf-8-sig", "gb18030")
COLUMNS: Mapping[str, Mapping[str, bool]] = {
    "organs": {
        "代码": True,
        "名称": True,
        "简称": True,
        "级别": True,
        "性质": True,
        "区划代码": True,
        "上级代码": True,
        "设立日期": True,
        "文书代字": False,
        "地址": False,
        "邮编": False,
        "电话": False,
        "接待时间": False,
    },
    "staff": {
        "登录名": True,
        "姓名": True,
        "机构代码": True,
        "岗位": True,
        "任职日期": True,
        "离任日期": False,
    },
    "posts": {"登录名": True, "机构代码": True, "岗位": True, "任职日期": True, "离任日期": False},
}
"""The columns of each kind of file, and whether each must be there."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row: `state` is written, kept (was there already) or refused; `password` is shown once."""

    line: int
    state: str
    text: str
    password: str = ""


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


def run(
    actor: Actor, *, kind: str, data: bytes, on: date, at: datetime, dry_run: bool
) -> tuple[RowReport, ...]:
    """Return one report per row. Raises BadRecord for a file that cannot be read as a whole."""
    rows = read(data, kind=kind)
    write = {"organs": _organ, "staff": _staff, "posts": _post}[kind]
    reports: list[RowReport] = []
    maker.prepare()
    try:
        with transaction.atomic():
            reports += [_carry_out(write, actor, line, row, on=on, at=at) for line, row in rows]
            if dry_run:
                raise _DryRun
    except _DryRun:
        return tuple(RowReport(one.line, one.state, one.text) for one in reports)
    return tuple(reports)


def read(data: bytes, *, kind: str) -> list[tuple[int, Row]]:
    """Return the rows of a file with their line numbers. Raises BadRecord naming what is wrong with the file."""
    if len(data) > SIZE_LIMIT:
        raise BadRecord("文件太大，最多 2 MB", instead="请分成几个文件导入。")
    text = _decoded(data)
    if "\x00" in text:
        raise BadRecord("这不是 CSV 文件", instead="请在表格软件里另存为“CSV UTF-8”。")
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as problem:
        raise BadRecord(f"第 {reader.line_num} 行读不懂（{problem}）", instead="请检查引号和换行。") from None
    lines = [(line, cells) for line, cells in lines if any(cells)]
    if not lines:
        raise BadRecord("文件是空的", instead="第一行应当是列名，以下每行一条。")
    header = lines[0][1]
    _check_header(header, kind)
    if len(lines) - 1 > ROW_LIMIT[kind]:
        raise BadRecord(
            f"有 {len(lines) - 1} 行，一次最多 {ROW_LIMIT[kind]} 行", instead="请分成几个文件导入。"
        )
    return [(line, _named(header, cells)) for line, cells in lines[1:]]


def _named(header: list[str], cells: list[str]) -> Row:
    """Return a row by column names; what stands under no name is kept under the empty one, to be refused."""
    padded = [*cells, *[""] * (len(header) - len(cells))]
    row = dict(zip(header, padded, strict=False))
    nameless = [cell for name, cell in zip(header, padded, strict=False) if not name] + padded[len(header) :]
    return {**row, "": "".join(nameless)}


def _decoded(data: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadRecord("文件编码认不出来", instead="请在表格软件里另存为“CSV UTF-8”。")


def _check_header(header: list[str], kind: str) -> None:
    columns = COLUMNS[kind]
    if missing := [name for name, needed in columns.items() if needed and name not in header]:
        raise BadRecord(f"缺少列：{'、'.join(missing)}", instead=f"第一行应当是：{'、'.join(columns)}。")
    if unknown := [name for name in header if name and name not in columns]:
        raise BadRecord(f"不认识的列：{'、'.join(unknown)}", instead=f"可以有的列：{'、'.join(columns)}。")
    if len(set(header)) != len(header):
        raise BadRecord("有重复的列名", instead="请删去重复的列。")


def _carry_out(
    write: Callable[..., RowReport], actor: Actor, line: int, row: Row, *, on: date, at: datetime
) -> RowReport:
    if long := [name for name, cell in row.items() if len(cell) > CELL_LIMIT]:
        return RowReport(line, "refused", f"“{long[0]}”太长，最多 {CELL_LIMIT} 字。")
    if row[""]:
        return RowReport(line, "refused", "这一行有内容不在任何一列名下。请检查逗号和引号。")
    try:
        with transaction.atomic():
            return write(actor, line, row, on=on, at=at)
    except Refused as refused:
        return RowReport(line, "refused", refused.for_person())


def _organ(actor: Actor, line: int, row: Row, *, on: date, at: datetime) -> RowReport:
    found = Organ.objects.filter(in_force(on), code=row["代码"]).first()
    if found is not None and found.name == row["名称"]:
        return RowReport(line, "kept", f"“{found.name}”已经有了，没有改动。")
    region = Region.objects.filter(in_force(on), code=row["区划代码"].ljust(12, "0")).first()
    if region is None:
        raise BadRecord(f"没有区划代码“{row['区划代码']}”", instead="请写 6 位或 12 位现行区划代码。")
    facts = organs.Facts(
        name=row["名称"],
        short_name=row["简称"],
        region=region,
        paper_prefix=row.get("文书代字", ""),
        address=row.get("地址", ""),
        postcode=row.get("邮编", ""),
        phone=row.get("电话", ""),
        hours=row.get("接待时间", ""),
    )
    organ = organs.add(
        actor,
        parent=_organ_by_code(row["上级代码"], on=on),
        code=row["代码"],
        level=_choice("级别", row["级别"], OrganLevel.choices),
        kind=_choice("性质", row["性质"], OrganKind.choices),
        facts=facts,
        valid_from=_day("设立日期", row["设立日期"]),
        at=at,
    )
    return RowReport(line, "written", f"新增机构“{organ.name}”。")


def _staff(actor: Actor, line: int, row: Row, *, on: date, at: datetime) -> RowReport:
    username = staff.username_of(row["登录名"])
    found = Staff.objects.filter(username=username).first()
    if found is not None and found.name == row["姓名"]:
        return RowReport(line, "kept", f"“{username}”已经有了，没有改动。")
    role = _choice("岗位", row["岗位"], Role.choices)
    made = staff.add(
        actor,
        username=username,
        name=row["姓名"],
        organ=_organ_by_code(row["机构代码"], on=on),
        role=role,
        term=_term(row),
        at=at,
    )
    return RowReport(line, "written", f"新增 {made.staff.name}（{username}）。", made.password)


def _post(actor: Actor, line: int, row: Row, *, on: date, at: datetime) -> RowReport:
    username = staff.username_of(row["登录名"])
    person = Staff.objects.filter(username=username).first()
    if person is None:
        raise BadRecord(f"没有登录名“{username}”", instead="请先导入人员。")
    organ, term = _organ_by_code(row["机构代码"], on=on), _term(row)
    role = _choice("岗位", row["岗位"], Role.choices)
    if Post.objects.filter(
        staff=person, organ=organ, role=role, starts_on=term.starts_on, ends_on=term.ends_on
    ).exists():
        return RowReport(line, "kept", f"{person.name} 的这个岗位已经有了，没有改动。")
    staff.grant(actor, person, organ=organ, role=role, term=term, at=at)
    return RowReport(line, "written", f"{person.name} 任“{organ.name}”{Role(role).label}。")


def _organ_by_code(code: str, *, on: date) -> Organ:
    organ = Organ.objects.filter(in_force(on), code=code).select_related("region").first()
    if organ is None:
        raise BadRecord(f"没有机构代码“{code}”", instead="请核对；上级机构要排在下级机构前面。")
    return organ


def _choice(column: str, typed: str, choices: Iterable[tuple[str, object]]) -> str:
    with override("zh-hans"):
        known = [(value, str(label)) for value, label in choices]
    for names in known:
        if typed in names:
            return names[0]
    raise BadRecord(f"“{column}”写了“{typed}”", instead=f"可以写：{'、'.join(label for _, label in known)}。")


def _term(row: Row) -> staff.Term:
    ends = row.get("离任日期", "")
    return staff.Term(_day("任职日期", row["任职日期"]), _day("离任日期", ends) if ends else None)


def _day(column: str, typed: str) -> date:
    parts = (
        typed.replace("年", "-")
        .replace("月", "-")
        .replace("日", "")
        .replace("/", "-")
        .replace(".", "-")
        .split("-")
    )
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise BadRecord(f"“{column}”写了“{typed}”，不是日期", instead="请写成 2026-05-08。") from None
