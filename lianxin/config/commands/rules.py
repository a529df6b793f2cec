"""`lianxin rules …`: hands over to the engine's own checker; only `replay` needs keys and a database."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace, _SubParsersAction

from lianxin.config.commands import lab
from lianxin.config.commands.shell import add_command


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "rules",
        run=run,
        short="检查、解释、比较规则 check, explain and compare the rulebooks",
        about="检查规则数据和案例（check）、逐行解释期限（explain）、比较两部规则（diff）、画出流程图（diagram），都不需要密钥和数据库；"
        "用另一部规则重放已有的信访件（replay --with 规则）。\n"
        "Check the rulebooks and worked cases, explain a deadline line by line, compare two rulebooks, "
        "draw the procedure; replay stored cases against another rulebook.",
        example="lianxin rules diff national_2005 national_2022",
    )
    parser.add_argument(
        "words",
        nargs=REMAINDER,
        metavar="check|explain|diff|diagram|replay …",
        help="加 --help 看各自的说明 see --help",
    )


def run(options: Namespace) -> int:
    """Run the checker, or the replay."""
    from lianxin.procedure.check import main

    if options.words[:1] == ["replay"]:
        return lab.replay(options.words[1:])
    return main(options.words or ["--help"])
