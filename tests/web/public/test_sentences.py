"""Every state and every step of every rulebook has its public words."""

from __future__ import annotations

import pytest

from lianxin.procedure.book import load_book
from lianxin.web.public import sentences, words


@pytest.mark.parametrize("name", ["national_2022", "national_2005"])
def test_every_state_has_a_sentence(name: str) -> None:
    for state in load_book(name).states:
        if state != "draft":
            said = sentences.situation(state, holder="甲局", offered="乙局")
            assert "%" not in said.sentence + said.next


@pytest.mark.parametrize("name", ["national_2022", "national_2005"])
def test_every_step_has_a_title(name: str) -> None:
    assert set(load_book(name).steps) <= set(sentences.STEPS)


@pytest.mark.parametrize(
    ("article", "english"),
    [
        ("信访工作条例 第三十四条", "Art. 34"),
        ("信访工作条例 第二十三条第一款至第二款", "Art. 23"),
        ("信访工作条例 第十条、第二十条第二款", "Art. 10"),
        ("信访工作条例 第三十一条第（六）项", "Art. 31"),
    ],
)
def test_articles_keep_their_numbers(article: str, english: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words.article_words(article) == article
    monkeypatch.setattr(words, "in_english", lambda: True)
    monkeypatch.setattr(words, "_", lambda text: {"第%(n)d条": "Art. %(n)d"}.get(text, text))
    assert english in words.article_words(article)
