"""A throw-away installation for the programs that kill: a folder, fresh keys, a fresh database, the cast of the tests."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).parents[2]


@contextmanager
def installed(database: str) -> Iterator[Path]:
    """Give the folder of an installation whose environment is this process's own; `database` "" means SQLite."""
    with tempfile.TemporaryDirectory(prefix="lianxin-kill-") as name:
        folder = Path(name)
        os.environ["LIANXIN_DATA_DIR"] = name
        os.environ["LIANXIN_PROFILE"] = "demo"
        os.environ["LIANXIN_FONT_DIRS"] = str(ROOT / "var/fonts")
        os.environ["LIANXIN_FILINGS"] = "1000000"  # all visitors come from one network
        for key in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY"):
            os.environ[f"LIANXIN_{key}"] = secrets.token_hex(32)
        with _database(database, folder) as address:
            os.environ["LIANXIN_DATABASE"] = address
            _build()
            yield folder


@contextmanager
def _database(server: str, folder: Path) -> Iterator[str]:
    if not server:
        yield f"sqlite:///{folder}/lianxin.sqlite3"
        return
    name = f"lx_kill_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _build() -> None:
    """Load Django in this process, make the tables, and put the cast in."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lianxin.config.settings"
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from tests.cast import build

    build()
    connection.close()


def lianxin(
    words: Sequence[str],
    *,
    output: int | None = subprocess.PIPE,
    errors: IO[bytes] | int = subprocess.DEVNULL,
) -> subprocess.Popen[str]:
    """Start a command of the console script in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lianxin.config.cli", *words],
        cwd=ROOT,
        stdout=output,
        stderr=errors,
        text=True,
        start_new_session=True,
    )
