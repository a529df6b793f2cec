"""Search finds every case in whose words a phrase stands, and no other: compared with Python's own `in`, on the database in use."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

import pytest

from lianxin.cases import words
from lianxin.cases.models import Case, CaseText, CaseWords, Claim
from lianxin.cases.services import indexing
from lianxin.insight.selectors import Asked, find
from lianxin.ledger.ids import new_id
from tests.cast import Cast
from tests.imports.real import messages_file
from tests.insight.phrases import PHRASES, texts

COUNT = 2400


def written(cast: Cast, bodies: Sequence[str]) -> dict[int, str]:
    """Write a case for each text, and index them; return the texts by case."""
    plain = cast.filed(body="⌀", ask="⌀", category="").case
    CaseWords.objects.filter(case=plain).delete()
    made = {new_id(): body for body in bodies}
    rows = []
    for n, case_id in enumerate(made):
        row = Case.objects.none().model(
            **{field.attname: getattr(plain, field.attname) for field in Case._meta.local_fields}
        )
        row.pk, row.number = case_id, "⌀"
        row.received_on = plain.received_on - timedelta(days=n % 400)
        rows.append(row)
    Case.objects.bulk_create(rows)
    CaseText.objects.bulk_create(CaseText(case_id=case_id, body=body) for case_id, body in made.items())
    indexing.renew(rows)
    return made


def found(cast: Cast, phrase: str) -> set[int]:
    """Return all cases the head of the organ finds, page after page."""
    seen: list[int] = []
    after = None
    while True:
        page = find(cast.actor("tou"), Asked(phrase), after=after, size=500)
        seen += [case.pk for case in page.cases]
        if page.after is None:
            assert len(seen) == len(set(seen)), "a case stands on two pages"
            return set(seen)
        after = page.after


def wrong(cast: Cast, made: dict[int, str], phrases: Iterable[str]) -> list[tuple[int, int, int]]:
    """Return for which phrases, by their place, something is missed or found in error; no text, which may be a real one."""
    faults = []
    for n, phrase in enumerate(phrases):
        true = {case_id for case_id, text in made.items() if phrase in text}
        hits = found(cast, phrase)
        if hits != true:
            faults.append((n, len(true - hits), len(hits - true)))
    return faults


def hits_at_least(made: dict[int, str], phrases: Collection[str]) -> int:
    return sum(any(phrase in text for text in made.values()) for phrase in phrases)


def test_every_true_hit_and_no_false_one(cast: Cast) -> None:
    assert len(set(PHRASES)) >= 200
    made = written(cast, texts(COUNT))
    assert hits_at_least(made, PHRASES) == len(PHRASES), "a phrase that is never there proves nothing"
    assert wrong(cast, made, PHRASES) == []


def test_pieces_of_the_texts_themselves(cast: Cast) -> None:
    made = written(cast, texts(300, seed=5))
    bodies = list(made.values())
    longest = [max(bodies, key=len)[start : start + words.LONGEST] for start in range(0, 400, 7)]
    across = [
        body[n : n + size] for n, body in enumerate(bodies) for size in (1, 2, 3, 9) if len(body) > n + size
    ]
    assert wrong(cast, made, [piece for piece in (*longest, *across) if piece]) == []


def test_single_characters(cast: Cast) -> None:
    made = written(cast, [*texts(200, seed=7), "末", "末尾", "尾末"])
    assert wrong(cast, made, ["末", "尾", "保", "，", "龘"]) == []


def test_one_character_over_and_over(cast: Cast) -> None:
    """More places of one token than PostgreSQL keeps of it, and a long text's very end."""
    made = written(cast, ["哈" * 5000 + "低保停发", "哈" * 5000, "低保" * 3000 + "金", "低保"])
    assert (
        wrong(cast, made, ["哈哈哈低", "哈低保", "低保停发", "保低保金", "哈" * 50, "低保" * 25, "保金"])
        == []
    )


