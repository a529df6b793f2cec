"""`lianxin init`, `migrate` and `settings`: keys, tables and what can be set."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands.shell import (
    PREFIX,
    SECRETS,
    Stop,
    add_command,
    check_names,
    data_dir,
    ready,
    say,
)

OLD_KEYS = ("MASTER_KEYS_OLD", "INDEX_KEYS_OLD")


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the three commands."""
    add_command(
        parsers,
        "init",
        run=init,
        short="生成密钥 make the keys",
        about="为新安装生成密钥，放在数据目录的 keys 下，只有本人可读；已有的密钥从不改动。\n"
        "Make the keys of a new installation in DATA_DIR/keys (mode 0600); existing ones are never touched.",
    )
    add_command(
        parsers,
        "migrate",
        run=migrate,
        short="建表、升级 make or update the tables",
        about="建立或者升级数据库的表；可以重复运行。\nMake or update the tables; safe to run again.",
    )
    parser = add_command(
        parsers,
        "settings",
        run=settings,
        short="列出全部设置 list all settings",
        about="列出全部设置、现在的值和用途；密钥的值不显示。\n"
        "List every setting with its present value and what it is for; keys are not shown.",
    )
    parser.add_argument("--markdown", action="store_true", help="输出参考文档 print the reference page")


def init(options: Namespace) -> int:
    """Make the missing keys."""
    folder = data_dir() / "keys"
    made = make_keys(folder)
    say(f"已生成 {'、'.join(made)}，在 {folder}。" if made else f"密钥都在 {folder}，没有改动。")
    if made:
        say("请把这个文件夹备份到别处：没有 master_key，身份信息再也打不开；没有 index_key，查询码全部失效。")
    return 0


def make_keys(folder: Path) -> list[str]:
    """Write the missing keys and return their names."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Stop(f"不能建立文件夹 {folder}：{error.strerror}。请设置 LIANXIN_DATA_DIR。") from None
    made = []
    for name in ["secret_key"] if has_ring(folder) else [secret.lower() for secret in SECRETS]:
        try:
            file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(file, "w", encoding="ascii") as handle:
            handle.write(secrets.token_hex(32) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        made.append(name)
    return made


def migrate(options: Namespace) -> int:
    """Make or update the tables."""
    ready()
    from django.core.management import call_command
    from django.db.utils import OperationalError

    data_dir().mkdir(parents=True, exist_ok=True)
    try:
        call_command("migrate", interactive=False, verbosity=1)
    except OperationalError as error:
        detail = str(error).strip().splitlines()[0]
        raise Stop(f"连不上数据库：{detail}。请检查 LIANXIN_DATABASE，并确认数据库服务已经启动。") from None
    return 0


def settings(options: Namespace) -> int:
    """Print all settings."""
    missing = stand_in_keys()
    if options.markdown:
        from lianxin.config.commands.reference import settings_page

        say(settings_page())
        return 0
    from lianxin.config import settings as loaded

    check_names()
    for variable in loaded.read.variables:
        name = f"{PREFIX}{variable.name}"
        say(
            f"{name} = {_shown(variable.name, variable.default, missing)}    [{variable.kind}]\n    {variable.about}"
        )
    if missing:
        say(f"\n还没有密钥：{'、'.join(missing)}。运行 lianxin init 生成。")
    return 0


def stand_in_keys() -> list[str]:
    """Let the settings load without keys, for printing alone, and return the names of the missing ones."""
    missing = []
    for name in ("SECRET_KEY",) if has_ring(data_dir() / "keys") else SECRETS:
        file = os.environ.get(f"{PREFIX}{name}_FILE", str(data_dir() / "keys" / name.lower()))
        if not os.environ.get(f"{PREFIX}{name}") and not os.access(file, os.R_OK):
            os.environ[f"{PREFIX}{name}"] = "0" * 64
            missing.append(f"{PREFIX}{name}")
    return missing


def has_ring(folder: Path) -> bool:
    """Tell whether there is a keys file, which holds master and index keys (`lianxin keys`)."""
    return Path(os.environ.get(f"{PREFIX}KEYS_FILE", str(folder / "ring.json"))).exists()


def _shown(name: str, default: str, missing: list[str]) -> str:
    full = f"{PREFIX}{name}"
    if name in SECRETS:
        return "（没有）" if full in missing else "（已设置，不显示）"
    value = os.environ.get(full)
    if name in OLD_KEYS and value:
        return "（已设置，不显示）"
    if name == "DATABASE" and value and "@" in value:
        scheme, rest = value.split("://", 1)
        return f"{scheme}://…@{rest.rsplit('@', 1)[1]}"
    return value if value is not None else f"{default or '（空）'}（默认）"
