"""`lianxin knowledge load`: the articles of law and policy that come with the system."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction

from lianxin.config.commands.shell import add_command, add_group, now, ready_with_tables, say


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "knowledge",
        short="政策知识 knowledge",
        about="随系统提供的法规政策条目。\nThe articles of law and policy that come with the system.",
    )
    add_command(
        group,
        "load",
        run=load,
        short="载入随系统提供的条目 load what is shipped",
        about="载入随系统提供的条目；可以重复运行，已经有的版本不会改动。\n"
        "Load the shipped articles; safe to run again, an edition that is there is never changed.",
    )


def load(options: Namespace) -> int:
    """Write the editions that are not there yet."""
    ready_with_tables()
    from lianxin.knowledge import shipped

    count = shipped.load(at=now().at)
    say(f"载入 {count} 条；已经有的没有改动。")
    return 0