def test_the_messages(cast: Cast) -> None:
    """The real messages where they are at hand, else the shipped sample; folded on both sides."""
    file, _ = messages_file()
    with file.open(encoding="utf-8", newline="") as rows:
        bodies = [words.folded(row["body"]) for row in csv.DictReader(rows)][:3000]
    made = written(cast, [body for body in bodies if body])
    seeds = [body[len(body) // 3 :][:size] for body in bodies[::23] for size in (1, 2, 4, 11)]
    asked = [one for one in (*PHRASES, *seeds) if one and one == words.folded(one) and " " not in one]
    assert len(asked) > len(PHRASES) and wrong(cast, made, asked) == []


@pytest.mark.parametrize(
    ("text", "typed", "there"),
    [
        ("低保金从八月起停发", "低保金", True),
        ("低保金从八月起停发", "低金", False),
        ("低保金从\n八月起停发", "从八月", True),
        ("低保金 从八月起", "低保金从", True),
        ("低保，停发", "低保停发", False),
        ("低保，停发", "低保,停发", True),
        ("電話費", "电话费", False),
        ("電話費", "電話", True),
        ("ＡＢＣ１２３", "abc123", True),
        ("abc123", "ＡＢＣ１２３", True),
        ("Dibao Office", "dibao office", True),
        ("Dibao Office", "dibaooffice", False),
        ("dibaooffice", "dibao office", True),
        ("dibaooffice", "dibao offices", False),
        ("2026年5月6日来信", "2026年5月6日", True),
        ("2026年5月16日来信", "2026年5月6日", False),
        ("热线12345和96000", "12345", True),
        ("热线123456", "2345", True),
        ("热线 1234 5678", "12345678", False),
        ("0816-4360000", "4360000", True),
        ("𠮷野家的门牌", "𠮷野", True),
        ("𠮷野家的门牌", "吉野", False),
        ("𪚥", "𪚥", True),
        ("葛\U000e0100城", "葛城", True),
        ("cafe", "café", False),
        ("100%属实_无误", "100%", True),
        ("100属实", "100%", False),
        ("他说“OR”和*号", "“OR”", True),
        ("低保", "低保 OR 停发", False),
        ("低\u200b保", "低保", True),
    ],
)
def test_how_text_is_compared(cast: Cast, text: str, typed: str, there: bool) -> None:
    made = written(cast, [text])
    assert bool(found(cast, typed)) is there, words.folded(text)
    assert len(made) == 1


def test_all_words_have_to_be_there(cast: Cast) -> None:
    made = written(cast, ["停发" + "，" * 700 + "低保", "低保", "停发"])
    assert found(cast, "低保 停发") == {min(made)}


def test_nothing_is_found_across_two_texts(cast: Cast) -> None:
    case = cast.filed(body="低保停", ask="发了", claims=("补上",), category="").case
    assert found(cast, "停发") == found(cast, "低保停补上") == set()
    assert found(cast, "低保停") == found(cast, "补上") == found(cast, case.number) == {case.pk}


@pytest.mark.parametrize("size", [1, 239, 240, 241, 432, 433, 5000])
def test_rows_overlap_by_whatever_may_be_asked_for(size: int) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(size))
    stored = [row.split(" ") for row in words.rows([text])]
    assert max(len(row) for row in stored) <= words.SIZE
    for start in range(max(size - words.LONGEST, 0) + 1):
        asked = words.asked(text[start : start + words.LONGEST])
        if len(asked) > 1:
            assert any(row[i : i + len(asked)] == asked for row in stored for i in [_at(row, asked[0])])


def _at(row: list[str], token: str) -> int:
    return row.index(token) if token in row else 0


def test_rows_hold_plain_letters_alone(cast: Cast) -> None:
    texts_ = ['低保\'); DROP TABLE x; -- "*" OR & | ! <-> :*', "𠮷"]
    for row in words.rows(map(words.folded, texts_)):
        assert set(row) <= set(words.LETTERS + " ")
    assert CaseWords.objects.count() == 0 and Claim.objects.count() == 0
