"""Mapping files: refused by file and key, dates in every usual form, several columns for the text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.services.mapping import (
    MESSAGES,
    BadMapping,
    built_in_for,
    missing_columns,
    read_mapping,
    shown,
)

GOOD: dict[str, object] = {
    "source": "旧系统",
    "key": ["编号"],
    "columns": {"编号": "number", "来信日期": "received", "标题": "body", "内容": "body", "电话": "phone"},
    "constants": {"channel": "letter"},
    "dates": ["%d.%m.%Y"],
}


def test_reads_a_whole_mapping() -> None:
    mapping = read_mapping(GOOD, place="m.toml")
    values = mapping.values(
        {"编号": "7", "来信日期": "2.3.2026", "标题": "路灯", "内容": "坏了", "电话": " "}
    )
    assert values == {"channel": "letter", "number": "7", "received": "2.3.2026", "body": "路灯\n\n坏了"}
    assert mapping.received("02.03.2026")[0].isoformat() == "2026-03-02"
    assert mapping.key_of({"编号": " ７ "}) == "7" and mapping.key_of({"编号": ""}) == ""
    assert missing_columns(mapping, ["编号", "内容"]) == ["来信日期", "标题", "电话"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colums": {}}, "不认识 colums"),
        ({"columns": {"a": "recieved"}}, "没有 recieved 这些字段"),
        ({"columns": {"a": "received"}}, "没有一列填写 body"),
        ({"columns": {"a": "received", "b": "body", "c": "phone", "d": "phone"}}, "phone 由两列填写"),
        ({"columns": {"a": 1}}, "[columns]"),
        ({"source": ""}, "source"),
        ({"source": "x" * 41}, "source"),
        ({"key": []}, "key"),
        ({"key": "编号"}, "key"),
        ({"dates": ["yyyy"]}, "dates"),
        ({"encoding": 7}, "encoding"),
    ],
)
def test_a_wrong_mapping_names_file_and_key(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadMapping) as caught:
        read_mapping({**GOOD, **change}, place="m.toml")
    assert said in str(caught.value) and "m.toml" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-26 19:47:11",
        "2020/1/26 19:47:11",
        "２０２０年１月２６日１９时４７分１１秒",
        "2020年1月26日19:47:11",
        "2020-01-26T19:47:11",
    ],
)
def test_times_are_read_as_beijing_time(text: str) -> None:
    on, at = MESSAGES.received(text)
    assert on.isoformat() == "2020-01-26" and at.isoformat() == "2020-01-26T19:47:11+08:00"


@given(st.dates(date(2005, 5, 1), date(2030, 1, 1)))
def test_every_day_reads_back(when: date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d"):
        assert MESSAGES.received(when.strftime(form))[0] == when


@pytest.mark.parametrize("text", ["", "昨天", "2020-13-01", "2020-02-30", "张三反映"])
def test_an_unreadable_date_has_a_sentence_without_words_of_the_petition(text: str) -> None:
    with pytest.raises(ValueError, match="读不懂") as caught:
        MESSAGES.received(text)
    assert "张三" not in str(caught.value)


def test_only_dates_are_quoted() -> None:
    assert shown("2020-13-01") == "“2020-13-01”"
    assert shown("李四") == "" and shown("2" * 31) == ""


def test_the_built_in_mapping_is_found_by_its_columns() -> None:
    assert built_in_for(["id", "time", "user", "subject", "body", "likes", "against"]) is MESSAGES
    assert built_in_for(["id", "time"]) is None
