"""`lianxin db`: protects the tables, and spreads those of a filled PostgreSQL over a Citus cluster, in place."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace, _SubParsersAction
from dataclasses import dataclass
from typing import Any

from lianxin.config.commands.protecting import protect
from lianxin.config.commands.shell import Stop, add_command, add_group, bar, ready_with_tables, say

ORDER = ("reference", "case", "path")
DEFERRED = re.compile(r"\s+(NOT\s+)?DEFERRABLE(\s+INITIALLY\s+\w+)?", re.IGNORECASE)
KEYS = """
SELECT c.conname, c.conrelid::regclass::text, pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE c.contype = 'f' AND n.nspname = current_schema()
ORDER BY 2, 1
"""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key as the database has it."""

    name: str
    table: str
    definition: str

    @property
    def drop(self) -> str:
        """Return the statement that takes it away."""
        return f'ALTER TABLE {self.table} DROP CONSTRAINT "{self.name}"'

    @property
    def add(self) -> str:
        """Return the statement that puts it back, checked at once: a spread table cannot defer."""
        return f'ALTER TABLE {self.table} ADD CONSTRAINT "{self.name}" {DEFERRED.sub("", self.definition)}'


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "db",
        short="保护、扩展数据库 protect and grow the database",
        about="保护 PostgreSQL 中的数据；从一台 PostgreSQL 扩展到 Citus 集群。\n"
        "Protect the data in PostgreSQL; grow from one PostgreSQL to a Citus cluster.",
    )
    add_command(
        group,
        "protect",
        run=protect,
        short="限制网站的数据库角色 limit the site's database role",
        about="限制网站登录数据库用的角色 lianxin_app：不能改动、删除记录，只能看到当前为谁办理就该看到的行（回避、机构隔离）。\n"
        "用表的所有者运行，每次 lianxin migrate 之后再运行一次；可以重复运行。\n"
        "Limit the role the site signs in as: it cannot change the ledger, and sees the rows of a case only for whom it is asked.\n"
        "Run it as the owner of the tables, again after each migrate.",
    )
    add_command(
        group,
        "distribute",
        run=distribute,
        short="就地分布到 Citus spread the tables over Citus",
        about="把已有数据的 PostgreSQL 就地分布到 Citus：停止服务、备份，把 LIANXIN_DATABASE 改为 citus://…，再运行本命令。\n"
        "外键先去掉、分布后恢复，在一个事务里完成；已经分布的表跳过。\n"
        "Spread a filled PostgreSQL over Citus in place, in one transaction. Stop the site and back up first.",
    )


def distribute(options: Namespace) -> int:
    """Place every table that is not in its place."""
    ready_with_tables()
    from django.conf import settings
    from django.db import connection, transaction

    if not settings.DATABASES["default"]["ENGINE"].endswith("citus"):
        raise Stop("LIANXIN_DATABASE 不是 citus://…。请写成 citus://用户:口令@主机:端口/库名 后再运行。")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        if cursor.fetchone() is None:
            raise Stop(
                "这个数据库没有 citus 扩展，不能分布。请在服务器上安装 Citus，"
                "以管理员身份在本库执行 CREATE EXTENSION citus，再运行本命令；只用一台服务器时请把地址写成 postgresql://…。"
            )
        cursor.execute("SELECT logicalrelid::regclass::text FROM pg_dist_partition")
        placed = {row[0] for row in cursor.fetchall()}
        todo = [(table, sql) for table, sql in placements() if table not in placed]
        with transaction.atomic():
            _place(cursor, todo)
        for table, _ in todo:
            cursor.execute("SELECT truncate_local_data_after_distributing_table(%s)", [table])
    say(f"已分布 {len(todo)} 张表，原来已分布 {len(placed)} 张。")
    return 0


def placements() -> list[tuple[str, str]]:
    """Return each table that is not local with the statement that places it: reference tables first."""
    from django.apps import apps

    from lianxin.config.citus.base import placing_sql
    from lianxin.config.placements import placement_of

    found = []
    for model in apps.get_models(include_auto_created=True):
        place, table = placement_of(model._meta.label), model._meta.db_table
        statement = placing_sql(model._meta.label, table)
        if place and statement:
            found.append((ORDER.index(place.group), table, statement))
    return [(table, statement) for _, table, statement in sorted(found)]


def _place(cursor: Any, todo: list[tuple[str, str]]) -> None:
    """Take the foreign keys away, place the tables, put the keys back."""
    cursor.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
    cursor.execute(KEYS)
    keys = [ForeignKey(*row) for row in cursor.fetchall()]
    for key in keys:
        cursor.execute(key.drop)
    for _, statement in bar(todo, total=len(todo), what="分布", unit="张表"):
        cursor.execute(statement)
    for key in keys:
        cursor.execute(key.add)
