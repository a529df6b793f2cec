"""Tables from files: RFC 4180 as it is found in offices, in bounded memory, and a sentence for everything else."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from lianxin.adapters import tables
from lianxin.adapters.tables import TableError, harmless, opened, writing

CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\ufeff"), max_size=12)


def read(path: Path, **options: str) -> tuple[tuple[str, ...], list[tables.Row]]:
    with opened(path, **options) as table:
        return table.columns, list(table.rows)


def written(folder: Path, data: bytes | str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(TableError) as caught:
        read(path, **options)
    return str(caught.value)


def test_quotes_line_ends_and_line_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\r\n1,"x ""y"", z"\r\n2,"two\nlines"\n\n3,plain"quote\n4,last')
    columns, rows = read(path)
    assert columns == ("a", "b")
    assert [(row.line, row.cells["b"]) for row in rows] == [
        (2, 'x "y", z'),
        (3, "two\nlines"),
        (6, 'plain"quote'),
        (7, "last"),
    ]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6), block=st.integers(1, 40)
)
def test_reads_what_python_writes_whatever_the_block(rows: list[list[str]], block: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    whole = text.getvalue()
    pieces = [whole[i : i + block] for i in range(0, len(whole), block)]
    found = [record.cells for record in tables._records(pieces, ",")]
    assert found == [row for row in rows if any(row)]


def test_a_mark_at_the_start_and_rare_characters_are_kept(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, "﻿名,字\n𠮷,😊㛃\n".encode()))
    assert rows[0].cells == {"名": "𠮷", "字": "😊㛃"}


def test_total_counts_records_not_lines(tmp_path: Path) -> None:
    for end in ("", "\n"):
        with opened(written(tmp_path, f'a,b\n1,"x\ny"\n2,z{end}')) as table:
            assert table.total == 2


def test_gb18030_only_when_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "编号,内容\n1,低保金停发\n".encode("gb18030"))
    said = refusal(path)
    assert "第 1 行（第 1 个字节）" in said and "--encoding gb18030" in said
    assert read(path, encoding="gb18030")[1][0].cells["内容"] == "低保金停发"


def test_a_wrong_byte_far_down_is_named(tmp_path: Path) -> None:
    head = "a,b\n" + "行,1\n" * 30_000
    path = written(tmp_path, head.encode() + b"x,\xff\n")
    assert f"第 30002 行（第 {len(head.encode()) + 3} 个字节）" in refusal(path)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "t.csv", "空文件"),
        (b"\n\r\n,,\n", "t.csv", "只有空行"),
        (b"a,b,a\n1,2,3\n", "t.csv", "重复的列：a"),
        (b"\x89PNG\r\n\x1a\n....", "t.csv", "PNG 图片"),
        (b"PK\x03\x04....", "t.csv", ".xlsx"),
        (b"\xd0\xcf\x11\xe0....", "t.csv", "另存为 .xlsx"),
        ("a,b\n".encode("utf-16"), "t.csv", "UTF-16"),
        (b"not a workbook", "t.xlsx", "不是完整的 XLSX"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, data: bytes, name: str, said: str) -> None:
    assert said in refusal(written(tmp_path, data, name))


def test_no_file_at_all(tmp_path: Path) -> None:
    assert "找不到文件" in refusal(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("line", "said"),
    [("1", "2 列，这一行有 1 列"), ("1,2,3", "这一行有 3 列"), ("1,a\x00b", "NUL")],
)
def test_a_bad_row_does_not_hurt_its_neighbours(tmp_path: Path, line: str, said: str) -> None:
    _, rows = read(written(tmp_path, f"a,b\n0,x\n{line}\n9,y\n"))
    assert [bool(row.fault) for row in rows] == [False, True, False]
    assert said in rows[1].fault


def test_an_open_quote_is_named_with_its_line(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, 'a,b\n1,x\n2,"open\n3,y\n'))
    assert rows[0].fault == "" and rows[1].line == 3 and "没有配对" in rows[1].fault


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_fifty_megabytes_is_refused_in_little_memory(tmp_path: Path, quoted: bool) -> None:
    path, quote = tmp_path / "big.csv", '"' if quoted else ""
    with path.open("w") as file:
        file.write(f"a,b\n0,x\n1,{quote}")
        for _ in range(50):
            file.write("y" * 2**20)
        file.write(f"{quote}\n9,z\n")
    tracemalloc.start()
    _, rows = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20
    assert [row.cells["a"] for row in rows] == ["0", "1", "9"]
    assert "“b”一格超过" in rows[1].fault and not rows[2].fault


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([])
    sheet.append(["编号", "日期", "数", "文"])
    sheet.append([1, datetime.fromisoformat("2026-03-02 09:30"), 2.0, "𠮷"])
    sheet.append([2, date(2026, 3, 2), None, "x" * 32_000])
    book.save(tmp_path / "t.xlsx")
    columns, rows = read(tmp_path / "t.xlsx")
    assert columns == ("编号", "日期", "数", "文")
    assert rows[0].cells == {"编号": "1", "日期": "2026-03-02 09:30:00", "数": "2", "文": "𠮷"}
    assert rows[0].line == 3 and rows[1].cells["数"] == ""


def test_a_workbook_cut_short_or_blown_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    book.worksheets[0].append(["a"])
    book.save(tmp_path / "t.xlsx")
    whole = (tmp_path / "t.xlsx").read_bytes()
    assert "不是完整的 XLSX" in refusal(written(tmp_path, whole[:-200], "cut.xlsx"))
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert "不是完整的 XLSX" in refusal(tmp_path / "other.xlsx")
    monkeypatch.setattr(tables, "UNPACKED_LIMIT", 100)
    assert "解开后超过" in refusal(tmp_path / "t.xlsx")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "  =1"])
def test_inj_07_no_text_becomes_a_formula(tmp_path: Path, text: str) -> None:
    assert harmless(text) == f"'{text}"
    with writing(tmp_path / "out.csv", ["a"]) as add:
        add([text])
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [f"'{text}"]


def test_inj_07_numbers_stay_numbers() -> None:
    assert harmless(-5) == "-5" and harmless("3") == "3"
