"""The only place for the `rules` commands: check worked cases, explain a deadline, draw the state machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lianxin.procedure.acts import as_day, spans_of
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.diagram import diagram
from lianxin.procedure.errors import BadFact, RulebookError
from lianxin.procedure.rules import Rulebook
from lianxin.procedure.worked import ALIASES, DEFAULT_BOOK, Malformed, read_cases, run_case


def check_files(paths: Sequence[str]) -> int:
    """Print one line per case and the totals; return 0, 1 on a failure, 2 on malformed input."""
    calendar = load_calendar()
    passed = failed = malformed = 0
    for name in paths:
        try:
            cases = read_cases(Path(name))
        except Malformed as error:
            print(error, file=sys.stderr)
            malformed += 1
            continue
        for number, case in enumerate(cases, start=1):
            try:
                result = run_case(case, place=f"{name}[{number}]", calendar=calendar)
            except Malformed as error:
                print(error, file=sys.stderr)
                malformed += 1
                continue
            print(result.line())
            passed, failed = passed + (not result.wrong), failed + bool(result.wrong)
    print(f"{passed} passed, {failed} failed")
    return 2 if malformed else int(failed > 0)


def explain(
    clock: str, start: date, *, book: Rulebook, extension_days: int = 0, excluded: object = None
) -> str:
    """Return the arithmetic of a deadline as printable lines."""
    found = deadline(
        book,
        clock,
        start,
        calendar=load_calendar(),
        extension_days=extension_days,
        excluded=spans_of(excluded),
    )
    rows = [f"{line.days:>4}  {line.text}" for line in found.lines]
    total = f"{sum(line.days for line in found.lines):>4}  共计（自然日）"
    dates = f"应当于 {found.nominal} 届满；依法最后一日 {found.legal}；预警日 {found.warn}"
    return "\n".join([f"{found.rule.label}（{clock}，{book.label}）", *rows, total, dates])


def _explain(arguments: argparse.Namespace) -> int:
    spans = [span.split("..") for span in arguments.excluded]
    name = ALIASES.get(arguments.profile, arguments.profile)
    try:
        text = explain(
            arguments.clock,
            as_day(arguments.start),
            book=load_book(name),
            extension_days=arguments.extension_days,
            excluded=spans,
        )
    except (BadFact, RulebookError) as error:
        print(error, file=sys.stderr)
        return 2
    print(text)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    return check_files(arguments.files)


def _diagram(arguments: argparse.Namespace) -> int:
    print(diagram(load_book(ALIASES.get(arguments.profile, arguments.profile))), end="")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the `rules` commands."""
    top = argparse.ArgumentParser(prog="lianxin rules", description="Check, explain and draw the rules.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run worked cases: one line each, then the totals")
    check.add_argument("files", nargs="+", metavar="FILE", help="JSON: a list of cases, or {'cases': [...]}")
    check.set_defaults(run=_check)
    told = commands.add_parser("explain", help="print how a deadline is counted")
    told.add_argument("clock", metavar="CLOCK", help="for example HANDLE")
    told.add_argument("--start", required=True, metavar="DATE", help="day of the event, 2026-05-08")
    told.add_argument("--extension-days", type=int, default=0, metavar="N", help="all extensions together")
    told.add_argument("--excluded", action="append", default=[], metavar="FROM..TO", help="hearing days")
    told.set_defaults(run=_explain)
    drawn = commands.add_parser("diagram", help="print the state machine as SVG")
    drawn.set_defaults(run=_diagram)
    for command in (told, drawn):
        command.add_argument(
            "--profile", default=DEFAULT_BOOK, metavar="RULEBOOK", help="default: %(default)s"
        )
    return top


def main(argv: Sequence[str]) -> int:
    """Run a `rules` command and return its exit status; bare file names are checked."""
    words = list(argv)
    if words and words[0] not in ("check", "explain", "diagram", "-h", "--help"):
        words.insert(0, "check")
    arguments = parser().parse_args(words)
    return int(arguments.run(arguments))
