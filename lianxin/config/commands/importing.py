"""`lianxin import`: takes over the rows of a CSV or XLSX file, with a progress bar and a report of what was refused."""

from __future__ import annotations

import os
import time
import tomllib
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianxin.adapters import tables
from lianxin.config.commands.shell import Stop, add_command, bar, is_demo, now, ready_with_tables, say

if TYPE_CHECKING:
    from lianxin.cases.services.importing import Outcome
    from lianxin.cases.services.mapping import Mapping
    from lianxin.organs.models import Organ

REASONS_SHOWN = 20
REPORT = ("line", "key", "result", "reason")
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "import",
        run=run,
        short="批量导入 take over a CSV or XLSX file",
        about="把表格（CSV、XLSX）中的信访件逐行登记，保留原编号和日期；不能登记的逐行说明理由。\n"
        "可以随时中断、重复运行：同一来源的同一行不会变成两件。\n"
        "Register each row of a table, keeping its number and dates; say why for each row refused.\n"
        "May be stopped and run again at any time: a row of a source never becomes two cases.",
        example="lianxin import 信件.csv --mapping 对应.toml --organ 330102MZ --report 未登记.csv",
    )
    parser.add_argument("file", type=Path, help="CSV 或 XLSX 文件 the table")
    parser.add_argument(
        "--mapping", type=Path, help="列对应文件（TOML） which column is what; see docs/howto/import.md"
    )
    parser.add_argument("--organ", default="", help="登记机构的代码 code of the organ that registers")
    parser.add_argument(
        "--encoding", choices=tables.ENCODINGS, help="CSV 的编码，默认 utf-8 encoding of a CSV file"
    )
    parser.add_argument("--dry-run", action="store_true", help="只检查，不登记 judge only, write nothing")
    parser.add_argument(
        "--report", type=Path, help="未登记各行的清单（CSV） where to write the rows not registered"
    )
    parser.add_argument(
        "--acks", type=Path, help="已登记各行的清单 where to note each registered row at once"
    )
    parser.add_argument("--limit", type=int, help="只处理前若干行 stop after this many rows")


def run(options: Namespace) -> int:
    """Import and print rate and total; the exit code is 0 also when rows were refused."""
    if options.limit is not None and options.limit < 1:
        raise Stop("--limit 应当是大于 0 的整数。")
    mapping = _read_mapping(options.mapping)
    ready_with_tables()
    from lianxin.cases.services import importing

    organ = _organ(options.organ)
    encoding = options.encoding or (mapping.encoding if mapping else "utf-8")
    with tables.opened(
        options.file, encoding=encoding, delimiter=mapping.delimiter if mapping else ","
    ) as table:
        mapping = _fitting(mapping, table.columns, options.file.name)
        work = importing.Import(mapping, organ, importing.officer(), clock=now, dry_run=options.dry_run)
        say(
            f"{options.file.name} → {organ.name}（来源 {mapping.source}）{'，只检查不登记' if options.dry_run else ''}"
        )
        total = (
            min(table.total, options.limit) if table.total and options.limit else options.limit or table.total
        )
        _carry_out(work.run(islice(table.rows, options.limit)), options, total)
    return 0


def _carry_out(outcomes: Iterator[Outcome], options: Namespace, total: int | None) -> None:
    """Work through the rows, write report and acknowledgements, and print the sums."""
    counts: Counter[str] = Counter()
    reasons: list[str] = []
    started = time.perf_counter()
    with ExitStack() as stack:
        add = stack.enter_context(tables.writing(options.report, REPORT)) if options.report else None
        acknowledge = stack.enter_context(_acknowledging(options.acks)) if options.acks else None
        statements = stack.enter_context(_counting())
        for outcome in stack.enter_context(bar(outcomes, total=total, what="导入", unit="行")):
            counts[outcome.result] += 1
            if outcome.reason:
                reasons.append(f"  第 {outcome.line} 行（{outcome.key or '没有编号'}）：{outcome.reason}")
                del reasons[REASONS_SHOWN:]
                if add:
                    add((outcome.line, outcome.key, str(outcome.result), outcome.reason))
            if acknowledge and outcome.case_id:
                acknowledge(outcome)
    _print_sums(counts, reasons, options, seconds=time.perf_counter() - started, statements=statements[0])


