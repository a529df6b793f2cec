"""Words an act needs: there, printable, and with no place of a ready paragraph left open."""

from __future__ import annotations

import pytest

from lianxin.cases.services.wording import filled, needed, unfilled
from lianxin.procedure.errors import GuardFailed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("自【填写：月份】起，【填写金额】元，【填写：月份】", ["【填写：月份】", "【填写金额】"]),
        ("【 填写：日期 】", ["【 填写：日期 】"]),
        ("【填写：没有收尾", ["【填写：没有收尾"]),
        ("〔2026〕1号【重要】请填写表格", []),
        ("", []),
    ],
)
def test_open_places_are_found_once_each(text: str, left: list[str]) -> None:
    assert unfilled(text) == left


def test_a_text_with_an_open_place_reaches_nobody() -> None:
    assert filled("恢复发放。", "答复", article="") == "恢复发放。"
    for judged in (filled, needed):
        with pytest.raises(GuardFailed, match="【填写：月份】"):
            judged("自【填写：月份】起", "答复", article="信访工作条例 第三十二条")
