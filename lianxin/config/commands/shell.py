"""What the commands share: stopping with a sentence, getting Django ready, progress bars, and the present moment."""

from __future__ import annotations

import difflib
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from lianxin.config.env import Reader, SettingsError
from lianxin.procedure.errors import LianxinError

if TYPE_CHECKING:
    from lianxin.cases.history import Moment

ROOT = Path(__file__).resolve().parents[3]
SECRETS = ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")
PREFIX = "LIANXIN_"
FREE = frozenset({"LIANXIN_REAL_DATA"})
"""Variables of tests and tools that are no settings."""

Subparsers = "_SubParsersAction[ArgumentParser]"
Run = Callable[[Any], int]


class Stop(LianxinError):
    """The command cannot go on; the sentence says why and what to do."""

    def __init__(self, sentence: str, *, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code


def add_command(
    parsers: _SubParsersAction[ArgumentParser],
    name: str,
    *,
    short: str,
    about: str,
    run: Run | None = None,
    example: str = "",
) -> ArgumentParser:
    """Return the parser of a new command; `about` is Chinese first, then English."""
    parser = parsers.add_parser(
        name,
        help=short,
        description=about,
        formatter_class=RawDescriptionHelpFormatter,
        epilog=f"例 example:\n  {example}" if example else None,
    )
    if run is not None:
        parser.set_defaults(run=run)
    return parser


def add_group(
    parsers: _SubParsersAction[ArgumentParser], name: str, *, short: str, about: str
) -> _SubParsersAction[ArgumentParser]:
    """Return the subparsers of a command that consists of several."""
    group = add_command(parsers, name, short=short, about=about)
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def say(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


def bar(
    rows: Iterable[Any] | None = None, *, total: int | None = None, what: str = "", unit: str = ""
) -> tqdm[Any]:
    """Return a progress bar that shows itself only when the work takes more than a second."""
    often = 0.1 if sys.stderr.isatty() else 10.0
    return tqdm(
        rows,
        total=total,
        desc=what,
        unit=unit,
        delay=1.0,
        mininterval=often,
        file=sys.stderr,
        dynamic_ncols=True,
        leave=False,
    )


def data_dir() -> Path:
    """Return the data folder without loading the settings, which want keys."""
    default = ROOT / "var"
    return (
        Reader()
        .path("DATA_DIR", default, "folder for the database, keys, files and fonts", shown="var")
        .resolve()
    )


def is_demo(folder: Path) -> bool:
    """Tell whether the folder holds demonstration data."""
    return (folder / "demo.json").exists()


def ready() -> None:
    """Load settings and apps; the database is asked for the system itself from now on.

    Raises Stop or SettingsError with a sentence when something is missing or unknown.
    """
    if is_demo(data_dir()):
        os.environ.setdefault(f"{PREFIX}PROFILE", "demo")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    import django

    django.setup()
    check_names()
    from lianxin.ledger import face

    face.system()


def check_names() -> None:
    """Raise Stop when the environment holds a LIANXIN_… variable that is no setting: a typing error, most likely."""
    from lianxin.config import settings

    known = {f"{PREFIX}{variable.name}" for variable in settings.read.variables} | FREE
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"是不是要写 {near[0]}？" if near else ""
            raise Stop(f"不认识设置 {name}。{hint}用 lianxin settings 查看全部设置。")


def ready_with_tables() -> None:
    """As `ready`, and make sure the database answers and has all its tables."""
    ready()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        detail = str(error).strip().splitlines()[0]
        raise Stop(f"连不上数据库：{detail}。请检查 LIANXIN_DATABASE，并确认数据库服务已经启动。") from None
    if plan:
        raise Stop("数据库的表还没有建好或者不是最新的。请先运行 lianxin migrate。")


def in_force() -> dict[str, str]:
    """Return the settings as they are in force, by name; where something lies differs from server to server and is left out."""
    from django.conf import settings as loaded

    from lianxin.config.settings import read

    return {
        one.name: str(getattr(loaded, one.name, "")) if one.kind == "secret" else read.values[one.name]
        for one in read.variables
        if one.kind != "path"
    }


def now() -> Moment:
    """Return the legal day in Beijing and the instant; the commands are faces too."""
    from lianxin.web.clock import now as present

    return present()


__all__ = [
    "PREFIX",
    "ROOT",
    "SECRETS",
    "SettingsError",
    "Stop",
    "add_command",
    "add_group",
    "bar",
    "check_names",
    "data_dir",
    "in_force",
    "is_demo",
    "now",
    "ready",
    "ready_with_tables",
    "say",
]
