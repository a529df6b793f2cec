"""`lianxin sweep`, `verify` and `rebuild`: what is done every night, and after an accident."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction

from lianxin.config.commands.shell import Stop, add_command, bar, in_force, now, ready_with_tables, say

SHOWN = 50


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the three commands."""
    add_command(
        parsers,
        "sweep",
        run=sweep,
        short="期满办结、到期提醒、清理草稿 close lapsed cases, tell what is due, forget drafts",
        about="复查、复核期满没有申请的信访件自动办结；过半、临期、超期、无人负责的提醒有关机关；清除旧草稿。每天运行一次，重复运行无妨。\n"
        "Close answered cases whose window is over, alert the organs that owe, forget old drafts. Run it daily; safe to run twice.",
    )
    parser = add_command(
        parsers,
        "verify",
        run=verify,
        short="核对记录 check the records",
        about="核对每一件的记录链和现在的状态，有改动、缺失即指出是哪一件哪一步；全部无误返回 0，否则返回 1。\n"
        "Check the hash chain and the state of each case; names what was changed. Exit code 0 or 1.",
    )
    parser.add_argument(
        "number", nargs="?", default="", help="编号，不写则核对全部 item number; all when left out"
    )
    parser = add_command(
        parsers,
        "rebuild",
        run=rebuild,
        short="重建待办 rebuild the worklists",
        about="按各件的步骤重新生成待办列表；可以在系统运行时进行。\n"
        "Rebuild the worklists from the steps of the cases; may run while the site is in use.",
    )
    parser.add_argument(
        "number", nargs="?", default="", help="编号，不写则重建全部 item number; all when left out"
    )


def sweep(options: Namespace) -> int:
    """Do what time alone brings about."""
    ready_with_tables()
    from lianxin.jobs import clocks, sweeps, switches

    switches.record(in_force(), process="sweep", when=now())
    with bar(what="期满办结", unit="件") as progress:
        done = sweeps.sweep(when=now(), told=progress.update)
    say(f"已查看 {done.looked_at} 件，期满办结 {done.closed} 件，清除草稿 {done.forgotten} 份。")
    say(
        f"提醒：查看 {done.alerts.looked_at} 件，新提醒 {done.alerts.told} 条，了结 {done.alerts.settled} 条。"
    )
    if done.reading:
        say(f"查看警示：告知审计人员 {done.reading} 次。")
    say(f"记录树：新增 {done.log.rows} 条，共 {done.log.size} 叶，签名 {done.log.signed} 次。")
    alarms = [one for one in (done.alarm, clocks.alarm()) if one]
    for one in alarms:
        say(f"警报：{one}")
    return 1 if alarms else 0


def verify(options: Namespace) -> int:
    """Check records and states."""
    ready_with_tables()
    from lianxin.jobs import integrity

    checked = faulty = erased = 0
    with bar(what="核对", unit="件") as progress:
        for case_id in integrity.case_ids(_number(options.number)):
            result = integrity.check(case_id)
            checked += 1
            erased += result.erased
            faulty += bool(result.faults)
            for fault in result.faults if faulty <= SHOWN else ():
                progress.write(f"{result.number}  {fault}")
            progress.update()
    _check_found(options.number, checked)
    say(f"已核对 {checked} 件，{'全部无误' if not faulty else f'{faulty} 件有问题'}。")
    if erased:
        say(f"其中 {erased} 件已依规销毁，只核对所留的记录。")
    return 1 if faulty else 0


def rebuild(options: Namespace) -> int:
    """Write the work items anew where they differ."""
    ready_with_tables()
    from lianxin.jobs import integrity

    cases = changed = 0
    with bar(what="重建待办", unit="件") as progress:
        for case_id in integrity.case_ids(_number(options.number)):
            changed += integrity.rebuild(case_id)
            cases += 1
            progress.update()
    _check_found(options.number, cases)
    say(f"已查看 {cases} 件，改正待办 {changed} 条。")
    return 0


def _number(typed: str) -> str:
    from lianxin.cases.numbers import read_number

    if not typed:
        return ""
    number = read_number(typed)
    if number is None:
        raise Stop(f"编号 {typed} 的格式或者校验字符不对，请核对。")
    return number


def _check_found(typed: str, found: int) -> None:
    if typed and not found:
        raise Stop(f"没有编号为 {typed} 的信访件。", code=1)
