"""`lianxin rules replay` and `lianxin holidays`: what another rulebook or a new holiday notice changes in stored cases."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands.shell import Stop, add_command, bar, now, ready_with_tables, say


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    parser = add_command(
        parsers,
        "holidays",
        run=holidays,
        short="载入放假安排 load a year's holiday notice",
        about="载入国务院公布的年度放假安排（文件名为年份，如 2027.toml，写法见 lianxin/rulebooks/calendar/）："
        "列出最后一日会变动的未办结信访件，记入各件的办理经过。信访人的期限只延长、不缩短。中断后可以再次运行。\n"
        "Load the year's notice: lists the open cases whose days move and records old and new day in each; "
        "a petitioner's right is never shortened. Safe to run again.",
        example="lianxin holidays 2027.toml --check",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="2027.toml")
    parser.add_argument("--check", action="store_true", help="只列出，不载入 list only, load nothing")


def holidays(options: Namespace) -> int:
    """List the cases whose days move; without --check load the notice and record each move."""
    ready_with_tables()
    from django.conf import settings

    from lianxin.jobs import holidays as job

    if not options.file.exists():
        raise Stop(f"没有这个文件：{options.file}")
    loading = job.examine(options.file, folder=settings.HOLIDAYS_DIR)
    cases = recorded = 0
    when = now()
    if not options.check:
        job.install(loading, folder=settings.HOLIDAYS_DIR, when=when)
    for one in job.moved(loading):
        cases += 1
        for move in one.moves:
            kept = f"，信访人的期限不缩短，仍为 {move.holds}" if move.holds != move.new else ""
            say(f"{one.loaded.case.number}  {move.label} {move.clock}：{move.old} → {move.new}{kept}")
        if not options.check:
            recorded += job.record(one, loading, when=when)
    say(
        f"{loading.notice.year} 年：{cases} 件的最后一日变动"
        + ("。" if options.check else f"，已记录 {recorded} 件。")
    )
    return 0


def replay_parser() -> ArgumentParser:
    """Return the parser of `lianxin rules replay`."""
    found = ArgumentParser("lianxin rules replay", description="Run stored cases against another rulebook.")
    found.add_argument(
        "--with",
        dest="book",
        required=True,
        metavar="RULEBOOK",
        help="national_2005, zhejiang_2016@national_2022 …",
    )
    found.add_argument("--number", default="", metavar="NO", help="one item only")
    found.add_argument("--all", action="store_true", help="name the unchanged cases too")
    return found


def replay(words: list[str]) -> int:
    """Print which dates, steps and organs of stored cases another rulebook would change; writes nothing."""
    options = replay_parser().parse_args(words)
    from lianxin.procedure.book import load_book
    from lianxin.procedure.errors import RulebookError

    try:
        other = load_book(options.book)
    except RulebookError as error:
        raise Stop(str(error)) from None
    ready_with_tables()
    from lianxin.cases.models import Case
    from lianxin.cases.selectors import WITH
    from lianxin.jobs import integrity, lab

    counts = {"date": 0, "step": 0, "organ": 0}
    cases = 0
    with bar(what="重放", unit="件") as progress:
        for case_id in integrity.case_ids(options.number):
            case = Case.objects.select_related(*WITH).get(pk=case_id)
            found = lab.replay(case, other)
            cases += 1
            for kind in {one.kind for one in found}:
                counts[kind] += 1
            if found or options.all:
                progress.write(f"{case.number}（{case.rulebook}）" + ("" if found else "  不变"))
            for one in found:
                progress.write(f"  {one.line()}")
            progress.update()
    say(
        f"按 {other.label} 重放 {cases} 件：日期会变 {counts['date']} 件，有步骤不能办 {counts['step']} 件，"
        f"机关会变 {counts['organ']} 件。什么都没有改动。"
    )
    return 0
