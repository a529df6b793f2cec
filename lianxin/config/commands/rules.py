"""`lianxin rules …`: hands over to the engine's own checker; works without keys and without a database."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace, _SubParsersAction

from lianxin.config.commands.shell import add_command


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "rules",
        run=run,
        short="检查、解释规则 check and explain the rulebooks",
        about="检查规则数据和案例（check）、逐行解释期限（explain）、画出流程图（diagram）。不需要密钥和数据库。\n"
        "Check the rulebooks and worked cases, explain a deadline line by line, draw the procedure.",
        example="lianxin rules check",
    )
    parser.add_argument(
        "words", nargs=REMAINDER, metavar="check|explain|diagram …", help="加 --help 看各自的说明 see --help"
    )


def run(options: Namespace) -> int:
    """Run the checker."""
    from lianxin.procedure.check import main

    return main(options.words or ["--help"])
