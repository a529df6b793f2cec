"""The generated reference is in step with the data and the situations."""

from __future__ import annotations

from lianxin.procedure.book import load_book
from lianxin.procedure.reference import articles, number_of

from .situations import situations, situations_by_step
from .write_reference import FOLDER, generated


def test_the_generated_files_are_in_step() -> None:
    for name, content in generated().items():
        told = f"docs/reference/{name} is out of step: run python -m tests.rules.write_reference"
        assert (FOLDER / name).read_text(encoding="utf-8") == content, told


def test_every_article_of_a_step_has_a_situation_that_passes_and_one_that_is_refused() -> None:
    tested = situations_by_step(situations())
    passed: set[str] = set()
    refused: set[str] = set()
    cited: set[str] = set()
    for rule in load_book("national_2022").all_steps():
        cited.update(articles(rule.basis))
        passing, refusing = tested.get(rule.id, ([], []))
        passed.update(articles(rule.basis) if passing else [])
        refused.update(articles(rule.basis) if refusing else [])
    assert cited == passed == refused


def test_articles_are_taken_apart_and_put_in_order() -> None:
    assert articles("信访工作条例 第二十三条第二款、第三十条；国法函〔2005〕253号") == [
        "信访工作条例 第二十三条",
        "信访工作条例 第三十条",
        "国法函〔2005〕253号",
    ]
    assert [number_of(n) for n in ("四", "十", "十二", "三十四", "一百零三")] == [4, 10, 12, 34, 103]
