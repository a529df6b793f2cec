"""The difference of two rulebooks: every key is compared, nothing is told twice, and it reads as one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from lianxin.procedure.book import books, load_book
from lianxin.procedure.difference import AS_WRITTEN, KINDS, Change, difference, told
from lianxin.procedure.rules import Rulebook, When

BOOK = load_book("national_2022")
OLD = load_book("national_2005")
KEPT_IN = {
    "clock": "clocks", "guard": "guards", "route": "routes", "paper": "papers", "state": "states", "role": "roles",
    "alert": "alerts",
}  # fmt: skip
HEAD = {
    "id", "label", "label_en", "in_force_from", "in_force_to", "article", "note", "tag", "profile",
}  # fmt: skip
"""What describes a book and is no rule of it."""


def lines(a: Rulebook, b: Rulebook) -> list[str]:
    return [change.line() for change in difference(a, b)]


@pytest.mark.parametrize("name", [*books(), "zhejiang_2016@national_2022"])
def test_a_book_does_not_differ_from_itself(name: str) -> None:
    assert difference(load_book(name), load_book(name)) == ()
    assert told(load_book(name), load_book(name)).endswith("两部规则没有不同。")


def test_a_profile_over_its_base_gives_what_its_file_writes() -> None:
    found = lines(OLD, load_book("zhejiang_2016"))
    assert "HANDLE 办理: length 60 → 30" in found
    assert "REG_NOTICE 登记告知: unit CD → WD" in found
    assert {change.kind for change in difference(OLD, load_book("zhejiang_2016"))} == {"clock"}


def test_what_an_edition_adds_the_other_way_round_it_drops() -> None:
    there, back = difference(OLD, BOOK), difference(BOOK, OLD)
    assert Change("clock", "OBJECTION", "异议", "", None, "信访工作条例 第二十三条第三款") in there
    assert Change("clock", "OBJECTION", "异议", "", "信访工作条例 第二十三条第三款", None) in back
    assert "OBJECTION 异议: 新增（信访工作条例 第二十三条第三款）" in lines(OLD, BOOK)
    assert "OBJECTION 异议: 删去（信访工作条例 第二十三条第三款）" in lines(BOOK, OLD)
    turned = {(one.kind, one.id, one.key, one.after, one.before) for one in back}
    assert {(one.kind, one.id, one.key, one.before, one.after) for one in there} == turned


def test_the_order_follows_kinds_and_data() -> None:
    found = difference(OLD, BOOK)
    kinds = [change.kind for change in found]
    assert kinds == sorted(kinds, key=list(KINDS).index)
    steps = list(dict.fromkeys(one.id for one in found if one.kind == "step" and one.before is not None))
    known = [rule.id for rule in OLD.all_steps()]
    assert steps == sorted(steps, key=known.index)
    clocks = list(dict.fromkeys(one.id for one in difference(BOOK, OLD) if one.kind == "clock"))
    assert clocks == sorted(clocks, key=list(BOOK.clocks).index)
    assert found == difference(OLD, BOOK)
    assert len({(one.kind, one.id, one.key) for one in found}) == len(found)


def other(value: object) -> object:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, frozenset):
        return value | {"x"}
    if isinstance(value, Mapping):
        return {**value, "x": "y"}
    if isinstance(value, tuple):
        return (*value, When("x", "y", "z")) if value and isinstance(value[0], When) else (*value, "x")
    return date(2000, 1, 1)


@pytest.mark.parametrize("kind", sorted(KEPT_IN))
def test_every_key_of_every_rule_is_compared(kind: str) -> None:
    rules: Mapping[str, Any] = getattr(BOOK, KEPT_IN[kind])
    rule = next(iter(rules.values()))
    for field in fields(rule):
        if field.name in ("id", "place", "contents"):
            continue
        changed = replace(rule, **{field.name: other(getattr(rule, field.name))})
        book = replace(BOOK, **{KEPT_IN[kind]: {**rules, rule.id: changed}})
        (found,) = difference(BOOK, book)
        key = AS_WRITTEN.get(field.name, field.name)
        assert (found.kind, found.id, found.key) == (kind, rule.id, key)
        assert found.before != found.after


def test_every_key_of_a_step_is_compared() -> None:
    (rule,) = BOOK.steps["accept"]
    for field in fields(rule):
        if field.name in ("id", "place"):
            continue
        changed = replace(rule, **{field.name: other(getattr(rule, field.name))})
        (found,) = difference(BOOK, replace(BOOK, steps={**BOOK.steps, "accept": (changed,)}))
        assert (found.kind, found.id, found.key) == ("step", rule.id, AS_WRITTEN.get(field.name, field.name))


def test_a_condition_on_a_start_is_told() -> None:
    rule = next(rule for rule in BOOK.all_steps() if rule.starts_when)
    changed = replace(rule, starts_when=())
    book = replace(
        BOOK,
        steps={
            **BOOK.steps,
            rule.event: tuple(changed if one is rule else one for one in BOOK.steps[rule.event]),
        },
    )
    (line,) = lines(BOOK, book)
    when = rule.starts_when[0]
    assert f"{when.clock}（{when.fact} = {when.value}）" in line and line.endswith("→ （无）")


def test_leaves_groups_and_departments_are_compared() -> None:
    categories = BOOK.categories
    code = next(code for code, entries in categories.leaves.items() if len(entries) > 1)
    first, *rest = categories.leaves[code]
    changed = replace(first, level="province" if first.level != "province" else "city")
    leaves = {**categories.leaves, code: (changed, *rest)}
    (found,) = difference(BOOK, replace(BOOK, categories=replace(categories, leaves=leaves)))
    assert (found.kind, found.key, found.after) == ("leaf", "level", changed.level)
    gone = {**categories.leaves, code: (first,)}
    dropped = difference(BOOK, replace(BOOK, categories=replace(categories, leaves=gone)))
    assert [(one.kind, one.id, one.after) for one in dropped] == [
        ("leaf", f"{code} {one.valid_from}" if one.valid_from else code, None) for one in rest
    ]
    groups = {**categories.groups, "99": ("其他", "Other")}
    (added,) = difference(BOOK, replace(BOOK, categories=replace(categories, groups=groups)))
    assert added.line() == "99 其他: 新增"
    name, levels = next(iter(categories.departments.items()))
    departments = {**categories.departments, name: {**levels, "township": "办公室"}}
    (moved,) = difference(BOOK, replace(BOOK, categories=replace(categories, departments=departments)))
    assert (moved.kind, moved.id, moved.key, moved.after) == ("department", name, "township", "办公室")


def test_contents_of_a_paper_are_told_one_by_one() -> None:
    paper = BOOK.papers["opinion"]
    first, second, *rest = paper.contents
    fewer = replace(paper, contents=(replace(second, required=not second.required), *rest))
    found = difference(BOOK, replace(BOOK, papers={**BOOK.papers, "opinion": fewer}))
    assert [(one.key, one.after is None) for one in found] == [
        (f"contents.{first.key}", True),
        (f"contents.{second.key}", False),
    ]
    back = difference(replace(BOOK, papers={**BOOK.papers, "opinion": fewer}), BOOK)
    assert Change("paper", "opinion", paper.label, f"contents.{first.key}", None, first.label) in back


def test_no_part_of_a_book_is_left_out() -> None:
    compared = {*KEPT_IN.values(), "steps", "categories", "articles", "part_from"}
    assert {field.name for field in fields(Rulebook)} == compared | HEAD
    articles = {**BOOK.articles, "representatives": "x"}
    assert [one.kind for one in difference(BOOK, replace(BOOK, articles=articles))] == ["article"]
    parts = {**BOOK.part_from, "simple": date(2030, 1, 1)}
    assert [one.kind for one in difference(BOOK, replace(BOOK, part_from=parts))] == ["part"]


def test_it_reads_as_groups_of_lines() -> None:
    text = told(OLD, load_book("zhejiang_2016"))
    number = len(difference(OLD, load_book("zhejiang_2016")))
    assert text.splitlines()[:3] == [
        "信访条例（national_2005，2005-05-01至2022-04-30） → 浙江省信访条例（zhejiang_2016，2016-01-01起）",
        "",
        f"期限 clock（{number}）",
    ]
    assert text.endswith(f"共{number}处不同。")
