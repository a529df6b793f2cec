"""FILE-07: names are made harmless, and their true ending is seen."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from lianxin.files.kinds import KINDS
from lianxin.files.names import disposition, title_of

PDF = KINDS["pdf"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/x", "x.pdf"),
        ("..\\x", "x.pdf"),
        ("C:\\Users\\x.pdf", "x.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("CON", "_CON.pdf"),
        ("con.pdf", "_con.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("．．／x", "x.pdf"),
        ("发票.pdf.exe", "发票.pdf.exe.pdf"),
        ("发票.PDF", "发票.pdf"),
        ("第一行\r\nSet-Cookie: x.pdf", "x.pdf"),
        ("第一行\n第二行.pdf", "第一行 第二行.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (" . .pdf", "pdf.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("\u200b\u2066hidden\u2069.pdf", "hidden.pdf"),
    ],
)
def test_file_07_a_name_is_harmless_and_ends_truly(name: str, title: str) -> None:
    assert title_of(name, PDF) == title


def test_file_07_a_long_name_keeps_its_ending() -> None:
    title = title_of("长" * 300 + ".pdf", PDF)
    assert len(title) <= 100 and title.endswith(".pdf")


@pytest.mark.parametrize(
    "name", ["发票.pdf", 'a";b.pdf', "a\r\nb.pdf", "‮x.pdf", "%00.pdf", "emoji😀.pdf", "'.pdf"]
)
def test_file_07_the_header_has_both_forms_and_nothing_else(name: str) -> None:
    title = title_of(name, PDF)
    header = disposition(title)
    found = re.fullmatch(
        r'attachment; filename="([A-Za-z0-9_.-]+\.pdf)"; filename\*=UTF-8\'\'([A-Za-z0-9_.~%-]+)', header
    )
    assert found, header
    assert unquote(found[2]) == title