def _print_sums(
    counts: Counter[str], reasons: list[str], options: Namespace, *, seconds: float, statements: int
) -> None:
    rows, refused, differs = counts.total(), counts["refused"], counts["differs"]
    registered = "可以登记" if options.dry_run else "已登记"
    say(
        f"{rows} 行：{registered} {counts['registered']}，原来已有 {counts['there']}，"
        f"已有但内容不同 {differs}，未登记 {refused}。"
    )
    if rows:
        say(
            f"用时 {seconds:.1f} 秒，每秒 {rows / max(seconds, 1e-9):.0f} 行，每行 {statements / rows:.1f} 条 SQL。"
        )
    for line in reasons:
        say(line)
    if refused + differs > len(reasons):
        say(f"  ……另有 {refused + differs - len(reasons)} 行。用 --report 文件.csv 得到全部清单。")
    elif options.report and reasons:
        say(f"清单：{options.report}")


@contextmanager
def _acknowledging(path: Path) -> Iterator[Callable[[Outcome], None]]:
    """Give a function that notes a registered row; the note is with the system before the next row begins."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield lambda outcome: _note(file, f"{outcome.key}\t{outcome.case_id}\t{outcome.number}\n")
    finally:
        os.close(file)


def _note(file: int, text: str) -> None:
    os.write(file, text.encode())


@contextmanager
def _counting() -> Iterator[list[int]]:
    """Give a list whose first item counts the SQL statements run meanwhile, without those of transactions."""
    from django.db import connection

    counted = [0]

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        counted[0] += not sql.startswith(NOT_COUNTED)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield counted


def _read_mapping(path: Path | None) -> Mapping | None:
    if path is None:
        return None
    from lianxin.cases.services.mapping import read_mapping

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"不能读取对应文件 {path}：{error.strerror}。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Stop(f"{path.name} 不是有效的 TOML 文件：{error}。") from None
    return read_mapping(data, place=path.name)


def _fitting(mapping: Mapping | None, columns: tuple[str, ...], name: str) -> Mapping:
    """Return the mapping for a table with these columns; stop where there is none or columns are missing."""
    from lianxin.cases.services.mapping import BUILT_IN, built_in_for, missing_columns

    found = mapping or built_in_for(columns)
    there = "、".join(columns)
    if found is None:
        known = "；".join("、".join(known) for known, _ in BUILT_IN.values())
        raise Stop(
            f"{name} 的列是 {there}，没有现成的对应（现成的是：{known}）。"
            "请用 --mapping 给出对应文件，写法见 docs/howto/import.md。"
        )
    missing = missing_columns(found, columns)
    if missing:
        raise Stop(f"{name} 缺少列 {'、'.join(missing)}。现有的列是 {there}。请核对表头或者对应文件。")
    return found


def _organ(code: str) -> Organ:
    """Return the organ that registers; in the demonstration the one whose sign-ins were printed."""
    from django.conf import settings

    from lianxin.config.demo.marker import main_organ
    from lianxin.organs.models import Organ
    from lianxin.organs.selectors import in_force

    there = Organ.objects.filter(in_force(now().on)).select_related("region")
    wanted = code or (main_organ(settings.DATA_DIR) if is_demo(settings.DATA_DIR) else "")
    found = there.filter(code=wanted).first() if wanted else None
    if found:
        return found
    some = "、".join(
        f"{organ.code} {organ.name}" for organ in there.filter(kind="civil_affairs").order_by("path")[:8]
    )
    if not some:
        raise Stop("还没有机构。请先用 lianxin organs import 导入机构，再用 --organ 指定登记机构。")
    if code:
        raise Stop(f"没有代码为 {code} 的机构。现有的例如：{some}。")
    raise Stop(f"请用 --organ 指定登记机构的代码，例如：{some}。")
