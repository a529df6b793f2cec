"""`lianxin demo`: a working system with invented data, from nothing to an address, in one command."""

from __future__ import annotations

import os
import unicodedata
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands import installation, serving
from lianxin.config.commands.shell import PREFIX, Stop, add_command, bar, data_dir, now, ready, say
from lianxin.config.demo import marker
from lianxin.config.demo.marker import Marker

STATES = {"registered": "已登记", "handling": "办理中", "served": "已答复"}


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "demo",
        run=run,
        short="演示：虚构的数据 see it with invented data",
        about="在空的数据目录中建立演示：虚构的机构、人员和约三百件信访事项，打印网址和登录名，然后启动。再次运行几秒即可启动。\n"
        "Build a demonstration with invented organs, officers and about 300 petitions, print the sign-ins, and serve.",
        example="lianxin demo --port 8080",
    )
    serving.address(parser)
    parser.add_argument("--no-serve", action="store_true", help="只建立，不启动 build only")
    parser.add_argument(
        "--fresh", action="store_true", help="删去旧的演示数据重新建立 throw the old demonstration away first"
    )


def run(options: Namespace) -> int:
    """Build where there is none yet, print, serve."""
    if not options.no_serve:
        serving.check_port(options.host, options.port)
    folder = data_dir()
    os.environ[f"{PREFIX}PROFILE"] = "demo"
    if not options.no_serve:
        shown = f"[{options.host}]" if ":" in options.host else options.host
        os.environ.setdefault(f"{PREFIX}PUBLIC_URL", f"http://{shown}:{options.port}/")
    if options.fresh:
        _throw_away(folder)
    installation.make_keys(folder / "keys")
    ready()
    made = marker.read(folder) if _has_tables() else None
    if made is None:
        made = _build(folder)
    serving.check_database()
    serving.collect_static()
    _print(made, options)
    if not options.no_serve:
        serving.serve(options.host, options.port)
    return 0


def _throw_away(folder: Path) -> None:
    """Delete the database of a former demonstration, and nothing else."""
    if marker.read(folder) is None and not (folder / f"{marker.NAME}.building").exists():
        return
    for name in ("lianxin.sqlite3", "lianxin.sqlite3-wal", "lianxin.sqlite3-shm", marker.NAME):
        (folder / name).unlink(missing_ok=True)
    say(f"已删去 {folder} 中旧的演示数据。")


def _has_tables() -> bool:
    from django.db import connection

    return "cases_case" in connection.introspection.table_names()


def _build(folder: Path) -> Marker:
    """Make tables and data; an unfinished demonstration is thrown away first, other data never."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from lianxin.config.demo.build import build, holds_other_data

    building = folder / f"{marker.NAME}.building"
    local = settings.DATABASES["default"]["NAME"] == str(folder / "lianxin.sqlite3")
    if building.exists() and local:
        connection.close()
        for end in ("", "-wal", "-shm"):
            (folder / f"lianxin.sqlite3{end}").unlink(missing_ok=True)
    say("建表……")
    call_command("migrate", interactive=False, verbosity=0)
    if holds_other_data():
        raise Stop(
            f"{folder} 的数据库里已经有数据，而且不是演示数据，没有改动它。"
            "请用 LIANXIN_DATA_DIR 另选一个空文件夹再运行 lianxin demo。"
        )
    building.touch()
    made = build(folder, now=now(), say=say, bar=bar)
    building.unlink()
    return made


def _print(made: Marker, options: Namespace) -> None:
    """Print what a visitor needs."""
    base = os.environ.get(f"{PREFIX}PUBLIC_URL", f"http://{options.host}:{options.port}/")
    say()
    say(f"演示数据（{made.built_on} 建立）：机构、人员和信访内容全部虚构，不要录入真实信息。")
    say(f"  公众网站    {base}")
    say(f"  工作台      {base}desk/")
    say()
    rows = [("岗位", "机构", "登录名"), *((one.role, one.organ, one.username) for one in made.sign_ins)]
    widths = [max(_width(row[n]) for row in rows) for n in range(3)]
    for row in rows:
        say("  " + "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())
    say(f"  口令都是  {made.password}")
    say()
    say("网上提交时，事情发生地请选：云禾省 › 临禾市 › 东篱区。")
    say("以信访人身份查询（编号、查询码）：")
    for item in made.followed:
        say(f"  {_padded(STATES.get(item.state, item.state), 8)}  {item.number}  {item.code}")
    say()
    if not options.no_serve:
        say("按 Ctrl-C 停止。")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
