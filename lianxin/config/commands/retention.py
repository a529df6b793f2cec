"""`lianxin retention due` and `lianxin erase …`: what is due, carrying out what was agreed to, and again after a restore."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands.shell import Stop, add_command, add_group, bar, now, ready_with_tables, say


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe both groups."""
    group = add_group(
        parsers,
        "retention",
        short="保管期限 how long items are kept",
        about="按档案保管期限列出到期的信访件；从不自动销毁。\n"
        "List the items whose time of keeping is over, by class; nothing is ever erased because a day has come.",
    )
    add_command(
        group,
        "due",
        run=due,
        short="列出到期的 list what is due",
        about="列出保管期满的信访件：编号、类别、保管到哪一天、是否暂缓、是否有人提出。只有编号，没有内容。\n"
        "One line an item: number, class, last day of keeping, hold, proposal. Numbers only, no content.",
    )
    group = add_group(
        parsers,
        "erase",
        short="销毁 erase what two persons agreed to",
        about="只销毁两位审核人同意的信访件；请用数据库的销毁角色运行（tools/ledger_role.sql）。\n"
        "Erases only what two reviewers agreed to; run it as the database role for erasure.",
    )
    add_command(
        group,
        "run",
        run=run,
        short="执行已同意的销毁 carry out what was agreed",
        about="逐件再核对期限、暂缓和两位审核人，然后销毁身份、正文、材料、文书内容和盐，留下编号、日期、依据。\n"
        "Check each again, then destroy identity, text, files, contents of papers and salts; a tombstone stays.",
    )
    parser = add_command(
        group,
        "replay",
        run=replay,
        short="恢复备份后再次销毁 erase again after a restore",
        about="恢复备份以后，按签过名的销毁清单把已经销毁的再销毁一次；可以重复运行。\n"
        "After restoring a backup, erase again what the signed list says was erased; safe to run twice.",
    )
    parser.add_argument(
        "list", nargs="?", type=Path, metavar="LIST", help="销毁清单 list (LIANXIN_ERASURE_LIST)"
    )


def due(options: Namespace) -> int:
    """List what is due."""
    ready_with_tables()
    from lianxin.cases import disposal

    count = 0
    for one in disposal.all_due(on=now().on):
        count += 1
        marks = ["暂缓销毁"] if one.standing.holds else []
        if one.standing.proposal:
            marks.append("两位审核人已同意" if one.standing.consent else "已提出，等另一位审核")
        rule = one.keeping.rule
        until = one.keeping.until.isoformat() if one.keeping.until else ""
        say("  ".join([one.case.number, f"{rule.label}（{rule.years} 年）", f"保管到 {until}", *marks]))
    say(f"共 {count} 件保管期满。销毁须由两位审核人在工作台提出和同意。")
    return 0


def run(options: Namespace) -> int:
    """Carry out what was agreed to."""
    ready_with_tables()
    from django.conf import settings

    from lianxin.cases import disposal
    from lianxin.cases.services import erasing
    from lianxin.config.erasure import TABLES
    from lianxin.procedure.errors import Refused, Stale

    _leave_nothing_behind()
    done = refused = 0
    with bar(what="销毁", unit="件") as progress:
        for case_id in disposal.agreed():
            try:
                erasing.erase(case_id, tables=TABLES, when=now())
                done += 1
            except Refused as problem:
                refused += 1
                progress.write(f"{_number(case_id)}  没有销毁：{problem.for_person()}")
            except Stale as problem:
                refused += 1
                progress.write(str(problem))
            progress.update()
    _swept_up()
    listed = erasing.write_list(settings.ERASURE_LIST)
    say(f"已销毁 {done} 件，没有销毁 {refused} 件。销毁清单新增 {listed} 条。")
    if done:
        say("旧备份里还有这些内容：请按备份的轮换期限销毁旧备份；恢复备份以后运行 lianxin erase replay。")
    erasing.throw_away_left(when=now())
    return 1 if refused else 0


def replay(options: Namespace) -> int:
    """Erase again what a restored backup brought back."""
    ready_with_tables()
    from django.conf import settings

    from lianxin.cases.services import erasing
    from lianxin.config.erasure import TABLES

    file = options.list or settings.ERASURE_LIST
    try:
        orders = erasing.read_list(file)
    except OSError as error:
        raise Stop(f"不能读取销毁清单 {file}：{error.strerror}。") from None
    _leave_nothing_behind()
    done = erasing.replay(orders, tables=TABLES, when=now())
    _swept_up()
    say(f"清单共 {len(orders)} 条，重新销毁 {len(done)} 件。")
    erasing.throw_away_left(when=now())
    return 0


def _number(case_id: int) -> str:
    from lianxin.cases.models import Case

    return Case.objects.values_list("number", flat=True).get(pk=case_id)


def _leave_nothing_behind() -> None:
    """Have SQLite overwrite what is deleted; PostgreSQL does it when the tables are vacuumed."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _swept_up() -> None:
    """Empty SQLite's log of changes, which still holds the pages as they were."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
