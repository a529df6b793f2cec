"""`lianxin messages compile`: joins the parts of the English translation and compiles them for Django."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from lianxin.config.commands.shell import ROOT, Stop, add_command, add_group, say

FOLDER = ROOT / "locale"


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "messages",
        short="编译英文译文 compile the English texts",
        about="中文是原文，英文译文在 locale/en。\nChinese is the source text; the English texts are in locale/en.",
    )
    add_command(
        group,
        "compile",
        run=run,
        short="合并并编译 join and compile",
        about="把 locale/*/LC_MESSAGES 下的 django.po 和 parts/*.po 合并，编译为 django.mo。\n"
        "Join django.po and parts/*.po below locale/*/LC_MESSAGES and compile them into django.mo.",
    )


def run(options: Namespace) -> int:
    """Compile every language."""
    for folder in sorted(FOLDER.glob("*/LC_MESSAGES")):
        count = compile_folder(folder)
        say(f"{folder.parent.name}：{count} 条译文。")
    return 0


def compile_folder(folder: Path) -> int:
    """Write `django.mo` of one language and return how many texts it has. Raises Stop for two different translations."""
    catalog = Catalog(locale=folder.parent.name, charset="utf-8")
    for path in sources(folder):
        _join(catalog, path)
    if not len(catalog):
        return 0
    with NamedTemporaryFile(dir=folder, prefix="django.", suffix=".tmp", delete=False) as file:
        write_mo(file, catalog)
    written = Path(file.name)
    written.chmod(0o644)
    written.replace(folder / "django.mo")  # at once: a server may be reading
    return len(catalog)


def sources(folder: Path) -> Iterator[Path]:
    """Yield the files of a language: the main one first, then its parts by name."""
    main = folder / "django.po"
    if main.exists():
        yield main
    yield from sorted((folder / "parts").glob("*.po"))


def _join(catalog: Catalog, path: Path) -> None:
    name = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as file:
            part = read_po(file, locale=str(catalog.locale), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise Stop(f"译文文件 {name} 有错：{error}") from None
    for message in part:
        if not message.id or not message.string or message.fuzzy:
            continue
        before = catalog.get(message.id, message.context)
        if before is not None and before.string and before.string != message.string:
            raise Stop(
                f"{name}：“{message.id}”有两种译文：“{before.string}”和“{message.string}”。请改成一种。"
            )
        catalog.add(message.id, message.string, flags=message.flags, context=message.context)
