"""The only place that reads tables from files (CSV, XLSX) row by row, and that writes CSV files for office programs.

Memory stays bounded whatever the file holds: text is read in blocks, and a cell beyond `CELL_LIMIT` is thrown away
while the rest of its row and file are still read. A fault of the file stops with `TableError`; a fault of one
row is carried by the row.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import IO, Protocol

from openpyxl import load_workbook

from lianxin.procedure.errors import LianxinError

CELL_LIMIT = 200_000
BLOCK = 1 << 16
UNPACKED_LIMIT = 512 * 1024 * 1024
ENCODINGS = ("utf-8", "gb18030")
SIGNATURES = (
    (b"\x89PNG", "一张 PNG 图片"),
    (b"\xff\xd8\xff", "一张 JPEG 图片"),
    (b"GIF8", "一张 GIF 图片"),
    (b"%PDF", "一个 PDF 文件"),
    (b"\xd0\xcf\x11\xe0", "旧版 Excel 或 Word 文件（.xls、.doc）；请在 Excel 中另存为 .xlsx"),
    (b"PK\x03\x04", "一个 ZIP 压缩包；如果是 Excel 表格，请把文件名的后缀改为 .xlsx"),
    (b"\x1f\x8b", "一个 gzip 压缩包；请先解开"),
    (b"\xff\xfe", "UTF-16 编码的文本；请另存为 UTF-8"),
    (b"\xfe\xff", "UTF-16 编码的文本；请另存为 UTF-8"),
    (b"SQLite format 3", "一个数据库文件"),
)
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


class TableError(LianxinError):
    """The file cannot be read as a table; the sentence says where and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its cells by column, and why it cannot be used ("" when it can)."""

    line: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: its columns, its rows (to be read once), and how many there are where that is known."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    total: int | None


@contextmanager
def opened(path: Path, *, encoding: str = "utf-8", delimiter: str = ",") -> Iterator[Table]:
    """Give the table of a .csv or .xlsx file. Raises TableError for a file that is none, before any row is given."""
    if not path.is_file():
        raise TableError(f"找不到文件 {path}，请检查路径。")
    if path.stat().st_size == 0:
        raise TableError(f"{path.name} 是空文件，没有可导入的内容。")
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        with _workbook(path) as table:
            yield table
        return
    _check_signature(path)
    if encoding not in ENCODINGS:
        raise TableError(f"不认识编码 {encoding}。可以是 utf-8（带或不带 BOM）或 gb18030。")
    total = _check_text(path, encoding)
    with path.open("rb") as file:
        records = _records(_texts(file, encoding), delimiter)
        header = next(records, None)
        if header is None:
            raise TableError(f"{path.name} 里只有空行，没有可导入的内容。")
        columns = _columns(path.name, header.cells)
        yield Table(columns, (_row(record, columns) for record in records), max(total - 1, 0))


# --- CSV ------------------------------------------------------------------------------------------------


def _check_signature(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(512)
    for mark, what in SIGNATURES:
        if head.startswith(mark):
            raise TableError(f"{path.name} 不是 CSV 表格，看起来是{what}。")


def _check_text(path: Path, encoding: str) -> int:
    """Return how many records the file has about; raise TableError naming line and byte where it is not in `encoding`."""
    lines, offset, quoted, records, ended = 0, 0, False, 0, True
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                at = offset - held + error.start
                line = lines + block.count(b"\n", 0, max(error.start - held, 0)) + 1
                raise TableError(_wrong_encoding(path, encoding, line, at)) from None
            if not block:
                return records + (not ended)
            ended = block.endswith(b"\n")
            for n, piece in enumerate(block.split(b'"')):
                quoted = quoted if n == 0 else not quoted
                records += 0 if quoted else piece.count(b"\n")
            lines += block.count(b"\n")
            offset += len(block)


def _wrong_encoding(path: Path, encoding: str, line: int, at: int) -> str:
    other = "gb18030" if encoding == "utf-8" else "utf-8"
    with path.open("rb") as file:
        sample = file.read(BLOCK)
    try:
        codecs.getincrementaldecoder(other)().decode(sample)
    except UnicodeDecodeError:
        hint = "请用原来的软件另存为 UTF-8。"
    else:
        hint = f"看起来是 {other}：请加 --encoding {other} 再试，或者另存为 UTF-8。"
    return f"{path.name} 第 {line} 行（第 {at + 1} 个字节）不是 {encoding} 编码。{hint}"


def _texts(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the text in blocks, without a mark at the start."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    while block := file.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)


class _State(Enum):
    START = 0
    PLAIN = 1
    QUOTED = 2
    AFTER = 3


@dataclass(slots=True)
class _Record:
    """A record being read; a cell that grows too long is dropped and its place remembered."""

    line: int
    cells: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    size: int = 0
    too_long: list[int] = field(default_factory=list)
    unclosed: bool = False

    def add(self, text: str) -> None:
        self.size += len(text)
        if self.size <= CELL_LIMIT:
            self.parts.append(text)
        else:
            self.parts.clear()

    def end_cell(self) -> None:
        if self.size > CELL_LIMIT:
            self.too_long.append(len(self.cells))
        self.cells.append("".join(self.parts))
        self.parts.clear()
        self.size = 0

    @property
    def blank(self) -> bool:
        return not self.too_long and not any(self.cells)


class _Splitter:
    """Splits text into records as RFC 4180 has it; a quote inside an unquoted cell is an ordinary character."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.plain = re.compile(f'[^"\r\n{re.escape(delimiter)}]+')
        self.state = _State.START
        self.line = 1
        self.record = _Record(1)
        self.after_return = False

    def split(self, block: str) -> Iterator[_Record]:
        """Yield the records that end in this block."""
        pos = 0
        while pos < len(block):
            if self.state is _State.QUOTED:
                pos = self._quoted(block, pos)
            elif block[pos] in "\r\n":
                done = self._line_end(block[pos])
                pos += 1
                if done:
                    yield done
            else:
                pos = self._unquoted(block, pos)

    def finish(self) -> Iterator[_Record]:
        """Yield the last record of a file that does not end with a line end."""
        self.record.unclosed = self.state is _State.QUOTED
        if self.state is not _State.START or self.record.cells:
            self.record.end_cell()
            yield self.record

    def _quoted(self, block: str, pos: int) -> int:
        end = block.find('"', pos)
        stop = end if end >= 0 else len(block)
        self.record.add(block[pos:stop])
        self.line += block.count("\n", pos, stop)
        if end >= 0:
            self.state = _State.AFTER
            return end + 1
        return stop

    def _unquoted(self, block: str, pos: int) -> int:
        char = block[pos]
        self.after_return = False
        if char == self.delimiter:
            self.record.end_cell()
            self.state = _State.START
        elif char == '"' and self.state in (_State.START, _State.AFTER):
            if self.state is _State.AFTER:
                self.record.add('"')
            self.state = _State.QUOTED
        else:
            match = self.plain.match(block, pos)
            text = match.group() if match else char
            self.record.add(text)
            self.state = _State.PLAIN
            return pos + len(text)
        return pos + 1

    def _line_end(self, char: str) -> _Record | None:
        if char == "\n" and self.after_return:
            self.after_return = False
            return None
        self.after_return = char == "\r"
        self.line += 1
        done, self.record = self.record, _Record(self.line)
        self.state = _State.START
        done.end_cell()
        return done


