"""`lianxin db protect`: takes from the site's database role what it must not be able to do."""

from __future__ import annotations

from argparse import Namespace

from lianxin.config.commands.shell import ROOT, Stop, ready_with_tables, say

FILES = ("ledger_role.sql", "row_security.sql")
"""In the order in which they are run: the roles and their rights, then the rows they see."""
GUARDED = """
SELECT count(*) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
"""


def protect(options: Namespace) -> int:
    """Run the files of `tools` in one transaction, as the owner of the tables. Raises Stop where that cannot be."""
    ready_with_tables()
    from django.conf import settings
    from django.db import connection, transaction
    from django.db.utils import OperationalError, ProgrammingError

    if connection.vendor != "postgresql":
        raise Stop("SQLite 没有数据库角色，不能这样保护。请改用 postgresql://…，或者只依靠程序自身的检查。")
    if settings.DATABASES["default"]["ENGINE"].endswith("citus"):
        raise Stop("Citus 集群上还没有行级保护：变量到不了各个节点。请只运行 tools/ledger_role.sql。")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for script in scripts():
                cursor.execute(script)
            cursor.execute(GUARDED)
            tables = cursor.fetchone()[0]
    except ProgrammingError as error:
        detail = str(error).strip().splitlines()[0]
        raise Stop(
            f"没有权限：{detail}。请用建表的数据库角色（表的所有者）运行；角色 lianxin_app、lianxin_eraser 还没有时，"
            "它要有 CREATEROLE 权限，或者请数据库管理员先建好。"
        ) from None
    except OperationalError:
        raise Stop(
            "没有等到表的锁：还有程序在用这些表。什么也没有改；请先停止网站和定时任务，再运行一次。"
        ) from None
    say(f"已保护 {tables} 张表。请把网站的 LIANXIN_DATABASE 换成角色 lianxin_app 的地址，然后重新启动网站。")
    return 0


def scripts() -> list[str]:
    """Return the statements of each file, in order. Raises Stop where a file is missing."""
    try:
        return [(ROOT / "tools" / name).read_text(encoding="utf-8") for name in FILES]
    except OSError as error:
        raise Stop(f"找不到 {error.filename}。请在程序的完整目录中运行。") from None
