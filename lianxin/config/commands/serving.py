"""`lianxin start`: looks whether everything is in place, then serves until it is stopped."""

from __future__ import annotations

import os
import socket
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands.shell import (
    ROOT,
    Stop,
    add_command,
    in_force,
    is_demo,
    now,
    ready_with_tables,
    say,
)

WORKERS, THREADS = 2, 4


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "start",
        run=run,
        short="启动服务 serve the site",
        about="检查密钥、数据库、静态文件和端口，然后启动网站，按 Ctrl-C 停止。\n"
        "Check keys, database, static files and port, then serve until Ctrl-C.",
        example="lianxin start --host 0.0.0.0 --port 8000",
    )
    address(parser)


def address(parser: ArgumentParser) -> None:
    """Add the options that say where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="端口 port (8000)")


def run(options: Namespace) -> int:
    """Check and serve."""
    check_port(options.host, options.port)
    ready_with_tables()
    from django.conf import settings

    if is_demo(settings.DATA_DIR) and not settings.DEMO:
        raise Stop(
            f"{settings.DATA_DIR} 里是演示数据，口令人人知道，不能用于办公（LIANXIN_PROFILE=office）。"
            "请换一个 LIANXIN_DATA_DIR，再运行 lianxin init 和 lianxin migrate。"
        )
    check_database()
    check_clocks()
    collect_static()
    note_switches()
    say(f"连心：http://{options.host}:{options.port}/ （按 Ctrl-C 停止）")
    serve(options.host, options.port)
    return 0


def check_port(host: str, port: int) -> None:
    """Raise Stop when nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            detail = getattr(error, "strerror", "") or error
            raise Stop(f"不能在 {host} 的端口 {port} 上监听：{detail}。请用 --port 换一个端口。") from None


def check_database() -> None:
    """Raise Stop when the storage rules are broken, or when PostgreSQL would not understand Chinese."""
    from django.core import checks
    from django.db import connection

    problems = [message for message in checks.run_checks() if message.is_serious()]
    if problems:
        raise Stop("\n".join(str(problem) for problem in problems))
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
        )
        encoding, ctype = cursor.fetchone()
    if encoding != "UTF8":
        raise Stop(f"数据库的编码是 {encoding}，应当是 UTF8。请用 template0 和 UTF8 重新建库。")
    if ctype in {"C", "POSIX"}:
        say(f"注意：数据库的 LC_CTYPE 是 {ctype}，中文检索会没有结果也不报错。建议用 C.UTF-8 重新建库。")


def check_clocks() -> None:
    """Say so when the clocks of this machine and of the database differ."""
    from lianxin.jobs import clocks

    if words := clocks.alarm():
        say(f"注意：{words}")


def note_switches() -> None:
    """Record which settings and rules are others than at the last start, and say so."""
    from lianxin.jobs import switches

    found = switches.record(in_force(), process="start", when=now())
    if found.settings or found.rules:
        say(f"与上次启动相比有变动，已记入日志：{'、'.join((*found.settings, *found.rules))}")


def collect_static() -> None:
    """Bring the static files to where they are served from, if one of them is newer than the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    newest = max(
        (
            Path(storage.path(name)).stat().st_mtime
            for finder in get_finders()
            for name, storage in finder.list([])
        ),
        default=0.0,
    )
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        call_command("collectstatic", interactive=False, verbosity=0)


def serve(host: str, port: int) -> None:
    """Become the server; does not come back."""
    shown = f"[{host}]" if ":" in host else host
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    sys.stdout.flush()
    sys.stderr.flush()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "lianxin.config.wsgi:application",
        "--bind",
        f"{shown}:{port}",
        "--worker-class",
        "lianxin.config.worker.Worker",
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--preload",
        "--max-requests",
        "20000",
        "--max-requests-jitter",
        "2000",
        "--graceful-timeout",
        "20",
        "--log-level",
        "warning",
        "--forwarded-allow-ips",
        "",
        "--forwarder-headers",
        "",
        "--limit-request-fields",
        "60",
        "--chdir",
        str(ROOT),
    ]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell
