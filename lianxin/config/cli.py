"""The console script `lianxin`: finds the command, runs it, and turns what goes wrong into a sentence and an exit code.

0 done · 1 done, something found · 2 cannot be done as asked · 130 stopped by the person.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence

from lianxin import __version__
from lianxin.config.commands import (
    database,
    demo,
    importing,
    installation,
    keys,
    lab,
    ledger,
    messages,
    places,
    reference,
    retention,
    rules,
    serving,
    upkeep,
)
from lianxin.config.commands.shell import Stop
from lianxin.config.env import SettingsError
from lianxin.procedure.errors import LianxinError

GROUPS = (
    demo,
    installation,
    serving,
    importing,
    places,
    rules,
    lab,
    upkeep,
    retention,
    ledger,
    keys,
    database,
    messages,
    reference,
)
ABOUT = """连心：民政信访系统。
第一次使用：lianxin demo 看演示；或者 lianxin init、lianxin migrate、lianxin regions load、lianxin start。
Lianxin, letters and visits for civil affairs. New here? `lianxin demo` shows it with invented data."""


def parser() -> ArgumentParser:
    """Return the parser with all commands."""
    found = ArgumentParser("lianxin", description=ABOUT, formatter_class=RawDescriptionHelpFormatter)
    found.add_argument("--version", action="version", version=f"lianxin {__version__}")
    commands = found.add_subparsers(title="commands", metavar="COMMAND")
    for group in GROUPS:
        group.arguments(commands)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    found = parser()
    options = found.parse_args(argv)
    if not hasattr(options, "run"):
        found.print_help()
        return 2
    try:
        return int(options.run(options))
    except (Stop, LianxinError) as error:
        print(f"lianxin: {error}", file=sys.stderr)
        return error.code if isinstance(error, Stop) else 2
    except SettingsError as error:
        print(f"lianxin: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\n已停止。已经登记的不会丢失，可以重新运行。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


if __name__ == "__main__":
    sys.exit(main())
