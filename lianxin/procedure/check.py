"""The only place for the `rules` commands: check worked cases, explain a deadline, compare books, draw the states."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lianxin.procedure.acts import as_day, spans_of
from lianxin.procedure.book import books, load_book, profiles
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.diagram import diagram
from lianxin.procedure.difference import as_data, told
from lianxin.procedure.errors import BadFact, RulebookError
from lianxin.procedure.rules import Rulebook
from lianxin.procedure.worked import ALIASES, DEFAULT_BOOK, Malformed, read_cases, run_case

COMMANDS = ("check", "explain", "diff", "diagram")


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
    clock: str,
    start: date,
    *,
    book: Rulebook,
    extension_days: int = 0,
    excluded: object = None,
    set_on: date | None = None,
    english: bool = False,
) -> str:
    """Return the arithmetic of a deadline as printable lines; the calendar days in front sum to the total.

    `set_on` is the last day where an organ sets it. Raises RulebookError for a clock the book does not know
    and BadDate where no date can be had.
    """
    found = deadline(
        book,
        clock,
        start,
        calendar=load_calendar(),
        extension_days=extension_days,
        excluded=spans_of(excluded),
        set_on=set_on,
    )
    rows = [f"{line.days:>4}  {line.words(english=english)}" for line in found.lines]
    total = f"{sum(line.days for line in found.lines):>4}  "
    if english:
        mark = " (provisional)" if found.provisional else ""
        return "\n".join(
            [
                f"{found.rule.label_en} ({clock}, {book.label_en})",
                *rows,
                f"{total}calendar days in all",
                f"Ends on {found.nominal}; last legal day {found.legal}{mark}; warning day {found.warn}",
            ]
        )
    mark = "（暂定）" if found.provisional else ""
    return "\n".join(
        [
            f"{found.rule.label}（{clock}，{book.label}）",
            *rows,
            f"{total}共计（自然日）",
            f"应当于 {found.nominal} 届满；依法最后一日 {found.legal}{mark}；预警日 {found.warn}",
        ]
    )


def _book(name: str) -> Rulebook:
    """Return the rulebook of this name; raises BadFact with a sentence that names the known ones."""
    name = ALIASES.get(name, name)
    own, _, base = name.partition("@")
    if own not in books() or (base and (own not in profiles() or base not in books())):
        known = "、".join(books())
        raise BadFact(f"没有规则“{name}”。现有的规则：{known}。地方规则可以写成“名称@国家规则”。")
    return load_book(name)


def _explain(arguments: argparse.Namespace) -> int:
    text = explain(
        arguments.clock,
        as_day(arguments.start),
        book=_book(arguments.profile),
        extension_days=arguments.extension_days,
        excluded=[span.split("..") for span in arguments.excluded],
        set_on=as_day(arguments.set_on) if arguments.set_on else None,
        english=arguments.english,
    )
    print(text)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    return check_files(arguments.files)


def _diff(arguments: argparse.Namespace) -> int:
    before, after = _book(arguments.before), _book(arguments.after)
    if arguments.json:
        print(json.dumps(as_data(before, after), ensure_ascii=False, indent=1))
    else:
        print(told(before, after))
    return 0


def _diagram(arguments: argparse.Namespace) -> int:
    print(diagram(_book(arguments.profile)), end="")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the `rules` commands."""
    top = argparse.ArgumentParser(
        prog="lianxin rules", description="Check, explain, compare and draw the rules."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run worked cases: one line each, then the totals")
    check.add_argument("files", nargs="+", metavar="FILE", help="JSON: a list of cases, or {'cases': [...]}")
    check.set_defaults(run=_check)
    how = commands.add_parser("explain", help="print how a deadline is counted")
    how.add_argument("clock", metavar="CLOCK", help="for example HANDLE")
    how.add_argument("--start", required=True, metavar="DATE", help="day of the event, 2026-05-08")
    how.add_argument("--extension-days", type=int, default=0, metavar="N", help="all extensions together")
    how.add_argument(
        "--excluded",
        action="append",
        default=[],
        metavar="FROM..TO",
        help="days of a hearing, both counted; another kind as FROM..TO..appraisal",
    )
    how.add_argument("--set-on", metavar="DATE", help="last day where an organ sets it")
    how.add_argument("--english", action="store_true", help="print it in English")
    how.set_defaults(run=_explain)
    compared = commands.add_parser("diff", help="print what the second rulebook changes against the first")
    compared.add_argument("before", metavar="A", help="for example national_2005")
    compared.add_argument("after", metavar="B", help="for example national_2022, zhejiang_2016@national_2022")
    compared.add_argument("--json", action="store_true", help="print data instead of lines")
    compared.set_defaults(run=_diff)
    drawn = commands.add_parser("diagram", help="print the state machine as SVG")
    drawn.set_defaults(run=_diagram)
    for command in (how, drawn):
        command.add_argument(
            "--profile", default=DEFAULT_BOOK, metavar="RULEBOOK", help="default: %(default)s"
        )
    return top


def main(argv: Sequence[str]) -> int:
    """Run a `rules` command and return its exit status; bare file names are checked."""
    words = list(argv)
    if words and words[0] not in COMMANDS and words[0] not in ("-h", "--help"):
        words.insert(0, "check")
    arguments = parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except (BadFact, RulebookError) as error:
        print(error, file=sys.stderr)
        return 2
