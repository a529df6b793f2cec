"""`lianxin health`: what is set up wrongly, in the words of the administrators' page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction

from lianxin.config.commands.shell import add_command, now, ready_with_tables, say


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the command."""
    add_command(
        parsers,
        "health",
        run=health,
        short="运行状况 what is set up wrongly",
        about="列出没有设置好的：机构、岗位、规则、日历、密钥、字体、定时任务、磁盘；有现在就影响群众的返回 1。\n"
        "List what is set up wrongly, what follows and what to do. Exit code 1 when something harms petitioners now.",
    )


def health(options: Namespace) -> int:
    """List what is wrong, the most pressing first."""
    ready_with_tables()
    from lianxin.insight import health as ailments
    from lianxin.organs.models import Organ
    from lianxin.organs.selectors import in_force

    when = now()
    found = [*ailments.of_law(on=when.on), *ailments.of_system(at=when.at)]
    for root in (
        Organ.objects.filter(in_force(when.on), parent=None).select_related("region").order_by("path")
    ):
        found += ailments.of_organs(root, on=when.on)
    labels = {ailments.NOW: "现在就影响群众", ailments.SOON: "很快会影响群众", ailments.KNOW: "应当知道"}
    for one in sorted(found, key=lambda one: ailments.ORDER.index(one.weight)):
        more = f"等，还有 {one.more} 个" if one.more else ""
        where = f"：{'、'.join(one.where)}{more}" if one.where else ""
        say(f"[{labels[one.weight]}] {one.what}{where}\n    后果：{one.follows}\n    怎么办：{one.remedy}")
    say(f"共 {len(found)} 处。" if found else "没有发现问题。")
    return 1 if any(one.weight == ailments.NOW for one in found) else 0
