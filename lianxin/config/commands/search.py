"""`lianxin search check` and `rebuild`: whether what search looks in is what the cases say, and making it so."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lianxin.config.commands.shell import add_command, add_group, bar, ready_with_tables, say

if TYPE_CHECKING:
    from lianxin.cases.models import Case

SHOWN = 50


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "search",
        short="检索词 the index of words",
        about="按词查找用的索引：核对、补建。\nThe index that search over words uses: check it, make it anew.",
    )
    add_command(
        group,
        "check",
        run=check,
        short="核对 check the index",
        about="逐件核对检索词是不是现在的文字；缺的、旧的列出编号，全部无误返回 0，否则返回 1。\n"
        "Compare each item's words with its texts; names what is missing or old. Exit code 0 or 1.",
    )
    add_command(
        group,
        "rebuild",
        run=rebuild,
        short="补建 make what is missing",
        about="重写缺的、旧的检索词；可以随时停下再运行，也可以在系统运行时进行。\n"
        "Write what is missing or old; may be stopped and run again, also while the site is in use.",
    )


def check(options: Namespace) -> int:
    """Name the cases whose words are missing or old."""
    ready_with_tables()
    wrong = 0
    for cases in _stale():
        for case in cases:
            wrong += 1
            if wrong <= SHOWN:
                say(case.number)
    say(f"检索词缺失或者过时 {wrong} 件。" + ("请运行 lianxin search rebuild。" if wrong else ""))
    return 1 if wrong else 0


def rebuild(options: Namespace) -> int:
    """Write what is missing or old."""
    ready_with_tables()
    from lianxin.cases.services import indexing

    done = 0
    for cases in _stale():
        if cases:
            indexing.mend(cases)
        done += len(cases)
    say(f"已重写检索词 {done} 件。")
    return 0


def _stale() -> Iterator[list[Case]]:
    """Yield the cases whose words are missing or old, batch by batch."""
    from lianxin.cases.services import indexing

    last = 0
    with bar(what="检索词", unit="件") as progress:
        while True:
            cases, last = indexing.stale(after=last)
            if not last:
                return
            yield cases
            progress.update(indexing.BATCH)
