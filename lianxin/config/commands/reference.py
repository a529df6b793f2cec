"""`lianxin reference`: writes the pages of docs/reference that are made from code; a test keeps them in step."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

from lianxin.config.commands.shell import PREFIX, ROOT, add_command, say

FOLDER = ROOT / "docs/reference"
WIDTH = "100"


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "reference",
        run=run,
        short="更新参考文档 write the reference pages",
        about="按代码重写 docs/reference 下的 settings.md 和 cli.md。\nWrite settings.md and cli.md from the code.",
    )
    parser.add_argument("--to", type=Path, default=FOLDER, help="文件夹 folder to write to")


def run(options: Namespace) -> int:
    """Write the pages."""
    options.to.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (options.to / name).write_text(text, encoding="utf-8")
        say(f"{options.to / name}")
    return 0


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    return {"settings.md": settings_page(), "cli.md": cli_page()}


def settings_page() -> str:
    """Return the page of all settings."""
    from lianxin.config.commands.installation import stand_in_keys

    stand_in_keys()
    from lianxin.config import settings

    data = str(settings.DATA_DIR)
    rows = [
        f"| `{PREFIX}{variable.name}` | {variable.kind} | `{_plain(variable.default, data)}` | {variable.about} |"
        for variable in sorted(settings.read.variables, key=lambda variable: variable.name)
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Made from the code by `lianxin reference`. Every setting is an environment variable.",
            "A `LIANXIN_` variable that is not in this list stops every command with a sentence.",
            "",
            "| variable | kind | default | what it is for |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _plain(default: str, data: str) -> str:
    return default.replace(data, "<data folder>") or " "


def cli_page() -> str:
    """Return the page of all commands with their help."""
    from lianxin.config.cli import parser

    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        parts = [
            f"## {name}\n\n```\n{found.format_help().rstrip()}\n```\n"
            for name, found in _parsers("lianxin", parser())
        ]
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    head = "# Commands\n\nMade from the code by `lianxin reference`.\n"
    return "\n".join([head, *parts])


def _parsers(name: str, found: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    """Yield a parser and all below it."""
    yield name, found
    for action in found._actions:
        if isinstance(action, _SubParsersAction):
            for below, sub in action.choices.items():
                yield from _parsers(f"{name} {below}", sub)
