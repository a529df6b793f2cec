"""Item numbers and query codes: shape, check characters, forgiving reading (QC-04, A11Y-03)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases import numbers
from lianxin.cases.models import NumberCounter

codes = st.text(alphabet=numbers.CODE_LETTERS, min_size=16, max_size=16).map(
    lambda body: body + numbers._code_check(body)
)


def test_number_has_the_shape_of_the_rulebook() -> None:
    number = numbers.item_number(
        region_code="330100000000", channel="online", day=date(2026, 3, 2), count=123
    )
    assert number[:21] == "330100N20260302000123"
    assert len(number) == 22
    assert numbers.read_number(number) == number


@given(st.integers(1, 999_999), st.integers(0, 20), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_of_a_number_is_noticed(count: int, place: int, letter: str) -> None:
    number = numbers.item_number(region_code="510705", channel="visit", day=date(2026, 3, 2), count=count)
    wrong = number[:place] + letter + number[place + 1 :]
    assert (numbers.read_number(wrong) is None) == (wrong != number)


@given(codes, st.integers(0, 16), st.sampled_from(numbers.CODE_LETTERS))
def test_qc_04_one_wrong_letter_of_a_code_is_noticed(code: str, place: int, letter: str) -> None:
    wrong = code[:place] + letter + code[place + 1 :]
    assert (numbers.read_code(wrong) is None) == (wrong != code)


@given(codes, st.integers(0, 16), st.integers(0, 16))
def test_qc_04_two_swapped_letters_of_a_code_are_noticed(code: str, one: int, other: int) -> None:
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    wrong = "".join(letters)
    assert (numbers.read_code(wrong) is None) == (wrong != code)


def test_qc_04_a_hundred_thousand_codes_differ() -> None:
    made = {numbers.new_code() for _ in range(100_000)}
    assert len(made) == 100_000
    letters = set("".join(made))
    assert not {"0", "O", "1", "I"} & letters
    assert min(len({code[place] for code in made}) for place in range(16)) ** 16 >= 2**80, "eighty bits"


@pytest.mark.parametrize(
    "change", [str.lower, lambda c: " ".join(c), lambda c: numbers.grouped(c), lambda c: f"　{c}\n"]
)
def test_a11y_03_old_hands_may_type_a_code_as_they_like(change: object) -> None:
    code = numbers.new_code()
    assert numbers.read_code(change(code)) == code  # type: ignore[operator]


def test_a11y_03_full_width_letters_are_read() -> None:
    code = numbers.new_code()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert numbers.read_code(wide) == code


def test_qc_06_the_stored_hash_is_slow_salted_and_keyed(settings: object) -> None:
    code = numbers.new_code()
    one, other = numbers.code_hash("A", code), numbers.code_hash("B", code)
    assert one != other
    assert one.startswith("pbkdf2-sha256-4096$")
    assert numbers.code_fits("A", code, one)
    assert not numbers.code_fits("B", code, one)


def test_counter_takes_blocks_and_never_repeats(db: None) -> None:
    day = date(2026, 3, 2)
    one, other = numbers.Counter(), numbers.Counter()
    given_out = [one.next("510705", day, block=3) for _ in range(4)] + [other.next("510705", day, block=3)]
    assert len(set(given_out)) == 5
    assert given_out[:4] == [1, 2, 3, 4]
    assert NumberCounter.objects.get(region_code="510705", day=day).last == 9
    assert one.next("510703", day) == 1
