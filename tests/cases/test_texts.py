"""Text is brought into its stored form once; what could turn into markup is ordinary text before it is validated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.texts import normalised, one_line, plain_code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("低保停发，为什么？", "低保停发，为什么？"),
        ("  一、\r\n\r\n\r\n二  三 \t", "一、\n\n二 三"),
        ("＜img src=x＞", "<img src=x>"),
        ("ＡＢＣ１２３", "ABC123"),
        ("我姓𠮷，😀", "我姓𠮷，😀"),
        ("a\x00b\u202ec", "abc"),
        ("e\u0301", "é"),
    ],
)
def test_normalised(typed: str, stored: str) -> None:
    assert normalised(typed) == stored


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


@given(st.text(max_size=300))
def test_one_line_has_no_line_end(text: str) -> None:
    assert "\n" not in one_line(text)


def test_numbers_lose_blanks_and_dashes() -> None:
    assert plain_code("５１０７２４－1950 0101 001x") == "510724195001010 01X".replace(" ", "")
