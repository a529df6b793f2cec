"""`lianxin reference`: writes the pages of docs/reference that are made from code; a test keeps them in step."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace, _HelpAction, _SubParsersAction, _VersionAction
from collections.abc import Iterator
from pathlib import Path

from lianxin.config.commands.shell import PREFIX, ROOT, add_command, say

FOLDER = ROOT / "docs/reference"


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
    """Return the page of all commands. Written out here, because Python's own help looks different in each version."""
    from lianxin.config.cli import parser

    parts = [_section(name, found) for name, found in _parsers("lianxin", parser())]
    head = "# Commands\n\nMade from the code by `lianxin reference`. Each command tells the same with `--help`.\n"
    return "\n".join([head, *parts])


def _section(name: str, found: ArgumentParser) -> str:
    """Return what one command does and takes."""
    rows = [
        f"| `{_written(action)}` | {action.help or ''} |"
        for action in found._actions
        if not isinstance(action, (_SubParsersAction, _HelpAction, _VersionAction))
    ]
    table = ["| takes | |", "| --- | --- |", *rows, ""] if rows else []
    about = "  \n".join((found.description or "").splitlines())
    return "\n".join([f"## {name}", "", about, "", *table])


def _written(action: Action) -> str:
    """Return an argument as one types it."""
    if action.option_strings:
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        return f"{action.option_strings[0]}{value}"
    name = str(action.metavar or action.dest).replace("|", "\\|")
    return f"[{name}]" if action.nargs == "?" else name


def _parsers(name: str, found: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    """Yield a parser and all below it."""
    yield name, found
    for action in found._actions:
        if isinstance(action, _SubParsersAction):
            for below, sub in action.choices.items():
                yield from _parsers(f"{name} {below}", sub)