def _records(blocks: Iterable[str], delimiter: str) -> Iterator[_Record]:
    """Yield the records of a text that are not blank."""
    splitter = _Splitter(delimiter)
    for block in blocks:
        yield from (record for record in splitter.split(block) if not record.blank)
    yield from (record for record in splitter.finish() if not record.blank)


def _columns(name: str, header: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(title.strip() for title in header)
    doubled = sorted({title for title in columns if title and columns.count(title) > 1})
    if doubled:
        raise TableError(f"{name} 的表头里有重复的列：{'、'.join(doubled)}。请改名后再导入。")
    if not any(columns):
        raise TableError(f"{name} 没有表头。第一行应当是列名。")
    return columns


def _row(record: _Record, columns: tuple[str, ...]) -> Row:
    """Return a record as a row, with the fault of the first thing that is wrong with it."""
    fault = ""
    if record.unclosed:
        fault = "这一行有一个引号没有配对，从这里到文件末尾都读不出来。请补上引号后再导入"
    elif record.too_long:
        place = record.too_long[0]
        title = columns[place] if place < len(columns) else str(place + 1)
        fault = f"“{title}”一格超过 {CELL_LIMIT} 字，无法登记。请作为附件提交，或者分成几件"
    elif len(record.cells) != len(columns):
        fault = f"表头有 {len(columns)} 列，这一行有 {len(record.cells)} 列。请检查逗号和引号"
    elif any("\x00" in cell for cell in record.cells):
        fault = "这一行含有空字符（NUL），文件可能已经损坏。请重新导出"
    return Row(record.line, dict(zip(columns, record.cells, strict=False)), fault)


# --- XLSX -----------------------------------------------------------------------------------------------


@contextmanager
def _workbook(path: Path) -> Iterator[Table]:
    """Give the first sheet of a workbook, streamed."""
    _check_workbook(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # a broken workbook raises whatever its part raises
        raise _broken(path) from error
    try:
        rows = _sheet(path, book.worksheets[0].iter_rows(values_only=True)) if book.worksheets else iter(())
        header = next((row for row in rows if any(row[1])), None)
        if header is None:
            raise TableError(f"{path.name} 的第一张工作表是空的，没有可导入的内容。")
        while header[1] and not header[1][-1].strip():
            header[1].pop()
        columns = _columns(path.name, header[1])
        yield Table(columns, _sheet_rows(rows, columns), None)
    finally:
        book.close()


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _broken(path) from error
    if size > UNPACKED_LIMIT:
        raise TableError(
            f"{path.name} 解开后超过 {UNPACKED_LIMIT // 2**20} MB，请分成几个文件，或者另存为 CSV。"
        )


def _broken(path: Path) -> TableError:
    return TableError(f"{path.name} 不是完整的 XLSX 文件，打不开。请用 Excel 重新保存，或者另存为 CSV。")


def _sheet(path: Path, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet as texts with their numbers; a broken sheet is a TableError wherever it breaks."""
    line = 0
    while True:
        try:
            cells = next(rows, None)
        except Exception as error:  # as in `_workbook`: sheets are read lazily
            raise _broken(path) from error
        if cells is None:
            return
        line += 1
        yield line, [_text(cell) for cell in cells]


def _sheet_rows(rows: Iterator[tuple[int, list[str]]], columns: tuple[str, ...]) -> Iterator[Row]:
    for line, cells in rows:
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        cells += [""] * (len(columns) - len(cells))
        long = [place for place, cell in enumerate(cells) if len(cell) > CELL_LIMIT]
        record = _Record(line, cells, too_long=long)
        if any(cells):
            yield _row(record, columns)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


# --- writing --------------------------------------------------------------------------------------------


class Writer(Protocol):
    """What rows are handed to."""

    def __call__(self, cells: Sequence[object]) -> None: ...


@contextmanager
def writing(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    """Give a function that adds one row to a new CSV file, which office programs open without running formulas."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)

        def add(cells: Sequence[object]) -> None:
            rows.writerow([harmless(cell) for cell in cells])
            file.flush()

        yield add


def harmless(cell: object) -> str:
    """Return a cell as text that no office program takes for a formula; numbers stay as they are."""
    text = str(cell)
    if isinstance(cell, str) and text.lstrip(" ").startswith(tuple(FORMULA_STARTS)):
        return f"'{text}"
    return text
