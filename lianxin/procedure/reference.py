"""The only place that writes the reference of the rules: article, rule, and the situations that test it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lianxin.procedure.catalogue import AlertRule
from lianxin.procedure.rules import ClockRule, Rulebook, StepRule

Tested = Mapping[str, tuple[list[str], list[str]]]
DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
UNITS = {"CD": "自然日", "WD": "工作日", "M": "个月", "date": "指定日期", "now": "立即"}
ALERT_WHEN = {
    "half": "期限过半而没有办理步骤",
    "warn": "到预警日",
    "legal": "过了法定末日",
    "twice": "同一件第二次超期",
    "nobody": "收到后{after}个工作日没有人负责",
    "bounced": "两次因异议退回",
    "act": "办理了 {event}{fact}，提醒{after}个工作日",
}
ALERT_TO = {"handler": "承办人", "head": "机关负责人", "upper": "上级机关", "top": "最上级机关"}
ALERT_TO |= {"outside": "没有经手本件的上级机关", "asker": "发出督办的机关"}
HEAD = """# Rules

Generated from `lianxin/rulebooks/` and `tests/rules/`; do not edit. Write it anew with
`python -m tests.rules.write_reference`. The state machine is drawn in [states.svg](states.svg).

Tags: S = read in a source, M = from memory, to be checked, P = a policy of this project, configurable.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule under an article."""

    article: str
    id: str
    text: str
    tag: str


def number_of(numeral: str) -> int:
    """Return the value of a Chinese numeral below one thousand (三十四 is 34)."""
    total, digit = 0, 0
    for sign in numeral:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            total += max(digit, 1) * {"十": 10, "百": 100}[sign]
            digit = 0
    return total + digit


def articles(basis: str) -> list[str]:
    """Return the single articles a basis cites: "法 第三条、第五条" gives two."""
    found = []
    for part in re.split("；", basis):
        law, _, rest = part.partition(" ")
        cited = re.findall("第[零一二三四五六七八九十百]+条", rest)
        found += [f"{law} {article}" for article in cited] or [part]
    return list(dict.fromkeys(found))


def _order(article: str) -> tuple[str, int]:
    law, _, rest = article.partition(" ")
    numeral = re.search("第([零一二三四五六七八九十百]+)条", rest)
    return law, number_of(numeral.group(1)) if numeral else 0


def _step_text(book: Rulebook, rule: StepRule) -> str:
    roles = ("和" if rule.all_roles else "或者").join(book.roles[role].label for role in rule.roles)
    parts = [f"{rule.label}（{rule.event}）：{roles}；{', '.join(rule.sources)} → {rule.target}"]
    if rule.guards:
        parts.append("条件：" + "".join(book.guards[name].sentence for name in rule.guards).rstrip("。"))
    if rule.starts:
        parts.append(f"开始 {', '.join(rule.starts)}")
    if rule.stops:
        parts.append(f"停止 {', '.join(rule.stops)}")
    parts.append(f"文书 {rule.document}")
    return "；".join(parts)


def _clock_text(rule: ClockRule) -> str:
    length = f"{rule.length}{UNITS[rule.unit]}" if rule.length else UNITS[rule.unit]
    more = f"；延长合计不超过{rule.extension_max}日" if rule.extension_max else ""
    out = f"；不计入：{', '.join(sorted(rule.excludes))}" if rule.excludes else ""
    return f"{rule.label}：自{rule.starts}起{length}，至{rule.stops}{more}{out}"


def alert_text(rule: AlertRule) -> str:
    """Return when an alert is given and to whom."""
    when = ALERT_WHEN[rule.when].format(
        after=rule.after, event=rule.event, fact=rule.fact and f"（{rule.fact}）"
    )
    return f"{rule.label}：{when}；提醒{'、'.join(ALERT_TO[one] for one in rule.to)}"


def rows(book: Rulebook) -> list[Row]:
    """Return every rule of the book under every article it cites, in the order of the articles."""
    found: list[Row] = []
    for step in book.all_steps():
        found += [Row(a, step.id, _step_text(book, step), step.tag) for a in articles(step.basis)]
    for clock in book.clocks.values():
        found += [Row(a, clock.id, _clock_text(clock), clock.tag) for a in articles(clock.article)]
    for route in book.routes.values():
        text = f"{route.label}：{route.document}"
        found += [Row(a, f"route {route.id}", text, route.tag) for a in articles(route.article)]
    for paper in book.papers.values():
        text = f"{paper.label}：{'、'.join(content.label for content in paper.contents)}"
        found += [Row(a, f"paper {paper.id}", text, paper.tag) for a in articles(paper.basis)]
    for alert in book.alerts.values():
        found += [Row(a, f"alert {alert.id}", alert_text(alert), alert.tag) for a in articles(alert.basis)]
    return sorted(found, key=lambda row: (_order(row.article), found.index(row)))


def _names(names: Iterable[str]) -> str:
    return "<br>".join(dict.fromkeys(names))


def reference(book: Rulebook, tested: Tested) -> str:
    """Return the reference as Markdown; `tested` gives per step the situations that pass and are refused."""
    lines = [HEAD, f"Rulebook: {book.label}（{book.id}），{book.in_force_from} 起。"]
    article = ""
    for row in rows(book):
        if row.article != article:
            article = row.article
            lines += [
                "",
                f"## {article}",
                "",
                "| rule | what | tag | passes | refused |",
                "|---|---|---|---|---|",
            ]
        passing, refused = tested.get(row.id, ([], []))
        lines.append(f"| {row.id} | {row.text} | {row.tag} | {_names(passing)} | {_names(refused)} |")
    return "\n".join(lines) + "\n"
